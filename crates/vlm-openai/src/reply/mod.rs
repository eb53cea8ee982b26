//! Wire reply → neutral completion. Servers of one protocol differ in what they leave out, so each field is looked for
//! leniently and none is required.
//!
//! Pure. `classify.rs` decides whether a reply is an answer at all.

pub(crate) mod classify;

use std::borrow::Cow;

use serde_json::{Map, Value};
use vlm_core::{Choice, Completion, FinishReason, Usage, Warning, WarningKind};
use vlm_http::{RawObject, RawValue};

use crate::profile::Profile;

/// Fields that become the completion's metadata.
pub(crate) const METADATA: [&str; 4] = ["provider", "service_tier", "system_fingerprint", "timings"];

/// Reads whatever of a completion stands in `reply`; what is missing stays unset.
pub(crate) fn completion(reply: &RawObject<'_>, profile: &Profile) -> Completion {
    let mut answer = Completion::new();
    answer.id = reply.text("id").map(Into::into);
    answer.model = reply.text("model").map(Into::into);
    answer.created = reply.whole_number("created");
    for (at, choice) in reply.objects("choices").enumerate() {
        answer.choices.push(self::choice(&choice, at as u32, profile, &mut answer.metadata));
    }
    answer.choices.sort_by_key(|choice| choice.index);
    if reply.has("usage") {
        match reply.object("usage") {
            Some(counts) => {
                answer.usage = usage(&counts);
                answer.metadata.extend(charged(&counts));
            }
            None => answer.warnings.push(not_understood("usage")),
        }
    }
    metadata(reply, &mut answer.metadata);
    if answer.choices.iter().any(|choice| choice.text.is_empty()) {
        answer.warnings.push(empty_text());
    }
    answer
}

/// A warning of a field that is left out because of its form.
pub(crate) fn not_understood(field: &str) -> Warning {
    let message = format!("the reply's `{field}` is not in the expected form; see the raw reply");
    Warning::new(WarningKind::NotUnderstood, message).at(field)
}

/// A warning of an answer without text.
pub(crate) fn empty_text() -> Warning {
    let message = "the answer is empty; models that reason can use up all of their tokens before they answer";
    Warning::new(WarningKind::EmptyText, message).at("choices")
}

/// A warning of a refusal that stands beside another answer.
pub(crate) fn refused() -> Warning {
    Warning::new(WarningKind::Unwise, "the model refused to answer; its words stand in the metadata").at("choices")
}

pub(crate) fn metadata(reply: &RawObject<'_>, metadata: &mut Map<String, Value>) {
    reply.copy_into(metadata, METADATA);
}

fn choice(choice: &RawObject<'_>, at: u32, profile: &Profile, metadata: &mut Map<String, Value>) -> Choice {
    let message = choice.object("message");
    let text = message.as_ref().and_then(content).or_else(|| choice.text("text").map(Into::into));
    let mut answer = Choice::new(index(choice.get(["index"])[0], at), text.unwrap_or_default());
    answer.finish = finish(choice.get(["finish_reason"])[0]);
    let Some(message) = message else { return answer };
    answer.reasoning = reasoning(&message, profile).map(Into::into);
    if calls_tools(&message) {
        metadata.extend(message.value("tool_calls").map(|calls| ("tool_calls".to_owned(), calls)));
    }
    if let Some(refusal) = refusal(&message) {
        metadata.insert("refusal".to_owned(), Value::from(&*refusal));
        answer.finish = FinishReason::ContentFilter;
        if answer.text.is_empty() {
            answer.text = refusal.into();
        }
    }
    answer
}

/// A choice's own index, else its place.
pub(crate) fn index(index: Option<RawValue<'_>>, at: u32) -> u32 {
    index.and_then(|index| u32::try_from(index.whole_number()?).ok()).unwrap_or(at)
}

/// Whether a message calls tools; an empty list of calls is none.
pub(crate) fn calls_tools(message: &RawObject<'_>) -> bool {
    message.objects("tool_calls").next().is_some()
}

/// What the model says instead of an answer.
pub(crate) fn refusal<'a>(message: &RawObject<'a>) -> Option<Cow<'a, str>> {
    message.text("refusal").filter(|refusal| !refusal.is_empty())
}

/// The visible reasoning, under the first of the profile's names that holds any.
pub(crate) fn reasoning<'a>(message: &RawObject<'a>, profile: &Profile) -> Option<Cow<'a, str>> {
    profile.reasoning_fields.iter().find_map(|name| message.text(name).filter(|text| !text.is_empty()))
}

/// `content` is a string, or parts whose texts are joined.
pub(crate) fn content(message: &RawObject<'_>) -> Option<String> {
    let [content] = message.get(["content"]);
    content_of(content?)
}

/// The text of a `content`.
pub(crate) fn content_of(content: RawValue<'_>) -> Option<String> {
    if let Some(text) = content.text() {
        return Some(text.into());
    }
    let mut parts = content.objects().peekable();
    parts.peek()?;
    Some(parts.filter_map(|part| part.text("text")).collect())
}

/// Why a choice ended.
pub(crate) fn finish(reason: Option<RawValue<'_>>) -> FinishReason {
    match reason.and_then(|reason| reason.text()).as_deref() {
        None | Some("" | "null") => FinishReason::Unknown,
        Some("eos" | "eos_token" | "end_turn" | "stop_sequence") => FinishReason::Stop,
        Some("max_tokens") => FinishReason::Length,
        Some("function_call") => FinishReason::ToolCalls,
        Some(word) => FinishReason::from(word),
    }
}

/// Token counts with their details.
pub(crate) fn usage(counts: &RawObject<'_>) -> Usage {
    let first = |names: &[&str]| names.iter().find_map(|name| counts.whole_number(name));
    let mut usage = Usage::new();
    usage.input_tokens = first(&["prompt_tokens", "input_tokens"]);
    usage.output_tokens = first(&["completion_tokens", "output_tokens"]);
    usage.total_tokens = first(&["total_tokens"]);
    let details = |names: [&str; 2]| names.iter().find_map(|name| counts.object(name));
    if let Some(input) = details(["prompt_tokens_details", "input_tokens_details"]) {
        usage.cached_input_tokens = input.whole_number("cached_tokens");
        usage.input_by_modality.text = input.whole_number("text_tokens");
        usage.input_by_modality.image = input.whole_number("image_tokens");
        usage.input_by_modality.video = input.whole_number("video_tokens");
        usage.input_by_modality.audio = input.whole_number("audio_tokens");
    }
    if let Some(output) = details(["completion_tokens_details", "output_tokens_details"]) {
        usage.reasoning_tokens = output.whole_number("reasoning_tokens");
        usage.output_by_modality.text = output.whole_number("text_tokens");
        usage.output_by_modality.audio = output.whole_number("audio_tokens");
    }
    usage
}

/// What OpenRouter says that it charged, in its credits.
pub(crate) fn charged(counts: &RawObject<'_>) -> Option<(String, Value)> {
    let cost = counts.value("cost")?;
    Some(("usage.cost".to_owned(), cost))
}

#[cfg(test)]
mod tests;
