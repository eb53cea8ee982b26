//! The items of one array of an answer, each as soon as it is whole: [`Elements`].

use std::collections::VecDeque;
use std::fmt;
use std::ops::Range;

use super::error::{DecodeError, DecodeErrorKind, Fault};
use super::options::DecodeOptions;
use super::partial::{Event, Root, Scanner, Sink};
use super::repair::Repair;

/// One item of the array. `Debug` shows no part of its text.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Element {
    /// Its place in the array, from 0.
    pub index: usize,
    /// Its JSON as it stands in the answer, without white space around it.
    pub text: String,
    /// Which bytes of the answer it is.
    pub span: Range<usize>,
}

impl fmt::Debug for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Element").field("index", &self.index).field("span", &self.span).finish_non_exhaustive()
    }
}

/// The items of one array of an answer that comes in pieces.
///
/// The array is the root of the answer, or the value of one key of the root object. Each item is handed out once, in
/// order, the moment it is whole: an array, object or string with its last byte, `true`, `false` and `null` with their
/// last letter, a number with the byte after it. How the text is cut into pieces changes nothing.
///
/// Text around the value is passed over and the same faults are mended as in [`PartialJson`](super::PartialJson). An
/// item's text is what the model wrote: where [`repairs`](Self::repairs) names a place inside its
/// [`span`](Element::span), read it with [`decode`](super::decode), which mends the same.
///
/// The work is linear in the length of the text, and only the text of the unfinished item is kept.
///
/// ```
/// use vlm_schema::decode::{DecodeOptions, Elements};
///
/// let mut elements = Elements::under("items", &DecodeOptions::default());
/// elements.push(r#"{"count": 2, "items": [{"x": 1}, {"x""#)?;
/// assert_eq!(elements.next_element().map(|element| element.text), Some(r#"{"x": 1}"#.into()));
/// assert_eq!(elements.next_element(), None);
///
/// elements.push(": 2}]}")?;
/// assert_eq!(elements.next_element().map(|element| element.index), Some(1));
/// elements.finish()?;
/// # Ok::<(), vlm_schema::decode::DecodeError>(())
/// ```
pub struct Elements {
    scanner: Scanner,
    items: Items,
    /// The text of the unfinished item.
    pending: String,
    ready: VecDeque<Element>,
    count: usize,
    copied: u64,
}

impl Elements {
    /// The items of an array that is the root of the answer.
    #[must_use]
    pub fn of_root(options: &DecodeOptions) -> Self {
        Self::with(None, options)
    }

    /// The items of the array under one key of the root object. An answer that is the bare array is taken as well.
    ///
    /// If the key stands twice, only its first array counts.
    #[must_use]
    pub fn under(key: impl Into<String>, options: &DecodeOptions) -> Self {
        Self::with(Some(key.into()), options)
    }

    fn with(key: Option<String>, options: &DecodeOptions) -> Self {
        Self {
            scanner: Scanner::new(options, Root::Any),
            items: Items { key, ..Items::default() },
            pending: String::new(),
            ready: VecDeque::new(),
            count: 0,
            copied: 0,
        }
    }

    /// Reads one more piece of the text. Items that became whole wait for [`next_element`](Self::next_element), also
    /// when the piece ends in an error.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] at the place that cannot be read, where a limit is passed, or where the root is an object and an
    /// array was asked for. Every further call gives the same error.
    pub fn push(&mut self, piece: &str) -> Result<(), DecodeError> {
        let base = self.scanner.offset();
        let result = self.scanner.push(piece, &mut self.items);
        if std::mem::take(&mut self.items.abandoned) {
            self.pending.clear();
        }
        for span in self.items.whole.drain(..) {
            let mut text = std::mem::take(&mut self.pending);
            let rest = &piece[span.start.saturating_sub(base)..span.end.saturating_sub(base)];
            text.push_str(rest);
            self.copied += rest.len() as u64;
            self.ready.push_back(Element { index: self.count, text, span });
            self.count += 1;
        }
        if let Some(start) = self.items.start {
            let rest = &piece[start.saturating_sub(base)..self.scanner.offset().saturating_sub(base)];
            self.pending.push_str(rest);
            self.copied += rest.len() as u64;
        }
        result?;
        self.wrong_root().map_or(Ok(()), Err)
    }

    /// The next item, once it is whole.
    pub fn next_element(&mut self) -> Option<Element> {
        self.ready.pop_front()
    }

    /// The text of the item that has begun and is not whole.
    #[must_use]
    pub fn pending(&self) -> &str {
        &self.pending
    }

    /// How many items were whole so far.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// Whether the array is whole: no more items will come.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.items.state == Array::Closed
    }

    /// Says how the answer ended, when no more text comes: well, if the whole value came and the array was in it.
    ///
    /// # Errors
    ///
    /// The error of [`push`](Self::push), if there was one; [`Truncated`](DecodeErrorKind::Truncated) if the value is
    /// not whole; [`NoJson`](DecodeErrorKind::NoJson) or [`Empty`](DecodeErrorKind::Empty) if it never began; a
    /// [`Syntax`](DecodeErrorKind::Syntax) error if the object holds no array under the key. Items handed out before
    /// stay good.
    pub fn finish(&self) -> Result<(), DecodeError> {
        self.wrong_root().map_or(Ok(()), Err)?;
        self.scanner.end()?;
        if self.is_complete() {
            return Ok(());
        }
        Err(self.scanner.error_here(DecodeErrorKind::Syntax { expected: "an array under the key asked for" }))
    }

    fn wrong_root(&self) -> Option<DecodeError> {
        let at = self.items.wrong_root?;
        let fault = Fault::expected("an array", at);
        Some(DecodeError::at_place(fault, 1, 1, String::new()))
    }

    /// What was passed over, mended or noted so far, in the order of the text. Duplicate keys are not looked for.
    #[must_use]
    pub fn repairs(&self) -> &[Repair] {
        self.scanner.repairs()
    }

    /// The work done so far: bytes looked at, each time one was, and bytes copied into items.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.scanner.steps() + self.copied
    }
}

/// Shows how far reading has come, and nothing of the text.
impl fmt::Debug for Elements {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Elements")
            .field("offset", &self.scanner.offset())
            .field("count", &self.count)
            .field("state", &self.items.state)
            .finish_non_exhaustive()
    }
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Array {
    #[default]
    Unseen,
    /// Open; its items stand this deep.
    Open(usize),
    Closed,
}

/// Where items begin and end.
#[derive(Debug, Default)]
struct Items {
    key: Option<String>,
    depth: usize,
    state: Array,
    /// Whether the value of the key asked for comes next.
    here: bool,
    /// Where the unfinished item begins.
    start: Option<usize>,
    /// Items that became whole during this piece.
    whole: Vec<Range<usize>>,
    /// What began before this piece was no item.
    abandoned: bool,
    /// The root is an object, and an array was asked for.
    wrong_root: Option<usize>,
}

impl Items {
    fn begin(&mut self, at: usize) {
        if self.state == Array::Open(self.depth) {
            self.start = Some(at);
        }
    }

    fn end(&mut self, end: usize) {
        if self.state == Array::Open(self.depth) {
            self.whole.extend(self.start.take().map(|start| start..end));
        }
    }
}

impl Sink for Items {
    fn event(&mut self, event: Event<'_>, at: usize, end: usize) {
        match event {
            Event::Open { array } => {
                self.begin(at);
                let here = std::mem::take(&mut self.here);
                let wanted = if self.depth == 0 { array } else { self.depth == 1 && array && here };
                if self.depth == 0 && !array && self.key.is_none() {
                    self.wrong_root = Some(at);
                }
                self.depth += 1;
                if wanted && self.state == Array::Unseen {
                    self.state = Array::Open(self.depth);
                }
            }
            Event::Close => {
                if self.state == Array::Open(self.depth) {
                    self.state = Array::Closed;
                }
                self.depth -= 1;
                self.end(end);
            }
            Event::Key(key) => self.here = self.depth == 1 && self.key.as_deref() == Some(key),
            Event::StringStart => self.begin(at),
            Event::Text(_) => {}
            Event::StringEnd => self.end(end),
            Event::ScalarStart => self.begin(at),
            Event::Scalar(_) => self.end(end),
            Event::Abandon => {
                let key = self.key.take();
                *self = Self { key, abandoned: true, ..Self::default() };
            }
        }
    }
}
