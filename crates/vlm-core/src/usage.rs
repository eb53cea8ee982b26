//! Token counts as the service reports them. What was not reported stays `None`, never 0.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a call took, in tokens.
///
/// `input_tokens` includes cached tokens, `output_tokens` includes reasoning tokens, where the service counts so.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Usage {
    /// Tokens of the prompt, media included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input_tokens: Option<u64>,
    /// Tokens of the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_tokens: Option<u64>,
    /// The service's own sum.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_tokens: Option<u64>,
    /// Input tokens served from a cache; a part of `input_tokens`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cached_input_tokens: Option<u64>,
    /// Tokens of hidden reasoning; a part of `output_tokens`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasoning_tokens: Option<u64>,
    /// Input tokens by modality.
    #[serde(skip_serializing_if = "ModalityTokens::is_empty")]
    pub input_by_modality: ModalityTokens,
    /// Output tokens by modality.
    #[serde(skip_serializing_if = "ModalityTokens::is_empty")]
    pub output_by_modality: ModalityTokens,
}

/// Tokens split by what they stand for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ModalityTokens {
    /// Tokens of text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<u64>,
    /// Tokens of pictures.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<u64>,
    /// Tokens of films.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub video: Option<u64>,
    /// Tokens of sound.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audio: Option<u64>,
}

impl ModalityTokens {
    /// True when nothing was reported.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Usage {
    /// Usage of which nothing is known yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the input and the output count.
    #[must_use]
    pub fn with_tokens(mut self, input: u64, output: u64) -> Self {
        self.input_tokens = Some(input);
        self.output_tokens = Some(output);
        self
    }

    /// True when nothing was reported.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The service's own sum, else the sum of both counts when both are known.
    pub fn total(&self) -> Option<u64> {
        self.total_tokens.or_else(|| self.input_tokens?.checked_add(self.output_tokens?))
    }
}

impl fmt::Display for Usage {
    /// `244 tokens in, 61 out`; a count that was not reported is a question mark.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |tokens: Option<u64>| tokens.map_or_else(|| "?".to_owned(), |tokens| tokens.to_string());
        write!(f, "{} tokens in, {} out", count(self.input_tokens), count(self.output_tokens))
    }
}

#[cfg(test)]
mod tests {
    //! Unknown is unknown: it is neither 0 nor left out.

    use super::Usage;

    #[test]
    fn unknown_counts_are_question_marks() {
        let mut usage = Usage::new();
        assert_eq!(usage.to_string(), "? tokens in, ? out");
        usage.output_tokens = Some(0);
        assert_eq!(usage.to_string(), "? tokens in, 0 out");
        assert_eq!(usage.total(), None);
        assert_eq!(Usage::new().with_tokens(244, 61).to_string(), "244 tokens in, 61 out");
        assert_eq!(Usage::new().with_tokens(244, 61).total(), Some(305));
        assert_eq!(Usage::new().with_tokens(u64::MAX, 1).total(), None);
    }
}
