//! What the services charge per token: the built-in price list, and lists of the user's own in the same format.
//!
//! The figures were read from public copies of the vendors' pages; each line of `prices.json` names the page that
//! decides and the month of the reading. DashScope's are those of its international region. A tier is chosen by the
//! input tokens of the request, its upper bound is inclusive, and it rates the whole request; above the last bounded
//! tier there is no price. Thousand means 1,000: DashScope does not say whether its "32K" is 32,000 or 32,768.
//! Of models without a line the price is unknown, and is said to be; so is that of an answer from another tier of
//! service than the standard one. Where a line has no price for cached input, that is rated as any other.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use vlm_core::{Cost, Currency, Money, PriceSchedule, PriceTier, Usage};

const BUILT_IN: &str = include_str!("prices.json");

static BUILT_IN_LIST: LazyLock<PriceList> = LazyLock::new(|| {
    // A test reads the embedded list, so a broken one cannot be released.
    PriceList::from_json(BUILT_IN).unwrap_or_default()
});

/// Prices by service (a profile's id) and model.
///
/// ```
/// use vlm_core::Usage;
/// use vlm_openai::pricing::PriceList;
///
/// let schedule = PriceList::built_in().get("openai", "gpt-4.1-mini").unwrap();
/// let cost = schedule.cost(&Usage::new().with_tokens(2_000, 500));
/// assert_eq!(cost.to_string(), "$0.0016");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PriceList {
    schedules: BTreeMap<String, BTreeMap<String, PriceSchedule>>,
}

/// A price list that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PriceListError {
    /// Not the expected JSON.
    #[error("the price list is not readable: {0}")]
    Json(#[from] serde_json::Error),
    /// One entry is wrong.
    #[error("price of `{model}`: {reason}")]
    Entry {
        /// The entry's model.
        model: String,
        /// What is wrong with it.
        reason: String,
    },
}

#[derive(Deserialize)]
struct Entry {
    service: String,
    model: String,
    currency: Currency,
    unit: Unit,
    tiers: Vec<Tier>,
}

#[derive(Clone, Copy, Deserialize)]
enum Unit {
    #[serde(rename = "per_1k_tokens")]
    Thousand,
    #[serde(rename = "per_1m_tokens")]
    Million,
}

#[derive(Deserialize)]
struct Tier {
    up_to_input_tokens: Option<u64>,
    input: Money,
    output: Money,
    cached_input: Option<Money>,
    batch_input: Option<Money>,
    batch_output: Option<Money>,
}

impl PriceList {
    /// The vendors' prices as this release knows them.
    pub fn built_in() -> &'static Self {
        &BUILT_IN_LIST
    }

    /// Reads a list: an array of `{"service", "model", "currency": "USD", "unit": "per_1k_tokens" | "per_1m_tokens",
    /// "tiers": [{"up_to_input_tokens": number | null, "input": "0.4", "output": "1.6"}]}`.
    ///
    /// A tier may also have a `cached_input`, the price of input from the service's cache, and `batch_input` with
    /// `batch_output`, the prices of batch calls. The currency is any ISO 4217 code; costs are then told in it.
    ///
    /// # Errors
    /// Other JSON, one model twice, a price finer than a millionth of a millionth per token, batch prices in some tiers
    /// only, or tiers out of order.
    pub fn from_json(json: &str) -> Result<Self, PriceListError> {
        let entries: Vec<Entry> = serde_json::from_str(json)?;
        let mut list = Self::default();
        for entry in entries {
            let schedule = entry.schedule()?;
            let models = list.schedules.entry(entry.service).or_default();
            if models.insert(entry.model.clone(), schedule).is_some() {
                return Err(PriceListError::Entry { model: entry.model, reason: "it is listed twice".to_owned() });
            }
        }
        Ok(list)
    }

    /// This list, with the schedules of `own` in place of its own and beside them.
    #[must_use]
    pub fn overridden_by(mut self, own: Self) -> Self {
        for (service, models) in own.schedules {
            self.schedules.entry(service).or_default().extend(models);
        }
        self
    }

    /// The schedule of a model of a service.
    pub fn get(&self, service: &str, model: &str) -> Option<&PriceSchedule> {
        self.schedules.get(service)?.get(model)
    }

    /// Sets or replaces the schedule of one model.
    #[must_use]
    pub fn with(mut self, service: impl Into<String>, model: impl Into<String>, schedule: PriceSchedule) -> Self {
        self.schedules.entry(service.into()).or_default().insert(model.into(), schedule);
        self
    }

    /// All prices, by service and model.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str, &PriceSchedule)> {
        self.schedules.iter().flat_map(|(service, models)| {
            models.iter().map(move |(model, schedule)| (service.as_str(), model.as_str(), schedule))
        })
    }
}

/// What an answer cost. Other tiers of service than the standard one have prices of their own, which no list here
/// holds.
pub(crate) fn charge(schedule: Option<&PriceSchedule>, usage: &Usage, service_tier: Option<&str>) -> Cost {
    match (schedule, service_tier) {
        (None, _) => Cost::default(),
        (Some(_), Some(tier)) if !matches!(tier, "" | "auto" | "default" | "standard") => {
            Cost::Unknown { reason: format!("no price is known for the service tier `{tier}`") }
        }
        (Some(schedule), _) => schedule.cost(usage),
    }
}

impl Entry {
    fn schedule(&self) -> Result<PriceSchedule, PriceListError> {
        let wrong = |reason: String| PriceListError::Entry { model: self.model.clone(), reason };
        let per_token = |price: Money| {
            let finer = || wrong("a price is finer than a millionth of a millionth per token".to_owned());
            self.unit.per_token(price).ok_or_else(finer)
        };
        let (mut tiers, mut batch) = (Vec::new(), Vec::new());
        for tier in &self.tiers {
            let mut read = PriceTier::new(tier.up_to_input_tokens, per_token(tier.input)?, per_token(tier.output)?);
            if let Some(cached) = tier.cached_input {
                read = read.with_cached_input(per_token(cached)?);
            }
            tiers.push(read);
            if let Some((input, output)) = tier.batch_input.zip(tier.batch_output) {
                batch.push(PriceTier::new(tier.up_to_input_tokens, per_token(input)?, per_token(output)?));
            } else if tier.batch_input.is_some() || tier.batch_output.is_some() {
                return Err(wrong("a batch price needs both batch_input and batch_output".to_owned()));
            }
        }
        let order = || wrong("the tiers are empty or not in rising order".to_owned());
        let schedule = PriceSchedule::new(tiers).ok_or_else(order)?.in_currency(self.currency);
        match batch.len() {
            0 => Ok(schedule),
            count if count == self.tiers.len() => schedule.with_batch(batch).ok_or_else(order),
            _ => Err(wrong("batch prices stand in some tiers only".to_owned())),
        }
    }
}

impl Unit {
    /// The price of one token, where it is a whole number of pico-dollars.
    fn per_token(self, price: Money) -> Option<Money> {
        let tokens = match self {
            Self::Thousand => 1_000,
            Self::Million => 1_000_000,
        };
        price.pico_usd().is_multiple_of(tokens).then(|| Money::from_pico_usd(price.pico_usd() / tokens))
    }
}

#[cfg(test)]
mod tests;
