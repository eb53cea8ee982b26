//! One queue: calls start in the order in which they came, as permits and the rate allow.
//!
//! Whoever stands first in the queue holds its head, and nothing else. It takes a permit only together with a start of
//! the rate, so that no permit is held by a call that waits.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

use super::window::Window;

/// The queue in front of what shares one set of limits.
#[derive(Debug)]
pub(super) struct Lane {
    /// One permit: the place of the first in the queue. Both semaphores are fair, and never closed.
    head: Semaphore,
    /// Held by whoever tries without waiting: two that try at once must not take each other for a queue.
    trying: Mutex<()>,
    calls: Arc<Semaphore>,
    /// Permits in all.
    most: usize,
    rate: Option<Mutex<Window>>,
    /// Told when a start was given back.
    room: Notify,
    waiting: AtomicUsize,
}

/// The right to make a call, until it is dropped.
#[derive(Debug)]
pub(super) struct Permit {
    _call: OwnedSemaphorePermit,
    lane: Arc<Lane>,
    start: Option<Instant>,
}

/// A place in the queue, until it is dropped.
#[derive(Debug)]
pub(super) struct Place<'a>(&'a Lane);

impl Lane {
    /// A queue with so many permits, and so many starts per minute.
    pub(super) fn new(calls: Option<usize>, per_minute: Option<usize>) -> Self {
        let most = calls.unwrap_or(Semaphore::MAX_PERMITS).min(Semaphore::MAX_PERMITS);
        Self {
            head: Semaphore::new(1),
            trying: Mutex::new(()),
            calls: Arc::new(Semaphore::new(most)),
            most,
            rate: per_minute.map(|most| Mutex::new(Window::new(most))),
            room: Notify::new(),
            waiting: AtomicUsize::new(0),
        }
    }

    /// A permit, if there is one and nobody waits for it.
    pub(super) fn try_enter(self: &Arc<Self>) -> Option<Permit> {
        let _trying = self.trying.lock().unwrap_or_else(PoisonError::into_inner);
        let _head = self.head.try_acquire().ok()?;
        let call = Arc::clone(&self.calls).try_acquire_owned().ok()?;
        self.start(call).ok()
    }

    /// A place in the queue, unless so many are taken.
    pub(super) fn queue(&self, most: usize) -> Option<Place<'_>> {
        let next = |waiting: usize| (waiting < most).then(|| waiting + 1);
        self.waiting.fetch_update(Ordering::AcqRel, Ordering::Acquire, next).ok()?;
        Some(Place(self))
    }

    /// Waits for a permit. Dropped on the way, it leaves the queue as if it had never stood there.
    ///
    /// `None` never comes: it would mean that a semaphore was closed.
    pub(super) async fn enter(self: &Arc<Self>) -> Option<Permit> {
        let _head = self.head.acquire().await.ok()?;
        loop {
            let call = Arc::clone(&self.calls).acquire_owned().await.ok()?;
            match self.start(call) {
                Ok(permit) => return Some(permit),
                // The permit was let go; a start that is given back ends the wait early.
                Err(then) => {
                    let _ = timeout_at(then, self.room.notified()).await;
                }
            }
        }
    }

    fn start(self: &Arc<Self>, call: OwnedSemaphorePermit) -> Result<Permit, Instant> {
        let start = self.rate().map(|mut rate| rate.take(Instant::now())).transpose()?;
        Ok(Permit { _call: call, lane: Arc::clone(self), start })
    }

    pub(super) fn running(&self) -> usize {
        self.most.saturating_sub(self.calls.available_permits())
    }

    pub(super) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Acquire)
    }

    /// Whether it could be forgotten without anybody noticing, apart from those who have hold of it.
    pub(super) fn is_at_rest(&self) -> bool {
        self.running() == 0 && self.rate().is_none_or(|mut rate| rate.is_empty(Instant::now()))
    }

    fn rate(&self) -> Option<MutexGuard<'_, Window>> {
        self.rate.as_ref().map(|rate| rate.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Permit {
    /// Gives the start back as well: nothing was sent.
    pub(super) fn unused(self) {
        if let (Some(start), Some(mut rate)) = (self.start, self.lane.rate()) {
            rate.give_back(start);
            drop(rate);
            self.lane.room.notify_one();
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    //! Calls that come at the same moment are no queue.

    use std::thread;

    use super::*;

    #[test]
    fn calls_that_come_together_are_let_in_together() {
        let lane = Arc::new(Lane::new(Some(8), None));
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..100_000).for_each(|_| drop(lane.try_enter().expect("a permit is free"))));
            }
        });
        assert_eq!(lane.running(), 0);
    }
}
