//! Wire reply → neutral completion, by shape and not by family: the documentation contradicts itself about which family
//! answers in which shape, so each field is looked for under all its names, and none is required.
//!
//! Pure. Objects are read by [`RawObject`], which loses no more than a field that is wrong; `classify.rs` decides whether
//! a reply is an answer at all.

pub(crate) mod classify;

use serde_json::{Map, Value};
use vlm_core::{Choice, Completion, FinishReason, Usage, Warning, WarningKind};
use vlm_http::{RawObject, RawValue};

/// Fields that become the completion's metadata.
const METADATA: [&str; 5] = ["object", "status", "meta", "service_tier", "system_fingerprint"];

/// Reads whatever of a completion stands in `reply`; what is missing stays unset.
pub(crate) fn completion(reply: &RawObject<'_>) -> Completion {
    let mut answer = Completion::new();
    answer.id = reply.text("id").map(Into::into);
    answer.model = reply.text("model").map(Into::into);
    answer.created = reply.whole_number("created").or_else(|| reply.whole_number("created_at"));
    for (at, choice) in reply.objects("choices").enumerate() {
        answer.choices.push(self::choice(&choice, at as u32, &mut answer.metadata));
    }
    answer.choices.sort_by_key(|choice| choice.index);
    if reply.has("usage") {
        match reply.object("usage") {
            Some(counts) => answer.usage = usage(&counts),
            None => answer.warnings.push(not_understood("usage")),
        }
    }
    metadata(reply, &mut answer.metadata);
    if answer.choices.iter().any(|choice| choice.text.is_empty()) {
        let message =
            "the answer is empty; the service does so for media that it could not open, and for long thinking";
        answer.warnings.push(Warning::new(WarningKind::EmptyText, message).at("choices"));
    }
    answer
}

/// A warning of a field that is left out because of its form.
pub(crate) fn not_understood(field: &str) -> Warning {
    let message = format!("the reply's `{field}` is not in the expected form; see the raw reply");
    Warning::new(WarningKind::NotUnderstood, message).at(field)
}

pub(crate) fn metadata(reply: &RawObject<'_>, metadata: &mut Map<String, Value>) {
    reply.copy_into(metadata, METADATA);
}

fn choice(choice: &RawObject<'_>, at: u32, metadata: &mut Map<String, Value>) -> Choice {
    let index = index(choice.get(["index"])[0], at);
    let message = choice.object("message");
    let mut answer = Choice::new(index, text(choice, message.as_ref()).unwrap_or_default());
    answer.finish = finish(choice.get(["finish_reason"])[0]);
    let Some(message) = message else { return answer };
    answer.reasoning = message.text("reasoning_content").filter(|text| !text.is_empty()).map(Into::into);
    if let Some(refusal) = message.text("refusal").filter(|refusal| !refusal.is_empty()) {
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

/// The text of a choice: `text`, else `message.content`, else the arguments of a tool that it called.
fn text(choice: &RawObject<'_>, message: Option<&RawObject<'_>>) -> Option<String> {
    if let Some(text) = choice.text("text") {
        return Some(text.into());
    }
    let message = message?;
    content(message).filter(|text| !text.is_empty()).or_else(|| tool_arguments(message))
}

/// `content` is a string, or parts whose texts are joined.
pub(crate) fn content(message: &RawObject<'_>) -> Option<String> {
    if let Some(text) = message.text("content") {
        return Some(text.into());
    }
    let parts = || message.objects("content");
    parts().next()?;
    let texts: String = parts().filter_map(|part| part.text("text")).collect();
    if !texts.is_empty() {
        return Some(texts);
    }
    // A tool's input as Nova writes it elsewhere: how it comes through here is not documented.
    parts().find_map(|part| part.object("toolUse")?.value("input")).map(|input| input.to_string())
}

fn tool_arguments(message: &RawObject<'_>) -> Option<String> {
    message.objects("tool_calls").next()?.object("function")?.text("arguments").map(Into::into)
}

/// Why a choice ended; the word is read on every shape, because some families put it where others do not.
pub(crate) fn finish(reason: Option<RawValue<'_>>) -> FinishReason {
    match reason.and_then(|reason| reason.text()).as_deref() {
        None | Some("") => FinishReason::Unknown,
        Some("end_turn" | "stop_sequence" | "STOP") => FinishReason::Stop,
        Some("max_tokens" | "MAX_TOKENS") => FinishReason::Length,
        Some("tool_use") => FinishReason::ToolCalls,
        Some("content_filtered" | "guardrail_intervened" | "SAFETY") => FinishReason::ContentFilter,
        Some(word) => FinishReason::from(word),
    }
}

/// Token counts under all five names that the families use, with OpenAI's details.
pub(crate) fn usage(counts: &RawObject<'_>) -> Usage {
    let first = |names: &[&str]| names.iter().find_map(|name| counts.whole_number(name));
    let mut usage = Usage::new();
    usage.input_tokens = first(&["input_tokens", "prompt_tokens"]);
    usage.output_tokens = first(&["output_tokens", "completion_tokens", "output_token"]);
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

#[cfg(test)]
mod tests;
