//! One value of a document, and what it can be read as.

use std::borrow::Cow;
use std::fmt;

use serde_json::{Map, Value};

use super::RawObject;
use super::index::{Kind, Node};

/// One value of a [`RawJson`](super::RawJson), still unread: a value of another kind than asked for is none.
#[derive(Clone, Copy)]
pub struct RawValue<'a> {
    pub(super) text: &'a str,
    /// The value itself, and all that is in it.
    pub(super) nodes: &'a [Node],
}

impl<'a> RawValue<'a> {
    /// The node of this value, if it is of this kind.
    #[inline]
    fn of_kind(self, kind: Kind) -> Option<&'a Node> {
        self.nodes.first().filter(|node| node.kind == kind)
    }

    /// True of `null`.
    pub fn is_null(&self) -> bool {
        self.of_kind(Kind::Null).is_some()
    }

    /// A string.
    pub fn text(&self) -> Option<Cow<'a, str>> {
        self.of_kind(Kind::Text)?.string(self.text)
    }

    /// A boolean.
    pub fn flag(&self) -> Option<bool> {
        match self.nodes.first()?.kind {
            Kind::True => Some(true),
            Kind::False => Some(false),
            _ => None,
        }
    }

    /// An object.
    #[inline]
    pub fn object(&self) -> Option<RawObject<'a>> {
        let (node, nodes) = self.nodes.split_first()?;
        (node.kind == Kind::Object).then_some(RawObject { text: self.text, nodes })
    }

    /// The objects of an array; other members are passed over.
    #[inline]
    pub fn objects(&self) -> impl Iterator<Item = RawObject<'a>> + use<'a> {
        let text = self.text;
        let array = self.nodes.split_first().filter(|(node, _)| node.kind == Kind::Array);
        let mut nodes = array.map_or(&[][..], |(_, members)| members);
        std::iter::from_fn(move || {
            let (member, rest) = nodes.split_at_checked(nodes.first()?.span as usize)?;
            nodes = rest;
            Some(RawValue { text, nodes: member }.object())
        })
        .flatten()
    }

    /// Any value but `null`.
    pub fn value(&self) -> Option<Value> {
        let node = self.nodes.first()?;
        match node.kind {
            Kind::Null => None,
            Kind::Text => node.string(self.text).map(|text| Value::String(text.into_owned())),
            _ => serde_json::from_str(node.slice(self.text)).ok(),
        }
    }

    /// Copies the value into `map`, unless it is `null`. The events of a stream repeat most of their fields, and a text
    /// that is there already costs nothing.
    pub fn copy_into(&self, map: &mut Map<String, Value>, name: &str) {
        let known = map.get(name).and_then(Value::as_str);
        if known.is_some_and(|known| self.text().is_some_and(|text| text == known)) {
            return;
        }
        if let Some(value) = self.value() {
            map.insert(name.to_owned(), value);
        }
    }

    /// A whole number that is not negative: `12`, `12.0` and `"12"` are, `-1` and `1e20` are not.
    pub fn whole_number(&self) -> Option<u64> {
        let number = |text: &str| {
            text.parse::<u64>().ok().or_else(|| {
                let float = text.parse::<f64>().ok()?;
                // 2⁵³: above it floats skip whole numbers.
                let exact = (0.0..=9_007_199_254_740_992.0).contains(&float) && float.fract() == 0.0;
                exact.then_some(float as u64)
            })
        };
        let node = self.nodes.first()?;
        match node.kind {
            Kind::Text => number(node.string(self.text)?.trim()),
            Kind::Number => number(node.slice(self.text)),
            _ => None,
        }
    }

    /// A string or a number, as text.
    pub fn word(&self) -> Option<Cow<'a, str>> {
        let node = self.nodes.first()?;
        match node.kind {
            Kind::Text => node.string(self.text),
            Kind::Number => Some(Cow::Borrowed(node.slice(self.text))),
            _ => None,
        }
    }
}

impl fmt::Debug for RawValue<'_> {
    /// Its kind: what it says may be a prompt or an answer.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawValue({:?})", self.nodes.first().map(|node| node.kind))
    }
}
