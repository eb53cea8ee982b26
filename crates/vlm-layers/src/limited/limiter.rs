//! A limiter: its settings, its queues, and how a call gets its permit.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::Instant;
use vlm_core::{Error, ErrorKind, Result, TimeoutPhase, TransportPhase};

use super::lane::{Lane, Permit};

/// Queues that are kept before those at rest are forgotten.
const MANY: usize = 256;

/// Limits on how many calls run at once, and on how many start in a minute.
///
/// Calls start in the order in which they came. What waits longer than [`LimiterBuilder::wait_at_most`], or finds
/// [`LimiterBuilder::queue`] full, is refused with [`Timeout`](ErrorKind::Timeout) in the phase `Queue`; nothing was sent.
/// Clones, and all providers that were wrapped by one limiter, share its limits.
#[derive(Clone)]
pub struct Limiter {
    shared: Arc<Shared>,
}

struct Shared {
    settings: LimiterBuilder,
    /// By model; under the empty name where all models share one queue.
    lanes: Mutex<HashMap<String, Arc<Lane>>>,
}

/// Sets a [`Limiter`] up. Without a limit it lets everything through.
#[derive(Clone, Debug, Default)]
#[must_use = "nothing is limited until the limiter is built"]
pub struct LimiterBuilder {
    calls: Option<usize>,
    per_minute: Option<usize>,
    each_model: bool,
    wait: Option<Duration>,
    queue: Option<usize>,
}

/// How many calls a [`Limiter`] holds at a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Load {
    /// Calls that have a permit: whole calls under way, and streams that have not ended.
    pub running: usize,
    /// Calls that wait for one.
    pub waiting: usize,
}

impl LimiterBuilder {
    /// Lets so many calls run at once.
    pub fn calls(mut self, most: usize) -> Self {
        self.calls = Some(most);
        self
    }

    /// Lets so many calls start in any sixty seconds. After a rest they may all start at once.
    pub fn calls_per_minute(mut self, most: usize) -> Self {
        self.per_minute = Some(most);
        self
    }

    /// Gives each model limits, and a queue, of its own; without this all models share them.
    pub fn each_model(mut self) -> Self {
        self.each_model = true;
        self
    }

    /// Lets a call wait so long for its permit. Without this it waits as long as it takes, or until its own deadline.
    pub fn wait_at_most(mut self, time: Duration) -> Self {
        self.wait = Some(time);
        self
    }

    /// Lets so many calls wait at once; with 0, none. Without this any number may.
    pub fn queue(mut self, most: usize) -> Self {
        self.queue = Some(most);
        self
    }

    /// The limiter.
    ///
    /// # Errors
    ///
    /// [`Configuration`](ErrorKind::Configuration) when a limit is 0, so that no call could ever start.
    pub fn build(self) -> Result<Limiter> {
        if self.calls == Some(0) || self.per_minute == Some(0) {
            return Err(Error::new(ErrorKind::Configuration, "the limiter lets no call start")
                .with_advice("Allow at least one call at once, and one per minute; nothing was sent."));
        }
        Ok(Limiter { shared: Arc::new(Shared { settings: self, lanes: Mutex::default() }) })
    }
}

impl Limiter {
    /// A limiter to be set up.
    pub fn builder() -> LimiterBuilder {
        LimiterBuilder::default()
    }

    /// How many calls run and wait at this moment, over all models.
    pub fn load(&self) -> Load {
        self.lanes().values().fold(Load::default(), |sum, lane| Load {
            running: sum.running + lane.running(),
            waiting: sum.waiting + lane.waiting(),
        })
    }

    /// Waits for a permit; `deadline` is the call's own, and what is left of it comes back.
    pub(super) async fn enter(&self, model: &str, deadline: Option<Duration>) -> Result<(Permit, Option<Duration>)> {
        let lane = self.lane(model);
        if let Some(permit) = lane.try_enter() {
            return Ok((permit, deadline));
        }
        let settings = &self.shared.settings;
        let most = settings.queue.unwrap_or(usize::MAX);
        let Some(_place) = lane.queue(most) else {
            return Err(refused(format!("{most} calls wait for their turn already, and no more may")));
        };
        if Handle::try_current().is_err() {
            return Err(Error::new(
                ErrorKind::Transport(TransportPhase::Sending),
                "there is no tokio runtime to wait in",
            )
            .with_advice("Call from within a tokio runtime; nothing was sent."));
        }
        let (began, patience) = (Instant::now(), settings.wait.into_iter().chain(deadline).min());
        let entered = match patience {
            None => lane.enter().await,
            Some(patience) => match tokio::time::timeout(patience, lane.enter()).await {
                Ok(entered) => entered,
                Err(_) => return Err(self.too_late(patience, &lane)),
            },
        };
        let permit = entered.ok_or_else(|| Error::new(ErrorKind::Internal, "the queue of the limiter was closed"))?;
        match deadline.map(|deadline| deadline.saturating_sub(began.elapsed())) {
            // The runtime was busy elsewhere when the time was up, and by now there is a permit.
            Some(Duration::ZERO) => {
                permit.unused();
                Err(self.too_late(began.elapsed(), &lane))
            }
            left => Ok((permit, left)),
        }
    }

    fn too_late(&self, patience: Duration, lane: &Lane) -> Error {
        let (running, others) = (lane.running(), lane.waiting().saturating_sub(1));
        let rate = match self.shared.settings.per_minute {
            Some(most) => format!(", allowed per minute: {most}"),
            None => String::new(),
        };
        refused(format!(
            "the call waited {patience:?} for its turn (under way: {running}, waiting besides it: {others}{rate})"
        ))
        .with_elapsed(patience)
    }

    fn lane(&self, model: &str) -> Arc<Lane> {
        let settings = &self.shared.settings;
        let name = if settings.each_model { model } else { "" };
        let mut lanes = self.lanes();
        if let Some(lane) = lanes.get(name) {
            return Arc::clone(lane);
        }
        if lanes.len() >= MANY {
            lanes.retain(|_, lane| Arc::strong_count(lane) > 1 || !lane.is_at_rest());
        }
        let lane = Arc::new(Lane::new(settings.calls, settings.per_minute));
        lanes.insert(name.to_owned(), Arc::clone(&lane));
        lane
    }

    fn lanes(&self) -> MutexGuard<'_, HashMap<String, Arc<Lane>>> {
        self.shared.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn refused(message: String) -> Error {
    Error::new(ErrorKind::Timeout(TimeoutPhase::Queue), message).with_advice(
        "Make fewer calls at once, or let the limiter run more of them, or let them wait longer; nothing was sent.",
    )
}

impl fmt::Debug for Limiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Limiter").field("settings", &self.shared.settings).field("load", &self.load()).finish()
    }
}
