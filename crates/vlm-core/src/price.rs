//! Price schedules and what a call cost by them. What input costs stands in `input.rs`, lists of schedules in `list.rs`,
//! the cost of a range in `bounds.rs`.

mod bounds;
mod input;
mod list;

use serde::{Deserialize, Serialize};

use crate::money::{Currency, Money};
use crate::usage::Usage;

pub use bounds::CostBounds;
pub use list::{PriceList, PriceListError};

/// What one model costs: one or more tiers, by the input tokens of the request.
///
/// A tier's upper bound is inclusive, and the one tier that a request falls into rates the whole request, input and
/// output alike. Above the last bounded tier there is no price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "UncheckedSchedule")]
#[non_exhaustive]
pub struct PriceSchedule {
    #[serde(skip_serializing_if = "Currency::is_usd")]
    currency: Currency,
    tiers: Vec<PriceTier>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    batch: Vec<PriceTier>,
}

/// A schedule as it was read, before its order is checked.
#[derive(Deserialize)]
struct UncheckedSchedule {
    #[serde(default)]
    currency: Currency,
    tiers: Vec<PriceTier>,
    #[serde(default)]
    batch: Vec<PriceTier>,
}

impl TryFrom<UncheckedSchedule> for PriceSchedule {
    type Error = &'static str;

    fn try_from(read: UncheckedSchedule) -> Result<Self, Self::Error> {
        const WRONG: &str = "price tiers must rise in their bounds, and there must be one";
        let schedule = Self::new(read.tiers).ok_or(WRONG)?.in_currency(read.currency);
        if read.batch.is_empty() { Ok(schedule) } else { schedule.with_batch(read.batch).ok_or(WRONG) }
    }
}

/// One tier of a [`PriceSchedule`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PriceTier {
    /// The largest number of input tokens that falls into this tier; `None` is open upwards.
    pub up_to_input_tokens: Option<u64>,
    /// Price of one input token.
    pub input_per_token: Money,
    /// Price of one output token.
    pub output_per_token: Money,
    /// Price of one input token that the service took from its cache; as any other input token where it is `None`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cached_input_per_token: Option<Money>,
    /// Price of one input token of sound; as any other input token where it is `None`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audio_input_per_token: Option<Money>,
    /// Price of one input token of sound from the service's cache; as other sound where it is `None`. Without a price of
    /// sound it counts for nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cached_audio_input_per_token: Option<Money>,
}

impl PriceTier {
    /// A tier with its bound and the price of one token each way.
    pub const fn new(up_to_input_tokens: Option<u64>, input_per_token: Money, output_per_token: Money) -> Self {
        Self {
            up_to_input_tokens,
            input_per_token,
            output_per_token,
            cached_input_per_token: None,
            audio_input_per_token: None,
            cached_audio_input_per_token: None,
        }
    }

    /// Sets the price of one input token from the service's cache.
    #[must_use]
    pub const fn with_cached_input(mut self, per_token: Money) -> Self {
        self.cached_input_per_token = Some(per_token);
        self
    }

    /// Sets the price of one input token of sound, and of one from the service's cache.
    #[must_use]
    pub const fn with_audio_input(mut self, per_token: Money, cached: Option<Money>) -> Self {
        self.audio_input_per_token = Some(per_token);
        self.cached_audio_input_per_token = cached;
        self
    }
}

/// What a call cost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "precision", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Cost {
    /// The price of everything that the service counted.
    Exact {
        /// The whole price.
        amount: Money,
        /// The tier that rated it.
        tier: PriceTier,
        /// The currency of both.
        #[serde(default, skip_serializing_if = "Currency::is_usd")]
        currency: Currency,
    },
    /// A part of the usage is unknown: the call cost this much or more.
    AtLeast {
        /// The price of the known part, at the cheapest tier that is possible.
        amount: Money,
        /// What is missing.
        missing: String,
        /// The amount's currency.
        #[serde(default, skip_serializing_if = "Currency::is_usd")]
        currency: Currency,
    },
    /// No price can be given.
    Unknown {
        /// Why not.
        reason: String,
    },
}

impl Default for Cost {
    fn default() -> Self {
        Self::Unknown { reason: "no price is known for this model".to_owned() }
    }
}

impl Cost {
    /// The amount, exact or a lower bound.
    pub fn amount(&self) -> Option<Money> {
        match self {
            Self::Exact { amount, .. } | Self::AtLeast { amount, .. } => Some(*amount),
            Self::Unknown { .. } => None,
        }
    }

    /// The currency of the amount; US dollars where there is none.
    pub fn currency(&self) -> Currency {
        match self {
            Self::Exact { currency, .. } | Self::AtLeast { currency, .. } => *currency,
            Self::Unknown { .. } => Currency::USD,
        }
    }

    /// True when the amount is the whole price.
    pub fn is_exact(&self) -> bool {
        matches!(self, Self::Exact { .. })
    }
}

impl std::fmt::Display for Cost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Exact { amount, currency, .. } => f.write_str(&currency.show(*amount)),
            Self::AtLeast { amount, missing, currency } => write!(f, "at least {} ({missing})", currency.show(*amount)),
            Self::Unknown { reason } => write!(f, "unknown ({reason})"),
        }
    }
}

impl PriceSchedule {
    /// A schedule of tiers in rising order of their bounds; `None` when it is empty or out of order.
    pub fn new(tiers: Vec<PriceTier>) -> Option<Self> {
        rising(&tiers).then_some(Self { currency: Currency::USD, tiers, batch: Vec::new() })
    }

    /// Says which currency all its prices are in; US dollars unless said otherwise.
    #[must_use]
    pub fn in_currency(mut self, currency: Currency) -> Self {
        self.currency = currency;
        self
    }

    /// Adds the tiers of the service's batch calls; `None` when they are empty or out of order.
    pub fn with_batch(mut self, tiers: Vec<PriceTier>) -> Option<Self> {
        self.batch = tiers;
        rising(&self.batch).then_some(self)
    }

    /// The schedule of batch calls, where the service has one.
    pub fn batch(&self) -> Option<Self> {
        Some(Self::new(self.batch.clone())?.in_currency(self.currency))
    }

    /// The currency of all its prices.
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// The tiers, lowest bound first.
    pub fn tiers(&self) -> &[PriceTier] {
        &self.tiers
    }

    /// The tier that rates a request of so many input tokens; `None` above the last one.
    pub fn tier(&self, input_tokens: u64) -> Option<&PriceTier> {
        self.tiers.iter().find(|tier| tier.up_to_input_tokens.is_none_or(|bound| input_tokens <= bound))
    }

    /// What a call with this usage cost.
    pub fn cost(&self, usage: &Usage) -> Cost {
        let Some(input) = usage.input_tokens else {
            return self.cost_without_input(usage);
        };
        let Some(tier) = self.tier(input) else {
            return Cost::Unknown { reason: format!("{input} input tokens are above the last price tier") };
        };
        let currency = self.currency;
        let (least, most) = tier.input_cost(input, usage);
        match usage.output_tokens {
            None => self.at_least(least, "output tokens were not reported"),
            Some(output) => {
                let amount = least + tier.output_per_token.times(output);
                if least == most {
                    return Cost::Exact { amount, tier: *tier, currency };
                }
                self.at_least(
                    amount,
                    "how much of the input was sound, or how much of the cached input, was not reported",
                )
            }
        }
    }

    fn at_least(&self, amount: Money, missing: &str) -> Cost {
        Cost::AtLeast { amount, missing: missing.to_owned(), currency: self.currency }
    }

    /// Without the input count the tier is unknown too: the known rest at the cheapest rates is a lower bound.
    fn cost_without_input(&self, usage: &Usage) -> Cost {
        let cheapest = |rate: fn(&PriceTier) -> Money| self.tiers.iter().map(rate).min().unwrap_or_default();
        let output = cheapest(|tier| tier.output_per_token);
        let input = cheapest(PriceTier::cheapest_input);
        match (usage.output_tokens, usage.total_tokens) {
            (Some(tokens), _) => self.at_least(output.times(tokens), "input tokens were not reported"),
            (None, Some(total)) => self.at_least(input.min(output).times(total), "only the sum of tokens was reported"),
            (None, None) => Cost::Unknown { reason: "the service reported no usage".to_owned() },
        }
    }
}

/// Whether tiers can be a schedule: there is one, and their bounds rise.
fn rising(tiers: &[PriceTier]) -> bool {
    let bound = |tier: &PriceTier| tier.up_to_input_tokens.unwrap_or(u64::MAX);
    !tiers.is_empty() && tiers.windows(2).all(|pair| bound(&pair[0]) < bound(&pair[1]))
}

#[cfg(test)]
mod tests;
