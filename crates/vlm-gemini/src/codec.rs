//! Neutral request → wire body. Everything here is pure: media were placed before (an address, or the text that stands
//! for content), and what comes out only has to be serialized.

mod config;
mod json_schema;
mod review;

use serde::Serialize;
use serde_json::{Map, Value};
use vlm_core::{Detail, MediaKind, MediaOptions, MediaType, Message, Request, Role};

use crate::extras::Extras;
use crate::models::{Generation, Model};
use config::Config;
pub(crate) use review::review;

/// A picture or film, ready to be written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Placed {
    /// Content in the request; the text stands for it.
    Inline(String),
    /// What the service fetches, or has.
    Uri(String),
}

/// A whole request body.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Body<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    system_instruction: Option<Content<'a>>,
    contents: Vec<Content<'a>>,
    #[serde(skip_serializing_if = "Config::is_empty")]
    generation_config: Config,
    #[serde(skip_serializing_if = "Option::is_none")]
    safety_settings: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cached_content: Option<&'a str>,
    #[serde(flatten)]
    more: &'a Map<String, Value>,
}

/// One turn; the system's has no role.
#[derive(Debug, Serialize)]
struct Content<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'static str>,
    parts: Vec<Part<'a>>,
}

/// One part: text, content or an address, with what belongs to it.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Part<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    inline_data: Option<InlineData<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file_data: Option<FileData<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    video_metadata: Option<VideoMetadata>,
    #[serde(skip_serializing_if = "Option::is_none")]
    media_resolution: Option<Resolution>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct InlineData<'a> {
    mime_type: String,
    data: &'a str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct FileData<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    mime_type: Option<String>,
    file_uri: &'a str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct VideoMetadata {
    #[serde(skip_serializing_if = "Option::is_none")]
    start_offset: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_offset: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fps: Option<f64>,
}

#[derive(Debug, Serialize)]
struct Resolution {
    level: &'static str,
}

/// Writes an admitted request to the model `id`. `placed` holds its media in the order in which they stand in it.
pub(crate) fn encode<'a>(id: &str, request: &'a Request, placed: &'a [Placed], extras: &'a Extras) -> Body<'a> {
    let system: Vec<Part<'a>> =
        request.messages.iter().filter(|message| message.role == Role::System).flat_map(texts).collect();
    Body {
        system_instruction: (!system.is_empty()).then_some(Content { role: None, parts: system }),
        contents: contents(request, placed),
        generation_config: config::config(&Model::of(id), Generation::of(id), request, extras),
        safety_settings: extras.safety_settings.as_ref(),
        cached_content: extras.cached_content.as_deref(),
        more: &extras.body,
    }
}

fn contents<'a>(request: &'a Request, placed: &'a [Placed]) -> Vec<Content<'a>> {
    let mut media = placed.iter();
    let turns = request.messages.iter().filter(|message| message.role != Role::System);
    let contents = turns.map(|message| {
        let role = if message.role == Role::Assistant { "model" } else { "user" };
        Content { role: Some(role), parts: parts(message, &mut media) }
    });
    contents.collect()
}

fn texts(message: &Message) -> impl Iterator<Item = Part<'_>> {
    message.parts.iter().filter_map(vlm_core::Part::as_text).map(text)
}

fn text(text: &str) -> Part<'_> {
    Part { text: Some(text), ..Part::default() }
}

/// Parts in their order; each medium is the next one placed.
fn parts<'a>(message: &'a Message, placed: &mut impl Iterator<Item = &'a Placed>) -> Vec<Part<'a>> {
    let parts = message.parts.iter().filter_map(|part| match part {
        vlm_core::Part::Text { text } => Some(self::text(text)),
        vlm_core::Part::Media(media) => placed.next().map(|placed| {
            let mut part = file(placed, media.media_type());
            part.media_resolution = resolution(media.options());
            if media.kind() == Some(MediaKind::Video) {
                part.video_metadata = video_metadata(media.options());
            }
            part
        }),
        _ => None,
    });
    parts.collect()
}

fn file(placed: &Placed, media_type: Option<MediaType>) -> Part<'_> {
    let mime_type = media_type.as_ref().map(mime_type);
    match placed {
        Placed::Inline(data) => {
            let mime_type = mime_type.unwrap_or_else(|| "application/octet-stream".to_owned());
            Part { inline_data: Some(InlineData { mime_type, data }), ..Part::default() }
        }
        Placed::Uri(file_uri) => Part { file_data: Some(FileData { mime_type, file_uri }), ..Part::default() },
    }
}

/// The name that the service documents for a media type.
pub(crate) fn mime_type(media_type: &MediaType) -> String {
    let known = [(MediaType::QUICKTIME, "video/mov"), (MediaType::AVI, "video/avi"), (MediaType::WMV, "video/wmv")];
    let name = known.iter().find(|(known, _)| known == media_type).map(|(_, name)| *name);
    name.unwrap_or(media_type.as_str()).to_owned()
}

fn resolution(options: &MediaOptions) -> Option<Resolution> {
    let level = match options.detail? {
        Detail::Low => "MEDIA_RESOLUTION_LOW",
        Detail::High => "MEDIA_RESOLUTION_HIGH",
        // As the model decides, which it does when nothing is said.
        _ => return None,
    };
    Some(Resolution { level })
}

fn video_metadata(options: &MediaOptions) -> Option<VideoMetadata> {
    let (start, end, fps) = (options.start, options.end, options.fps);
    let some = start.is_some() || end.is_some() || fps.is_some();
    some.then(|| VideoMetadata { start_offset: start.map(seconds), end_offset: end.map(seconds), fps })
}

/// A duration as the service's JSON writes it: `90s`, `1.5s`.
fn seconds(duration: std::time::Duration) -> String {
    let text = format!("{}.{:09}", duration.as_secs(), duration.subsec_nanos());
    format!("{}s", text.trim_end_matches('0').trim_end_matches('.'))
}

#[cfg(test)]
mod tests;
