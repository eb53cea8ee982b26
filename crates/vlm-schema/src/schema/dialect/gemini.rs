//! Gemini's `responseSchema`: an OpenAPI subset with upper-case types and `nullable`; no definitions, choices as strings.

use serde_json::{Map, Value, json};
use vlm_core::SchemaDialect;

use super::rules::{Closing, References, Rules, Verdict, fields, is_silent};
use super::writer::Writer;
use super::{Lost, LoweringError};

/// Nesting that providers and the service still take.
const DEPTH: usize = 32;

pub(super) fn lower(schema: &Value) -> Result<(Value, Vec<Lost>), LoweringError> {
    let written = Writer::<Gemini>::write_root(schema)?;
    Ok((written.schema, written.lost))
}

struct Gemini;

impl Rules for Gemini {
    const DIALECT: SchemaDialect = SchemaDialect::GeminiSchema;
    const REFERENCES: References = References::Inlined;
    const CLOSING: Closing = Closing::Unsaid;
    const DEPTH: usize = DEPTH;

    fn verdict(kind: &str, keyword: &str, value: &Value) -> Verdict {
        let text = value.as_str().unwrap_or_default();
        let kept = match (kind, keyword) {
            (_, "title" | "description") => true,
            // The service takes no other formats.
            ("string", "format") => text == "date-time",
            ("integer", "format") => matches!(text, "int32" | "int64"),
            ("number", "format") => matches!(text, "float" | "double"),
            ("string", "minLength" | "maxLength" | "pattern") => true,
            ("integer" | "number", "minimum" | "maximum") => true,
            ("array", "minItems" | "maxItems") => true,
            ("object", "minProperties" | "maxProperties") => true,
            (_, "default") => !value.is_null(),
            _ => false,
        };
        match kept {
            true => Verdict::Kept,
            false if is_silent(kind, keyword, value) => Verdict::Silent,
            false => Verdict::Lost,
        }
    }

    fn type_name(name: &str) -> String {
        name.to_ascii_uppercase()
    }

    /// Providers read the type `NULL` as a mark on another type, so null alone is a string that may be null.
    fn null() -> Map<String, Value> {
        fields([("type", json!("STRING")), ("nullable", json!(true)), ("description", json!("Always null."))])
    }

    fn choices(choices: &[Value], _constant: bool, out: &mut Map<String, Value>) -> bool {
        let word = |choice: &Value| match choice {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        out.insert("type".to_owned(), json!("STRING"));
        out.insert("format".to_owned(), json!("enum"));
        out.insert("enum".to_owned(), choices.iter().map(word).collect::<Vec<_>>().into());
        if let Some(default) = out.get("default").filter(|default| !default.is_string()) {
            out.insert("default".to_owned(), word(default).into());
        }
        // What was said of a number does not hold for its text.
        for bound in ["minimum", "maximum", "minLength", "maxLength", "pattern"] {
            out.remove(bound);
        }
        true
    }

    fn nullable(mut out: Map<String, Value>) -> Map<String, Value> {
        out.insert("nullable".to_owned(), json!(true));
        out
    }
}
