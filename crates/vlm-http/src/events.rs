//! A stream of events: deadlines that run only while the network is waited for, limits, and an end that stays the end.

mod raw;

use std::fmt;
use std::pin::Pin;
use std::task::{Context as Task, Poll, Waker, ready};
use std::time::Duration;

use futures_core::Stream;
use vlm_core::{Delivery, Error, TimeoutPhase};

use crate::clock::Sleep;
use crate::context::{Context, earlier};
use crate::fault::Fault;
use crate::policy::{Deadlines, Limits};
use crate::sse::{SseDecoder, SseEvent};
use crate::stats::CallStats;
use crate::transport::WireBody;
pub use raw::RawChunks;
use raw::RawKeeper;

/// How many pieces are taken in one go before other tasks get their turn.
const PIECES_PER_POLL: u32 = 64;

/// The events of a reply as they come.
///
/// After an error or the end nothing more comes out and the connection is gone. A slow reader is no error: the idle
/// and the progress deadline run only while the network is waited for. Dropping the stream cancels the call and closes
/// its connection.
pub struct EventStream(Box<Inner>);

struct Inner {
    context: Context,
    attempts: u32,
    status: u16,
    request_id: Option<String>,
    idle: Option<Duration>,
    progress: Option<Duration>,
    /// None when the network gives no more.
    body: Option<WireBody>,
    decoder: SseDecoder,
    /// The first event, already looked at, not yet handed out.
    ready: Option<SseEvent>,
    wait: Option<Wait>,
    timer: Option<Timer>,
    /// Time spent waiting for the network since the last content.
    waited: Duration,
    raw: RawKeeper,
    bytes: u64,
    framed: bool,
    ended_framed: bool,
    done: bool,
    elapsed: Option<Duration>,
}

/// Where the events come from: a reply of which the head was read.
pub(crate) struct Source {
    pub(crate) status: u16,
    /// The service's id for the call.
    pub(crate) id: Option<String>,
    pub(crate) body: WireBody,
    /// Whether a clean end of the body proves that it is whole.
    pub(crate) framed: bool,
}

/// The wait for the network in progress.
#[derive(Clone, Copy)]
struct Wait {
    since: Duration,
    /// The deadline that comes first.
    deadline: Option<(TimeoutPhase, Duration)>,
}

/// Kept from one wait to the next: deadlines move with every piece that comes, and a timer that wakes too early once in
/// a while costs less than a new one for every wait.
struct Timer {
    sleep: Sleep,
    wakes: Duration,
    /// Whom it wakes.
    waker: Waker,
}

impl EventStream {
    pub(crate) fn new(
        context: &Context,
        source: Source,
        deadlines: &Deadlines,
        limits: &Limits,
        attempts: u32,
    ) -> Self {
        Self(Box::new(Inner {
            context: context.clone(),
            attempts,
            status: source.status,
            request_id: source.id,
            idle: deadlines.idle,
            progress: deadlines.progress,
            body: Some(source.body),
            decoder: SseDecoder::new(limits),
            ready: None,
            wait: None,
            timer: None,
            waited: Duration::ZERO,
            raw: RawKeeper::new(limits.raw_stream),
            bytes: 0,
            framed: source.framed,
            ended_framed: false,
            done: false,
            elapsed: None,
        }))
    }

    /// The last event was content: the progress deadline starts anew. Whoever decodes the events calls this, because
    /// only they know what is content; without it a stream ends at the progress deadline.
    pub fn note_content(&mut self) {
        self.0.waited = Duration::ZERO;
    }

    /// Attempts, time so far (or until the end), and the service's id.
    pub fn stats(&self) -> CallStats {
        let inner = &*self.0;
        CallStats {
            attempts: inner.attempts,
            elapsed: inner.elapsed.unwrap_or_else(|| inner.context.elapsed()),
            request_id: inner.request_id.clone(),
        }
    }

    /// The HTTP status of the reply.
    pub fn status(&self) -> u16 {
        self.0.status
    }

    /// Whether the stream ended cleanly *and* its framing proves that nothing is missing. A connection that is simply
    /// closed proves nothing, unless the reply had a length, chunks or HTTP/2 frames.
    pub fn ended_framed(&self) -> bool {
        self.0.ended_framed
    }

    /// Takes the bytes that came so far, up to a limit; later ones are collected anew.
    pub fn take_raw(&mut self) -> RawChunks {
        self.0.raw.take()
    }

    /// An error about this stream, with the context of its call: for what a decoder finds wrong with an event.
    /// It is not retryable, because content may have been handed out.
    pub fn error(&self, fault: Fault) -> Error {
        let inner = &*self.0;
        inner.context.error(fault.of_reply(inner.status, inner.request_id.clone()), inner.attempts, false)
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.0.bytes
    }

    pub(crate) fn put_back(&mut self, event: SseEvent) {
        self.0.ready = Some(event);
    }

    /// The next event from the network, with a fault in place of an error.
    pub(crate) fn poll_source(&mut self, cx: &mut Task<'_>) -> Poll<Option<Result<SseEvent, Fault>>> {
        let inner = &mut *self.0;
        if inner.done {
            return Poll::Ready(None);
        }
        let item = ready!(inner.poll(cx));
        if !matches!(item, Some(Ok(_))) {
            inner.end();
        }
        Poll::Ready(item)
    }
}

impl Inner {
    fn poll(&mut self, cx: &mut Task<'_>) -> Poll<Option<Result<SseEvent, Fault>>> {
        for _ in 0..PIECES_PER_POLL {
            match self.decoder.next() {
                Some(Ok(event)) => return Poll::Ready(Some(Ok(event))),
                Some(Err(error)) => return Poll::Ready(Some(Err(Fault::too_large(error.part(), error.limit())))),
                None => {}
            }
            let Some(body) = &mut self.body else {
                return Poll::Ready(None);
            };
            if self.context.left().is_some_and(|left| left.is_zero()) {
                return Poll::Ready(Some(Err(Fault::timeout(TimeoutPhase::Total, Delivery::Answered))));
            }
            match body.as_mut().poll_next(cx) {
                Poll::Ready(Some(Ok(piece))) => {
                    self.arrived();
                    self.bytes = self.bytes.saturating_add(piece.len() as u64);
                    self.raw.push(&piece);
                    self.decoder.push(piece);
                }
                Poll::Ready(Some(Err(error))) => {
                    return Poll::Ready(Some(Err(Fault::below_http(error, &self.context.host, 0))));
                }
                Poll::Ready(None) => {
                    self.body = None;
                    self.ended_framed = self.framed;
                    self.decoder.finish();
                }
                Poll::Pending => return self.wait(cx),
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// The network has nothing now: waits for it, until the deadline that comes first.
    fn wait(&mut self, cx: &mut Task<'_>) -> Poll<Option<Result<SseEvent, Fault>>> {
        let new = self.wait.is_none();
        let wait = self.wait.unwrap_or_else(|| self.new_wait());
        self.wait = Some(wait);
        let Some((phase, end)) = wait.deadline else {
            return Poll::Pending;
        };
        // A timer that has this task's waker already, and whose time has not come, need not be asked.
        let ticks = |timer: &Timer| timer.wakes <= end && timer.wakes > wait.since && timer.waker.will_wake(cx.waker());
        if new && self.timer.as_ref().is_some_and(ticks) {
            return Poll::Pending;
        }
        loop {
            let timer = self.timer.take().filter(|timer| timer.wakes <= end).unwrap_or_else(|| Timer {
                sleep: self.context.clock.sleep(end.saturating_sub(self.context.clock.now())),
                wakes: end,
                waker: cx.waker().clone(),
            });
            let timer = self.timer.insert(timer);
            timer.waker.clone_from(cx.waker());
            ready!(timer.sleep.as_mut().poll(cx));
            let at_end = timer.wakes == end;
            self.timer = None;
            if at_end {
                return Poll::Ready(Some(Err(Fault::timeout(phase, Delivery::Answered))));
            }
        }
    }

    fn new_wait(&self) -> Wait {
        let since = self.context.clock.now();
        let idle = self.idle.map(|idle| (TimeoutPhase::Idle, since.saturating_add(idle)));
        let progress = self
            .progress
            .map(|progress| (TimeoutPhase::Progress, since.saturating_add(progress.saturating_sub(self.waited))));
        let total = self.context.deadline.map(|deadline| (TimeoutPhase::Total, deadline));
        Wait { since, deadline: earlier(total, earlier(idle, progress)) }
    }

    /// Something came: the wait is over.
    fn arrived(&mut self) {
        if let Some(wait) = self.wait.take() {
            let waited = self.context.clock.now().saturating_sub(wait.since);
            self.waited = self.waited.saturating_add(waited);
        }
    }

    /// Nothing comes out after this, and the connection is dropped.
    fn end(&mut self) {
        self.done = true;
        self.body = None;
        self.timer = None;
        self.elapsed = Some(self.context.elapsed());
    }
}

impl Stream for EventStream {
    type Item = Result<SseEvent, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Task<'_>) -> Poll<Option<Self::Item>> {
        if let Some(event) = self.0.ready.take() {
            return Poll::Ready(Some(Ok(event)));
        }
        let item = ready!(self.poll_source(cx));
        Poll::Ready(item.map(|result| result.map_err(|fault| self.error(fault))))
    }
}

impl fmt::Debug for EventStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventStream")
            .field("provider", &self.0.context.provider)
            .field("operation", &self.0.context.operation)
            .field("bytes", &self.0.bytes)
            .field("done", &self.0.done)
            .finish_non_exhaustive()
    }
}

const _: () = {
    const fn handy<T: Send + Unpin>() {}
    handy::<EventStream>();
};
