//! The thread against a disk that fails: nothing is let through that is not on the disk, and nothing is lost.

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use vlm_core::{Currency, Delivery};

use super::*;
use crate::budget::{Budget, Ids, Limit, Statement};
use crate::ledger::{Disk, Follow};

/// A disk in memory that can be full: then it takes some bytes of each write and refuses the rest.
#[derive(Clone, Default)]
struct FakeDisk {
    bytes: Arc<Mutex<Vec<u8>>>,
    full: Arc<AtomicBool>,
    taken: Arc<AtomicUsize>,
    /// Whether each write panics.
    panics: Arc<AtomicBool>,
    /// Whether each write takes its time.
    slow: Arc<AtomicBool>,
    /// Whether cutting fails too.
    stuck: Arc<AtomicBool>,
}

impl Disk for FakeDisk {
    fn lock(&mut self) -> Result<(), Problem> {
        Ok(())
    }

    fn unlock(&mut self) {}

    fn len(&mut self) -> io::Result<u64> {
        Ok(self.bytes.lock().unwrap().len() as u64)
    }

    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.bytes.lock().unwrap();
        let there = &bytes[usize::try_from(offset).unwrap().min(bytes.len())..];
        let count = there.len().min(buffer.len());
        buffer[..count].copy_from_slice(&there[..count]);
        Ok(count)
    }

    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        assert!(!self.panics.load(Ordering::SeqCst), "on purpose");
        if self.slow.load(Ordering::SeqCst) {
            thread::sleep(std::time::Duration::from_millis(20));
        }
        let full = self.full.load(Ordering::SeqCst);
        let taken = if full { self.taken.load(Ordering::SeqCst).min(bytes.len()) } else { bytes.len() };
        let mut file = self.bytes.lock().unwrap();
        assert_eq!(file.len() as u64, offset, "lines are appended");
        file.extend_from_slice(&bytes[..taken]);
        if full { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
    }

    fn cut(&mut self, len: u64) -> io::Result<()> {
        if self.stuck.load(Ordering::SeqCst) {
            return Err(io::ErrorKind::Other.into());
        }
        self.bytes.lock().unwrap().truncate(usize::try_from(len).unwrap());
        Ok(())
    }
}

fn budget(disk: &FakeDisk) -> Budget {
    let mut log = Log::open(Path::new("fake.ledger"), Box::new(disk.clone()), Follow::All).unwrap();
    let mut books = Books::new(vec![Limit::run().tokens(100)], Currency::USD);
    log.locked(|log| log.catch_up(&mut |record| apply(&mut books, "run", &record))).unwrap();
    let books = Arc::new(Mutex::new(books));
    let clock: Clock = Arc::new(|| std::time::SystemTime::UNIX_EPOCH);
    let writer = Writer::start(log, Arc::clone(&books), "run".to_owned(), clock).unwrap();
    Budget { shared: Arc::new(Shared { books, run: "run".to_owned(), ids: Ids::new(), writer: Some(writer) }) }
}

fn claim(tokens: u64) -> Claim {
    Claim::new("p", "m").tokens(Some(tokens))
}

fn without_refusals(budget: &Budget) -> Statement {
    let mut statement = budget.statement();
    statement.in_all.refused = 0;
    statement.by_model.values_mut().for_each(|totals| totals.refused = 0);
    statement
}

#[tokio::test]
async fn a_full_disk_refuses_calls_and_loses_nothing() {
    let disk = FakeDisk::default();
    let budget = budget(&disk);
    let first = budget.reserve(claim(40)).await.unwrap();
    let before = without_refusals(&budget);
    for taken in [0, 1, 50, 1_000] {
        disk.taken.store(taken, Ordering::SeqCst);
        disk.full.store(true, Ordering::SeqCst);
        let error = budget.reserve(claim(10)).await.unwrap_err();
        assert_eq!((error.kind(), error.delivery()), (ErrorKind::Configuration, Delivery::NotSent));
        assert_eq!(error.to_string(), "the ledger \"fake.ledger\" cannot be written (the disk is full)");
        assert!(error.advice().contains("Make room"), "{}", error.advice());
        assert_eq!(without_refusals(&budget), before);
    }
    // Settled while it is full: booked at once, written once there is room.
    first.settle(Settlement::Held);
    assert!(budget.flush().await.is_err());
    disk.full.store(false, Ordering::SeqCst);
    drop(budget.reserve(claim(60)).await.unwrap());
    budget.flush().await.unwrap();
    let statement = without_refusals(&budget);
    assert_eq!((statement.in_all.tokens.held, statement.in_all.tokens.refunded), (40, 60));
    assert_eq!(without_refusals(&self::budget(&disk)), statement);
}

#[tokio::test]
async fn lines_of_a_failed_write_that_cannot_be_cut_off_count() {
    let disk = FakeDisk::default();
    let budget = budget(&disk);
    disk.full.store(true, Ordering::SeqCst);
    disk.stuck.store(true, Ordering::SeqCst);
    disk.taken.store(10_000, Ordering::SeqCst);
    assert!(budget.reserve(claim(70)).await.is_err());
    disk.full.store(false, Ordering::SeqCst);
    disk.stuck.store(false, Ordering::SeqCst);
    let error = budget.reserve(claim(50)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Budget, "the line is there, and others see it: {error}");
    assert_eq!(budget.statement().in_all.tokens.reserved, 70);
}

#[tokio::test]
async fn a_caller_that_stops_waiting_gets_its_reservation_back() {
    let disk = FakeDisk::default();
    let budget = budget(&disk);
    for _ in 0..50 {
        let mut asked = Box::pin(budget.reserve(claim(100)));
        // Polled once, so that it is queued; then nobody waits for it any more.
        let polled = std::future::poll_fn(|context| std::task::Poll::Ready(asked.as_mut().poll(context))).await;
        drop(polled);
        drop(asked);
        budget.flush().await.unwrap();
    }
    budget.flush().await.unwrap();
    assert_eq!(budget.statement().in_all.tokens.reserved, 0);
    assert!(budget.reserve(claim(100)).await.is_ok());
}

#[tokio::test]
async fn the_last_handle_waits_for_a_slow_disk() {
    let disk = FakeDisk::default();
    let budget = budget(&disk);
    let reservation = budget.reserve(claim(1)).await.unwrap();
    disk.slow.store(true, Ordering::SeqCst);
    drop(budget);
    drop(reservation);
    let text = String::from_utf8(disk.bytes.lock().unwrap().clone()).unwrap();
    assert!(text.ends_with("\"outcome\":\"refunded\",\"exact\":false}\n"), "{text}");
}

#[tokio::test]
async fn labels_longer_than_a_line_are_refused_and_nothing_is_written() {
    let disk = FakeDisk::default();
    let budget = budget(&disk);
    let error = budget.reserve(claim(1).tag("x".repeat(MAX_LINE))).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(disk.bytes.lock().unwrap().is_empty());
    assert_eq!(budget.statement().in_all.calls, 0);
}

#[tokio::test]
async fn a_thread_that_has_ended_is_an_error_and_not_a_wait_for_ever() {
    let disk = FakeDisk::default();
    let budget = budget(&disk);
    disk.panics.store(true, Ordering::SeqCst);
    for _ in 0..2 {
        let error = budget.reserve(claim(1)).await.unwrap_err();
        assert_eq!((error.kind(), error.delivery()), (ErrorKind::Internal, Delivery::NotSent));
    }
    assert!(budget.flush().await.is_err());
    assert!(budget.statement().in_all.calls > 0, "nobody knows whether it was written: it counts");
}
