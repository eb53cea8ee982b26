//! Why no value came, with everything that was paid for.

use std::fmt;

use vlm_core::{Completion, Delivery, Error, ErrorKind};

use super::ledger::Ledger;
use crate::decode::DecodeError;
use crate::schema::{LoweringError, SchemaError};

/// Why a typed call failed. One word wide.
///
/// Becomes a [`vlm_core::Error`] by `?`, of kind [`Schema`](ErrorKind::Schema) where the answer is at fault; the answer's
/// text and usage stay in it.
pub struct ExtractError(Box<Inner>);

struct Inner {
    kind: ExtractErrorKind,
    ledger: Ledger,
    completion: Option<Completion>,
}

/// What went wrong.
#[derive(Debug)]
#[non_exhaustive]
pub enum ExtractErrorKind {
    /// The type or the data given is no usable schema; nothing was sent.
    Schema(SchemaError),
    /// The model's dialect cannot express the schema; nothing was sent.
    Dialect(LoweringError),
    /// The call itself failed.
    Call(Error),
    /// The token limit, or the service, cut the answer off.
    CutOff,
    /// A content filter stopped the answer.
    Filtered,
    /// The answer is no JSON, and no repair made it any.
    NotJson(DecodeError),
    /// The answer is JSON, but does not fit.
    Misfit(Vec<Mismatch>),
}

/// One place where an answer does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Mismatch {
    /// Where, as a JSON pointer; empty for the whole answer.
    pub path: String,
    /// What was expected there.
    pub expected: String,
    /// What stands there, shortened.
    pub found: String,
}

impl Mismatch {
    pub(super) fn new(path: impl Into<String>, expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self { path: path.into(), expected: expected.into(), found: found.into() }
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = if self.path.is_empty() { "the answer" } else { &self.path };
        write!(f, "{path}: expected {}", self.expected)?;
        match self.found.as_str() {
            "" => Ok(()),
            found => write!(f, ", found {found}"),
        }
    }
}

impl ExtractError {
    pub(super) fn new(kind: ExtractErrorKind, ledger: Ledger, completion: Option<Completion>) -> Self {
        Self(Box::new(Inner { kind, ledger, completion }))
    }

    /// The same error, with the books as they are now.
    pub(super) fn with_ledger(mut self, ledger: Ledger) -> Self {
        self.0.ledger = ledger;
        self
    }

    /// What went wrong.
    pub fn kind(&self) -> &ExtractErrorKind {
        &self.0.kind
    }

    /// Every attempt, with usage and cost.
    pub fn ledger(&self) -> &Ledger {
        &self.0.ledger
    }

    /// The last answer, where one came.
    pub fn completion(&self) -> Option<&Completion> {
        self.0.completion.as_ref().or(match &self.0.kind {
            ExtractErrorKind::Call(error) => error.partial(),
            _ => None,
        })
    }

    /// The last answer's text, where one came.
    pub fn text(&self) -> Option<&str> {
        self.completion().map(Completion::text)
    }

    /// Where the answer does not fit; empty for other kinds.
    pub fn mismatches(&self) -> &[Mismatch] {
        match &self.0.kind {
            ExtractErrorKind::Misfit(mismatches) => mismatches,
            _ => &[],
        }
    }
}

impl fmt::Display for ExtractError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.kind {
            ExtractErrorKind::Schema(_) => f.write_str("the schema cannot be used"),
            ExtractErrorKind::Dialect(_) => f.write_str("the model cannot be given this schema"),
            ExtractErrorKind::Call(_) => f.write_str("the call failed"),
            ExtractErrorKind::CutOff => f.write_str("the answer was cut off before its end; allow more tokens"),
            ExtractErrorKind::Filtered => f.write_str("a content filter stopped the answer"),
            ExtractErrorKind::NotJson(_) => f.write_str("the answer is not JSON"),
            ExtractErrorKind::Misfit(mismatches) => {
                f.write_str("the answer does not fit its type")?;
                mismatches.iter().take(3).try_for_each(|mismatch| write!(f, "; {mismatch}"))?;
                match mismatches.len().saturating_sub(3) {
                    0 => Ok(()),
                    more => write!(f, "; and {more} more"),
                }
            }
        }
    }
}

impl fmt::Debug for ExtractError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExtractError")
            .field("kind", &self.0.kind)
            .field("ledger", &self.0.ledger)
            .field("completion", &self.0.completion)
            .finish()
    }
}

impl std::error::Error for ExtractError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0.kind {
            ExtractErrorKind::Schema(error) => Some(error),
            ExtractErrorKind::Dialect(error) => Some(error),
            ExtractErrorKind::Call(error) => Some(error),
            ExtractErrorKind::NotJson(error) => Some(error),
            ExtractErrorKind::CutOff | ExtractErrorKind::Filtered | ExtractErrorKind::Misfit(_) => None,
        }
    }
}

impl From<ExtractError> for Error {
    fn from(error: ExtractError) -> Self {
        let message = error.to_string();
        let (kind, delivery) = match &error.0.kind {
            ExtractErrorKind::Schema(_) | ExtractErrorKind::Dialect(_) => {
                (ErrorKind::InvalidRequest, Delivery::NotSent)
            }
            ExtractErrorKind::CutOff => (ErrorKind::Truncated, Delivery::Answered),
            ExtractErrorKind::Filtered => (ErrorKind::Blocked, Delivery::Answered),
            _ => (ErrorKind::Schema, Delivery::Answered),
        };
        let inner = *error.0;
        match inner.kind {
            ExtractErrorKind::Call(error) => error,
            rest => {
                let mut shared = Self::new(kind, message).with_delivery(delivery);
                if let Some(completion) = inner.completion.clone() {
                    shared = shared.with_partial(completion);
                }
                shared.with_source(ExtractError::new(rest, inner.ledger, inner.completion))
            }
        }
    }
}

const _: () = {
    const fn shareable<T: Send + Sync + 'static>() {}
    shareable::<ExtractError>();
    assert!(size_of::<ExtractError>() == size_of::<usize>());
};
