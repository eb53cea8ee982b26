//! A stream whose answer is kept once it has ended whole.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use vlm_core::{CompletionStream, Result, StreamEvent, Warning};

use super::name::Named;
use super::store::Store;

/// The answer is being kept; a warning where it cannot be.
type Kept = Pin<Box<dyn Future<Output = Option<Warning>> + Send>>;

/// The events of an answer, and where it shall be kept.
pub(super) struct Keeping {
    events: CompletionStream,
    store: Arc<Store>,
    named: Named,
    /// The end, which waits until the answer is kept.
    ending: Option<(StreamEvent, Kept)>,
    /// Events that are still to be handed out.
    last: VecDeque<StreamEvent>,
}

impl Keeping {
    pub(super) fn new(events: CompletionStream, store: Arc<Store>, named: Named) -> Self {
        Self { events, store, named, ending: None, last: VecDeque::new() }
    }
}

impl Stream for Keeping {
    type Item = Result<StreamEvent>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if let Some(event) = this.last.pop_front() {
            return Poll::Ready(Some(Ok(event)));
        }
        if this.ending.is_none() {
            match ready!(Pin::new(&mut this.events).poll_next(context)) {
                Some(Ok(end @ StreamEvent::End { .. })) => {
                    let (store, named, answer) =
                        (Arc::clone(&this.store), this.named.clone(), this.events.partial().clone());
                    this.ending = Some((end, Box::pin(async move { store.keep(&named, &answer).await })));
                }
                other => return Poll::Ready(other),
            }
        }
        if let Some((_, keeping)) = &mut this.ending {
            let warning = ready!(keeping.as_mut().poll(context));
            let end = this.ending.take().map(|(end, _)| end);
            this.last.extend(warning.map(|warning| StreamEvent::Warning { warning }).into_iter().chain(end));
        }
        Poll::Ready(this.last.pop_front().map(Ok))
    }
}
