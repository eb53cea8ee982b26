//! What is known of a call before it is sent: tokens by part, output, cost, and what is not known.

use std::fmt;

use serde::{Deserialize, Serialize};
use vlm_core::{Currency, MediaKind, Money, PriceTier, Warning};

use crate::tokens::TokenRange;

/// What a call will take and cost, as far as can be said before it is sent.
///
/// Serializes, so that it can stand beside the answer it was made for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Estimate {
    /// The model's full name.
    pub model: String,
    /// Input tokens by part, in the order of the request; what surrounds the messages comes last.
    pub parts: Vec<PartEstimate>,
    /// Input tokens in all, no more than the model takes.
    pub input: TokenRange,
    /// Output tokens.
    pub output: OutputEstimate,
    /// The cost of both.
    pub cost: CostEstimate,
    /// What is not known, and why: each of it makes a range wider.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<Unknown>,
    /// What would be warned of if the request were sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
}

/// Input tokens of one part of a request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PartEstimate {
    /// Where in the request: `messages[0].parts[1]`; `messages` for what surrounds them, `output` for a schema.
    pub path: String,
    /// What it is.
    pub what: What,
    /// Its tokens.
    pub tokens: TokenRange,
    /// Of these, those of a film's sound, which some services rate by a price of its own. `None` where sound takes none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sound: Option<TokenRange>,
    /// Width and height in pixels that the model sees, where its rule gives them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resized: Option<(u32, u32)>,
    /// Frames that the model takes from a film.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frames: Option<u64>,
}

/// What a part of a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum What {
    /// Text.
    Text,
    /// A picture.
    Image,
    /// A film.
    Video,
    /// A schema that the answer shall fit.
    Schema,
    /// What the service puts around messages.
    Overhead,
}

impl From<MediaKind> for What {
    fn from(kind: MediaKind) -> Self {
        match kind {
            MediaKind::Video => Self::Video,
            _ => Self::Image,
        }
    }
}

/// Output tokens, all answers together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OutputEstimate {
    /// A rule of thumb for such an answer; no more than is allowed.
    pub typical: u64,
    /// The most that is allowed; `None` where nothing limits it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<u64>,
    /// What limits it.
    pub limited_by: OutputLimit,
}

/// What limits the output of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum OutputLimit {
    /// `max_tokens` of the request.
    Request,
    /// What the service documents for requests without `max_tokens`.
    ServiceDefault,
    /// The most that the model gives.
    Model,
    /// Nothing that is known.
    Nothing,
}

/// What a call will cost. An amount that cannot be told is `None`; `unknown` of the [`Estimate`] says why.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CostEstimate {
    /// The least: the fewest input tokens, and no answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low: Option<Money>,
    /// With the likely input and a typical answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub likely: Option<Money>,
    /// The most: what a budget sets aside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high: Option<Money>,
    /// The currency of all three.
    #[serde(default, skip_serializing_if = "Currency::is_usd")]
    pub currency: Currency,
    /// The price tier that the likely input falls into.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<PriceTier>,
    /// Why that tier, and which others it may become.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier_reason: Option<String>,
}

/// Something that is not known, and what that means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Unknown {
    /// What it is about, as a path of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// What is not known and why, for a person.
    pub message: String,
}

impl Unknown {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { path: None, message: message.into() }
    }

    pub(crate) fn at(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }
}

impl Estimate {
    /// The tokens of all parts of one sort.
    pub fn tokens_of(&self, what: What) -> TokenRange {
        self.parts.iter().filter(|part| part.what == what).map(|part| part.tokens).sum()
    }

    /// Input and output at the most, when both are bounded: what a budget sets aside.
    pub fn max_tokens(&self) -> Option<u64> {
        self.input.high.zip(self.output.max).map(|(input, output)| input.saturating_add(output))
    }
}

impl fmt::Display for CostEstimate {
    /// `$0.00006 to $0.0018`; an end that is not known is a question mark.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let show = |amount: Option<Money>| amount.map_or_else(|| "?".to_owned(), |amount| self.currency.show(amount));
        match (self.low, self.high) {
            (None, None) => f.write_str("unknown"),
            (low, high) if low == high => f.write_str(&show(low)),
            (low, high) => write!(f, "{} to {}", show(low), show(high)),
        }
    }
}

impl fmt::Display for Estimate {
    /// One line: `300 tokens in, up to 1024 out, $0.00006 to $0.0018`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} tokens in, ", self.input)?;
        match self.output.max {
            Some(max) => write!(f, "up to {max} out, ")?,
            None => f.write_str("unlimited out, ")?,
        }
        self.cost.fmt(f)
    }
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.path {
            Some(path) => write!(f, "{path}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}
