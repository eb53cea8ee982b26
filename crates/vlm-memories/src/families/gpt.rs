//! GPT: OpenAI's items; JSON by a top-level `response_format`, and no `extra_body`.

use serde::Serialize;
use serde_json::{Value, json};
use vlm_core::{Admission, Output, Request, Warning, WarningKind};

use super::Piece;
use crate::models::is_reasoning_gpt;

/// `{"type": "text", …}`, `{"type": "image_url", …}`.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Item<'a> {
    Text { text: &'a str },
    ImageUrl { image_url: Url<'a> },
}

#[derive(Debug, Serialize)]
pub(super) struct Url<'a> {
    url: &'a str,
}

pub(super) fn item(piece: Piece<'_>) -> Item<'_> {
    match piece {
        Piece::Text(text) => Item::Text { text },
        Piece::Media(media) => Item::ImageUrl { image_url: Url { url: &media.text } },
    }
}

pub(super) fn response_format(request: &Request) -> Option<Value> {
    matches!(request.output, Output::Json).then(|| json!({"type": "json_object"}))
}

pub(super) fn review(id: &str, request: &Request, admission: &mut Admission) {
    let speaks_of_json = || request.messages.iter().any(|message| message.text().to_ascii_lowercase().contains("json"));
    if matches!(request.output, Output::Json) && !speaks_of_json() {
        let message = "OpenAI refuses JSON output unless the word \"JSON\" stands in a message: add it to the prompt";
        admission.warn(Warning::new(WarningKind::Unwise, message).at("output"));
    }
    if !is_reasoning_gpt(id) {
        return;
    }
    for (set, path) in [
        (request.sampling.temperature.is_some(), "sampling.temperature"),
        (request.sampling.max_tokens.is_some(), "sampling.max_tokens"),
    ] {
        if set {
            let message = "OpenAI itself refuses this for reasoning models; it is sent, and may be refused";
            admission.warn(Warning::new(WarningKind::Undocumented, message).at(path));
        }
    }
}
