//! Runs checks, each once, and remembers how they ended.

use std::collections::BTreeMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::bench::Bench;
use super::check::{Check, Checked, Stop};
use super::checks::CHECKS;
use super::subject::Subject;

/// The longest that one check may take.
const LONGEST: Duration = Duration::from_secs(60);

/// By how much small deadlines are stretched, one after the other, until a check passes: a machine that is busy passes
/// with larger ones, and a provider that is wrong does not.
const STRETCHES: [u32; 2] = [1, 8];

/// How a check ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// The promise holds.
    Passed,
    /// The promise holds in these cases: those that the model can do, or the service says.
    PassedFor(String),
    /// The promise does not apply, for this reason.
    Skipped(String),
    /// The promise does not hold, and the subject says why that is so.
    Exempted(String),
    /// The promise is broken, as the text says.
    Failed(String),
}

/// The checks of one subject. Each runs once, whoever asks for it first.
pub struct Suite {
    subject: Arc<dyn Subject>,
    outcomes: BTreeMap<&'static str, OnceLock<Outcome>>,
}

/// What became of each check: one line each, in the order of the suite.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// The model that was asked.
    pub model: String,
    /// Names of checks and how they ended.
    pub outcomes: Vec<(&'static str, Outcome)>,
}

impl Suite {
    /// The suite for a subject; nothing runs yet.
    pub fn new(subject: impl Subject) -> Self {
        let outcomes = CHECKS.iter().map(|check| (check.name, OnceLock::new())).collect();
        Self { subject: Arc::new(subject), outcomes }
    }

    /// All checks, in their order.
    pub fn checks() -> &'static [Check] {
        CHECKS
    }

    /// How a check ends. Blocks until it has; must not be called on a thread of an async runtime.
    pub fn outcome(&self, name: &str) -> Outcome {
        let (Some(check), Some(outcome)) = (CHECKS.iter().find(|check| check.name == name), self.outcomes.get(name))
        else {
            return Outcome::Failed(format!("there is no check `{name}`"));
        };
        outcome.get_or_init(|| self.run(check)).clone()
    }

    /// Runs one check, as the tests do that the macro makes.
    ///
    /// # Panics
    /// When the promise is broken, with what is wrong.
    pub fn assert(&self, name: &str) {
        if let Outcome::Failed(what) = self.outcome(name) {
            let promise = CHECKS.iter().find(|check| check.name == name).map_or("", |check| check.promise);
            panic!("{name}: {what}\nthe promise: {promise}");
        }
    }

    /// Runs every check that has not run yet, and says how all of them ended.
    pub fn report(&self) -> Report {
        let outcomes = CHECKS.iter().map(|check| (check.name, self.outcome(check.name))).collect();
        Report { model: self.subject.model().to_owned(), outcomes }
    }

    fn run(&self, check: &Check) -> Outcome {
        let exemptions = self.subject.exemptions();
        if let Some((unknown, _)) = exemptions.iter().find(|(name, _)| !self.outcomes.contains_key(name)) {
            return Outcome::Failed(format!("there is no check `{unknown}`, but an exemption from it"));
        }
        let exemption = exemptions.iter().find(|(name, _)| *name == check.name).map(|(_, reason)| *reason);
        // A provider that panics breaks whatever promise is being checked.
        let ended = catch_unwind(AssertUnwindSafe(|| self.drive(check)));
        let ended = ended.unwrap_or_else(|_| Err(Stop::Fail("the provider or its subject panicked".to_owned())));
        match (ended, exemption) {
            (Err(Stop::Fail(_) | Stop::Broken(_)), Some(reason)) => Outcome::Exempted(reason.to_owned()),
            (Err(Stop::Fail(what) | Stop::Broken(what)), None) => Outcome::Failed(what),
            (_, Some(_)) => Outcome::Failed("there is an exemption from it that is not needed: take it out".to_owned()),
            (Err(Stop::Skip(reason)), None) => Outcome::Skipped(reason),
            (Ok(cases), None) if cases.is_empty() => Outcome::Passed,
            (Ok(cases), None) => Outcome::PassedFor(cases),
        }
    }

    /// Runs a check to its end, with larger deadlines if smaller ones fail; says which cases it went through.
    fn drive(&self, check: &Check) -> Result<String, Stop> {
        let mut ended = Ok(String::new());
        for stretch in STRETCHES {
            let bench = Bench::new(self.subject.clone(), stretch);
            ended = drive(check, &bench).map(|()| bench.notes());
            if !matches!(ended, Err(Stop::Fail(_))) || !bench.is_timed() {
                break;
            }
        }
        ended
    }
}

fn drive(check: &Check, bench: &Bench) -> Checked {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Stop::Fail(format!("there is no runtime: {error}")))?;
    let ended = runtime.block_on(async { tokio::time::timeout(LONGEST, (check.run)(bench)).await });
    // Blocking work that a dropped call left behind is not waited for.
    runtime.shutdown_background();
    ended.unwrap_or_else(|_| Err(Stop::Broken("it did not end within a minute".to_owned())))
}

impl fmt::Debug for Suite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Suite").field("model", &self.subject.model()).finish_non_exhaustive()
    }
}

impl Report {
    /// The checks that failed, with what is wrong.
    pub fn failures(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.outcomes.iter().filter_map(|(name, outcome)| match outcome {
            Outcome::Failed(what) => Some((*name, what.as_str())),
            _ => None,
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.model)?;
        for (name, outcome) in &self.outcomes {
            match outcome {
                Outcome::Passed => write!(f, "\n{name}: passed")?,
                Outcome::PassedFor(cases) => write!(f, "\n{name}: passed for {cases}")?,
                Outcome::Skipped(reason) => write!(f, "\n{name}: skipped, {reason}")?,
                Outcome::Exempted(reason) => write!(f, "\n{name}: exempted, {reason}")?,
                Outcome::Failed(what) => write!(f, "\n{name}: FAILED, {what}")?,
            }
        }
        Ok(())
    }
}
