//! Qwen: items with a single key and no `type`; thinking and the schema go into `metadata`.

use serde::Serialize;
use serde_json::{Map, Value, json};
use vlm_core::{Admission, MediaKind, Output, Request, Warning, WarningKind};

use super::Piece;

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

pub(super) fn metadata(request: &Request) -> Map<String, Value> {
    let mut metadata = Map::new();
    if let Some(enabled) = request.thinking.enabled {
        metadata.insert("enable_thinking".to_owned(), enabled.into());
    }
    if let Some(budget) = request.thinking.budget {
        metadata.insert("thinking_budget".to_owned(), budget.into());
    }
    if let Output::JsonSchema(schema) = &request.output {
        let format = json!({"type": "json_schema", "json_schema": {"name": schema.name, "schema": schema.schema}});
        metadata.insert("response_format".to_owned(), format);
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
