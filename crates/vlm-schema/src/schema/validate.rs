//! The full check of an answer against its schema: types, bounds, lengths, patterns, formats.

use std::fmt;

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{Draft, PatternOptions, ValidationError};
use serde_json::Value;

use super::error::shortened;
use super::{MAX_DEPTH, Schema, SchemaError, limits};

/// How many faults are reported of one answer.
const MOST: usize = 64;
/// The longest text about what came, in characters.
const LONGEST_FOUND: usize = 80;
/// The longest text about what was expected, in characters.
const LONGEST_EXPECTED: usize = 200;
/// How much memory one pattern may take, in bytes.
const PATTERN_SIZE: usize = 8 << 20;

/// Checks answers against a schema, in full: what a dialect dropped included.
///
/// Formats are checked (`date`, `date-time`, `time`, `duration`, `email`, `uri`, `uuid`, `ipv4`, `ipv6`, `hostname`, …);
/// one that is not known holds nothing back. No reference leaves the schema, and nothing is fetched. Needs the feature
/// `validate`.
///
/// ```
/// use serde_json::json;
/// use vlm_schema::schema::{Schema, Validator};
///
/// let schema = Schema::from_value("stars", json!({
///     "type": "object",
///     "properties": {"stars": {"type": "integer", "minimum": 1, "maximum": 5}},
///     "required": ["stars"],
/// }))?;
/// let validator = Validator::new(&schema)?;
/// assert!(validator.check(&json!({"stars": 4})).is_empty());
///
/// let faults = validator.check(&json!({"stars": 7}));
/// assert_eq!(faults[0].path, "/stars");
/// assert_eq!(faults[0].to_string(), "at \"/stars\": expected at most 5, found 7");
/// # Ok::<(), vlm_schema::schema::SchemaError>(())
/// ```
pub struct Validator {
    inner: jsonschema::Validator,
}

/// Where an answer does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Violation {
    /// JSON pointer in the answer; empty for the whole of it.
    pub path: String,
    /// What should stand there, shortened if it is long.
    pub expected: String,
    /// What stands there, shortened if it is long.
    pub found: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at {:?}: expected {}, found {}", self.path, self.expected, self.found)
    }
}

impl Validator {
    /// A checker of the unwrapped answer: what [`Schema::answer`] describes.
    ///
    /// # Errors
    /// The schema has a pattern that is no regular expression or one that takes too much memory, or is otherwise none
    /// that can be checked.
    pub fn new(schema: &Schema) -> Result<Self, SchemaError> {
        let built = jsonschema::options()
            .with_draft(Draft::Draft202012)
            .offline()
            .should_validate_formats(true)
            .with_pattern_options(PatternOptions::fancy_regex().size_limit(PATTERN_SIZE))
            .build(schema.answer());
        match built {
            Ok(inner) => Ok(Self { inner }),
            Err(error) => {
                let reason = format!("at {:?}: {error}", error.instance_path().as_str());
                Err(SchemaError::Unusable { reason: shortened(&reason, LONGEST_EXPECTED) })
            }
        }
    }

    /// Every place where the answer does not fit, at most 64; empty if it fits.
    ///
    /// Of a union in which no branch fits, the faults of the branch that comes nearest are given. An answer nested
    /// deeper than [`MAX_DEPTH`] is a fault in itself.
    pub fn check(&self, answer: &Value) -> Vec<Violation> {
        if limits::is_deeper(answer, MAX_DEPTH) {
            let expected = format!("at most {MAX_DEPTH} levels");
            return vec![Violation { path: String::new(), expected, found: "more".to_owned() }];
        }
        let mut violations = Vec::new();
        for error in self.inner.iter_errors(answer).take(MOST) {
            explain(&error, &mut violations, 0);
        }
        violations.truncate(MOST);
        violations
    }

    /// True if the answer fits.
    pub fn fits(&self, answer: &Value) -> bool {
        !limits::is_deeper(answer, MAX_DEPTH) && self.inner.is_valid(answer)
    }
}

impl fmt::Debug for Validator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Validator").finish_non_exhaustive()
    }
}

fn explain(error: &ValidationError<'_>, out: &mut Vec<Violation>, depth: usize) {
    if let ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } = error.kind()
        && depth < MAX_DEPTH
        && let Some(nearest) = nearest(error, context)
    {
        for error in nearest {
            explain(error, out, depth + 1);
        }
        return;
    }
    let instance = error.instance();
    let found = match error.kind() {
        ValidationErrorKind::Required { .. } => "none".to_owned(),
        ValidationErrorKind::AdditionalProperties { unexpected }
        | ValidationErrorKind::UnevaluatedProperties { unexpected } => {
            let names: Vec<String> = unexpected.iter().map(|name| format!("{name:?}")).collect();
            shortened(&names.join(", "), LONGEST_FOUND)
        }
        _ => shown(instance),
    };
    let expected = shortened(&expected(error), LONGEST_EXPECTED);
    out.push(Violation { path: error.instance_path().as_str().to_owned(), expected, found });
}

/// The branch whose faults lie deepest, with the fewest of them: the one that was meant. None if each branch fails
/// where the union stands.
fn nearest<'a>(
    error: &ValidationError<'_>,
    context: &'a [Vec<ValidationError<'static>>],
) -> Option<&'a [ValidationError<'static>]> {
    let here = error.instance_path().as_str().len();
    // A tag that differs, a missing property or an unknown one mean another branch.
    let misses = |errors: &[ValidationError<'static>]| {
        let is_tag = |error: &&ValidationError<'static>| {
            matches!(error.kind(), ValidationErrorKind::Constant { .. } | ValidationErrorKind::Enum { .. })
                || error.instance_path().as_str().len() <= here
        };
        errors.iter().filter(is_tag).count()
    };
    let is_other_type = |errors: &[ValidationError<'static>]| {
        errors.iter().any(|error| {
            error.instance_path().as_str().len() <= here && matches!(error.kind(), ValidationErrorKind::Type { .. })
        })
    };
    let candidates = context.iter().filter(|errors| !errors.is_empty() && !is_other_type(errors));
    candidates.min_by_key(|errors| (misses(errors), errors.len())).map(Vec::as_slice)
}

fn expected(error: &ValidationError<'_>) -> String {
    use ValidationErrorKind as Kind;
    match error.kind() {
        Kind::Type { kind: TypeKind::Single(kind) } => kind.to_string(),
        Kind::Type { kind: TypeKind::Multiple(kinds) } => {
            kinds.iter().map(|kind| kind.to_string()).collect::<Vec<_>>().join(" or ")
        }
        Kind::Required { property } => format!("the property {property}"),
        Kind::AdditionalProperties { .. } | Kind::UnevaluatedProperties { .. } => "no other properties".to_owned(),
        Kind::Enum { options } => match options.as_array() {
            Some(options) => format!("one of {}", options.iter().map(Value::to_string).collect::<Vec<_>>().join(", ")),
            None => format!("one of {options}"),
        },
        Kind::Constant { expected_value } => expected_value.to_string(),
        Kind::Minimum { limit } => format!("at least {limit}"),
        Kind::Maximum { limit } => format!("at most {limit}"),
        Kind::ExclusiveMinimum { limit } => format!("more than {limit}"),
        Kind::ExclusiveMaximum { limit } => format!("less than {limit}"),
        Kind::MultipleOf { multiple_of } => format!("a multiple of {multiple_of}"),
        Kind::MinLength { limit } => format!("at least {limit} characters"),
        Kind::MaxLength { limit } => format!("at most {limit} characters"),
        Kind::MinItems { limit } => format!("at least {limit} items"),
        Kind::MaxItems { limit } => format!("at most {limit} items"),
        Kind::AdditionalItems { limit } => format!("at most {limit} items"),
        Kind::MinProperties { limit } => format!("at least {limit} properties"),
        Kind::MaxProperties { limit } => format!("at most {limit} properties"),
        Kind::UniqueItems => "items that all differ".to_owned(),
        Kind::Pattern { pattern } => format!("text that matches {pattern}"),
        Kind::Format { format } => format!("text of the format {format}"),
        Kind::AnyOf { .. } | Kind::OneOfNotValid { .. } => "one of the alternatives".to_owned(),
        Kind::OneOfMultipleValid { .. } => "exactly one of the alternatives".to_owned(),
        Kind::FalseSchema => "nothing".to_owned(),
        _ => format!("what `{}` asks for", error.kind().keyword()),
    }
}

/// A value in few characters: never more is written than is kept.
fn shown(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("a list of {}", items.len()),
        Value::Object(fields) => format!("an object of {}", fields.len()),
        Value::String(text) => Value::from(shortened(text, LONGEST_FOUND)).to_string(),
        other => other.to_string(),
    }
}
