//! A provider that notes how every call ends, between a budget and the service: the truth that the books are held
//! against, found without them.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, ready};

use async_trait::async_trait;
use futures_core::Stream;
use vlm_core::{
    Billed, Capabilities, Completion, CompletionStream, Error, Money, Request, Result, StreamEvent, VisionProvider,
};
use vlm_memories::Memories;

/// What came of a call that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// An answer, or a failure that says what was billed: its cost and its tokens, as far as they are known.
    Billed { cost: Option<Money>, tokens: Option<u64> },
    /// Surely not billed.
    Refused,
    /// Nobody can tell.
    Unclear,
    /// Given up by its caller.
    Dropped,
}

impl End {
    fn billed(answer: &Completion) -> Self {
        let cost = answer.cost.amount().filter(|_| answer.cost.is_exact());
        Self::Billed { cost, tokens: answer.usage.total() }
    }

    fn failed(error: &Error) -> Self {
        match (error.billed(), error.partial()) {
            (Billed::No, _) => Self::Refused,
            (Billed::Yes, Some(partial)) => Self::billed(partial),
            _ => Self::Unclear,
        }
    }
}

/// A call that was sent, by the position of its request in the list of all kinds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen {
    pub(crate) kind: usize,
    pub(crate) end: End,
}

/// The provider with its notes.
#[derive(Clone, Debug)]
pub(crate) struct Witness {
    memories: Memories,
    kinds: Arc<Vec<Request>>,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Witness {
    /// All requests must be of one of these kinds, told apart by model and text.
    pub(crate) fn new(memories: Memories, kinds: Vec<Request>) -> Self {
        Self { memories, kinds: Arc::new(kinds), seen: Arc::default() }
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    fn begin(&self, request: &Request) -> Call {
        let of_kind =
            |kind: &Request| (&kind.model, kind.messages[0].text()) == (&request.model, request.messages[0].text());
        let kind = self.kinds.iter().position(of_kind).unwrap();
        Call { kind, end: End::Dropped, seen: Arc::clone(&self.seen) }
    }
}

/// A call under way: however it goes, it is noted once.
struct Call {
    kind: usize,
    end: End,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Call {
    fn end(mut self, end: End) {
        self.end = end;
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        self.seen.lock().unwrap().push(Seen { kind: self.kind, end: self.end });
    }
}

/// A stream whose end is noted.
struct Watched {
    events: CompletionStream,
    call: Option<Call>,
}

impl Stream for Watched {
    type Item = Result<StreamEvent>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        let event = ready!(Pin::new(&mut this.events).poll_next(context));
        let end = match &event {
            Some(Ok(StreamEvent::End { .. })) => Some(End::billed(this.events.partial())),
            Some(Err(error)) => Some(End::failed(error)),
            _ => None,
        };
        if let Some((end, call)) = end.and_then(|end| Some((end, this.call.take()?))) {
            call.end(end);
        }
        Poll::Ready(event)
    }
}

#[async_trait]
impl VisionProvider for Witness {
    fn id(&self) -> &str {
        self.memories.id()
    }

    fn capabilities(&self, model: &str) -> Result<Capabilities> {
        self.memories.capabilities(model)
    }

    async fn generate(&self, request: &Request) -> Result<Completion> {
        let call = self.begin(request);
        let answer = self.memories.generate(request).await;
        call.end(answer.as_ref().map_or_else(End::failed, End::billed));
        answer
    }

    async fn stream(&self, request: &Request) -> Result<CompletionStream> {
        let call = self.begin(request);
        match self.memories.stream(request).await {
            Ok(events) => Ok(CompletionStream::new(Watched { events, call: Some(call) })),
            Err(error) => {
                call.end(End::failed(&error));
                Err(error)
            }
        }
    }
}
