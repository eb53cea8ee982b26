//! What every error of a call says about the call, and how its deadlines are kept.

use std::borrow::Cow;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use vlm_core::{Error, TimeoutPhase};

use crate::clock::Clock;
use crate::fault::Fault;
use crate::redact::Scrubber;

/// One call's name, clock and scrubber; shared with the stream that the call may become.
#[derive(Clone)]
pub(crate) struct Context {
    pub(crate) provider: Cow<'static, str>,
    pub(crate) operation: Cow<'static, str>,
    pub(crate) model: Option<String>,
    /// Scheme, host and port.
    pub(crate) host: String,
    pub(crate) scrubber: Arc<Scrubber>,
    pub(crate) clock: Arc<dyn Clock>,
    /// When the call started, on that clock.
    pub(crate) started: Duration,
    /// When the call's total time is over; none is never.
    pub(crate) deadline: Option<Duration>,
}

impl Context {
    /// What is left of the call's total time.
    pub(crate) fn left(&self) -> Option<Duration> {
        self.deadline.map(|deadline| deadline.saturating_sub(self.clock.now()))
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.clock.now().saturating_sub(self.started)
    }

    /// The error for the caller.
    pub(crate) fn error(&self, fault: Fault, attempts: u32, retryable: bool) -> Error {
        let error = fault
            .into_error(&self.scrubber)
            .with_provider(self.provider.clone())
            .with_operation(self.operation.clone())
            .with_attempts(attempts)
            .with_elapsed(self.elapsed())
            .with_retryable(retryable);
        match &self.model {
            Some(model) => error.with_model(model.clone()),
            None => error,
        }
    }

    /// Waits for `work`, at most until the point in time `at` and until the call's deadline; says which came first.
    pub(crate) async fn within<F: Future>(
        &self,
        work: F,
        at: Option<(TimeoutPhase, Duration)>,
    ) -> Result<F::Output, TimeoutPhase> {
        let total = self.deadline.map(|deadline| (TimeoutPhase::Total, deadline));
        let Some((phase, end)) = earlier(total, at) else {
            return Ok(work.await);
        };
        let mut work = pin!(work);
        let mut sleep = None;
        poll_fn(|task| {
            if let Poll::Ready(output) = work.as_mut().poll(task) {
                return Poll::Ready(Ok(output));
            }
            // What is there at once needs no timer.
            let sleep = sleep.get_or_insert_with(|| self.clock.sleep(end.saturating_sub(self.clock.now())));
            sleep.as_mut().poll(task).map(|()| Err(phase))
        })
        .await
    }
}

/// The one that comes first; the first argument wins a tie.
pub(crate) fn earlier(
    one: Option<(TimeoutPhase, Duration)>,
    other: Option<(TimeoutPhase, Duration)>,
) -> Option<(TimeoutPhase, Duration)> {
    match (one, other) {
        (Some(one), Some(other)) => Some(if other.1 < one.1 { other } else { one }),
        (one, other) => one.or(other),
    }
}
