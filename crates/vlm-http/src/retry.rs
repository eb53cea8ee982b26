//! Whether and when a failed attempt is repeated: decisions without input or output, and what clones of a client share.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use vlm_core::{Delivery, ErrorKind, TransportPhase};

use crate::clock::RandomSource;
use crate::fault::{Fault, RetryClass};
use crate::policy::{RetryPolicy, RetryQuota};

/// A connection that died this soon, without a byte of reply, was most likely closed before it was used.
const FAST: Duration = Duration::from_secs(1);

/// What all clones of a client share.
#[derive(Debug)]
pub(crate) struct Shared {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    tokens: u32,
    /// Until when a service that asked for a pause is left alone, on the client's clock.
    paused_until: Duration,
}

impl Shared {
    pub(crate) fn new(quota: Option<RetryQuota>) -> Self {
        let tokens = quota.map_or(0, |quota| quota.tokens);
        Self { state: Mutex::new(State { tokens, paused_until: Duration::ZERO }) }
    }

    /// How long every call has to wait from `now` on.
    pub(crate) fn pause(&self, now: Duration) -> Duration {
        self.state().paused_until.saturating_sub(now)
    }

    /// The service asked for a pause.
    pub(crate) fn pause_until(&self, end: Duration) {
        let mut state = self.state();
        state.paused_until = state.paused_until.max(end);
    }

    /// Takes tokens for a retry, if there are enough.
    fn spend(&self, cost: u32) -> bool {
        let mut state = self.state();
        match state.tokens.checked_sub(cost) {
            Some(left) => {
                state.tokens = left;
                true
            }
            None => false,
        }
    }

    /// A call succeeded: a retry gives back what it cost, a first attempt a little.
    pub(crate) fn succeeded(&self, quota: Option<RetryQuota>, last_cost: Option<u32>) {
        if let Some(quota) = quota {
            let mut state = self.state();
            let gained = last_cost.unwrap_or(quota.refill);
            state.tokens = state.tokens.saturating_add(gained).min(quota.tokens);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The state of one call's retries.
#[derive(Debug)]
pub(crate) struct Retries {
    policy: RetryPolicy,
    ambiguous: bool,
    max_attempts: u32,
    pub(crate) attempts: u32,
    fast_used: bool,
    once_used: bool,
    /// What the last retry cost.
    pub(crate) last_cost: Option<u32>,
}

/// What to do about a failed attempt.
#[derive(Debug, PartialEq)]
pub(crate) struct Verdict {
    /// Wait this long and try again; none ends the call.
    pub(crate) wait: Option<Duration>,
    /// Whether the fault itself may be repeated, whatever is left of attempts, time and quota.
    pub(crate) retryable: bool,
}

/// What the loop knows about the failed attempt besides its fault.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Failed {
    /// What the service itself said about a retry.
    pub(crate) should_retry: Option<bool>,
    /// How long the attempt took.
    pub(crate) took: Duration,
    /// What is left of the call's total time; none is no limit.
    pub(crate) left: Option<Duration>,
}

impl Retries {
    pub(crate) fn new(policy: &RetryPolicy, max_attempts: Option<u32>, ambiguous: Option<bool>) -> Self {
        Self {
            policy: *policy,
            ambiguous: ambiguous.unwrap_or(policy.retry_ambiguous),
            max_attempts: max_attempts.unwrap_or(policy.max_attempts).max(1),
            attempts: 0,
            fast_used: false,
            once_used: false,
            last_cost: None,
        }
    }

    /// Judges a failed attempt; where the answer is to wait, the quota has been paid.
    pub(crate) fn judge(
        &mut self,
        fault: &Fault,
        failed: Failed,
        shared: &Shared,
        random: &dyn RandomSource,
    ) -> Verdict {
        let fast = self.is_fast(fault, failed.took);
        let retryable = match (failed.should_retry, fault.class()) {
            (Some(said), _) => said,
            (None, RetryClass::R1) => !(fault.is_once() && self.once_used),
            (None, RetryClass::R2) => true,
            (None, RetryClass::R3) => self.ambiguous || fast,
            (None, _) => false,
        };
        let wait = if retryable { self.wait(fault, failed.left, shared, random) } else { None };
        if wait.is_some() {
            // A fast retry is spent only where nothing else allows the retry.
            self.fast_used |= fast && !self.ambiguous && failed.should_retry.is_none();
            self.once_used |= fault.is_once();
        }
        Verdict { wait, retryable }
    }

    fn is_fast(&self, fault: &Fault, took: Duration) -> bool {
        let broken =
            matches!(fault.kind(), ErrorKind::Transport(TransportPhase::Sending | TransportPhase::AwaitingHead));
        let broken = broken && !fault.is_on_purpose();
        self.policy.fast_retry && !self.fast_used && broken && fault.delivery() == Delivery::MaybeSent && took < FAST
    }

    /// The wait before the next attempt, if there may be one.
    fn wait(
        &mut self,
        fault: &Fault,
        left: Option<Duration>,
        shared: &Shared,
        random: &dyn RandomSource,
    ) -> Option<Duration> {
        if self.attempts >= self.max_attempts {
            return None;
        }
        let wait = match fault.retry_after() {
            Some(ordered) if ordered > self.policy.max_server_delay => return None,
            Some(ordered) => ordered.saturating_add(spread(ordered, random)),
            None => self.backoff(fault.kind(), random),
        };
        // The wait must leave time for the attempt itself.
        if left.is_some_and(|left| wait >= left) {
            return None;
        }
        if let Some(quota) = self.policy.quota {
            let cost = if fault.kind() == ErrorKind::RateLimited { quota.rate_limit_cost } else { quota.cost };
            if !shared.spend(cost) {
                return None;
            }
            self.last_cost = Some(cost);
        }
        Some(wait)
    }

    /// A random wait above zero, up to a bound that doubles with each retry.
    fn backoff(&self, kind: ErrorKind, random: &dyn RandomSource) -> Duration {
        let (base, cap) = match kind {
            ErrorKind::RateLimited => (self.policy.rate_limit_base, self.policy.rate_limit_cap),
            _ => (self.policy.base, self.policy.cap),
        };
        let doublings = self.attempts.saturating_sub(1).min(31);
        let bound = base.saturating_mul(1 << doublings).min(cap);
        let share = 1.0 - random.unit().clamp(0.0, 1.0);
        // The longest durations round up past what a duration can hold.
        let wait = Duration::try_from_secs_f64(bound.as_secs_f64() * share).unwrap_or(bound);
        wait.max(Duration::from_nanos(1)).min(bound)
    }
}

/// Up to a tenth of an ordered delay, at most a second: added so that paused calls do not come back all at once.
pub(crate) fn spread(delay: Duration, random: &dyn RandomSource) -> Duration {
    (delay / 10).min(Duration::from_secs(1)).mul_f64(random.unit().clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests;
