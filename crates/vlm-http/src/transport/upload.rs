//! How far a request's body got: the transport reports, the deadlines read.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::clock::Clock;
use crate::file::FileProblem;

/// Follows one body on its way out. Clones look at the same body.
#[derive(Clone)]
pub struct Upload {
    clock: Arc<dyn Clock>,
    state: Arc<Mutex<State>>,
}

struct State {
    /// When the transport last took something; the start of the attempt before that.
    last: Duration,
    taken: u64,
    started: bool,
    complete: bool,
    problem: Option<FileProblem>,
}

impl Upload {
    /// A body of which nothing was taken yet.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let state = State { last: clock.now(), taken: 0, started: false, complete: false, problem: None };
        Self { clock, state: Arc::new(Mutex::new(state)) }
    }

    /// The transport asked for the body.
    pub(crate) fn touched(&self) {
        self.state().started = true;
    }

    /// The transport took `bytes` more.
    pub fn took(&self, bytes: usize) {
        let now = self.clock.now();
        let mut state = self.state();
        state.last = now;
        state.started = true;
        state.taken = state.taken.saturating_add(bytes as u64);
    }

    /// The transport took the last piece.
    pub fn complete(&self) {
        self.took(0);
        self.state().complete = true;
    }

    /// A file of the body cannot be used any more.
    pub fn failed(&self, problem: FileProblem) {
        self.state().problem = Some(problem);
    }

    /// Whether the transport asked for the body at all.
    pub fn is_started(&self) -> bool {
        self.state().started
    }

    /// Whether the transport took everything.
    pub fn is_complete(&self) -> bool {
        self.state().complete
    }

    /// How many bytes the transport took.
    pub fn taken(&self) -> u64 {
        self.state().taken
    }

    /// When the transport last took something, and whether that was the end.
    pub(crate) fn last(&self) -> (Duration, bool) {
        let state = self.state();
        (state.last, state.complete)
    }

    /// The reason why the body could not be read to its end.
    pub(crate) fn take_problem(&self) -> Option<FileProblem> {
        self.state().problem.take()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        f.debug_struct("Upload").field("taken", &state.taken).field("complete", &state.complete).finish()
    }
}
