//! Setting a budget up.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use vlm_core::{Currency, Error, ErrorKind, Result};

use super::books::Books;
use super::limit::Limit;
use super::writer::{Writer, apply};
use super::{Budget, Ids, Shared, random_id};
use crate::ledger::{self, Clock, Follow, Log};

/// Sets a [`Budget`] up. Without a limit it keeps books and refuses nothing.
#[derive(Clone, Default)]
#[must_use = "nothing is limited until the budget is built"]
pub struct BudgetBuilder {
    limits: Vec<Limit>,
    currency: Currency,
    run: Option<String>,
    ledger: Option<PathBuf>,
    clock: Option<Clock>,
}

impl BudgetBuilder {
    /// Adds a limit. A call must fit under all that apply to it.
    pub fn limit(mut self, limit: Limit) -> Self {
        self.limits.push(limit);
        self
    }

    /// Sets the currency of all limits on money; US dollars unless said otherwise.
    pub fn currency(mut self, currency: Currency) -> Self {
        self.currency = currency;
        self
    }

    /// Names the run, for the ledger: a program that is started again under the same name goes on from what was spent,
    /// and several programs of one name share their limits. Without a name each budget is a run of its own.
    pub fn run(mut self, name: impl Into<String>) -> Self {
        self.run = Some(name.into());
        self
    }

    /// Keeps the books in a file, which is made where there is none, for this user only. Any number of programs and
    /// runs may share it. Its form is described in [`ledger`](crate::ledger).
    pub fn ledger(mut self, path: impl Into<PathBuf>) -> Self {
        self.ledger = Some(path.into());
        self
    }

    /// Sets the clock that dates the records of the ledger; the system's unless said otherwise.
    pub fn clock(mut self, now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Some(Arc::new(now));
        self
    }

    /// The budget. With a ledger this opens the file, and for a named run it reads all of it; it blocks for that long.
    ///
    /// # Errors
    ///
    /// [`Configuration`](ErrorKind::Configuration) when a limit limits nothing, when the run's name is empty, or when
    /// the ledger cannot be opened, read, locked or written.
    pub fn build(self) -> Result<Budget> {
        self.check()?;
        let follow = if self.run.is_some() { Follow::All } else { Follow::Nothing };
        let run = self.run.unwrap_or_else(random_id);
        let mut books = Books::new(self.limits, self.currency);
        let log = match &self.ledger {
            Some(path) => Some(replayed(path, follow, &mut books, &run)?),
            None => None,
        };
        let books = Arc::new(Mutex::new(books));
        let clock = self.clock.unwrap_or_else(|| Arc::new(SystemTime::now));
        let start = |log| Writer::start(log, Arc::clone(&books), run.clone(), clock).map_err(no_thread);
        let writer = log.map(start).transpose()?;
        Ok(Budget { shared: Arc::new(Shared { books, run, ids: Ids::new(), writer }) })
    }

    fn check(&self) -> Result<()> {
        if self.limits.iter().any(|limit| limit.money.is_none() && limit.tokens.is_none()) {
            return Err(Error::new(ErrorKind::Configuration, "a limit of the budget limits neither money nor tokens")
                .with_advice("Say how much: `Limit::run().money(…)`, or `.tokens(…)`; nothing was sent."));
        }
        if self.run.as_ref().is_some_and(String::is_empty) {
            return Err(Error::new(ErrorKind::Configuration, "the name of the budget's run is empty")
                .with_advice("Name the run, or leave the name out for a run of its own; nothing was sent."));
        }
        Ok(())
    }
}

impl fmt::Debug for BudgetBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let limits = &self.limits.len();
        f.debug_struct("BudgetBuilder")
            .field("limits", limits)
            .field("currency", &self.currency)
            .finish_non_exhaustive()
    }
}

/// The log of a ledger, and its past in the books.
fn replayed(path: &Path, follow: Follow, books: &mut Books, run: &str) -> Result<Log> {
    let mut log = ledger::open(path, follow)?;
    log.locked(|log| log.catch_up(&mut |record| apply(books, run, &record)))?;
    Ok(log)
}

fn no_thread(source: std::io::Error) -> Error {
    Error::new(ErrorKind::Configuration, "the thread that writes the ledger cannot be started")
        .with_advice("Raise the system's limit of threads; nothing was sent.")
        .with_source(source)
}
