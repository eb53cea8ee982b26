//! Qwen: items with a single key and no `type`; thinking and the schema go into `metadata`.

use serde::Serialize;
use vlm_core::{Admission, MediaKind, Output, Request, Warning, WarningKind};

use super::{Metadata, Piece};

/// `{"text": …}`, `{"image": …}`, `{"video": …}`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Item<'a> {
    Text(&'a str),
    Image(&'a str),
    Video(&'a str),
}

pub(super) fn item(piece: Piece<'_>) -> Item<'_> {
    match piece {
        Piece::Text(text) => Item::Text(text),
        Piece::Media(media) if media.kind == MediaKind::Video => Item::Video(&media.text),
        Piece::Media(media) => Item::Image(&media.text),
    }
}

#[derive(Serialize)]
struct ResponseFormat<'a, S> {
    r#type: &'static str,
    json_schema: NamedSchema<'a, S>,
}

#[derive(Serialize)]
struct NamedSchema<'a, S> {
    name: &'a str,
    schema: S,
}

pub(super) fn metadata(request: &Request) -> Metadata {
    let mut metadata = Metadata::default();
    if let Some(enabled) = request.thinking.enabled {
        metadata.set("enable_thinking", enabled);
    }
    if let Some(budget) = request.thinking.budget {
        metadata.set("thinking_budget", budget);
    }
    if let Output::JsonSchema(schema) = &request.output {
        let json_schema = NamedSchema { name: &schema.name, schema: schema.in_order() };
        metadata.set("response_format", ResponseFormat { r#type: "json_schema", json_schema });
    }
    metadata
}

pub(super) fn review(request: &Request, admission: &mut Admission) {
    let thinks = request.thinking.enabled == Some(true) || request.thinking.budget.is_some();
    if thinks && !matches!(request.output, Output::Text) {
        let message = "with thinking on, Qwen may not keep to the schema: check the answer, or turn thinking off";
        admission.warn(Warning::new(WarningKind::Unwise, message).at("thinking"));
    }
}
