//! A cache and how it is set up.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use vlm_core::{Error, ErrorKind, Result};

use super::digest::Digest;
use super::disk::{Disk, Unusable, random};
use super::memory::Memory;
use super::store::{Clock, Store, Trouble, cutoff};

const MIB: u64 = 1 << 20;

/// Keeps answers, in memory and, with [`CacheBuilder::directory`], on the disk.
///
/// - An answer is found again by everything that was asked: the provider, where it is and for whom ([`Origin`]), the model,
///   and the whole request, with pictures and films by their content. Names are digests under a secret of the cache, so
///   they tell nothing, and no customer is given another's answer.
/// - Kept are answers that ended by themselves, all choices of them. Not kept are errors, what was cut off or filtered, and
///   what is empty; nor what has no reason for its end, as with services that never give one, unless
///   [`CacheBuilder::trust_missing_reasons`] says so.
/// - Pictures and films by URL are not cached, since what is behind one may change, unless
///   [`CacheBuilder::trust_urls`] says that it does not. Neither is what is about a file that cannot be read, or was
///   changed while it was asked about.
/// - Where the directory cannot be written, calls go on: the first answer that could not be kept has a warning
///   ([`NotCached`](vlm_core::WarningKind::NotCached)), later ones have none.
/// - An entry that is broken, cut off or of another version is a miss, and is removed.
///
/// Clones share what is kept. Any number of programs may use one directory.
///
/// [`Origin`]: super::Origin
#[derive(Clone)]
pub struct Cache {
    pub(super) store: Arc<Store>,
}

/// Sets a [`Cache`] up.
#[derive(Clone)]
#[must_use = "nothing is kept until the cache is built"]
pub struct CacheBuilder {
    memory: u64,
    directory: Option<PathBuf>,
    disk: u64,
    max_age: Duration,
    trust_urls: bool,
    trust_missing_reasons: bool,
    clock: Clock,
}

impl Default for CacheBuilder {
    fn default() -> Self {
        Self {
            memory: 64 * MIB,
            directory: None,
            disk: 1024 * MIB,
            max_age: Duration::from_secs(30 * 24 * 3600),
            trust_urls: false,
            trust_missing_reasons: false,
            clock: Arc::new(SystemTime::now),
        }
    }
}

impl CacheBuilder {
    /// Sets how many bytes of answers are kept in memory: 64 MiB unless said otherwise, none with 0. Those that were not
    /// asked for the longest go first. An answer counts by its length as JSON.
    pub fn memory(mut self, bytes: u64) -> Self {
        self.memory = bytes;
        self
    }

    /// Keeps answers in this directory as well. It is made for this user only where there is none; one that others can
    /// look into is refused.
    pub fn directory(mut self, path: impl Into<PathBuf>) -> Self {
        self.directory = Some(path.into());
        self
    }

    /// Sets how many bytes of answers are kept in the directory: 1 GiB unless said otherwise. The oldest go first. Several
    /// programs that write at once may pass it by what they wrote since they last counted. One of more than 16 MiB is kept in
    /// memory only.
    pub fn disk(mut self, bytes: u64) -> Self {
        self.disk = bytes;
        self
    }

    /// Sets how old an answer may be: 30 days unless said otherwise. A service may change what is behind a model's name.
    pub fn max_age(mut self, age: Duration) -> Self {
        self.max_age = age;
        self
    }

    /// Says that what is behind a URL does not change, so that answers about pictures and films by URL are kept too.
    pub fn trust_urls(mut self) -> Self {
        self.trust_urls = true;
        self
    }

    /// Keeps answers too whose service does not say why they ended, unless they took all the tokens that the request
    /// allows. Some services never say so for some models: their answers may have been cut off unnoticed.
    pub fn trust_missing_reasons(mut self) -> Self {
        self.trust_missing_reasons = true;
        self
    }

    /// Sets the clock that dates the entries; the system's unless said otherwise.
    pub fn clock(mut self, now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(now);
        self
    }

    /// The cache. With a directory this looks at all of its entries, and blocks for that long. A directory that cannot be
    /// made or read is no error: the first answer says so.
    ///
    /// # Errors
    ///
    /// [`Configuration`](ErrorKind::Configuration) when the path names no directory, when others can look into the
    /// directory, or when the system has no random numbers.
    pub fn build(self) -> Result<Cache> {
        let (mut disk, mut secret, mut trouble) = (None, None, Trouble::None);
        if let Some(path) = self.directory {
            match Disk::open(&path, self.disk, cutoff((self.clock)(), self.max_age)) {
                Ok((opened, kept)) => (disk, secret) = (Some((opened, path)), Some(kept)),
                Err(Unusable::Io(error)) => {
                    trouble = Trouble::Untold(format!("the cache {} cannot be used: {error}", path.display()));
                }
                Err(unusable) => return Err(refused(&path, &unusable)),
            }
        }
        let secret = match secret {
            Some(secret) => secret,
            None => of_its_own()?,
        };
        let store = Store {
            memory: Mutex::new(Memory::new(self.memory)),
            disk,
            max_age: self.max_age,
            trust_urls: self.trust_urls,
            trust_missing_reasons: self.trust_missing_reasons,
            clock: self.clock,
            secret,
            trouble: Mutex::new(trouble),
        };
        Ok(Cache { store: Arc::new(store) })
    }
}

/// The secret of a cache without a directory.
fn of_its_own() -> Result<Digest> {
    random().map_err(|source| {
        Error::new(ErrorKind::Configuration, "the system gives no random numbers for the cache's secret")
            .with_advice("Do without the cache; nothing was sent.")
            .with_source(source)
    })
}

fn refused(path: &Path, unusable: &Unusable) -> Error {
    let path = path.display();
    match unusable {
        Unusable::Public(permissions) => Error::new(
            ErrorKind::Configuration,
            format!("the cache {path} is open to others (its permissions are {permissions:o})"),
        )
        .with_advice(
            "Make it private with `chmod 700`, or name a directory that does not exist yet; nothing was sent.",
        ),
        _ => Error::new(ErrorKind::Configuration, format!("the cache {path} is no directory"))
            .with_advice("Name a directory, or one that does not exist yet; nothing was sent."),
    }
}

impl Cache {
    /// A cache to be set up.
    pub fn builder() -> CacheBuilder {
        CacheBuilder::default()
    }

    /// Bytes of answers that are in memory.
    pub fn memory_used(&self) -> u64 {
        self.store.memory().bytes()
    }
}

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cache")
            .field("directory", &self.store.disk.as_ref().map(|(_, path)| path))
            .field("memory_used", &self.memory_used())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for CacheBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CacheBuilder")
            .field("memory", &self.memory)
            .field("directory", &self.directory)
            .field("disk", &self.disk)
            .field("max_age", &self.max_age)
            .field("trust_urls", &self.trust_urls)
            .field("trust_missing_reasons", &self.trust_missing_reasons)
            .finish_non_exhaustive()
    }
}
