//! Setting a budget up.

use std::sync::{Arc, Mutex};

use vlm_core::{Currency, Error, ErrorKind, Result};

use super::books::Books;
use super::limit::Limit;
use super::{Budget, Ids, Shared, random_id};

/// Sets a [`Budget`] up. Without a limit it keeps books and refuses nothing.
#[derive(Clone, Debug, Default)]
#[must_use = "nothing is limited until the budget is built"]
pub struct BudgetBuilder {
    limits: Vec<Limit>,
    currency: Currency,
    run: Option<String>,
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

    /// Names the run. Without a name each budget is a run of its own.
    pub fn run(mut self, name: impl Into<String>) -> Self {
        self.run = Some(name.into());
        self
    }

    /// The budget.
    ///
    /// # Errors
    ///
    /// [`Configuration`](ErrorKind::Configuration) when a limit limits nothing or the run's name is empty.
    pub fn build(self) -> Result<Budget> {
        self.check()?;
        let run = self.run.unwrap_or_else(random_id);
        let books = Mutex::new(Books::new(self.limits, self.currency));
        Ok(Budget { shared: Arc::new(Shared { books, run, ids: Ids::new() }) })
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
