//! Time and chance as arguments, so that tests of the retry loop take no real time and check exact delays.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, SystemTime};

/// A wait that is cancelled by dropping it.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Where the client takes its time from.
pub trait Clock: fmt::Debug + Send + Sync {
    /// Time since a fixed point in the past; never goes back.
    fn now(&self) -> Duration;

    /// The calendar's time, to read dates in headers when the reply itself has none.
    fn wall(&self) -> SystemTime {
        SystemTime::now()
    }

    /// Waits.
    fn sleep(&self, duration: Duration) -> Sleep;

    /// Whether [`Clock::sleep`] can work here and now.
    fn is_available(&self) -> bool {
        true
    }
}

/// tokio's clock, which a test can pause.
#[derive(Clone, Copy, Debug)]
pub struct TokioClock {
    start: tokio::time::Instant,
}

impl TokioClock {
    /// A clock that starts now.
    pub fn new() -> Self {
        Self { start: tokio::time::Instant::now() }
    }
}

impl Default for TokioClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for TokioClock {
    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        Box::pin(tokio::time::sleep(duration))
    }

    /// False outside a tokio runtime: there a timer would panic.
    fn is_available(&self) -> bool {
        tokio::runtime::Handle::try_current().is_ok()
    }
}

/// Where the client takes its jitter from. Jitter need not be secret.
pub trait RandomSource: fmt::Debug + Send + Sync {
    /// A number in `0.0..1.0`.
    fn unit(&self) -> f64;
}

/// The generator of this thread.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct ThreadRandom;

impl RandomSource for ThreadRandom {
    fn unit(&self) -> f64 {
        fastrand::f64()
    }
}

/// Always the same number: for tests that check exact delays.
#[derive(Clone, Copy, Debug)]
pub struct FixedRandom(f64);

impl FixedRandom {
    /// A source that always gives `unit`, brought into `0.0..1.0`.
    pub fn new(unit: f64) -> Self {
        Self(if unit.is_finite() { unit.clamp(0.0, 1.0 - f64::EPSILON) } else { 0.0 })
    }

    #[cfg(test)]
    pub(crate) const fn exactly(unit: f64) -> Self {
        Self(unit)
    }
}

impl RandomSource for FixedRandom {
    fn unit(&self) -> f64 {
        self.0
    }
}
