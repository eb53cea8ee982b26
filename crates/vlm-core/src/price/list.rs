//! Price lists: many models' schedules, read from JSON. The figures themselves belong to each provider, and to users.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{PriceSchedule, PriceTier};
use crate::money::{Currency, Money};

/// Prices by the group that a model belongs to (its family, its service) and its name there.
///
/// ```
/// use vlm_core::{PriceList, Usage};
///
/// let prices = PriceList::from_json(
///     r#"[{"family": "qwen", "model": "qwen3-vl-plus", "currency": "USD", "unit": "per_1k_tokens",
///         "tiers": [{"up_to_input_tokens": 32000, "input": "0.00021", "output": "0.00168"},
///                   {"up_to_input_tokens": 128000, "input": "0.00031", "output": "0.00252"}]}]"#,
/// )?;
/// let schedule = prices.get("qwen", "qwen3-vl-plus").unwrap();
/// assert_eq!(schedule.cost(&Usage::new().with_tokens(34_578, 561)).to_string(), "$0.0121329");
/// # Ok::<(), vlm_core::PriceListError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PriceList {
    schedules: BTreeMap<(String, String), PriceSchedule>,
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
    /// Whoever has one group only may leave it out.
    #[serde(default, alias = "service")]
    family: String,
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
    /// Reads a list: an array of `{"family", "model", "currency": "USD", "unit": "per_1k_tokens" | "per_1m_tokens",
    /// "tiers": [{"up_to_input_tokens": number | null, "input": "0.00021", "output": "0.00168"}]}`. The group is written
    /// as `family` or as `service`.
    ///
    /// A tier may also have a `cached_input`, the price of input from the service's cache; `audio_input` and
    /// `cached_audio_input`, the same of sound; and `batch_input` with `batch_output`, the prices of batch calls. The
    /// currency is any ISO 4217 code; costs are then told in it. Thousand means 1,000. Other fields, such as the source
    /// of a figure, are passed over.
    ///
    /// # Errors
    /// Other JSON, one model twice, a price finer than a millionth of a millionth per token, batch prices in some tiers
    /// only, a `cached_audio_input` without its `audio_input`, or tiers out of order.
    pub fn from_json(json: &str) -> Result<Self, PriceListError> {
        let entries: Vec<Entry> = serde_json::from_str(json)?;
        let mut schedules = BTreeMap::new();
        for entry in entries {
            let schedule = entry.schedule()?;
            let model = entry.model.clone();
            if schedules.insert((entry.family, entry.model), schedule).is_some() {
                return Err(PriceListError::Entry { model, reason: "it is listed twice".to_owned() });
            }
        }
        Ok(Self { schedules })
    }

    /// This list, with the schedules of `own` in place of its own and beside them.
    #[must_use]
    pub fn overridden_by(mut self, own: Self) -> Self {
        self.schedules.extend(own.schedules);
        self
    }

    /// Sets or replaces the schedule of one model.
    #[must_use]
    pub fn with(mut self, group: impl Into<String>, model: impl Into<String>, schedule: PriceSchedule) -> Self {
        self.schedules.insert((group.into(), model.into()), schedule);
        self
    }

    /// The schedule of a model.
    pub fn get(&self, group: &str, model: &str) -> Option<&PriceSchedule> {
        self.schedules.get(&(group.to_owned(), model.to_owned()))
    }

    /// All priced models with their group, sorted by both.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str, &PriceSchedule)> {
        self.schedules.iter().map(|((group, model), schedule)| (group.as_str(), model.as_str(), schedule))
    }
}

impl Entry {
    fn schedule(&self) -> Result<PriceSchedule, PriceListError> {
        let wrong = |reason: &str| PriceListError::Entry { model: self.model.clone(), reason: reason.to_owned() };
        let per_token = |price: Money| {
            self.unit
                .per_token(price)
                .ok_or_else(|| wrong("a price is finer than a millionth of a millionth per token"))
        };
        let (mut tiers, mut batch) = (Vec::new(), Vec::new());
        for tier in &self.tiers {
            let mut read = PriceTier::new(tier.up_to_input_tokens, per_token(tier.input)?, per_token(tier.output)?);
            if let Some(cached) = tier.cached_input {
                read = read.with_cached_input(per_token(cached)?);
            }
            match (tier.audio_input, tier.cached_audio_input) {
                (Some(audio), cached) => {
                    read = read.with_audio_input(per_token(audio)?, cached.map(per_token).transpose()?);
                }
                (None, Some(_)) => return Err(wrong("cached_audio_input needs audio_input")),
                (None, None) => {}
            }
            tiers.push(read);
            if let Some((input, output)) = tier.batch_input.zip(tier.batch_output) {
                batch.push(PriceTier::new(tier.up_to_input_tokens, per_token(input)?, per_token(output)?));
            } else if tier.batch_input.is_some() || tier.batch_output.is_some() {
                return Err(wrong("a batch price needs both batch_input and batch_output"));
            }
        }
        let order = || wrong("the tiers are empty or not in rising order");
        let schedule = PriceSchedule::new(tiers).ok_or_else(order)?.in_currency(self.currency);
        match batch.len() {
            0 => Ok(schedule),
            count if count == self.tiers.len() => schedule.with_batch(batch).ok_or_else(order),
            _ => Err(wrong("batch prices stand in some tiers only")),
        }
    }
}

impl Unit {
    /// The price of one token, where it is a whole number of pico units.
    fn per_token(self, price: Money) -> Option<Money> {
        let tokens = match self {
            Self::Thousand => 1_000,
            Self::Million => 1_000_000,
        };
        price.pico_usd().is_multiple_of(tokens).then(|| Money::from_pico_usd(price.pico_usd() / tokens))
    }
}

#[cfg(test)]
mod tests {
    //! What a list may say, and what it may not.

    use super::*;
    use crate::usage::Usage;

    const ONE: &str = r#"[{"family":"qwen","model":"m","currency":"USD","unit":"per_1k_tokens","tiers":[{"up_to_input_tokens":null,"input":"1","output":"2"}]}]"#;

    fn changed(from: &str, to: &str) -> Result<PriceList, String> {
        assert!(ONE.contains(from));
        PriceList::from_json(&ONE.replacen(from, to, 1)).map_err(|error| error.to_string())
    }

    #[test]
    fn wrong_lists_are_refused_with_the_model_they_are_wrong_about() {
        assert!(changed("USD", "USD").is_ok());
        assert!(changed("USD", "dollars").unwrap_err().contains("three capital letters"));
        assert!(changed(r#""1""#, r#""0.0000000001""#).unwrap_err().contains("finer than a millionth of a millionth"));
        assert!(
            changed(r#""2"}"#, r#""2","batch_input":"1"}"#).unwrap_err().contains("both batch_input and batch_output")
        );
        assert!(changed(r#""2"}"#, r#""2","cached_audio_input":"1"}"#).unwrap_err().contains("needs audio_input"));
        assert!(changed("per_1k_tokens", "per_token").unwrap_err().contains("not readable"));
        assert!(changed(r#"{"up_to_input_tokens":null,"input":"1","output":"2"}"#, "").unwrap_err().contains("empty"));
        let entry = ONE.trim_start_matches('[').strip_suffix(']').unwrap();
        let twice = format!("[{entry},{entry}]");
        assert_eq!(PriceList::from_json(&twice).unwrap_err().to_string(), "price of `m`: it is listed twice");
        let tier = r#"{"up_to_input_tokens":5,"input":"1","output":"2","batch_input":"1","batch_output":"1"},"#;
        let some = changed(r#"{"up_to"#, &format!("{tier}{{\"up_to"));
        assert!(some.unwrap_err().contains("some tiers only"));
    }

    #[test]
    fn a_list_of_ones_own_stands_in_front_of_another() {
        let own = r#"[{"service": "qwen", "model": "m", "currency": "EUR", "unit": "per_1m_tokens", "source": "a letter",
            "tiers": [{"up_to_input_tokens": null, "input": "2", "output": "8", "cached_input": "0.5",
                       "audio_input": "6", "batch_input": "1", "batch_output": "4"}]}]"#;
        let list = PriceList::from_json(ONE).unwrap().overridden_by(PriceList::from_json(own).unwrap());
        assert_eq!(list.iter().count(), 1);
        let mut usage = Usage::new().with_tokens(1_000_000, 100_000);
        usage.cached_input_tokens = Some(400_000);
        usage.input_by_modality.audio = Some(0);
        let schedule = list.get("qwen", "m").unwrap().clone();
        assert_eq!(schedule.cost(&usage).to_string(), "2.2 EUR");
        usage.input_by_modality.audio = Some(1_000_000);
        assert_eq!(schedule.cost(&usage).to_string(), "6.8 EUR");
        assert_eq!(schedule.batch().unwrap().cost(&usage).to_string(), "1.4 EUR");
        let set = list.with("gpt", "n", schedule);
        assert_eq!(
            set.iter().map(|(group, model, _)| (group, model)).collect::<Vec<_>>(),
            [("gpt", "n"), ("qwen", "m")]
        );
        assert_eq!(set.get("qwen", "n"), None);
    }
}
