//! What every attempt took: comes back on success and on failure, because a failed attempt is paid for too.

use serde::{Deserialize, Serialize};
use vlm_core::{Completion, Cost, Money, Usage};

/// The attempts of one typed call, in order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Ledger {
    attempts: Vec<Attempt>,
}

/// One call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Attempt {
    /// What was asked.
    pub kind: AttemptKind,
    /// The model that was asked.
    pub model: String,
    /// Tokens as reported.
    pub usage: Usage,
    /// What it cost.
    pub cost: Cost,
    /// Why its answer was not taken, in one line; `None` for the one that was.
    pub rejected: Option<String>,
}

/// What an attempt asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AttemptKind {
    /// The question.
    First,
    /// A correction of the answer, without the media.
    Repair,
    /// The question again, with what was wrong.
    Full,
}

impl Ledger {
    /// The attempts, in order.
    pub fn attempts(&self) -> &[Attempt] {
        &self.attempts
    }

    /// Tokens of all attempts that reported any.
    pub fn total_tokens(&self) -> u64 {
        self.attempts.iter().filter_map(|attempt| attempt.usage.total()).sum()
    }

    /// What all attempts cost: the sum of what is known.
    pub fn total_cost(&self) -> Money {
        self.attempts.iter().filter_map(|attempt| attempt.cost.amount()).sum()
    }

    /// True when the cost of every attempt is known in full.
    pub fn is_exact(&self) -> bool {
        self.attempts.iter().all(|attempt| attempt.cost.is_exact())
    }

    pub(super) fn add(&mut self, kind: AttemptKind, model: &str, completion: &Completion) {
        self.attempts.push(Attempt {
            kind,
            model: model.to_owned(),
            usage: completion.usage.clone(),
            cost: completion.cost.clone(),
            rejected: None,
        });
    }

    /// Says why the last attempt's answer is not taken.
    pub(super) fn reject(&mut self, why: String) {
        if let Some(last) = self.attempts.last_mut() {
            last.rejected = Some(why);
        }
    }
}
