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

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use vlm_core::Result;

use books::{Books, Id};

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
#[derive(Clone)]
pub struct Budget {
    shared: Arc<Shared>,
}

/// What all handles of a budget share.
struct Shared {
    books: Mutex<Books>,
    run: String,
    ids: Ids,
}

impl Budget {
    /// A budget to be set up.
    pub fn builder() -> BudgetBuilder {
        BudgetBuilder::default()
    }

    /// Reserves what a call may take at most. It never waits for other calls to end.
    ///
    /// # Errors
    ///
    /// [`Budget`](vlm_core::ErrorKind::Budget) when the claim does not fit under a limit, when a limit needs a maximum
    /// that the claim does not know, or when it is in another currency than the limit; nothing was sent.
    #[expect(clippy::unused_async, reason = "with a ledger it waits for the disk")]
    pub async fn reserve(&self, claim: Claim) -> Result<Reservation> {
        let id = self.shared.ids.next();
        let reserved = self.shared.books().reserve(id.clone(), &claim);
        match reserved {
            Ok(()) => Ok(Reservation::new(Arc::clone(&self.shared), id)),
            Err(refusal) => Err(refusal.into_error(&claim)),
        }
    }

    /// The books at this moment.
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
        self.books().settle(id, settlement);
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
