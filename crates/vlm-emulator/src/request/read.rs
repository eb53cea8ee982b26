//! The one way in which fields are checked: each reader notes what is wrong under the field's path and goes on.

use std::collections::HashSet;

use crate::doc::Doc;

/// Problems that one answer lists.
const MAX_PROBLEMS: usize = 50;

/// Collects problems.
#[derive(Debug, Default)]
pub(super) struct Reader {
    pub(super) problems: Vec<String>,
}

impl Reader {
    /// Notes a problem of the field at `path`.
    pub(super) fn say(&mut self, path: impl AsRef<str>, what: impl AsRef<str>) {
        let (path, what) = (path.as_ref(), what.as_ref());
        if self.problems.len() >= MAX_PROBLEMS {
            if self.problems.len() == MAX_PROBLEMS {
                self.problems.push("and more".to_owned());
            }
            return;
        }
        // The one text that was seen on the wire stays in front, so that a client may match on it.
        let problem = match what.strip_prefix("Model input cannot be empty: ") {
            Some(detail) => format!("Model input cannot be empty: {path}: {detail}"),
            None => format!("{path} {what}"),
        };
        self.problems.push(problem);
    }

    /// Notes members that occur twice.
    pub(super) fn unique(&mut self, doc: &Doc<'_>, path: &str) {
        let mut seen = HashSet::new();
        for (name, _) in doc.members() {
            if !seen.insert(name) {
                self.say(join(path, name), "is given twice");
            }
        }
    }

    /// An object that has no members besides `known`.
    pub(super) fn object(&mut self, doc: &Doc<'_>, path: &str, known: &[&str]) -> Option<()> {
        self.any_object(doc, path)?;
        for (name, _) in doc.members() {
            if !known.contains(&name.as_ref()) {
                self.say(join(path, name), format!("is not documented; known here: {}", known.join(", ")));
            }
        }
        Some(())
    }

    /// An object with any members.
    pub(super) fn any_object(&mut self, doc: &Doc<'_>, path: &str) -> Option<()> {
        if !matches!(doc, Doc::Object(_)) {
            self.say(path, format!("must be an object, not {}", doc.kind()));
            return None;
        }
        self.unique(doc, path);
        Some(())
    }

    /// A string.
    pub(super) fn text<'a>(&mut self, doc: &'a Doc<'a>, path: &str) -> Option<&'a str> {
        if doc.text().is_none() {
            self.say(path, format!("must be a string, not {}", doc.kind()));
        }
        doc.text()
    }

    /// One of a few strings.
    pub(super) fn choice<'a>(&mut self, doc: &'a Doc<'a>, path: &str, known: &[&str]) -> Option<&'a str> {
        let text = self.text(doc, path)?;
        if known.contains(&text) {
            return Some(text);
        }
        self.say(path, format!("is `{}`; it must be one of {}", shown(text), known.join(", ")));
        None
    }

    /// A whole number.
    pub(super) fn integer(&mut self, doc: &Doc<'_>, path: &str) -> Option<i64> {
        if doc.integer().is_none() {
            self.say(path, format!("must be a whole number, not {}", doc.kind()));
        }
        doc.integer()
    }

    /// A boolean that may be absent.
    pub(super) fn flag(&mut self, doc: Option<&Doc<'_>>, path: &str) -> Option<bool> {
        match doc? {
            Doc::Bool(value) => Some(*value),
            other => {
                self.say(path, format!("must be true or false, not {}", other.kind()));
                None
            }
        }
    }

    /// A member that must be there.
    pub(super) fn need<'a>(&mut self, doc: &'a Doc<'a>, path: &str, name: &str) -> Option<&'a Doc<'a>> {
        let member = doc.get(name);
        if member.is_none() {
            self.say(join(path, name), "is missing");
        }
        member
    }

    /// A picture or film by value: a URL, a data URI or base64, as far as its first bytes tell.
    pub(super) fn media(&mut self, value: &str, path: &str) -> Option<Form> {
        let form = Form::of(value);
        if form.is_none() {
            self.say(path, "is neither an http(s) URL nor a data URI with ;base64, nor bare base64");
        }
        form
    }
}

/// How media is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Url,
    Base64,
}

impl Form {
    fn of(value: &str) -> Option<Self> {
        let head: String = value.chars().take(16).collect::<String>().to_ascii_lowercase();
        if head.starts_with("http://") || head.starts_with("https://") {
            return Some(Self::Url);
        }
        if head.starts_with("data:") {
            let comma = value.find(',')?;
            return value[..comma].ends_with(";base64").then_some(Self::Base64);
        }
        let base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
        (!value.is_empty() && value.bytes().take(4096).all(base64)).then_some(Self::Base64)
    }
}

/// `path.name`, or the name alone at top level.
pub(super) fn join(path: &str, name: &str) -> String {
    if path.is_empty() { shown(name) } else { format!("{path}.{}", shown(name)) }
}

/// A word of the request, short enough for an error.
pub(super) fn shown(text: &str) -> String {
    const MOST: usize = 60;
    let mut shown: String = text.chars().take(MOST).map(|c| if c.is_control() { '?' } else { c }).collect();
    if text.chars().nth(MOST).is_some() {
        shown.push('…');
    }
    shown
}
