//! Nova: typed items, media as an object with a `url` (or as a plain string); the schema goes in as a tool.

use serde::Serialize;
use vlm_core::{MediaKind, Output, Request};

use super::{Metadata, Piece};
use crate::settings::NovaUrlForm;

/// `{"type": "text", …}`, `{"type": "image_url", …}`, `{"type": "video_url", …}`.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Item<'a> {
    Text { text: &'a str },
    ImageUrl { image_url: Url<'a> },
    VideoUrl { video_url: Url<'a> },
}

/// The service's samples nest an object, its tables say string.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Url<'a> {
    Object { url: &'a str },
    Plain(&'a str),
}

pub(super) fn item<'a>(piece: Piece<'a>, form: NovaUrlForm) -> Item<'a> {
    let url = |text: &'a str| match form {
        NovaUrlForm::Object => Url::Object { url: text },
        NovaUrlForm::Plain => Url::Plain(text),
    };
    match piece {
        Piece::Text(text) => Item::Text { text },
        Piece::Media(media) if media.kind == MediaKind::Video => Item::VideoUrl { video_url: url(&media.text) },
        Piece::Media(media) => Item::ImageUrl { image_url: url(&media.text) },
    }
}

#[derive(Serialize)]
struct ToolConfig<'a, S> {
    tools: [Tool<'a, S>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Tool<'a, S> {
    tool_spec: ToolSpec<'a, S>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ToolSpec<'a, S> {
    name: &'a str,
    description: &'a str,
    input_schema: InputSchema<S>,
}

#[derive(Serialize)]
struct InputSchema<S> {
    json: S,
}

pub(super) fn metadata(request: &Request) -> Metadata {
    let mut metadata = Metadata::default();
    if let Output::JsonSchema(schema) = &request.output {
        let description = schema.description.as_deref().unwrap_or("Return the answer in this form");
        let input_schema = InputSchema { json: schema.in_order() };
        let tool_spec = ToolSpec { name: &schema.name, description, input_schema };
        metadata.set("toolConfig", ToolConfig { tools: [Tool { tool_spec }] });
    }
    metadata
}
