//! A call under way, as its circuit sees it: what it counts for is decided once, at the latest when it is dropped.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;
use vlm_core::{Error, ErrorKind, TimeoutPhase};

use super::circuit::{Circuit, Outcome, Pass, Refusal, Settings};

/// Circuits that are kept before closed ones are forgotten.
const MANY: usize = 256;

/// The circuits of one provider, by model. A model that never failed has none.
#[derive(Default)]
pub(super) struct Circuits(Mutex<HashMap<String, Circuit>>);

impl Circuits {
    pub(super) fn refusal(&self, model: &str) -> Option<Refusal> {
        self.lock().get(model)?.refusal(Instant::now())
    }

    fn admit(&self, model: &str) -> Result<Pass, Refusal> {
        match self.lock().get_mut(model) {
            Some(circuit) => circuit.admit(Instant::now()),
            None => Circuit::default().admit(Instant::now()),
        }
    }

    fn record(&self, model: &str, pass: Pass, outcome: Outcome, settings: &Settings) {
        let mut circuits = self.lock();
        if outcome == Outcome::Failure && !circuits.contains_key(model) {
            if circuits.len() >= MANY {
                circuits.retain(|_, circuit| !circuit.is_closed());
            }
            circuits.insert(model.to_owned(), Circuit::default());
        }
        if let Some(circuit) = circuits.get_mut(model) {
            circuit.record(pass, outcome, Instant::now(), settings);
        }
    }

    fn answered(&self, model: &str, pass: Pass) -> Pass {
        self.lock().get_mut(model).map_or(pass, |circuit| circuit.answered(pass))
    }

    /// No code of a caller runs under this lock.
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Circuit>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Circuits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.lock().iter()).finish()
    }
}

/// A call that was let through. Dropped without having ended, it counts for nothing.
#[derive(Debug)]
pub(super) struct Attempt {
    circuits: Arc<Circuits>,
    settings: Settings,
    model: String,
    /// `None` once it has ended.
    pass: Option<Pass>,
}

impl Attempt {
    pub(super) fn begin(circuits: &Arc<Circuits>, settings: Settings, model: &str) -> Result<Self, Refusal> {
        let pass = Some(circuits.admit(model)?);
        Ok(Self { circuits: Arc::clone(circuits), settings, model: model.to_owned(), pass })
    }

    /// The first piece of an answer is here.
    pub(super) fn answered(&mut self) {
        self.pass = self.pass.map(|pass| self.circuits.answered(&self.model, pass));
    }

    pub(super) fn succeeded(&mut self) {
        self.end(Outcome::Success);
    }

    pub(super) fn failed(&mut self, error: &Error) {
        self.end(if counts(error.kind()) { Outcome::Failure } else { Outcome::Nothing });
    }

    fn end(&mut self, outcome: Outcome) {
        if let Some(pass) = self.pass.take() {
            self.circuits.record(&self.model, pass, outcome, &self.settings);
        }
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        self.end(Outcome::Nothing);
    }
}

/// Whether a failure speaks against the service.
fn counts(kind: ErrorKind) -> bool {
    match kind {
        ErrorKind::Timeout(phase) => phase != TimeoutPhase::Queue,
        ErrorKind::Connect(_) | ErrorKind::Server | ErrorKind::Overloaded => true,
        _ => false,
    }
}
