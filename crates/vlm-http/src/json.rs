//! JSON of a reply, read leniently: where each value stands is found in one pass, and what it is is asked for field by
//! field, so a field of a wrong type costs that field and not an answer that was paid for. Which fields a service has,
//! its provider knows.

mod index;
mod kept;
mod value;

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use serde::de::{Error as _, IgnoredAny};
use serde_json::{Map, Value};

use index::Node;
pub use kept::JsonIndex;
pub use value::RawValue;

/// A whole document that is one object; borrows from the reply.
///
/// ```
/// use vlm_http::RawJson;
///
/// let json = RawJson::parse(br#"{"usage": {"input_tokens": "12"}, "model": 7}"#)?;
/// let reply = json.root();
/// let usage = reply.object("usage").expect("an object");
/// assert_eq!(usage.whole_number("input_tokens"), Some(12));
/// assert_eq!(reply.text("model"), None); // a wrong type costs this field alone
/// # Ok::<(), serde_json::Error>(())
/// ```
pub struct RawJson<'a> {
    text: &'a str,
    index: JsonIndex,
}

impl<'a> RawJson<'a> {
    /// Reads a document. A byte order mark is dropped.
    ///
    /// # Errors
    /// What is no JSON, no object, or more than one; a document of more than 4 GiB, or of more than a million values and
    /// one for every four bytes.
    pub fn parse(json: &'a [u8]) -> Result<Self, serde_json::Error> {
        let json = json.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(json);
        // About as many values as a reply of this length has.
        let mut index = JsonIndex::with_room((json.len() / 16).clamp(16, 512));
        match std::str::from_utf8(json).ok().filter(|text| index.read_only(text).is_some()) {
            Some(text) => Ok(Self { text, index }),
            None => Err(refused(json)),
        }
    }

    /// Reads a document into memory that was used before: for the many small documents of a stream.
    ///
    /// # Errors
    /// As [`RawJson::parse`].
    pub fn parse_with(mut index: JsonIndex, text: &'a str) -> Result<Self, serde_json::Error> {
        match index.read_next(text) {
            Some(()) => Ok(Self { text, index }),
            None => Err(refused(text.as_bytes())),
        }
    }

    /// The object.
    pub fn root(&self) -> RawObject<'_> {
        RawObject { text: self.text, nodes: self.index.nodes().get(1..).unwrap_or_default() }
    }

    /// The memory, for the next document.
    pub fn into_index(self) -> JsonIndex {
        self.index
    }
}

/// What the parser of everybody else says of a document that is refused.
fn refused(json: &[u8]) -> serde_json::Error {
    match serde_json::from_slice::<HashMap<Cow<'_, str>, IgnoredAny>>(json) {
        Err(error) => error,
        // That parser does not look into texts that nobody asks for. What is cut in a character is cut, as above.
        Ok(_) if std::str::from_utf8(json).is_err() => serde_json::Error::custom("the document is not UTF-8"),
        Ok(_) => serde_json::Error::custom("the document is longer than 4 GiB, or holds too many values"),
    }
}

/// The fields of one object of a [`RawJson`], each still unread. Of equal keys the last one counts.
#[derive(Clone, Copy)]
pub struct RawObject<'a> {
    text: &'a str,
    /// All that is in the object.
    nodes: &'a [Node],
}

impl<'a> RawObject<'a> {
    /// Each key with its value.
    #[inline]
    fn fields(self) -> impl Iterator<Item = (&'a Node, RawValue<'a>)> {
        let (text, mut nodes) = (self.text, self.nodes);
        std::iter::from_fn(move || {
            let (key, values) = nodes.split_first()?;
            let (value, rest) = values.split_at_checked(values.first()?.span as usize)?;
            nodes = rest;
            Some((key, RawValue { text, nodes: value }))
        })
    }

    /// Several fields in one pass; a field that is null is there.
    ///
    /// ```
    /// # let json = vlm_http::RawJson::parse(br#"{"index": 1, "text": "A cat.", "error": null}"#)?;
    /// let [text, index, finish] = json.root().get(["text", "index", "finish"]);
    /// assert_eq!(text.and_then(|text| text.text()).as_deref(), Some("A cat."));
    /// assert_eq!(index.and_then(|index| index.whole_number()), Some(1));
    /// assert!(finish.is_none());
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[inline(always)]
    pub fn get<const N: usize>(&self, names: [&str; N]) -> [Option<RawValue<'a>>; N] {
        let mut found = [None; N];
        for (key, value) in self.fields() {
            let Some(key) = key.bytes(self.text) else { continue };
            for (name, found) in names.iter().zip(&mut found) {
                if name.as_bytes() == &*key {
                    *found = Some(value);
                }
            }
        }
        found
    }

    /// The value of this name.
    fn find(&self, name: &str) -> Option<RawValue<'a>> {
        let [value] = self.get([name]);
        value
    }

    /// True when there is any field.
    pub fn has_any(&self) -> bool {
        !self.nodes.is_empty()
    }

    /// True when the field is there and not null.
    pub fn has(&self, name: &str) -> bool {
        self.find(name).is_some_and(|value| !value.is_null())
    }

    /// A string.
    pub fn text(&self, name: &str) -> Option<Cow<'a, str>> {
        self.find(name)?.text()
    }

    /// A boolean.
    pub fn flag(&self, name: &str) -> Option<bool> {
        self.find(name)?.flag()
    }

    /// An object.
    pub fn object(&self, name: &str) -> Option<RawObject<'a>> {
        self.find(name)?.object()
    }

    /// The objects of an array; other members are passed over.
    pub fn objects(&self, name: &str) -> impl Iterator<Item = RawObject<'a>> + use<'a> {
        self.find(name).into_iter().flat_map(|value| value.objects())
    }

    /// Any value.
    pub fn value(&self, name: &str) -> Option<Value> {
        self.find(name)?.value()
    }

    /// Copies the fields of these names into `map`, as [`RawValue::copy_into`] does.
    pub fn copy_into<const N: usize>(&self, map: &mut Map<String, Value>, names: [&str; N]) {
        for (name, field) in names.into_iter().zip(self.get(names)) {
            if let Some(field) = field {
                field.copy_into(map, name);
            }
        }
    }

    /// A whole number that is not negative: `12`, `12.0` and `"12"` are, `-1` and `1e20` are not.
    pub fn whole_number(&self, name: &str) -> Option<u64> {
        self.find(name)?.whole_number()
    }

    /// A string or a number, as text.
    pub fn word(&self, name: &str) -> Option<Cow<'a, str>> {
        self.find(name)?.word()
    }
}

impl fmt::Debug for RawObject<'_> {
    /// The number of fields: what is in them may be a prompt or an answer.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawObject({} fields)", self.fields().count())
    }
}

impl fmt::Debug for RawJson<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawJson({} bytes)", self.text.len())
    }
}

#[cfg(test)]
mod tests;
