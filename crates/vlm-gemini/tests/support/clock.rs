//! A clock on which short waits are over at once, and deadlines never pass.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use vlm_http::{Clock, Sleep};

/// Waits of this length and more are deadlines: while sockets are real, they must not pass.
const DEADLINE: Duration = Duration::from_secs(5);

/// Notes each short wait and is past it at once.
#[derive(Debug, Default)]
pub(crate) struct QuickClock {
    waits: Mutex<Vec<Duration>>,
}

impl QuickClock {
    /// The waits so far, in order.
    pub(crate) fn waits(&self) -> Vec<Duration> {
        self.waits.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Clock for QuickClock {
    fn now(&self) -> Duration {
        self.waits().iter().sum()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        if duration >= DEADLINE {
            return Box::pin(std::future::pending());
        }
        self.waits.lock().unwrap_or_else(PoisonError::into_inner).push(duration);
        Box::pin(std::future::ready(()))
    }
}
