//! The values of a text: one pass from left to right over brackets and code fences.

use std::collections::VecDeque;
use std::ops::Range;

use serde_json::Value;

use super::error::{DecodeErrorKind, Fault};
use super::fences::{Fence, Fences, ticks};
use super::fixing::{Outcome, Parsed, parse};
use super::options::DecodeOptions;
use super::reader::{LOOK_AHEAD, Reader};
use super::repair::Repair;
use super::strings::quote_at;

/// A value that stands in the text.
#[derive(Debug)]
pub(super) struct Candidate {
    pub(super) value: Value,
    pub(super) repairs: Vec<Repair>,
    pub(super) span: Range<usize>,
    /// The block of JSON around it.
    pub(super) fence: Option<Fence>,
    /// Whether it was written as valid JSON.
    pub(super) valid: bool,
}

/// What one pass found.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// Values in the order of the text: those in blocks of JSON, and those elsewhere.
    pub(super) fenced: VecDeque<Candidate>,
    pub(super) prose: VecDeque<Candidate>,
    /// A value that the text cuts off, after all complete ones.
    pub(super) cut: Option<Candidate>,
    /// Why the last unreadable value is unreadable.
    pub(super) fault: Option<Fault>,
    /// The places of the first and of the second value.
    pub(super) first: Option<usize>,
    pub(super) second: Option<usize>,
}

impl Scan {
    /// Whether there is no complete value.
    pub(super) fn is_empty(&self) -> bool {
        self.fenced.is_empty() && self.prose.is_empty()
    }

    fn keep(&mut self, candidate: Candidate, options: &DecodeOptions) {
        self.cut = None;
        if self.first.is_none() {
            self.first = Some(candidate.span.start);
        } else if self.second.is_none() {
            self.second = Some(candidate.span.start);
        }
        let list = if candidate.fence.is_some() { &mut self.fenced } else { &mut self.prose };
        if list.len() >= options.max_candidates {
            list.pop_front();
        }
        list.push_back(candidate);
    }
}

/// Finds the values of `text` from `start` on.
pub(super) fn scan(text: &str, start: usize, options: &DecodeOptions) -> Scan {
    let bytes = text.as_bytes();
    let mut scan = Scan::default();
    let mut fences = Fences::default();
    let mut fence: Option<Fence> = None;
    let mut brackets = Brackets::default();
    // The first thing in the text or in a block may be anything that a bracket begins.
    let mut loose = start + (text.len() - start - text[start..].trim_start().len());
    let mut pos = start;
    loop {
        let end = fence.map_or(bytes.len(), |fence| fence.text.1);
        let Some(found) = bytes.get(pos..end).and_then(|rest| memchr::memchr3(b'{', b'[', b'`', rest)) else {
            match fence.take() {
                Some(block) => pos = block.end.max(pos),
                None => return scan,
            }
            continue;
        };
        let at = pos + found;
        if bytes[at] == b'`' {
            pos = at + ticks(bytes, at);
            if fence.is_none() {
                fence = fences.open(text, at);
                if let Some(block) = fence {
                    let inside = &text[block.text.0..block.text.1];
                    loose = block.text.0 + (inside.len() - inside.trim_start().len());
                    pos = match scalar(text, &block, options) {
                        Some(candidate) => {
                            scan.keep(candidate, options);
                            block.text.1
                        }
                        None => block.text.0,
                    };
                }
            }
            continue;
        }
        let likely = looks_like_json(text, at, end);
        if at != loose && !likely {
            pos = at + 1;
            continue;
        }
        let around = fence.filter(|block| block.json);
        let (valid, outcome) = match parse(text, at, end, false, options) {
            Outcome::Fault(_) => (false, parse(text, at, end, true, options)),
            outcome => (true, outcome),
        };
        let candidate = |parsed: Parsed| {
            let Parsed { value, repairs, end } = parsed;
            Candidate { value, repairs, span: at..end, fence: around, valid }
        };
        match outcome {
            Outcome::Whole(parsed) => {
                pos = parsed.end;
                scan.keep(candidate(parsed), options);
            }
            Outcome::Cut(parsed) => {
                pos = end;
                // A lone bracket that ends the text is a smile, not a value.
                if scan.is_empty() || !text[at + 1..end].trim().is_empty() {
                    scan.cut = Some(candidate(parsed));
                }
            }
            // A bracket around the value, as in `{{…}}`, is text when nothing of its own follows.
            Outcome::Fault(fault) if !likely && text[at + 1..fault.at.max(at + 1)].trim().is_empty() => {
                pos = at + 1;
                scan.fault = Some(fault);
            }
            Outcome::Fault(fault) => {
                pos = brackets.partner(bytes, at, end).unwrap_or_else(|| fault.at.max(at + 1));
                scan.fault = Some(fault);
            }
        }
    }
}

/// A block that is one valid number, string or word and nothing else.
fn scalar(text: &str, fence: &Fence, options: &DecodeOptions) -> Option<Candidate> {
    let inside = text[fence.text.0..fence.text.1].trim();
    if !fence.json || inside.starts_with(['{', '[']) || inside.is_empty() {
        return None;
    }
    let start = fence.text.1 - text[fence.text.0..fence.text.1].trim_start().len();
    match parse(text, start, start + inside.len(), false, options) {
        Outcome::Whole(parsed) if parsed.end == start + inside.len() => Some(Candidate {
            value: parsed.value,
            repairs: parsed.repairs,
            span: start..parsed.end,
            fence: Some(*fence),
            valid: true,
        }),
        _ => None,
    }
}

/// Whether the bracket at `at` begins JSON rather than a remark: judged by the first thing inside it.
fn looks_like_json(text: &str, at: usize, end: usize) -> bool {
    let reader = Reader::new(text, at, end, true);
    let (next, _) = reader.after_space(at + 1);
    let Some(byte) = reader.byte(next) else { return true };
    let comment = byte == b'/' && matches!(reader.byte(next + 1), Some(b'/' | b'*'));
    if comment || quote_at(&reader, next).is_some() {
        return true;
    }
    if text.as_bytes()[at] == b'{' {
        return byte == b'}' || reader.is_bare_key(next);
    }
    if matches!(byte, b'{' | b'[' | b']' | b'-' | b'0'..=b'9') {
        return true;
    }
    let rest = &text.as_bytes()[next..end.min(next + LOOK_AHEAD)];
    ["true", "false", "null", "True", "False", "None", "NaN"].iter().any(|word| {
        rest.starts_with(word.as_bytes())
            && rest.get(word.len()).is_none_or(|byte| matches!(byte, b',' | b']' | b'\n') || byte.is_ascii_whitespace())
    })
}

/// Finds the end of a value that cannot be read, so that nothing inside it is taken for the answer.
#[derive(Debug, Default)]
struct Brackets {
    /// A search reached the end of the text: another one would, too.
    open: bool,
}

impl Brackets {
    /// The place after the bracket that closes the one at `at`.
    fn partner(&mut self, bytes: &[u8], at: usize, end: usize) -> Option<usize> {
        if self.open {
            return None;
        }
        let (mut depth, mut quoted, mut here) = (0_usize, false, at);
        while here < end {
            match bytes[here] {
                b'\\' if quoted => here += 1,
                b'"' => quoted = !quoted,
                b'{' | b'[' if !quoted => depth += 1,
                b'}' | b']' if !quoted => {
                    depth -= 1;
                    if depth == 0 {
                        return Some(here + 1);
                    }
                }
                _ => {}
            }
            here += 1;
        }
        self.open = true;
        None
    }
}

/// The fault of a text without any value.
pub(super) fn nothing(text: &str) -> Fault {
    Fault::new(DecodeErrorKind::NoJson, text.len() - text.trim_start().len())
}
