//! Gemini: `type: text` and `type: input_file` items, `thinking_config`, and schemas with upper-case type names.

use super::read::{Form, Reader, shown};
use super::{Attachment, Format, MediaKind, Part};
use crate::doc::Doc;

/// Deeper schemas are not checked for upper-case names; the JSON parser has a limit of its own.
const MAX_DEPTH: usize = 64;

pub(super) fn item<'a>(reader: &mut Reader, item: &'a Doc<'a>, path: &str) -> Option<Part<'a>> {
    reader.any_object(item, path)?;
    let kind = reader.need(item, path, "type")?;
    match reader.choice(kind, &format!("{path}.type"), &["text", "input_file"])? {
        "text" => {
            reader.object(item, path, &["type", "text"])?;
            let text = reader.need(item, path, "text")?;
            reader.text(text, &format!("{path}.text")).map(Part::Text)
        }
        _ => input_file(reader, item, path).map(Part::Media),
    }
}

fn input_file<'a>(reader: &mut Reader, item: &'a Doc<'a>, path: &str) -> Option<Attachment<'a>> {
    reader.object(item, path, &["type", "file_uri", "mime_type"])?;
    let uri = reader.need(item, path, "file_uri")?;
    let uri_path = format!("{path}.file_uri");
    let value = reader.text(uri, &uri_path)?;
    let form = reader.media(value, &uri_path)?;
    let kind = match item.get("mime_type") {
        Some(mime) => {
            let mime_path = format!("{path}.mime_type");
            let mime = reader.text(mime, &mime_path)?;
            kind_of_mime(mime).or_else(|| {
                reader.say(mime_path, format!("is `{}`; it must be image/… or video/…", shown(mime)));
                None
            })?
        }
        None => kind_of_address(value),
    };
    if kind == MediaKind::Film && form == Form::Base64 {
        reader.say(&uri_path, "is base64; gemini takes a video as a URL only");
    }
    Some(Attachment { kind, value, path: uri_path })
}

fn kind_of_mime(mime: &str) -> Option<MediaKind> {
    if mime.starts_with("image/") {
        Some(MediaKind::Picture)
    } else if mime.starts_with("video/") {
        Some(MediaKind::Film)
    } else {
        None
    }
}

/// `mime_type` is not listed as required: without it the data URI or the extension tells.
fn kind_of_address(value: &str) -> MediaKind {
    if let Some(rest) = value.strip_prefix("data:") {
        return kind_of_mime(rest).unwrap_or(MediaKind::Picture);
    }
    let address = value.split(['?', '#']).next().unwrap_or(value);
    let extension = address.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    let film = ["mp4", "webm", "mov", "avi", "mkv", "mpeg", "mpg", "flv", "wmv", "m4v", "3gp"];
    if film.contains(&extension.as_str()) { MediaKind::Film } else { MediaKind::Picture }
}

pub(super) fn metadata<'a>(reader: &mut Reader, doc: &'a Doc<'a>, path: &str) -> Format<'a> {
    let known = ["thinking_config", "response_mime_type", "responseSchema"];
    if reader.object(doc, path, &known).is_none() {
        return Format::Text;
    }
    if let Some(thinking) = doc.get("thinking_config") {
        let path = format!("{path}.thinking_config");
        reader.object(thinking, &path, &["thinking_budget"]);
        if let Some(budget) = thinking.get("thinking_budget") {
            reader.integer(budget, &format!("{path}.thinking_budget"));
        }
    }
    let mime = doc.get("response_mime_type").and_then(|mime| {
        reader.choice(mime, &format!("{path}.response_mime_type"), &["application/json", "json_schema"])
    });
    if let Some(schema) = doc.get("responseSchema") {
        response_schema(reader, schema, &format!("{path}.responseSchema"));
        return Format::Schema(schema);
    }
    if mime.is_some() { Format::Json } else { Format::Text }
}

fn response_schema(reader: &mut Reader, schema: &Doc<'_>, path: &str) {
    if reader.any_object(schema, path).is_none() {
        return;
    }
    if schema.get("type").and_then(Doc::text) != Some("OBJECT") {
        reader.say(format!("{path}.type"), "must be `OBJECT`");
    }
    for (name, property) in schema.get("properties").map_or(&[][..], Doc::members) {
        upper_case(reader, property, &format!("{path}.properties.{}", shown(name)), 0);
    }
}

fn upper_case(reader: &mut Reader, schema: &Doc<'_>, path: &str, depth: usize) {
    if depth > MAX_DEPTH {
        return;
    }
    if let Some(kind) = schema.get("type") {
        let known = ["STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY", "OBJECT", "NULL"];
        reader.choice(kind, &format!("{path}.type"), &known);
    }
    for (name, property) in schema.get("properties").map_or(&[][..], Doc::members) {
        upper_case(reader, property, &format!("{path}.properties.{}", shown(name)), depth + 1);
    }
    if let Some(items) = schema.get("items") {
        upper_case(reader, items, &format!("{path}.items"), depth + 1);
    }
    for (at, branch) in schema.get("anyOf").map_or(&[][..], Doc::entries).iter().enumerate() {
        upper_case(reader, branch, &format!("{path}.anyOf[{at}]"), depth + 1);
    }
}
