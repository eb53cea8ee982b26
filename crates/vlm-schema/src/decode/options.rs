//! What decoding may do and how much it may take.

/// The deepest nesting that any setting allows: values are dropped and printed by recursion.
const DEEPEST: usize = 512;

/// Settings of [`decode`](super::decode), [`PartialJson`](super::PartialJson) and [`Elements`](super::Elements).
///
/// | setting | default | meaning |
/// |---|---|---|
/// | repair | on | off ([`strict`](Self::strict)): the text must be one JSON document and nothing else |
/// | [`close_truncated`](Self::close_truncated) | off | a value that the text cuts off is closed instead of refused |
/// | [`max_bytes`](Self::max_bytes) | 16 MiB | longer text is refused before it is read |
/// | [`max_depth`](Self::max_depth) | 128 | more open brackets are refused; 512 at most |
/// | [`max_candidates`](Self::max_candidates) | 64 | of more values in one text, the last ones are kept |
///
/// ```
/// use vlm_schema::decode::{DecodeOptions, decode};
///
/// let options = DecodeOptions::default().max_bytes(1024);
/// assert!(decode(r#"{"a": 1,}"#, &options).is_ok());
/// assert!(decode(r#"{"a": 1,}"#, &DecodeOptions::strict()).is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecodeOptions {
    pub(super) repair: bool,
    pub(super) close_truncated: bool,
    pub(super) max_bytes: usize,
    pub(super) max_depth: usize,
    pub(super) max_candidates: usize,
}

impl Default for DecodeOptions {
    fn default() -> Self {
        Self { repair: true, close_truncated: false, max_bytes: 16 << 20, max_depth: 128, max_candidates: 64 }
    }
}

impl DecodeOptions {
    /// No repair at all: no fences, no text around, no lone surrogates.
    ///
    /// A byte order mark and white space around the document are still dropped, and of a key that stands twice the last
    /// one still wins; both are in the list of [`Repair`](super::Repair)s as notices.
    #[must_use]
    pub fn strict() -> Self {
        Self { repair: false, ..Self::default() }
    }

    /// Whether a value that the end of the text cuts off is closed, with a repair for each thing closed or dropped.
    ///
    /// Off by default: a cut answer is [`Truncated`](super::DecodeErrorKind::Truncated), and the error keeps what could
    /// be read. Has no effect on [`strict`](Self::strict) decoding.
    #[must_use]
    pub fn close_truncated(mut self, close: bool) -> Self {
        self.close_truncated = close;
        self
    }

    /// The longest text accepted, in bytes.
    #[must_use]
    pub fn max_bytes(mut self, bytes: usize) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// The most brackets that may be open at once; values above 512 count as 512.
    #[must_use]
    pub fn max_depth(mut self, depth: usize) -> Self {
        self.max_depth = depth.min(DEEPEST);
        self
    }

    /// How many values of one text are kept to choose from; at least one.
    #[must_use]
    pub fn max_candidates(mut self, count: usize) -> Self {
        self.max_candidates = count.max(1);
        self
    }

    /// Whether repair is on.
    #[must_use]
    pub fn repairs(&self) -> bool {
        self.repair
    }
}
