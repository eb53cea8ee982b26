//! Exact waits, the quota's ledger, and what is repeated at all.

use proptest::prelude::*;
use vlm_core::TimeoutPhase;

use super::*;
use crate::clock::FixedRandom;

const HALF: FixedRandom = FixedRandom::exactly(0.5);

fn shared(policy: &RetryPolicy) -> Shared {
    Shared::new(policy.quota)
}

fn after(took: Duration) -> Failed {
    Failed { should_retry: None, took, left: None }
}

fn slow() -> Failed {
    after(Duration::from_secs(2))
}

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

fn reset() -> Fault {
    let kind = ErrorKind::Transport(TransportPhase::AwaitingHead);
    Fault::new(kind, "reset").with_delivery(Delivery::MaybeSent)
}

/// The waits of a call whose every attempt fails with `fault`.
fn waits(policy: RetryPolicy, fault: &Fault, failed: Failed) -> Vec<Duration> {
    let shared = shared(&policy);
    let mut retries = Retries::new(&policy, None, None);
    let mut waits = Vec::new();
    loop {
        retries.attempts += 1;
        match retries.judge(fault, failed, &shared, &HALF).wait {
            Some(wait) => waits.push(wait),
            None => return waits,
        }
    }
}

#[test]
fn the_bound_doubles_up_to_the_cap() {
    let policy = RetryPolicy::new().max_attempts(8);
    let expected = [250, 500, 1000, 2000, 4000, 4000, 4000].map(ms);
    assert_eq!(waits(policy, &Fault::from_status(500), slow()), expected);
    let expected = [500, 1000, 2000, 4000, 8000, 16_000, 16_000].map(ms);
    assert_eq!(waits(policy, &Fault::from_status(429), slow()), expected);
    assert_eq!(waits(RetryPolicy::new(), &Fault::from_status(503), slow()), [250, 500].map(ms));
}

#[test]
fn a_wait_is_never_zero_and_never_above_its_bound() {
    let policy = RetryPolicy::new();
    for unit in [0.0, 0.5, 0.999_999, 1.0] {
        let mut retries = Retries::new(&policy, None, None);
        retries.attempts = 1;
        let verdict = retries.judge(&Fault::from_status(500), slow(), &shared(&policy), &FixedRandom::exactly(unit));
        let wait = verdict.wait.expect("a retry");
        assert!(!wait.is_zero() && wait <= ms(500), "{unit}: {wait:?}");
    }
}

#[test]
fn classes() {
    let once = |fault: &Fault, failed| waits(RetryPolicy::new(), fault, failed).len();
    assert_eq!(once(&Fault::from_status(400), slow()), 0);
    assert_eq!(once(&Fault::from_status(401), slow()), 0);
    assert_eq!(once(&Fault::from_status(502), slow()), 2);
    assert_eq!(once(&Fault::from_status(524), slow()), 0);
    assert_eq!(once(&Fault::from_status(425), slow()), 1);
    assert_eq!(once(&Fault::timeout(TimeoutPhase::FirstByte, Delivery::MaybeSent), slow()), 0);
    assert_eq!(once(&Fault::timeout(TimeoutPhase::Connect, Delivery::NotSent), slow()), 2);
    assert_eq!(waits(RetryPolicy::none(), &Fault::from_status(503), slow()).len(), 0);
}

#[test]
fn a_connection_that_dies_at_once_is_tried_again_once() {
    assert_eq!(waits(RetryPolicy::new(), &reset(), after(ms(999))).len(), 1);
    assert_eq!(waits(RetryPolicy::new(), &reset(), after(ms(1000))).len(), 0);
    assert_eq!(waits(RetryPolicy::new().fast_retry(false), &reset(), after(ms(1))).len(), 0);
    assert_eq!(waits(RetryPolicy::new().retry_ambiguous(true), &reset(), after(ms(1))).len(), 2);
    let in_body = Fault::new(ErrorKind::Transport(TransportPhase::Body), "reset");
    assert_eq!(waits(RetryPolicy::new(), &in_body, after(ms(1))).len(), 0);
}

#[test]
fn the_caller_may_allow_ambiguous_retries() {
    let policy = RetryPolicy::new();
    let mut retries = Retries::new(&policy, Some(2), Some(true));
    retries.attempts = 1;
    let verdict = retries.judge(&reset(), slow(), &shared(&policy), &HALF);
    assert_eq!(verdict, Verdict { wait: Some(ms(250)), retryable: true });
}

#[test]
fn the_services_word_wins_over_the_class() {
    let said = |yes| Failed { should_retry: Some(yes), ..slow() };
    assert_eq!(waits(RetryPolicy::new(), &Fault::from_status(503), said(false)).len(), 0);
    assert_eq!(waits(RetryPolicy::new(), &Fault::from_status(400), said(true)).len(), 2);
}

#[test]
fn an_ordered_delay_is_obeyed_with_up_to_a_tenth_on_top() {
    let ordered = |seconds| Fault::from_status(429).with_retry_after(Duration::from_secs(seconds));
    assert_eq!(waits(RetryPolicy::new(), &ordered(2), slow()), [ms(2100), ms(2100)]);
    assert_eq!(waits(RetryPolicy::new(), &ordered(60), slow()), [ms(60_500), ms(60_500)]);
    assert_eq!(waits(RetryPolicy::new(), &ordered(61), slow()).len(), 0);
    let policy = RetryPolicy::new();
    let mut retries = Retries::new(&policy, None, None);
    retries.attempts = 1;
    let verdict = retries.judge(&ordered(3600), slow(), &shared(&policy), &HALF);
    assert_eq!(verdict, Verdict { wait: None, retryable: true });
}

#[test]
fn no_wait_that_leaves_no_time_for_an_attempt() {
    let left = |milliseconds| Failed { left: Some(ms(milliseconds)), ..slow() };
    assert_eq!(waits(RetryPolicy::new(), &Fault::from_status(500), left(250)).len(), 0);
    assert_eq!(waits(RetryPolicy::new(), &Fault::from_status(500), left(251)), [ms(250)]);
}

#[test]
fn the_quotas_ledger() {
    let quota = RetryQuota::new(30);
    let policy = RetryPolicy::new().quota(quota);
    let shared = shared(&policy);
    let call = || {
        let mut retries = Retries::new(&policy, Some(9), None);
        retries.attempts = 1;
        retries
    };
    let mut first = call();
    assert!(first.judge(&Fault::from_status(500), slow(), &shared, &HALF).wait.is_some());
    assert_eq!(shared.state().tokens, 16);
    let mut second = call();
    assert!(second.judge(&Fault::from_status(429), slow(), &shared, &HALF).wait.is_some());
    assert_eq!(shared.state().tokens, 11);
    let mut third = call();
    let verdict = third.judge(&Fault::from_status(500), slow(), &shared, &HALF);
    assert_eq!(verdict, Verdict { wait: None, retryable: true });
    assert_eq!(shared.state().tokens, 11);
    // A success gives back what its last retry cost; one at the first attempt gives one token; never above the start.
    shared.succeeded(policy.quota, first.last_cost);
    assert_eq!(shared.state().tokens, 25);
    shared.succeeded(policy.quota, None);
    assert_eq!(shared.state().tokens, 26);
    shared.succeeded(policy.quota, Some(14));
    assert_eq!(shared.state().tokens, 30);
}

proptest! {
    /// Requests sent stay below calls + (tokens at the start + tokens gained) / cheapest price.
    #[test]
    fn amplification_is_bounded(
        tokens in 0u32..600,
        calls in proptest::collection::vec(proptest::collection::vec(0usize..4, 1..12), 1..60),
    ) {
        let quota = RetryQuota::new(tokens);
        let policy = RetryPolicy::new().max_attempts(12).quota(quota);
        let shared = shared(&policy);
        let (mut sent, mut gained) = (0u64, 0u64);
        for outcomes in &calls {
            let mut retries = Retries::new(&policy, None, None);
            for outcome in outcomes {
                retries.attempts += 1;
                sent += 1;
                let status = [200, 429, 500, 503][*outcome];
                if status == 200 {
                    gained += u64::from(retries.last_cost.unwrap_or(quota.refill));
                    shared.succeeded(policy.quota, retries.last_cost);
                    break;
                }
                if retries.judge(&Fault::from_status(status), slow(), &shared, &HALF).wait.is_none() {
                    break;
                }
            }
        }
        prop_assert!(sent <= calls.len() as u64 + (u64::from(tokens) + gained) / 5);
        prop_assert!(shared.state().tokens <= tokens);
    }

    #[test]
    fn no_delay_overflows(seconds in any::<u64>(), attempts in any::<u32>(), base in any::<u64>(), unit in 0.0..1.0f64) {
        let policy = RetryPolicy::new()
            .max_attempts(u32::MAX)
            .backoff(Duration::from_secs(base), Duration::MAX)
            .max_server_delay(Duration::from_secs(1 << 40));
        let random = FixedRandom::new(unit);
        for fault in [Fault::from_status(500), Fault::from_status(429).with_retry_after(Duration::from_secs(seconds))] {
            let mut retries = Retries::new(&policy, None, None);
            retries.attempts = attempts;
            retries.judge(&fault, slow(), &Shared::new(policy.quota), &random);
        }
    }
}
