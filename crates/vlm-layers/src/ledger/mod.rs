//! The ledger of budgets: an append-only file in which every reservation and every settlement is one line.
//!
//! A line is a checksum (CRC-32 of the JSON behind it, 8 hex digits), a blank, and a JSON object:
//!
//! ```text
//! 5f1c3a02 {"event":"reserve","v":1,"at":"2026-11-27T09:23:02.118Z","id":"8d1f…-0","run":"nightly","provider":"memories",…}
//! 91b0e77d {"event":"settle","v":1,"at":"2026-11-27T09:23:04.51Z","id":"8d1f…-0","outcome":"spent","input_tokens":2042,…}
//! ```
//!
//! | field | of | meaning |
//! |---|---|---|
//! | `event` | both | `reserve` or `settle` |
//! | `v` | both | version of the form, 1 |
//! | `at` | both | when, in UTC |
//! | `id` | both | the call; the same in both of its lines |
//! | `run`, `provider`, `model` | reserve | whose call it is |
//! | `key`, `tag` | reserve | labels that the caller gave, if any |
//! | `money`, `currency`, `tokens` | reserve | the most that it may take, where known; US dollars without `currency` |
//! | `expected` | reserve | the estimate: `input_low`, `input_likely`, `input_high`, `output_typical`, `output_high` |
//! | `outcome` | settle | `spent`, `refunded` (surely not billed) or `held` (nobody knows: the reservation counts) |
//! | `input_tokens`, `output_tokens`, `total_tokens` | settle | as the service reported them |
//! | `money`, `currency` | settle | what it cost |
//! | `exact` | settle | whether `money` is the whole cost; otherwise the reservation stays counted as the estimate |
//!
//! Prompts, answers, file names and keys are never in it. A call without a `settle` line is under way, or its program
//! died: it stays counted. A last line without its end was cut by a crash, before anybody relied on it: readers leave it
//! out and the next writer takes it away.

mod disk;
mod entries;
mod holder;
mod line;
mod log;
mod problem;
mod record;
mod summary;

use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

pub use entries::{Entries, Entry, Filter, Outcome, parse_time, read};
pub use summary::{By, Drift, Group, Summary};

#[cfg(test)]
pub(crate) use disk::Disk;
pub(crate) use line::{MAX_LINE, encode};
pub(crate) use log::{Follow, Log};
pub(crate) use problem::Problem;
pub(crate) use record::Record;

/// Tells the time of a record.
pub(crate) type Clock = Arc<dyn Fn() -> SystemTime + Send + Sync>;

/// Opens the ledger at a path, and makes it where there is none.
pub(crate) fn open(path: &Path, follow: Follow) -> Result<Log, Problem> {
    Log::open(path, Box::new(disk::LocalDisk::open(path)?), follow)
}
