//! Sums over the calls of a ledger.

use std::collections::BTreeMap;

use serde::Serialize;
use vlm_core::{Currency, Money, Result};

use super::entries::{Entry, Outcome};

/// By what calls are grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum By {
    /// The day of the reservation, in UTC.
    Day,
    /// The model.
    Model,
    /// The provider.
    Provider,
    /// The tag.
    Tag,
    /// The label of the key.
    Key,
    /// The run.
    Run,
}

impl By {
    fn name(self, entry: &Entry) -> Option<String> {
        match self {
            Self::Day => Some(entry.day()),
            Self::Model => Some(entry.model.clone()),
            Self::Provider => Some(entry.provider.clone()),
            Self::Tag => entry.tag.clone(),
            Self::Key => entry.key.clone(),
            Self::Run => Some(entry.run.clone()),
        }
    }
}

/// How far the estimates of input tokens were from what was billed, over the calls of which both are known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Drift {
    /// Calls of which both are known.
    pub calls: u64,
    /// Likely input tokens, as estimated.
    pub estimated: u64,
    /// Input tokens, as billed.
    pub billed: u64,
}

impl Drift {
    /// Billed over estimated: 1 where estimates are right, 1.1 where a tenth more is billed. `None` without estimates.
    pub fn ratio(&self) -> Option<f64> {
        (self.estimated > 0).then(|| self.billed as f64 / self.estimated as f64)
    }
}

/// The sums of a group of calls. Sums stay at the end of their range instead of overflowing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Group {
    /// What its calls have in common; `None` for calls without a tag or key, and for all calls together.
    pub name: Option<String>,
    /// Calls that were let through.
    pub calls: u64,
    /// Those of them that are surely not billed.
    pub refunded: u64,
    /// Those of them of which nobody knows whether they are billed.
    pub held: u64,
    /// Those of them that are under way, or whose program died.
    pub open: u64,
    /// Input tokens, where reported.
    pub input_tokens: u64,
    /// Output tokens, where reported.
    pub output_tokens: u64,
    /// Calls that were done without both counts being reported.
    pub without_usage: u64,
    /// Money that was surely spent, each currency on its own.
    pub money: BTreeMap<Currency, Money>,
    /// Money that stays counted for calls that are held, open, or of unknown cost.
    pub held_money: BTreeMap<Currency, Money>,
    /// Estimates against bills.
    pub drift: Drift,
}

impl Group {
    fn add(&mut self, entry: &Entry) {
        bump(&mut self.calls, 1);
        match entry.outcome() {
            Outcome::Spent => {}
            Outcome::Refunded => bump(&mut self.refunded, 1),
            Outcome::Held => bump(&mut self.held, 1),
            Outcome::Open => bump(&mut self.open, 1),
        }
        if let Some(spent) = entry.spent() {
            bump(&mut self.input_tokens, spent.input_tokens.unwrap_or_default());
            bump(&mut self.output_tokens, spent.output_tokens.unwrap_or_default());
            bump(&mut self.without_usage, (spent.input_tokens.is_none() || spent.output_tokens.is_none()).into());
            let estimated = entry.expected.and_then(|expected| expected.input_likely);
            if let (Some(billed), Some(estimated)) = (spent.input_tokens, estimated) {
                bump(&mut self.drift.calls, 1);
                bump(&mut self.drift.estimated, estimated);
                bump(&mut self.drift.billed, billed);
            }
        }
        for (sums, amount) in [(&mut self.money, entry.spent_money()), (&mut self.held_money, entry.held_money())] {
            if let Some((currency, amount)) = amount {
                let sum = sums.entry(currency).or_default();
                *sum = *sum + amount;
            }
        }
    }
}

fn bump(count: &mut u64, by: u64) {
    *count = count.saturating_add(by);
}

/// Calls in groups, and all together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Summary {
    /// By what they are grouped.
    pub by: By,
    /// The groups, sorted by name; calls without one come first.
    pub groups: Vec<Group>,
    /// All calls.
    pub total: Group,
}

impl Summary {
    /// The sums of calls, read one by one.
    ///
    /// # Errors
    ///
    /// The first error of the entries.
    pub fn of(entries: impl IntoIterator<Item = Result<Entry>>, by: By) -> Result<Self> {
        let mut total = Group::default();
        let mut groups: BTreeMap<Option<String>, Group> = BTreeMap::new();
        for entry in entries {
            let entry = entry?;
            total.add(&entry);
            groups.entry(by.name(&entry)).or_default().add(&entry);
        }
        let named = groups.into_iter().map(|(name, group)| Group { name, ..group });
        Ok(Self { by, groups: named.collect(), total })
    }
}
