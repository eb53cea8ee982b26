//! Looks for secrets in what would be written: as they are, and as JSON, URLs and base64 would show them.

use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use memchr::memmem;
use serde_json::Value;

/// A shorter secret would be found by chance.
const SHORTEST: usize = 6;

/// The secrets of a sanitizer, in each form in which they are looked for.
#[derive(Clone, Default)]
pub(super) struct Secrets {
    /// The number of a secret, from 1, and one of its forms.
    forms: Vec<(usize, Vec<u8>)>,
    count: usize,
    too_short: Option<usize>,
}

impl Secrets {
    pub(super) fn add(&mut self, secret: &str) {
        self.count += 1;
        if secret.len() < SHORTEST {
            self.too_short.get_or_insert(self.count);
            return;
        }
        let mut forms = vec![secret.as_bytes().to_vec(), escaped(secret), percent_encoded(secret)];
        for offset in 0..3 {
            forms.push(base64_core(&STANDARD_NO_PAD, secret, offset));
            forms.push(base64_core(&URL_SAFE_NO_PAD, secret, offset));
        }
        forms.sort();
        forms.dedup();
        self.forms.extend(forms.into_iter().map(|form| (self.count, form)));
    }

    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Why these secrets cannot be looked for, if so.
    pub(super) fn mistake(&self) -> Option<String> {
        let number = self.too_short?;
        Some(format!("secret {number} of the sanitizer has fewer than {SHORTEST} bytes: it would be found by chance"))
    }

    /// The number of a secret that stands in `content`.
    pub(super) fn find(&self, content: &[u8]) -> Option<usize> {
        self.forms.iter().find(|(_, form)| memmem::find(content, form).is_some()).map(|(number, _)| *number)
    }

    /// The first place in `value` with a secret, names of fields included, as a path below `at`.
    pub(super) fn find_in(&self, value: &Value, at: &str) -> Option<(String, usize)> {
        match value {
            Value::Object(map) => map.iter().find_map(|(name, value)| match self.find(name.as_bytes()) {
                Some(number) => Some((format!("{at} (the name of a field)"), number)),
                None => self.find_in(value, &format!("{at}.{name}")),
            }),
            Value::Array(items) => {
                items.iter().enumerate().find_map(|(index, item)| self.find_in(item, &format!("{at}[{index}]")))
            }
            Value::String(text) => Some((at.to_owned(), self.find(text.as_bytes())?)),
            other => Some((at.to_owned(), self.find(other.to_string().as_bytes())?)),
        }
    }
}

/// As it stands within a JSON string.
fn escaped(secret: &str) -> Vec<u8> {
    let quoted = Value::from(secret).to_string();
    quoted.as_bytes()[1..quoted.len() - 1].to_vec()
}

/// As it stands in a URL.
fn percent_encoded(secret: &str) -> Vec<u8> {
    let mut encoded = Vec::new();
    for byte in secret.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => encoded.push(byte),
            other => encoded.extend(format!("%{other:02X}").bytes()),
        }
    }
    encoded
}

/// The digits that base64 shows for the secret alone when `offset` bytes (modulo 3) stand before it. A digit that it
/// shares with what follows is not among them.
fn base64_core(engine: &impl base64::Engine, secret: &str, offset: usize) -> Vec<u8> {
    let mut content = vec![0; offset];
    content.extend(secret.bytes());
    let digits = engine.encode(&content);
    let (first, end) = ((offset * 8).div_ceil(6), content.len() * 8 / 6);
    digits.as_bytes()[first..end].to_vec()
}

#[cfg(test)]
mod tests {
    //! Each form is found, wherever it begins.

    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE};
    use serde_json::json;

    use super::Secrets;

    fn secrets(secret: &str) -> Secrets {
        let mut secrets = Secrets::default();
        secrets.add(secret);
        secrets
    }

    #[test]
    fn base64_is_found_at_each_offset() {
        let secrets = secrets("sk-ünïcode?>key");
        for before in ["", "a", "ab", "abc", "Bearer "] {
            for after in ["", "x", "xy", "xyz"] {
                let plain = format!("{before}sk-ünïcode?>key{after}");
                assert_eq!(secrets.find(plain.as_bytes()), Some(1));
                assert_eq!(secrets.find(STANDARD.encode(&plain).as_bytes()), Some(1), "{plain}");
                assert_eq!(secrets.find(URL_SAFE.encode(&plain).as_bytes()), Some(1), "{plain}");
            }
        }
        assert_eq!(secrets.find(STANDARD.encode("sk-ünïcode?>kAy").as_bytes()), None);
    }

    #[test]
    fn it_says_where() {
        let secrets = secrets("p\"ass/word");
        let found = |value| secrets.find_in(&value, "reply").map(|(place, _)| place);
        assert_eq!(found(json!({"a": [1, {"b": "the p\"ass/word."}]})).as_deref(), Some("reply.a[1].b"));
        assert_eq!(found(json!({"raw": "{\"x\":\"p\\\"ass/word\"}"})).as_deref(), Some("reply.raw"));
        assert_eq!(found(json!({"url": "https://h.org/?k=p%22ass%2Fword"})).as_deref(), Some("reply.url"));
        assert_eq!(found(json!({"p\"ass/word": 1})).as_deref(), Some("reply (the name of a field)"));
        assert_eq!(found(json!({"a": "p\"ass", "b": "/word"})), None);
        assert_eq!(super::Secrets::default().find(b"anything"), None);
    }

    #[test]
    fn short_secrets_are_a_mistake() {
        assert!(secrets("").mistake().unwrap().contains("secret 1 "));
        assert!(secrets("12345").mistake().is_some());
        assert!(secrets("123456").mistake().is_none());
    }
}
