//! Wire reply → neutral completion. Pure.
//!
//! Objects are read by [`RawObject`], which loses no more than a field that is wrong; `status.rs` reads errors;
//! `classify.rs` decides whether a reply is an answer at all.

pub(crate) mod classify;
pub(crate) mod status;
mod usage;

use serde_json::{Map, Value};
use vlm_core::{Choice, Completion, FinishReason, Warning, WarningKind};
use vlm_http::RawObject;

pub(crate) use usage::usage;

/// Fields of a reply that become the completion's metadata.
const METADATA: [&str; 2] = ["promptFeedback", "modelStatus"];

/// Fields of a candidate that do, of the first one.
const OF_CANDIDATE: [&str; 3] = ["finishMessage", "citationMetadata", "groundingMetadata"];

/// Reads whatever of a completion stands in `reply`; what is missing stays unset.
pub(crate) fn completion(reply: &RawObject<'_>) -> Completion {
    let mut answer = Completion::new();
    answer.id = reply.text("responseId").map(Into::into);
    answer.model = reply.text("modelVersion").map(Into::into);
    metadata(reply, &mut answer.metadata);
    for (at, candidate) in reply.objects("candidates").enumerate() {
        let pieces = Pieces::of(&candidate);
        let mut choice = Choice::new(index(&candidate, at), pieces.text);
        choice.reasoning = Some(pieces.reasoning).filter(|text| !text.is_empty());
        choice.finish = finish(&candidate);
        answer.choices.push(choice);
        if at == 0 {
            candidate_metadata(&candidate, &mut answer.metadata);
        }
    }
    answer.choices.sort_by_key(|choice| choice.index);
    if reply.has("usageMetadata") {
        match reply.object("usageMetadata") {
            Some(counts) => answer.usage = usage(&counts),
            None => answer.warnings.push(odd_usage()),
        }
    }
    if answer.choices.iter().any(|choice| choice.text.is_empty()) {
        answer.warnings.push(empty_text());
    }
    answer
}

/// Token counts that are left out because of their form.
pub(crate) fn odd_usage() -> Warning {
    let message = "the reply's `usageMetadata` is not in the expected form; see the raw reply";
    Warning::new(WarningKind::NotUnderstood, message).at("usageMetadata")
}

/// An answer without a text.
pub(crate) fn empty_text() -> Warning {
    let message = "the answer is empty; thinking is taken out of max_tokens and may have left nothing";
    Warning::new(WarningKind::EmptyText, message).at("candidates")
}

pub(crate) fn metadata(reply: &RawObject<'_>, metadata: &mut Map<String, Value>) {
    reply.copy_into(metadata, METADATA);
}

pub(crate) fn candidate_metadata(candidate: &RawObject<'_>, metadata: &mut Map<String, Value>) {
    candidate.copy_into(metadata, OF_CANDIDATE);
}

/// Which choice a candidate is; the service leaves the first one's index out.
pub(crate) fn index(candidate: &RawObject<'_>, at: usize) -> u32 {
    let index = candidate.whole_number("index").and_then(|index| u32::try_from(index).ok());
    index.unwrap_or_else(|| u32::try_from(at).unwrap_or(u32::MAX))
}

/// The texts of a candidate's parts.
#[derive(Debug, Default)]
pub(crate) struct Pieces {
    pub(crate) text: String,
    /// Of the parts that are thoughts.
    pub(crate) reasoning: String,
}

impl Pieces {
    pub(crate) fn of(candidate: &RawObject<'_>) -> Self {
        let mut pieces = Self::default();
        for part in candidate.object("content").iter().flat_map(|content| content.objects("parts")) {
            let Some(text) = part.text("text") else { continue };
            match part.flag("thought") {
                Some(true) => pieces.reasoning.push_str(&text),
                _ => pieces.text.push_str(&text),
            }
        }
        pieces
    }
}

/// Why a candidate ended.
pub(crate) fn finish(candidate: &RawObject<'_>) -> FinishReason {
    match candidate.text("finishReason").as_deref() {
        None | Some("" | "FINISH_REASON_UNSPECIFIED") => FinishReason::Unknown,
        Some("STOP") => FinishReason::Stop,
        Some("MAX_TOKENS") => FinishReason::Length,
        Some("SAFETY" | "RECITATION" | "BLOCKLIST" | "PROHIBITED_CONTENT" | "SPII" | "IMAGE_SAFETY") => {
            FinishReason::ContentFilter
        }
        Some(word) => FinishReason::Other(word.to_owned()),
    }
}

#[cfg(test)]
mod tests;
