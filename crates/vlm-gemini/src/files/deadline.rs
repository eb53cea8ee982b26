//! One deadline over a flow of several calls.

use std::sync::Arc;
use std::time::Duration;

use vlm_core::{Delivery, Error, ErrorKind, Result, TimeoutPhase};
use vlm_http::Clock;

/// When the flow has to be over, where its caller said so; each of its calls gets what is left.
#[derive(Debug)]
pub(crate) struct Deadline {
    clock: Arc<dyn Clock>,
    end: Option<Duration>,
}

impl Deadline {
    pub(crate) fn new(clock: Arc<dyn Clock>, limit: Option<Duration>) -> Self {
        let end = limit.map(|limit| clock.now().saturating_add(limit));
        Self { clock, end }
    }

    /// What is left; `None` is without end.
    ///
    /// # Errors
    /// Nothing is left.
    pub(crate) fn left(&self) -> Result<Option<Duration>> {
        let left = self.end.map(|end| end.saturating_sub(self.clock.now()));
        match left {
            Some(left) if left.is_zero() => Err(passed()),
            left => Ok(left),
        }
    }

    /// Waits.
    ///
    /// # Errors
    /// The wait would not end in time; then nothing is waited for.
    pub(crate) async fn sleep(&self, wait: Duration) -> Result<()> {
        if self.left()?.is_some_and(|left| left <= wait) {
            return Err(passed());
        }
        self.clock.sleep(wait).await;
        Ok(())
    }

    pub(crate) fn now(&self) -> Duration {
        self.clock.now()
    }
}

/// The question itself was not sent: nothing of it can have been billed.
fn passed() -> Error {
    Error::new(ErrorKind::Timeout(TimeoutPhase::Total), "the call's time was over before its media were ready")
        .with_delivery(Delivery::NotSent)
}
