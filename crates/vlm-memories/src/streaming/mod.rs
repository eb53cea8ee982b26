//! A streamed answer: the HTTP layer's events go in, neutral events come out. What each event means stands in
//! `reader.rs`.

mod reader;

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use vlm_core::{Completion, Cost, Error, PriceSchedule, RawReply, Result, StreamEvent};
use vlm_http::{EventStream, Fault, SseEvent};

use crate::error::{Ground, ReplyError};
use crate::settings::StreamText;
use reader::{Event, Reader, Step};

/// The events of one answer.
#[derive(Debug)]
pub(crate) struct MemoriesStream {
    events: EventStream,
    reader: Reader,
    ready: VecDeque<StreamEvent>,
    price: Option<PriceSchedule>,
    failed: Option<Error>,
    ended: bool,
}

impl MemoriesStream {
    pub(crate) fn new(events: EventStream, text: StreamText, price: Option<PriceSchedule>) -> Self {
        Self { events, reader: Reader::new(text), ready: VecDeque::new(), price, failed: None, ended: false }
    }

    /// Judges the first event of a stream while the call can still be repeated: a fault in it is the call's.
    pub(crate) fn judge_first(event: &SseEvent) -> Result<(), Fault> {
        let mut unused = VecDeque::new();
        Reader::default().read(view(event), &mut unused)?;
        Ok(())
    }

    fn take(&mut self, event: &SseEvent) {
        let before = self.ready.len();
        match self.reader.read(view(event), &mut self.ready) {
            Ok(Step::More) => {}
            Ok(Step::End) => self.end(true),
            Err(error) => self.fail(error),
        }
        if self.ready.len() > before {
            self.events.note_content();
        }
    }

    /// The answer is complete: price it, and let the connection go.
    fn end(&mut self, marked: bool) {
        if let Err(error) = self.reader.end(marked, &mut self.ready) {
            return self.fail(error);
        }
        let end = StreamEvent::End { cost: self.cost(), raw: self.raw() };
        self.ready.push_back(end);
        self.ended = true;
    }

    fn fail(&mut self, error: ReplyError) {
        let late = self.late();
        self.failed = Some(self.events.error(Fault::from(error).with_partial(late)));
        self.ended = true;
    }

    /// What an error brings along that no event has said.
    fn late(&mut self) -> Completion {
        let mut late = Completion::new();
        late.usage = self.reader.usage().clone();
        late.cost = self.cost();
        late.raw = self.raw();
        late
    }

    fn cost(&self) -> Cost {
        self.price.as_ref().map(|price| price.cost(self.reader.usage())).unwrap_or_default()
    }

    fn raw(&mut self) -> RawReply {
        self.events.take_raw().reply
    }
}

fn view(event: &SseEvent) -> Event<'_> {
    Event { name: event.event.as_deref(), data: &event.data, unterminated: event.unterminated, lossy: event.lossy }
}

impl Stream for MemoriesStream {
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
                    let late = this.late();
                    this.failed = Some(error.with_partial(late));
                    this.ended = true;
                }
                // Without an end mark, only the framing tells a whole answer from a cut one.
                None if this.events.ended_framed() => this.end(false),
                None => this.fail(ReplyError::new(Ground::CutShort)),
            }
        }
    }
}
