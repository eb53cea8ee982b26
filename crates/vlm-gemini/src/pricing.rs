//! What Google charges per token: the built-in price list, and lists of the user's own in the same format.
//!
//! The figures are those of the paid tier; each line of `prices.json` says where it was read, and when. A tier is chosen
//! by the input tokens of the request, its upper bound is inclusive, and it rates the whole request. Thinking is billed
//! as output. Sound has a price of its own for some models: an answer's cost counts it where the service reports the
//! tokens of sound, a [`PriceSchedule`] alone does not know it.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use vlm_core::{Cost, Currency, Money, PriceSchedule, PriceTier, Usage};

const BUILT_IN: &str = include_str!("prices.json");

static BUILT_IN_LIST: LazyLock<PriceList> = LazyLock::new(|| {
    // A test reads the embedded list, so a broken one cannot be released.
    PriceList::from_json(BUILT_IN).unwrap_or_default()
});

/// Prices by model id.
///
/// ```
/// use vlm_core::Usage;
/// use vlm_gemini::pricing::PriceList;
///
/// let prices = PriceList::built_in();
/// let mut usage = Usage::new().with_tokens(16_983, 37);
/// assert_eq!(prices.cost("gemini-2.5-flash", &usage).to_string(), "$0.0051874");
/// usage.input_by_modality.audio = Some(1_000); // of the 16,983: sound costs $1 a million, not $0.30
/// assert_eq!(prices.cost("gemini-2.5-flash", &usage).to_string(), "$0.0058874");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PriceList {
    models: BTreeMap<String, Prices>,
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

/// One model's prices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Prices {
    schedule: PriceSchedule,
    /// One per tier; empty where sound costs what everything else does.
    sound: Vec<Sound>,
}

/// What one token of sound costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Sound {
    input: Money,
    cached: Option<Money>,
}

#[derive(Deserialize)]
struct Entry {
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
    audio_input: Option<Money>,
    cached_audio_input: Option<Money>,
    batch_input: Option<Money>,
    batch_output: Option<Money>,
}

impl PriceList {
    /// Google's prices as this release knows them.
    pub fn built_in() -> &'static Self {
        &BUILT_IN_LIST
    }

    /// Reads a list: an array of `{"model", "currency": "USD", "unit": "per_1k_tokens" | "per_1m_tokens",
    /// "tiers": [{"up_to_input_tokens": number | null, "input": "0.30", "output": "2.50"}]}`.
    ///
    /// A tier may also have a `cached_input`, the price of input from the service's cache; `audio_input` and
    /// `cached_audio_input`, the same for sound; and `batch_input` with `batch_output`, the prices of batch calls. The
    /// currency is any ISO 4217 code; costs are then told in it.
    ///
    /// # Errors
    /// Other JSON, one model twice, a price finer than a millionth of a millionth per token, batch prices or prices of
    /// sound in some tiers only, or tiers out of order.
    pub fn from_json(json: &str) -> Result<Self, PriceListError> {
        let entries: Vec<Entry> = serde_json::from_str(json)?;
        let mut models = BTreeMap::new();
        for entry in entries {
            let prices = entry.prices()?;
            if models.insert(entry.model.clone(), prices).is_some() {
                return Err(PriceListError::Entry { model: entry.model, reason: "it is listed twice".to_owned() });
            }
        }
        Ok(Self { models })
    }

    /// This list, with the prices of `own` in place of its own and beside them.
    #[must_use]
    pub fn overridden_by(mut self, own: Self) -> Self {
        self.models.extend(own.models);
        self
    }

    /// The schedule of a model by its id, such as `gemini-2.5-flash`; without what sound costs extra.
    pub fn schedule(&self, model: &str) -> Option<&PriceSchedule> {
        self.models.get(model).map(|prices| &prices.schedule)
    }

    /// What a call cost, sound included.
    pub fn cost(&self, model: &str, usage: &Usage) -> Cost {
        self.models.get(model).map(|prices| prices.cost(usage)).unwrap_or_default()
    }

    /// Sets or replaces the prices of one model; sound then costs what everything else does.
    #[must_use]
    pub fn with(mut self, model: impl Into<String>, schedule: PriceSchedule) -> Self {
        self.models.insert(model.into(), Prices { schedule, sound: Vec::new() });
        self
    }

    /// All priced models, by id.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &PriceSchedule)> {
        self.models.iter().map(|(model, prices)| (model.as_str(), &prices.schedule))
    }

    /// The prices of one model.
    pub(crate) fn get(&self, model: &str) -> Option<&Prices> {
        self.models.get(model)
    }
}

impl Prices {
    /// What a call cost: by the schedule, and for sound what it costs beyond that.
    pub(crate) fn cost(&self, usage: &Usage) -> Cost {
        let cost = self.schedule.cost(usage);
        let Cost::Exact { amount, tier, currency } = cost else { return cost };
        let tokens = usage.input_by_modality.audio.unwrap_or_default();
        let at = self.schedule.tiers().iter().position(|other| *other == tier);
        let Some(sound) = at.and_then(|at| self.sound.get(at)).filter(|_| tokens > 0) else {
            return Cost::Exact { amount, tier, currency };
        };
        // The service does not say how much of what it took from its cache was sound.
        if usage.cached_input_tokens.unwrap_or_default() > 0 && sound.cached != tier.cached_input_per_token {
            let missing = "how much of the cached input was sound was not reported".to_owned();
            return Cost::AtLeast { amount, missing, currency };
        }
        let tokens = tokens.min(usage.input_tokens.unwrap_or_default());
        let rest = amount.saturating_sub(tier.input_per_token.times(tokens));
        Cost::Exact { amount: rest + sound.input.times(tokens), tier, currency }
    }
}

impl Entry {
    fn prices(&self) -> Result<Prices, PriceListError> {
        let wrong = |reason: &str| PriceListError::Entry { model: self.model.clone(), reason: reason.to_owned() };
        let per_token = |price: Money| {
            self.unit
                .per_token(price)
                .ok_or_else(|| wrong("a price is finer than a millionth of a millionth per token"))
        };
        let (mut tiers, mut sound, mut batch) = (Vec::new(), Vec::new(), Vec::new());
        for tier in &self.tiers {
            let mut read = PriceTier::new(tier.up_to_input_tokens, per_token(tier.input)?, per_token(tier.output)?);
            if let Some(cached) = tier.cached_input {
                read = read.with_cached_input(per_token(cached)?);
            }
            tiers.push(read);
            if let Some(input) = tier.audio_input {
                let cached = tier.cached_audio_input.map(per_token).transpose()?;
                sound.push(Sound { input: per_token(input)?, cached });
            }
            if let Some((input, output)) = tier.batch_input.zip(tier.batch_output) {
                batch.push(PriceTier::new(tier.up_to_input_tokens, per_token(input)?, per_token(output)?));
            } else if tier.batch_input.is_some() || tier.batch_output.is_some() {
                return Err(wrong("a batch price needs both batch_input and batch_output"));
            }
        }
        if ![0, self.tiers.len()].contains(&sound.len()) {
            return Err(wrong("prices of sound stand in some tiers only"));
        }
        let order = || wrong("the tiers are empty or not in rising order");
        let schedule = PriceSchedule::new(tiers).ok_or_else(order)?.in_currency(self.currency);
        let schedule = match batch.len() {
            0 => schedule,
            count if count == self.tiers.len() => schedule.with_batch(batch).ok_or_else(order)?,
            _ => return Err(wrong("batch prices stand in some tiers only")),
        };
        Ok(Prices { schedule, sound })
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
