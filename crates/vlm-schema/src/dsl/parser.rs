//! From tokens to fields, by recursive descent of bounded depth.

use std::collections::HashSet;

use serde_json::Number;

use super::error::{DslError, DslErrorKind, EXPECTED_TYPE, meant};
use super::lexer::{Place, Token, clip, tokens, too_large};
use super::range::{Counted, Range, bound};
use super::{MAX_DEPTH, MAX_QUOTED};

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) optional: bool,
    pub(super) ty: Type,
    pub(super) description: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Type {
    pub(super) base: Base,
    pub(super) range: Option<Range>,
    pub(super) nullable: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Base {
    /// A JSON type.
    Plain(&'static str),
    /// A string in a format.
    Formatted(&'static str),
    Any,
    Enum(Vec<String>),
    Array(Box<Type>),
    Object(Vec<Field>),
}

impl Base {
    const fn counted(&self) -> Result<Counted, &'static str> {
        match self {
            Self::Plain(name) => match name.as_bytes() {
                b"number" => Ok(Counted::Numbers),
                b"integer" => Ok(Counted::Integers),
                b"string" => Ok(Counted::Characters),
                _ => Err("a boolean"),
            },
            Self::Formatted(_) => Err("a date or time"),
            Self::Any => Err("any"),
            Self::Enum(_) => Err("an enum"),
            Self::Array(_) => Ok(Counted::Items),
            Self::Object(_) => Err("an object"),
        }
    }
}

pub(super) fn parse(text: &str) -> Result<Vec<Field>, DslError> {
    let mut parser = Parser { text, tokens: tokens(text)?, next: 0 };
    parser.fields(None, 0)
}

struct Parser<'t> {
    text: &'t str,
    tokens: Vec<(Token<'t>, Place)>,
    next: usize,
}

impl<'t> Parser<'t> {
    /// Fields up to the closing brace, or up to the end of the text.
    fn fields(&mut self, open: Option<Place>, depth: usize) -> Result<Vec<Field>, DslError> {
        let close = if open.is_some() { Token::Mark('}') } else { Token::End };
        let mut fields: Vec<Field> = Vec::new();
        let mut names = HashSet::new();
        loop {
            while matches!(self.peek(), Token::Mark(',') | Token::Break) {
                // Between two fields any separators will do, but a comma needs a field before it.
                if fields.is_empty() && *self.peek() == Token::Mark(',') {
                    return Err(self.unexpected("the name of a field"));
                }
                self.advance();
            }
            if *self.peek() == close {
                let (_, place) = self.advance();
                return if fields.is_empty() {
                    let place = open.map_or(place, |open| Place { start: open.start, end: place.end });
                    Err(self.error(DslErrorKind::Empty, place))
                } else {
                    Ok(fields)
                };
            }
            let name_place = self.place();
            let field = self.field(depth)?;
            if !names.insert(field.name.clone()) {
                return Err(self.error(DslErrorKind::DuplicateName(clip(&field.name)), name_place));
            }
            fields.push(field);
            if !matches!(self.peek(), Token::Mark(',') | Token::Break) && *self.peek() != close {
                return Err(self.unexpected(match fields.last() {
                    Some(Field { description: Some(_), .. }) => "a comma or a new line",
                    _ => "a comma, a new line or a description in quotes",
                }));
            }
        }
    }

    fn field(&mut self, depth: usize) -> Result<Field, DslError> {
        let place = self.place();
        let name = match self.peek() {
            Token::Word(word) => (*word).to_owned(),
            Token::Quoted(name) if name.is_empty() => return Err(self.error(DslErrorKind::EmptyName, place)),
            Token::Quoted(name) => name.clone(),
            _ => return Err(self.unexpected("the name of a field")),
        };
        self.advance();
        let mut optional = self.take('?');
        let ty = if self.take(':') {
            self.ty(depth)?
        } else {
            Type { base: Base::Plain("string"), range: None, nullable: false }
        };
        optional |= ty.nullable;
        let description = match self.peek() {
            Token::Quoted(text) => Some(text.clone()),
            _ => None,
        };
        if description.is_some() {
            self.advance();
        }
        Ok(Field { name, optional, ty, description: description.filter(|text| !text.is_empty()) })
    }

    fn ty(&mut self, depth: usize) -> Result<Type, DslError> {
        let place = self.place();
        let (token, _) = self.advance();
        let base = match token {
            Token::Word("string") => Base::Plain("string"),
            Token::Word("number") => Base::Plain("number"),
            Token::Word("integer") => Base::Plain("integer"),
            Token::Word("boolean") => Base::Plain("boolean"),
            Token::Word("date") => Base::Formatted("date"),
            Token::Word("time") => Base::Formatted("time"),
            Token::Word("datetime") => Base::Formatted("date-time"),
            Token::Word("any") => Base::Any,
            Token::Word("enum") => self.values()?,
            Token::Word(name) => {
                let kind = DslErrorKind::UnknownType { name: clip(name), meant: meant(name) };
                return Err(self.error(kind, place));
            }
            Token::Mark('[' | '{') if depth == MAX_DEPTH => {
                return Err(self.error(too_large("the types lie too deep in one another", MAX_DEPTH), place));
            }
            Token::Mark('[') => {
                self.skip_breaks();
                let item = self.ty(depth + 1)?;
                self.skip_breaks();
                self.expect(']', "`]`")?;
                Base::Array(Box::new(item))
            }
            Token::Mark('{') => Base::Object(self.fields(Some(place), depth + 1)?),
            other => return Err(self.unexpected_token(&other, place, EXPECTED_TYPE)),
        };
        let range = if *self.peek() == Token::Mark('(') { Some(self.range(&base)?) } else { None };
        Ok(Type { base, range, nullable: self.take('?') })
    }

    fn values(&mut self) -> Result<Base, DslError> {
        self.expect('(', "`(` and the values, as in enum(a|b)")?;
        let mut values: Vec<String> = Vec::new();
        loop {
            self.skip_breaks();
            let (token, place) = self.advance();
            let value = match token {
                Token::Word(text) | Token::Number(text) => text.to_owned(),
                Token::Quoted(text) => text,
                other => return Err(self.unexpected_token(&other, place, "a value: a word, a number or quoted text")),
            };
            if values.contains(&value) {
                return Err(self.error(DslErrorKind::DuplicateValue(clip(&value)), place));
            }
            values.push(value);
            if values.len() > MAX_QUOTED {
                return Err(self.error(too_large("the enum has too many values", MAX_QUOTED), place));
            }
            self.skip_breaks();
            match self.advance() {
                (Token::Mark('|'), _) => {}
                (Token::Mark(')'), _) => return Ok(Base::Enum(values)),
                (other, place) => return Err(self.unexpected_token(&other, place, "`|` or `)`")),
            }
        }
    }

    fn range(&mut self, base: &Base) -> Result<Range, DslError> {
        let start = self.place().start;
        let counted = base.counted().map_err(|what| self.error(DslErrorKind::NoRange(what), self.place()))?;
        self.advance();
        let min = self.bound(counted)?;
        if *self.peek() != Token::Dots {
            return Err(self.unexpected(match min {
                Some(_) => "`..`, as in (1..10)",
                None => "a range, as in (1..10), (1..) or (..10)",
            }));
        }
        self.advance();
        let max = self.bound(counted)?;
        let end = self.place().end;
        self.expect(')', if max.is_some() { "`)`" } else { "a number or `)`" })?;
        Range::new(counted, min, max).map_err(|kind| self.error(kind, Place { start, end }))
    }

    fn bound(&mut self, counted: Counted) -> Result<Option<Number>, DslError> {
        let Token::Number(text) = *self.peek() else { return Ok(None) };
        let (_, place) = self.advance();
        bound(text, counted).map(Some).map_err(|kind| self.error(kind, place))
    }

    fn peek(&self) -> &Token<'t> {
        &self.tokens[self.next].0
    }

    fn place(&self) -> Place {
        self.tokens[self.next].1
    }

    /// The next token; at the end of the text, that end again and again.
    fn advance(&mut self) -> (Token<'t>, Place) {
        let token = self.tokens[self.next].clone();
        self.next = (self.next + 1).min(self.tokens.len() - 1);
        token
    }

    fn take(&mut self, mark: char) -> bool {
        let there = *self.peek() == Token::Mark(mark);
        if there {
            self.advance();
        }
        there
    }

    fn expect(&mut self, mark: char, expected: &'static str) -> Result<(), DslError> {
        if self.take(mark) { Ok(()) } else { Err(self.unexpected(expected)) }
    }

    fn skip_breaks(&mut self) {
        while *self.peek() == Token::Break {
            self.advance();
        }
    }

    fn unexpected(&self, expected: &'static str) -> DslError {
        self.unexpected_token(self.peek(), self.place(), expected)
    }

    fn unexpected_token(&self, token: &Token<'_>, place: Place, expected: &'static str) -> DslError {
        self.error(DslErrorKind::Unexpected { found: token.describe(), expected }, place)
    }

    fn error(&self, kind: DslErrorKind, place: Place) -> DslError {
        DslError::new(kind, self.text, place)
    }
}
