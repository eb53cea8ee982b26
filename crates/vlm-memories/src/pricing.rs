//! What memories.ai charges per token: the built-in price list, and lists of the user's own in the same format.
//!
//! The figures are those of the vendor's pages (each line of `prices.json` names its page), read in November 2026.
//! Thousand means 1,000. A tier is chosen by the input tokens of the request, its upper bound is inclusive, and it rates
//! the whole request; above the last bounded tier there is no price.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use vlm_core::{Money, PriceSchedule, PriceTier};

use crate::family::Family;

const BUILT_IN: &str = include_str!("prices.json");

static BUILT_IN_LIST: LazyLock<PriceList> = LazyLock::new(|| {
    // A test reads the embedded list, so a broken one cannot be released.
    PriceList::from_json(BUILT_IN).unwrap_or_default()
});

/// Prices by family and model id.
///
/// ```
/// use vlm_core::Usage;
/// use vlm_memories::pricing::PriceList;
///
/// let prices = PriceList::built_in();
/// let schedule = prices.schedule("qwen:qwen3-vl-plus").unwrap();
/// let cost = schedule.cost(&Usage::new().with_tokens(34_578, 561));
/// assert_eq!(cost.to_string(), "$0.0121329");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PriceList {
    schedules: BTreeMap<(Family, String), PriceSchedule>,
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
    family: Family,
    model: String,
    currency: String,
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
}

impl PriceList {
    /// The vendor's prices as this release knows them.
    pub fn built_in() -> &'static Self {
        &BUILT_IN_LIST
    }

    /// Reads a list: an array of `{"family", "model", "currency": "USD", "unit": "per_1k_tokens" | "per_1m_tokens",
    /// "tiers": [{"up_to_input_tokens": number | null, "input": "0.00021", "output": "0.00168"}]}`.
    ///
    /// # Errors
    /// Other JSON, a currency other than USD, a price finer than a pico-dollar per token, or tiers out of order.
    pub fn from_json(json: &str) -> Result<Self, PriceListError> {
        let entries: Vec<Entry> = serde_json::from_str(json)?;
        let schedules = entries.into_iter().map(|entry| {
            let schedule = entry.schedule()?;
            Ok(((entry.family, entry.model), schedule))
        });
        Ok(Self { schedules: schedules.collect::<Result<_, PriceListError>>()? })
    }

    /// The schedule of a model by its full name, such as `qwen:qwen3-vl-plus`.
    pub fn schedule(&self, model: &str) -> Option<&PriceSchedule> {
        let (prefix, id) = model.split_once(':')?;
        let family = Family::ALL.into_iter().find(|family| family.prefix() == prefix)?;
        self.get(family, id)
    }

    /// The schedule of a model by family and id.
    pub fn get(&self, family: Family, id: &str) -> Option<&PriceSchedule> {
        self.schedules.get(&(family, id.to_owned()))
    }

    /// Sets or replaces the schedule of one model.
    #[must_use]
    pub fn with(mut self, family: Family, id: impl Into<String>, schedule: PriceSchedule) -> Self {
        self.schedules.insert((family, id.into()), schedule);
        self
    }

    /// All priced models, by family and id.
    pub fn iter(&self) -> impl Iterator<Item = (Family, &str, &PriceSchedule)> {
        self.schedules.iter().map(|((family, id), schedule)| (*family, id.as_str(), schedule))
    }
}

impl Entry {
    fn schedule(&self) -> Result<PriceSchedule, PriceListError> {
        let wrong = |reason: String| PriceListError::Entry { model: self.model.clone(), reason };
        if self.currency != "USD" {
            return Err(wrong(format!("the currency is {}, only USD is known", self.currency)));
        }
        let tier = |tier: &Tier| {
            let input = self.unit.per_token(tier.input)?;
            Some(PriceTier::new(tier.up_to_input_tokens, input, self.unit.per_token(tier.output)?))
        };
        let tiers: Option<Vec<PriceTier>> = self.tiers.iter().map(tier).collect();
        let tiers = tiers.ok_or_else(|| wrong("a price is finer than a pico-dollar per token".to_owned()))?;
        PriceSchedule::new(tiers).ok_or_else(|| wrong("the tiers are empty or not in rising order".to_owned()))
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
mod tests {
    //! The embedded list is readable and says what the file says; tier edges are exact.

    use serde_json::Value;

    use super::*;

    #[test]
    fn the_built_in_list_holds_every_figure_of_its_file() {
        let entries: Vec<Value> = serde_json::from_str(BUILT_IN).unwrap();
        let list = PriceList::from_json(BUILT_IN).unwrap();
        assert_eq!(list.iter().count(), entries.len());
        assert_eq!(&list, PriceList::built_in());
        for entry in entries {
            let name = format!("{}:{}", entry["family"].as_str().unwrap(), entry["model"].as_str().unwrap());
            let schedule = list.schedule(&name).unwrap();
            let per = if entry["unit"] == "per_1k_tokens" { 1_000 } else { 1_000_000 };
            let tiers = entry["tiers"].as_array().unwrap();
            assert_eq!(schedule.tiers().len(), tiers.len(), "{name}");
            for (tier, written) in schedule.tiers().iter().zip(tiers) {
                assert_eq!(tier.up_to_input_tokens, written["up_to_input_tokens"].as_u64(), "{name}");
                let figure = |key: &str| written[key].as_str().unwrap().parse::<Money>().unwrap();
                assert_eq!(tier.input_per_token.times(per), figure("input"), "{name}");
                assert_eq!(tier.output_per_token.times(per), figure("output"), "{name}");
            }
        }
    }

    #[test]
    fn every_tier_edge_belongs_to_the_lower_tier() {
        for (family, id, schedule) in PriceList::built_in().iter() {
            for (at, tier) in schedule.tiers().iter().enumerate() {
                let Some(edge) = tier.up_to_input_tokens else { continue };
                assert_eq!(schedule.tier(edge - 1), Some(tier), "{family}:{id}");
                assert_eq!(schedule.tier(edge), Some(tier), "{family}:{id}");
                assert_eq!(schedule.tier(edge + 1), schedule.tiers().get(at + 1), "{family}:{id}");
            }
        }
    }

    #[test]
    fn the_documented_sample_usages_cost_what_their_rates_say() {
        let cost = |model: &str, input, output| {
            let schedule = PriceList::built_in().schedule(model).unwrap();
            schedule.cost(&vlm_core::Usage::new().with_tokens(input, output)).amount().unwrap().to_string()
        };
        assert_eq!(cost("qwen:qwen3-vl-plus", 34_578, 561), "$0.0121329");
        assert_eq!(cost("gemini:gemini-2.5-flash", 16_983, 37), "$0.0051874");
        assert_eq!(cost("nova:us.amazon.nova-lite-v1:0", 17_463, 290), "$0.00111738");
    }

    #[test]
    fn wrong_lists_are_refused_with_the_model_they_are_wrong_about() {
        let list = |change: &str| {
            let entry = r#"[{"family":"qwen","model":"m","currency":"USD","unit":"per_1k_tokens","tiers":[{"up_to_input_tokens":null,"input":"1","output":"2"}]}]"#;
            let (from, to) = change.split_once('>').unwrap();
            assert!(entry.contains(from));
            PriceList::from_json(&entry.replace(from, to)).map(|_| ()).map_err(|error| error.to_string())
        };
        assert_eq!(list("USD>USD"), Ok(()));
        assert_eq!(list("USD>EUR").unwrap_err(), "price of `m`: the currency is EUR, only USD is known");
        assert!(list(r#""1">"0.0000000001""#).unwrap_err().contains("finer than a pico-dollar"));
        assert!(list("per_1k_tokens>per_token").unwrap_err().contains("not readable"));
        assert!(list(r#"{"up_to_input_tokens":null,"input":"1","output":"2"}>"#).unwrap_err().contains("empty"));
    }
}
