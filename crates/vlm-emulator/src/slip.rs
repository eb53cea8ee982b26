//! JSON as models write it when they get it wrong: other content, slips of spelling, text around it, a missing end.
//!
//! None of this puts the mark before JSON: its bracket could pass for the beginning of an array. The mark is in the
//! strings.

use serde::de::IgnoredAny;

use crate::MARK;
use crate::doc::Doc;
use crate::json_form::{CutAt, JsonForm};
use crate::schema::{self, Wrong};

const BEFORE: &str = "Sure! Here is the JSON:\n\n";
const AFTER: &str = "\n\nLet me know if you need anything else.";

/// The text of an answer in JSON, and whether its end is missing.
///
/// Without a schema, the right answer is the measure of what is wrong. `verbatim` is the JSON as it was ordered.
pub(crate) fn written(
    value: Doc<'static>,
    schema: Option<&Doc<'_>>,
    verbatim: Option<&str>,
    forms: &[JsonForm],
) -> (String, bool) {
    let has = |form| forms.contains(&form);
    let own;
    let schema = match schema {
        Some(schema) => schema,
        None => {
            own = schema::of_value(&value);
            &own
        }
    };
    let spelling = Spelling::of(forms, &value);
    let content = [JsonForm::MissingField, JsonForm::WrongTypes, JsonForm::ExtraField];
    let json = match verbatim {
        Some(verbatim) if spelling == Spelling::default() && !content.into_iter().any(has) => verbatim.to_owned(),
        _ => spelling.write(
            &content.into_iter().filter(|form| has(*form)).fold(value, |value, form| changed(value, schema, form)),
        ),
    };
    let mut before = String::new();
    let mut after = String::new();
    if has(JsonForm::Wrapped) {
        before.push_str(BEFORE);
    }
    if has(JsonForm::Fenced) {
        before.push_str("```json\n");
        after.push_str("\n```");
    }
    if has(JsonForm::Twice) {
        let example = schema::generate(schema, &format!("{MARK}example"));
        before.push_str(&Spelling::default().write(&example));
        before.push_str("\n\n");
    }
    if has(JsonForm::Wrapped) {
        after.push_str(AFTER);
    }
    let size = forms.iter().rev().find_map(|form| match form {
        JsonForm::Truncated(size) => Some(*size),
        _ => None,
    });
    match size {
        Some(size) => (before + truncated(&json, size), true),
        None => (before + &json + &after, false),
    }
}

fn changed(value: Doc<'static>, schema: &Doc<'_>, form: JsonForm) -> Doc<'static> {
    let Wrong { value, sure } = match form {
        JsonForm::MissingField => schema::missing_field(value, schema),
        JsonForm::WrongTypes => schema::wrong_type(value, schema, MARK.trim_end()),
        _ => schema::extra_field(value, schema, MARK.trim_end()),
    };
    if !sure {
        tracing::debug!(form = form.name(), "the schema of the request may allow this answer");
    }
    value
}

/// The beginning of `json`: some of it, never all of it, and never JSON itself.
fn truncated(json: &str, size: CutAt) -> &str {
    let most = json.len().saturating_sub(1);
    let mut end = size.of(json.len()).clamp(1.min(most), most);
    while !json.is_char_boundary(end) {
        end -= 1;
    }
    let kept = &json[..end];
    // Of a number, a beginning is a number.
    if serde_json::from_str::<IgnoredAny>(kept).is_ok() { "" } else { kept }
}

/// How values are spelled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Spelling {
    single_quotes: bool,
    trailing_comma: bool,
    comments: bool,
    python: bool,
}

impl Spelling {
    fn of(forms: &[JsonForm], value: &Doc<'_>) -> Self {
        let has = |form| forms.contains(&form);
        let python = has(JsonForm::Python);
        Self {
            single_quotes: has(JsonForm::SingleQuotes) || (python && !has_words(value)),
            trailing_comma: has(JsonForm::TrailingComma),
            comments: has(JsonForm::Comments),
            python,
        }
    }

    fn write(self, value: &Doc<'_>) -> String {
        let mut out = String::new();
        if self.comments && !matches!(value, Doc::List(_) | Doc::Object(_)) {
            out.push_str("// Here's the answer\n");
        }
        self.put(value, &mut out, true);
        if self.comments && !matches!(value, Doc::List(_) | Doc::Object(_)) {
            out.push_str(" /* as asked */");
        }
        if self.trailing_comma && value.members().is_empty() && value.entries().is_empty() {
            out.push(',');
        }
        out
    }

    fn put(self, value: &Doc<'_>, out: &mut String, root: bool) {
        match value {
            Doc::List(entries) => {
                self.put_all('[', ']', entries, out, root, |entry, out| self.put(entry, out, false));
            }
            Doc::Object(members) => self.put_all('{', '}', members, out, root, |(name, value), out| {
                self.put_text(name, out);
                out.push(':');
                self.put(value, out, false);
            }),
            Doc::Text(text) => self.put_text(text, out),
            Doc::Null if self.python => out.push_str("None"),
            Doc::Bool(true) if self.python => out.push_str("True"),
            Doc::Bool(false) if self.python => out.push_str("False"),
            Doc::Null => out.push_str("null"),
            Doc::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Doc::Number(number) => out.push_str(&number.to_string()),
        }
    }

    fn put_all<T>(
        self,
        open: char,
        close: char,
        parts: &[T],
        out: &mut String,
        root: bool,
        put: impl Fn(&T, &mut String),
    ) {
        out.push(open);
        if root && self.comments {
            out.push_str(" // Here's the answer\n");
        }
        for (at, part) in parts.iter().enumerate() {
            if at > 0 {
                out.push(',');
            }
            put(part, out);
        }
        if self.trailing_comma && !parts.is_empty() {
            out.push(',');
        }
        if root && self.comments {
            out.push_str(" /* as asked */");
        }
        out.push(close);
    }

    fn put_text(self, text: &str, out: &mut String) {
        // A string always serializes.
        let quoted = serde_json::to_string(text).unwrap_or_default();
        if !self.single_quotes {
            out.push_str(&quoted);
            return;
        }
        out.push('\'');
        let inside = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or_default();
        let mut inside = inside.chars();
        while let Some(c) = inside.next() {
            match c {
                '\'' => out.push_str("\\'"),
                '\\' => match inside.next() {
                    Some('"') => out.push('"'),
                    escaped => {
                        out.push(c);
                        out.extend(escaped);
                    }
                },
                other => out.push(other),
            }
        }
        out.push('\'');
    }
}

/// Whether some word of JSON is in `value` that Python spells differently.
fn has_words(value: &Doc<'_>) -> bool {
    matches!(value, Doc::Null | Doc::Bool(_))
        || value.entries().iter().any(has_words)
        || value.members().iter().any(|(_, value)| has_words(value))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn spelled(json: &str, forms: &[JsonForm]) -> String {
        written(Doc::parse(json.as_bytes()).unwrap().into_owned(), None, None, forms).0
    }

    #[test]
    fn slips_of_spelling() {
        let json = r#"{"it's":["a \"b\" \\ \n",null,true,{}],"n":-1.5}"#;
        assert_eq!(spelled(json, &[]), json);
        for (form, expected) in [
            (JsonForm::SingleQuotes, r#"{'it\'s':['a "b" \\ \n',null,true,{}],'n':-1.5}"#),
            (JsonForm::TrailingComma, r#"{"it's":["a \"b\" \\ \n",null,true,{},],"n":-1.5,}"#),
            (JsonForm::Python, r#"{"it's":["a \"b\" \\ \n",None,True,{}],"n":-1.5}"#),
        ] {
            assert_eq!(spelled(json, &[form]), expected);
        }
        assert_eq!(
            spelled(r#"{"a":1}"#, &[JsonForm::Comments, JsonForm::TrailingComma]),
            "{ // Here's the answer\n\"a\":1, /* as asked */}"
        );
        assert_eq!(spelled(r#"{"a":1}"#, &[JsonForm::Python]), "{'a':1}");
    }

    #[test]
    fn no_slip_of_spelling_is_json() {
        for json in [r#"{"a":[1,{"b":null}]}"#, "[1]", "{}", "[]", "7", "null", r#""text""#] {
            for form in [JsonForm::SingleQuotes, JsonForm::TrailingComma, JsonForm::Comments, JsonForm::Python] {
                let text = spelled(json, &[form]);
                let same = text == json && matches!(form, JsonForm::SingleQuotes | JsonForm::Python);
                assert!(serde_json::from_str::<IgnoredAny>(&text).is_err() || same, "{form:?}: {text}");
            }
        }
    }

    #[test]
    fn what_is_cut_is_no_json_at_any_size() {
        for json in [r#"{"a":[1,{"é":null}]}"#, "[]", "712", "null", r#""日本""#, "7"] {
            for size in (0..40).map(CutAt::Bytes).chain((0..=100).map(CutAt::Percent)) {
                let kept = truncated(json, size);
                assert!(kept.len() < json.len() && json.starts_with(kept), "{size:?}: {kept}");
                assert!(serde_json::from_str::<IgnoredAny>(kept).is_err(), "{size:?}: {kept}");
            }
        }
        assert_eq!(truncated("{\"a\":1}", CutAt::Bytes(4)), "{\"a\"");
    }

    #[test]
    fn what_is_ordered_word_for_word_stays_so() {
        let value = Doc::Object(vec![("a".into(), Doc::from_integer(1))]);
        let text = "{ \"a\" : 1 }";
        assert_eq!(written(value.clone(), None, Some(text), &[JsonForm::Fenced]).0, "```json\n{ \"a\" : 1 }\n```");
        assert_eq!(written(value, None, Some(text), &[JsonForm::TrailingComma]).0, "{\"a\":1,}");
    }
}
