//! Gemini: typed items, media as `input_file` with its MIME type; the schema goes in as `responseSchema`.

use serde::Serialize;
use serde_json::json;
use vlm_core::{Admission, MediaKind, MediaType, Output, Problem, ProblemKind, Request, Warning, WarningKind};

use super::{Metadata, Piece};

/// `{"type": "text", …}`, `{"type": "input_file", …}`.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Item<'a> {
    Text { text: &'a str },
    InputFile { file_uri: &'a str, mime_type: String },
}

pub(super) fn item(piece: Piece<'_>) -> Item<'_> {
    match piece {
        Piece::Text(text) => Item::Text { text },
        Piece::Media(media) => {
            let usual = if media.kind == MediaKind::Video { MediaType::MP4 } else { MediaType::JPEG };
            let media_type = media.media_type.clone().unwrap_or(usual);
            Item::InputFile { file_uri: &media.text, mime_type: media_type.to_string() }
        }
    }
}

pub(super) fn metadata(request: &Request) -> Metadata {
    let mut metadata = Metadata::default();
    let budget = match (request.thinking.budget, request.thinking.enabled) {
        (Some(tokens), _) => Some(i64::from(tokens)),
        (None, Some(true)) => Some(-1),
        (None, Some(false)) => Some(0),
        (None, None) => None,
    };
    if let Some(budget) = budget {
        metadata.set("thinking_config", json!({"thinking_budget": budget}));
    }
    if !matches!(request.output, Output::Text) {
        // The other documented value, `json_schema`, is no MIME type.
        metadata.set("response_mime_type", "application/json");
    }
    if let Output::JsonSchema(schema) = &request.output
        && let Ok(lowered) = schema.to_gemini_schema()
    {
        metadata.set("responseSchema", lowered.schema);
    }
    metadata
}

pub(super) fn review(request: &Request, admission: &mut Admission) {
    if let Output::JsonSchema(schema) = &request.output {
        match schema.to_gemini_schema() {
            Ok(lowered) => {
                for lost in lowered.lost {
                    let message = format!("Gemini's schema has no such keyword; it is left out: {lost}");
                    admission.warn(Warning::new(WarningKind::Ignored, message).at("output.schema"));
                }
            }
            Err(reason) => {
                admission.refuse(Problem::new(ProblemKind::Unsupported, "output.schema", reason));
            }
        }
    }
    if let (Some(budget), Some(max_tokens)) = (request.thinking.budget, request.sampling.max_tokens)
        && budget >= max_tokens
    {
        let message = format!(
            "thinking is taken out of max_tokens: {budget} of thinking leave nothing of {max_tokens} for the answer"
        );
        admission.warn(Warning::new(WarningKind::Unwise, message).at("thinking.budget"));
    }
}
