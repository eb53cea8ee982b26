//! Why a text could not be read, and where.

use std::fmt;

use serde_json::Value;

use super::repair::Repair;

/// Characters of the text that an error keeps on either side of its place.
const EXCERPT: usize = 40;
/// Bytes of a JSON pointer that an error keeps.
const POINTER: usize = 256;

/// A text that holds no readable value.
///
/// `Display` and `Debug` name the place and what was expected, and nothing of the text: that is the caller's, and a
/// short piece of it is at [`excerpt`](Self::excerpt).
#[derive(Clone, thiserror::Error)]
#[error("{}", self.0)]
pub struct DecodeError(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: DecodeErrorKind,
    at: usize,
    line: usize,
    column: usize,
    pointer: String,
    excerpt: String,
    prefix: Option<(Value, Vec<Repair>)>,
}

/// The kinds of [`DecodeError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// Nothing but white space.
    Empty,
    /// No JSON value was found in the text.
    NoJson,
    /// Something else was expected here.
    Syntax {
        /// What would have been right.
        expected: &'static str,
    },
    /// The text ends inside a value. [`DecodeError::prefix`] holds what could be read.
    Truncated,
    /// The text is longer than allowed.
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// More brackets are open than allowed.
    TooDeep {
        /// The limit.
        limit: usize,
    },
    /// A number too large for a floating-point number, such as `1e999`.
    NumberOutOfRange,
    /// So much had to be mended that the result would be a guess.
    TooManyRepairs {
        /// The limit.
        limit: usize,
    },
}

impl fmt::Display for DecodeErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the answer is empty"),
            Self::NoJson => f.write_str("the answer holds no JSON value"),
            Self::Syntax { expected } => write!(f, "expected {expected}"),
            Self::Truncated => f.write_str("the answer ends inside a JSON value"),
            Self::TooLarge { limit } => write!(f, "the answer is longer than {limit} bytes"),
            Self::TooDeep { limit } => write!(f, "more than {limit} brackets are open at once"),
            Self::NumberOutOfRange => f.write_str("a number is out of range"),
            Self::TooManyRepairs { limit } => write!(f, "more than {limit} repairs would be needed"),
        }
    }
}

/// What went wrong inside a parser, before the text is asked for line and excerpt.
#[derive(Debug, Clone)]
pub(super) struct Fault {
    pub(super) kind: DecodeErrorKind,
    pub(super) at: usize,
    pub(super) pointer: String,
}

impl Fault {
    pub(super) fn new(kind: DecodeErrorKind, at: usize) -> Self {
        Self { kind, at, pointer: String::new() }
    }

    pub(super) fn expected(expected: &'static str, at: usize) -> Self {
        Self::new(DecodeErrorKind::Syntax { expected }, at)
    }
}

impl DecodeError {
    pub(super) fn new(fault: Fault, text: &str) -> Self {
        let at = floor_boundary(text, fault.at);
        let before = &text[..at];
        let line = memchr::memchr_iter(b'\n', before.as_bytes()).count() + 1;
        let start = memchr::memrchr(b'\n', before.as_bytes()).map_or(0, |newline| newline + 1);
        let column = before[start..].chars().count() + 1;
        Self::at_place(fault, line, column, excerpt(text, at))
    }

    pub(super) fn at_place(fault: Fault, line: usize, column: usize, excerpt: String) -> Self {
        let mut pointer = fault.pointer;
        if pointer.len() > POINTER {
            pointer.truncate(floor_boundary(&pointer, POINTER));
        }
        Self(Box::new(Inner { kind: fault.kind, at: fault.at, line, column, pointer, excerpt, prefix: None }))
    }

    pub(super) fn with_prefix(mut self, value: Value, repairs: Vec<Repair>) -> Self {
        self.0.prefix = Some((value, repairs));
        self
    }

    /// What is wrong.
    #[must_use]
    pub fn kind(&self) -> DecodeErrorKind {
        self.0.kind
    }

    /// Whether the text ends inside a value.
    #[must_use]
    pub fn is_truncated(&self) -> bool {
        self.0.kind == DecodeErrorKind::Truncated
    }

    /// Where, as a byte offset in the text that was given.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.0.at
    }

    /// The line, from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.0.line
    }

    /// The column in characters, from 1.
    #[must_use]
    pub fn column(&self) -> usize {
        self.0.column
    }

    /// The JSON pointer of the value that was being read: empty for the root, cut after 256 bytes.
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.0.pointer
    }

    /// At most 80 characters of the text around the place.
    #[must_use]
    pub fn excerpt(&self) -> &str {
        &self.0.excerpt
    }

    /// Of a truncated answer: the longest valid value that its beginning makes, without cut words, numbers and keys.
    #[must_use]
    pub fn prefix(&self) -> Option<&Value> {
        self.0.prefix.as_ref().map(|(value, _)| value)
    }

    /// What was repaired to get [`prefix`](Self::prefix).
    #[must_use]
    pub fn prefix_repairs(&self) -> &[Repair] {
        self.0.prefix.as_ref().map_or(&[], |(_, repairs)| repairs)
    }

    /// Takes [`prefix`](Self::prefix) out.
    #[must_use]
    pub fn into_prefix(self) -> Option<Value> {
        self.0.prefix.map(|(value, _)| value)
    }
}

impl fmt::Display for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.kind)?;
        if matches!(self.kind, DecodeErrorKind::Empty | DecodeErrorKind::NoJson | DecodeErrorKind::TooLarge { .. }) {
            return Ok(());
        }
        write!(f, ", line {} column {}", self.line, self.column)?;
        if !self.pointer.is_empty() {
            write!(f, ", at `{}`", self.pointer)?;
        }
        Ok(())
    }
}

impl fmt::Debug for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DecodeError")
            .field("kind", &self.0.kind)
            .field("offset", &self.0.at)
            .field("line", &self.0.line)
            .field("column", &self.0.column)
            .field("pointer", &self.0.pointer)
            .finish_non_exhaustive()
    }
}

/// The last character boundary at or before `at`.
pub(super) fn floor_boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The text around `at`, which is a character boundary.
pub(super) fn excerpt(text: &str, at: usize) -> String {
    let start = text[..at].char_indices().rev().take(EXCERPT).last().map_or(at, |(index, _)| index);
    let end = text[at..].char_indices().nth(EXCERPT).map_or(text.len(), |(index, _)| at + index);
    text[start..end].to_owned()
}

/// Appends one token to a JSON pointer, until the pointer is as long as an error keeps it.
pub(super) fn push_token(pointer: &mut String, token: &str) {
    if pointer.len() > POINTER {
        return;
    }
    pointer.push('/');
    for c in token.chars().take(POINTER) {
        match c {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            c => pointer.push(c),
        }
    }
}
