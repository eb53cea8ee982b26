//! The loop of a streamed answer: events in, neutral events out, and an error that keeps what an answer cost.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use vlm_core::{
    Completion, CompletionStream, Cost, Error, PriceSchedule, RawReply, Result, StreamEvent, Warning, WarningKind,
};

use super::{AnswerReader, Step, StreamEnd};
use crate::call::Call;
use crate::client::{HttpClient, Opened};
use crate::events::EventStream;
use crate::fault::Fault;
use crate::reply::Reply;
use crate::sse::SseEvent;

impl HttpClient {
    /// Sends a call that asks for events, as [`open`](Self::open) does, and returns the answer as it comes. A service
    /// that answers whole all the same is judged by `judge`, and its answer streamed.
    ///
    /// `reader` makes a reader; the first event of every attempt gets one of its own, so that an error in it can be
    /// repeated. `prices` rate the answer, and what had come of it when it fails.
    ///
    /// # Errors
    /// As [`send`](Self::send). Errors of the stream itself have the usage, the cost and the raw reply so far.
    ///
    /// ```no_run
    /// # use vlm_core::{Completion, CompletionStream, Error, PriceSchedule};
    /// # use vlm_http::{AnswerReader, Call, Fault, HttpClient, Reply};
    /// # async fn example<R: AnswerReader + Default>(
    /// #     client: HttpClient,
    /// #     call: Call,
    /// #     prices: Option<PriceSchedule>,
    /// #     judge: fn(&Reply) -> Result<Completion, Fault>,
    /// # ) -> Result<(), Error> {
    /// let mut answer: CompletionStream = client.stream(call, judge, R::default, prices).await?;
    /// while let Some(text) = answer.next_text().await? {
    ///     print!("{text}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn stream<R: AnswerReader>(
        &self,
        call: Call,
        judge: impl Fn(&Reply) -> Result<Completion, Fault> + Send + Sync,
        reader: impl Fn() -> R + Send + Sync,
        prices: Option<PriceSchedule>,
    ) -> Result<CompletionStream> {
        let first = |event: &SseEvent| match reader().read(event, &mut VecDeque::new()) {
            Ok(_) => Ok(()),
            Err(fault) => Err(fault.into()),
        };
        Ok(match self.open(call, judge, first).await? {
            Opened::Events(events) => CompletionStream::new(AnswerStream::new(events, reader(), prices)),
            Opened::Whole(answer, _) => CompletionStream::whole(answer),
        })
    }
}

/// The neutral events of one answer. [`HttpClient::stream`] makes it; by itself it is of use to those who
/// [open](HttpClient::open) their events themselves, and want more of them than an answer.
///
/// After the end or an error nothing more comes out. `Debug` shows no text.
pub struct AnswerStream<R> {
    events: EventStream,
    reader: R,
    prices: Option<PriceSchedule>,
    /// What the last event meant; kept for its room.
    ready: VecDeque<StreamEvent>,
    failed: Option<Error>,
    lossy: bool,
    ended: bool,
}

/// Nothing in it is pinned.
impl<R> Unpin for AnswerStream<R> {}

impl<R: AnswerReader> AnswerStream<R> {
    /// The answer that `reader` finds in `events`, rated by `prices`.
    pub fn new(events: EventStream, reader: R, prices: Option<PriceSchedule>) -> Self {
        Self { events, reader, prices, ready: VecDeque::new(), failed: None, lossy: false, ended: false }
    }

    fn take(&mut self, event: &SseEvent) {
        if event.lossy && !self.lossy {
            self.lossy = true;
            let warning = Warning::new(WarningKind::LossyText, "bytes of the stream that are not UTF-8 were replaced");
            self.ready.push_back(StreamEvent::Warning { warning });
        }
        match self.reader.read(event, &mut self.ready) {
            Ok(Step::More) => {}
            Ok(Step::End) => self.end(StreamEnd::Marked),
            Err(fault) => self.fault(fault.into()),
        }
        if !self.ready.is_empty() {
            self.events.note_content();
        }
    }

    /// No more events are read: the answer is complete, or it is not.
    fn end(&mut self, end: StreamEnd) {
        let raw = self.raw();
        match self.reader.end(end, &raw, &mut self.ready) {
            Ok(()) => {
                let cost = self.cost();
                self.ready.push_back(StreamEvent::End { cost, raw });
                self.ended = true;
            }
            Err(fault) => {
                let error = self.events.error(fault.into());
                self.fail(error, raw);
            }
        }
    }

    fn fault(&mut self, fault: Fault) {
        let (error, raw) = (self.events.error(fault), self.raw());
        self.fail(error, raw);
    }

    /// The error gets what no event has said: cost and raw reply, and the usage that the cost is of. The text so far,
    /// [`CompletionStream`] adds.
    fn fail(&mut self, mut error: Error, raw: RawReply) {
        let mut late = error.take_partial().unwrap_or_default();
        late.usage = self.reader.usage().clone();
        late.cost = self.cost();
        late.raw = raw;
        self.failed = Some(error.with_partial(late));
        self.ended = true;
    }

    fn cost(&self) -> Cost {
        self.prices.as_ref().map(|prices| self.reader.cost(prices)).unwrap_or_default()
    }

    fn raw(&mut self) -> RawReply {
        self.events.take_raw().reply
    }
}

impl<R: AnswerReader> Stream for AnswerStream<R> {
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
                    this.fail(error, raw);
                }
                None if this.events.ended_framed() => this.end(StreamEnd::Framed),
                None => this.end(StreamEnd::Closed),
            }
        }
    }
}

impl<R> fmt::Debug for AnswerStream<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnswerStream")
            .field("events", &self.events)
            .field("ready", &self.ready)
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}
