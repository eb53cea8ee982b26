//! OpenAI's strict schema: closed objects, every property required, few keywords; definitions and recursion are kept.

use serde_json::{Map, Value};
use vlm_core::SchemaDialect;

use super::rules::{Closing, References, Rules, Verdict, is_silent, nullable_type, plain_choices};
use super::writer::Writer;
use super::{Lost, LoweringError, count};

/// The limits that the service documents.
pub(super) const LIMITS: count::Limits = count::Limits {
    dialect: SchemaDialect::OpenAiStrict,
    properties: 5_000,
    levels: 10,
    characters: 120_000,
    choices: 1_000,
    long_choices: 250,
    long_characters: 15_000,
};

const FORMATS: &[&str] = &["date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"];

pub(super) fn lower(schema: &Value) -> Result<(Value, Vec<Lost>), LoweringError> {
    let written = Writer::<OpenAi>::write_root(schema)?;
    count::check(&written.schema, &LIMITS)?;
    Ok((written.schema, written.lost))
}

struct OpenAi;

impl Rules for OpenAi {
    const DIALECT: SchemaDialect = SchemaDialect::OpenAiStrict;
    const REFERENCES: References = References::Kept;
    const CLOSING: Closing = Closing::Forced;
    const ALL_REQUIRED: bool = true;

    fn verdict(kind: &str, keyword: &str, value: &Value) -> Verdict {
        let text = value.as_str().unwrap_or_default();
        let kept = match (kind, keyword) {
            (_, "title" | "description") => true,
            ("string", "pattern") => !looks_around(text),
            ("string", "format") => FORMATS.contains(&text),
            ("number" | "integer", bound) => {
                matches!(bound, "multipleOf" | "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum")
            }
            ("array", "minItems" | "maxItems") => true,
            _ => false,
        };
        match kept {
            true => Verdict::Kept,
            false if is_silent(kind, keyword, value) => Verdict::Silent,
            false => Verdict::Lost,
        }
    }

    fn choices(choices: &[Value], constant: bool, out: &mut Map<String, Value>) -> bool {
        plain_choices(choices, constant, out)
    }

    fn nullable(out: Map<String, Value>) -> Map<String, Value> {
        nullable_type(out)
    }
}

/// Whether a pattern looks ahead or behind.
fn looks_around(pattern: &str) -> bool {
    ["(?=", "(?!", "(?<=", "(?<!"].iter().any(|mark| pattern.contains(mark))
}
