//! Sums over the estimates of several calls.

use std::collections::BTreeMap;

use serde::Serialize;
use vlm_core::{Currency, Money};
use vlm_estimate::TokenRange;

use super::Row;

/// The sums of the calls that would be sent. An amount that one of them does not have is `None`.
#[derive(Debug, Serialize)]
pub(super) struct Total {
    pub(super) calls: usize,
    pub(super) refused: usize,
    pub(super) input: TokenRange,
    pub(super) output_typical: u64,
    pub(super) output_max: Option<u64>,
    /// By currency: the least, the likely and the most.
    pub(super) cost: BTreeMap<Currency, Amounts>,
}

/// The cost of several calls.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(super) struct Amounts {
    pub(super) low: Option<Money>,
    pub(super) likely: Option<Money>,
    pub(super) high: Option<Money>,
}

impl Total {
    /// Of all rows that are given.
    pub(super) fn of<'a>(rows: impl IntoIterator<Item = &'a Row>) -> Self {
        let mut total = Self {
            calls: 0,
            refused: 0,
            input: TokenRange::ZERO,
            output_typical: 0,
            output_max: Some(0),
            cost: BTreeMap::new(),
        };
        for row in rows {
            total.add(row);
        }
        total
    }

    fn add(&mut self, row: &Row) {
        let Ok(estimate) = &row.outcome else {
            self.refused += 1;
            return;
        };
        self.calls += 1;
        self.input = self.input + estimate.input;
        self.output_typical = self.output_typical.saturating_add(estimate.output.typical);
        self.output_max = self.output_max.zip(estimate.output.max).map(|(one, two)| one.saturating_add(two));
        let zero = Amounts { low: Some(Money::ZERO), likely: Some(Money::ZERO), high: Some(Money::ZERO) };
        let known = self.cost.entry(estimate.cost.currency).or_insert(zero);
        let sum = |one: Option<Money>, two: Option<Money>| one.zip(two).map(|(one, two)| one + two);
        known.low = sum(known.low, estimate.cost.low);
        known.likely = sum(known.likely, estimate.cost.likely);
        known.high = sum(known.high, estimate.cost.high);
    }
}
