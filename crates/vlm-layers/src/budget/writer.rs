//! The thread that keeps a budget's ledger: it takes all that is queued, writes it in one transaction, and answers.
//!
//! A settlement is booked and queued under the lock of the books, and a reservation is decided under the same lock
//! after the queue was emptied. So whatever room a reservation uses, the line that made the room stands before it.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::SystemTime;

use tokio::sync::oneshot;
use vlm_core::{Error, ErrorKind, Result};

use super::Shared;
use super::books::{Books, Id};
use super::claim::Claim;
use super::reservation::Reservation;
use super::settlement::Settlement;
use crate::ledger::{Clock, Log, MAX_LINE, Problem, Record, encode};

/// What the thread is asked to do.
enum Order {
    Reserve(Box<Asked>),
    /// The line of a settlement.
    Settle(Vec<u8>),
    Flush(oneshot::Sender<Result<()>>),
    Close,
}

/// A reservation that is asked for.
struct Asked {
    at: SystemTime,
    claim: Claim,
    id: Id,
    shared: Arc<Shared>,
    reply: oneshot::Sender<Result<Reservation>>,
}

/// The handle of the thread.
pub(super) struct Writer {
    queue: Sender<Order>,
    thread: Option<JoinHandle<()>>,
    clock: Clock,
}

impl Writer {
    /// Starts the thread. The log's past has been read into the books.
    pub(super) fn start(log: Log, books: Arc<Mutex<Books>>, run: String, clock: Clock) -> std::io::Result<Self> {
        let (queue, orders) = channel();
        let mut worker = Worker { log, books, run, orders, settled: Vec::new() };
        let thread = thread::Builder::new().name("vlm-ledger".to_owned()).spawn(move || worker.work())?;
        Ok(Self { queue, thread: Some(thread), clock })
    }

    pub(super) async fn reserve(&self, shared: &Arc<Shared>, id: Id, claim: Claim) -> Result<Reservation> {
        let (reply, answer) = oneshot::channel();
        // The clock is the caller's code: it runs on the caller's thread, under no lock.
        let asked = Asked { at: (self.clock)(), claim, id, shared: Arc::clone(shared), reply };
        self.queue.send(Order::Reserve(Box::new(asked))).map_err(|_| gone())?;
        answer.await.unwrap_or_else(|_| Err(gone()))
    }

    /// Queues a settlement, without waiting. Called under the lock of the books.
    pub(super) fn settle(&self, line: Vec<u8>) {
        // Without the thread the reservation stays counted, which is the safe side.
        let _ = self.queue.send(Order::Settle(line));
    }

    pub(super) async fn flush(&self) -> Result<()> {
        let (reply, answer) = oneshot::channel();
        self.queue.send(Order::Flush(reply)).map_err(|_| gone())?;
        answer.await.unwrap_or_else(|_| Err(gone()))
    }

    /// The line of a settlement, dated now.
    pub(super) fn line(&self, id: &str, settlement: &Settlement) -> Option<Vec<u8>> {
        encode(&Record::settle((self.clock)(), id, settlement)).ok()
    }
}

impl Drop for Writer {
    /// Waits until everything is written, except where the thread itself lets the last handle go.
    fn drop(&mut self) {
        let _ = self.queue.send(Order::Close);
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != thread::current().id()
        {
            let _ = thread.join();
        }
    }
}

fn gone() -> Error {
    Error::new(ErrorKind::Internal, "the thread that writes the ledger has ended")
        .with_advice("Build the budget again, and please report this; nothing was sent.")
}

struct Worker {
    log: Log,
    books: Arc<Mutex<Books>>,
    run: String,
    orders: Receiver<Order>,
    /// Settlements that are booked and not on the disk.
    settled: Vec<Vec<u8>>,
}

/// What one transaction is about.
#[derive(Default)]
struct Batch {
    admitted: Vec<Asked>,
    refused: Vec<(Asked, Error)>,
    lines: Vec<u8>,
    flushes: Vec<oneshot::Sender<Result<()>>>,
    closes: bool,
}

impl Worker {
    fn work(&mut self) {
        while let Ok(first) = self.orders.recv() {
            if self.round(first) {
                return;
            }
        }
    }

    /// One transaction with all that is queued. True when it was the last one.
    fn round(&mut self, first: Order) -> bool {
        let mut batch = Batch::default();
        let mut first = Some(first);
        let (books, orders, run) = (&self.books, &self.orders, &self.run);
        let settled = &mut self.settled;
        let written = self.log.locked(|log| {
            log.catch_up(&mut |record| apply(&mut lock(books), run, &record))?;
            let mut books = lock(books);
            let queued: Vec<Order> =
                first.take().into_iter().chain(std::iter::from_fn(|| orders.try_recv().ok())).collect();
            let reserves = sort(queued, settled, &mut batch);
            for asked in reserves {
                admit(asked, &mut books, run, &mut batch);
            }
            drop(books);
            let lines = [settled.concat(), std::mem::take(&mut batch.lines)].concat();
            log.append(&lines, (settled.len() + batch.admitted.len()) as u64)
        });
        if let Some(first) = first {
            // The log could not even be locked or read: nothing is decided.
            let queued = std::iter::once(first).chain(std::iter::from_fn(|| self.orders.try_recv().ok())).collect();
            batch.admitted = sort(queued, &mut self.settled, &mut batch);
        }
        self.answer(batch, written)
    }

    fn answer(&mut self, batch: Batch, written: Result<(), Problem>) -> bool {
        for (asked, error) in batch.refused {
            let _ = asked.reply.send(Err(error));
        }
        match &written {
            Ok(()) => self.settled.clear(),
            // One lock for all: between them nobody must see a part of them gone.
            Err(_) => {
                let mut books = lock(&self.books);
                batch.admitted.iter().for_each(|asked| books.forget(&asked.id));
            }
        }
        for Asked { id, shared, reply, .. } in batch.admitted {
            // Whoever stopped waiting drops the reservation, which gives it back.
            let _ = reply.send(match &written {
                Ok(()) => Ok(Reservation::new(shared, id)),
                Err(problem) => Err(problem.clone().into()),
            });
        }
        for flush in batch.flushes {
            let _ = flush.send(written.clone().map_err(Error::from));
        }
        batch.closes
    }
}

/// Puts orders where they belong and gives the reservations that are asked for and still waited for.
fn sort(queued: Vec<Order>, settled: &mut Vec<Vec<u8>>, batch: &mut Batch) -> Vec<Asked> {
    let mut reserves = Vec::new();
    for order in queued {
        match order {
            Order::Reserve(asked) if asked.reply.is_closed() => {}
            Order::Reserve(asked) => reserves.push(*asked),
            Order::Settle(line) => settled.push(line),
            Order::Flush(reply) => batch.flushes.push(reply),
            Order::Close => batch.closes = true,
        }
    }
    reserves
}

/// Decides one reservation and adds its line.
fn admit(asked: Asked, books: &mut Books, run: &str, batch: &mut Batch) {
    let line = encode(&Record::reserve(asked.at, &asked.id, run, &asked.claim)).ok();
    let Some(line) = line.filter(|line| line.len() <= MAX_LINE) else {
        batch.refused.push((asked, too_long()));
        return;
    };
    match books.reserve(Arc::clone(&asked.id), &asked.claim) {
        Ok(()) => {
            batch.lines.extend_from_slice(&line);
            batch.admitted.push(asked);
        }
        Err(refusal) => {
            let error = refusal.into_error(&asked.claim);
            batch.refused.push((asked, error));
        }
    }
}

fn too_long() -> Error {
    Error::new(ErrorKind::InvalidRequest, "the labels of the call are too long for the ledger")
        .with_advice("Shorten key, tag, run and model to less than 64 KiB together; nothing was sent.")
}

/// Books what another program of the same run did.
pub(super) fn apply(books: &mut Books, run: &str, record: &Record) {
    match record {
        Record::Reserve(reserve) if reserve.run == run => books.admit(reserve.id.as_str().into(), &reserve.claim()),
        Record::Reserve(_) => {}
        Record::Settle(settle) => {
            books.settle(&settle.id, &settle.settlement());
        }
    }
}

fn lock(books: &Mutex<Books>) -> std::sync::MutexGuard<'_, Books> {
    books.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
