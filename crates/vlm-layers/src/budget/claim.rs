//! Claims: what a call may take at most, said before it is sent.

use std::fmt;

use serde::{Deserialize, Serialize};
use vlm_core::{Currency, Money};

/// What a call may take at most, and whom it is booked to.
///
/// A maximum that is not known stays `None`; such a claim is refused where a limit would need it. `Debug` does not show
/// the key's label and the tag.
///
/// ```
/// use vlm_core::Currency;
/// use vlm_layers::{Claim, Expected};
///
/// let claim = Claim::new("memories", "qwen:qwen3-vl-plus")
///     .key("customer-7")
///     .tag("captions")
///     .money("0.02".parse().ok(), Currency::USD)
///     .tokens(Some(6_144))
///     .estimate(Expected::new().input(2_000, 2_048, 2_100).typical_output(300));
/// assert_eq!(claim.model(), "qwen:qwen3-vl-plus");
/// ```
#[derive(Clone, PartialEq, Eq)]
#[must_use = "a claim counts once it is reserved"]
pub struct Claim {
    pub(crate) provider: String,
    pub(crate) model: String,
    pub(crate) key: Option<String>,
    pub(crate) tag: Option<String>,
    pub(crate) money: Option<Money>,
    pub(crate) currency: Currency,
    pub(crate) tokens: Option<u64>,
    pub(crate) expected: Option<Expected>,
}

impl Claim {
    /// A claim of a call to a provider's model, of which no maximum is known yet.
    pub fn new(provider: impl Into<String>, model: impl Into<String>) -> Self {
        Self {
            provider: provider.into(),
            model: model.into(),
            key: None,
            tag: None,
            money: None,
            currency: Currency::USD,
            tokens: None,
            expected: None,
        }
    }

    /// Says which key, account or customer it is booked to, by a label. Never the key itself: the label is written to
    /// the ledger.
    pub fn key(mut self, label: impl Into<String>) -> Self {
        self.key = Some(label.into());
        self
    }

    /// Says what the call is for, in a word by which reports are grouped. It is written to the ledger.
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.tag = Some(tag.into());
        self
    }

    /// Sets the most money that it can cost, where that is known, and the currency of it.
    pub fn money(mut self, most: Option<Money>, currency: Currency) -> Self {
        self.money = most;
        self.currency = currency;
        self
    }

    /// Sets the most tokens that it can take, input and output together, where that is known.
    pub fn tokens(mut self, most: Option<u64>) -> Self {
        self.tokens = most;
        self
    }

    /// Adds what is expected, for the comparison with what is billed. It limits nothing.
    pub fn estimate(mut self, expected: Expected) -> Self {
        self.expected = Some(expected);
        self
    }

    /// The provider's id.
    pub fn provider(&self) -> &str {
        &self.provider
    }

    /// The model's name.
    pub fn model(&self) -> &str {
        &self.model
    }
}

impl fmt::Debug for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claim")
            .field("provider", &self.provider)
            .field("model", &self.model)
            .field("money", &self.money.map(|most| self.currency.show(most)))
            .field("tokens", &self.tokens)
            .field("expected", &self.expected)
            .finish_non_exhaustive()
    }
}

/// How many tokens a call is expected to take. What is not known stays `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Expected {
    /// The fewest input tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input_low: Option<u64>,
    /// The input tokens that are likely: what the billed ones are compared with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input_likely: Option<u64>,
    /// The most input tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input_high: Option<u64>,
    /// The output tokens of a usual answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_typical: Option<u64>,
    /// The most output tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_high: Option<u64>,
}

impl Expected {
    /// Nothing is expected yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the range of input tokens and the likely number in it.
    #[must_use]
    pub const fn input(mut self, low: u64, likely: u64, high: u64) -> Self {
        self.input_low = Some(low);
        self.input_likely = Some(likely);
        self.input_high = Some(high);
        self
    }

    /// Sets the output tokens of a usual answer.
    #[must_use]
    pub const fn typical_output(mut self, tokens: u64) -> Self {
        self.output_typical = Some(tokens);
        self
    }

    /// Sets the most output tokens.
    #[must_use]
    pub const fn most_output(mut self, tokens: u64) -> Self {
        self.output_high = Some(tokens);
        self
    }
}
