//! What must not be written, and how it is taken out: named fields, free text, secrets. How secrets are looked for stands
//! in `secrets.rs`, texts that come in pieces in `pieces.rs`.

use std::fmt;
use std::sync::Arc;

use serde_json::Value;
use vlm_core::Result;

use super::secrets::Secrets;
use super::{pieces, trouble};

/// What stands for a text that was taken out.
pub(super) const SCRUBBED: &str = "[scrubbed]";

type Rewrite = dyn Fn(&str) -> String + Send + Sync;

/// Takes out of a recording what nobody else may read.
///
/// It sees the request and the reply of each recording: `{"request": …, "reply": …}` as they stand in the file. A replay
/// needs the same sanitizer, because requests are compared as they were written.
///
/// What it is *not* told stays: look through a new file before you commit it. Content of pictures and films is never
/// changed, only [left out](Self::without_media).
///
/// ```
/// use vlm_testkit::cassette::Sanitizer;
///
/// let sanitizer = Sanitizer::new()
///     .secret("sk-the-key-of-this-run")
///     .field("user_id")
///     .field("/request/extras/*/trace")
///     .text(|text| text.replace("Jane Doe", "[name]"));
/// assert!(!format!("{sanitizer:?}").contains("sk-"));
/// ```
#[derive(Clone, Default)]
pub struct Sanitizer {
    names: Vec<String>,
    pointers: Vec<Vec<String>>,
    rewrites: Vec<Arc<Rewrite>>,
    secrets: Secrets,
    without_raw_reply: bool,
    without_media: bool,
}

impl Sanitizer {
    /// Takes nothing out and knows no secret.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a field out, by its name wherever it stands, or by a JSON pointer such as `/reply/answer/id`, in which `*`
    /// stands for any one name or index. A text becomes `[scrubbed]`, a number 0, and what it holds goes likewise.
    ///
    /// A name, but no pointer, is also followed into a raw reply that is JSON or an event stream of JSON.
    #[must_use]
    pub fn field(mut self, name_or_pointer: impl Into<String>) -> Self {
        let field = name_or_pointer.into();
        match field.strip_prefix('/') {
            Some(pointer) => {
                let unescaped = |segment: &str| segment.replace("~1", "/").replace("~0", "~");
                self.pointers.push(pointer.split('/').map(unescaped).collect());
            }
            None => self.names.push(field),
        }
        self
    }

    /// Rewrites every text of requests and replies: prompts, URLs, ids, answers, messages of errors, raw replies. Of a
    /// stream it sees each piece, and the pieces of a choice together.
    ///
    /// It must give the same text for the same text, else no request would be found again.
    #[must_use]
    pub fn text(mut self, rewrite: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        self.rewrites.push(Arc::new(rewrite));
        self
    }

    /// A text that must not stand in any file, neither as it is nor as JSON, URL or base64: a key, a password, a token.
    /// When it is still found after the rest was taken out, nothing is written and the error says where it stands.
    ///
    /// It needs 6 bytes or more; a shorter one would be found by chance, and no cassette opens with it.
    #[must_use]
    pub fn secret(mut self, secret: impl AsRef<str>) -> Self {
        self.secrets.add(secret.as_ref());
        self
    }

    /// Leaves raw replies out; a replayed answer then has an empty one.
    #[must_use]
    pub fn without_raw_reply(mut self) -> Self {
        self.without_raw_reply = true;
        self
    }

    /// Leaves the content of pictures and films out; their hash, type and length are enough to replay.
    #[must_use]
    pub fn without_media(mut self) -> Self {
        self.without_media = true;
        self
    }

    /// Whether it can do what it was told.
    pub(super) fn check(&self) -> Result<()> {
        self.secrets.mistake().map_or(Ok(()), |mistake| Err(trouble(mistake)))
    }

    pub(super) fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    pub(super) fn keeps_raw_reply(&self) -> bool {
        !self.without_raw_reply
    }

    pub(super) fn keeps_media(&self) -> bool {
        !self.without_media
    }

    pub(super) fn request(&self, request: &mut Value) {
        self.walk(request, &mut vec!["request".to_owned()]);
    }

    pub(super) fn reply(&self, reply: &mut Value) {
        let joined = match reply.get("events").and_then(Value::as_array) {
            Some(events) if !self.rewrites.is_empty() => pieces::rewritten(events, |text| self.rewrite(text)),
            _ => Vec::new(),
        };
        self.walk(reply, &mut vec!["reply".to_owned()]);
        if let Some(events) = reply.get_mut("events").and_then(Value::as_array_mut) {
            pieces::replace(events, joined);
        }
    }

    fn rewrite(&self, text: &str) -> String {
        self.rewrites.iter().fold(text.to_owned(), |text, rewrite| rewrite(&text))
    }

    fn walk(&self, value: &mut Value, path: &mut Vec<String>) {
        if self.names_field(path) {
            return blank(value);
        }
        match value {
            Value::Object(map) => {
                for (name, value) in map {
                    path.push(name.clone());
                    self.walk(value, path);
                    path.pop();
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    path.push(index.to_string());
                    self.walk(item, path);
                    path.pop();
                }
            }
            Value::String(text) => {
                if path.ends_with(&["raw".to_owned(), "text".to_owned()]) {
                    self.raw(text);
                }
                // A hash is no text: rewritten, it would name nothing.
                if path.last().is_none_or(|name| name != "sha256") {
                    *text = self.rewrite(text);
                }
            }
            _ => {}
        }
    }

    fn names_field(&self, path: &[String]) -> bool {
        let fits = |pointer: &Vec<String>| {
            pointer.len() == path.len() && pointer.iter().zip(path).all(|(want, is)| want == "*" || want == is)
        };
        path.last().is_some_and(|name| self.names.contains(name)) || self.pointers.iter().any(fits)
    }

    /// Named fields of a raw reply: of a whole JSON document, or of each line of an event stream.
    fn raw(&self, text: &mut String) {
        if let Some(whole) = self.raw_json(text) {
            *text = whole;
            return;
        }
        let lines = text.split_inclusive('\n').map(|line| {
            let json = line.strip_prefix("data:").unwrap_or(line);
            let (head, json) = (&line[..line.len() - json.len()], json.trim_end_matches(['\r', '\n']));
            let end = &line[head.len() + json.len()..];
            self.raw_json(json).map_or_else(|| line.to_owned(), |json| format!("{head} {json}{end}"))
        });
        *text = lines.collect();
    }

    /// The document without its named fields; `None` where it has none, so that it stays byte for byte.
    fn raw_json(&self, text: &str) -> Option<String> {
        let mut document: Value = serde_json::from_str(text).ok()?;
        self.blank_names(&mut document).then(|| document.to_string())
    }

    fn blank_names(&self, value: &mut Value) -> bool {
        let mut found = false;
        match value {
            Value::Object(map) => {
                for (name, value) in map {
                    if self.names.contains(name) {
                        blank(value);
                        found = true;
                    } else {
                        found |= self.blank_names(value);
                    }
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| found |= self.blank_names(item)),
            _ => {}
        }
        found
    }
}

/// Keeps the shape, so that what was recorded can still be read.
fn blank(value: &mut Value) {
    match value {
        Value::Null => {}
        Value::Bool(flag) => *flag = false,
        Value::Number(number) => *number = 0.into(),
        Value::String(text) => SCRUBBED.clone_into(text),
        Value::Array(items) => items.iter_mut().for_each(blank),
        Value::Object(map) => map.values_mut().for_each(blank),
    }
}

impl fmt::Debug for Sanitizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sanitizer")
            .field("names", &self.names)
            .field("pointers", &self.pointers)
            .field("rewrites", &self.rewrites.len())
            .field("secrets", &self.secrets.count())
            .field("without_raw_reply", &self.without_raw_reply)
            .field("without_media", &self.without_media)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    //! Fields by name and pointer, in neutral form and in raw replies.

    use serde_json::json;

    use super::Sanitizer;

    #[test]
    fn fields_keep_their_shape() {
        let sanitizer = Sanitizer::new().field("who").field("/reply/a/*/x~1y").field("/reply/b");
        let mut reply = json!({
            "a": [{"x/y": "gone", "z": "here"}],
            "b": {"n": 7, "t": [true, null, "text"]},
            "c": {"who": "gone"},
        });
        sanitizer.reply(&mut reply);
        let expected = json!({
            "a": [{"x/y": "[scrubbed]", "z": "here"}],
            "b": {"n": 0, "t": [false, null, "[scrubbed]"]},
            "c": {"who": "[scrubbed]"},
        });
        assert_eq!(reply, expected);
    }

    #[test]
    fn raw_replies_are_followed_by_name_and_else_stay_byte_for_byte() {
        let sanitizer = Sanitizer::new().field("who");
        let scrubbed = |raw: &str| {
            let mut reply = json!({"raw": {"text": raw}});
            sanitizer.reply(&mut reply);
            reply["raw"]["text"].as_str().unwrap().to_owned()
        };
        assert_eq!(
            scrubbed(r#"{"who": "Jane", "n": 1.50}"#),
            r#"{"n":1.50,"who":"[scrubbed]"}"#.replace("1.50", "1.5")
        );
        let lines = "event: x\r\ndata: {\"who\": \"Jane\"}\r\n\ndata: { \"n\": 1 }\n\ndata: [DONE]";
        let expected = "event: x\r\ndata: {\"who\":\"[scrubbed]\"}\r\n\ndata: { \"n\": 1 }\n\ndata: [DONE]";
        assert_eq!(scrubbed(lines), expected);
        assert_eq!(scrubbed("{ \"n\" : 1 }"), "{ \"n\" : 1 }");
    }

    #[test]
    fn names_across_pieces_of_a_stream_are_rewritten() {
        let sanitizer = Sanitizer::new().text(|text| text.replace("Jane", "[name]"));
        let piece = |choice: u32, text: &str| json!({"event": "text", "choice": choice, "text": text});
        let mut reply = json!({"events": [piece(0, "Hello Ja"), piece(1, "Jane "), piece(0, "ne."), piece(1, "sits")]});
        sanitizer.reply(&mut reply);
        let expected = json!([piece(0, "Hello [name]."), piece(1, "[name] "), piece(0, ""), piece(1, "sits")]);
        assert_eq!(reply["events"], expected);
    }
}
