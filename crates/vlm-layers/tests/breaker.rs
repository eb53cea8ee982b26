//! A provider behind circuit breakers: what opens them, what does not, and who is let through.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

#[path = "support/service.rs"]
mod service;

use std::time::Duration;

use service::{FAILURES, Service, ask};
use tokio::time::{advance, timeout};
use vlm_core::{Billed, Delivery, ErrorKind, Result, VisionProvider, VisionProviderExt};
use vlm_layers::{Breaker, Limiter};

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

fn guarded() -> (Breaker<Service>, Service) {
    let service = Service::default();
    (Breaker::new(service.clone()), service)
}

/// Fails five times.
async fn opened() -> (Breaker<Service>, Service) {
    let (provider, service) = guarded();
    for _ in 0..5 {
        provider.generate(&ask("server")).await.unwrap_err();
    }
    (provider, service)
}

/// Streams to the end.
async fn stream(provider: &Breaker<Service>, words: &str) -> Result<()> {
    provider.stream(&ask(words)).await?.collect().await.map(drop)
}

#[tokio::test(start_paused = true)]
async fn after_five_failures_calls_are_refused_unsent_until_the_probe() {
    let (provider, service) = opened().await;
    advance(seconds(10)).await;
    for streams in [false, true] {
        let error = match streams {
            false => provider.generate(&ask("ok")).await.unwrap_err(),
            true => provider.stream(&ask("ok")).await.unwrap_err(),
        };
        assert_eq!(error.kind(), ErrorKind::CircuitOpen);
        assert_eq!((error.delivery(), error.billed(), error.attempts()), (Delivery::NotSent, Billed::No, 0));
        assert_eq!((error.retry_after(), error.is_retryable()), (Some(seconds(20)), false));
        assert_eq!((error.provider(), error.model()), (Some("service"), Some("m")));
        assert_eq!(error.operation(), Some(if streams { "stream" } else { "generate" }));
        assert_eq!(error.message(), "the service failed several times in a row; it is tried again in 20 s");
    }
    assert_eq!(service.calls(), 5);
    // Other models are not concerned.
    assert!(provider.is_open("m") && !provider.is_open("another"));
    assert_eq!(provider.model("another").ask("ok").await.unwrap().text(), "ok");
    // The probe fails: twice the pause. It succeeds: all is well.
    advance(seconds(20)).await;
    provider.generate(&ask("overloaded")).await.unwrap_err();
    let error = provider.generate(&ask("ok")).await.unwrap_err();
    assert_eq!(error.retry_after(), Some(seconds(60)));
    advance(seconds(60)).await;
    assert!(!provider.is_open("m"));
    provider.generate(&ask("ok")).await.unwrap();
    provider.generate(&ask("ok")).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn only_failures_of_the_service_count() {
    for words in FAILURES {
        let counts = ["connect", "timeout", "server", "overloaded"].contains(&words);
        let (provider, service) = guarded();
        for _ in 0..6 {
            provider.generate(&ask(words)).await.unwrap_err();
        }
        assert_eq!((provider.is_open("m"), service.calls()), (counts, if counts { 5 } else { 6 }), "{words}");
        // At the opening of a stream and at its end alike.
        for words in [words.to_owned(), format!("late {words}")] {
            let (provider, service) = guarded();
            for _ in 0..6 {
                stream(&provider, &words).await.unwrap_err();
            }
            assert_eq!((provider.is_open("m"), service.calls()), (counts, if counts { 5 } else { 6 }), "{words}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_success_ends_the_row_and_a_cancelled_call_does_not() {
    let (provider, _) = guarded();
    for round in 0..3 {
        for _ in 0..4 {
            provider.generate(&ask("server")).await.unwrap_err();
        }
        assert!(timeout(seconds(1), provider.generate(&ask("hang"))).await.is_err());
        drop(provider.stream(&ask("ok")).await.unwrap());
        match round {
            0 => drop(provider.generate(&ask("ok")).await.unwrap()),
            1 => stream(&provider, "ok").await.unwrap(),
            _ => assert!(provider.generate(&ask("server")).await.is_err()),
        }
    }
    assert!(provider.is_open("m"));
}

#[tokio::test(start_paused = true)]
async fn one_call_probes_and_if_it_is_cancelled_the_next_one_does() {
    let (provider, service) = opened().await;
    advance(seconds(30)).await;
    let probe = tokio::spawn({
        let provider = provider.clone();
        async move { provider.generate(&ask("hang")).await }
    });
    tokio::task::yield_now().await;
    let error = provider.generate(&ask("ok")).await.unwrap_err();
    assert_eq!((error.kind(), error.retry_after()), (ErrorKind::CircuitOpen, Some(seconds(30))));
    assert!(error.message().contains("one call is under way"), "{error}");
    probe.abort();
    assert!(probe.await.unwrap_err().is_cancelled());
    assert_eq!(service.calls(), 6);
    // Neither does a panic, a refusal on this side, or a 4xx hold the place of the probe.
    let panics = provider.clone();
    assert!(tokio::spawn(async move { panics.generate(&ask("panic")).await }).await.unwrap_err().is_panic());
    provider.generate(&ask("refused")).await.unwrap_err();
    provider.generate(&ask("limited")).await.unwrap_err();
    drop(provider.stream(&ask("ok")).await.unwrap());
    provider.generate(&ask("ok")).await.unwrap();
    assert!(!provider.is_open("m"));
}

#[tokio::test(start_paused = true)]
async fn a_probe_that_shows_nothing_does_not_hold_its_place_for_ever() {
    let (provider, service) = opened().await;
    advance(seconds(30)).await;
    // Nobody reads it, so none of its deadlines runs.
    let forgotten = provider.stream(&ask("ok")).await.unwrap();
    advance(seconds(10)).await;
    let error = provider.generate(&ask("ok")).await.unwrap_err();
    assert_eq!((error.kind(), error.retry_after()), (ErrorKind::CircuitOpen, Some(seconds(20))));
    advance(seconds(20)).await;
    assert!(!provider.is_open("m"));
    assert!(timeout(seconds(1), provider.generate(&ask("hang"))).await.is_err());
    provider.generate(&ask("ok")).await.unwrap();
    assert_eq!((service.calls(), provider.is_open("m")), (8, false));
    drop(forgotten);
    assert!(!provider.is_open("m"));
}

#[tokio::test(start_paused = true)]
async fn the_first_piece_of_a_stream_closes_the_circuit() {
    let (provider, _) = opened().await;
    advance(seconds(30)).await;
    let mut probe = provider.stream(&ask("hang")).await.unwrap();
    assert!(provider.is_open("m"));
    probe.next_text().await.unwrap().unwrap();
    assert!(!provider.is_open("m"));
    provider.generate(&ask("ok")).await.unwrap();
    // From there on it is a call as any other: its failure is the first of a row.
    let (provider, _) = opened().await;
    advance(seconds(30)).await;
    stream(&provider, "late server").await.unwrap_err();
    assert!(!provider.is_open("m"));
    for _ in 0..4 {
        provider.generate(&ask("server")).await.unwrap_err();
    }
    assert!(provider.is_open("m"));
}

#[tokio::test(start_paused = true)]
async fn limits_can_be_set_and_clones_share_the_circuits() {
    let provider = Breaker::new(Service::default()).failures(0).pauses(seconds(5), seconds(1));
    provider.clone().generate(&ask("server")).await.unwrap_err();
    for _ in 0..3 {
        let error = provider.generate(&ask("ok")).await.unwrap_err();
        assert_eq!(error.retry_after(), Some(seconds(5)));
        advance(seconds(5)).await;
        provider.generate(&ask("timeout")).await.unwrap_err();
    }
    assert_eq!(provider.provider().calls(), 4);
}

/// A crowd in front of a dead service: behind a limiter only as many calls reach it as open the circuit, and those that
/// were under way beside them.
#[tokio::test(start_paused = true)]
async fn a_queue_in_front_of_a_dead_service_drains_unsent() {
    let service = Service::default();
    let limiter = Limiter::builder().calls(3).build().unwrap();
    let provider = limiter.wrap(Breaker::new(service.clone()));
    let tasks: Vec<_> = (0..200)
        .map(|_| {
            let provider = provider.clone();
            tokio::spawn(async move { provider.generate(&ask("server")).await.unwrap_err().kind() })
        })
        .collect();
    let mut refused = 0;
    for task in tasks {
        refused += usize::from(task.await.unwrap() == ErrorKind::CircuitOpen);
    }
    assert!(service.calls() <= 5 + 2, "{}", service.calls());
    assert_eq!(refused + service.calls(), 200);
}
