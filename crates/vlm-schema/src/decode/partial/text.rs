//! Strings that come in pieces: plain runs, escapes and surrogate pairs cut anywhere.

use super::event::{Event, Sink};
use super::scanner::{Scanner, State};
use crate::decode::error::Fault;
use crate::decode::repair::RepairKind;

/// How far an escape sequence has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Escape {
    /// After the backslash.
    Start {
        /// Its place.
        at: usize,
    },
    /// After `\u` and some digits.
    Hex {
        /// The place of the backslash.
        at: usize,
        /// The digits as they were written.
        digits: [u8; 4],
        /// How many there are.
        count: usize,
    },
    /// After the first half of a surrogate pair.
    High,
}

impl Scanner {
    pub(super) fn start_string(&mut self, key: bool, at: usize) {
        self.token.clear();
        self.token_at = at;
        self.in_key = key;
        self.control = false;
        self.state = State::Text;
    }

    /// Reads the plain part of a string from `here`, and the byte that ends it; returns the number of bytes read.
    pub(super) fn text(&mut self, piece: &str, here: usize, sink: &mut impl Sink) -> Result<usize, Fault> {
        let rest = &piece.as_bytes()[here..];
        let control = self.control;
        let special = |byte: &u8| matches!(byte, b'"' | b'\\') || (*byte < 0x20 && !control);
        let run = rest.iter().position(special).unwrap_or(rest.len());
        if run > 0 {
            self.emit(&piece[here..here + run], sink);
            self.add_steps(run - 1);
        }
        let Some(&byte) = rest.get(run) else { return Ok(run) };
        let at = self.offset() + here + run;
        match byte {
            b'"' => self.end_string(at, sink),
            b'\\' => self.state = State::Escape(Escape::Start { at }),
            _ if self.lenient => {
                self.control = true;
                self.note(RepairKind::ControlCharacter, at)?;
                return Ok(run);
            }
            _ => return Err(self.expected("an escaped control character", at)),
        }
        Ok(run + 1)
    }

    fn end_string(&mut self, at: usize, sink: &mut impl Sink) {
        if self.in_key {
            sink.event(Event::Key(&self.token), self.token_at, at + 1);
            self.state = State::Colon;
        } else {
            sink.event(Event::StringEnd, self.token_at, at + 1);
            self.state = State::Separator;
        }
    }

    fn emit(&mut self, text: &str, sink: &mut impl Sink) {
        if self.in_key {
            self.token.push_str(text);
        } else {
            sink.event(Event::Text(text), self.token_at, self.token_at);
        }
    }

    fn emit_char(&mut self, c: char, sink: &mut impl Sink) {
        self.emit(c.encode_utf8(&mut [0; 4]), sink);
    }

    /// Takes one byte of an escape sequence; false if it must be looked at again.
    pub(super) fn escape(&mut self, escape: Escape, byte: u8, at: usize, sink: &mut impl Sink) -> Result<bool, Fault> {
        match escape {
            Escape::High if byte == b'\\' => self.state = State::Escape(Escape::Start { at }),
            Escape::High => {
                self.lone(sink)?;
                self.state = State::Text;
                return Ok(false);
            }
            Escape::Start { at: start } => {
                if byte == b'u' {
                    self.state = State::Escape(Escape::Hex { at: start, digits: [0; 4], count: 0 });
                    return Ok(true);
                }
                self.lone(sink)?;
                self.state = State::Text;
                return self.plain_escape(byte, start, sink);
            }
            Escape::Hex { at: start, mut digits, count } => {
                if !byte.is_ascii_hexdigit() {
                    self.lone(sink)?;
                    self.unknown(start)?;
                    self.emit("\\u", sink);
                    for &digit in &digits[..count] {
                        self.emit_char(char::from(digit), sink);
                    }
                    self.state = State::Text;
                    return Ok(false);
                }
                digits[count] = byte;
                if count < 3 {
                    self.state = State::Escape(Escape::Hex { at: start, digits, count: count + 1 });
                } else {
                    let unit = digits
                        .iter()
                        .fold(0, |unit, &digit| unit * 16 + char::from(digit).to_digit(16).unwrap_or_default());
                    self.unit(unit, start, sink)?;
                }
            }
        }
        Ok(true)
    }

    fn plain_escape(&mut self, byte: u8, start: usize, sink: &mut impl Sink) -> Result<bool, Fault> {
        let c = match byte {
            b'"' | b'\\' | b'/' => char::from(byte),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            _ => {
                self.unknown(start)?;
                match byte {
                    b'\n' => return Ok(true),
                    b'\'' => '\'',
                    _ => {
                        self.emit("\\", sink);
                        return Ok(false);
                    }
                }
            }
        };
        self.emit_char(c, sink);
        Ok(true)
    }

    /// Takes a code unit written as `\uXXXX`.
    fn unit(&mut self, unit: u32, start: usize, sink: &mut impl Sink) -> Result<(), Fault> {
        self.state = State::Text;
        if let (0xdc00..0xe000, Some((high, _))) = (unit, self.high) {
            self.high = None;
            let c = char::from_u32(0x1_0000 + ((high - 0xd800) << 10) + (unit - 0xdc00));
            self.emit_char(c.unwrap_or(char::REPLACEMENT_CHARACTER), sink);
            return Ok(());
        }
        self.lone(sink)?;
        match char::from_u32(unit) {
            Some(c) => self.emit_char(c, sink),
            None => {
                self.high = Some((unit, start));
                if unit < 0xdc00 {
                    self.state = State::Escape(Escape::High);
                } else {
                    self.lone(sink)?;
                }
            }
        }
        Ok(())
    }

    /// The half of a pair that waits, if one does, stays alone.
    fn lone(&mut self, sink: &mut impl Sink) -> Result<(), Fault> {
        if let Some((_, at)) = self.high.take() {
            if !self.lenient {
                return Err(self.expected("a whole surrogate pair", at));
            }
            self.note(RepairKind::LoneSurrogate, at)?;
            self.emit_char(char::REPLACEMENT_CHARACTER, sink);
        }
        Ok(())
    }

    fn unknown(&mut self, at: usize) -> Result<(), Fault> {
        if !self.lenient {
            return Err(self.expected("an escape sequence of JSON", at));
        }
        self.note(RepairKind::UnknownEscape, at)
    }
}
