//! JSON of a reply, read leniently: where each value stands is found in one pass, and what it is is asked for field by
//! field, so a field of a wrong type costs that field and not an answer that was paid for. Which fields a service has,
//! its provider knows.

mod index;

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use serde::de::{Error as _, IgnoredAny};
use serde_json::{Map, Value};

use index::{Kind, Node};

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

/// The memory that a [`RawJson`] needs beside its text, kept from one document to the next.
#[derive(Default)]
pub struct JsonIndex(Vec<Node>);

impl<'a> RawJson<'a> {
    /// Reads a document. A byte order mark is dropped.
    ///
    /// # Errors
    /// What is no JSON, no object, or more than one.
    pub fn parse(json: &'a [u8]) -> Result<Self, serde_json::Error> {
        let json = json.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(json);
        match std::str::from_utf8(json) {
            Ok(text) => Self::parse_with(JsonIndex::default(), text),
            Err(_) => Err(refused(json)),
        }
    }

    /// Reads a document into memory that was used before: for the many small documents of a stream.
    ///
    /// # Errors
    /// As [`RawJson::parse`].
    pub fn parse_with(mut index: JsonIndex, text: &'a str) -> Result<Self, serde_json::Error> {
        index.0.clear();
        match index::read(text, &mut index.0) {
            Some(()) => Ok(Self { text, index }),
            None => Err(refused(text.as_bytes())),
        }
    }

    /// The object.
    pub fn root(&self) -> RawObject<'_> {
        RawObject { text: self.text, nodes: &self.index.0, place: 0 }
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
        Ok(_) => serde_json::Error::custom("the document is longer than 4 GiB"),
    }
}

/// The fields of one object of a [`RawJson`], each still unread. Of equal keys the last one counts.
#[derive(Clone, Copy)]
pub struct RawObject<'a> {
    text: &'a str,
    nodes: &'a [Node],
    place: u32,
}

impl<'a> RawObject<'a> {
    /// Each key with the place of its value.
    fn fields(self) -> impl Iterator<Item = (&'a Node, u32)> {
        let end = self.nodes[self.place as usize].next;
        let mut place = self.place + 1;
        std::iter::from_fn(move || {
            let [key, value, ..] = self.nodes.get(place as usize..end as usize)? else { return None };
            let field = (key, place + 1);
            place = value.next;
            Some(field)
        })
    }

    /// The place of a value.
    fn find(self, name: &str) -> Option<u32> {
        let mut found = None;
        for (key, value) in self.fields() {
            if self.is_key(key, name) {
                found = Some(value);
            }
        }
        found
    }

    /// The lengths are compared first: they decide of most keys.
    fn is_key(self, key: &Node, name: &str) -> bool {
        if key.escaped {
            return self.string(key).is_some_and(|key| key == name);
        }
        (key.end - key.start) as usize == name.len()
            && self.text.as_bytes().get(key.start as usize..key.end as usize) == Some(name.as_bytes())
    }

    fn slice(self, node: &Node) -> &'a str {
        &self.text[node.start as usize..node.end as usize]
    }

    /// A text or a key; none when an escape stands for half a character.
    fn string(self, node: &Node) -> Option<Cow<'a, str>> {
        if !node.escaped {
            return Some(Cow::Borrowed(self.slice(node)));
        }
        let quoted = &self.text[node.start as usize - 1..node.end as usize + 1];
        serde_json::from_str(quoted).ok().map(Cow::Owned)
    }

    /// The value of this name, if it is of this kind.
    fn of_kind(self, name: &str, kind: Kind) -> Option<&'a Node> {
        let node = &self.nodes[self.find(name)? as usize];
        (node.kind == kind).then_some(node)
    }

    fn at(self, place: u32) -> Option<Self> {
        (self.nodes[place as usize].kind == Kind::Object).then_some(Self { place, ..self })
    }

    /// True when there is any field.
    pub fn has_any(&self) -> bool {
        self.fields().next().is_some()
    }

    /// True when the field is there and not null.
    pub fn has(&self, name: &str) -> bool {
        self.find(name).is_some_and(|place| self.nodes[place as usize].kind != Kind::Null)
    }

    /// A string.
    pub fn text(&self, name: &str) -> Option<Cow<'a, str>> {
        self.string(self.of_kind(name, Kind::Text)?)
    }

    /// A boolean.
    pub fn flag(&self, name: &str) -> Option<bool> {
        match self.nodes[self.find(name)? as usize].kind {
            Kind::True => Some(true),
            Kind::False => Some(false),
            _ => None,
        }
    }

    /// An object.
    pub fn object(&self, name: &str) -> Option<RawObject<'a>> {
        self.at(self.find(name)?)
    }

    /// The objects of an array; other members are passed over.
    pub fn objects(&self, name: &str) -> impl Iterator<Item = RawObject<'a>> + use<'a> {
        let array = self.find(name).filter(|place| self.nodes[*place as usize].kind == Kind::Array);
        let (mut member, end) = array.map_or((0, 0), |place| (place + 1, self.nodes[place as usize].next));
        let object = *self;
        std::iter::from_fn(move || {
            let place = (member < end).then_some(member)?;
            member = object.nodes[place as usize].next;
            Some(object.at(place))
        })
        .flatten()
    }

    /// Any value.
    pub fn value(&self, name: &str) -> Option<Value> {
        self.value_of(&self.nodes[self.find(name)? as usize])
    }

    fn value_of(&self, node: &Node) -> Option<Value> {
        match node.kind {
            Kind::Null => None,
            Kind::Text => self.string(node).map(|text| Value::String(text.into_owned())),
            _ => serde_json::from_str(self.slice(node)).ok(),
        }
    }

    /// Copies the fields of these names into `map`. The events of a stream repeat most of them, and a text that is there
    /// already costs nothing.
    pub fn copy_into(&self, map: &mut Map<String, Value>, names: &[&str]) {
        for (key, place) in self.fields() {
            let Some(name) = names.iter().find(|name| self.is_key(key, name)) else { continue };
            let node = &self.nodes[place as usize];
            let is_there = node.kind == Kind::Text
                && map.get(*name).and_then(Value::as_str).is_some_and(|old| self.string(node).as_deref() == Some(old));
            if let Some(value) = (!is_there).then(|| self.value_of(node)).flatten() {
                map.insert((*name).to_owned(), value);
            }
        }
    }

    /// A whole number that is not negative: `12`, `12.0` and `"12"` are, `-1` and `1e20` are not.
    pub fn whole_number(&self, name: &str) -> Option<u64> {
        let number = |text: &str| {
            text.parse::<u64>().ok().or_else(|| {
                let float = text.parse::<f64>().ok()?;
                // 2⁵³: above it floats skip whole numbers.
                let exact = (0.0..=9_007_199_254_740_992.0).contains(&float) && float.fract() == 0.0;
                exact.then_some(float as u64)
            })
        };
        let node = &self.nodes[self.find(name)? as usize];
        match node.kind {
            Kind::Text => number(self.string(node)?.trim()),
            Kind::Number => number(self.slice(node)),
            _ => None,
        }
    }

    /// A string or a number, as text.
    pub fn word(&self, name: &str) -> Option<Cow<'a, str>> {
        let node = &self.nodes[self.find(name)? as usize];
        match node.kind {
            Kind::Text => self.string(node),
            Kind::Number => Some(Cow::Borrowed(self.slice(node))),
            _ => None,
        }
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

impl fmt::Debug for JsonIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JsonIndex({} values)", self.0.len())
    }
}

#[cfg(test)]
mod tests;
