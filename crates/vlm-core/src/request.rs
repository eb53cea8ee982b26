//! A request: model, messages, options. Plain data that serializes, so journals and caches can hold it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::json_schema::JsonSchema;
use crate::media::{Media, MediaKind};
use crate::message::{Message, Part};
use crate::options::{CallOptions, Output, Sampling, Thinking};

/// What is asked of a model.
///
/// `Debug` shows roles, kinds and lengths, never prompts or content.
///
/// ```
/// use vlm_core::{Media, Message, Request};
///
/// let request = Request::new("qwen:qwen3-vl-plus")
///     .message(Message::system("Answer briefly."))
///     .message(Message::user("What is in this picture?").with(Media::path("photo.jpg")))
///     .temperature(0.2)
///     .max_tokens(200);
/// assert_eq!(request.media().count(), 1);
/// ```
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Request {
    /// The model, as the provider names it.
    pub model: String,
    /// The conversation, oldest turn first.
    pub messages: Vec<Message>,
    /// How the answer is drawn.
    #[serde(default, skip_serializing_if = "is_default")]
    pub sampling: Sampling,
    /// Whether and how long the model thinks.
    #[serde(default, skip_serializing_if = "Thinking::is_unset")]
    pub thinking: Thinking,
    /// The form of the answer.
    #[serde(default, skip_serializing_if = "Output::is_text")]
    pub output: Output,
    /// Settings that only one provider knows, by provider id. Other providers ignore them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub extras: BTreeMap<String, Map<String, Value>>,
    /// How the call is made.
    #[serde(default, skip_serializing_if = "CallOptions::is_default")]
    pub call: CallOptions,
}

fn is_default(sampling: &Sampling) -> bool {
    *sampling == Sampling::default()
}

impl Request {
    /// A request to `model`, still without messages.
    pub fn new(model: impl Into<String>) -> Self {
        Self {
            model: model.into(),
            messages: Vec::new(),
            sampling: Sampling::default(),
            thinking: Thinking::default(),
            output: Output::default(),
            extras: BTreeMap::new(),
            call: CallOptions::default(),
        }
    }

    /// Adds a turn.
    #[must_use]
    pub fn message(mut self, message: Message) -> Self {
        self.messages.push(message);
        self
    }

    /// Sets the randomness.
    #[must_use]
    pub fn temperature(mut self, temperature: f64) -> Self {
        self.sampling.temperature = Some(temperature);
        self
    }

    /// Sets the largest number of answer tokens.
    #[must_use]
    pub fn max_tokens(mut self, max_tokens: u32) -> Self {
        self.sampling.max_tokens = Some(max_tokens);
        self
    }

    /// Replaces all sampling settings.
    #[must_use]
    pub fn sampling(mut self, sampling: Sampling) -> Self {
        self.sampling = sampling;
        self
    }

    /// Sets whether and how long the model thinks.
    #[must_use]
    pub fn thinking(mut self, thinking: Thinking) -> Self {
        self.thinking = thinking;
        self
    }

    /// Sets the form of the answer.
    #[must_use]
    pub fn output(mut self, output: Output) -> Self {
        self.output = output;
        self
    }

    /// Asks for JSON that fits a schema.
    #[must_use]
    pub fn json_schema(self, name: impl Into<String>, schema: Value) -> Self {
        self.output(Output::JsonSchema(JsonSchema::new(name, schema)))
    }

    /// Sets one setting that only `provider` knows.
    #[must_use]
    pub fn extra(mut self, provider: impl Into<String>, name: impl Into<String>, value: Value) -> Self {
        self.extras.entry(provider.into()).or_default().insert(name.into(), value);
        self
    }

    /// Sets how the call is made.
    #[must_use]
    pub fn call(mut self, call: CallOptions) -> Self {
        self.call = call;
        self
    }

    /// The pictures and films of all turns, in order.
    pub fn media(&self) -> impl Iterator<Item = &Media> {
        self.messages.iter().flat_map(Message::media)
    }

    /// The pictures and films of all turns, each with its path in the request: `messages[0].parts[1]`.
    pub fn media_with_paths(&self) -> impl Iterator<Item = (String, &Media)> {
        self.messages.iter().enumerate().flat_map(|(turn, message)| {
            message.parts.iter().enumerate().filter_map(move |(at, part)| Some((part_path(turn, at), part.as_media()?)))
        })
    }

    /// Replaces each picture and film by what `change` makes of it; the path is `messages[0].parts[1]`.
    pub fn map_media(&mut self, mut change: impl FnMut(&str, &mut Media)) {
        for (turn, message) in self.messages.iter_mut().enumerate() {
            for (at, part) in message.parts.iter_mut().enumerate() {
                if let Part::Media(media) = part {
                    change(&part_path(turn, at), media);
                }
            }
        }
    }

    /// True when any part is a film.
    pub fn has_video(&self) -> bool {
        self.media().any(|media| media.kind() == Some(MediaKind::Video))
    }
}

/// The path of a part, as problems and warnings name it.
pub(crate) fn part_path(turn: usize, at: usize) -> String {
    format!("messages[{turn}].parts[{at}]")
}

impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let extras: BTreeMap<&str, Vec<&str>> = self
            .extras
            .iter()
            .map(|(provider, settings)| (provider.as_str(), settings.keys().map(String::as_str).collect()))
            .collect();
        f.debug_struct("Request")
            .field("model", &self.model)
            .field("messages", &self.messages)
            .field("sampling", &self.sampling)
            .field("thinking", &self.thinking)
            .field("output", &self.output)
            .field("extras", &extras)
            .field("call", &self.call)
            .finish()
    }
}

#[cfg(test)]
mod tests;
