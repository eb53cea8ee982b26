//! The records of a ledger and their stable form in JSON.

use std::time::SystemTime;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use vlm_core::{Currency, Money};

use crate::budget::{Claim, Expected, Settlement, Spent};

/// The version that this code writes, and the newest that it reads.
pub(crate) const VERSION: u32 = 1;

/// One line of a ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(crate) enum Record {
    Reserve(Reserve),
    Settle(Settle),
}

/// A call was let through.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Reserve {
    pub(crate) v: u32,
    pub(crate) at: Timestamp,
    pub(crate) id: String,
    pub(crate) run: String,
    pub(crate) provider: String,
    pub(crate) model: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) key: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) tag: Option<String>,
    /// The most that it may cost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) money: Option<Money>,
    #[serde(default, skip_serializing_if = "Currency::is_usd")]
    pub(crate) currency: Currency,
    /// The most tokens that it may take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) tokens: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) expected: Option<Expected>,
}

/// A call ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Settle {
    pub(crate) v: u32,
    pub(crate) at: Timestamp,
    pub(crate) id: String,
    pub(crate) outcome: Outcome,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) input_tokens: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) output_tokens: Option<u64>,
    /// The service's own sum.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) total_tokens: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) money: Option<Money>,
    #[serde(default, skip_serializing_if = "Currency::is_usd")]
    pub(crate) currency: Currency,
    /// Whether `money` is the whole cost; otherwise it is a lower bound, and the estimate stays booked.
    #[serde(default)]
    pub(crate) exact: bool,
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    Spent,
    Refunded,
    Held,
}

impl Record {
    pub(crate) fn version(&self) -> u32 {
        match self {
            Self::Reserve(reserve) => reserve.v,
            Self::Settle(settle) => settle.v,
        }
    }

    /// A call let through.
    pub(crate) fn reserve(at: SystemTime, id: &str, run: &str, claim: &Claim) -> Self {
        let Claim { provider, model, key, tag, money, currency, tokens, expected } = claim.clone();
        let (id, run) = (id.to_owned(), run.to_owned());
        let at = stamp(at);
        Self::Reserve(Reserve { v: VERSION, at, id, run, provider, model, key, tag, money, currency, tokens, expected })
    }

    /// A call settled.
    pub(crate) fn settle(at: SystemTime, id: &str, settlement: &Settlement) -> Self {
        let (outcome, spent) = match settlement {
            Settlement::Spent(spent) => (Outcome::Spent, *spent),
            Settlement::Refunded => (Outcome::Refunded, Spent::default()),
            Settlement::Held => (Outcome::Held, Spent::default()),
        };
        let Spent { money, currency, exact, input_tokens, output_tokens, total_tokens } = spent;
        let (at, id) = (stamp(at), id.to_owned());
        let v = VERSION;
        Self::Settle(Settle { v, at, id, outcome, input_tokens, output_tokens, total_tokens, money, currency, exact })
    }
}

impl Reserve {
    /// What the call claimed.
    pub(crate) fn claim(&self) -> Claim {
        let Self { provider, model, key, tag, money, currency, tokens, expected, .. } = self.clone();
        Claim { provider, model, key, tag, money, currency, tokens, expected }
    }
}

impl Settle {
    /// How it was settled.
    pub(crate) fn settlement(&self) -> Settlement {
        let Self { outcome, input_tokens, output_tokens, total_tokens, money, currency, exact, .. } = *self;
        match outcome {
            Outcome::Spent => {
                Settlement::Spent(Spent { money, currency, exact, input_tokens, output_tokens, total_tokens })
            }
            Outcome::Refunded => Settlement::Refunded,
            Outcome::Held => Settlement::Held,
        }
    }
}

/// The time to the millisecond; a clock outside of the calendar counts as 1970.
pub(crate) fn stamp(time: SystemTime) -> Timestamp {
    let exact = Timestamp::try_from(time).unwrap_or(Timestamp::UNIX_EPOCH);
    Timestamp::from_millisecond(exact.as_millisecond()).unwrap_or(exact)
}

/// The other way; a time that this system cannot tell counts as 1970.
pub(crate) fn system_time(stamp: Timestamp) -> SystemTime {
    let since = stamp.as_duration().unsigned_abs();
    let epoch = SystemTime::UNIX_EPOCH;
    let time = if stamp < Timestamp::UNIX_EPOCH { epoch.checked_sub(since) } else { epoch.checked_add(since) };
    time.unwrap_or(epoch)
}
