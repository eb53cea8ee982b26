//! Anthropic's schema: closed objects, few keywords, no recursion; little may be optional or of several types.

use serde_json::{Map, Value};
use vlm_core::SchemaDialect;

use super::rules::{Closing, References, Rules, Verdict, is_silent, nullable_type, plain_choices};
use super::writer::Writer;
use super::{Lost, LoweringError, count};

const DIALECT: SchemaDialect = SchemaDialect::Anthropic;
/// The most properties that may be left out.
const OPTIONAL: usize = 24;
/// The most schemas of several types, `null` included.
const UNIONS: usize = 16;

const FORMATS: &[&str] = &["date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid"];

pub(super) fn lower(schema: &Value) -> Result<(Value, Vec<Lost>), LoweringError> {
    let written = Writer::<Anthropic>::write_root(schema)?;
    if let Some(path) = written.recursion(false) {
        let advice = "say how deep it goes, with a type for each level";
        return Err(LoweringError::Recursive { dialect: DIALECT, path, advice });
    }
    count::optional(&written.schema, DIALECT, OPTIONAL)?;
    count::unions(&written.schema, DIALECT, UNIONS)?;
    Ok((written.schema, written.lost))
}

struct Anthropic;

impl Rules for Anthropic {
    const DIALECT: SchemaDialect = DIALECT;
    const REFERENCES: References = References::KeptBare;
    const CLOSING: Closing = Closing::Forced;

    fn verdict(kind: &str, keyword: &str, value: &Value) -> Verdict {
        let kept = match (kind, keyword) {
            (_, "title" | "description") => true,
            ("string", "format") => value.as_str().is_some_and(|format| FORMATS.contains(&format)),
            ("array", "minItems") => value.as_f64().is_some_and(|least| least <= 1.0),
            _ => false,
        };
        match kept {
            true => Verdict::Kept,
            false if is_silent(kind, keyword, value) => Verdict::Silent,
            false => Verdict::Lost,
        }
    }

    fn choices(choices: &[Value], constant: bool, out: &mut Map<String, Value>) -> bool {
        choices.iter().all(|choice| !choice.is_object() && !choice.is_array()) && plain_choices(choices, constant, out)
    }

    fn nullable(out: Map<String, Value>) -> Map<String, Value> {
        nullable_type(out)
    }
}
