//! Decoding of a whole answer: the order of attempts, and which of several values is the answer.

use std::collections::VecDeque;
use std::fmt;
use std::ops::Range;

use serde_json::Value;

use super::candidates::{Candidate, Scan, nothing, scan};
use super::error::{DecodeError, DecodeErrorKind, Fault};
use super::fixing::{Outcome, Parsed, parse};
use super::options::DecodeOptions;
use super::repair::{Repair, RepairKind};

/// White space as JSON knows it; any other is mended, not trimmed.
const BLANK: [char; 4] = [' ', '\t', '\n', '\r'];

/// The value of an answer, and what it took to read it. `Debug` shows no part of the value.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Decoded {
    /// The value.
    pub value: Value,
    /// Every change and notice, in the order of the text.
    pub repairs: Vec<Repair>,
    /// Which bytes of the text hold the value.
    pub span: Range<usize>,
}

impl Decoded {
    /// Whether the text was one JSON document and nothing was changed; notices do not count.
    #[must_use]
    pub fn is_verbatim(&self) -> bool {
        self.repairs.iter().all(Repair::is_notice)
    }

    /// Whether the value was cut off and closed.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.repairs.iter().any(|repair| {
            matches!(repair.kind, RepairKind::ClosedBracket | RepairKind::ClosedString | RepairKind::DroppedIncomplete)
        })
    }
}

impl fmt::Debug for Decoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoded").field("repairs", &self.repairs).field("span", &self.span).finish_non_exhaustive()
    }
}

/// Finds and reads the JSON value of an answer.
///
/// Tried in this order; the first that gives a value ends the search:
///
/// 1. The whole text, without a byte order mark and white space around it, as JSON of any type. With
///    [`DecodeOptions::strict`] there is nothing else.
/// 2. Code fences without a language or with JSON's: what is in them as it stands, else mended.
/// 3. Balanced arrays and objects in the text around, as they stand.
/// 4. Arrays and objects in the text around, mended.
/// 5. A whole text that is one string in foreign quotes or one foreign word, such as `True`.
///
/// Of several values in one step the **last** is taken: an earlier one may be an echo of what stood in a picture. What
/// is left aside is listed. If the text ends inside a value after the last whole one, the answer was cut, and that is
/// the error [`Truncated`](DecodeErrorKind::Truncated) whatever stood before it, unless
/// [`close_truncated`](DecodeOptions::close_truncated) is on. Bare text is never taken for a string, and nothing inside
/// a value that cannot be read is taken for the answer.
///
/// What mending accepts is the list of [`RepairKind`]s. It does not guess: a missing value, a missing colon, or a quote
/// that may or may not end a string in a way that changes the structure is an error. `NaN` and infinities become `null`,
/// a number too large for a floating-point number is an error.
///
/// # Errors
///
/// [`DecodeError`] with a [kind](DecodeErrorKind), place and JSON pointer: when the text is too long or empty, holds no
/// value, is cut, nests too deep, holds a number out of range, or cannot be mended.
///
/// ```
/// use vlm_schema::decode::{DecodeOptions, decode};
///
/// let options = DecodeOptions::default();
/// assert_eq!(decode("It is {ok: True}.", &options)?.value, serde_json::json!({"ok": true}));
///
/// let error = decode(r#"{"title": "Sunri"#, &options).unwrap_err();
/// assert!(error.is_truncated());
/// assert_eq!(error.prefix(), Some(&serde_json::json!({"title": "Sunri"})));
/// # Ok::<(), vlm_schema::decode::DecodeError>(())
/// ```
pub fn decode(text: &str, options: &DecodeOptions) -> Result<Decoded, DecodeError> {
    decode_among(text, options, None)
}

/// As [`decode`], but of several values the last one that `fits` is the answer.
///
/// Values in fences are asked before those around them, valid ones together with mended ones, each from the last to the
/// first. If none fits, the one that [`decode`] would give is returned, so that the caller can say what is wrong with
/// it. `fits` is not asked where the whole text is one JSON document.
///
/// # Errors
///
/// As [`decode`].
///
/// ```
/// use vlm_schema::decode::{DecodeOptions, decode_with};
///
/// let text = r#"{"label": "cat"} as seen in [1]"#;
/// let decoded = decode_with(text, &DecodeOptions::default(), |value| value.is_object())?;
/// assert_eq!(decoded.value["label"], "cat");
/// # Ok::<(), vlm_schema::decode::DecodeError>(())
/// ```
pub fn decode_with(text: &str, options: &DecodeOptions, fits: impl Fn(&Value) -> bool) -> Result<Decoded, DecodeError> {
    decode_among(text, options, Some(&fits))
}

fn decode_among(
    text: &str,
    options: &DecodeOptions,
    fits: Option<&dyn Fn(&Value) -> bool>,
) -> Result<Decoded, DecodeError> {
    if text.len() > options.max_bytes {
        let kind = DecodeErrorKind::TooLarge { limit: options.max_bytes };
        return Err(DecodeError::at_place(Fault::new(kind, options.max_bytes), 1, 1, String::new()));
    }
    let mark = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    if text[mark..].trim().is_empty() {
        return Err(DecodeError::new(Fault::new(DecodeErrorKind::Empty, text.len()), text));
    }
    let start = text.len() - text[mark..].trim_start_matches(BLANK).len();
    let end = text.trim_end_matches(BLANK).len();
    let marked = |mut decoded: Decoded| {
        if mark > 0 {
            decoded.repairs.insert(0, Repair::new(RepairKind::ByteOrderMark, 0));
        }
        decoded
    };

    let strict = strict(text, start, end, options);
    if strict.is_ok() || !options.repair {
        return strict.map(marked);
    }
    let found = scan(text, mark, options);
    choose(text, mark, found, options, fits)
        .or_else(|error| match foreign(text, start, end, options) {
            Some(decoded) if error.kind() == DecodeErrorKind::NoJson => Ok(decoded),
            _ => Err(error),
        })
        .map(marked)
}

/// The whole text as one document.
fn strict(text: &str, start: usize, end: usize, options: &DecodeOptions) -> Result<Decoded, DecodeError> {
    match parse(text, start, end, false, options) {
        Outcome::Whole(Parsed { value, repairs, end: reached }) if reached == end => {
            Ok(Decoded { value, repairs, span: start..end })
        }
        Outcome::Whole(parsed) => Err(DecodeError::new(Fault::expected("the end of the text", parsed.end), text)),
        Outcome::Cut(parsed) => Err(cut(text, parsed.value, parsed.repairs)),
        Outcome::Fault(fault) => Err(DecodeError::new(fault, text)),
    }
}

fn cut(text: &str, value: Value, repairs: Vec<Repair>) -> DecodeError {
    DecodeError::new(Fault::new(DecodeErrorKind::Truncated, text.len()), text).with_prefix(value, repairs)
}

/// The whole text as one string in foreign quotes, or one foreign word.
fn foreign(text: &str, start: usize, end: usize, options: &DecodeOptions) -> Option<Decoded> {
    let body = text[..end].trim_end().len();
    match parse(text, start, body, true, options) {
        Outcome::Whole(Parsed { value, mut repairs, end: reached }) if reached == body => {
            if body < end {
                repairs.push(Repair::new(RepairKind::Whitespace, body));
            }
            Some(Decoded { value, repairs, span: start..body })
        }
        _ => None,
    }
}

fn choose(
    text: &str,
    mark: usize,
    mut found: Scan,
    options: &DecodeOptions,
    fits: Option<&dyn Fn(&Value) -> bool>,
) -> Result<Decoded, DecodeError> {
    let others = (found.first, found.second);
    if let Some(candidate) = found.cut.take() {
        if !options.close_truncated {
            return Err(cut(text, candidate.value, candidate.repairs));
        }
        // What was cut is the last value, and the answer unless another one fits and it does not.
        let unfit = fits.is_some_and(|fits| !fits(&candidate.value));
        if !unfit || found.is_empty() {
            return Ok(finish(text, mark, candidate, (others.0, None)));
        }
    }
    let Scan { mut fenced, mut prose, fault, .. } = found;
    let fitting =
        |list: &VecDeque<Candidate>| fits.and_then(|fits| list.iter().rposition(|candidate| fits(&candidate.value)));
    let candidate = if let Some(index) = fitting(&fenced) {
        fenced.remove(index)
    } else if let Some(index) = fitting(&prose) {
        prose.remove(index)
    } else if !fenced.is_empty() {
        fenced.pop_back()
    } else if let Some(index) = prose.iter().rposition(|candidate| candidate.valid) {
        prose.remove(index)
    } else {
        prose.pop_back()
    };
    match candidate {
        Some(candidate) => Ok(finish(text, mark, candidate, others)),
        None => Err(DecodeError::new(fault.unwrap_or_else(|| nothing(text)), text)),
    }
}

/// Adds what was left aside to the repairs.
fn finish(text: &str, mark: usize, candidate: Candidate, others: (Option<usize>, Option<usize>)) -> Decoded {
    let Candidate { value, mut repairs, span, fence, .. } = candidate;
    let mut around = |at: usize, part: &str| {
        if !part.trim_matches(BLANK).is_empty() {
            repairs.push(Repair::new(RepairKind::SurroundingText, at));
        }
    };
    match &fence {
        Some(fence) => {
            around(mark, &text[mark..fence.start]);
            around(fence.text.0, &text[fence.text.0..span.start]);
            around(span.end, text[span.end..].trim_matches(|c| BLANK.contains(&c) || c == '`'));
            repairs.push(Repair::new(RepairKind::Fence, fence.start));
        }
        None => {
            around(mark, &text[mark..span.start]);
            around(span.end, &text[span.end..]);
        }
    }
    let other = match others {
        (Some(first), _) if first != span.start => Some(first),
        (_, second) => second,
    };
    if let Some(at) = other {
        repairs.push(Repair::new(RepairKind::OtherValue, at));
    }
    repairs.sort_by_key(|repair| repair.at);
    Decoded { value, repairs, span }
}
