//! A service for the tests of layers: it does what the first word of the question says, and counts what it was asked.
#![allow(dead_code, reason = "no test needs all of it")]

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::StreamExt as _;
use futures_util::stream;
use tokio::time::Instant;
use vlm_core::{
    Capabilities, Choice, Completion, CompletionStream, ConnectCause, Delivery, Error, ErrorKind, FinishReason,
    MediaCapability, Message, Money, PriceSchedule, PriceTier, Request, Result, StreamEvent, TimeoutPhase,
    TransportPhase, Usage, VisionProvider,
};

/// How long `slow` takes.
pub(crate) const SLOW: Duration = Duration::from_secs(10);

/// Every failure that it knows by a word.
pub(crate) const FAILURES: [&str; 9] =
    ["connect", "timeout", "server", "overloaded", "bad", "limited", "broken", "refused", "queue"];

/// A question that begins with the word for what shall happen.
pub(crate) fn ask(words: &str) -> Request {
    Request::new("m").message(Message::user(words))
}

/// Answers `ok`, `slow`, `cut`, `filtered`, `empty` and whatever else; never answers `hang`; panics at `panic`, and slowly at `bang`; fails at
/// [`FAILURES`], and slowly at `tardy`. A stream that `late …` is asked for fails behind its first text. Clones share what was counted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Service(Arc<State>);

#[derive(Debug, Default)]
struct State {
    is_down: AtomicBool,
    running: AtomicUsize,
    most: AtomicUsize,
    asked: Mutex<Vec<(Request, Instant)>>,
}

/// A call under way.
struct Running(Arc<State>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Service {
    /// From here on every whole answer is a failure of the service.
    pub(crate) fn go_down(&self) {
        self.0.is_down.store(true, Ordering::SeqCst);
    }

    pub(crate) fn calls(&self) -> usize {
        self.0.asked.lock().unwrap().len()
    }

    /// The most calls that ever ran at once.
    pub(crate) fn most(&self) -> usize {
        self.0.most.load(Ordering::SeqCst)
    }

    pub(crate) fn running(&self) -> usize {
        self.0.running.load(Ordering::SeqCst)
    }

    /// The questions in the order in which they came.
    pub(crate) fn questions(&self) -> Vec<String> {
        self.0.asked.lock().unwrap().iter().map(|(request, _)| words(request)).collect()
    }

    pub(crate) fn last(&self) -> Request {
        self.0.asked.lock().unwrap().last().unwrap().0.clone()
    }

    /// When the calls came.
    pub(crate) fn starts(&self) -> Vec<Instant> {
        self.0.asked.lock().unwrap().iter().map(|(_, start)| *start).collect()
    }

    fn begin(&self, request: &Request) -> Running {
        let running = self.0.running.fetch_add(1, Ordering::SeqCst) + 1;
        self.0.most.fetch_max(running, Ordering::SeqCst);
        self.0.asked.lock().unwrap().push((request.clone(), Instant::now()));
        Running(Arc::clone(&self.0))
    }
}

fn words(request: &Request) -> String {
    request.messages[0].text()
}

/// What comes of a question.
async fn act(words: &str) -> Result<Completion> {
    let word = words.split(' ').next().unwrap_or_default();
    match word {
        "slow" | "tardy" | "bang" => tokio::time::sleep(SLOW).await,
        "hang" => std::future::pending().await,
        "panic" => panic!("as asked for"),
        _ => {}
    }
    assert_ne!(word, "bang", "as asked for");
    match failure(word) {
        Some(error) => Err(error),
        None => Ok(answer(words)),
    }
}

fn failure(word: &str) -> Option<Error> {
    let error = |kind, delivery| Error::new(kind, "as asked for").with_attempts(1).with_delivery(delivery);
    let answered = |kind, status| error(kind, Delivery::Answered).with_status(status);
    Some(match word {
        "connect" => error(ErrorKind::Connect(ConnectCause::Refused), Delivery::NotSent),
        "timeout" => error(ErrorKind::Timeout(TimeoutPhase::FirstByte), Delivery::MaybeSent),
        "server" => answered(ErrorKind::Server, 500),
        "overloaded" => answered(ErrorKind::Overloaded, 503),
        "bad" => answered(ErrorKind::BadRequest, 400),
        "limited" => answered(ErrorKind::RateLimited, 429),
        "broken" => error(ErrorKind::Transport(TransportPhase::Body), Delivery::Answered),
        "refused" | "tardy" => Error::new(ErrorKind::InvalidRequest, "as asked for"),
        "queue" => Error::new(ErrorKind::Timeout(TimeoutPhase::Queue), "as asked for"),
        _ => return None,
    })
}

/// An answer of ten tokens in and five out, for $0.00002.
pub(crate) fn answer(words: &str) -> Completion {
    let micro = |count| Money::from_pico_usd(1_000_000).times(count);
    let mut answer = Completion::new();
    answer.usage = Usage::new().with_tokens(10, 5);
    answer.cost = PriceSchedule::new(vec![PriceTier::new(None, micro(1), micro(2))]).unwrap().cost(&answer.usage);
    let mut choice = Choice::new(0, if words == "empty" { "" } else { words });
    choice.finish = match words {
        "cut" => FinishReason::Length,
        "filtered" => FinishReason::ContentFilter,
        "unsaid" => FinishReason::Unknown,
        _ => FinishReason::Stop,
    };
    answer.choices.push(choice);
    answer.raw = bytes::Bytes::from_static(b"raw").into();
    answer
}

#[async_trait]
impl VisionProvider for Service {
    fn id(&self) -> &str {
        "service"
    }

    fn capabilities(&self, model: &str) -> Result<Capabilities> {
        let mut capabilities = Capabilities::text_only(model);
        capabilities.image = MediaCapability::url_and_inline(u64::MAX);
        Ok(capabilities)
    }

    async fn generate(&self, request: &Request) -> Result<Completion> {
        let _running = self.begin(request);
        let words = words(request);
        act(if self.0.is_down.load(Ordering::SeqCst) { "server" } else { &words }).await
    }

    async fn stream(&self, request: &Request) -> Result<CompletionStream> {
        let running = self.begin(request);
        let words = words(request);
        if failure(&words).is_some() || words == "panic" {
            act(&words).await?;
        }
        let words = words.strip_prefix("late ").unwrap_or(&words).to_owned();
        let text = StreamEvent::Text { choice: 0, text: answer(&words).into_text() };
        let rest = stream::once(async move {
            let _running = running;
            let mut events = match act(&words).await {
                Ok(answer) => StreamEvent::unfold(answer),
                Err(error) => return vec![Err(error)],
            };
            events.retain(|event| !matches!(event, StreamEvent::Text { .. }));
            events.into_iter().map(Ok).collect()
        });
        Ok(CompletionStream::new(Box::pin(stream::iter([Ok(text)]).chain(rest.flat_map(stream::iter)))))
    }
}
