//! A place in the text: looking ahead, white space, comments, and the list of repairs.

use super::error::{DecodeErrorKind, Fault};
use super::repair::{Repair, RepairKind};

/// More repairs than this in one value would make it a guess; it also bounds the list.
pub(super) const MAX_REPAIRS: usize = 65_536;

/// How far the parser looks past a quote to tell what it is.
pub(super) const LOOK_AHEAD: usize = 128;

/// Why a parser stopped before the end of its value.
#[derive(Debug)]
pub(super) enum Stop {
    /// The text ended.
    End,
    /// Something is wrong.
    Fault(Fault),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// A place in a text.
#[derive(Debug)]
pub(super) struct Reader<'t> {
    pub(super) text: &'t str,
    pub(super) pos: usize,
    pub(super) end: usize,
    /// Whether repair is on.
    pub(super) fix: bool,
    pub(super) repairs: Vec<Repair>,
    /// The string that was being read when the text ended.
    pub(super) cut_string: Option<String>,
}

impl<'t> Reader<'t> {
    pub(super) fn new(text: &'t str, pos: usize, end: usize, fix: bool) -> Self {
        Self { text, pos, end, fix, repairs: Vec::new(), cut_string: None }
    }

    /// The byte at `at`, if the value may reach that far.
    pub(super) fn byte(&self, at: usize) -> Option<u8> {
        if at < self.end { self.text.as_bytes().get(at).copied() } else { None }
    }

    /// The byte here.
    pub(super) fn peek(&self) -> Option<u8> {
        self.byte(self.pos)
    }

    /// The character at `at`, which is a boundary.
    pub(super) fn char_at(&self, at: usize) -> Option<char> {
        self.text.get(at..self.end).and_then(|rest| rest.chars().next())
    }

    /// Notes something about valid JSON.
    pub(super) fn notice(&mut self, kind: RepairKind, at: usize) -> Result<(), Stop> {
        if self.repairs.len() >= MAX_REPAIRS {
            return Err(Fault::new(DecodeErrorKind::TooManyRepairs { limit: MAX_REPAIRS }, at).into());
        }
        self.repairs.push(Repair::new(kind, at));
        Ok(())
    }

    /// Notes a repair, or refuses it where repair is off.
    pub(super) fn fix(&mut self, kind: RepairKind, at: usize, expected: &'static str) -> Result<(), Stop> {
        if !self.fix {
            return Err(Fault::expected(expected, at).into());
        }
        self.notice(kind, at)
    }

    /// Skips white space, and with repair comments and foreign white space.
    pub(super) fn space(&mut self) -> Result<(), Stop> {
        while let Some(byte) = self.peek() {
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' => self.pos += 1,
                b'/' if self.fix => self.comment()?,
                0x0b | 0x0c | 0x80.. if self.fix => match self.char_at(self.pos) {
                    Some(c) if is_foreign_space(c) => {
                        self.fix(RepairKind::Whitespace, self.pos, "JSON")?;
                        while let Some(c) = self.char_at(self.pos).filter(|&c| is_foreign_space(c)) {
                            self.pos += c.len_utf8();
                        }
                    }
                    _ => return Ok(()),
                },
                _ => return Ok(()),
            }
        }
        Ok(())
    }

    fn comment(&mut self) -> Result<(), Stop> {
        let start = self.pos;
        let rest = &self.text.as_bytes()[start..self.end];
        let length = match rest.get(1) {
            Some(b'/') => memchr::memchr(b'\n', rest).unwrap_or(rest.len()),
            Some(b'*') => {
                memchr::memmem::find(&rest[2..], b"*/").map(|length| length + 4).ok_or(Stop::End).inspect_err(|_| {
                    self.pos = self.end;
                })?
            }
            _ => return Err(Fault::expected("JSON", start).into()),
        };
        self.fix(RepairKind::Comment, start, "JSON")?;
        self.pos = start + length;
        Ok(())
    }

    /// The first place at or after `at` that is not white space, and whether a line break lies between.
    pub(super) fn after_space(&self, mut at: usize) -> (usize, bool) {
        let mut newline = false;
        while let Some(byte @ (b' ' | b'\t' | b'\n' | b'\r')) = self.byte(at) {
            newline |= byte == b'\n';
            at += 1;
        }
        (at, newline)
    }
}

/// White space that JSON does not know, and marks of no width.
fn is_foreign_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}' | '\u{2060}')
}

/// Whether the bytes can stand in an unquoted key.
pub(super) fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'-' | b'.') || byte >= 0x80
}
