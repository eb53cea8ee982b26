//! Statements: the books as a caller reads them.

use std::collections::BTreeMap;

use serde::Serialize;
use vlm_core::{Currency, Money};

use super::limit::Scope;

/// Where one dimension (money of one currency, or tokens) stands.
///
/// It balances: `claimed = reserved + refunded + held + (spent - overrun)`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Account<T> {
    /// Everything that was ever reserved.
    pub claimed: T,
    /// Reserved by calls that are not settled.
    pub reserved: T,
    /// Surely spent.
    pub spent: T,
    /// Reserved by calls of which nobody knows what they took: it stays counted.
    pub held: T,
    /// Given back.
    pub refunded: T,
    /// The part of `spent` that is above what was reserved for it.
    pub overrun: T,
}

impl<T> Account<T> {
    pub(super) fn map<U>(self, as_unit: impl Fn(T) -> U) -> Account<U> {
        Account {
            claimed: as_unit(self.claimed),
            reserved: as_unit(self.reserved),
            spent: as_unit(self.spent),
            held: as_unit(self.held),
            refunded: as_unit(self.refunded),
            overrun: as_unit(self.overrun),
        }
    }
}

/// The totals of a group of calls.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Totals {
    /// Calls that were let through.
    pub calls: u64,
    /// Those of them that are not settled.
    pub open: u64,
    /// Calls that were refused since the budget was built; the ledger does not keep them.
    pub refused: u64,
    /// Input and output tokens together.
    pub tokens: Account<u64>,
    /// Money, each currency on its own.
    pub money: BTreeMap<Currency, Account<Money>>,
}

impl Totals {
    /// The money of one currency; all zero where there was none.
    pub fn money_in(&self, currency: Currency) -> Account<Money> {
        self.money.get(&currency).copied().unwrap_or_default()
    }
}

/// One dimension of a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Rest<T> {
    /// The most that is allowed.
    pub limit: T,
    /// What counts against it: spent, held and reserved.
    pub counted: T,
    /// What is left; nothing when the limit was passed by calls that took more than they had reserved.
    pub left: T,
}

/// Where one limit stands. A limit of each model, or of each key, has one entry for each that was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LimitState {
    /// Whose calls it adds up.
    pub scope: Scope,
    /// The model or the key that this entry is about; `None` for the run, and for calls without a key.
    pub subject: Option<String>,
    /// The currency of `money`.
    pub currency: Currency,
    /// The limit on money, if there is one.
    pub money: Option<Rest<Money>>,
    /// The limit on tokens, if there is one.
    pub tokens: Option<Rest<u64>>,
}

/// The books of a budget at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Statement {
    /// The run's label, or its random id.
    pub run: String,
    /// All calls.
    pub in_all: Totals,
    /// Calls by model.
    pub by_model: BTreeMap<String, Totals>,
    /// Calls by the label of their key; calls without one are in `in_all` only.
    pub by_key: BTreeMap<String, Totals>,
    /// Where each limit stands.
    pub limits: Vec<LimitState>,
}
