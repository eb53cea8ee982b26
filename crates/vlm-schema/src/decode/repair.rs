//! The list of what was changed so that an answer could be read.

use std::fmt;

use serde::Serialize;

/// One change, or one thing worth knowing, between the text and the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[non_exhaustive]
pub struct Repair {
    /// What was done.
    pub kind: RepairKind,
    /// Where, as a byte offset in the text that was given.
    pub at: usize,
}

impl Repair {
    pub(super) const fn new(kind: RepairKind, at: usize) -> Self {
        Self { kind, at }
    }

    /// What was done, in one sentence without any of the text.
    #[must_use]
    pub fn note(&self) -> &'static str {
        self.kind.note()
    }

    /// Whether this is a remark about valid JSON and nothing was mended.
    #[must_use]
    pub fn is_notice(&self) -> bool {
        self.kind.is_notice()
    }
}

impl fmt::Display for Repair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "byte {}: {}", self.at, self.note())
    }
}

/// The kinds of [`Repair`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RepairKind {
    /// A byte order mark was dropped (a notice).
    ByteOrderMark,
    /// A key stood twice in one object; the last value holds (a notice). The place is the later key's.
    DuplicateKey,
    /// An integer beyond 64 bits became a floating-point number (a notice).
    LargeInteger,
    /// The value stood in a fenced code block.
    Fence,
    /// Text before or after the value was left aside.
    SurroundingText,
    /// Another value in the text was left aside; the place is the first such value's.
    OtherValue,
    /// A string or key stood in other quotes than `"`.
    Quotes,
    /// A key stood without quotes.
    UnquotedKey,
    /// A string stood without quotes.
    UnquotedString,
    /// A quote inside a string was not escaped.
    InnerQuote,
    /// Raw line breaks, tabs or other control characters stood in a string; listed once per string.
    ControlCharacter,
    /// An escape sequence that JSON does not know; its backslash was kept as text, or dropped before a quote or a line
    /// break.
    UnknownEscape,
    /// Half of a surrogate pair became U+FFFD.
    LoneSurrogate,
    /// A comma before a closing bracket was dropped.
    TrailingComma,
    /// A comma with nothing before it was dropped.
    ExtraComma,
    /// A comma between two members or items was added.
    MissingComma,
    /// A comment was dropped.
    Comment,
    /// White space that JSON does not know was dropped.
    Whitespace,
    /// `True`, `False`, `None`, `undefined` and their like became `true`, `false` or `null`.
    Literal,
    /// `NaN` or an infinity became `null`.
    NotANumber,
    /// A number such as `+1`, `.5` or `5.` was respelled.
    NumberSpelling,
    /// A bracket that a later bracket closes over was added.
    MissingBracket,
    /// A string that the text cuts off was closed.
    ClosedString,
    /// An array or object that the text cuts off was closed.
    ClosedBracket,
    /// A key, number or word that the text cuts off was dropped.
    DroppedIncomplete,
}

impl RepairKind {
    /// What was done, in one sentence.
    #[must_use]
    pub fn note(self) -> &'static str {
        match self {
            Self::ByteOrderMark => "a byte order mark was dropped",
            Self::DuplicateKey => "a key stood twice; the last value holds",
            Self::LargeInteger => "an integer beyond 64 bits became a floating-point number",
            Self::Fence => "the value was taken out of a code fence",
            Self::SurroundingText => "text around the value was left aside",
            Self::OtherValue => "another value in the text was left aside",
            Self::Quotes => "unusual quotes were read as `\"`",
            Self::UnquotedKey => "a key was quoted",
            Self::UnquotedString => "a string was quoted",
            Self::InnerQuote => "a quote inside a string was escaped",
            Self::ControlCharacter => "control characters in a string were escaped",
            Self::UnknownEscape => "an unknown escape sequence was read as text",
            Self::LoneSurrogate => "half of a surrogate pair became U+FFFD",
            Self::TrailingComma => "a trailing comma was dropped",
            Self::ExtraComma => "an extra comma was dropped",
            Self::MissingComma => "a missing comma was added",
            Self::Comment => "a comment was dropped",
            Self::Whitespace => "white space that JSON does not know was dropped",
            Self::Literal => "a foreign word was read as true, false or null",
            Self::NotANumber => "NaN or an infinity became null",
            Self::NumberSpelling => "a number was respelled",
            Self::MissingBracket => "a missing closing bracket was added",
            Self::ClosedString => "a cut string was closed",
            Self::ClosedBracket => "a cut array or object was closed",
            Self::DroppedIncomplete => "a cut key, number or word was dropped",
        }
    }

    /// Whether this is a remark about valid JSON and nothing was mended.
    #[must_use]
    pub fn is_notice(self) -> bool {
        matches!(self, Self::ByteOrderMark | Self::DuplicateKey | Self::LargeInteger)
    }
}
