//! Gemini's `responseJsonSchema`: JSON Schema with few keywords; recursion only through properties that may be left out.

use serde_json::{Map, Value, json};
use vlm_core::SchemaDialect;

use super::rules::{Closing, References, Rules, Verdict, is_silent, nullable_type, nullable_union};
use super::writer::Writer;
use super::{Lost, LoweringError};

const DIALECT: SchemaDialect = SchemaDialect::GeminiJsonSchema;

pub(super) fn lower(schema: &Value) -> Result<(Value, Vec<Lost>), LoweringError> {
    let written = Writer::<GeminiJson>::write_root(schema)?;
    if let Some(path) = written.recursion(true) {
        let advice = "let a property on the way be left out: `Option`, or `#[serde(default)]`";
        return Err(LoweringError::Recursive { dialect: DIALECT, path, advice });
    }
    Ok((written.schema, written.lost))
}

struct GeminiJson;

impl Rules for GeminiJson {
    const DIALECT: SchemaDialect = DIALECT;
    const REFERENCES: References = References::Kept;
    const CLOSING: Closing = Closing::Free;
    const TUPLES: bool = true;
    const ANYTHING: bool = true;

    fn verdict(kind: &str, keyword: &str, value: &Value) -> Verdict {
        let kept = match kind {
            "integer" | "number" if matches!(keyword, "minimum" | "maximum") => true,
            "array" if matches!(keyword, "minItems" | "maxItems") => true,
            _ => matches!(keyword, "title" | "description" | "format"),
        };
        match kept {
            true => Verdict::Kept,
            false if is_silent(kind, keyword, value) => Verdict::Silent,
            false => Verdict::Lost,
        }
    }

    /// Strings and numbers; there is no `const`.
    fn choices(choices: &[Value], _constant: bool, out: &mut Map<String, Value>) -> bool {
        let fits = choices.iter().all(|choice| choice.is_string() || choice.is_number());
        if fits {
            out.insert("enum".to_owned(), json!(choices));
        }
        fits
    }

    /// There is no null among choices.
    fn nullable(out: Map<String, Value>) -> Map<String, Value> {
        if out.contains_key("enum") { nullable_union(out) } else { nullable_type(out) }
    }
}
