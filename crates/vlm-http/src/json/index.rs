//! Where everything stands in a JSON document: one pass over the text, one flat list, no copies.
//!
//! The pass checks the whole document, and does not recurse: brackets cannot overflow the stack.

use std::borrow::Cow;

use memchr::memchr2;

/// What a value is, or that it is a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Object,
    Array,
    Key,
    Text,
    Number,
    True,
    False,
    Null,
}

/// A value or a key, in the order of the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Node {
    /// Where it begins; a text or a key after its quotation mark.
    pub(super) start: u32,
    /// Where it ends; a text or a key before its quotation mark.
    pub(super) end: u32,
    /// How many nodes it is: itself, and all that is in it. While a container is open, the place of the one that it
    /// stands in.
    pub(super) span: u32,
    pub(super) kind: Kind,
    /// A text or a key holds escapes.
    pub(super) escaped: bool,
}

impl Node {
    /// The piece of the document; of a text or a key, with its escapes.
    #[inline]
    pub(super) fn slice<'a>(&self, document: &'a str) -> &'a str {
        document.get(self.start as usize..self.end as usize).unwrap_or_default()
    }

    /// A text or a key; none when an escape stands for half a character.
    #[inline]
    pub(super) fn string<'a>(&self, document: &'a str) -> Option<Cow<'a, str>> {
        if self.escaped { self.unescaped(document).map(Cow::Owned) } else { Some(Cow::Borrowed(self.slice(document))) }
    }

    /// What [`string`](Self::string) gives, as bytes to compare: a piece of them costs less than a piece of text.
    #[inline]
    pub(super) fn bytes<'a>(&self, document: &'a str) -> Option<Cow<'a, [u8]>> {
        if self.escaped {
            return self.unescaped(document).map(|text| Cow::Owned(text.into_bytes()));
        }
        document.as_bytes().get(self.start as usize..self.end as usize).map(Cow::Borrowed)
    }

    #[cold]
    fn unescaped(&self, document: &str) -> Option<String> {
        let quoted = document.get(self.start as usize - 1..self.end as usize + 1)?;
        serde_json::from_str(quoted).ok()
    }
}

/// No container is open.
const NONE: u32 = u32::MAX;

/// How many values a document may hold whatever its length; above it, one for every four bytes. The list of them must not
/// take many times the memory of a reply that means harm.
const VALUES: usize = 1 << 20;

/// Reads a document that is one object into `nodes`; `None` when it is no JSON, something else, or not one document.
///
/// Its first `same` bytes are those of the document that stands in `nodes` already.
pub(super) fn read(text: &str, nodes: &mut Vec<Node>, same: usize) -> Option<()> {
    // Places are kept in 32 bits.
    u32::try_from(text.len()).ok().filter(|length| *length != NONE)?;
    let most = VALUES.max(text.len() / 4);
    let mut scanner = Scanner { bytes: text.as_bytes(), at: 0, open: NONE, in_object: false, most, nodes };
    if scanner.resume(same).is_some() {
        return scanner.document(true);
    }
    scanner.nodes.clear();
    if scanner.token()? != b'{' {
        return None;
    }
    scanner.document(false)
}

struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
    /// The innermost container that is open, and whether it is an object.
    open: u32,
    in_object: bool,
    most: usize,
    nodes: &'a mut Vec<Node>,
}

impl Scanner<'_> {
    /// Goes on from the last key that begins in the first `same` bytes: up to there, the nodes are what they would become.
    fn resume(&mut self, same: usize) -> Option<()> {
        let known = self.nodes.partition_point(|node| node.start as usize <= same);
        let place = self.nodes[..known].iter().rposition(|node| node.kind == Kind::Key)?;
        self.at = self.nodes[place].start as usize - 1;
        self.nodes.truncate(place);
        // The containers around the key are open again.
        let mut next = 0;
        while let Some(node) = self.nodes.get_mut(next) {
            let after = next + node.span as usize;
            if after > place {
                node.span = std::mem::replace(&mut self.open, next as u32);
                next += 1;
            } else {
                next = after;
            }
        }
        self.in_object = true;
        Some(())
    }

    /// Reads on where a value or a key is next, to the end of the document.
    fn document(&mut self, mut key_is_next: bool) -> Option<()> {
        loop {
            if key_is_next {
                self.key()?;
            }
            if self.nodes.len() > self.most {
                return None;
            }
            let began = self.value()?;
            key_is_next = self.in_object;
            if began && !self.close_empty() {
                continue;
            }
            if self.after_value()? {
                return (self.at == self.bytes.len()).then_some(());
            }
            key_is_next = self.in_object;
        }
    }

    #[inline]
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// The next byte that is no blank; it is not passed.
    #[inline]
    fn token(&mut self) -> Option<u8> {
        loop {
            let byte = self.peek()?;
            if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return Some(byte);
            }
            self.at += 1;
        }
    }

    /// Reads a value, or the beginning of a container, which is true.
    fn value(&mut self) -> Option<bool> {
        match self.token()? {
            b'"' => self.text(Kind::Text)?,
            b'{' => {
                self.begin(Kind::Object);
                return Some(true);
            }
            b'[' => {
                self.begin(Kind::Array);
                return Some(true);
            }
            b't' => self.literal(b"true", Kind::True)?,
            b'f' => self.literal(b"false", Kind::False)?,
            b'n' => self.literal(b"null", Kind::Null)?,
            _ => self.number()?,
        }
        Some(false)
    }

    #[inline]
    fn push(&mut self, start: usize, end: usize, kind: Kind, escaped: bool) {
        self.nodes.push(Node { start: start as u32, end: end as u32, span: 1, kind, escaped });
    }

    fn begin(&mut self, kind: Kind) {
        let place = self.nodes.len() as u32;
        let (start, span) = (self.at as u32, self.open);
        self.nodes.push(Node { start, end: start, span, kind, escaped: false });
        self.open = place;
        self.in_object = kind == Kind::Object;
        self.at += 1;
    }

    /// Ends the innermost container; its bracket is the next byte.
    fn close(&mut self) {
        self.at += 1;
        let after = self.nodes.len() as u32;
        if let Some(node) = self.nodes.get_mut(self.open as usize) {
            node.end = self.at as u32;
            let around = std::mem::replace(&mut node.span, after - self.open);
            self.open = around;
        }
        self.in_object = self.nodes.get(self.open as usize).is_some_and(|node| node.kind == Kind::Object);
    }

    /// Ends a container that has just begun, if there is nothing in it.
    fn close_empty(&mut self) -> bool {
        let bracket = if self.in_object { b'}' } else { b']' };
        let empty = self.token() == Some(bracket);
        if empty {
            self.close();
        }
        empty
    }

    /// What follows a value: ends of containers, then another value. True at the end of the document.
    fn after_value(&mut self) -> Option<bool> {
        while self.open != NONE {
            match self.token()? {
                b',' => {
                    self.at += 1;
                    return Some(false);
                }
                b'}' if self.in_object => self.close(),
                b']' if !self.in_object => self.close(),
                _ => return None,
            }
        }
        self.token();
        Some(true)
    }

    /// In an object, the key of the next value.
    fn key(&mut self) -> Option<()> {
        if self.token()? != b'"' {
            return None;
        }
        self.text(Kind::Key)?;
        if self.token()? != b':' {
            return None;
        }
        self.at += 1;
        Some(())
    }

    fn literal(&mut self, word: &[u8], kind: Kind) -> Option<()> {
        let end = self.at + word.len();
        if self.bytes.get(self.at..end)? != word {
            return None;
        }
        self.push(self.at, end, kind, false);
        self.at = end;
        Some(())
    }

    fn number(&mut self) -> Option<()> {
        let start = self.at;
        self.at += usize::from(self.peek() == Some(b'-'));
        match self.peek()? {
            b'0' => self.at += 1,
            b'1'..=b'9' => self.digits()?,
            _ => return None,
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            self.at += usize::from(matches!(self.peek(), Some(b'+' | b'-')));
            self.digits()?;
        }
        self.push(start, self.at, Kind::Number, false);
        Some(())
    }

    /// One digit or more.
    fn digits(&mut self) -> Option<()> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        (self.at > start).then_some(())
    }

    fn text(&mut self, kind: Kind) -> Option<()> {
        let start = self.at + 1;
        self.at = start;
        let mut escaped = false;
        loop {
            self.plain();
            match self.peek()? {
                b'"' => break,
                b'\\' => self.escape()?,
                _ => return None,
            }
            escaped = true;
        }
        self.push(start, self.at, kind, escaped);
        self.at += 1;
        Some(())
    }

    fn escape(&mut self) -> Option<()> {
        let length = match self.bytes.get(self.at + 1)? {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => 2,
            b'u' => {
                let digits = self.bytes.get(self.at + 2..self.at + 6)?;
                digits.iter().all(u8::is_ascii_hexdigit).then_some(6)?
            }
            _ => return None,
        };
        self.at += length;
        Some(())
    }

    /// Skips what stands for itself in a text: all but quotation marks, backslashes and control characters. Eight bytes
    /// at a time, until the text is a long one.
    fn plain(&mut self) {
        let start = self.at;
        while let Some((block, _)) = self.bytes[self.at..].split_first_chunk::<8>() {
            let found = special(u64::from_le_bytes(*block));
            if found != 0 {
                self.at += found.trailing_zeros() as usize / 8;
                return;
            }
            self.at += 8;
            if self.at - start == LONG {
                self.plain_run();
            }
        }
        while self.peek().is_some_and(|byte| byte >= 0x20 && byte != b'"' && byte != b'\\') {
            self.at += 1;
        }
    }

    /// Skips what stands for itself, as many bytes at a time as the machine can; a run with a control character in it is
    /// left to the search for that.
    fn plain_run(&mut self) {
        let rest = &self.bytes[self.at..];
        let run = memchr2(b'"', b'\\', rest).map_or(rest, |end| &rest[..end]);
        let lowest = run.iter().fold(u8::MAX, |lowest, byte| lowest.min(*byte));
        if lowest >= 0x20 {
            self.at += run.len();
        }
    }
}

/// From here on a text is a long one.
const LONG: usize = 32;

/// Sets the high bit of the first byte that does not stand for itself. Bytes after it may be marked wrongly.
fn special(block: u64) -> u64 {
    const ONES: u64 = u64::from_ne_bytes([0x01; 8]);
    const HIGH: u64 = u64::from_ne_bytes([0x80; 8]);
    let equal = |byte: u8| {
        let differs = block ^ (ONES * u64::from(byte));
        differs.wrapping_sub(ONES) & !differs
    };
    let control = block.wrapping_sub(ONES * 0x20) & !block;
    (equal(b'"') | equal(b'\\') | control) & HIGH
}
