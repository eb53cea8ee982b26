//! GPT: OpenAI's `image_url` items, and `response_format: json_object` at top level.

use super::read::Reader;
use super::{Attachment, Format, MediaKind, Part, nova};
use crate::doc::Doc;

pub(super) fn item<'a>(reader: &mut Reader, item: &'a Doc<'a>, path: &str) -> Option<Part<'a>> {
    reader.any_object(item, path)?;
    let kind = reader.need(item, path, "type")?;
    let name = reader.choice(kind, &format!("{path}.type"), &["text", "image_url"])?;
    reader.object(item, path, &["type", name])?;
    let value = reader.need(item, path, name)?;
    let path = format!("{path}.{name}");
    if name == "text" {
        return reader.text(value, &path).map(Part::Text);
    }
    let (value, path) = nova::url(reader, value, &path)?;
    reader.media(value, &path)?;
    Some(Part::Media(Attachment { kind: MediaKind::Picture, value, path }))
}

pub(super) fn format<'a>(reader: &mut Reader, body: &'a Doc<'a>) -> Format<'a> {
    let Some(format) = body.get("response_format") else {
        return Format::Text;
    };
    if reader.object(format, "response_format", &["type"]).is_none() {
        return Format::Text;
    }
    if let Some(kind) = reader.need(format, "response_format", "type") {
        reader.choice(kind, "response_format.type", &["json_object"]);
    }
    Format::Json
}
