//! The items of a list, each as soon as it is complete and valid.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use serde::de::DeserializeOwned;
use vlm_core::{Completion, CompletionStream, Error, FinishReason, StreamEvent};

use super::Extract;
use super::error::{ExtractError, ExtractErrorKind};
use super::judge::Judge;
use super::ledger::{AttemptKind, Ledger};
use super::plan::Plan;
use super::run::{Prepared, call_failed, prepare, refuse};
use crate::decode::{DecodeError, DecodeOptions, Element, Elements, Repair, decode};
use crate::schema::{Lost, Root};

/// The items of an answer, in order.
///
/// - An item that does not fit is an error in its place, and the items after it still come.
/// - An error of the call, or an answer that is no list, ends the stream.
/// - A [`check`](Extract::check) of the whole list is not run: its items are handed out before it is whole.
///
/// Dropping the stream cancels the call.
///
/// ```
/// # use schemars::JsonSchema;
/// # use serde::Deserialize;
/// use vlm_schema::extract::AskExt;
///
/// /// Something that is seen.
/// #[derive(Debug, Deserialize, JsonSchema)]
/// struct Thing {
///     name: String,
/// }
///
/// # async fn run(model: vlm_core::Model) -> vlm_core::Result<()> {
/// let mut things = model.ask("List what you see.").attach("photo.jpg").extract_each::<Thing>().elements().await?;
/// while let Some(thing) = things.next().await {
///     println!("{}", thing?.name);
/// }
/// println!("{}", things.completion().cost);
/// # Ok(())
/// # }
/// ```
pub struct ElementStream<T> {
    stream: Option<CompletionStream>,
    /// The answer as it was when the stream ended.
    answer: Completion,
    elements: Elements,
    judge: Judge<T>,
    item: Plan,
    lost: Vec<Lost>,
    decoding: DecodeOptions,
    model: String,
}

impl<T: DeserializeOwned> ElementStream<T> {
    pub(super) async fn open(extract: Extract<Vec<T>>) -> Result<Self, ExtractError> {
        let Extract { ask, schema, decoding, .. } = extract;
        let schema = schema.map_err(|error| refuse(ExtractErrorKind::Schema(error)))?;
        let item = schema.item().map_err(|error| refuse(ExtractErrorKind::Schema(error)))?;
        let judge = Judge::new(&item, decoding, None).map_err(|error| refuse(ExtractErrorKind::Schema(error)))?;
        let Prepared { model, request, plan } = prepare(ask, &schema)?;
        let item = Plan::like(&plan, &item).map_err(|error| refuse(ExtractErrorKind::Dialect(error)))?;
        let stream = model.provider().stream(&request).await;
        let stream = stream.map_err(|error| failed(model.name(), error))?;
        Ok(Self {
            stream: Some(stream),
            answer: Completion::new(),
            elements: elements(&plan, &decoding),
            judge,
            item,
            lost: plan.lowered.lost.clone(),
            decoding,
            model: model.name().to_owned(),
        })
    }

    /// The next item; `None` at the end.
    pub async fn next(&mut self) -> Option<Result<T, ExtractError>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// The answer so far: its usage and cost are known at the end.
    pub fn completion(&self) -> &Completion {
        self.stream.as_ref().map_or(&self.answer, CompletionStream::partial)
    }

    /// What the call took so far.
    pub fn ledger(&self) -> Ledger {
        let mut ledger = Ledger::default();
        ledger.add(AttemptKind::First, &self.model, self.completion());
        ledger
    }

    /// What was mended so far to read the items.
    pub fn repairs(&self) -> &[Repair] {
        self.elements.repairs()
    }

    /// What the model's schema dialect could not say; it is checked on this side.
    pub fn lost(&self) -> &[Lost] {
        &self.lost
    }

    fn read(&self, element: &Element) -> Result<T, ExtractError> {
        let decoded = decode(&element.text, &self.decoding);
        let value = decoded.map_err(|error| self.error(ExtractErrorKind::NotJson(error)))?.value;
        self.judge.read(&self.item.lowered, value).map_err(|mut mismatches| {
            for mismatch in &mut mismatches {
                mismatch.path = format!("/{}{}", element.index, mismatch.path);
            }
            self.error(ExtractErrorKind::Misfit(mismatches))
        })
    }

    fn error(&self, kind: ExtractErrorKind) -> ExtractError {
        ExtractError::new(kind, self.ledger(), Some(self.completion().clone()))
    }

    /// Lets the call go; the answer stays readable.
    fn close(&mut self) {
        if let Some(stream) = self.stream.take() {
            self.answer = stream.partial().clone();
        }
    }

    /// What ends the stream, if its end is no good one.
    fn ending(&mut self, result: Result<(), DecodeError>) -> Option<ExtractError> {
        self.close();
        let error = result.err()?;
        let cut = matches!(self.answer.finish(), FinishReason::Length | FinishReason::Unknown) && error.is_truncated();
        let kind = match self.answer.finish() {
            FinishReason::ContentFilter => ExtractErrorKind::Filtered,
            _ if cut => ExtractErrorKind::CutOff,
            _ => ExtractErrorKind::NotJson(error),
        };
        Some(self.error(kind))
    }
}

fn failed(model: &str, error: Error) -> ExtractError {
    call_failed(AttemptKind::First, model, error, Ledger::default())
}

fn elements(plan: &Arc<Plan>, decoding: &DecodeOptions) -> Elements {
    match plan.lowered.source().root() {
        Root::Wrapped { field, .. } => Elements::under(field, decoding),
        _ => Elements::of_root(decoding),
    }
}

impl<T: DeserializeOwned> Stream for ElementStream<T> {
    type Item = Result<T, ExtractError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            if let Some(element) = this.elements.next_element() {
                return Poll::Ready(Some(this.read(&element)));
            }
            let Some(stream) = &mut this.stream else { return Poll::Ready(None) };
            let pushed = match ready!(Pin::new(stream).poll_next(context)) {
                Some(Ok(StreamEvent::Text { choice: 0, text })) => this.elements.push(&text),
                Some(Ok(_)) => Ok(()),
                Some(Err(error)) => {
                    this.close();
                    return Poll::Ready(Some(Err(failed(&this.model, error))));
                }
                None => {
                    let ended = this.elements.finish();
                    return Poll::Ready(this.ending(ended).map(Err));
                }
            };
            if pushed.is_err() {
                // Items that were whole before the fault come first; then the same fault ends the stream.
                match this.elements.next_element() {
                    Some(element) => return Poll::Ready(Some(this.read(&element))),
                    None => return Poll::Ready(this.ending(pushed).map(Err)),
                }
            }
        }
    }
}

impl<T> Unpin for ElementStream<T> {}

impl<T> fmt::Debug for ElementStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ElementStream")
            .field("stream", &self.stream)
            .field("items", &self.elements.count())
            .finish_non_exhaustive()
    }
}
