//! Strings: quotes of all kinds, escapes, surrogates, and which quote ends a string.

use super::error::Fault;
use super::reader::{LOOK_AHEAD, Reader, Stop, is_name_byte};
use super::repair::RepairKind;

/// Where a token stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// The whole text is the value.
    Root,
    /// A key of an object.
    Key,
    /// The value of a member of an object.
    Member,
    /// An item of an array.
    Item,
}

/// The quotes that begin a string, each with those that may end it.
const QUOTES: &[(&str, &[&str])] = &[
    ("\"", &["\""]),
    ("'", &["'"]),
    ("`", &["`"]),
    ("\u{201c}", &["\u{201d}", "\u{201c}", "\""]),
    ("\u{201d}", &["\u{201d}", "\""]),
    ("\u{201e}", &["\u{201d}", "\u{201c}", "\""]),
    ("\u{2018}", &["\u{2019}", "\u{2018}", "'"]),
    ("\u{2019}", &["\u{2019}", "'"]),
];

/// The closers of the quote that stands at `at`, and the length of that quote.
pub(super) fn quote_at(reader: &Reader<'_>, at: usize) -> Option<(usize, &'static [&'static str])> {
    let rest = reader.text.as_bytes().get(at..reader.end)?;
    match rest.first()? {
        b'"' | b'\'' | b'`' | 0xe2 => {}
        _ => return None,
    }
    QUOTES.iter().find(|(open, _)| rest.starts_with(open.as_bytes())).map(|(open, closers)| (open.len(), *closers))
}

impl Reader<'_> {
    /// Reads the string whose opening quote stands here.
    pub(super) fn string(&mut self, place: Place) -> Result<Option<String>, Stop> {
        let start = self.pos;
        let Some((length, closers)) = quote_at(self, start) else { return Ok(None) };
        if closers != ["\""] {
            if !self.fix {
                return Ok(None);
            }
            self.fix(RepairKind::Quotes, start, "`\"`")?;
        }
        self.pos += length;
        let mut out = String::new();
        match self.string_body(place, closers, &mut out) {
            Ok(()) => Ok(Some(out)),
            Err(Stop::End) => {
                self.pos = self.end;
                if place == Place::Key {
                    self.pos = start;
                } else {
                    self.cut_string = Some(out);
                }
                Err(Stop::End)
            }
            Err(fault) => Err(fault),
        }
    }

    fn string_body(&mut self, place: Place, closers: &[&str], out: &mut String) -> Result<(), Stop> {
        let mut run = self.pos;
        let mut control = false;
        loop {
            let Some(byte) = self.peek() else {
                out.push_str(&self.text[run..self.end]);
                return Err(Stop::End);
            };
            match byte {
                b'\\' => {
                    out.push_str(&self.text[run..self.pos]);
                    self.escape(closers, out)?;
                    run = self.pos;
                }
                b'"' | b'\'' | b'`' | 0xe2 => {
                    let rest = &self.text.as_bytes()[self.pos..self.end];
                    match closers.iter().find(|closer| rest.starts_with(closer.as_bytes())) {
                        Some(closer) if !self.fix || self.ends_string(place, self.pos + closer.len()) => {
                            out.push_str(&self.text[run..self.pos]);
                            self.pos += closer.len();
                            return Ok(());
                        }
                        Some(closer) => {
                            self.fix(RepairKind::InnerQuote, self.pos, "`,`")?;
                            self.pos += closer.len();
                        }
                        None => self.pos += 1,
                    }
                }
                0..=0x1f => {
                    if !control {
                        self.fix(RepairKind::ControlCharacter, self.pos, "an escaped control character")?;
                        control = true;
                    }
                    self.pos += 1;
                }
                _ => self.pos += 1,
            }
        }
    }

    /// Reads the escape sequence whose backslash stands here. At the end of the text nothing of it is kept.
    fn escape(&mut self, closers: &[&str], out: &mut String) -> Result<(), Stop> {
        let start = self.pos;
        let byte = self.byte(start + 1).ok_or(Stop::End)?;
        self.pos = start + 2;
        let plain = match byte {
            b'"' | b'\\' | b'/' => byte as char,
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode_escape(start, out),
            _ => {
                self.fix(RepairKind::UnknownEscape, start, "an escape sequence of JSON")?;
                let rest = &self.text.as_bytes()[start + 1..self.end];
                if byte == b'\n' {
                    return Ok(());
                }
                if byte == b'\'' || closers.iter().any(|closer| rest.starts_with(closer.as_bytes())) {
                    self.pos = start + 1;
                    let Some(c) = self.char_at(self.pos) else { return Err(Stop::End) };
                    out.push(c);
                    self.pos += c.len_utf8();
                } else {
                    out.push('\\');
                    self.pos = start + 1;
                }
                return Ok(());
            }
        };
        out.push(plain);
        Ok(())
    }

    fn unicode_escape(&mut self, start: usize, out: &mut String) -> Result<(), Stop> {
        let Some(unit) = self.hex4(start + 2)? else {
            self.fix(RepairKind::UnknownEscape, start, "four hexadecimal digits")?;
            out.push('\\');
            self.pos = start + 1;
            return Ok(());
        };
        self.pos = start + 6;
        if let Some(c) = char::from_u32(unit) {
            out.push(c);
            return Ok(());
        }
        if unit < 0xdc00 {
            let next = (self.byte(self.pos), self.byte(self.pos + 1));
            if matches!(next, (None, _) | (Some(b'\\'), None)) {
                return Err(Stop::End);
            }
            if next == (Some(b'\\'), Some(b'u'))
                && let Some(low @ 0xdc00..0xe000) = self.hex4(self.pos + 2)?
            {
                self.pos += 6;
                out.extend(char::from_u32(0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00)));
                return Ok(());
            }
        }
        self.fix(RepairKind::LoneSurrogate, start, "a whole surrogate pair")?;
        out.push(char::REPLACEMENT_CHARACTER);
        Ok(())
    }

    /// Four hexadecimal digits, none if something else stands there.
    fn hex4(&self, at: usize) -> Result<Option<u32>, Stop> {
        let mut unit = 0;
        for index in at..at + 4 {
            match char::from(self.byte(index).ok_or(Stop::End)?).to_digit(16) {
                Some(digit) => unit = unit * 16 + digit,
                None => return Ok(None),
            }
        }
        Ok(Some(unit))
    }

    /// Whether a quote before `after` ends the string: in valid JSON always, else by what follows.
    fn ends_string(&self, place: Place, after: usize) -> bool {
        let (at, newline) = self.after_space(after);
        let Some(byte) = self.byte(at) else { return true };
        if byte == b'/' && matches!(self.byte(at + 1), Some(b'/' | b'*')) {
            return true;
        }
        match place {
            Place::Root => false,
            Place::Key => !is_name_byte(byte),
            Place::Member => match byte {
                b'}' | b']' => true,
                b',' => self.begins_member(at + 1),
                _ if quote_at(self, at).is_some() => newline || self.is_quoted_key(at),
                _ => newline && self.is_bare_key(at),
            },
            Place::Item => match byte {
                b'}' | b']' => true,
                b',' => self.begins_item(at + 1),
                b'{' | b'[' => at > after,
                _ => newline || quote_at(self, at).is_some(),
            },
        }
    }

    /// Whether what follows a comma is a member, or the end of the object.
    pub(super) fn begins_member(&self, after: usize) -> bool {
        let (at, newline) = self.after_space(after);
        match self.byte(at) {
            None | Some(b'}' | b']' | b',' | b'{' | b'[' | b'/') => true,
            _ if quote_at(self, at).is_some() => self.is_quoted_key(at),
            _ => newline || self.is_bare_key(at),
        }
    }

    /// Whether what follows a comma is an item, or the end of the array. A bare word that runs into a quote is text.
    fn begins_item(&self, after: usize) -> bool {
        let (at, newline) = self.after_space(after);
        if newline || !self.byte(at).is_some_and(|byte| byte.is_ascii_alphabetic()) {
            return true;
        }
        let rest = &self.text.as_bytes()[at..self.end.min(at + LOOK_AHEAD)];
        !matches!(rest.iter().find(|byte| matches!(byte, b',' | b']' | b'}' | b'\n' | b'"')), Some(b'"'))
    }

    /// Whether the quoted string at `at` is followed by a colon; a long one is taken for a key.
    fn is_quoted_key(&self, at: usize) -> bool {
        let Some((length, closers)) = quote_at(self, at) else { return false };
        let mut here = at + length;
        while here < at + LOOK_AHEAD {
            let Some(byte) = self.byte(here) else { return true };
            if byte == b'\\' {
                here += 2;
                continue;
            }
            let rest = &self.text.as_bytes()[here..self.end];
            if let Some(closer) = closers.iter().find(|closer| rest.starts_with(closer.as_bytes())) {
                let (next, _) = self.after_space(here + closer.len());
                return matches!(self.byte(next), None | Some(b':' | b'/'));
            }
            here += 1;
        }
        true
    }

    /// Whether a name without quotes and a colon stand at `at`.
    pub(super) fn is_bare_key(&self, at: usize) -> bool {
        let mut here = at;
        while here < at + LOOK_AHEAD && self.byte(here).is_some_and(is_name_byte) {
            here += 1;
        }
        let (next, _) = self.after_space(here);
        here > at && matches!(self.byte(next), None | Some(b':'))
    }

    /// Reads a key, whose first character stands here.
    pub(super) fn key(&mut self) -> Result<String, Stop> {
        if let Some(key) = self.string(Place::Key)? {
            return Ok(key);
        }
        let start = self.pos;
        let mut here = start;
        while self.byte(here).is_some_and(is_name_byte) {
            here += 1;
        }
        if here == start || !self.fix {
            return Err(Fault::expected("a key or `}`", start).into());
        }
        if here >= self.end {
            return Err(Stop::End);
        }
        self.fix(RepairKind::UnquotedKey, start, "`\"`")?;
        self.pos = here;
        Ok(self.text[start..here].to_owned())
    }
}
