//! A streamed answer: the HTTP layer's events go in, neutral events come out. What each event means stands in
//! `reader.rs`.

mod reader;

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use serde_json::{Map, Value};
use vlm_core::{Completion, Cost, Error, PriceSchedule, RawReply, Result, StreamEvent};
use vlm_http::{EventStream, Fault, SseEvent};

use crate::error::ReplyError;
use crate::reply::status::Status;
use reader::{Event, Reader};

/// The events of one answer.
#[derive(Debug)]
pub(crate) struct GeminiStream {
    events: EventStream,
    reader: Reader,
    ready: VecDeque<StreamEvent>,
    prices: Option<PriceSchedule>,
    failed: Option<Error>,
    ended: bool,
}

impl GeminiStream {
    /// A stream; `metadata` is what is known before its first event.
    pub(crate) fn new(events: EventStream, prices: Option<PriceSchedule>, metadata: Map<String, Value>) -> Self {
        let mut ready = VecDeque::new();
        if !metadata.is_empty() {
            ready.push_back(StreamEvent::Metadata { metadata });
        }
        Self { events, reader: Reader::default(), ready, prices, failed: None, ended: false }
    }

    /// Judges the first event of a stream while the call can still be repeated: a fault in it is the call's.
    pub(crate) fn judge_first(event: &SseEvent) -> Result<(), Fault> {
        let mut unused = VecDeque::new();
        Ok(Reader::default().read(view(event), &mut unused)?)
    }

    fn take(&mut self, event: &SseEvent) {
        let before = self.ready.len();
        if let Err(error) = self.reader.read(view(event), &mut self.ready) {
            let raw = self.raw();
            self.fail(error, raw);
        }
        if self.ready.len() > before {
            self.events.note_content();
        }
    }

    /// No more events come: the answer is complete, or it is not.
    fn end(&mut self) {
        if let Err(error) = self.reader.end(&mut self.ready) {
            let raw = self.raw();
            return self.fail(bare_error(&raw.to_bytes()).unwrap_or(error), raw);
        }
        let end = StreamEvent::End { cost: self.cost(), raw: self.raw() };
        self.ready.push_back(end);
        self.ended = true;
    }

    fn fail(&mut self, error: ReplyError, raw: RawReply) {
        let late = self.late(raw);
        self.failed = Some(self.events.error(Fault::from(error).with_partial(late)));
        self.ended = true;
    }

    /// What an error brings along that no event has said.
    fn late(&self, raw: RawReply) -> Completion {
        let mut late = Completion::new();
        late.usage = self.reader.usage().clone();
        late.cost = self.cost();
        late.raw = raw;
        late
    }

    fn cost(&self) -> Cost {
        self.prices.as_ref().map(|prices| prices.cost(self.reader.usage())).unwrap_or_default()
    }

    fn raw(&mut self) -> RawReply {
        self.events.take_raw().reply
    }
}

fn view(event: &SseEvent) -> Event<'_> {
    Event { data: &event.data, unterminated: event.unterminated, lossy: event.lossy }
}

/// An error that stands in a stream line by line, and not as an event: the service's own clients read it there. No line
/// of an event begins as JSON does.
fn bare_error(raw: &[u8]) -> Option<ReplyError> {
    let begins = |at: &usize| matches!(raw[*at], b'{' | b'[') && (*at == 0 || matches!(raw[at - 1], b'\n' | b'\r'));
    let start = (0..raw.len()).find(begins)?;
    Status::parse(&raw[start..]).map(Status::into_inner_error)
}

/// The answer of a stream whose pieces came all at once.
pub(crate) fn fold<'a>(pieces: impl Iterator<Item = &'a str>) -> Result<Completion, ReplyError> {
    let mut reader = Reader::default();
    let (mut events, mut answer) = (VecDeque::new(), Completion::new());
    let mut outcome = Ok(());
    for data in pieces {
        outcome = reader.read(Event { data, unterminated: false, lossy: false }, &mut events);
        if outcome.is_err() {
            break;
        }
    }
    let outcome = outcome.and_then(|()| reader.end(&mut events));
    events.iter().for_each(|event| event.fold_into(&mut answer));
    match outcome {
        Ok(()) => Ok(answer),
        Err(error) => Err(error.with_partial(answer)),
    }
}

impl Stream for GeminiStream {
    type Item = Result<StreamEvent>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            if let Some(event) = this.ready.pop_front() {
                return Poll::Ready(Some(Ok(event)));
            }
            if this.ended {
                return Poll::Ready(this.failed.take().map(Err));
            }
            match ready!(Pin::new(&mut this.events).poll_next(context)) {
                Some(Ok(event)) => this.take(&event),
                Some(Err(error)) => {
                    let raw = this.raw();
                    this.failed = Some(error.with_partial(this.late(raw)));
                    this.ended = true;
                }
                None => this.end(),
            }
        }
    }
}
