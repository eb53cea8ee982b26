//! A JSON object of a reply, read leniently: fields stay raw until somebody asks for them in a certain form, so a field of
//! a wrong type costs that field and not an answer that was paid for. Which fields a service has, its provider knows.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

/// The fields of one object, still unread; borrows from the reply. Of equal keys the last one counts.
///
/// ```
/// use vlm_http::RawObject;
///
/// let reply = RawObject::parse(br#"{"usage": {"input_tokens": "12"}, "model": 7}"#)?;
/// let usage = reply.object("usage").expect("an object");
/// assert_eq!(usage.whole_number("input_tokens"), Some(12));
/// assert_eq!(reply.text("model"), None); // a wrong type costs this field alone
/// # Ok::<(), serde_json::Error>(())
/// ```
pub struct RawObject<'a> {
    fields: Vec<(Cow<'a, str>, &'a RawValue)>,
}

impl<'a> RawObject<'a> {
    /// Reads a whole document that is one object. A byte order mark is dropped.
    ///
    /// # Errors
    /// What is no JSON, no object, or more than one.
    pub fn parse(json: &'a [u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(json.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(json))
    }

    fn raw(&self, name: &str) -> Option<&'a RawValue> {
        self.fields.iter().rev().find(|(key, _)| key == name).map(|(_, raw)| *raw)
    }

    fn read<T: Deserialize<'a>>(&self, name: &str) -> Option<T> {
        serde_json::from_str(self.raw(name)?.get()).ok()
    }

    /// True when there is any field.
    pub fn has_any(&self) -> bool {
        !self.fields.is_empty()
    }

    /// True when the field is there and not null.
    pub fn has(&self, name: &str) -> bool {
        self.raw(name).is_some_and(|raw| raw.get() != "null")
    }

    /// A string.
    pub fn text(&self, name: &str) -> Option<Cow<'a, str>> {
        self.read::<Text<'a>>(name).map(|text| text.0)
    }

    /// A boolean.
    pub fn flag(&self, name: &str) -> Option<bool> {
        self.read(name)
    }

    /// An object.
    pub fn object(&self, name: &str) -> Option<RawObject<'a>> {
        self.read(name)
    }

    /// The objects of an array; other members are passed over.
    pub fn objects(&self, name: &str) -> Vec<RawObject<'a>> {
        let members: Vec<&'a RawValue> = self.read(name).unwrap_or_default();
        members.into_iter().filter_map(|raw| serde_json::from_str(raw.get()).ok()).collect()
    }

    /// Any value.
    pub fn value(&self, name: &str) -> Option<Value> {
        self.read(name).filter(|value: &Value| !value.is_null())
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
        match self.text(name) {
            Some(quoted) => number(quoted.trim()),
            None => number(self.raw(name)?.get()),
        }
    }

    /// A string or a number, as text.
    pub fn word(&self, name: &str) -> Option<Cow<'a, str>> {
        self.text(name).or_else(|| {
            let raw = self.raw(name)?.get();
            raw.starts_with(|first: char| first.is_ascii_digit() || first == '-').then_some(Cow::Borrowed(raw))
        })
    }
}

impl fmt::Debug for RawObject<'_> {
    /// The number of fields: what is in them may be a prompt or an answer.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawObject({} fields)", self.fields.len())
    }
}

impl<'de> Deserialize<'de> for RawObject<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;

        impl<'de> Visitor<'de> for Fields {
            type Value = RawObject<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::with_capacity(8);
                while let Some((Text(key), raw)) = map.next_entry()? {
                    fields.push((key, raw));
                }
                Ok(RawObject { fields })
            }
        }

        deserializer.deserialize_map(Fields)
    }
}

/// A string that borrows where it holds no escape.
struct Text<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Borrow;

        impl<'de> Visitor<'de> for Borrow {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }

        deserializer.deserialize_str(Borrow)
    }
}

#[cfg(test)]
mod tests {
    //! Wrong types cost one field, equal keys are no error, numbers are read as the contract says.

    use proptest::prelude::*;

    use super::*;

    fn parse(json: &str) -> RawObject<'_> {
        RawObject::parse(json.as_bytes()).unwrap()
    }

    #[test]
    fn whole_numbers_are_read_in_every_harmless_form() {
        for (json, expected) in [
            ("12", Some(12)),
            ("12.0", Some(12)),
            ("\"12\"", Some(12)),
            ("1e2", Some(100)),
            ("18446744073709551615", Some(u64::MAX)),
            ("-1", None),
            ("-0.0", Some(0)),
            ("1.5", None),
            ("1e20", None),
            ("\"twelve\"", None),
            ("\"NaN\"", None),
            ("null", None),
            ("true", None),
            ("[12]", None),
        ] {
            assert_eq!(parse(&format!("{{\"n\":{json}}}")).whole_number("n"), expected, "{json}");
        }
    }

    #[test]
    fn the_last_of_equal_keys_counts() {
        assert_eq!(parse(r#"{"a":1,"a":2}"#).whole_number("a"), Some(2));
    }

    #[test]
    fn a_deep_field_that_nobody_needs_does_no_harm() {
        let json = format!("{{\"deep\":{}{},\"id\":\"x\"}}", "[".repeat(100_000), "]".repeat(100_000));
        let object = parse(&json);
        assert_eq!(object.text("id").as_deref(), Some("x"));
        assert_eq!(object.value("deep"), None);
        assert!(object.objects("deep").is_empty());
    }

    #[test]
    fn marks_and_escapes() {
        let object = RawObject::parse(b"\xEF\xBB\xBF{\"\\u0061\":\"x\\ny\",\"code\":\"0429\",\"n\":-1}").unwrap();
        assert_eq!(object.text("a").as_deref(), Some("x\ny"));
        assert_eq!(object.word("code").as_deref(), Some("0429"));
        assert_eq!(object.word("n").as_deref(), Some("-1"));
        assert_eq!(object.word("missing"), None);
        assert!(RawObject::parse(b"{} x").is_err());
        assert!(RawObject::parse(b"{\"a\":\"\xFF\"}").is_err());
        assert!(RawObject::parse(b"[]").is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(object) = RawObject::parse(&bytes) {
                for name in ["a", "", "choices"] {
                    let _ = (object.text(name), object.objects(name).len(), object.whole_number(name), object.value(name));
                }
            }
        }
    }
}
