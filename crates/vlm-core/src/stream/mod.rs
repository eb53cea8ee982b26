//! An answer that comes in pieces: the stream itself. Its events and how they fold stand in `event.rs`.

mod event;

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;

use crate::completion::{Completion, Warning};
use crate::error::{Error, Result};

pub use event::StreamEvent;

type Events = Pin<Box<dyn Stream<Item = Result<StreamEvent>> + Send>>;

/// The events of one answer, in order.
///
/// - Dropping it cancels the call and closes its connection.
/// - The first error ends it; the error keeps the text and usage that had arrived ([`Error::partial`]).
/// - After the end, or an error, it yields `None` for ever.
/// - [`partial`](Self::partial) is the answer so far, at any time.
///
/// ```
/// # async fn run(model: vlm_core::Model) -> vlm_core::Result<()> {
/// let mut answer = model.ask("What happens?").attach("clip.mp4").stream().await?;
/// while let Some(text) = answer.next_text().await? {
///     print!("{text}");
/// }
/// println!("\n{}", answer.partial().cost);
/// # Ok(())
/// # }
/// ```
pub struct CompletionStream {
    /// `None` once the stream has ended.
    events: Option<Events>,
    /// Warnings that stand in the answer already, and are still to be handed out as events.
    warnings: VecDeque<Warning>,
    answer: Completion,
}

impl CompletionStream {
    /// A stream over a provider's events. They end with [`StreamEvent::End`]; without it the stream is an error of
    /// kind [`Truncated`](crate::ErrorKind::Truncated). What follows the end or an error is not read.
    ///
    /// A provider yields its errors as they are: what had arrived is added here, and kept beside what the error's own
    /// [`partial`](Error::partial) brings along.
    pub fn new(events: impl Stream<Item = Result<StreamEvent>> + Send + 'static) -> Self {
        Self { events: Some(Box::pin(events)), warnings: VecDeque::new(), answer: Completion::new() }
    }

    /// A stream over an answer that came whole: its text is one piece.
    pub fn whole(answer: Completion) -> Self {
        Self::new(Whole(StreamEvent::unfold(answer).into()))
    }

    /// Puts warnings in front, such as those of the admission: they come as the first events, and
    /// [`partial`](Self::partial) has them at once.
    #[must_use]
    pub fn with_warnings(mut self, warnings: Vec<Warning>) -> Self {
        for warning in warnings.iter().rev() {
            self.warnings.push_front(warning.clone());
        }
        self.answer.warnings.splice(..0, warnings);
        self
    }

    /// The answer so far; all of it once the stream has ended.
    pub fn partial(&self) -> &Completion {
        &self.answer
    }

    /// The next event; `None` at the end.
    ///
    /// Cancel-safe: dropping the returned future loses nothing.
    pub async fn next(&mut self) -> Option<Result<StreamEvent>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// The next piece of text of choice 0; `None` at the end.
    ///
    /// # Errors
    /// The error that ended the stream, with the text and usage so far.
    pub async fn next_text(&mut self) -> Result<Option<String>> {
        while let Some(event) = self.next().await {
            if let StreamEvent::Text { choice: 0, text } = event? {
                return Ok(Some(text));
            }
        }
        Ok(None)
    }

    /// Reads to the end and returns the whole answer.
    ///
    /// # Errors
    /// The error that ended the stream, with the text and usage so far.
    pub async fn collect(mut self) -> Result<Completion> {
        while let Some(event) = self.next().await {
            event?;
        }
        Ok(self.answer)
    }

    /// Ends the stream: the connection is let go at once.
    fn fail(&mut self, error: Error) -> Error {
        self.events = None;
        let mut error = error;
        let mut partial = self.answer.clone();
        if let Some(late) = error.take_partial() {
            event::merge(&mut partial, late);
        }
        error.with_partial(partial)
    }
}

/// Events that are all there already.
struct Whole(VecDeque<StreamEvent>);

impl Stream for Whole {
    type Item = Result<StreamEvent>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.pop_front().map(Ok))
    }
}

impl Stream for CompletionStream {
    type Item = Result<StreamEvent>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        let Some(events) = this.events.as_mut() else { return Poll::Ready(None) };
        if let Some(warning) = this.warnings.pop_front() {
            return Poll::Ready(Some(Ok(StreamEvent::Warning { warning })));
        }
        match std::task::ready!(events.as_mut().poll_next(context)) {
            Some(Ok(event)) => {
                if matches!(event, StreamEvent::End { .. }) {
                    this.events = None;
                }
                event.fold_into(&mut this.answer);
                Poll::Ready(Some(Ok(event)))
            }
            Some(Err(error)) => Poll::Ready(Some(Err(this.fail(error)))),
            None => {
                let error = Error::new(crate::ErrorKind::Truncated, "the stream ended without its end event")
                    .with_delivery(crate::Delivery::Answered);
                Poll::Ready(Some(Err(this.fail(error))))
            }
        }
    }
}

impl fmt::Debug for CompletionStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CompletionStream").field("answer", &self.answer).field("ended", &self.events.is_none()).finish()
    }
}

const _: () = {
    const fn sendable<T: Send + Unpin + 'static>() {}
    sendable::<CompletionStream>();
};

#[cfg(test)]
mod tests;
