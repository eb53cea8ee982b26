//! What a request may set beside its messages: sampling, thinking, the form of the answer, and how to make the call.
//!
//! Everything is optional; what is not set is not sent, so the service's own defaults apply.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::json_schema::JsonSchema;

/// How the answer is drawn.
///
/// `Debug` shows the number of stop sequences, not their text.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Sampling {
    /// Randomness; 0 is the least.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// Share of probability that tokens are drawn from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_p: Option<f64>,
    /// Largest number of tokens of an answer. Some services take the tokens of hidden thinking out of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u32>,
    /// Penalty by how often a token stands in the answer already.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frequency_penalty: Option<f64>,
    /// Penalty for a token that stands in the answer already.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub presence_penalty: Option<f64>,
    /// Number of answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n: Option<u32>,
    /// Texts that end the answer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stop: Vec<String>,
}

impl fmt::Debug for Sampling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sampling")
            .field("temperature", &self.temperature)
            .field("top_p", &self.top_p)
            .field("max_tokens", &self.max_tokens)
            .field("frequency_penalty", &self.frequency_penalty)
            .field("presence_penalty", &self.presence_penalty)
            .field("n", &self.n)
            .field("stop_sequences", &self.stop.len())
            .finish()
    }
}

/// Whether and how long the model thinks before it answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Thinking {
    /// On or off; unset leaves it to the service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Largest number of tokens of thinking.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget: Option<u32>,
}

impl Thinking {
    /// On, as long as the service likes.
    pub const fn on() -> Self {
        Self { enabled: Some(true), budget: None }
    }

    /// Off.
    pub const fn off() -> Self {
        Self { enabled: Some(false), budget: None }
    }

    /// On, for at most so many tokens.
    pub const fn budget(tokens: u32) -> Self {
        Self { enabled: Some(true), budget: Some(tokens) }
    }

    pub(crate) fn is_unset(&self) -> bool {
        *self == Self::default()
    }
}

/// The form of the answer. Serialized with a `form` tag: `{"form": "text"}`, `{"form": "json_schema", …}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "form", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Output {
    /// Free text.
    #[default]
    Text,
    /// Some JSON.
    Json,
    /// JSON that fits a schema.
    JsonSchema(JsonSchema),
}

impl Output {
    pub(crate) fn is_text(&self) -> bool {
        matches!(self, Self::Text)
    }
}

/// How the call is made; no part of what is asked. The same settings exist on a provider, as defaults.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct CallOptions {
    /// Deadline over all attempts and waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Duration>,
    /// Largest number of wire attempts; 1 is no retry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_attempts: Option<u32>,
    /// Whether to repeat a call whose outcome is unknown. It may then be billed twice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_ambiguous: Option<bool>,
    /// Refuse what would only be warned of.
    pub strict: bool,
}

impl CallOptions {
    pub(crate) fn is_default(&self) -> bool {
        *self == Self::default()
    }
}
