//! The four model families and the two endpoints, by name.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The model families that memories.ai routes to, by the prefix of the model's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Family {
    /// `qwen:`
    Qwen,
    /// `gemini:`
    Gemini,
    /// `nova:`
    Nova,
    /// `gpt:`
    Gpt,
}

impl Family {
    /// All families.
    pub const ALL: [Self; 4] = [Self::Qwen, Self::Gemini, Self::Nova, Self::Gpt];

    /// The prefix, without its colon.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Qwen => "qwen",
            Self::Gemini => "gemini",
            Self::Nova => "nova",
            Self::Gpt => "gpt",
        }
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.prefix())
    }
}

/// The two endpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Endpoint {
    /// Video understanding: `/vu`. Films, and pictures where the family allows both.
    Vu,
    /// Image understanding: `/iu`. Pictures only.
    Iu,
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Vu => "/vu",
            Self::Iu => "/iu",
        })
    }
}
