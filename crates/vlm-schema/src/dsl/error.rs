//! What is wrong with a schema text, and where.

use thiserror::Error;

use super::lexer::Place;

const TYPES: &str = "string, number, integer, boolean, date, time, datetime, any, enum(…), […] or {…}";
/// Characters of the offending line that a report shows.
const SHOWN: usize = 100;

/// A schema text that cannot be read: where, why, and what was expected there.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("line {line}, column {column}: {kind}")]
pub struct DslError {
    kind: DslErrorKind,
    line: usize,
    column: usize,
    /// The line, or the stretch of it around the fault.
    shown: String,
    /// Characters of `shown` before the fault, and in it.
    caret: (usize, usize),
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DslErrorKind {
    /// No field at all, in the text or between braces.
    #[error("there is no field")]
    Empty,
    /// Something else was expected here.
    #[error("unexpected {found}")]
    Unexpected {
        /// What stands there.
        found: String,
        /// What may stand there.
        expected: &'static str,
    },
    /// A character that begins nothing in this language.
    #[error("`{}` means nothing here", visible(*.0))]
    Character(char),
    /// A quoted text without its closing quote on the same line.
    #[error("the quote is never closed")]
    OpenQuote,
    /// A backslash before something that cannot be escaped.
    #[error("`\\{}` is not an escape", visible(*.0))]
    Escape(char),
    /// A type that does not exist.
    #[error("there is no type `{name}`{}", .meant.map(|meant| format!("; did you mean `{meant}`?")).unwrap_or_default())]
    UnknownType {
        /// What stands there.
        name: String,
        /// The type that looks most like it.
        meant: Option<&'static str>,
    },
    /// A name that the same object already has.
    #[error("`{0}` is already a field of this object")]
    DuplicateName(String),
    /// A value that the same enum already has.
    #[error("`{0}` is already a value of this enum")]
    DuplicateValue(String),
    /// A quoted name with nothing in it.
    #[error("a name cannot be empty")]
    EmptyName,
    /// A type that has no bounds.
    #[error("{0} takes no range")]
    NoRange(&'static str),
    /// `(..)`, a lower bound above the upper, a fraction or a sign where neither fits, a number out of range.
    #[error("{0}")]
    Range(&'static str),
    /// Over [`MAX_DEPTH`](super::MAX_DEPTH), [`MAX_BYTES`](super::MAX_BYTES) or [`MAX_QUOTED`](super::MAX_QUOTED).
    #[error("{what}: at most {limit}")]
    TooLarge {
        /// What is too much.
        what: &'static str,
        /// How much is allowed.
        limit: usize,
    },
}

impl DslError {
    pub(super) fn new(kind: DslErrorKind, text: &str, place: Place) -> Self {
        let before = text.get(..place.start).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let line_text = text[line_start..].lines().next().unwrap_or("");
        let column = before[line_start..].chars().count();
        // A window around the fault, so that one long line does not drown it.
        let first = column.saturating_sub(SHOWN / 2);
        let shown: String =
            line_text.chars().skip(first).take(SHOWN).map(|char| if char.is_control() { ' ' } else { char }).collect();
        let fault = text.get(place.start..place.end).unwrap_or("").lines().next().unwrap_or("").chars().count();
        let room = shown.chars().count().saturating_sub(column - first);
        Self {
            kind,
            line: before.matches('\n').count() + 1,
            column: column + 1,
            caret: (column - first, fault.min(room).max(1)),
            shown,
        }
    }

    /// What is wrong.
    pub const fn kind(&self) -> &DslErrorKind {
        &self.kind
    }

    /// The line, from 1.
    pub const fn line(&self) -> usize {
        self.line
    }

    /// The column in characters, from 1.
    pub const fn column(&self) -> usize {
        self.column
    }

    /// What may stand at this place, where that helps.
    pub const fn expected(&self) -> Option<&'static str> {
        match self.kind {
            DslErrorKind::Empty => Some("a field, such as `name` or `price: number`"),
            DslErrorKind::Unexpected { expected, .. } => Some(expected),
            DslErrorKind::UnknownType { .. } => Some(TYPES),
            DslErrorKind::Escape(_) => Some("\\\" \\' \\\\ \\n or \\t"),
            _ => None,
        }
    }

    /// Several lines for a terminal: the message, the line with a caret under the fault, what was expected.
    pub fn report(&self) -> String {
        let (before, marked) = self.caret;
        let caret = format!("{}{}", " ".repeat(before), "^".repeat(marked));
        let mut report = format!("{self}\n  {}\n  {caret}", self.shown);
        if let Some(expected) = self.expected() {
            report.push_str("\nexpected ");
            report.push_str(expected);
        }
        report
    }
}

/// Control characters by their escape: a terminal would obey them.
fn visible(char: char) -> String {
    if char.is_control() { char.escape_debug().to_string() } else { char.to_string() }
}

pub(super) const EXPECTED_TYPE: &str = TYPES;

/// The type that a mistyped or foreign name most likely means.
pub(super) fn meant(name: &str) -> Option<&'static str> {
    const OTHERS: [(&str, &str); 22] = [
        ("str", "string"),
        ("text", "string"),
        ("char", "string"),
        ("int", "integer"),
        ("i32", "integer"),
        ("i64", "integer"),
        ("u32", "integer"),
        ("u64", "integer"),
        ("long", "integer"),
        ("float", "number"),
        ("double", "number"),
        ("f32", "number"),
        ("f64", "number"),
        ("decimal", "number"),
        ("num", "number"),
        ("bool", "boolean"),
        ("timestamp", "datetime"),
        ("date-time", "datetime"),
        ("array", "[string]"),
        ("list", "[string]"),
        ("object", "{…}"),
        ("json", "any"),
    ];
    const OWN: [&str; 9] = ["string", "number", "integer", "boolean", "date", "time", "datetime", "any", "enum"];
    let lower = name.to_lowercase();
    let other = OTHERS.iter().find(|(other, _)| *other == lower).map(|(_, own)| *own);
    other.or_else(|| OWN.into_iter().find(|own| *own == lower || near(own, &lower)))
}

/// One letter missing, added or changed, or two neighbours swapped.
fn near(own: &str, other: &str) -> bool {
    let (own, other): (Vec<char>, Vec<char>) = (own.chars().collect(), other.chars().collect());
    if own.len() < 4 || own.len().abs_diff(other.len()) > 1 {
        return false;
    }
    let same = own.iter().zip(&other).take_while(|(a, b)| a == b).count();
    let (a, b) = (&own[same..], &other[same..]);
    match (a, b) {
        ([], _) | (_, []) => true,
        ([_, a @ ..], [_, b @ ..]) if a == b => true,
        ([a0, a1, a @ ..], [b0, b1, b @ ..]) if a0 == b1 && a1 == b0 && a == b => true,
        ([_, a @ ..], b) if a == b => true,
        (a, [_, b @ ..]) => a == b,
    }
}
