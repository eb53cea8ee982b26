//! What the emulator received, for tests to read: never a key's value, never media bytes.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use http::{HeaderMap, HeaderName, header};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::doc::Doc;

/// Requests kept; older ones are dropped.
const MAX_ENTRIES: usize = 10_000;
/// Characters from which on base64 is abbreviated.
const MAX_BASE64: usize = 256;
/// Characters from which on any string is abbreviated.
const MAX_TEXT: usize = 4096;

/// Bytes at each end of a long string that its number in the journal is made of.
const FNV_END: usize = 32 * 1024;

/// How a request carried its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum KeyForm {
    /// There was no `Authorization` header.
    Absent,
    /// The key alone.
    Raw,
    /// `Bearer` and the key.
    Bearer,
}

/// One request and the status it was answered with.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Recorded {
    /// Position among all requests of this emulator, from 1.
    pub sequence: u64,
    /// The method.
    pub method: String,
    /// The path, without query.
    pub path: String,
    /// `vu`, `iu` or `media`; nothing for any other path.
    pub endpoint: Option<&'static str>,
    /// Headers of an allow-list, and those of OpenAI's clients.
    pub headers: BTreeMap<String, String>,
    /// How the key came.
    pub key_form: KeyForm,
    /// Characters of the key.
    pub key_length: usize,
    /// The body, with base64 and very long strings abbreviated; null when it is no JSON.
    pub body: Value,
    /// Length of the body in bytes.
    pub body_bytes: u64,
    /// The status of the answer.
    pub status: u16,
    /// What was wrong with the request.
    pub problems: Vec<String>,
}

impl Recorded {
    pub(crate) fn new(method: &http::Method, path: &str, headers: &HeaderMap) -> Self {
        let (key_form, key) = key(headers);
        Self {
            sequence: 0,
            method: method.to_string(),
            path: path.to_owned(),
            endpoint: None,
            headers: allowed(headers),
            key_form,
            key_length: key.chars().count(),
            body: Value::Null,
            body_bytes: 0,
            status: 0,
            problems: Vec::new(),
        }
    }
}

/// Form and value of the key; a header that is no text counts as an empty raw key.
pub(crate) fn key(headers: &HeaderMap) -> (KeyForm, &str) {
    let Some(value) = headers.get(header::AUTHORIZATION) else {
        return (KeyForm::Absent, "");
    };
    let value = value.to_str().unwrap_or_default().trim();
    match value.split_once(' ') {
        Some((scheme, key)) if scheme.eq_ignore_ascii_case("bearer") => (KeyForm::Bearer, key.trim()),
        None if value.eq_ignore_ascii_case("bearer") => (KeyForm::Bearer, ""),
        _ => (KeyForm::Raw, value),
    }
}

fn allowed(headers: &HeaderMap) -> BTreeMap<String, String> {
    const KNOWN: [HeaderName; 9] = [
        header::ACCEPT,
        header::ACCEPT_ENCODING,
        header::CONTENT_ENCODING,
        header::CONTENT_LENGTH,
        header::CONTENT_TYPE,
        header::HOST,
        header::RANGE,
        header::TRANSFER_ENCODING,
        header::USER_AGENT,
    ];
    let named = |name: &HeaderName| {
        KNOWN.contains(name)
            || matches!(name.as_str(), "x-emulate" | "idempotency-key" | "traceparent")
            || name.as_str().starts_with("x-stainless-")
    };
    headers
        .iter()
        .filter(|(name, _)| named(name))
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect()
}

/// The last requests.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    entries: Mutex<Entries>,
}

#[derive(Debug, Default)]
struct Entries {
    kept: VecDeque<Recorded>,
    seen: u64,
}

impl Journal {
    pub(crate) fn add(&self, mut entry: Recorded) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.seen += 1;
        entry.sequence = entries.seen;
        if entries.kept.len() == MAX_ENTRIES {
            entries.kept.pop_front();
        }
        entries.kept.push_back(entry);
    }

    pub(crate) fn all(&self) -> Vec<Recorded> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.kept.iter().cloned().collect()
    }

    pub(crate) fn clear(&self) {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).kept.clear();
    }
}

/// The document as the journal keeps it.
pub(crate) fn abbreviated(doc: &Doc<'_>) -> Value {
    match doc {
        Doc::Null => Value::Null,
        Doc::Bool(value) => Value::Bool(*value),
        Doc::Number(number) => Value::Number(number.clone()),
        Doc::Text(text) => Value::String(short(text)),
        Doc::List(entries) => Value::Array(entries.iter().map(abbreviated).collect()),
        Doc::Object(members) => {
            let members = members.iter().map(|(name, value)| (short(name), abbreviated(value)));
            Value::Object(members.collect::<Map<_, _>>())
        }
    }
}

fn short(text: &str) -> String {
    if text.len() <= MAX_BASE64 {
        return text.to_owned();
    }
    let (lead, data) = match text.split_once(',') {
        Some((lead, data)) if lead.starts_with("data:") && lead.len() <= MAX_BASE64 => (format!("{lead},"), data),
        _ => (String::new(), text),
    };
    let base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    if !lead.is_empty() || data.bytes().take(MAX_TEXT).all(base64) {
        return format!("{lead}<{} chars, fnv {:016x}>", data.len(), fnv(data.as_bytes()));
    }
    if text.len() <= MAX_TEXT {
        return text.to_owned();
    }
    let start: String = text.chars().take(MAX_BASE64).collect();
    format!("{start}<{} chars, fnv {:016x}>", text.chars().count(), fnv(text.as_bytes()))
}

/// FNV-1a over both ends: tells two films apart, nothing more, and takes no longer for a long one.
fn fnv(bytes: &[u8]) -> u64 {
    let ends = match bytes.len() {
        length if length > 2 * FNV_END => [&bytes[..FNV_END], &bytes[length - FNV_END..]],
        _ => [bytes, &[]],
    };
    ends.into_iter()
        .flatten()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn media_never_stays_in_the_journal() {
        let uri = format!("data:video/mp4;base64,{}", "QUJD".repeat(1000));
        let bare = "QUJD".repeat(1000);
        let prompt = "a long prompt, but one that a test may want to read ".repeat(10);
        let text = format!(r#"{{"uri":"{uri}","bare":"{bare}","prompt":"{prompt}"}}"#);
        let kept = abbreviated(&Doc::parse(text.as_bytes()).unwrap());
        assert_eq!(kept["uri"], format!("data:video/mp4;base64,<4000 chars, fnv {:016x}>", fnv(bare.as_bytes())));
        assert_eq!(kept["bare"], format!("<4000 chars, fnv {:016x}>", fnv(bare.as_bytes())));
        assert_eq!(kept["prompt"], prompt);
    }

    #[test]
    fn the_journal_keeps_the_last_entries() {
        let journal = Journal::default();
        for _ in 0..MAX_ENTRIES + 5 {
            journal.add(Recorded::new(&http::Method::GET, "/", &HeaderMap::new()));
        }
        let entries = journal.all();
        assert_eq!(entries.len(), MAX_ENTRIES);
        assert_eq!(entries[0].sequence, 6);
    }
}
