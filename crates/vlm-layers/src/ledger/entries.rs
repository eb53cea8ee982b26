//! Reading a ledger back: calls joined from their two lines, one by one.

use std::collections::HashMap;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
use serde::Serialize;
use vlm_core::{Currency, Error, ErrorKind, Money, Result};

use super::disk::{LocalDisk, LockedReader};
use super::line::{self, Lines, MAX_LINE};
use super::problem::Problem;
use super::record::{Record, Reserve, stamp, system_time};
use crate::budget::{Booked, Claim, Expected, Settlement, Spent};

/// Which calls are read. Without any condition, all are.
#[derive(Clone, Debug, Default)]
#[must_use = "a filter does something when it is given to `read`"]
pub struct Filter {
    since: Option<Timestamp>,
    until: Option<Timestamp>,
    run: Option<String>,
}

impl Filter {
    /// All calls.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only calls that were reserved at this time or later, to the millisecond.
    pub fn since(mut self, time: SystemTime) -> Self {
        self.since = Some(stamp(time));
        self
    }

    /// Only calls that were reserved before this time, to the millisecond.
    pub fn until(mut self, time: SystemTime) -> Self {
        self.until = Some(stamp(time));
        self
    }

    /// Only calls of this run.
    pub fn run(mut self, name: impl Into<String>) -> Self {
        self.run = Some(name.into());
        self
    }

    fn takes(&self, reserve: &Reserve) -> bool {
        self.since.is_none_or(|since| reserve.at >= since)
            && self.until.is_none_or(|until| reserve.at < until)
            && self.run.as_ref().is_none_or(|run| *run == reserve.run)
    }
}

/// A time for a [`Filter`]: a day such as `2026-11-27`, which is its beginning in UTC, or an RFC 3339 time such as
/// `2026-11-27T09:30:00Z`.
///
/// # Errors
///
/// [`Configuration`](ErrorKind::Configuration) when it is neither.
pub fn parse_time(text: &str) -> Result<SystemTime> {
    let day = || Offset::UTC.to_timestamp(text.parse::<Date>().ok()?.at(0, 0, 0, 0)).ok();
    let time = if text.contains(['T', 't', ' ']) { text.parse::<Timestamp>().ok() } else { day() };
    time.map(system_time).ok_or_else(|| {
        let shown: String = text.chars().take(40).collect();
        Error::new(ErrorKind::Configuration, format!("{shown:?} is not a time"))
            .with_advice("Write a day such as 2026-11-27, or a time such as 2026-11-27T09:30:00Z.")
    })
}

/// How a call of a ledger ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// The service did the work.
    Spent,
    /// It was surely not billed.
    Refunded,
    /// Nobody knows whether it was billed.
    Held,
    /// It is under way, or its program died.
    Open,
}

/// A call of a ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Entry {
    /// Its id.
    pub id: String,
    /// When it was reserved.
    pub at: SystemTime,
    /// When it was settled.
    pub settled_at: Option<SystemTime>,
    /// The run's label or random id.
    pub run: String,
    /// The provider's id.
    pub provider: String,
    /// The model's name.
    pub model: String,
    /// The label of the key.
    pub key: Option<String>,
    /// What it was for.
    pub tag: Option<String>,
    /// The most that it could cost, where that was known.
    pub claimed: Option<Money>,
    /// The currency of `claimed`.
    pub currency: Currency,
    /// The most tokens that it could take, where that was known.
    pub claimed_tokens: Option<u64>,
    /// What was expected.
    pub expected: Option<Expected>,
    /// How it was settled; `None` while it is open.
    pub settlement: Option<Settlement>,
}

impl Entry {
    /// How it ended.
    pub fn outcome(&self) -> Outcome {
        match &self.settlement {
            Some(Settlement::Spent(_)) => Outcome::Spent,
            Some(Settlement::Refunded) => Outcome::Refunded,
            Some(Settlement::Held) => Outcome::Held,
            None => Outcome::Open,
        }
    }

    /// What is known of what it took.
    pub fn spent(&self) -> Option<&Spent> {
        match &self.settlement {
            Some(Settlement::Spent(spent)) => Some(spent),
            _ => None,
        }
    }

    /// The money that it surely cost; with [`Entry::held_money`], all that the books count for it.
    pub fn spent_money(&self) -> Option<(Currency, Money)> {
        let settlement = self.settlement.as_ref()?;
        let (booked, besides) = Booked::money(self.claimed.map_or(0, Money::pico_usd), self.currency, settlement);
        let (currency, spent) = besides.map_or((self.currency, booked.spent), |(other, booked)| (other, booked.spent));
        // A cost of nothing is a cost that is known.
        let known = spent > 0 || self.spent().is_some_and(|spent| spent.money.is_some() && spent.exact);
        known.then(|| (currency, Money::from_pico_usd(spent)))
    }

    /// The money that stays counted because nobody knows what the call cost, or because it is open.
    pub fn held_money(&self) -> Option<(Currency, Money)> {
        let reserved = self.claimed?.pico_usd();
        let held = match &self.settlement {
            Some(settlement) => Booked::money(reserved, self.currency, settlement).0.held,
            None => reserved,
        };
        (held > 0).then(|| (self.currency, Money::from_pico_usd(held)))
    }

    /// The day on which it was reserved, in UTC: `2026-11-27`.
    pub fn day(&self) -> String {
        Offset::UTC.to_datetime(stamp(self.at)).date().to_string()
    }

    fn new(reserve: Reserve, settled: Option<(Timestamp, Settlement)>) -> Self {
        let Claim { provider, model, key, tag, money, currency, tokens, expected } = reserve.claim();
        let (settled_at, settlement) = settled.unzip();
        Self {
            id: reserve.id,
            at: system_time(reserve.at),
            settled_at: settled_at.map(system_time),
            run: reserve.run,
            provider,
            model,
            key,
            tag,
            claimed: money,
            currency,
            claimed_tokens: tokens,
            expected,
            settlement,
        }
    }
}

/// Reads the calls of a ledger that a filter takes.
///
/// It keeps in memory only the calls that are open at the place that was read. What is appended while it reads is left
/// out, and so is an unfinished last line.
///
/// ```
/// use vlm_layers::ledger::{self, By, Filter, Summary, parse_time};
///
/// # fn usage() -> vlm_core::Result<()> {
/// let calls = ledger::read("spend.ledger", Filter::new().since(parse_time("2026-11-01")?))?;
/// let summary = Summary::of(calls, By::Model)?;
/// assert_eq!(summary.groups.len(), 2);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// [`Configuration`](ErrorKind::Configuration) when the file cannot be opened; its entries are errors when it cannot be
/// read on.
pub fn read(path: impl AsRef<Path>, filter: Filter) -> Result<Entries> {
    let path = path.as_ref();
    let reader = LockedReader::new(LocalDisk::open_to_read(path)?)?;
    Ok(Entries {
        path: path.to_owned(),
        lines: Some(Lines::new(BufReader::with_capacity(4 * MAX_LINE, reader))),
        number: 0,
        filter,
        reserved: 0,
        open: HashMap::new(),
        rest: Vec::new().into_iter(),
    })
}

/// The calls of a ledger: settled ones in the order in which they were settled, then open ones in the order in which
/// they were reserved. After an error there are no more.
#[derive(Debug)]
pub struct Entries {
    path: PathBuf,
    lines: Option<Lines<BufReader<LockedReader>>>,
    number: u64,
    filter: Filter,
    reserved: u64,
    open: HashMap<String, (u64, Reserve)>,
    rest: std::vec::IntoIter<Reserve>,
}

impl Iterator for Entries {
    type Item = Result<Entry>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.lines.is_some() {
            match self.record() {
                Ok(Some(record)) => {
                    if let Some(entry) = self.take(record) {
                        return Some(Ok(entry));
                    }
                }
                Ok(None) => self.end(),
                Err(problem) => {
                    self.lines = None;
                    return Some(Err(problem.into()));
                }
            }
        }
        self.rest.next().map(|reserve| Ok(Entry::new(reserve, None)))
    }
}

impl Entries {
    fn record(&mut self) -> Result<Option<Record>, Problem> {
        let Some(lines) = &mut self.lines else { return Ok(None) };
        let next = lines.next().map_err(|source| Problem::io(&self.path, "read", source))?;
        self.number += 1;
        let broken = |why| Problem::broken(&self.path, self.number, why);
        next.map(|line| line.and_then(line::decode).map_err(broken)).transpose()
    }

    fn take(&mut self, record: Record) -> Option<Entry> {
        match record {
            Record::Reserve(reserve) => {
                if self.filter.takes(&reserve) {
                    self.reserved += 1;
                    self.open.entry(reserve.id.clone()).or_insert((self.reserved, reserve));
                }
                None
            }
            Record::Settle(settle) => {
                let (_, reserve) = self.open.remove(&settle.id)?;
                Some(Entry::new(reserve, Some((settle.at, settle.settlement()))))
            }
        }
    }

    fn end(&mut self) {
        self.lines = None;
        let mut open: Vec<(u64, Reserve)> = std::mem::take(&mut self.open).into_values().collect();
        open.sort_unstable_by_key(|(number, _)| *number);
        self.rest = open.into_iter().map(|(_, reserve)| reserve).collect::<Vec<_>>().into_iter();
    }
}
