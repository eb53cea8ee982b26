//! The answer: choices, finish reasons, usage, cost, warnings and the raw reply.

use std::fmt;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::price::Cost;
use crate::usage::Usage;

/// A finished answer, or what had arrived of one when its call failed.
///
/// `Debug` shows lengths, not the text.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Completion {
    /// The service's id of the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The model as the service names it, which need not be the name that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// When the answer was made, in seconds since 1970 (UTC).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<u64>,
    /// The answers, by index; more than one only when more were asked for.
    pub choices: Vec<Choice>,
    /// Tokens as reported.
    pub usage: Usage,
    /// What it cost.
    pub cost: Cost,
    /// What a reader should know: ignored settings, undocumented ground, odd replies.
    pub warnings: Vec<Warning>,
    /// Facts that only this provider knows, under its own names.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub metadata: Map<String, Value>,
    /// The reply as it came. Not serialized.
    #[serde(skip)]
    pub raw: RawReply,
}

/// One of the answers.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Choice {
    /// The service's index of this answer.
    pub index: u32,
    /// The text.
    pub text: String,
    /// The model's visible reasoning, where the service shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasoning: Option<String>,
    /// Why it ended.
    pub finish: FinishReason,
}

/// Why an answer ended.
///
/// Serialized as a word: `stop`, `length`, `content_filter`, `tool_calls`, `unknown`, or the service's own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
#[non_exhaustive]
pub enum FinishReason {
    /// The model was done, or met a stop sequence.
    Stop,
    /// The token limit cut it off.
    Length,
    /// A content filter cut it off.
    ContentFilter,
    /// The model called a tool.
    ToolCalls,
    /// Another reason, in the service's own word.
    Other(String),
    /// The service did not say.
    #[default]
    Unknown,
}

impl FinishReason {
    /// The word for it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Stop => "stop",
            Self::Length => "length",
            Self::ContentFilter => "content_filter",
            Self::ToolCalls => "tool_calls",
            Self::Other(word) => word,
            Self::Unknown => "unknown",
        }
    }
}

impl From<&str> for FinishReason {
    fn from(word: &str) -> Self {
        match word {
            "stop" => Self::Stop,
            "length" => Self::Length,
            "content_filter" => Self::ContentFilter,
            "tool_calls" => Self::ToolCalls,
            "unknown" | "" => Self::Unknown,
            _ => Self::Other(word.to_owned()),
        }
    }
}

impl From<String> for FinishReason {
    fn from(word: String) -> Self {
        match Self::from(word.as_str()) {
            Self::Other(_) => Self::Other(word),
            known => known,
        }
    }
}

impl From<FinishReason> for String {
    fn from(reason: FinishReason) -> Self {
        match reason {
            FinishReason::Other(word) => word,
            known => known.as_str().to_owned(),
        }
    }
}

impl fmt::Display for FinishReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Something a reader of the answer should know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Warning {
    /// What sort of warning it is.
    pub kind: WarningKind,
    /// The part of the request or reply it is about, as a path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The warning for a person.
    pub message: String,
}

/// The sort of a [`Warning`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum WarningKind {
    /// The model is not in the provider's list; it was passed through as it is.
    UnknownModel,
    /// The service does not document what was asked; it was sent all the same.
    Undocumented,
    /// A hint was not sent.
    Ignored,
    /// A combination that is likely to disappoint.
    Unwise,
    /// The reply ended without an end mark.
    UnmarkedEnd,
    /// Bytes that are not UTF-8 were replaced.
    LossyText,
    /// A part of the reply was not understood; it stands in the raw reply.
    NotUnderstood,
    /// The answer is empty.
    EmptyText,
    /// More or fewer tokens were billed than had been estimated.
    Drift,
    /// The answer could not be kept in a cache.
    NotCached,
}

impl Warning {
    /// A warning of `kind`.
    pub fn new(kind: WarningKind, message: impl Into<String>) -> Self {
        Self { kind, path: None, message: message.into() }
    }

    /// Says what it is about.
    #[must_use]
    pub fn at(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.path {
            Some(path) => write!(f, "{path}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

/// The reply's bytes as they came from the network, in the pieces they came in; cheap to clone.
///
/// `Debug` shows the length only.
#[derive(Clone, Default)]
pub struct RawReply {
    pieces: Vec<Bytes>,
}

impl RawReply {
    /// Nothing yet.
    pub const fn new() -> Self {
        Self { pieces: Vec::new() }
    }

    /// Adds a piece.
    pub fn push(&mut self, piece: Bytes) {
        if !piece.is_empty() {
            self.pieces.push(piece);
        }
    }

    /// The number of bytes.
    pub fn len(&self) -> usize {
        self.pieces.iter().map(Bytes::len).sum()
    }

    /// True when there are none.
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// All bytes in one piece; free of copies when there is only one.
    pub fn to_bytes(&self) -> Bytes {
        match self.pieces.as_slice() {
            [] => Bytes::new(),
            [one] => one.clone(),
            many => many.concat().into(),
        }
    }

    /// The reply as text; what is not UTF-8 is replaced.
    pub fn to_text(&self) -> String {
        String::from_utf8_lossy(&self.to_bytes()).into_owned()
    }
}

impl From<Bytes> for RawReply {
    fn from(bytes: Bytes) -> Self {
        let mut raw = Self::new();
        raw.push(bytes);
        raw
    }
}

impl PartialEq for RawReply {
    fn eq(&self, other: &Self) -> bool {
        self.to_bytes() == other.to_bytes()
    }
}

impl fmt::Debug for RawReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawReply({} bytes)", self.len())
    }
}

impl Choice {
    /// An answer with its index and text.
    pub fn new(index: u32, text: impl Into<String>) -> Self {
        Self { index, text: text.into(), ..Self::default() }
    }

    /// True when it has neither text nor reasoning.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty() && self.reasoning.as_deref().is_none_or(str::is_empty)
    }
}

impl Completion {
    /// An answer of which nothing is known yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The text of the first choice; empty when there is none.
    pub fn text(&self) -> &str {
        self.choices.first().map_or("", |choice| choice.text.as_str())
    }

    /// Why the first choice ended.
    pub fn finish(&self) -> &FinishReason {
        self.choices.first().map_or(&FinishReason::Unknown, |choice| &choice.finish)
    }

    /// The first choice's text, by value.
    pub fn into_text(mut self) -> String {
        if self.choices.is_empty() { String::new() } else { self.choices.swap_remove(0).text }
    }
}

impl fmt::Debug for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Choice")
            .field("index", &self.index)
            .field("text_bytes", &self.text.len())
            .field("reasoning_bytes", &self.reasoning.as_ref().map(String::len))
            .field("finish", &self.finish)
            .finish()
    }
}

impl fmt::Debug for Completion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&String> = self.metadata.keys().collect();
        f.debug_struct("Completion")
            .field("id", &self.id)
            .field("model", &self.model)
            .field("created", &self.created)
            .field("choices", &self.choices)
            .field("usage", &self.usage)
            .field("cost", &self.cost)
            .field("warnings", &self.warnings)
            .field("metadata", &names)
            .field("raw", &self.raw)
            .finish()
    }
}

#[cfg(test)]
mod tests;
