//! From text to tokens.

use super::error::{DslError, DslErrorKind};
use super::{MAX_BYTES, MAX_QUOTED};

/// Where something stands: bytes from `start` up to `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) start: usize,
    pub(super) end: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token<'t> {
    Word(&'t str),
    Number(&'t str),
    Quoted(String),
    /// One of `, : ? | ( ) [ ] { }`.
    Mark(char),
    Dots,
    /// A line break.
    Break,
    End,
}

impl Token<'_> {
    /// How an error names it.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Word(text) | Self::Number(text) => format!("`{}`", clip(text)),
            Self::Quoted(text) => format!("quoted text `{}`", clip(text)),
            Self::Mark(mark) => format!("`{mark}`"),
            Self::Dots => "`..`".into(),
            Self::Break => "end of the line".into(),
            Self::End => "end of the text".into(),
        }
    }
}

/// The start of a text, for an error: no control characters, which a terminal would obey.
pub(super) fn clip(text: &str) -> String {
    const SHOWN: usize = 40;
    let visible = |char: char| if char.is_control() { ' ' } else { char };
    let mut shown: String = text.chars().take(SHOWN).map(visible).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}

/// All tokens with their places; the last is [`Token::End`].
pub(super) fn tokens(text: &str) -> Result<Vec<(Token<'_>, Place)>, DslError> {
    if text.len() > MAX_BYTES {
        let place = Place { start: 0, end: 0 };
        return Err(DslError::new(too_large("the text has too many bytes", MAX_BYTES), text, place));
    }
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let start = at;
        let token = match first {
            '\n' => {
                at += 1;
                Token::Break
            }
            '#' => {
                at += text[at..].find('\n').unwrap_or(text.len() - at);
                continue;
            }
            space if space.is_whitespace() => {
                at += space.len_utf8();
                continue;
            }
            // A byte order mark is what some editors begin files with.
            '\u{feff}' if at == 0 => {
                at += first.len_utf8();
                continue;
            }
            ',' | ':' | '?' | '|' | '(' | ')' | '[' | ']' | '{' | '}' => {
                at += 1;
                Token::Mark(first)
            }
            '.' if text[at..].starts_with("..") => {
                at += 2;
                Token::Dots
            }
            '"' | '\'' => {
                let (quoted, end) = quoted(text, at, first)?;
                at = end;
                Token::Quoted(quoted)
            }
            '-' | '0'..='9' => {
                at += number_len(&text[at..]);
                if text[start..at].ends_with('-') {
                    return Err(DslError::new(DslErrorKind::Character('-'), text, Place { start, end: at }));
                }
                Token::Number(&text[start..at])
            }
            letter if letter.is_alphabetic() || letter == '_' => {
                let rest = &text[at..];
                at += rest
                    .find(|char: char| !(char.is_alphanumeric() || matches!(char, '_' | '-')))
                    .unwrap_or(rest.len());
                Token::Word(&text[start..at])
            }
            other => {
                let place = Place { start, end: start + other.len_utf8() };
                return Err(DslError::new(DslErrorKind::Character(other), text, place));
            }
        };
        let place = Place { start, end: at };
        if let Token::Word(word) | Token::Number(word) = token
            && word.len() > MAX_QUOTED
        {
            return Err(DslError::new(too_large("this has too many characters", MAX_QUOTED), text, place));
        }
        tokens.push((token, place));
    }
    tokens.push((Token::End, Place { start: at, end: at }));
    Ok(tokens)
}

pub(super) const fn too_large(what: &'static str, limit: usize) -> DslErrorKind {
    DslErrorKind::TooLarge { what, limit }
}

/// The length of a JSON number at the start of the text; `1..5` is `1` and more.
fn number_len(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digits = |from: usize| bytes[from.min(bytes.len())..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut len = usize::from(bytes.first() == Some(&b'-'));
    len += digits(len);
    if bytes.get(len) == Some(&b'.') && digits(len + 1) > 0 {
        len += 1 + digits(len + 1);
    }
    if matches!(bytes.get(len), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(len + 1), Some(b'+' | b'-')));
        let exponent = digits(len + 1 + sign);
        if exponent > 0 {
            len += 1 + sign + exponent;
        }
    }
    len
}

/// The text between quotes and where it ends.
fn quoted(text: &str, start: usize, quote: char) -> Result<(String, usize), DslError> {
    let mut content = String::new();
    let mut chars = text[start + 1..].char_indices();
    let open = |end| DslError::new(DslErrorKind::OpenQuote, text, Place { start, end });
    let mut length = 0;
    while let Some((offset, char)) = chars.next() {
        let at = start + 1 + offset;
        match char {
            _ if char == quote => return Ok((content, at + 1)),
            '\n' => return Err(open(at)),
            '\\' => match chars.next() {
                Some((_, escaped @ ('"' | '\'' | '\\'))) => content.push(escaped),
                Some((_, 'n')) => content.push('\n'),
                Some((_, 't')) => content.push('\t'),
                Some((offset, '\n')) => return Err(open(start + 1 + offset)),
                Some((_, other)) => {
                    let place = Place { start: at, end: at + 1 + other.len_utf8() };
                    return Err(DslError::new(DslErrorKind::Escape(other), text, place));
                }
                None => return Err(open(text.len())),
            },
            _ => content.push(char),
        }
        length += 1;
        if length > MAX_QUOTED {
            let place = Place { start, end: at };
            return Err(DslError::new(too_large("the quoted text has too many characters", MAX_QUOTED), text, place));
        }
    }
    Err(open(text.len()))
}
