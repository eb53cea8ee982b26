//! Server-sent events by the WHATWG rules, read piece by piece: no byte is looked at twice, and nothing grows past a
//! limit.

mod text;

use std::collections::VecDeque;

use bytes::{Buf, Bytes, BytesMut};
use memchr::memchr2;
use thiserror::Error;
use vlm_core::LimitedPart;

use crate::policy::Limits;
pub use text::EventText;

/// One event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SseEvent {
    /// Its name; none is a `message`.
    pub event: Option<EventText>,
    /// Its data; several `data:` lines are joined by line feeds.
    pub data: EventText,
    /// The last id that the stream gave.
    pub id: Option<EventText>,
    /// The reconnection time in milliseconds, when this event set one.
    pub retry: Option<u64>,
    /// Bytes that are not UTF-8 were replaced.
    pub lossy: bool,
    /// The stream ended without the blank line that ends an event. By the standard it is none; it may still be whole.
    pub unterminated: bool,
}

impl SseEvent {
    /// An event without a name, for tests of decoders.
    pub fn message(data: &str) -> Self {
        Self { data: EventText::from(data), ..Self::default() }
    }

    /// A named event, for tests of decoders.
    pub fn named(event: &str, data: &str) -> Self {
        Self { event: Some(EventText::from(event)), ..Self::message(data) }
    }
}

/// A stream passed a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a part of the event stream is larger than the limit of {limit} bytes")]
pub struct SseError {
    part: LimitedPart,
    limit: u64,
}

impl SseError {
    /// What passed its limit.
    pub fn part(&self) -> LimitedPart {
        self.part
    }

    /// The limit.
    pub fn limit(&self) -> u64 {
        self.limit
    }
}

/// Turns pieces of bytes into events. However the bytes are cut, the events are the same.
///
/// ```
/// use vlm_http::{Limits, SseDecoder};
///
/// let mut decoder = SseDecoder::new(&Limits::default());
/// decoder.push("data: one\n\ndata: t".into());
/// assert_eq!(&*decoder.next().unwrap()?.data, "one");
/// assert!(decoder.next().is_none());
/// decoder.push("wo\r\n\r".into());
/// assert_eq!(&*decoder.next().unwrap()?.data, "two");
/// # Ok::<(), vlm_http::SseError>(())
/// ```
#[derive(Debug)]
pub struct SseDecoder {
    max_line: usize,
    max_event: usize,
    max_stream: u64,
    consumed: u64,
    pieces: VecDeque<Bytes>,
    /// The beginning of a line whose end has not come yet.
    line: BytesMut,
    /// The length of the last line that came in several pieces: mostly the next one is about as long.
    last_line: usize,
    /// The last byte was a carriage return: a line feed right after it belongs to it.
    after_cr: bool,
    first_line: bool,
    ended: bool,
    failed: bool,
    block: Block,
    last_id: Option<Bytes>,
}

/// What has come of the event in progress.
#[derive(Debug, Default)]
struct Block {
    event: Option<Bytes>,
    data: Data,
    retry: Option<u64>,
}

impl Block {
    fn is_empty(&self) -> bool {
        matches!(self, Self { event: None, data: Data::None, retry: None })
    }
}

#[derive(Debug, Default)]
enum Data {
    #[default]
    None,
    /// One line: a slice of the network's buffer wherever the line came in one piece.
    One(Bytes),
    Many(BytesMut),
}

impl Data {
    fn len(&self) -> usize {
        match self {
            Self::None => 0,
            Self::One(line) => line.len(),
            Self::Many(lines) => lines.len(),
        }
    }

    fn push(&mut self, line: Bytes) {
        *self = match std::mem::take(self) {
            Self::None => Self::One(line),
            Self::One(first) => {
                let mut lines = BytesMut::with_capacity(2 * (first.len() + 1 + line.len()));
                lines.extend_from_slice(&first);
                joined(lines, &line)
            }
            Self::Many(lines) => joined(lines, &line),
        };
    }
}

fn joined(mut lines: BytesMut, line: &[u8]) -> Data {
    lines.extend_from_slice(b"\n");
    lines.extend_from_slice(line);
    Data::Many(lines)
}

impl SseDecoder {
    /// A decoder at the start of a stream.
    pub fn new(limits: &Limits) -> Self {
        Self {
            max_line: limits.sse_line,
            max_event: limits.sse_event,
            max_stream: limits.stream,
            consumed: 0,
            pieces: VecDeque::new(),
            line: BytesMut::new(),
            last_line: 0,
            after_cr: false,
            first_line: true,
            ended: false,
            failed: false,
            block: Block::default(),
            last_id: None,
        }
    }

    /// Adds what came from the network.
    pub fn push(&mut self, piece: Bytes) {
        if !piece.is_empty() && !self.ended && !self.failed {
            self.pieces.push_back(piece);
        }
    }

    /// The stream ended cleanly: what [`SseDecoder::next`] gives from now on may be unterminated.
    pub fn finish(&mut self) {
        self.ended = true;
    }

    /// The next event, or none until more is pushed. After an error there is nothing more.
    #[expect(clippy::should_implement_trait, reason = "none here means `not yet`, not `never again`")]
    pub fn next(&mut self) -> Option<Result<SseEvent, SseError>> {
        if self.failed {
            return None;
        }
        while let Some(step) = self.next_line() {
            match step.and_then(|line| self.take_line(line)) {
                Ok(Some(event)) => return Some(Ok(event)),
                Ok(None) => {}
                Err(error) => return self.fail(error),
            }
        }
        if self.ended { self.rest() } else { None }
    }

    fn fail(&mut self, error: SseError) -> Option<Result<SseEvent, SseError>> {
        self.failed = true;
        self.pieces.clear();
        self.line = BytesMut::new();
        self.block = Block::default();
        Some(Err(error))
    }

    /// The next whole line, without its end.
    fn next_line(&mut self) -> Option<Result<Bytes, SseError>> {
        loop {
            let piece = self.pieces.front_mut()?;
            if piece.is_empty() {
                self.pieces.pop_front();
                continue;
            }
            let budget = self.max_stream - self.consumed;
            if budget == 0 {
                return Some(Err(SseError { part: LimitedPart::Stream, limit: self.max_stream }));
            }
            if std::mem::take(&mut self.after_cr) && piece[0] == b'\n' {
                piece.advance(1);
                self.consumed += 1;
                continue;
            }
            let allowed = usize::try_from(budget).unwrap_or(usize::MAX).min(piece.len());
            let Some(end) = memchr2(b'\n', b'\r', &piece[..allowed]) else {
                let part = piece.split_to(allowed);
                self.consumed += allowed as u64;
                if self.line.len() + part.len() > self.max_line {
                    return Some(Err(self.line_too_long()));
                }
                self.keep(&part);
                continue;
            };
            let part = piece.split_to(end);
            self.after_cr = piece[0] == b'\r';
            piece.advance(1);
            self.consumed += end as u64 + 1;
            if self.line.len() + part.len() > self.max_line {
                return Some(Err(self.line_too_long()));
            }
            return Some(Ok(self.whole_line(part)));
        }
    }

    fn line_too_long(&self) -> SseError {
        SseError { part: LimitedPart::Line, limit: self.max_line as u64 }
    }

    /// The kept beginning of a line and its last part; no copy where the line came in one piece.
    fn whole_line(&mut self, part: Bytes) -> Bytes {
        if self.line.is_empty() {
            return part;
        }
        self.line.extend_from_slice(&part);
        self.last_line = self.line.len();
        self.line.split().freeze()
    }

    /// Keeps a part of a line. Room for all of it is made at its beginning, where there is nothing yet to move.
    fn keep(&mut self, part: &[u8]) {
        if self.line.is_empty() {
            self.line.reserve(self.last_line);
        }
        self.line.extend_from_slice(part);
    }

    /// Reads one line; an empty one ends the event.
    fn take_line(&mut self, mut line: Bytes) -> Result<Option<SseEvent>, SseError> {
        if std::mem::take(&mut self.first_line) && line.starts_with(b"\xEF\xBB\xBF") {
            line.advance(3);
        }
        if line.is_empty() {
            return Ok(self.dispatch());
        }
        let (field, start) = field(&line);
        line.advance(start);
        match field {
            Field::Data => {
                let size = self.block.data.len() + line.len() + 1;
                if size > self.max_event {
                    return Err(SseError { part: LimitedPart::Event, limit: self.max_event as u64 });
                }
                if self.block.is_empty() && self.pass_blank_line() {
                    return Ok(Some(self.event(line, Block::default())));
                }
                self.block.data.push(line);
            }
            Field::Event => self.block.event = Some(line),
            Field::Id if !line.contains(&0) => self.last_id = Some(line),
            Field::Retry if !line.is_empty() && line.iter().all(u8::is_ascii_digit) => {
                self.block.retry = std::str::from_utf8(&line).ok().and_then(|digits| digits.parse().ok());
            }
            _ => {}
        }
        Ok(None)
    }

    /// Passes the end of the event where it is the next byte, which it mostly is: a shorter way to the same event.
    fn pass_blank_line(&mut self) -> bool {
        let Some(piece) = self.pieces.front_mut() else { return false };
        let passes = !self.after_cr && self.consumed < self.max_stream && piece.first() == Some(&b'\n');
        if passes {
            piece.advance(1);
            self.consumed += 1;
        }
        passes
    }

    /// Ends the event in progress; without any data it is none.
    fn dispatch(&mut self) -> Option<SseEvent> {
        let mut block = std::mem::take(&mut self.block);
        let data = match std::mem::take(&mut block.data) {
            Data::None => return None,
            Data::One(line) => line,
            Data::Many(lines) => lines.freeze(),
        };
        Some(self.event(data, block))
    }

    fn event(&self, data: Bytes, block: Block) -> SseEvent {
        let (data, lossy_data) = EventText::lossy(data);
        let (event, lossy_event) = named(block.event);
        let (id, _) = named(self.last_id.clone());
        SseEvent { event, data, id, retry: block.retry, lossy: lossy_data || lossy_event, unterminated: false }
    }

    /// What is left when the stream has ended.
    fn rest(&mut self) -> Option<Result<SseEvent, SseError>> {
        if !self.line.is_empty() {
            let line = self.line.split().freeze();
            match self.take_line(line) {
                Ok(Some(event)) => return Some(Ok(event)),
                Ok(None) => {}
                Err(error) => return self.fail(error),
            }
        }
        self.dispatch().map(|event| Ok(SseEvent { unterminated: true, ..event }))
    }
}

/// A text, or none when it is empty.
fn named(bytes: Option<Bytes>) -> (Option<EventText>, bool) {
    match bytes.filter(|bytes| !bytes.is_empty()).map(EventText::lossy) {
        Some((text, lossy)) => (Some(text), lossy),
        None => (None, false),
    }
}

#[derive(Clone, Copy)]
enum Field {
    Data,
    Event,
    Id,
    Retry,
    /// A comment has no name, and other names mean nothing.
    Other,
}

/// The field of a line, and where its value begins.
fn field(line: &[u8]) -> (Field, usize) {
    let end = if line.starts_with(b"data:") { Some(4) } else { memchr::memchr(b':', line) };
    let (name, value) = end.map_or((line, line.len()), |colon| (&line[..colon], colon + 1));
    let field = match name {
        b"data" => Field::Data,
        b"event" => Field::Event,
        b"id" => Field::Id,
        b"retry" => Field::Retry,
        _ => Field::Other,
    };
    (field, value + usize::from(line.get(value) == Some(&b' ')))
}

#[cfg(test)]
mod tests;
