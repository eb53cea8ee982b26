//! The circuit of one model: a state machine, told the time and how calls ended.

use std::time::Duration;

use tokio::time::Instant;

/// When a circuit opens, and for how long.
#[derive(Clone, Copy, Debug)]
pub(super) struct Settings {
    /// Failures in a row.
    pub(super) failures: u32,
    /// The first pause; each probe that fails doubles it.
    pub(super) first: Duration,
    /// The longest pause.
    pub(super) longest: Duration,
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The service answered.
    Success,
    /// The service could not be reached, was too slow, or failed.
    Failure,
    /// It says nothing about the service: cancelled, refused on either side, or broken in another way.
    Nothing,
}

/// The right to make one call. How that ended is recorded with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pass {
    /// The round of the circuit in which it was given; it counts for nothing in a later one.
    round: u64,
}

#[derive(Debug, Default)]
pub(super) struct Circuit {
    state: State,
    /// Counts changes of the state.
    round: u64,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Closed {
        failures: u32,
    },
    Open {
        until: Instant,
        pause: Duration,
    },
    /// One call is under way that decides; if it takes as long as the pause, another one beside it.
    Probing {
        since: Instant,
        pause: Duration,
    },
}

impl Default for State {
    fn default() -> Self {
        Self::Closed { failures: 0 }
    }
}

/// Why a call may not be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The next probe may be made after this time.
    Wait(Duration),
    /// Another call is the probe. If it shows nothing, the next one may be made after this time.
    BeingProbed(Duration),
}

impl Circuit {
    pub(super) fn is_closed(&self) -> bool {
        matches!(self.state, State::Closed { .. })
    }

    /// Why a call would be refused at this moment, if it would.
    pub(super) fn refusal(&self, now: Instant) -> Option<Refusal> {
        match self.state {
            State::Open { until, .. } if now < until => Some(Refusal::Wait(until - now)),
            State::Probing { since, pause } => {
                let left = pause.saturating_sub(now.saturating_duration_since(since));
                Some(Refusal::BeingProbed(left)).filter(|_| !left.is_zero())
            }
            State::Closed { .. } | State::Open { .. } => None,
        }
    }

    /// Lets a call through, or says why not. The first one after a pause is the probe.
    pub(super) fn admit(&mut self, now: Instant) -> Result<Pass, Refusal> {
        if let Some(refusal) = self.refusal(now) {
            return Err(refusal);
        }
        match &mut self.state {
            State::Closed { .. } => {}
            State::Open { pause, .. } => {
                let pause = *pause;
                self.enter(State::Probing { since: now, pause });
            }
            // The probe before it may hang, or nobody reads its stream. It stays in the round: who shows something first
            // decides.
            State::Probing { since, .. } => *since = now,
        }
        Ok(Pass { round: self.round })
    }

    /// Records how a call ended.
    pub(super) fn record(&mut self, pass: Pass, outcome: Outcome, now: Instant, settings: &Settings) {
        if pass.round != self.round {
            return;
        }
        match (self.state, outcome) {
            (State::Closed { .. }, Outcome::Success) => self.state = State::default(),
            (State::Closed { failures }, Outcome::Failure) => {
                let failures = failures.saturating_add(1);
                self.state = State::Closed { failures };
                if failures >= settings.failures {
                    self.open(settings.first, now);
                }
            }
            (State::Probing { .. }, Outcome::Success) => self.enter(State::default()),
            (State::Probing { pause, .. }, Outcome::Failure) => {
                self.open(pause.saturating_mul(2).min(settings.longest), now);
            }
            // The next call is the probe.
            (State::Probing { pause, .. }, Outcome::Nothing) => self.enter(State::Open { until: now, pause }),
            (State::Closed { .. }, Outcome::Nothing) | (State::Open { .. }, _) => {}
        }
    }

    /// The service answers this call: if it is the probe, the circuit closes, and the call goes on as any other.
    pub(super) fn answered(&mut self, pass: Pass) -> Pass {
        if pass.round == self.round && matches!(self.state, State::Probing { .. }) {
            self.enter(State::default());
            return Pass { round: self.round };
        }
        pass
    }

    fn open(&mut self, pause: Duration, now: Instant) {
        // A pause without end, where somebody sets one: no call passes as long as the program may run.
        let until = now.checked_add(pause).unwrap_or_else(|| now + Duration::from_secs(1 << 32));
        self.enter(State::Open { until, pause });
    }

    fn enter(&mut self, state: State) {
        self.state = state;
        self.round += 1;
    }
}

#[cfg(test)]
mod tests;
