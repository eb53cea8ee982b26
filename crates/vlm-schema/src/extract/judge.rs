//! Is an answer a `T`? Cut-off first, then JSON, then serde, then everything the type promises beyond its shape, then
//! the caller's own check. Pure.

use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::Value;
use vlm_core::{Completion, FinishReason};

use super::error::{ExtractErrorKind, Mismatch};
use crate::decode::{DecodeOptions, Repair, decode_with};
#[cfg(feature = "validate")]
use crate::schema::Validator;
use crate::schema::{Lowered, Schema, SchemaError};

/// A check of the caller's.
pub(super) type Hook<T> = Arc<dyn Fn(&T) -> Result<(), String> + Send + Sync>;

/// The longest piece of an answer that a mismatch shows, in characters.
const FOUND_LIMIT: usize = 60;

pub(super) struct Judge<T> {
    decoding: DecodeOptions,
    #[cfg(feature = "validate")]
    validator: Validator,
    hook: Option<Hook<T>>,
}

pub(super) enum Verdict<T> {
    Fits { value: T, repairs: Vec<Repair> },
    Unusable(ExtractErrorKind),
}

impl<T: DeserializeOwned> Judge<T> {
    #[cfg_attr(not(feature = "validate"), expect(unused_variables, clippy::unnecessary_wraps, reason = "no checker"))]
    pub(super) fn new(schema: &Schema, decoding: DecodeOptions, hook: Option<Hook<T>>) -> Result<Self, SchemaError> {
        Ok(Self {
            decoding,
            #[cfg(feature = "validate")]
            validator: Validator::new(schema)?,
            hook,
        })
    }

    /// Judges a whole answer that was asked for in the form of `lowered`.
    pub(super) fn judge(&self, lowered: &Lowered, completion: &Completion) -> Verdict<T> {
        match completion.finish() {
            // What was cut off is never called broken JSON, and never taken for whole.
            FinishReason::Length => return Verdict::Unusable(ExtractErrorKind::CutOff),
            FinishReason::ContentFilter => return Verdict::Unusable(ExtractErrorKind::Filtered),
            _ => {}
        }
        let fits = |value: &Value| self.read(lowered, value.clone()).is_ok();
        match decode_with(completion.text(), &self.decoding, fits) {
            Ok(decoded) => match self.read(lowered, decoded.value) {
                Ok(value) => Verdict::Fits { value, repairs: decoded.repairs },
                Err(mismatches) => Verdict::Unusable(ExtractErrorKind::Misfit(mismatches)),
            },
            // A service that gives no finish reason tells of a cut only by the cut itself.
            Err(error) if error.is_truncated() && *completion.finish() == FinishReason::Unknown => {
                Verdict::Unusable(ExtractErrorKind::CutOff)
            }
            Err(error) => Verdict::Unusable(ExtractErrorKind::NotJson(error)),
        }
    }

    /// Reads a value as it stands in an answer.
    pub(super) fn read(&self, lowered: &Lowered, mut value: Value) -> Result<T, Vec<Mismatch>> {
        lowered.restore(&mut value);
        self.typed(&value)
    }

    /// Reads a value without its wrapper.
    pub(super) fn typed(&self, value: &Value) -> Result<T, Vec<Mismatch>> {
        let typed = serde_path_to_error::deserialize::<_, T>(value).map_err(|error| mismatch(value, &error));
        // The schema's checker finds everything that is wrong, serde only the first thing.
        let mut mismatches = self.promises(value);
        match typed {
            Ok(typed) if mismatches.is_empty() => self.own(&typed).map(|()| typed),
            Ok(_) => Err(mismatches),
            Err(first) => {
                if mismatches.iter().all(|mismatch| mismatch.path != first.path) {
                    mismatches.insert(0, first);
                }
                Err(mismatches)
            }
        }
    }

    #[cfg(feature = "validate")]
    fn promises(&self, value: &Value) -> Vec<Mismatch> {
        let violations = self.validator.check(value).into_iter();
        violations.map(|violation| Mismatch::new(violation.path, violation.expected, violation.found)).collect()
    }

    #[cfg(not(feature = "validate"))]
    #[expect(clippy::unused_self, reason = "the same call with and without a checker")]
    fn promises(&self, _: &Value) -> Vec<Mismatch> {
        Vec::new()
    }

    fn own(&self, typed: &T) -> Result<(), Vec<Mismatch>> {
        let Some(hook) = &self.hook else { return Ok(()) };
        hook(typed).map_err(|words| vec![Mismatch::new("", words, "")])
    }
}

/// What serde could not read.
fn mismatch(value: &Value, error: &serde_path_to_error::Error<serde_json::Error>) -> Mismatch {
    let pointer = pointer(error.path());
    let found = value.pointer(&pointer).map(shortened).unwrap_or_default();
    Mismatch::new(pointer, error.inner().to_string(), found)
}

/// A path of serde's as a JSON pointer.
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter().fold(String::new(), |pointer, segment| match segment {
        Segment::Seq { index } => format!("{pointer}/{index}"),
        Segment::Map { key } => format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1")),
        Segment::Enum { .. } | Segment::Unknown => pointer,
    })
}

fn shortened(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(FOUND_LIMIT) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}
