//! What a server does, as data: turns of steps, in order.

use std::collections::VecDeque;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;

use super::gate::Gate;
use super::recorded::Recorded;

/// What happens to one request, or to one connection before any request.
#[derive(Clone, Debug)]
pub struct Turn {
    pub(crate) on_accept: bool,
    pub(crate) steps: Vec<Step>,
}

/// One thing that a server does.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Step {
    /// Reads the body of the request to its end; its head was read before.
    ReadBody,
    /// Writes bytes.
    Write(Bytes),
    /// Writes the same bytes again and again until the client goes away.
    WriteForEver(Bytes),
    /// Waits until the test opens the gate, or the client goes away.
    Wait(Gate),
    /// Waits so long; for what cannot be a gate.
    Sleep(Duration),
    /// Waits until the client goes away; what it still sends is read and dropped.
    AwaitClose,
    /// Neither reads nor writes, so that a client that sends a lot comes to a stop.
    Hold,
    /// Closes the connection so that the client sees a reset.
    Reset,
    /// Closes the connection in order. Without it, the connection waits for its next request.
    Close,
}

impl Turn {
    /// Reads a request and then takes these steps.
    pub fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        Self { on_accept: false, steps: std::iter::once(Step::ReadBody).chain(steps).collect() }
    }

    /// Reads the head of a request only, and then takes these steps.
    pub fn after_head(steps: impl IntoIterator<Item = Step>) -> Self {
        Self { on_accept: false, steps: steps.into_iter().collect() }
    }

    /// Takes these steps as soon as a connection is there, without reading anything.
    pub fn on_accept(steps: impl IntoIterator<Item = Step>) -> Self {
        Self { on_accept: true, steps: steps.into_iter().collect() }
    }

    /// Adds a step.
    #[must_use]
    pub fn then(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }

    /// Reads a request and closes the connection.
    pub fn close() -> Self {
        Self::new([Step::Close])
    }

    /// Reads a request and resets the connection.
    pub fn reset() -> Self {
        Self::new([Step::Reset])
    }

    /// Reads a request and says nothing until the client goes away.
    pub fn silence() -> Self {
        Self::new([Step::AwaitClose])
    }
}

type Answer = dyn Fn(&Recorded) -> Turn + Send + Sync;

/// Where turns come from.
pub(crate) enum Script {
    Listed(VecDeque<Turn>),
    Made(std::sync::Arc<Answer>),
}

impl Script {
    pub(crate) fn listed(turns: impl IntoIterator<Item = Turn>) -> Self {
        let mut turns: VecDeque<Turn> = turns.into_iter().collect();
        if turns.is_empty() {
            turns.push_back(Turn::on_accept([Step::Close]));
        }
        Self::Listed(turns)
    }

    pub(crate) fn made(answer: impl Fn(&Recorded) -> Turn + Send + Sync + 'static) -> Self {
        Self::Made(std::sync::Arc::new(answer))
    }

    /// The next turn, if it is one that does not wait for a request.
    pub(crate) fn at_accept(&mut self) -> Option<Turn> {
        match self {
            Self::Listed(turns) if turns.front().is_some_and(|turn| turn.on_accept) => Some(take(turns)),
            _ => None,
        }
    }

    /// The turn for a request whose head has come.
    pub(crate) fn for_request(&mut self, request: &Recorded) -> Turn {
        match self {
            Self::Listed(turns) => take(turns),
            Self::Made(answer) => answer(request),
        }
    }

    /// Whether a turn is made from the request, so that its body must have come first.
    pub(crate) fn reads_first(&self) -> bool {
        matches!(self, Self::Made(_))
    }
}

/// The first turn; the last one stays.
fn take(turns: &mut VecDeque<Turn>) -> Turn {
    let last = turns.len() < 2;
    let turn = if last { turns.front().cloned() } else { turns.pop_front() };
    turn.unwrap_or_else(Turn::close)
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Listed(turns) => write!(f, "Script({} turns)", turns.len()),
            Self::Made(_) => f.write_str("Script(made)"),
        }
    }
}
