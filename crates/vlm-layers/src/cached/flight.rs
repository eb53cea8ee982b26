//! Calls that are equal and run at once are one call: it goes on as long as anybody waits for it.

use std::any::Any;
use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt as _;
use futures_util::future::Shared;
use vlm_core::{Completion, Delivery, Error, ErrorKind, Result};

use super::digest::Digest;
use super::entry::{Entry, shared};

/// How a call ended.
pub(super) enum Landed {
    /// It was not needed.
    Found(Arc<Entry>),
    /// It was made, and failed or not.
    Made(Box<Result<Completion>>),
}

/// How a call ended, for all who wait for it.
struct Outcome {
    landed: Result<Landed, Mutex<Option<Panic>>>,
    /// Whether somebody took what was paid for.
    is_taken: AtomicBool,
}

type Panic = Box<dyn Any + Send>;
type Flight = Shared<Pin<Box<dyn Future<Output = Arc<Outcome>> + Send>>>;

/// The calls under way.
#[derive(Default)]
pub(super) struct Flights(Mutex<Board>);

#[derive(Default)]
struct Board {
    count: u64,
    flights: HashMap<Digest, Boarded>,
}

struct Boarded {
    number: u64,
    /// Who waits for it.
    seats: usize,
    flight: Flight,
}

/// Somebody who waits for a call. When the last one goes, the call is dropped.
struct Seat<'a> {
    flights: &'a Flights,
    name: Digest,
    number: u64,
}

impl Flights {
    /// Waits for the call of this name, which is made by `call` where nobody waits for it yet.
    ///
    /// Whoever waits drives it: a caller that gives up holds nobody up, and the last one that does cancels it. One of them
    /// is given the answer as it is; to the others it cost nothing. A panic of the call is one for one of them, and an
    /// error for the others.
    pub(super) async fn share<F>(&self, name: Digest, call: impl FnOnce() -> F) -> Result<Completion>
    where
        F: Future<Output = Landed> + Send + 'static,
    {
        // Declared first, so dropped last: the seat's own hold of the call is gone when it is given up.
        let seat;
        let flight;
        (seat, flight) = self.board(name, call);
        let outcome = flight.await;
        drop(seat);
        outcome.take()
    }

    fn board<F>(&self, name: Digest, call: impl FnOnce() -> F) -> (Seat<'_>, Flight)
    where
        F: Future<Output = Landed> + Send + 'static,
    {
        let mut board = self.lock();
        // One that has landed is not for those who come later: they look into the cache first.
        if let Some(boarded) = board.flights.get_mut(&name).filter(|boarded| boarded.flight.peek().is_none()) {
            boarded.seats += 1;
            return (Seat { flights: self, name, number: boarded.number }, boarded.flight.clone());
        }
        board.count += 1;
        let number = board.count;
        let work = AssertUnwindSafe(call()).catch_unwind();
        let outcome = work.map(|landed| Arc::new(Outcome::new(landed.map_err(|panic| Mutex::new(Some(panic))))));
        let flight: Flight = (Box::pin(outcome) as Pin<Box<dyn Future<Output = Arc<Outcome>> + Send>>).shared();
        let landed = board.flights.insert(name, Boarded { number, seats: 1, flight: flight.clone() });
        drop(board);
        drop(landed);
        (Seat { flights: self, name, number }, flight)
    }

    fn lock(&self) -> MutexGuard<'_, Board> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        let mut board = self.flights.lock();
        let Some(boarded) = board.flights.get_mut(&self.name).filter(|boarded| boarded.number == self.number) else {
            return;
        };
        boarded.seats -= 1;
        if boarded.seats > 0 {
            return;
        }
        let last = board.flights.remove(&self.name);
        // What the provider does when its call is dropped is not done under the lock.
        drop(board);
        drop(last);
    }
}

impl Outcome {
    fn new(landed: Result<Landed, Mutex<Option<Panic>>>) -> Self {
        Self { landed, is_taken: AtomicBool::new(false) }
    }

    fn take(&self) -> Result<Completion> {
        match &self.landed {
            Ok(Landed::Found(entry)) => Ok(entry.hit()),
            Ok(Landed::Made(made)) => match &**made {
                Ok(answer) if self.is_taken.swap(true, Ordering::AcqRel) => Ok(shared(answer.clone())),
                made => made.clone(),
            },
            Err(panic) => {
                let panic = panic.lock().unwrap_or_else(PoisonError::into_inner).take();
                if let Some(panic) = panic {
                    resume_unwind(panic);
                }
                Err(Error::new(ErrorKind::Internal, "the call that this one shared panicked")
                    .with_delivery(Delivery::MaybeSent))
            }
        }
    }
}

impl fmt::Debug for Flights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Flights").field(&self.lock().flights.len()).finish()
    }
}
