//! Equal calls at once are one, whoever gives up on it.

use std::time::Duration;

use proptest::prelude::*;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};
use vlm_core::{Completion, ErrorKind, Money, Request, Result, VisionProvider};
use vlm_layers::{Cache, Cached, Hit, Limiter, Load};

use super::{SLOW, Service, answer, ask, cached, origin};

/// Starts a call in the background, and lets it get under way.
async fn start(provider: &Cached<Service>, request: Request) -> JoinHandle<Result<Completion>> {
    let provider = provider.clone();
    let task = tokio::spawn(async move { provider.generate(&request).await });
    for _ in 0..4 {
        tokio::task::yield_now().await;
    }
    task
}

#[tokio::test(start_paused = true)]
async fn two_equal_calls_at_once_are_one_request() {
    let (provider, service) = cached(Cache::builder());
    let began = Instant::now();
    let tasks = [start(&provider, ask("slow")).await, start(&provider, ask("slow")).await];
    let other = start(&provider, ask("slow otherwise")).await;
    sleep(SLOW / 2).await;
    let third = start(&provider, ask("slow")).await;
    let mut paid = Money::ZERO;
    let mut shared = 0;
    for task in tasks.into_iter().chain([third]) {
        let got = task.await.unwrap().unwrap();
        assert_eq!(got.text(), "slow");
        paid = paid + got.cost.amount().unwrap();
        if let Some(hit) = Hit::of(&got) {
            assert_eq!((hit.stored, hit.cost, got.usage.total()), (None, answer("slow").cost, Some(0)));
            shared += 1;
        }
    }
    assert_eq!((shared, paid), (2, answer("slow").cost.amount().unwrap()), "one of them has the cost");
    assert_eq!((began.elapsed(), service.questions().len()), (SLOW, 2));
    other.await.unwrap().unwrap();
    assert!(Hit::of(&provider.generate(&ask("slow")).await.unwrap()).unwrap().stored.is_some());
}

#[tokio::test(start_paused = true)]
async fn if_it_fails_all_get_the_error() {
    let (provider, service) = cached(Cache::builder());
    let tasks = [start(&provider, ask("tardy")).await, start(&provider, ask("tardy")).await];
    for task in tasks {
        let error = task.await.unwrap().unwrap_err();
        assert_eq!((error.kind(), error.message()), (ErrorKind::InvalidRequest, "as asked for"));
    }
    assert_eq!(service.calls(), 1);
    // Whoever comes later asks anew.
    provider.generate(&ask("tardy")).await.unwrap_err();
    assert_eq!(service.calls(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_leader_does_not_fail_the_follower() {
    let (provider, service) = cached(Cache::builder());
    let began = Instant::now();
    let (leader, follower) = (start(&provider, ask("slow")).await, start(&provider, ask("slow")).await);
    sleep(SLOW / 2).await;
    leader.abort();
    assert!(leader.await.unwrap_err().is_cancelled());
    let got = follower.await.unwrap().unwrap();
    assert_eq!((began.elapsed(), service.calls()), (SLOW, 1), "the same call goes on");
    assert_eq!((got.cost.clone(), Hit::of(&got)), (answer("slow").cost, None));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_nobody_waits_for_any_more_is_cancelled() {
    let (provider, service) = cached(Cache::builder());
    let (leader, follower) = (start(&provider, ask("hang")).await, start(&provider, ask("hang")).await);
    leader.abort();
    assert!(leader.await.unwrap_err().is_cancelled());
    assert_eq!((service.calls(), service.running()), (1, 1));
    follower.abort();
    assert!(follower.await.unwrap_err().is_cancelled());
    assert_eq!((service.calls(), service.running()), (1, 0));
    assert!(format!("{provider:?}").contains("Flights(0)"), "{provider:?}");
    let next = start(&provider, ask("hang")).await;
    assert_eq!((service.calls(), service.running()), (2, 1));
    next.abort();
}

#[tokio::test(start_paused = true)]
async fn calls_that_are_made_otherwise_are_not_shared() {
    let (provider, service) = cached(Cache::builder());
    let mut hasty = ask("slow");
    hasty.call.max_attempts = Some(1);
    let tasks = [start(&provider, ask("slow")).await, start(&provider, hasty.clone()).await];
    assert_eq!(service.calls(), 2);
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert!(Hit::of(&provider.generate(&hasty).await.unwrap()).is_some(), "their answer is the same");
}

#[tokio::test(start_paused = true)]
async fn a_panic_is_one_for_one_of_them_and_an_error_for_the_others() {
    let (provider, service) = cached(Cache::builder());
    let mut tasks = Vec::new();
    for _ in 0..3 {
        tasks.push(start(&provider, ask("bang")).await);
    }
    let (mut panics, mut errors) = (0, 0);
    for task in tasks {
        match task.await {
            Ok(outcome) => {
                assert_eq!(outcome.unwrap_err().kind(), ErrorKind::Internal);
                errors += 1;
            }
            Err(panic) => panics += usize::from(panic.is_panic()),
        }
    }
    assert_eq!((panics, errors, service.calls()), (1, 2, 1));
    assert_eq!(provider.generate(&ask("ok")).await.unwrap().text(), "ok");
    assert!(format!("{provider:?}").contains("Flights(0)"), "{provider:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_crowd_on_many_threads_asks_once() {
    let folder = tempfile::tempdir().unwrap();
    for round in 0..20 {
        let directory = folder.path().join(round.to_string());
        let (provider, service) = cached(Cache::builder().directory(directory));
        let tasks: Vec<_> = (0..64)
            .map(|_| {
                let provider = provider.clone();
                tokio::spawn(async move { provider.generate(&ask("ok")).await.unwrap() })
            })
            .collect();
        let mut paid = 0;
        for task in tasks {
            paid += usize::from(Hit::of(&task.await.unwrap()).is_none());
        }
        assert_eq!((service.calls(), paid), (1, 1));
    }
}

/// Calls of all kinds that give up at any time, behind a cache and a limiter: nothing stays behind, and each whole answer
/// was paid for once.
async fn crowd(calls: Vec<(usize, bool, u64)>) {
    const WORDS: [&str; 8] = ["ok", "slow", "hang", "tardy", "bang", "late server", "cut", "panic"];
    let service = Service::default();
    let limiter = Limiter::builder().calls(3).build().unwrap();
    let cache = Cache::builder().build().unwrap();
    let provider = cache.wrap(limiter.wrap(service.clone()), &origin()).unwrap();
    let tasks: Vec<_> = calls
        .into_iter()
        .map(|(word, streams, patience)| {
            let (provider, request) = (provider.clone(), ask(WORDS[word]));
            tokio::spawn(timeout(Duration::from_secs(patience), async move {
                match streams {
                    true => provider.stream(&request).await?.collect().await,
                    false => provider.generate(&request).await,
                }
            }))
        })
        .collect();
    let mut unpaid = 0;
    for task in tasks {
        if let Ok(Ok(Ok(answer))) = task.await {
            unpaid += usize::from(Hit::of(&answer).is_none());
        }
    }
    assert_eq!((limiter.load(), service.running()), (Load::default(), 0));
    assert!(unpaid <= service.calls(), "an answer without a mark is one of a call");
    assert!(format!("{provider:?}").contains("Flights(0)"), "{provider:?}");
    provider.generate(&ask("ok")).await.unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn nothing_stays_behind_a_cache(calls in prop::collection::vec((0..8usize, any::<bool>(), 0..60u64), 1..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(crowd(calls));
    }
}
