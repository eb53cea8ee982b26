//! JSON that is read while it comes: [`PartialJson`].

mod event;
mod lead;
mod scanner;
mod text;
mod tree;

use std::fmt;

use serde_json::Value;

use super::error::{DecodeError, DecodeErrorKind};
use super::options::DecodeOptions;
use super::repair::{Repair, RepairKind};
pub(super) use event::{Event, Sink};
pub use lead::Root;
pub(super) use scanner::Scanner;
pub use tree::Completion;
use tree::Tree;

/// The value of an answer that comes in pieces, as far as it is known.
///
/// What [`value`](Self::value) shows of an unfinished text:
///
/// * arrays and objects from the moment they open (the root with what shows it to be one: the first thing inside),
/// * strings as they grow, without half an escape sequence or half a surrogate pair,
/// * numbers when the byte after them has come; `true`, `false` and `null` when their last letter has,
/// * a key when there is a value to show for it.
///
/// So each value shown is the beginning of the final one: strings and arrays only get longer, objects only get keys,
/// and nothing is taken back, with one exception: of a key that stands twice in an object the last value holds, as
/// everywhere in JSON. It is listed in [`repairs`](Self::repairs).
///
/// Text before the first array or object (see [`starting_at`](Self::starting_at)), a code fence, and all that follows
/// the value is passed over and listed. Of what models get wrong, trailing commas, raw control characters in strings,
/// unknown escapes and lone surrogates are mended and listed, with the value that [`decode`](super::decode) gives; the
/// rest is an error, after which `decode` of the whole text may know better. With [`DecodeOptions::strict`] all of this
/// is an error. A root that is neither array nor object is not found.
///
/// How the text is cut into pieces changes nothing. The work is linear in its length, whatever the size of the pieces:
/// no byte is read again and no tree copied. The text itself is not kept.
///
/// ```
/// use serde_json::json;
/// use vlm_schema::decode::{Completion, PartialJson};
///
/// let mut partial = PartialJson::default();
/// partial.push("```json\n{\"title\": \"Sun")?;
/// assert_eq!(partial.value(), Some(&json!({"title": "Sun"})));
/// assert_eq!(partial.completion("/title"), Completion::Open);
///
/// partial.push("rise\", \"year\": 19")?;
/// assert_eq!(partial.value(), Some(&json!({"title": "Sunrise"})));
/// assert!(partial.is_complete("/title"));
///
/// partial.push("27}\n```")?;
/// assert_eq!(partial.finish()?, &json!({"title": "Sunrise", "year": 1927}));
/// # Ok::<(), vlm_schema::decode::DecodeError>(())
/// ```
pub struct PartialJson {
    scanner: Scanner,
    tree: Tree,
    options: DecodeOptions,
}

impl Default for PartialJson {
    fn default() -> Self {
        Self::new(&DecodeOptions::default())
    }
}

impl PartialJson {
    /// Nothing read yet. Of the options, the limits and [`strict`](DecodeOptions::strict) apply.
    #[must_use]
    pub fn new(options: &DecodeOptions) -> Self {
        Self { scanner: Scanner::new(options, Root::Any), tree: Tree::default(), options: *options }
    }

    /// Says what the value begins with, so that brackets in a sentence before it are passed over. To be called before
    /// the first piece: what was read is forgotten.
    #[must_use]
    pub fn starting_at(self, root: Root) -> Self {
        Self { scanner: Scanner::new(&self.options, root), tree: Tree::default(), options: self.options }
    }

    /// Reads one more piece of the text.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] at the place that cannot be read, or where a limit is passed. What was known stays readable, and
    /// every further call gives the same error.
    pub fn push(&mut self, piece: &str) -> Result<(), DecodeError> {
        let result = self.scanner.push(piece, &mut self.tree);
        self.tree.flush();
        result
    }

    /// The value as far as it is known; none before its first bracket.
    #[must_use]
    pub fn value(&self) -> Option<&Value> {
        self.tree.value().filter(|_| !self.scanner.is_unsure())
    }

    /// The value as far as it is known.
    #[must_use]
    pub fn into_value(self) -> Option<Value> {
        if self.scanner.is_unsure() { None } else { self.tree.into_value() }
    }

    /// The whole value, when no more text comes.
    ///
    /// # Errors
    ///
    /// The error of [`push`](Self::push), if there was one. [`Truncated`](DecodeErrorKind::Truncated) with what is
    /// known as its prefix if the value is not whole, [`NoJson`](DecodeErrorKind::NoJson) or
    /// [`Empty`](DecodeErrorKind::Empty) if it never began.
    pub fn finish(&self) -> Result<&Value, DecodeError> {
        let error = match (self.scanner.end(), self.value()) {
            (Ok(()), Some(value)) => return Ok(value),
            (Ok(()), None) => self.scanner.error_here(DecodeErrorKind::NoJson),
            (Err(error), _) => error,
        };
        Err(match self.value() {
            Some(value) if error.is_truncated() => error.with_prefix(value.clone(), self.repairs()),
            _ => error,
        })
    }

    /// Whether the value is whole; what comes now is passed over.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.scanner.is_done()
    }

    /// How much of the value at a JSON pointer is known; the root's is `""`.
    ///
    /// An array or object is complete when its closing bracket has come, a string when its closing quote has.
    #[must_use]
    pub fn completion(&self, pointer: &str) -> Completion {
        if self.scanner.is_unsure() { Completion::Absent } else { self.tree.completion(pointer) }
    }

    /// Whether the value at a JSON pointer is there and will not change.
    #[must_use]
    pub fn is_complete(&self, pointer: &str) -> bool {
        self.completion(pointer) == Completion::Complete
    }

    /// What was passed over, mended or noted so far, in the order of the text.
    #[must_use]
    pub fn repairs(&self) -> Vec<Repair> {
        let duplicates = self.tree.duplicates().iter().map(|&at| Repair::new(RepairKind::DuplicateKey, at));
        let mut repairs: Vec<Repair> = self.scanner.repairs().iter().copied().chain(duplicates).collect();
        repairs.sort_by_key(|repair| repair.at);
        repairs
    }

    /// How many bytes were read.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.scanner.offset()
    }

    /// The work done so far: bytes looked at, each time one was, bytes moved into the value, and steps taken in it.
    ///
    /// A count to hold the promise of linear work against, without a clock.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.scanner.steps() + self.tree.steps()
    }
}

/// Shows how far reading has come, and nothing of the text.
impl fmt::Debug for PartialJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PartialJson")
            .field("offset", &self.offset())
            .field("done", &self.is_done())
            .finish_non_exhaustive()
    }
}
