//! Where everything stands in a JSON document: one pass over the text, one flat list, no copies.
//!
//! The pass checks the whole document, and does not recurse: brackets cannot overflow the stack.

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
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    /// Where it begins; a text or a key after its quotation mark.
    pub(super) start: u32,
    /// Where it ends; a text or a key before its quotation mark.
    pub(super) end: u32,
    /// The node after it and all that is in it. While a container is open, the one that it stands in.
    pub(super) next: u32,
    pub(super) kind: Kind,
    /// A text or a key holds escapes.
    pub(super) escaped: bool,
}

/// No container is open.
const NONE: u32 = u32::MAX;

/// Reads a document that is one object into `nodes`; `None` when it is no JSON, something else, or not one document.
pub(super) fn read(text: &str, nodes: &mut Vec<Node>) -> Option<()> {
    // Places are kept in 32 bits.
    u32::try_from(text.len()).ok().filter(|length| *length != NONE)?;
    let mut scanner = Scanner { bytes: text.as_bytes(), at: 0, open: NONE, nodes };
    scanner.blank();
    if scanner.peek()? != b'{' {
        return None;
    }
    scanner.document()
}

struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
    /// The innermost container that is open.
    open: u32,
    nodes: &'a mut Vec<Node>,
}

impl Scanner<'_> {
    fn document(&mut self) -> Option<()> {
        loop {
            let began = self.value()?;
            if began && !self.close_empty() {
                self.key_of_object()?;
                continue;
            }
            if self.after_value()? {
                return (self.at == self.bytes.len()).then_some(());
            }
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn blank(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    /// Reads a value, or the beginning of a container, which is true.
    fn value(&mut self) -> Option<bool> {
        match self.peek()? {
            b'{' => self.begin(Kind::Object),
            b'[' => self.begin(Kind::Array),
            b'"' => self.text(Kind::Text)?,
            b't' => self.literal(b"true", Kind::True)?,
            b'f' => self.literal(b"false", Kind::False)?,
            b'n' => self.literal(b"null", Kind::Null)?,
            _ => self.number()?,
        }
        Some(self.nodes.last().is_some_and(|node| matches!(node.kind, Kind::Object | Kind::Array)))
    }

    fn push(&mut self, start: usize, end: usize, kind: Kind, escaped: bool) {
        let next = self.nodes.len() as u32 + 1;
        self.nodes.push(Node { start: start as u32, end: end as u32, next, kind, escaped });
    }

    fn begin(&mut self, kind: Kind) {
        let place = self.nodes.len() as u32;
        self.push(self.at, self.at, kind, false);
        self.nodes[place as usize].next = self.open;
        self.open = place;
        self.at += 1;
        self.blank();
    }

    fn is_open(&self, kind: Kind) -> bool {
        self.nodes.get(self.open as usize).is_some_and(|node| node.kind == kind)
    }

    /// Ends the innermost container; its bracket is the next byte.
    fn close(&mut self) {
        self.at += 1;
        let next = self.nodes.len() as u32;
        let node = &mut self.nodes[self.open as usize];
        node.end = self.at as u32;
        self.open = std::mem::replace(&mut node.next, next);
    }

    /// Ends a container that has just begun, if there is nothing in it.
    fn close_empty(&mut self) -> bool {
        let bracket = if self.is_open(Kind::Object) { b'}' } else { b']' };
        let empty = self.peek() == Some(bracket);
        if empty {
            self.close();
        }
        empty
    }

    /// What follows a value: ends of containers, then another value. True at the end of the document.
    fn after_value(&mut self) -> Option<bool> {
        loop {
            self.blank();
            if self.open == NONE {
                return Some(true);
            }
            let object = self.is_open(Kind::Object);
            match self.peek()? {
                b',' => {
                    self.at += 1;
                    self.blank();
                    self.key_of_object()?;
                    return Some(false);
                }
                b'}' if object => self.close(),
                b']' if !object => self.close(),
                _ => return None,
            }
        }
    }

    /// In an object, the key of the next value.
    fn key_of_object(&mut self) -> Option<()> {
        if !self.is_open(Kind::Object) {
            return Some(());
        }
        if self.peek()? != b'"' {
            return None;
        }
        self.text(Kind::Key)?;
        self.blank();
        if self.peek()? != b':' {
            return None;
        }
        self.at += 1;
        self.blank();
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
    /// at a time.
    fn plain(&mut self) {
        const ONES: u64 = u64::from_ne_bytes([0x01; 8]);
        const HIGH: u64 = u64::from_ne_bytes([0x80; 8]);
        let equal = |chunk: u64, byte: u8| {
            let differs = chunk ^ (ONES * u64::from(byte));
            differs.wrapping_sub(ONES) & !differs
        };
        while let Some((chunk, _)) = self.bytes[self.at..].split_first_chunk::<8>() {
            let chunk = u64::from_le_bytes(*chunk);
            let control = chunk.wrapping_sub(ONES * 0x20) & !chunk;
            let found = (equal(chunk, b'"') | equal(chunk, b'\\') | control) & HIGH;
            if found != 0 {
                self.at += found.trailing_zeros() as usize / 8;
                return;
            }
            self.at += 8;
        }
        while self.peek().is_some_and(|byte| byte >= 0x20 && byte != b'"' && byte != b'\\') {
            self.at += 1;
        }
    }
}
