//! What a request says, in neutral words.

use std::fmt;

use bytes::Bytes;
use serde_json::Value;
use vlm_core::{MediaOptions, Role, Sampling, Thinking};

/// What a request says.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct SentRequest {
    /// The model, by the name that a caller gives to the provider.
    pub model: String,
    /// All parts of all messages in their order. A service that takes the instructions apart from the conversation has
    /// them first.
    pub parts: Vec<SentPart>,
    /// The sampling settings that were sent.
    pub sampling: Sampling,
    /// The settings of thinking that were sent.
    pub thinking: Thinking,
    /// The schema of the answer, in the service's own form.
    pub schema: Option<Value>,
    /// Whether a stream was asked for.
    pub streamed: bool,
}

/// One part of a message.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SentPart {
    /// Who says it.
    pub role: Role,
    /// What is said or shown.
    pub content: SentContent,
    /// Of a picture or film, the options that were sent with it.
    pub options: MediaOptions,
}

/// What one part holds. `Debug` shows lengths.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SentContent {
    /// Text.
    Text(String),
    /// A picture or film by its address.
    Url(String),
    /// A picture or film itself, decoded.
    Bytes(Bytes),
    /// Something that the subject does not understand: never equal to what was asked.
    Unknown(String),
}

impl SentRequest {
    /// A request of which nothing is known yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a part without options; others are pushed to [`parts`](Self::parts).
    pub fn push(&mut self, role: Role, content: SentContent) {
        self.parts.push(SentPart::new(role, content));
    }
}

impl SentPart {
    /// A part without options.
    pub fn new(role: Role, content: SentContent) -> Self {
        Self { role, content, options: MediaOptions::default() }
    }

    /// The same with these options.
    #[must_use]
    pub fn with_options(mut self, options: MediaOptions) -> Self {
        self.options = options;
        self
    }
}

impl SentContent {
    /// Text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// The text of a URL field: the content of a base64 `data:` URL, or any other URL as it is.
    pub fn url(url: &str) -> Self {
        if !url.starts_with("data:") {
            return Self::Url(url.to_owned());
        }
        match url.split_once(";base64,") {
            Some((_, content)) => Self::base64(content),
            None => Self::Unknown(format!("a data: URL of {} bytes without base64", url.len())),
        }
    }

    /// Content in standard base64.
    pub fn base64(text: &str) -> Self {
        use base64::Engine as _;
        match base64::engine::general_purpose::STANDARD.decode(text) {
            Ok(content) => Self::Bytes(content.into()),
            Err(error) => Self::Unknown(format!("base64 that cannot be read: {error}")),
        }
    }
}

impl fmt::Debug for SentContent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "Text({} chars)", text.chars().count()),
            Self::Url(url) => write!(f, "Url({})", vlm_core::redact_url(url)),
            Self::Bytes(content) => write!(f, "Bytes({} bytes)", content.len()),
            Self::Unknown(why) => write!(f, "Unknown({why})"),
        }
    }
}
