//! How an answer that shall be JSON comes, and how that is written in an order.

/// How an answer that shall be JSON comes: right, or in one of the ways in which models get it wrong.
///
/// Several of them ordered for one request add up, as far as they do not exclude each other.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum JsonForm {
    /// As it should be. Takes back what was ordered before.
    #[default]
    Valid,
    /// Inside a Markdown code fence.
    Fenced,
    /// Between two sentences of prose.
    Wrapped,
    /// Cut off inside the JSON, and ended by `length` where the family gives a reason.
    Truncated(CutAt),
    /// One value of another type than its schema has.
    WrongTypes,
    /// One required property left out.
    MissingField,
    /// One property that the schema does not know.
    ExtraField,
    /// Names and strings in single quotes; nothing changes where there are none.
    SingleQuotes,
    /// A comma after the last entry.
    TrailingComma,
    /// Comments of both kinds.
    Comments,
    /// `True`, `False` and `None`; in Python's single quotes where the answer has none of these.
    Python,
    /// An example of the answer first, then the answer.
    Twice,
    /// A sentence and no JSON at all.
    Prose,
}

/// Where JSON is cut off. What is kept is never the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CutAt {
    /// After so many bytes.
    Bytes(usize),
    /// After this share of its bytes.
    Percent(u8),
}

impl Default for CutAt {
    fn default() -> Self {
        Self::Percent(60)
    }
}

impl CutAt {
    /// Bytes kept of `length`.
    pub(crate) fn of(self, length: usize) -> usize {
        match self {
            Self::Bytes(bytes) => bytes,
            Self::Percent(share) => length.saturating_mul(share.into()) / 100,
        }
    }

    fn read(text: &str) -> Option<Self> {
        match text.strip_suffix('%') {
            Some(share) => share.trim().parse().ok().filter(|share| (1..=99).contains(share)).map(Self::Percent),
            None => text.parse().ok().filter(|bytes| *bytes > 0).map(Self::Bytes),
        }
    }
}

impl JsonForm {
    /// Every form, the cut one at its default size.
    pub const ALL: [Self; 13] = [
        Self::Valid,
        Self::Fenced,
        Self::Wrapped,
        Self::Truncated(CutAt::Percent(60)),
        Self::WrongTypes,
        Self::MissingField,
        Self::ExtraField,
        Self::SingleQuotes,
        Self::TrailingComma,
        Self::Comments,
        Self::Python,
        Self::Twice,
        Self::Prose,
    ];

    /// The name used in orders, without a size.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Fenced => "fenced",
            Self::Wrapped => "wrapped",
            Self::Truncated(_) => "truncated",
            Self::WrongTypes => "wrong-types",
            Self::MissingField => "missing-field",
            Self::ExtraField => "extra-field",
            Self::SingleQuotes => "single-quotes",
            Self::TrailingComma => "trailing-comma",
            Self::Comments => "comments",
            Self::Python => "python",
            Self::Twice => "twice",
            Self::Prose => "prose",
        }
    }

    /// The form with this name; `truncated` may have a size, as in `truncated:120` or `truncated:60%`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name.split_once(':') {
            Some(("truncated", size)) => CutAt::read(size.trim()).map(Self::Truncated),
            Some(_) => None,
            None => Self::ALL.into_iter().find(|form| form.name() == name),
        }
    }
}
