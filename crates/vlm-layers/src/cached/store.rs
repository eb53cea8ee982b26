//! What is kept, in memory and on the disk: found, kept, and given up when it is too old.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::runtime::Handle;
use vlm_core::{Completion, Request, Warning, WarningKind};

use super::digest::Digest;
use super::disk::Disk;
use super::entry::{Entry, is_worth_keeping};
use super::memory::Memory;
use super::name::{Named, name};

/// Tells what time it is.
pub(super) type Clock = Arc<dyn Fn() -> SystemTime + Send + Sync>;

/// A cache, as its handles share it.
pub(super) struct Store {
    pub(super) memory: Mutex<Memory>,
    /// And the directory as its user names it.
    pub(super) disk: Option<(Disk, PathBuf)>,
    pub(super) max_age: Duration,
    pub(super) trust_urls: bool,
    pub(super) trust_missing_reasons: bool,
    pub(super) clock: Clock,
    pub(super) secret: Digest,
    pub(super) trouble: Mutex<Trouble>,
}

/// What one answer says of a disk that fails, and no second one.
#[derive(Debug)]
pub(super) enum Trouble {
    None,
    Untold(String),
    Told,
}

impl Store {
    /// Names a request under a key; off the async threads where there is content to read.
    pub(super) async fn name(self: &Arc<Self>, key: Digest, request: &Request) -> Option<Named> {
        let trust_urls = self.trust_urls;
        if request.media().next().is_none() {
            return name(&key, request, trust_urls);
        }
        let request = request.clone();
        off_the_threads(move || name(&key, &request, trust_urls)).await?
    }

    /// The answer of a name, if it is in memory.
    pub(super) fn remembered(&self, name: &Digest) -> Option<Arc<Entry>> {
        // The clock is the caller's code: it runs under no lock.
        let now = (self.clock)();
        let mut memory = self.memory();
        let entry = memory.get(name)?;
        if entry.is_fresh(now, self.max_age) {
            return Some(entry);
        }
        memory.remove(name);
        None
    }

    /// The answer of a name, if it is in memory or on the disk.
    pub(super) async fn find(self: &Arc<Self>, name: Digest) -> Option<Arc<Entry>> {
        if let Some(entry) = self.remembered(&name) {
            return Some(entry);
        }
        self.disk.as_ref()?;
        let store = Arc::clone(self);
        off_the_threads(move || store.read(&name)).await?
    }

    fn read(&self, name: &Digest) -> Option<Arc<Entry>> {
        let (disk, _) = self.disk.as_ref()?;
        let entry = disk.read(name)?;
        if !entry.is_fresh((self.clock)(), self.max_age) {
            disk.remove(name);
            return None;
        }
        let (entry, bytes) = (Arc::new(entry.clone()), entry.encode(name).map_or(0, |file| file.len() as u64));
        self.memory().put(*name, Arc::clone(&entry), bytes);
        Some(entry)
    }

    /// Keeps an answer, if it is worth that. The warning says that it could not be, the first time.
    pub(super) async fn keep(self: &Arc<Self>, named: &Named, answer: &Completion) -> Option<Warning> {
        if !is_worth_keeping(answer, self.trust_missing_reasons, named.max_tokens) {
            return None;
        }
        let (store, named) = (Arc::clone(self), named.clone());
        let entry = Entry::new(answer.clone(), (self.clock)());
        off_the_threads(move || store.write(&named, entry)).await?
    }

    fn write(&self, named: &Named, entry: Entry) -> Option<Warning> {
        // The provider may have read something else than what was named.
        if !named.is_current() {
            return None;
        }
        let file = entry.encode(&named.name)?;
        let stored = entry.stored();
        self.memory().put(named.name, Arc::new(entry), file.len() as u64);
        let mut told = None;
        if let Some((disk, shown)) = &self.disk {
            let cutoff = self.cutoff();
            if let Err(error) = disk.write(&named.name, &file, stored, cutoff) {
                told = Some(format!("the answer could not be kept in the cache {}: {error}", shown.display()));
            }
        }
        self.trouble(told).map(|message| Warning::new(WarningKind::NotCached, message))
    }

    /// What is older is not kept.
    pub(super) fn cutoff(&self) -> SystemTime {
        cutoff((self.clock)(), self.max_age)
    }

    /// The first trouble, once.
    fn trouble(&self, now: Option<String>) -> Option<String> {
        let mut trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        let told = match std::mem::replace(&mut *trouble, Trouble::Told) {
            Trouble::Untold(message) => return Some(message),
            Trouble::Told => return None,
            Trouble::None => now,
        };
        if told.is_none() {
            *trouble = Trouble::None;
        }
        told
    }

    pub(super) fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The moment that lies `max_age` before `now`, as far as there is one.
pub(super) fn cutoff(now: SystemTime, max_age: Duration) -> SystemTime {
    now.checked_sub(max_age).unwrap_or(SystemTime::UNIX_EPOCH)
}

/// Does work that reads files or much memory where it holds nobody up. A task that is lost with its runtime is `None`.
async fn off_the_threads<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    match Handle::try_current() {
        Ok(runtime) => runtime.spawn_blocking(work).await.ok(),
        Err(_) => Some(work()),
    }
}
