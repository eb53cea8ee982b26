//! Neutral request → wire body. Everything here is pure: media were placed before (a URL, or the text that stands for
//! inline content), and what comes out only has to be serialized. What differs between servers is read from the
//! profile; the parts of a message stand in `content.rs`, the form of the answer in `format.rs`.

mod content;
mod format;
mod frames;
mod strict;

use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use vlm_core::{Admission, MediaKind, MediaOptions, Output, Request, Role, Sampling, Thinking, Warning, WarningKind};

use crate::extras::Extras;
use crate::profile::Profile;
use content::Content;

/// A picture or film, ready to be written: the text of its URL field, what it is, how it shall be read.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Placed {
    pub(crate) kind: MediaKind,
    pub(crate) text: String,
    pub(crate) options: MediaOptions,
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
    stream_options: Option<StreamOptions>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_format: Option<Box<RawValue>>,
    #[serde(flatten)]
    more: Map<String, Value>,
}

#[derive(Debug, Serialize)]
struct WireMessage<'a> {
    role: &'static str,
    content: Content<'a>,
}

#[derive(Debug, Serialize)]
struct StreamOptions {
    include_usage: bool,
}

/// The settings whose names no server changes; the largest number of tokens is not among them.
#[derive(Debug, Serialize)]
struct WireSampling<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
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
            top_p: sampling.top_p,
            frequency_penalty: sampling.frequency_penalty,
            presence_penalty: sampling.presence_penalty,
            n: sampling.n,
            stop: &sampling.stop,
        }
    }
}

/// What the profile and the extras have to say about a request beyond the model's capabilities.
pub(crate) fn review(request: &Request, extras: &Extras, profile: &Profile, admission: &mut Admission) {
    frames::review(request, extras, profile, admission);
    format::review(request, extras, profile, admission);
    let thinks = request.thinking.enabled == Some(true) || request.thinking.budget.is_some();
    if thinks && !matches!(request.output, Output::Text) {
        let message = "with thinking on, the answer may not be the JSON that was asked for: check it";
        admission.warn(Warning::new(WarningKind::Unwise, message).at("thinking"));
    }
    let reasons = extras.body.get("reasoning_effort").is_some_and(|effort| effort != "none");
    let sampling = &request.sampling;
    if reasons && (sampling.temperature.is_some() || sampling.top_p.is_some()) {
        let message = "models that reason often refuse temperature and top_p; they are sent all the same";
        admission.warn(Warning::new(WarningKind::Unwise, message).at("sampling"));
    }
}

/// Writes an admitted request. `placed` holds its media in the order in which they stand in it.
pub(crate) fn encode<'a>(
    request: &'a Request,
    placed: &'a [Placed],
    extras: &'a Extras,
    profile: &'a Profile,
    stream: bool,
) -> Body<'a> {
    let mut more = extras.body.clone();
    if let Some(limit) = request.sampling.max_tokens {
        more.insert(profile.max_tokens_field.to_string(), Value::from(limit));
    }
    think(request.thinking, profile, &mut more);
    Body {
        model: &request.model,
        messages: messages(request, placed, extras, profile),
        sampling: WireSampling::from(&request.sampling),
        stream: stream.then_some(true),
        stream_options: (stream && profile.stream_usage).then_some(StreamOptions { include_usage: true }),
        response_format: format::response_format(&request.output, extras, profile),
        more,
    }
}

fn think(thinking: Thinking, profile: &Profile, body: &mut Map<String, Value>) {
    // A budget says that the model shall think; some servers limit only what was switched on.
    let enabled = thinking.enabled.or(thinking.budget.map(|_| true));
    if let (Some(path), Some(enabled)) = (&profile.thinking_switch, enabled) {
        put(body, path, Value::from(enabled));
    }
    if let (Some(path), Some(budget)) = (&profile.thinking_budget, thinking.budget) {
        put(body, path, Value::from(budget));
    }
}

/// Sets a field by its path; objects on the way are made.
fn put(body: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('.') {
        None => {
            body.insert(path.to_owned(), value);
        }
        Some((name, rest)) => {
            let inner = body.entry(name).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inner) = inner {
                put(inner, rest, value);
            }
        }
    }
}

fn messages<'a>(
    request: &'a Request,
    placed: &'a [Placed],
    extras: &'a Extras,
    profile: &'a Profile,
) -> Vec<WireMessage<'a>> {
    let mut media = placed.iter();
    let wire = request.messages.iter().map(|message| {
        let count = message.media().count();
        let placed = media.by_ref().take(count).collect();
        WireMessage { role: role(message.role), content: content::content(message, placed, extras, profile) }
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

#[cfg(test)]
mod tests;
