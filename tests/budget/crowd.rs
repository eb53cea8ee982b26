//! A thousand calls at once, of which many fail and many are given up, and the orders that make them fail. What each
//! call does is the same in every run; in which order they come to the service is not.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::sync::Semaphore;
use vlm_core::{ErrorKind, Media, Message, Request, Result, VisionProvider};
use vlm_emulator::Emulator;
use vlm_http::Deadlines;
use vlm_layers::Budgeted;

use crate::support;
use crate::witness::Witness;

/// Calls of a crowd.
pub(crate) const CALLS: u64 = 1000;
/// Calls that are on the wire at once.
const AT_ONCE: usize = 150;

const MODELS: [&str; 4] =
    ["qwen:qwen3-vl-plus", "gemini:gemini-2.5-flash", "nova:us.amazon.nova-lite-v1:0", "gpt:gpt-4o-mini"];

/// Orders after which the service has answered with its usage.
const ANSWERS: [&str; 5] = ["", "double-end", "split=7", "shape=text-deltas", "delay=1ms"];

/// Orders after which something is wrong, or not known.
const FAULTS: [&str; 22] = [
    "status=429; retry-after=0",
    "status=429; retry-after=0",
    "status=500",
    "status=503",
    "status=400",
    "status=402",
    "envelope=0429",
    "envelope=0500",
    "errored=INTERNAL",
    "cut=0",
    "cut=60",
    "cut=400",
    "stall=0",
    "stall=300",
    "no-usage",
    "empty-choices",
    "empty-text",
    "malformed-json",
    "stream-error",
    "shape=unmarked",
    "shape=unmarked; cut=200",
    "no-usage; double-end",
];

/// Enough orders for all calls and their retries; half of them are answers.
pub(crate) fn orders() -> Vec<&'static str> {
    let mut random = fastrand::Rng::with_seed(20_26);
    let mut one = || if random.bool() { random.choice(ANSWERS) } else { random.choice(FAULTS) };
    (0..CALLS * 3).map(|_| one().unwrap()).collect()
}

/// How many of these were answers with usage.
pub(crate) fn answers(orders: &[&str]) -> u64 {
    orders.iter().filter(|order| ANSWERS.contains(order)).count() as u64
}

/// What is asked: every model, with words alone and with a picture.
pub(crate) fn kinds(picture: &[u8]) -> Vec<Request> {
    let ask = |model: &&str, with_picture: bool| {
        let words = if with_picture { "What is in this picture?" } else { "What is a picture?" };
        let message = Message::user(words);
        let message = if with_picture { message.with(Media::bytes(picture.to_vec())) } else { message };
        let mut request = Request::new(*model).message(message);
        request.sampling.max_tokens = Some(if with_picture { 40 } else { 100 });
        request
    };
    MODELS.iter().flat_map(|model| [ask(model, false), ask(model, true)]).collect()
}

/// A provider that waits for nobody.
pub(crate) fn provider(emulator: &Emulator, kinds: &[Request]) -> Witness {
    let soon = Duration::from_millis(200);
    let deadlines =
        Deadlines::new().first_byte(soon * 10).first_byte_streaming(soon * 10).idle(soon).progress(soon * 5);
    let memories = support::builder(emulator).deadlines(deadlines).build().unwrap();
    Witness::new(memories, kinds.to_vec())
}

/// Sends the whole crowd and waits until everybody is through.
pub(crate) async fn send(provider: &Budgeted<Witness>, kinds: &[Request]) {
    let room = Arc::new(Semaphore::new(AT_ONCE));
    let calls = (0..CALLS).map(|seed| {
        let (provider, room) = (provider.clone(), Arc::clone(&room));
        let request = kinds[seed as usize % kinds.len()].clone();
        tokio::spawn(async move {
            let _place = room.acquire().await.unwrap();
            one(&provider, &request, seed).await;
        })
    });
    let calls: Vec<_> = calls.collect();
    // Some are taken off where they are: most of them before they began.
    calls.iter().step_by(50).for_each(tokio::task::JoinHandle::abort);
    for call in calls {
        call.await.unwrap_or_else(|end| assert!(end.is_cancelled(), "{end}"));
    }
}

/// One call with a fate of its own.
async fn one(provider: &Budgeted<Witness>, request: &Request, seed: u64) {
    let mut random = fastrand::Rng::with_seed(seed);
    let streamed = random.bool();
    let events = random.u32(0..12);
    match random.u8(0..10) {
        // Never begun.
        0 if streamed => drop(provider.stream(request)),
        0 => drop(provider.generate(request)),
        // Given up on the way.
        1 | 2 => {
            let polls = random.u32(1..15);
            GiveUp { call: Some(Box::pin(whole(provider, request, streamed))), polls }.await;
        }
        // A stream that is left after some events, or after its end.
        3 | 4 => expected(part(provider, request, events).await),
        _ => expected(whole(provider, request, streamed).await),
    }
}

async fn whole(provider: &Budgeted<Witness>, request: &Request, streamed: bool) -> Result<()> {
    if streamed {
        provider.stream(request).await?.collect().await?;
    } else {
        provider.generate(request).await?;
    }
    Ok(())
}

async fn part(provider: &Budgeted<Witness>, request: &Request, events: u32) -> Result<()> {
    let mut stream = provider.stream(request).await?;
    for _ in 0..events {
        let Some(event) = stream.next().await else { break };
        event?;
    }
    Ok(())
}

/// Whatever fails, it is no mistake of the request.
fn expected(outcome: Result<()>) {
    if let Err(error) = outcome {
        assert!(!matches!(error.kind(), ErrorKind::InvalidRequest | ErrorKind::Internal), "{error:?}");
    }
}

/// Polls a call so many times and drops it where it stands.
struct GiveUp<F> {
    call: Option<Pin<Box<F>>>,
    polls: u32,
}

impl<F: Future> Future for GiveUp<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(call) = self.call.as_mut() else { return Poll::Ready(None) };
        if let Poll::Ready(output) = call.as_mut().poll(context) {
            return Poll::Ready(Some(output));
        }
        self.polls = self.polls.saturating_sub(1);
        if self.polls > 0 {
            return Poll::Pending;
        }
        self.call = None;
        Poll::Ready(None)
    }
}
