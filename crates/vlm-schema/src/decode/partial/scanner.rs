//! A push parser: text comes in pieces cut anywhere, events go out, and no byte is kept or looked at again.

use serde_json::Value;

use super::event::{Event, Sink};
use super::lead::{Lead, Root};
use super::text::Escape;
use crate::decode::error::{DecodeError, DecodeErrorKind, Fault, excerpt, floor_boundary};
use crate::decode::options::DecodeOptions;
use crate::decode::reader::MAX_REPAIRS;
use crate::decode::repair::{Repair, RepairKind};
use crate::decode::words::{is_json_number, number};

/// What may come next.
#[derive(Debug, Clone)]
pub(super) enum State {
    /// Text before the root.
    Lead,
    /// The root's bracket was seen, and nothing that shows it to be one.
    RootSeen {
        array: bool,
        at: usize,
    },
    /// A value; or the end, right after `[` or a comma, with the place of that comma.
    Value {
        end: bool,
        comma: Option<usize>,
    },
    /// A key; or the end.
    Key {
        end: bool,
        comma: Option<usize>,
    },
    Colon,
    Separator,
    Text,
    Escape(Escape),
    Number,
    Word {
        word: &'static str,
        matched: usize,
    },
    /// The root is whole.
    Done,
}

/// The parser between two pieces.
#[derive(Debug)]
pub(in crate::decode) struct Scanner {
    pub(super) state: State,
    pub(super) lead: Lead,
    pub(super) lenient: bool,
    max_bytes: usize,
    max_depth: usize,
    /// The open containers: whether each is an array.
    pub(super) stack: Vec<bool>,
    /// The key or number that is being read, and where it began.
    pub(super) token: String,
    pub(super) token_at: usize,
    /// Whether the open string is a key, and whether a raw control character in it was noted.
    pub(super) in_key: bool,
    pub(super) control: bool,
    pub(super) high: Option<(u32, usize)>,
    /// Where the root array begins, and how many repairs came before it, while its first item is a word.
    root_at: Option<(usize, usize)>,
    /// Bytes taken in before this piece.
    base: usize,
    /// The place of the byte that is being looked at.
    found: usize,
    line: usize,
    column: usize,
    repairs: Vec<Repair>,
    fault: Option<DecodeError>,
    steps: u64,
}

impl Scanner {
    pub(in crate::decode) fn new(options: &DecodeOptions, root: Root) -> Self {
        Self {
            state: State::Lead,
            lead: Lead::new(root),
            lenient: options.repair,
            max_bytes: options.max_bytes,
            max_depth: options.max_depth,
            stack: Vec::new(),
            token: String::new(),
            token_at: 0,
            in_key: false,
            control: false,
            high: None,
            root_at: None,
            base: 0,
            found: 0,
            line: 1,
            column: 1,
            repairs: Vec::new(),
            fault: None,
            steps: 0,
        }
    }

    /// Reads one piece. After an error every further call gives that error again and reads nothing.
    pub(in crate::decode) fn push(&mut self, piece: &str, sink: &mut impl Sink) -> Result<(), DecodeError> {
        if let Some(error) = &self.fault {
            return Err(error.clone());
        }
        let room = self.max_bytes.saturating_sub(self.base);
        let part = &piece[..floor_boundary(piece, room)];
        let result = self.read(part, sink).and_then(|()| {
            if part.len() < piece.len() {
                let kind = DecodeErrorKind::TooLarge { limit: self.max_bytes };
                return Err(Fault::new(kind, self.base + part.len()));
            }
            Ok(())
        });
        // A fault is found at or after its place; what lies between is ASCII on one line.
        let read = match &result {
            Ok(()) => part.len(),
            Err(fault) => floor_boundary(part, fault.at.max(self.found) - self.base),
        };
        self.count_lines(&part[..read]);
        self.base += read;
        result.map_err(|fault| {
            self.column = self.column.saturating_sub(self.base.saturating_sub(fault.at)).max(1);
            let error = DecodeError::at_place(fault, self.line, self.column, excerpt(part, read));
            self.fault = Some(error.clone());
            error
        })
    }

    fn count_lines(&mut self, text: &str) {
        for &byte in text.as_bytes() {
            if byte == b'\n' {
                self.line += 1;
                self.column = 1;
            } else if byte & 0xc0 != 0x80 {
                self.column += 1;
            }
        }
        self.steps += text.len() as u64;
    }

    fn read(&mut self, piece: &str, sink: &mut impl Sink) -> Result<(), Fault> {
        let bytes = piece.as_bytes();
        let mut here = 0;
        if self.base == 0 && matches!(self.state, State::Lead) && piece.starts_with('\u{feff}') {
            here = '\u{feff}'.len_utf8();
            self.note(RepairKind::ByteOrderMark, 0)?;
        }
        while here < bytes.len() {
            self.found = self.base + here;
            here += match self.state {
                State::Text => self.text(piece, here, sink)?,
                State::Number => self.digits(piece, here, sink)?,
                _ => usize::from(self.step(bytes[here], self.base + here, sink)?),
            };
            self.steps += 1;
        }
        self.found = self.base + bytes.len();
        Ok(())
    }

    /// Takes one byte outside the plain part of a string; false if it must be looked at again in the new state.
    fn step(&mut self, byte: u8, at: usize, sink: &mut impl Sink) -> Result<bool, Fault> {
        let blank = matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
        match self.state {
            State::Lead => return self.lead_byte(byte, at).map(|()| true),
            State::RootSeen { .. } | State::Value { .. } | State::Key { .. } | State::Colon | State::Separator
                if blank => {}
            State::RootSeen { array, at: root } => {
                let fits = if array { Lead::begins_item(byte) } else { matches!(byte, b'"' | b'}') };
                if self.lenient && !fits {
                    self.state = State::Lead;
                    self.lead.mistaken(root);
                    return Ok(false);
                }
                let noted = self.repairs.len();
                self.note_lead()?;
                self.open(array, root, sink)?;
                self.root_at = matches!(byte, b't' | b'f' | b'n').then_some((root, noted));
                return Ok(false);
            }
            State::Value { end, comma } => return self.value(byte, at, end, comma, sink),
            State::Key { end, comma } => match byte {
                b'"' => self.start_string(true, at),
                b'}' if end => self.close(comma, at, sink)?,
                _ => return Err(self.expected(if end { "a key or `}`" } else { "a key" }, at)),
            },
            State::Colon if byte == b':' => self.state = State::Value { end: false, comma: None },
            State::Colon => return Err(self.expected("`:`", at)),
            State::Separator => match (byte, self.stack.last()) {
                (b',', Some(true)) => self.state = State::Value { end: self.lenient, comma: Some(at) },
                (b',', _) => self.state = State::Key { end: self.lenient, comma: Some(at) },
                (b']', Some(true)) | (b'}', Some(false)) => self.close(None, at, sink)?,
                (_, Some(true)) => return Err(self.expected("`,` or `]`", at)),
                _ => return Err(self.expected("`,` or `}`", at)),
            },
            State::Escape(escape) => return self.escape(escape, byte, at, sink),
            State::Word { word, matched } => {
                if word.as_bytes().get(matched) != Some(&byte) {
                    if self.is_unsure() && self.lenient {
                        self.abandon(sink);
                        return Ok(false);
                    }
                    return Err(self.expected("a value", self.token_at));
                }
                self.state = State::Word { word, matched: matched + 1 };
                if matched + 1 == word.len() {
                    let value = if word == "null" { Value::Null } else { Value::Bool(word == "true") };
                    self.scalar(value, at + 1, sink);
                }
            }
            State::Done => self.trailing_byte(byte, at)?,
            State::Text | State::Number => return Ok(false),
        }
        Ok(true)
    }

    fn value(
        &mut self,
        byte: u8,
        at: usize,
        end: bool,
        comma: Option<usize>,
        sink: &mut impl Sink,
    ) -> Result<bool, Fault> {
        match byte {
            b'{' | b'[' => self.open(byte == b'[', at, sink)?,
            b'"' => {
                self.start_string(false, at);
                sink.event(Event::StringStart, at, at + 1);
            }
            b'-' | b'0'..=b'9' => {
                self.token.clear();
                self.token.push(char::from(byte));
                self.start_scalar(State::Number, at, sink);
            }
            b't' | b'f' | b'n' => {
                let word = match byte {
                    b't' => "true",
                    b'f' => "false",
                    _ => "null",
                };
                self.start_scalar(State::Word { word, matched: 1 }, at, sink);
            }
            b']' if end => self.close(comma, at, sink)?,
            _ => return Err(self.expected(if end { "a value or `]`" } else { "a value" }, at)),
        }
        Ok(true)
    }

    fn open(&mut self, array: bool, at: usize, sink: &mut impl Sink) -> Result<(), Fault> {
        if self.stack.len() >= self.max_depth {
            return Err(Fault::new(DecodeErrorKind::TooDeep { limit: self.max_depth }, at));
        }
        self.stack.push(array);
        sink.event(Event::Open { array }, at, at + 1);
        self.state =
            if array { State::Value { end: true, comma: None } } else { State::Key { end: true, comma: None } };
        Ok(())
    }

    fn close(&mut self, comma: Option<usize>, at: usize, sink: &mut impl Sink) -> Result<(), Fault> {
        if let Some(comma) = comma {
            self.note(RepairKind::TrailingComma, comma)?;
        }
        self.stack.pop();
        sink.event(Event::Close, at, at + 1);
        self.state = if self.stack.is_empty() { State::Done } else { State::Separator };
        Ok(())
    }

    /// Reads the rest of a number from `here`; returns the number of bytes read.
    fn digits(&mut self, piece: &str, here: usize, sink: &mut impl Sink) -> Result<usize, Fault> {
        let rest = &piece.as_bytes()[here..];
        let part = |byte: &u8| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E');
        let run = rest.iter().position(|byte| !part(byte)).unwrap_or(rest.len());
        self.token.push_str(&piece[here..here + run]);
        self.add_steps(run);
        if run < rest.len() {
            self.found = self.base + here + run;
            self.end_number(self.found, sink)?;
        }
        Ok(run)
    }

    fn end_number(&mut self, at: usize, sink: &mut impl Sink) -> Result<(), Fault> {
        let Some((value, large)) = number(&self.token) else {
            let fault = self.expected("a number", self.token_at);
            let range = Fault::new(DecodeErrorKind::NumberOutOfRange, self.token_at);
            return Err(if is_json_number(&self.token) { range } else { fault });
        };
        if large {
            self.note(RepairKind::LargeInteger, self.token_at)?;
        }
        self.scalar(Value::Number(value), at, sink);
        Ok(())
    }

    fn start_scalar(&mut self, state: State, at: usize, sink: &mut impl Sink) {
        self.token_at = at;
        self.state = state;
        sink.event(Event::ScalarStart, at, at + 1);
    }

    fn scalar(&mut self, value: Value, end: usize, sink: &mut impl Sink) {
        sink.event(Event::Scalar(value), self.token_at, end);
        self.state = State::Separator;
        self.root_at = None;
    }

    /// Whether the root array may still prove a remark such as `[this]`: its first word has not come to an end.
    pub(in crate::decode) fn is_unsure(&self) -> bool {
        self.root_at.is_some() && matches!(self.state, State::Word { .. })
    }

    fn abandon(&mut self, sink: &mut impl Sink) {
        if let Some((root, noted)) = self.root_at.take() {
            self.repairs.truncate(noted);
            self.lead.mistaken(root);
        }
        self.stack.clear();
        self.state = State::Lead;
        sink.event(Event::Abandon, self.found, self.found);
    }

    pub(super) fn expected(&self, expected: &'static str, at: usize) -> Fault {
        Fault::expected(expected, at)
    }

    /// Notes a repair or a notice.
    pub(super) fn note(&mut self, kind: RepairKind, at: usize) -> Result<(), Fault> {
        if self.repairs.len() >= MAX_REPAIRS {
            return Err(Fault::new(DecodeErrorKind::TooManyRepairs { limit: MAX_REPAIRS }, at));
        }
        self.repairs.push(Repair::new(kind, at));
        Ok(())
    }

    /// Counts bytes that were looked at together.
    pub(super) fn add_steps(&mut self, bytes: usize) {
        self.steps += bytes as u64;
    }

    /// What was noted.
    pub(in crate::decode) fn repairs(&self) -> &[Repair] {
        &self.repairs
    }

    /// Bytes read.
    pub(in crate::decode) fn offset(&self) -> usize {
        self.base
    }

    /// Bytes looked at, each time one was.
    pub(in crate::decode) fn steps(&self) -> u64 {
        self.steps
    }

    /// Whether the root is whole.
    pub(in crate::decode) fn is_done(&self) -> bool {
        matches!(self.state, State::Done)
    }

    /// The error that no more text makes: none if the root is whole.
    pub(in crate::decode) fn end(&self) -> Result<(), DecodeError> {
        if let Some(error) = &self.fault {
            return Err(error.clone());
        }
        let kind = match self.state {
            State::Done => return Ok(()),
            State::Lead if self.lead.is_blank() => DecodeErrorKind::Empty,
            State::Lead => DecodeErrorKind::NoJson,
            _ => DecodeErrorKind::Truncated,
        };
        Err(self.error_here(kind))
    }

    /// An error at the place reached.
    pub(in crate::decode) fn error_here(&self, kind: DecodeErrorKind) -> DecodeError {
        DecodeError::at_place(Fault::new(kind, self.base), self.line, self.column, String::new())
    }
}
