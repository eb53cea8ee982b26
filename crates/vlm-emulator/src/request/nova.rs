//! Nova: `image_url` and `video_url` items in object or string form, and a schema as the input of a tool.

use super::read::Reader;
use super::{Attachment, Format, MediaKind, Part};
use crate::doc::Doc;

pub(super) fn item<'a>(reader: &mut Reader, item: &'a Doc<'a>, path: &str) -> Option<Part<'a>> {
    reader.any_object(item, path)?;
    let kind = reader.need(item, path, "type")?;
    let known = ["text", "image_url", "video_url"];
    let name = reader.choice(kind, &format!("{path}.type"), &known)?;
    reader.object(item, path, &["type", name])?;
    let value = reader.need(item, path, name)?;
    let value_path = format!("{path}.{name}");
    let kind = match name {
        "text" => return reader.text(value, &value_path).map(Part::Text),
        "image_url" => MediaKind::Picture,
        _ => MediaKind::Film,
    };
    // The page's samples nest an object, its table and schema have a string: both are documented.
    let (value, path) = match value {
        Doc::Text(text) => (text.as_ref(), value_path),
        Doc::Object(_) => url(reader, value, &value_path)?,
        other => {
            reader.say(value_path, format!("must be an object with `url`, or a string, not {}", other.kind()));
            return None;
        }
    };
    reader.media(value, &path)?;
    Some(Part::Media(Attachment { kind, value, path }))
}

/// The `url` inside an `image_url` or `video_url` object.
pub(super) fn url<'a>(reader: &mut Reader, doc: &'a Doc<'a>, path: &str) -> Option<(&'a str, String)> {
    reader.object(doc, path, &["url"])?;
    let url = reader.need(doc, path, "url")?;
    let path = format!("{path}.url");
    reader.text(url, &path).map(|url| (url, path))
}

pub(super) fn metadata<'a>(reader: &mut Reader, doc: &'a Doc<'a>, path: &str) -> Format<'a> {
    if reader.object(doc, path, &["toolConfig"]).is_none() {
        return Format::Text;
    }
    doc.get("toolConfig")
        .and_then(|config| tool_config(reader, config, &format!("{path}.toolConfig")))
        .map_or(Format::Text, |(name, schema)| Format::Tool { name, schema })
}

/// The first tool; all are checked.
fn tool_config<'a>(reader: &mut Reader, doc: &'a Doc<'a>, path: &str) -> Option<(&'a str, &'a Doc<'a>)> {
    reader.object(doc, path, &["tools"])?;
    let tools = reader.need(doc, path, "tools")?;
    let path = format!("{path}.tools");
    let Doc::List(tools) = tools else {
        reader.say(path, format!("must be an array, not {}", tools.kind()));
        return None;
    };
    if tools.is_empty() {
        reader.say(&path, "is empty; a tool configuration needs a tool");
    }
    let read: Vec<_> =
        tools.iter().enumerate().map(|(at, tool)| tool_spec(reader, tool, &format!("{path}[{at}]"))).collect();
    read.into_iter().next().flatten()
}

fn tool_spec<'a>(reader: &mut Reader, doc: &'a Doc<'a>, path: &str) -> Option<(&'a str, &'a Doc<'a>)> {
    reader.object(doc, path, &["toolSpec"])?;
    let spec = reader.need(doc, path, "toolSpec")?;
    let path = format!("{path}.toolSpec");
    reader.object(spec, &path, &["name", "description", "inputSchema"])?;
    if let Some(description) = spec.get("description") {
        reader.text(description, &format!("{path}.description"));
    }
    let name = reader.need(spec, &path, "name").and_then(|name| reader.text(name, &format!("{path}.name")));
    let input = reader.need(spec, &path, "inputSchema")?;
    let path = format!("{path}.inputSchema");
    reader.object(input, &path, &["json"])?;
    let schema = reader.need(input, &path, "json")?;
    reader.any_object(schema, &format!("{path}.json"))?;
    name.map(|name| (name, schema))
}
