//! A provider behind a limiter: who waits, who is refused, and that every permit comes back.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

#[path = "support/service.rs"]
mod service;

use std::pin::pin;
use std::task::{Context, Waker};
use std::time::Duration;

use proptest::prelude::*;
use service::{FAILURES, SLOW, Service, ask};
use tokio::time::{Instant, advance, sleep, timeout};
use vlm_core::{Billed, Delivery, ErrorKind, TimeoutPhase, TransportPhase, VisionProvider, VisionProviderExt};
use vlm_layers::{Limited, Limiter, LimiterBuilder, Load};

fn limited(settings: LimiterBuilder) -> (Limited<Service>, Service) {
    let service = Service::default();
    (settings.build().unwrap().wrap(service.clone()), service)
}

fn calls(most: usize) -> LimiterBuilder {
    Limiter::builder().calls(most)
}

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

/// Starts a call in the background, and lets it go as far as it can.
async fn start(provider: &Limited<Service>, words: &str) -> tokio::task::JoinHandle<vlm_core::Result<String>> {
    let (provider, request) = (provider.clone(), ask(words));
    let task = tokio::spawn(async move { Ok(provider.generate(&request).await?.into_text()) });
    for _ in 0..4 {
        tokio::task::yield_now().await;
    }
    task
}

fn load(provider: &Limited<Service>) -> (usize, usize) {
    let Load { running, waiting, .. } = provider.limiter().load();
    (running, waiting)
}

#[tokio::test(start_paused = true)]
async fn a_call_that_gets_no_permit_in_time_is_refused_unsent() {
    let (provider, service) = limited(calls(1).wait_at_most(seconds(3)));
    let running = start(&provider, "hang").await;
    let began = Instant::now();
    for stream in [false, true] {
        let error = match stream {
            false => provider.generate(&ask("ok")).await.unwrap_err(),
            true => provider.stream(&ask("ok")).await.unwrap_err(),
        };
        assert_eq!(error.kind(), ErrorKind::Timeout(TimeoutPhase::Queue));
        assert_eq!((error.delivery(), error.billed(), error.attempts()), (Delivery::NotSent, Billed::No, 0));
        assert_eq!((error.provider(), error.model(), error.is_retryable()), (Some("service"), Some("m"), false));
        assert_eq!(error.operation(), Some(if stream { "stream" } else { "generate" }));
        assert_eq!(error.message(), "the call waited 3s for its turn (under way: 1, waiting besides it: 0)");
        assert!(error.advice().contains("let the limiter run more"), "{}", error.advice());
    }
    assert_eq!(began.elapsed(), seconds(6));
    assert_eq!((service.calls(), load(&provider)), (1, (1, 0)));
    running.abort();
    assert!(running.await.unwrap_err().is_cancelled());
    assert_eq!(provider.generate(&ask("ok")).await.unwrap().text(), "ok");
}

#[tokio::test(start_paused = true)]
async fn calls_start_in_the_order_in_which_they_came() {
    let (provider, service) = limited(calls(2));
    let mut tasks = Vec::new();
    for number in 0..7 {
        tasks.push(start(&provider, &format!("slow {number}")).await);
    }
    assert_eq!((service.calls(), load(&provider)), (2, (2, 5)));
    let began = Instant::now();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert_eq!(began.elapsed(), SLOW * 4);
    assert_eq!(service.questions(), (0..7).map(|number| format!("slow {number}")).collect::<Vec<_>>());
    assert_eq!((service.most(), load(&provider)), (2, (0, 0)));
}

#[tokio::test(start_paused = true)]
async fn a_full_queue_refuses_at_once() {
    let (provider, service) = limited(calls(1).queue(2));
    let tasks = [start(&provider, "slow").await, start(&provider, "ok 1").await, start(&provider, "ok 2").await];
    let began = Instant::now();
    let error = provider.generate(&ask("ok 3")).await.unwrap_err();
    assert_eq!((error.kind(), began.elapsed()), (ErrorKind::Timeout(TimeoutPhase::Queue), Duration::ZERO));
    assert_eq!(error.message(), "2 calls wait for their turn already, and no more may");
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert_eq!(service.calls(), 3);

    let (provider, _) = limited(calls(1).queue(0));
    let first = start(&provider, "slow").await;
    provider.generate(&ask("ok")).await.unwrap_err();
    first.await.unwrap().unwrap();
    provider.generate(&ask("ok")).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_call_dropped_in_the_queue_leaves_no_trace() {
    let (provider, service) = limited(calls(1).calls_per_minute(3));
    let first = start(&provider, "slow").await;
    // The first in the queue and one behind it give up; the last goes on.
    let (second, third, fourth) =
        (start(&provider, "ok 2").await, start(&provider, "ok 3").await, start(&provider, "ok 4").await);
    assert_eq!(load(&provider), (1, 3));
    third.abort();
    second.abort();
    assert!(second.await.unwrap_err().is_cancelled() && third.await.unwrap_err().is_cancelled());
    assert_eq!(load(&provider), (1, 1));
    first.await.unwrap().unwrap();
    fourth.await.unwrap().unwrap();
    assert_eq!(service.questions(), ["slow", "ok 4"]);
    // Two starts of three are used: what was dropped counts for nothing.
    let began = Instant::now();
    provider.generate(&ask("ok 5")).await.unwrap();
    assert_eq!(began.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_stream_holds_its_permit_until_it_ends_or_is_dropped() {
    let (provider, _) = limited(calls(1).wait_at_most(seconds(1)));
    for (words, whole) in [("ok", true), ("late server", false)] {
        let mut stream = provider.stream(&ask(words)).await.unwrap();
        assert!(stream.next_text().await.unwrap().is_some());
        assert_eq!(load(&provider), (1, 0));
        provider.generate(&ask("ok")).await.unwrap_err();
        while let Some(Ok(_)) = stream.next().await {}
        assert_eq!((stream.partial().cost.is_exact(), load(&provider)), (whole, (0, 0)), "{words}: it has ended");
    }
    let mut stream = provider.stream(&ask("hang")).await.unwrap();
    assert!(stream.next_text().await.unwrap().is_some());
    drop(stream);
    assert_eq!(load(&provider), (0, 0));
    provider.stream(&ask("server")).await.unwrap_err();
    assert_eq!(load(&provider), (0, 0));
    provider.generate(&ask("ok")).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn no_more_calls_start_in_a_minute_than_are_allowed() {
    let (provider, service) = limited(Limiter::builder().calls_per_minute(3));
    let began = Instant::now();
    let tasks: Vec<_> = {
        let mut tasks = Vec::new();
        for number in 0..8 {
            tasks.push(start(&provider, &format!("ok {number}")).await);
        }
        tasks
    };
    assert_eq!(load(&provider), (0, 5), "who waits for the rate holds no permit");
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    let starts: Vec<u64> = service.starts().iter().map(|start| (*start - began).as_secs()).collect();
    assert_eq!(starts, [0, 0, 0, 60, 60, 60, 120, 120]);
}

#[tokio::test(start_paused = true)]
async fn a_refused_call_does_not_use_up_the_rate() {
    let (provider, _) = limited(Limiter::builder().calls_per_minute(1));
    let began = Instant::now();
    for _ in 0..3 {
        provider.generate(&ask("refused")).await.unwrap_err();
        provider.stream(&ask("refused")).await.unwrap_err();
    }
    assert_eq!(began.elapsed(), Duration::ZERO);
    // What tried to reach the service counts.
    provider.generate(&ask("connect")).await.unwrap_err();
    provider.generate(&ask("refused")).await.unwrap_err();
    assert_eq!(began.elapsed(), seconds(60));

    // Whoever waits for the rate hears of a start that is given back.
    let (provider, service) = limited(Limiter::builder().calls_per_minute(1));
    let began = Instant::now();
    let (refused, second) = (start(&provider, "tardy").await, start(&provider, "ok").await);
    refused.await.unwrap().unwrap_err();
    second.await.unwrap().unwrap();
    assert_eq!((began.elapsed(), service.calls()), (SLOW, 2));
}

#[tokio::test(start_paused = true)]
async fn the_wait_is_taken_off_the_calls_own_deadline() {
    let (provider, service) = limited(calls(1));
    let first = start(&provider, "slow").await;
    let mut request = ask("ok");
    request.call.timeout = Some(seconds(60));
    provider.generate(&request).await.unwrap();
    assert_eq!(service.last().call.timeout, Some(seconds(50)));
    first.await.unwrap().unwrap();
    provider.generate(&request).await.unwrap();
    assert_eq!(service.last().call.timeout, Some(seconds(60)), "nobody was before it");

    let _running = start(&provider, "hang").await;
    let began = Instant::now();
    let error = provider.generate(&request).await.unwrap_err();
    assert_eq!((error.kind(), began.elapsed()), (ErrorKind::Timeout(TimeoutPhase::Queue), seconds(60)));
    assert_eq!(error.elapsed(), Some(seconds(60)));
}

#[tokio::test(start_paused = true)]
async fn a_permit_that_comes_when_the_time_is_up_is_too_late() {
    let (provider, service) = limited(calls(1).calls_per_minute(2));
    let stream = provider.stream(&ask("ok")).await.unwrap();
    let mut request = ask("ok");
    request.call.timeout = Some(seconds(5));
    let mut late = pin!(provider.generate(&request));
    assert!(late.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    // Its runtime is busy until after the deadline, and there is a permit by then.
    advance(seconds(6)).await;
    drop(stream);
    let error = late.await.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Timeout(TimeoutPhase::Queue), Delivery::NotSent));
    let began = Instant::now();
    provider.generate(&ask("ok")).await.unwrap();
    assert_eq!((service.calls(), began.elapsed()), (2, Duration::ZERO), "it was not sent, and used up no start");
}

#[tokio::test(start_paused = true)]
async fn a_panic_gives_the_permit_back() {
    let (provider, _) = limited(calls(1).wait_at_most(seconds(1)));
    for _ in 0..2 {
        assert!(start(&provider, "panic").await.await.unwrap_err().is_panic());
        let stream = provider.stream(&ask("late panic")).await.unwrap();
        assert!(tokio::spawn(stream.collect()).await.unwrap_err().is_panic());
    }
    assert_eq!(load(&provider), (0, 0));
    provider.generate(&ask("ok")).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn models_have_limits_of_their_own_where_that_is_asked_for() {
    let (provider, service) = limited(calls(1).each_model().wait_at_most(seconds(1)));
    let _running = start(&provider, "hang").await;
    provider.generate(&ask("ok")).await.unwrap_err();
    assert_eq!(provider.model("another").ask("ok").await.unwrap().text(), "ok");
    // Models that were named once, and never again, are forgotten.
    for number in 0..2000 {
        provider.model(format!("model-{number}")).ask("ok").await.unwrap();
    }
    assert_eq!((service.calls(), load(&provider)), (2002, (1, 0)));

    let (provider, _) = limited(calls(1).wait_at_most(seconds(1)));
    let _running = start(&provider, "hang").await;
    provider.model("another").ask("ok").await.unwrap_err();
    let other = provider.limiter().wrap(Service::default());
    assert_eq!(other.generate(&ask("ok")).await.unwrap_err().kind(), ErrorKind::Timeout(TimeoutPhase::Queue));
}

#[test]
fn a_limiter_that_lets_nothing_through_is_not_built() {
    for settings in [calls(0), Limiter::builder().calls_per_minute(0)] {
        assert_eq!(settings.build().unwrap_err().kind(), ErrorKind::Configuration);
    }
    calls(usize::MAX).calls_per_minute(usize::MAX).build().unwrap();
}

#[test]
fn waiting_without_a_runtime_is_an_error_not_a_panic() {
    let (provider, _) = limited(calls(1).wait_at_most(seconds(1)));
    let mut context = Context::from_waker(Waker::noop());
    let (hang, ok) = (ask("hang"), ask("ok"));
    let mut first = pin!(provider.generate(&hang));
    assert!(first.as_mut().poll(&mut context).is_pending(), "the first needs no runtime");
    let mut second = pin!(provider.generate(&ok));
    let std::task::Poll::Ready(Err(error)) = second.as_mut().poll(&mut context) else { panic!("an error") };
    assert_eq!(error.kind(), ErrorKind::Transport(TransportPhase::Sending));
}

/// Calls of every kind, given up at any time: none passes the limit, and all permits come back.
async fn crowd(most: usize, calls: Vec<(usize, bool, u64)>) {
    let words: Vec<&str> =
        ["ok", "slow", "hang", "panic", "late server", "late panic"].into_iter().chain(FAILURES).collect();
    let limiter = Limiter::builder().calls(most).queue(12).wait_at_most(seconds(25)).build().unwrap();
    let service = Service::default();
    let provider = limiter.wrap(service.clone());
    let tasks: Vec<_> = calls
        .into_iter()
        .map(|(word, streams, patience)| {
            let (provider, request) = (provider.clone(), ask(words[word % words.len()]));
            tokio::spawn(timeout(seconds(patience), async move {
                match streams {
                    true => provider.stream(&request).await?.collect().await,
                    false => provider.generate(&request).await,
                }
            }))
        })
        .collect();
    for task in tasks {
        let _ = task.await;
    }
    assert_eq!(limiter.load(), Load::default());
    assert!(service.most() <= most && service.running() == 0);
    for _ in 0..most {
        provider.generate(&ask("ok")).await.unwrap();
    }
    sleep(Duration::ZERO).await;
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn every_permit_comes_back(
        most in 1..4usize,
        calls in prop::collection::vec((0..15usize, any::<bool>(), 0..40u64), 1..40),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(crowd(most, calls));
    }
}
