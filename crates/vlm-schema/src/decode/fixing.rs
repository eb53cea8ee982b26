//! One parser for strict and for broken JSON: arrays and objects on a stack of its own, so that depth costs no call
//! stack. With repair off it is a strict parser; with repair on every change is listed, and a valid document meets
//! none.

use serde_json::{Map, Value};

use super::error::{DecodeErrorKind, Fault, push_token};
use super::options::DecodeOptions;
use super::reader::{Reader, Stop};
use super::repair::{Repair, RepairKind};
use super::strings::Place;

/// A value, or the closed beginning of one, and what it took.
#[derive(Debug)]
pub(super) struct Parsed {
    pub(super) value: Value,
    pub(super) repairs: Vec<Repair>,
    /// The end of the value in the text.
    pub(super) end: usize,
}

/// What came of a value.
#[derive(Debug)]
pub(super) enum Outcome {
    /// All of it.
    Whole(Parsed),
    /// The text ended; what was open is closed.
    Cut(Parsed),
    /// It cannot be read.
    Fault(Fault),
}

/// Parses the value that begins at `start` and may reach to `end`.
pub(super) fn parse(text: &str, start: usize, end: usize, fix: bool, options: &DecodeOptions) -> Outcome {
    let mut parser =
        Parser { reader: Reader::new(text, start, end, fix), stack: Vec::new(), max_depth: options.max_depth };
    match parser.run() {
        Ok(value) => {
            let Reader { repairs, pos, .. } = parser.reader;
            Outcome::Whole(Parsed { value, repairs, end: pos })
        }
        Err(Stop::End) => parser.close_all(),
        Err(Stop::Fault(fault)) => Outcome::Fault(Fault { pointer: parser.pointer(), ..fault }),
    }
}

#[derive(Debug)]
enum Frame {
    Array(Vec<Value>),
    /// The members, and the key whose value is being read with its place.
    Object(Map<String, Value>, Option<(String, usize)>),
}

/// What may come next.
#[derive(Debug, Clone, Copy)]
enum Next {
    Value,
    /// An item, a key or the end of the container; with the place of the comma before it.
    Element(Option<usize>),
    /// A comma or the end of the container.
    Separator,
}

#[derive(Debug)]
struct Parser<'t> {
    reader: Reader<'t>,
    stack: Vec<Frame>,
    max_depth: usize,
}

impl Parser<'_> {
    fn run(&mut self) -> Result<Value, Stop> {
        let mut next = Next::Value;
        loop {
            self.reader.space()?;
            let byte = self.reader.peek().ok_or(Stop::End)?;
            let done = match next {
                Next::Value => match byte {
                    b'{' | b'[' => {
                        self.open(byte == b'[')?;
                        next = Next::Element(None);
                        continue;
                    }
                    _ => {
                        let place = self.place();
                        match self.reader.string(place)? {
                            Some(string) => Value::String(string),
                            None => self.reader.word(place)?,
                        }
                    }
                },
                Next::Element(comma) => match byte {
                    b'}' | b']' => {
                        if let Some(at) = comma {
                            self.reader.fix(RepairKind::TrailingComma, at, "no comma before a closing bracket")?;
                        }
                        self.close(byte)?
                    }
                    b',' => {
                        self.reader.fix(RepairKind::ExtraComma, self.reader.pos, "a value or a closing bracket")?;
                        self.reader.pos += 1;
                        continue;
                    }
                    _ => {
                        self.key()?;
                        next = Next::Value;
                        continue;
                    }
                },
                Next::Separator => match byte {
                    b',' => {
                        next = Next::Element(Some(self.reader.pos));
                        self.reader.pos += 1;
                        continue;
                    }
                    b'}' | b']' => self.close(byte)?,
                    _ => {
                        self.reader.fix(RepairKind::MissingComma, self.reader.pos, "`,` or a closing bracket")?;
                        next = Next::Element(None);
                        continue;
                    }
                },
            };
            if self.stack.is_empty() {
                return Ok(done);
            }
            self.put(done)?;
            next = Next::Separator;
        }
    }

    fn place(&self) -> Place {
        match self.stack.last() {
            None => Place::Root,
            Some(Frame::Array(_)) => Place::Item,
            Some(Frame::Object(..)) => Place::Member,
        }
    }

    fn open(&mut self, array: bool) -> Result<(), Stop> {
        if self.stack.len() >= self.max_depth {
            return Err(Fault::new(DecodeErrorKind::TooDeep { limit: self.max_depth }, self.reader.pos).into());
        }
        self.reader.pos += 1;
        self.stack.push(if array { Frame::Array(Vec::new()) } else { Frame::Object(Map::new(), None) });
        Ok(())
    }

    /// In an object, reads a key and its colon; in an array there is nothing to read before the item.
    fn key(&mut self) -> Result<(), Stop> {
        if !matches!(self.stack.last(), Some(Frame::Object(..))) {
            return Ok(());
        }
        let at = self.reader.pos;
        let key = self.reader.key()?;
        self.reader.space()?;
        match self.reader.peek() {
            None => {
                self.reader.pos = at;
                return Err(Stop::End);
            }
            Some(b':') => self.reader.pos += 1,
            Some(_) => return Err(Fault::expected("`:`", self.reader.pos).into()),
        }
        if let Some(Frame::Object(_, slot)) = self.stack.last_mut() {
            *slot = Some((key, at));
        }
        Ok(())
    }

    /// Puts a value into the innermost container.
    fn put(&mut self, value: Value) -> Result<(), Stop> {
        match self.stack.last_mut() {
            Some(Frame::Array(items)) => items.push(value),
            Some(Frame::Object(members, key)) => {
                if let Some((key, at)) = key.take()
                    && members.insert(key, value).is_some()
                {
                    self.reader.notice(RepairKind::DuplicateKey, at)?;
                }
            }
            None => {}
        }
        Ok(())
    }

    /// Closes the innermost container, after those inside the one that the bracket fits.
    fn close(&mut self, bracket: u8) -> Result<Value, Stop> {
        let array = bracket == b']';
        let fits = |frame: &Frame| matches!(frame, Frame::Array(_)) == array;
        let at = self.reader.pos;
        if !self.stack.last().is_some_and(fits) {
            let expected = if array { "`}`" } else { "`]`" };
            if !self.stack.iter().any(fits) {
                return Err(Fault::expected(expected, at).into());
            }
            while !self.stack.last().is_some_and(fits) {
                self.reader.fix(RepairKind::MissingBracket, at, expected)?;
                if let Some(frame) = self.stack.pop() {
                    self.put(frame.into_value())?;
                }
            }
        }
        self.reader.pos = at + 1;
        Ok(self.stack.pop().map_or(Value::Null, Frame::into_value))
    }

    /// The text ended: drops what cannot be known, closes what is open.
    fn close_all(mut self) -> Outcome {
        let end = self.reader.end;
        let mut repairs = std::mem::take(&mut self.reader.repairs);
        let mut value = self.reader.cut_string.take().map(Value::String);
        let keyed = matches!(self.stack.last(), Some(Frame::Object(_, Some(_))));
        if value.is_some() {
            repairs.push(Repair::new(RepairKind::ClosedString, end));
        } else if keyed || self.reader.pos < end {
            repairs.push(Repair::new(RepairKind::DroppedIncomplete, self.reader.pos.min(end)));
        }
        while let Some(mut frame) = self.stack.pop() {
            if let Some(value) = value.take() {
                match &mut frame {
                    Frame::Array(items) => items.push(value),
                    Frame::Object(members, key) => {
                        if let Some((key, at)) = key.take()
                            && members.insert(key, value).is_some()
                        {
                            repairs.push(Repair::new(RepairKind::DuplicateKey, at));
                        }
                    }
                }
            }
            repairs.push(Repair::new(RepairKind::ClosedBracket, end));
            value = Some(frame.into_value());
        }
        match value {
            Some(value) => Outcome::Cut(Parsed { value, repairs, end }),
            None => Outcome::Fault(Fault::new(DecodeErrorKind::Truncated, end)),
        }
    }

    /// The JSON pointer of the value that is being read.
    fn pointer(&self) -> String {
        let mut pointer = String::new();
        for frame in &self.stack {
            match frame {
                Frame::Array(items) => push_token(&mut pointer, &items.len().to_string()),
                Frame::Object(_, Some((key, _))) => push_token(&mut pointer, key),
                Frame::Object(_, None) => {}
            }
        }
        pointer
    }
}

impl Frame {
    fn into_value(self) -> Value {
        match self {
            Self::Array(items) => Value::Array(items),
            Self::Object(members, _) => Value::Object(members),
        }
    }
}
