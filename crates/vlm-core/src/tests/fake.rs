//! A provider and a stream that do what a test says.

use std::collections::VecDeque;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};

use async_trait::async_trait;
use futures_core::Stream;

use crate::{
    Capabilities, Completion, CompletionStream, Error, ErrorKind, MediaCapability, Request, Result, StreamEvent,
    Support, VisionProvider,
};

/// Answers every admitted request with `an answer`, and keeps what it was asked.
#[derive(Debug, Default)]
pub(crate) struct FakeProvider {
    pub(crate) requests: Mutex<Vec<Request>>,
}

impl FakeProvider {
    fn take(&self, request: &Request) -> Result<Completion> {
        self.capabilities(&request.model)?.admit(request)?;
        self.requests.lock().unwrap().push(request.clone());
        let mut answer = Completion::new();
        answer.choices.push(crate::Choice::new(0, "an answer"));
        Ok(answer)
    }
}

#[async_trait]
impl VisionProvider for FakeProvider {
    fn id(&self) -> &str {
        "fake"
    }

    fn capabilities(&self, model: &str) -> Result<Capabilities> {
        if model == "nameless" {
            return Err(Error::new(ErrorKind::InvalidRequest, "write `fake:nameless`"));
        }
        Ok(Capabilities {
            image: MediaCapability::url_and_inline(1000),
            json: Support::Full,
            ..Capabilities::text_only(model)
        })
    }

    async fn generate(&self, request: &Request) -> Result<Completion> {
        self.take(request)
    }

    async fn stream(&self, request: &Request) -> Result<CompletionStream> {
        let events = StreamEvent::unfold(self.take(request)?);
        Ok(CompletionStream::new(Script::new(events.into_iter().map(Ok)).0))
    }
}

/// Yields its items, each after one `Pending`, then `None` for ever; remembers that it was dropped, and counts polls.
#[derive(Debug)]
pub(crate) struct Script {
    items: VecDeque<Result<StreamEvent>>,
    ready: bool,
    watch: Watch,
}

/// What a [`Script`] lived through.
#[derive(Clone, Debug, Default)]
pub(crate) struct Watch {
    dropped: Arc<AtomicBool>,
    yielded: Arc<AtomicUsize>,
}

impl Watch {
    pub(crate) fn is_dropped(&self) -> bool {
        self.dropped.load(Ordering::SeqCst)
    }

    pub(crate) fn yielded(&self) -> usize {
        self.yielded.load(Ordering::SeqCst)
    }
}

impl Script {
    pub(crate) fn new(items: impl IntoIterator<Item = Result<StreamEvent>>) -> (Self, Watch) {
        let watch = Watch::default();
        (Self { items: items.into_iter().collect(), ready: false, watch: watch.clone() }, watch)
    }
}

impl Stream for Script {
    type Item = Result<StreamEvent>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.ready = !self.ready;
        if self.ready {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        self.watch.yielded.fetch_add(1, Ordering::SeqCst);
        Poll::Ready(self.items.pop_front())
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        self.watch.dropped.store(true, Ordering::SeqCst);
    }
}

/// Runs a future that never waits for anything outside of itself.
pub(crate) fn run<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..10_000 {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
    panic!("the future never ends");
}
