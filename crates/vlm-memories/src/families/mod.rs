//! Neutral request → wire body: the frame that all families share. One file per family holds its content items and its
//! settings; no item shape is shared between families, because the service's documentation does not share them.
//!
//! Everything here is pure: media were placed before (a URL, or the text that stands for inline content), and what
//! comes out only has to be serialized.

mod gemini;
mod gpt;
mod nova;
mod qwen;

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value};
use vlm_core::{Admission, MediaKind, MediaType, Message, Part, Request, Role, Sampling};

use crate::extras::Extras;
use crate::family::Family;
use crate::routing::ModelName;
use crate::settings::{ExtraBodyForm, WireSettings};

/// A picture or film, ready to be written: the text of its URL field and what it is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Placed {
    pub(crate) kind: MediaKind,
    pub(crate) media_type: Option<MediaType>,
    pub(crate) text: String,
}

/// A whole request body.
#[derive(Debug, Serialize)]
pub(crate) struct Body<'a> {
    model: &'a str,
    messages: Vec<WireMessage<'a>>,
    #[serde(flatten)]
    sampling: WireSampling<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_format: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    extra_body: Option<ExtraBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<Metadata>,
    #[serde(flatten)]
    more: Map<String, Value>,
}

#[derive(Debug, Serialize)]
struct ExtraBody {
    metadata: Metadata,
}

/// A family's own settings, each as JSON text: a schema among them keeps its order.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(transparent)]
struct Metadata(BTreeMap<String, Box<RawValue>>);

impl Metadata {
    /// A value of ours always serializes; should one not, leaving it out is all that could be done.
    fn set(&mut self, name: &str, value: impl Serialize) {
        if let Ok(raw) = to_raw_value(&value) {
            self.0.insert(name.to_owned(), raw);
        }
    }
}

#[derive(Debug, Serialize)]
struct WireMessage<'a> {
    role: &'static str,
    content: Content<'a>,
}

/// System text is a plain string; user content is an array of the family's own items.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Content<'a> {
    Plain(String),
    Qwen(Vec<qwen::Item<'a>>),
    Gemini(Vec<gemini::Item<'a>>),
    Nova(Vec<nova::Item<'a>>),
    Gpt(Vec<gpt::Item<'a>>),
}

#[derive(Debug, Serialize)]
struct WireSampling<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    frequency_penalty: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    presence_penalty: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    n: Option<u32>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    stop: &'a [String],
}

impl<'a> From<&'a Sampling> for WireSampling<'a> {
    fn from(sampling: &'a Sampling) -> Self {
        Self {
            temperature: sampling.temperature,
            max_tokens: sampling.max_tokens,
            top_p: sampling.top_p,
            frequency_penalty: sampling.frequency_penalty,
            presence_penalty: sampling.presence_penalty,
            n: sampling.n,
            stop: &sampling.stop,
        }
    }
}

/// What only one family has to say about a request: problems and warnings beyond its capability data.
pub(crate) fn review(name: &ModelName<'_>, request: &Request, admission: &mut Admission) {
    match name.family {
        Family::Qwen => qwen::review(request, admission),
        Family::Gemini => gemini::review(request, admission),
        Family::Nova => {}
        Family::Gpt => gpt::review(name.id, request, admission),
    }
}

/// Writes an admitted request. `placed` holds its media in the order in which they stand in it.
pub(crate) fn encode<'a>(
    family: Family,
    request: &'a Request,
    placed: &'a [Placed],
    extras: &Extras,
    settings: &WireSettings,
    stream: bool,
) -> Body<'a> {
    let mut metadata = match family {
        Family::Qwen => qwen::metadata(request),
        Family::Gemini => gemini::metadata(request),
        Family::Nova => nova::metadata(request),
        Family::Gpt => Metadata::default(),
    };
    for (name, value) in &extras.metadata {
        metadata.set(name, value);
    }
    let (extra_body, metadata) = match (metadata.0.is_empty(), settings.extra_body) {
        (true, _) => (None, None),
        (false, ExtraBodyForm::Literal) => (Some(ExtraBody { metadata }), None),
        (false, ExtraBodyForm::Flattened) => (None, Some(metadata)),
        (false, ExtraBodyForm::Both) => (Some(ExtraBody { metadata: metadata.clone() }), Some(metadata)),
    };
    Body {
        model: &request.model,
        messages: messages(family, request, placed, settings),
        sampling: WireSampling::from(&request.sampling),
        stream: stream.then_some(true),
        response_format: (family == Family::Gpt).then(|| gpt::response_format(request)).flatten(),
        extra_body,
        metadata,
        more: extras.body.clone(),
    }
}

fn messages<'a>(
    family: Family,
    request: &'a Request,
    placed: &'a [Placed],
    settings: &WireSettings,
) -> Vec<WireMessage<'a>> {
    let mut media = placed.iter();
    let wire = request.messages.iter().map(|message| {
        let count = message.media().count();
        let placed = media.by_ref().take(count).collect();
        WireMessage { role: role(message.role), content: content(family, message, placed, settings) }
    });
    wire.collect()
}

fn role(role: Role) -> &'static str {
    match role {
        Role::System => "system",
        Role::Assistant => "assistant",
        _ => "user",
    }
}

fn content<'a>(family: Family, message: &'a Message, placed: Vec<&'a Placed>, settings: &WireSettings) -> Content<'a> {
    if message.role == Role::System {
        return Content::Plain(message.text());
    }
    let pieces = pieces(message, placed);
    match family {
        Family::Qwen if settings.qwen_plain_text && message.media().next().is_none() => Content::Plain(message.text()),
        Family::Qwen => Content::Qwen(pieces.map(qwen::item).collect()),
        Family::Gemini => Content::Gemini(pieces.map(gemini::item).collect()),
        Family::Nova => Content::Nova(pieces.map(|piece| nova::item(piece, settings.nova_url)).collect()),
        Family::Gpt => Content::Gpt(pieces.map(gpt::item).collect()),
    }
}

/// A part, with its medium already placed.
enum Piece<'a> {
    Text(&'a str),
    Media(&'a Placed),
}

/// Parts in their order; each medium is the next one placed.
fn pieces<'a>(message: &'a Message, placed: Vec<&'a Placed>) -> impl Iterator<Item = Piece<'a>> {
    let mut media = placed.into_iter();
    message.parts.iter().filter_map(move |part| match part {
        Part::Text { text } => Some(Piece::Text(text)),
        Part::Media(_) => media.next().map(Piece::Media),
        _ => None,
    })
}

#[cfg(test)]
mod tests;
