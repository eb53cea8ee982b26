//! A provider that does what its prompt says, bills for it, and keeps books of its own.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex, OnceLock};
use std::task::{Context, Poll};

use async_trait::async_trait;
use futures_core::Stream;
use vlm_core::{
    Capabilities, Choice, Completion, CompletionStream, Currency, Delivery, Error, ErrorKind, Money, PriceSchedule,
    PriceTier, Request, Result, StreamEvent, TimeoutPhase, Usage, VisionProvider,
};
use vlm_layers::Budget;

/// The model that it knows.
pub(crate) fn model() -> &'static str {
    "fake-1"
}

/// Input and output tokens that an answer to these words is billed with.
pub(crate) fn tokens_of(words: &str) -> (u64, u64) {
    if words == "dear" { (600, 10) } else { (10, 10) }
}

fn schedule() -> PriceSchedule {
    let dollars = |text: &str| text.parse::<Money>().unwrap();
    PriceSchedule::new(vec![PriceTier::new(None, dollars("1"), dollars("10"))]).unwrap()
}

/// Answers `ok`, `dear` and `no usage`; fails at `refused`, `maybe` and `billed`; never answers `hang`.
#[derive(Debug, Default)]
pub(crate) struct Fake {
    requests: Mutex<Vec<Request>>,
    billed: Arc<Mutex<Money>>,
    watched: OnceLock<(Budget, Money)>,
}

impl Fake {
    pub(crate) fn calls(&self) -> u64 {
        self.requests.lock().unwrap().len() as u64
    }

    pub(crate) fn last(&self) -> Request {
        self.requests.lock().unwrap().last().unwrap().clone()
    }

    /// What was billed in answers and failures that said so, and were heard to their end.
    pub(crate) fn billed(&self) -> Money {
        *self.billed.lock().unwrap()
    }

    /// Looks at the books at every call: they must hold it already.
    pub(crate) fn watch(&self, budget: Budget, limit: Money) {
        self.watched.set((budget, limit)).unwrap();
    }

    fn take(&self, request: &Request) -> Result<Completion> {
        self.capabilities(&request.model)?.admit(request)?;
        self.requests.lock().unwrap().push(request.clone());
        if let Some((budget, limit)) = self.watched.get() {
            let books = budget.statement().in_all.money_in(Currency::USD);
            let counted = books.spent + books.held + books.reserved;
            assert!(counted <= *limit && books.reserved > Money::ZERO, "{books:?}");
        }
        let words = request.messages[0].text();
        let (input, output) = tokens_of(&words);
        let mut answer = Completion::new();
        answer.choices.push(Choice::new(0, words.clone()));
        if words != "no usage" {
            answer.usage = Usage::new().with_tokens(input, output);
        }
        answer.cost = schedule().cost(&answer.usage);
        let error = |kind| Error::new(kind, "as asked for");
        match words.as_str() {
            "refused" => Err(error(ErrorKind::RateLimited).with_delivery(Delivery::Answered).with_status(429)),
            "maybe" => Err(error(ErrorKind::Timeout(TimeoutPhase::FirstByte)).with_delivery(Delivery::MaybeSent)),
            "billed" => Err(error(ErrorKind::Upstream).with_delivery(Delivery::Answered).with_partial(answer)),
            _ => Ok(answer),
        }
    }

    fn heard(&self, outcome: &Result<Completion>) {
        let completion = match outcome {
            Ok(answer) => Some(answer),
            Err(error) => error.partial(),
        };
        let mut billed = self.billed.lock().unwrap();
        *billed = *billed + completion.and_then(|completion| completion.cost.amount()).unwrap_or_default();
    }
}

#[async_trait]
impl VisionProvider for Fake {
    fn id(&self) -> &str {
        "fake"
    }

    fn capabilities(&self, model: &str) -> Result<Capabilities> {
        let mut capabilities = Capabilities::text_only(model);
        capabilities.token_rules = Some("qwen:qwen3-vl-plus".into());
        capabilities.price = Some(schedule());
        capabilities.max_input_tokens = Some(5000);
        Ok(capabilities)
    }

    async fn generate(&self, request: &Request) -> Result<Completion> {
        let outcome = self.take(request);
        if request.messages[0].text() == "hang" {
            return std::future::pending().await;
        }
        self.heard(&outcome);
        outcome
    }

    /// The text comes first; everything else, failures too but for a refusal, behind it.
    async fn stream(&self, request: &Request) -> Result<CompletionStream> {
        let words = request.messages[0].text();
        let outcome = self.take(request);
        if words == "hang" {
            return std::future::pending().await;
        }
        if words == "refused" {
            return Err(outcome.unwrap_err());
        }
        let billed = Arc::clone(&self.billed);
        let text = Ok(StreamEvent::Text { choice: 0, text: words });
        let rest = match outcome {
            Ok(mut answer) => {
                answer.choices.clear();
                StreamEvent::unfold(answer).into_iter().map(Ok).collect()
            }
            Err(error) => vec![Err(error)],
        };
        Ok(CompletionStream::new(Events { events: [text].into_iter().chain(rest).collect(), billed }))
    }
}

/// Events that are all there; the last one is billed when it is heard.
struct Events {
    events: VecDeque<Result<StreamEvent>>,
    billed: Arc<Mutex<Money>>,
}

impl Stream for Events {
    type Item = Result<StreamEvent>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let event = self.events.pop_front();
        let cost = match &event {
            Some(Ok(StreamEvent::End { cost, .. })) => cost.amount(),
            Some(Err(error)) => error.partial().and_then(|partial| partial.cost.amount()),
            _ => None,
        };
        let mut billed = self.billed.lock().unwrap();
        *billed = *billed + cost.unwrap_or_default();
        drop(billed);
        Poll::Ready(event)
    }
}
