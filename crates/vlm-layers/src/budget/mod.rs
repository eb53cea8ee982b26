//! Budgets: every call reserves what it may take before it is sent, and is settled afterwards.
//!
//! The rules stand in `books.rs`, a state machine; here it gets its lock and its handles.

mod books;
mod builder;
mod claim;
mod limit;
mod refusal;
mod reservation;
mod settlement;
mod statement;
mod writer;

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use vlm_core::Result;

use books::{Books, Id};
use writer::Writer;

pub(crate) use settlement::Booked;

pub use builder::BudgetBuilder;
pub use claim::{Claim, Expected};
pub use limit::{Limit, Scope};
pub use reservation::Reservation;
pub use settlement::{Settlement, Spent};
pub use statement::{Account, LimitState, Rest, Statement, Totals};

/// Limits on what calls may take, and the books that hold them.
///
/// A call reserves its maximum before it is sent and is refused at once when that does not fit under every limit that
/// applies: what was spent, what is held, what is reserved and what it claims must not pass the limit together. That
/// holds however many calls run at once. Clones share the same books.
///
/// A call can take more than it had reserved, when the service counts more than was estimated. Then all of it is booked
/// and counted as overrun, and further calls are refused.
///
/// With a [ledger](BudgetBuilder::ledger) a reservation counts once it is on the disk, and so the limits of a named run
/// hold across restarts and across all programs of that run, as long as they set the same limits. Settlements are
/// written behind the caller's back; [`Budget::flush`] waits for them, and so does dropping the last handle, which
/// blocks the thread for as long as the disk needs. A settlement that is lost leaves its reservation counted.
#[derive(Clone)]
pub struct Budget {
    shared: Arc<Shared>,
}

/// What all handles of a budget share.
struct Shared {
    books: Arc<Mutex<Books>>,
    run: String,
    ids: Ids,
    /// The ledger, where there is one.
    writer: Option<Writer>,
}

impl Budget {
    /// A budget to be set up.
    pub fn builder() -> BudgetBuilder {
        BudgetBuilder::default()
    }

    /// Reserves what a call may take at most. It never waits for other calls to end; with a ledger it waits until the
    /// reservation is on the disk.
    ///
    /// # Errors
    ///
    /// [`Budget`](vlm_core::ErrorKind::Budget) when the claim does not fit under a limit, when a limit needs a maximum
    /// that the claim does not know, or when it is in another currency than the limit;
    /// [`Configuration`](vlm_core::ErrorKind::Configuration) when the ledger cannot be read, locked or written. Nothing
    /// was sent.
    pub async fn reserve(&self, claim: Claim) -> Result<Reservation> {
        let id = self.shared.ids.next();
        if let Some(writer) = &self.shared.writer {
            return writer.reserve(&self.shared, id, claim).await;
        }
        let reserved = self.shared.books().reserve(id.clone(), &claim);
        match reserved {
            Ok(()) => Ok(Reservation::new(Arc::clone(&self.shared), id)),
            Err(refusal) => Err(refusal.into_error(&claim)),
        }
    }

    /// Waits until all settlements so far are on the disk, and takes in what other programs of the run did. Without a
    /// ledger there is nothing to wait for.
    ///
    /// # Errors
    ///
    /// [`Configuration`](vlm_core::ErrorKind::Configuration) when the ledger cannot be read, locked or written. The
    /// settlements are kept, and written with the next reservation.
    pub async fn flush(&self) -> Result<()> {
        match &self.shared.writer {
            Some(writer) => writer.flush().await,
            None => Ok(()),
        }
    }

    /// The books at this moment. What other programs of the run did is in them as of the last reservation or
    /// [`Budget::flush`].
    pub fn statement(&self) -> Statement {
        self.shared.books().statement(&self.shared.run)
    }

    /// The run's label, or its random id where none was given.
    pub fn run(&self) -> &str {
        &self.shared.run
    }
}

impl fmt::Debug for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Budget").finish_non_exhaustive()
    }
}

impl Shared {
    /// The books. A caller's panic elsewhere must not take the others down: each change is complete before any code
    /// that could panic runs.
    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn settle(&self, id: &str, settlement: &Settlement) {
        let line = self.writer.as_ref().and_then(|writer| Some((writer, writer.line(id, settlement)?)));
        let mut books = self.books();
        let was_open = books.settle(id, settlement);
        // Queued under the lock: whoever uses the room that this makes is written after it.
        if let (true, Some((writer, line))) = (was_open, line) {
            writer.settle(line);
        }
    }
}

/// Ids that no other program gives: a random part, and a number.
#[derive(Debug)]
struct Ids {
    random: String,
    count: AtomicU64,
}

impl Ids {
    fn new() -> Self {
        Self { random: random_id(), count: AtomicU64::new(0) }
    }

    fn next(&self) -> Id {
        format!("{}-{}", self.random, self.count.fetch_add(1, Ordering::Relaxed)).into()
    }
}

/// 64 bits of chance, from the keys that the system gives to hash tables.
fn random_id() -> String {
    use std::hash::{BuildHasher, RandomState};
    format!("{:016x}", RandomState::new().hash_one(std::process::id()))
}

const _: () = {
    const fn shareable<T: Send + Sync + 'static>() {}
    shareable::<Budget>();
    shareable::<Reservation>();
};

#[cfg(test)]
mod tests;
