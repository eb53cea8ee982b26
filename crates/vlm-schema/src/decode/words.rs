//! Numbers, `true`, `false`, `null`, their foreign spellings, and strings without quotes.

use serde_json::{Number, Value};

use super::error::{DecodeErrorKind, Fault};
use super::reader::{Reader, Stop, is_name_byte};
use super::repair::RepairKind;
use super::strings::{Place, quote_at};

/// Whether the token is a number as JSON writes it.
pub(super) fn is_json_number(token: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let token = token.strip_prefix('-').unwrap_or(token);
    let (mantissa, exponent) = match token.find(['e', 'E']) {
        Some(at) => (&token[..at], Some(&token[at + 1..])),
        None => (token, None),
    };
    let (whole, fraction) = match mantissa.find('.') {
        Some(at) => (&mantissa[..at], Some(&mantissa[at + 1..])),
        None => (mantissa, None),
    };
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|text| digits(text.strip_prefix(['+', '-']).unwrap_or(text)))
}

/// The number, none if it is out of range, and whether it is an integer too large for 64 bits.
pub(super) fn number(token: &str) -> Option<(Number, bool)> {
    let number: Number = token.parse().ok()?;
    number.as_f64().filter(|float| float.is_finite())?;
    let large = number.is_f64() && token != "-0" && !token.contains(['.', 'e', 'E']);
    Some((number, large))
}

/// The value of a word in any common spelling, and what reading it so would mend.
fn word(token: &str) -> Option<(Value, Option<RepairKind>)> {
    let literal = Some(RepairKind::Literal);
    Some(match token {
        "true" => (Value::Bool(true), None),
        "false" => (Value::Bool(false), None),
        "null" => (Value::Null, None),
        "True" | "TRUE" => (Value::Bool(true), literal),
        "False" | "FALSE" => (Value::Bool(false), literal),
        "None" | "Null" | "NULL" | "nil" | "undefined" => (Value::Null, literal),
        "NaN" | "nan" | "Infinity" | "-Infinity" | "+Infinity" | "inf" | "-inf" => {
            (Value::Null, Some(RepairKind::NotANumber))
        }
        _ => return None,
    })
}

impl Reader<'_> {
    /// Reads the value here, which is neither an array, an object nor a quoted string.
    pub(super) fn word(&mut self, place: Place) -> Result<Value, Stop> {
        let start = self.pos;
        let mut here = start;
        while self.byte(here).is_some_and(|byte| byte.is_ascii_alphanumeric() || b"_+-.$".contains(&byte)) {
            here += 1;
        }
        let text = self.text;
        let token = &text[start..here];
        let known = word(token);
        if here >= self.end && place != Place::Root && !matches!(known, Some((_, None))) {
            return Err(Stop::End);
        }
        if token.is_empty() && !self.fix {
            return Err(Fault::expected("a value", start).into());
        }
        if !self.fix || self.ends_word(here) {
            self.pos = here;
            if let Some((value, repair)) = known {
                if let Some(kind) = repair {
                    self.fix(kind, start, "a value")?;
                }
                return Ok(value);
            }
            if let Some(value) = self.numeral(token, start)? {
                return Ok(value);
            }
        }
        if !self.fix || place == Place::Root {
            return Err(Fault::expected("a value", start).into());
        }
        self.bare_string(start, place)
    }

    fn numeral(&mut self, token: &str, start: usize) -> Result<Option<Value>, Stop> {
        let mut spelled = token;
        let padded;
        if !is_json_number(token) {
            let (sign, rest) = match token.as_bytes().first() {
                Some(b'+') => ("", &token[1..]),
                Some(b'-') => ("-", &token[1..]),
                _ => ("", token),
            };
            let zero = if rest.starts_with('.') { "0" } else { "" };
            padded = format!("{sign}{zero}{}", rest.strip_suffix('.').unwrap_or(rest));
            if !self.fix || !rest.contains(|c: char| c.is_ascii_digit()) || !is_json_number(&padded) {
                return Ok(None);
            }
            self.fix(RepairKind::NumberSpelling, start, "a number")?;
            spelled = &padded;
        }
        let Some((number, large)) = number(spelled) else {
            return Err(Fault::new(DecodeErrorKind::NumberOutOfRange, start).into());
        };
        if large {
            self.notice(RepairKind::LargeInteger, start)?;
        }
        Ok(Some(Value::Number(number)))
    }

    /// Whether a word that ends at `after` is one by itself, and not the beginning of unquoted text.
    fn ends_word(&self, after: usize) -> bool {
        let (at, newline) = self.after_space(after);
        match self.byte(at) {
            None | Some(b',' | b'}' | b']' | b':') => true,
            Some(b'/') => matches!(self.byte(at + 1), Some(b'/' | b'*')),
            Some(_) if newline => true,
            Some(b'{' | b'[') => true,
            Some(byte) => {
                let spaced = at > after;
                quote_at(self, at).is_some()
                    || (spaced && (byte.is_ascii_digit() || byte == b'-'))
                    || (spaced && self.is_bare_key(at))
            }
        }
    }

    /// Text without quotes: to the end of the line, a closing bracket, or a comma before the next member.
    fn bare_string(&mut self, start: usize, place: Place) -> Result<Value, Stop> {
        if !self.byte(start).is_some_and(|byte| is_name_byte(byte) || b"@#~/+".contains(&byte)) {
            return Err(Fault::expected("a value", start).into());
        }
        let mut here = start;
        loop {
            let Some(byte) = self.byte(here) else { return Err(Stop::End) };
            match byte {
                b'\n' | b'\r' | b'}' | b']' => break,
                b',' if place == Place::Item || self.begins_member(here + 1) => break,
                b'/' if here > start
                    && matches!(self.byte(here + 1), Some(b'/' | b'*'))
                    && self.text.as_bytes()[here - 1].is_ascii_whitespace() =>
                {
                    break;
                }
                b'{' | b'[' | b'"' | b'\\' => return Err(Fault::expected("a value", start).into()),
                _ => here += 1,
            }
        }
        let text = self.text[start..here].trim();
        if !text.contains(char::is_alphanumeric) {
            return Err(Fault::expected("a value", start).into());
        }
        self.fix(RepairKind::UnquotedString, start, "`\"`")?;
        self.pos = here;
        Ok(Value::String(text.to_owned()))
    }
}
