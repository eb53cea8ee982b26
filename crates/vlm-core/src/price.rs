//! Price schedules and what a call cost by them. The figures themselves belong to each provider.

use serde::{Deserialize, Serialize};

use crate::money::Money;
use crate::usage::Usage;

/// What one model costs: one or more tiers, by the input tokens of the request.
///
/// A tier's upper bound is inclusive, and the one tier that a request falls into rates the whole request, input and
/// output alike. Above the last bounded tier there is no price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "UncheckedSchedule")]
#[non_exhaustive]
pub struct PriceSchedule {
    tiers: Vec<PriceTier>,
}

/// A schedule as it was read, before its order is checked.
#[derive(Deserialize)]
struct UncheckedSchedule {
    tiers: Vec<PriceTier>,
}

impl TryFrom<UncheckedSchedule> for PriceSchedule {
    type Error = &'static str;

    fn try_from(read: UncheckedSchedule) -> Result<Self, Self::Error> {
        Self::new(read.tiers).ok_or("price tiers must rise in their bounds, and there must be one")
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
}

impl PriceTier {
    /// A tier with its bound and the price of one token each way.
    pub const fn new(up_to_input_tokens: Option<u64>, input_per_token: Money, output_per_token: Money) -> Self {
        Self { up_to_input_tokens, input_per_token, output_per_token }
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
    },
    /// A part of the usage is unknown: the call cost this much or more.
    AtLeast {
        /// The price of the known part, at the cheapest tier that is possible.
        amount: Money,
        /// What is missing.
        missing: String,
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

    /// True when the amount is the whole price.
    pub fn is_exact(&self) -> bool {
        matches!(self, Self::Exact { .. })
    }
}

impl std::fmt::Display for Cost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Exact { amount, .. } => write!(f, "{amount}"),
            Self::AtLeast { amount, missing } => write!(f, "at least {amount} ({missing})"),
            Self::Unknown { reason } => write!(f, "unknown ({reason})"),
        }
    }
}

impl PriceSchedule {
    /// A schedule of tiers in rising order of their bounds; `None` when it is empty or out of order.
    pub fn new(tiers: Vec<PriceTier>) -> Option<Self> {
        let bound = |tier: &PriceTier| tier.up_to_input_tokens.unwrap_or(u64::MAX);
        let rising = tiers.windows(2).all(|pair| bound(&pair[0]) < bound(&pair[1]));
        (rising && !tiers.is_empty()).then_some(Self { tiers })
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
        let input_cost = tier.input_per_token.times(input);
        match usage.output_tokens {
            Some(output) => Cost::Exact { amount: input_cost + tier.output_per_token.times(output), tier: *tier },
            None => Cost::AtLeast { amount: input_cost, missing: "output tokens were not reported".to_owned() },
        }
    }

    /// Without the input count the tier is unknown too: the known rest at the cheapest rates is a lower bound.
    fn cost_without_input(&self, usage: &Usage) -> Cost {
        let cheapest = |rate: fn(&PriceTier) -> Money| self.tiers.iter().map(rate).min().unwrap_or_default();
        let (input, output) = (cheapest(|tier| tier.input_per_token), cheapest(|tier| tier.output_per_token));
        match (usage.output_tokens, usage.total_tokens) {
            (Some(tokens), _) => {
                Cost::AtLeast { amount: output.times(tokens), missing: "input tokens were not reported".to_owned() }
            }
            (None, Some(total)) => Cost::AtLeast {
                amount: input.min(output).times(total),
                missing: "only the sum of tokens was reported".to_owned(),
            },
            (None, None) => Cost::Unknown { reason: "the service reported no usage".to_owned() },
        }
    }
}

#[cfg(test)]
mod tests;
