//! Reading a request body: the frame that all families share. What a family has of its own (content items, metadata)
//! is in the file of that family.
//!
//! A reader never stops at the first problem. It collects every one with the path of the field, so that a single
//! answer says all that is wrong.

mod gemini;
mod gpt;
mod nova;
mod qwen;
mod read;

use crate::doc::Doc;
use crate::family::{Endpoint, Family};
use read::Reader;

/// Choices that this emulator makes at most; the contract states no bound, memory has one.
const MAX_CHOICES: i64 = 128;

/// What a request asks for, borrowed from its body.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) family: Family,
    /// The id after the family's prefix.
    pub(crate) id: &'a str,
    pub(crate) messages: Vec<Message<'a>>,
    pub(crate) max_tokens: Option<u64>,
    pub(crate) choices: usize,
    pub(crate) stream: bool,
    pub(crate) stop: Vec<&'a str>,
    pub(crate) format: Format<'a>,
}

/// One message: its texts and media in the order they came.
#[derive(Debug)]
pub(crate) struct Message<'a> {
    pub(crate) role: &'a str,
    pub(crate) texts: Vec<&'a str>,
    pub(crate) media: Vec<Attachment<'a>>,
}

/// A picture or film as the request names it.
#[derive(Debug)]
pub(crate) struct Attachment<'a> {
    pub(crate) kind: MediaKind,
    /// A URL, a data URI or bare base64.
    pub(crate) value: &'a str,
    /// Where in the body it stands, for errors.
    pub(crate) path: String,
}

/// Picture or film.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MediaKind {
    Picture,
    Film,
}

/// The form that the answer shall have.
#[derive(Debug, Default)]
pub(crate) enum Format<'a> {
    /// Prose.
    #[default]
    Text,
    /// Any JSON object.
    Json,
    /// JSON that fits a schema.
    Schema(&'a Doc<'a>),
    /// The input of a tool.
    Tool { name: &'a str, schema: &'a Doc<'a> },
}

/// Reads `body` as the contract states it for `endpoint`; the error holds every problem found.
pub(crate) fn read<'a>(body: &'a Doc<'a>, endpoint: Endpoint) -> Result<Call<'a>, Vec<String>> {
    let mut reader = Reader::default();
    let call = read_frame(&mut reader, body, endpoint);
    match call {
        Some(call) if reader.problems.is_empty() => Ok(call),
        _ => Err(reader.problems),
    }
}

fn read_frame<'a>(reader: &mut Reader, body: &'a Doc<'a>, endpoint: Endpoint) -> Option<Call<'a>> {
    if !matches!(body, Doc::Object(_)) {
        reader.say("body", format!("is {}; a chat request is a JSON object", body.kind()));
        return None;
    }
    let (family, id) = read_model(reader, body, endpoint)?;
    check_members(reader, body, family);
    let messages = read_messages(reader, body, family, endpoint);
    check_sampling(reader, body);
    let max_tokens = read_count(reader, body, "max_tokens", i64::MAX);
    let choices = read_count(reader, body, "n", MAX_CHOICES).unwrap_or(1);
    let stream = reader.flag(body.get("stream"), "stream").unwrap_or(false);
    let stop = read_stop(reader, body);
    let format = read_format(reader, body, family);
    Some(Call {
        family,
        id,
        messages,
        max_tokens,
        choices: usize::try_from(choices).unwrap_or(1),
        stream,
        stop,
        format,
    })
}

fn read_model<'a>(reader: &mut Reader, body: &'a Doc<'a>, endpoint: Endpoint) -> Option<(Family, &'a str)> {
    let Some(model) = body.get("model") else {
        reader.say("model", "is missing");
        return None;
    };
    let model = reader.text(model, "model")?;
    let Some((prefix, id)) = model.split_once(':') else {
        let hint = Family::guess(model).map_or_else(
            || "qwen:, gemini:, nova: or gpt:".to_owned(),
            |family| format!("{}:{}", family.name(), read::shown(model)),
        );
        reader.say("model", format!("`{}` has no family prefix; write {hint}", read::shown(model)));
        return None;
    };
    let Some(family) = Family::from_prefix(prefix) else {
        reader.say(
            "model",
            format!("`{}:` is no family; the families are qwen:, gemini:, nova: and gpt:", read::shown(prefix)),
        );
        return None;
    };
    if id.trim().is_empty() {
        reader.say("model", format!("`{prefix}:` names no model"));
        return None;
    }
    if family == Family::Gpt && endpoint == Endpoint::Vu {
        reader.say("model", "gpt models are served on /iu/chat/completions only");
    }
    Some((family, id))
}

fn check_members(reader: &mut Reader, body: &Doc<'_>, family: Family) {
    const COMMON: [&str; 10] = [
        "model",
        "messages",
        "temperature",
        "max_tokens",
        "top_p",
        "frequency_penalty",
        "presence_penalty",
        "n",
        "stream",
        "stop",
    ];
    reader.unique(body, "");
    for (name, _) in body.members() {
        let name: &str = name;
        if COMMON.contains(&name) {
            continue;
        }
        match (name, family) {
            ("extra_body" | "metadata", Family::Gpt) => {
                reader.say(name, "is not documented for gpt models");
            }
            ("extra_body" | "metadata", _) | ("response_format", Family::Gpt) => {}
            ("response_format", _) => {
                reader.say(name, format!("is documented at top level for gpt only, not for {}", family.name()))
            }
            _ => reader.say(read::shown(name), "is no documented parameter"),
        }
    }
}

fn read_messages<'a>(reader: &mut Reader, body: &'a Doc<'a>, family: Family, endpoint: Endpoint) -> Vec<Message<'a>> {
    let entries = match body.get("messages") {
        None => {
            reader.say("messages", "is missing");
            return Vec::new();
        }
        Some(Doc::List(entries)) => entries,
        Some(other) => {
            reader.say("messages", format!("must be an array, not {}", other.kind()));
            return Vec::new();
        }
    };
    if entries.is_empty() {
        reader.say("messages", "is empty; at least one message is needed");
    }
    let messages: Vec<_> = entries
        .iter()
        .enumerate()
        .filter_map(|(at, entry)| read_message(reader, entry, &format!("messages[{at}]"), family, endpoint))
        .collect();
    if !entries.is_empty() && messages.len() == entries.len() && !messages.iter().any(|m| m.role == "user") {
        reader.say("messages", "Model input cannot be empty: there is no user message");
    }
    messages
}

fn read_message<'a>(
    reader: &mut Reader,
    entry: &'a Doc<'a>,
    path: &str,
    family: Family,
    endpoint: Endpoint,
) -> Option<Message<'a>> {
    reader.object(entry, path, &["role", "content"])?;
    let role = match entry.get("role") {
        None => {
            reader.say(format!("{path}.role"), "is missing");
            None
        }
        Some(role) => reader.choice(role, &format!("{path}.role"), family.roles()),
    };
    let content_path = format!("{path}.content");
    let Some(content) = entry.get("content") else {
        reader.say(content_path, "is missing");
        return None;
    };
    let mut message = Message { role: role.unwrap_or("user"), texts: Vec::new(), media: Vec::new() };
    match content {
        Doc::Text(_) if family == Family::Gemini && role == Some("user") => reader.say(
            content_path,
            "Model input cannot be empty: gemini takes an array of items in a user message, not a bare string",
        ),
        Doc::Text(text) => {
            if text.trim().is_empty() && message.role == "user" {
                reader.say(content_path, "Model input cannot be empty: the text is empty");
            }
            message.texts.push(text);
        }
        Doc::List(items) => read_items(reader, items, &content_path, (family, endpoint), &mut message),
        other => reader.say(content_path, format!("must be a string or an array of items, not {}", other.kind())),
    }
    role.map(|_| message)
}

fn read_items<'a>(
    reader: &mut Reader,
    items: &'a [Doc<'a>],
    path: &str,
    (family, endpoint): (Family, Endpoint),
    message: &mut Message<'a>,
) {
    if items.is_empty() {
        reader.say(path, "Model input cannot be empty: the array holds no item");
    }
    for (at, item) in items.iter().enumerate() {
        let path = format!("{path}[{at}]");
        let part = match family {
            Family::Qwen => qwen::item(reader, item, &path),
            Family::Gemini => gemini::item(reader, item, &path),
            Family::Nova => nova::item(reader, item, &path),
            Family::Gpt => gpt::item(reader, item, &path),
        };
        match part {
            Some(Part::Text(text)) => message.texts.push(text),
            Some(Part::Media(media)) => {
                if media.kind == MediaKind::Film && endpoint == Endpoint::Iu {
                    reader.say(
                        &media.path,
                        "is a video; /iu/chat/completions takes pictures only, send it to /vu/chat/completions",
                    );
                }
                message.media.push(media);
            }
            None => {}
        }
    }
}

/// A content item that was read.
enum Part<'a> {
    Text(&'a str),
    Media(Attachment<'a>),
}

fn check_sampling(reader: &mut Reader, body: &Doc<'_>) {
    for (name, low, high) in [
        ("temperature", 0.0, 2.0),
        ("top_p", 0.0, 1.0),
        ("frequency_penalty", -2.0, 2.0),
        ("presence_penalty", -2.0, 2.0),
    ] {
        let Some(value) = body.get(name) else {
            continue;
        };
        match value.float() {
            None => reader.say(name, format!("must be a number, not {}", value.kind())),
            Some(number) if !(low..=high).contains(&number) => {
                reader.say(name, format!("is {number}; it must be from {low} to {high}"));
            }
            Some(_) => {}
        }
    }
}

fn read_count(reader: &mut Reader, body: &Doc<'_>, name: &str, most: i64) -> Option<u64> {
    let value = reader.integer(body.get(name)?, name)?;
    if value < 1 {
        reader.say(name, format!("is {value}; it must be at least 1"));
    } else if value > most {
        reader.say(name, format!("is {value}; this emulator makes at most {most}"));
    }
    u64::try_from(value).ok()
}

fn read_stop<'a>(reader: &mut Reader, body: &'a Doc<'a>) -> Vec<&'a str> {
    match body.get("stop") {
        None | Some(Doc::Null) => Vec::new(),
        Some(Doc::Text(text)) => vec![text],
        Some(Doc::List(entries)) => {
            entries.iter().enumerate().filter_map(|(at, entry)| reader.text(entry, &format!("stop[{at}]"))).collect()
        }
        Some(other) => {
            reader.say("stop", format!("must be a string, an array of strings or null, not {}", other.kind()));
            Vec::new()
        }
    }
}

fn read_format<'a>(reader: &mut Reader, body: &'a Doc<'a>, family: Family) -> Format<'a> {
    if family == Family::Gpt {
        return gpt::format(reader, body);
    }
    let Some((metadata, path)) = find_metadata(reader, body) else {
        return Format::Text;
    };
    match family {
        Family::Qwen => qwen::metadata(reader, metadata, path),
        Family::Gemini => gemini::metadata(reader, metadata, path),
        Family::Nova => nova::metadata(reader, metadata, path),
        Family::Gpt => Format::Text,
    }
}

/// The metadata in either wire form: inside a literal `extra_body`, or flattened to top level as the OpenAI client
/// libraries do. Both at once must say the same.
fn find_metadata<'a>(reader: &mut Reader, body: &'a Doc<'a>) -> Option<(&'a Doc<'a>, &'static str)> {
    let literal = body.get("extra_body").and_then(|extra| {
        reader.object(extra, "extra_body", &["metadata"])?;
        extra.get("metadata")
    });
    let flattened = body.get("metadata");
    match (literal, flattened) {
        (Some(literal), Some(flattened)) => {
            if literal != flattened {
                reader.say("metadata", "differs from extra_body.metadata");
            }
            Some((literal, "extra_body.metadata"))
        }
        (Some(literal), None) => Some((literal, "extra_body.metadata")),
        (None, Some(flattened)) => Some((flattened, "metadata")),
        (None, None) => None,
    }
}
