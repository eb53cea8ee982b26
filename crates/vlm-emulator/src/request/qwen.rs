//! Qwen: single-key content items without `type`, and the `response_format` inside `metadata`.

use super::read::{Form, Reader, shown};
use super::{Attachment, Format, MediaKind, Part};
use crate::doc::Doc;

pub(super) fn item<'a>(reader: &mut Reader, item: &'a Doc<'a>, path: &str) -> Option<Part<'a>> {
    reader.any_object(item, path)?;
    if item.get("type").is_some() {
        reader.say(path, "has a `type`; a qwen item is an object with the single key text, image or video");
        return None;
    }
    let [(name, value)] = item.members() else {
        reader.say(
            path,
            format!(
                "has {} keys; a qwen item is an object with the single key text, image or video",
                item.members().len()
            ),
        );
        return None;
    };
    let value_path = format!("{path}.{}", shown(name));
    let kind = match name.as_ref() {
        "text" => return reader.text(value, &value_path).map(Part::Text),
        "image" => MediaKind::Picture,
        "video" => MediaKind::Film,
        _ => {
            reader.say(value_path, "is no qwen item; the keys are text, image and video");
            return None;
        }
    };
    let value = reader.text(value, &value_path)?;
    let form = reader.media(value, &value_path)?;
    if kind == MediaKind::Film && form == Form::Base64 {
        reader.say(&value_path, "is base64; qwen takes a video as a URL only");
    }
    Some(Part::Media(Attachment { kind, value, path: value_path }))
}

pub(super) fn metadata<'a>(reader: &mut Reader, doc: &'a Doc<'a>, path: &str) -> Format<'a> {
    let known = ["enable_thinking", "thinking_budget", "response_format"];
    if reader.object(doc, path, &known).is_none() {
        return Format::Text;
    }
    reader.flag(doc.get("enable_thinking"), &format!("{path}.enable_thinking"));
    if let Some(budget) = doc.get("thinking_budget") {
        reader.integer(budget, &format!("{path}.thinking_budget"));
    }
    doc.get("response_format")
        .and_then(|format| response_format(reader, format, &format!("{path}.response_format")))
        .map_or(Format::Text, Format::Schema)
}

fn response_format<'a>(reader: &mut Reader, doc: &'a Doc<'a>, path: &str) -> Option<&'a Doc<'a>> {
    reader.object(doc, path, &["type", "json_schema"])?;
    if let Some(kind) = reader.need(doc, path, "type") {
        reader.choice(kind, &format!("{path}.type"), &["json_schema"]);
    }
    let json_schema = reader.need(doc, path, "json_schema")?;
    let path = format!("{path}.json_schema");
    reader.object(json_schema, &path, &["name", "schema"])?;
    if let Some(name) = json_schema.get("name") {
        reader.text(name, &format!("{path}.name"));
    }
    let schema = reader.need(json_schema, &path, "schema")?;
    let path = format!("{path}.schema");
    reader.any_object(schema, &path)?;
    if schema.get("type").and_then(Doc::text) != Some("object") {
        reader.say(format!("{path}.type"), "must be `object`");
    }
    Some(schema)
}
