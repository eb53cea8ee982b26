//! The forms in which models take a schema, by the names that a command line gives them.

use clap::builder::PossibleValuesParser;
use serde::Serialize;
use serde_json::Value;
use vlm_core::SchemaDialect;
use vlm_schema::schema::Lost;

use crate::words::{beginning, one_line};

/// The longest value of a lost keyword that is shown, in characters.
const SHOWN: usize = 80;

/// Every form, with its name and what it is.
pub(crate) const ALL: [(&str, SchemaDialect, &str); 7] = [
    ("json-schema", SchemaDialect::JsonSchema, "JSON Schema as it is"),
    ("openai-strict", SchemaDialect::OpenAiStrict, "OpenAI's strict schema"),
    ("gemini-schema", SchemaDialect::GeminiSchema, "Gemini's responseSchema"),
    ("gemini-json-schema", SchemaDialect::GeminiJsonSchema, "Gemini's responseJsonSchema"),
    ("anthropic", SchemaDialect::Anthropic, "Anthropic's schema"),
    ("json-object", SchemaDialect::JsonObject, "JSON, with the schema in the prompt"),
    ("prompt", SchemaDialect::Prompt, "text, with the schema in the prompt"),
];

/// The names, for the command line.
pub(crate) fn names() -> PossibleValuesParser {
    PossibleValuesParser::new(ALL.map(|(name, ..)| name))
}

/// The form of this name.
pub(crate) fn named(name: &str) -> Option<SchemaDialect> {
    ALL.into_iter().find(|(known, ..)| *known == name).map(|(_, dialect, _)| dialect)
}

/// Its name and what it is.
pub(crate) fn described(dialect: SchemaDialect) -> (&'static str, &'static str) {
    let known = ALL.into_iter().find(|(_, known, _)| *known == dialect);
    known.map_or(("another", "a form of its own"), |(name, _, what)| (name, what))
}

/// What a form could not say, in one line.
pub(crate) fn lost(lost: &Lost) -> String {
    let path = if lost.path.is_empty() { "the answer" } else { &lost.path };
    let value = match &lost.value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    one_line(&format!("{path}: {} {}", lost.keyword, beginning(&value, SHOWN)))
}

/// The same for programs.
#[derive(Serialize)]
pub(crate) struct PrintedLost<'a> {
    path: &'a str,
    keyword: &'a str,
    value: &'a Value,
}

/// What a form could not say, for programs.
pub(crate) fn printed(lost: &[Lost]) -> Vec<PrintedLost<'_>> {
    lost.iter().map(|lost| PrintedLost { path: &lost.path, keyword: &lost.keyword, value: &lost.value }).collect()
}
