//! Answers on a disk: one file each, in a directory that is for its owner only. Any number of programs may share it.
//!
//! Nothing is synced: a power failure may lose entries, or leave broken ones, which are misses like any other.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use super::digest::{Digest, hex};
use super::entry::Entry;

/// The largest entry that is written or read.
const MAX_ENTRY: u64 = 16 << 20;

/// A half-written file that is older than this was left behind by a program that is gone.
const ABANDONED: Duration = Duration::from_secs(3600);

/// The file of the secret under which entries are named.
const SECRET: &str = "secret";

/// A directory of entries.
pub(super) struct Disk {
    directory: PathBuf,
    most: u64,
    /// Bytes of all entries when they were last counted, and what this program wrote since.
    held: Mutex<u64>,
    put: Put,
}

/// Writes a new file; tests have one that fails.
type Put = fn(&Path, &[u8]) -> io::Result<()>;

/// Why a directory cannot be used.
#[derive(Debug)]
pub(super) enum Unusable {
    /// Others can look into it, with these permissions.
    Public(u32),
    NoDirectory,
    Io(io::Error),
}

impl From<io::Error> for Unusable {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl Disk {
    /// Opens a directory, and makes it for this user only where there is none. Entries that are too old, and the oldest
    /// beyond the bound, are removed.
    pub(super) fn open(directory: &Path, most: u64, cutoff: SystemTime) -> Result<(Self, Digest), Unusable> {
        if !directory.exists() {
            make_private(directory)?;
        }
        let there = fs::metadata(directory)?;
        if !there.is_dir() {
            return Err(Unusable::NoDirectory);
        }
        if let Some(permissions) = public(&there) {
            return Err(Unusable::Public(permissions));
        }
        let disk = Self { directory: directory.to_owned(), most, held: Mutex::new(0), put };
        let secret = disk.secret()?;
        disk.trim(cutoff);
        Ok((disk, secret))
    }

    /// The entry of a name. What is broken, or of another version, is removed.
    pub(super) fn read(&self, name: &Digest) -> Option<Entry> {
        // It is not there, or cannot be read now: a miss, and nothing to remove.
        let file = read_plain(&self.directory.join(hex(name))).ok()?;
        let entry = file.and_then(|file| Entry::decode(&file, name));
        if entry.is_none() {
            self.remove(name);
        }
        entry
    }

    pub(super) fn remove(&self, name: &Digest) {
        // Where this fails, the entry is a miss the next time as well.
        let _ = fs::remove_file(self.directory.join(hex(name)));
    }

    /// Puts an entry in place in one step, and makes room for it.
    pub(super) fn write(&self, name: &Digest, file: &[u8], stored: SystemTime, cutoff: SystemTime) -> io::Result<()> {
        let bytes = file.len() as u64;
        if bytes > self.most.min(MAX_ENTRY) {
            return Ok(());
        }
        let temporary = self.temporary(file)?;
        let path = self.directory.join(hex(name));
        if let Err(error) = fs::rename(&temporary, &path) {
            let _ = fs::remove_file(&temporary);
            return Err(error);
        }
        // The order in which entries go is that of the cache's clock; without it, that of the system's.
        let _ = OpenOptions::new().write(true).open(&path).and_then(|file| file.set_modified(stored));
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        *held = held.saturating_add(bytes);
        let is_full = *held > self.most;
        drop(held);
        if is_full {
            self.trim(cutoff);
        }
        Ok(())
    }

    /// Writes a file under a name that nobody else has.
    fn temporary(&self, content: &[u8]) -> io::Result<PathBuf> {
        let path = self.directory.join(format!(".{}.tmp", hex(&random::<8>()?)));
        if let Err(error) = (self.put)(&path, content) {
            // It may not even exist; the first failure is the one to report.
            let _ = fs::remove_file(&path);
            return Err(error);
        }
        Ok(path)
    }

    /// The secret of the directory, made where there is none.
    fn secret(&self) -> io::Result<Digest> {
        let path = self.directory.join(SECRET);
        if let Some(secret) = read_secret(&path) {
            return Ok(secret);
        }
        let secret = random()?;
        let temporary = self.temporary(&secret)?;
        let outcome = match (fs::hard_link(&temporary, &path), read_secret(&path)) {
            // Ours, or that of another program which was faster.
            (_, Some(there)) => Ok(there),
            // What lies there is no secret, or there are no links here.
            (_, None) => fs::rename(&temporary, &path).map(|()| secret),
        };
        let _ = fs::remove_file(&temporary);
        outcome
    }

    /// Removes what is older than the cutoff and what was left behind, then the oldest entries, until a tenth of the bound
    /// is free again if it was passed. What cannot be looked at is left alone.
    fn trim(&self, cutoff: SystemTime) {
        let abandoned = SystemTime::now().checked_sub(ABANDONED);
        let mut entries = Vec::new();
        for file in fs::read_dir(&self.directory).into_iter().flatten().flatten() {
            let (Some(name), Ok(is)) = (file.file_name().to_str().map(str::to_owned), file.metadata()) else {
                continue;
            };
            let modified = is.modified().unwrap_or(SystemTime::UNIX_EPOCH);
            let is_entry = name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
            let is_left =
                name.starts_with('.') && name.ends_with(".tmp") && abandoned.is_some_and(|then| modified < then);
            if is_left || is_entry && modified < cutoff {
                let _ = fs::remove_file(file.path());
            } else if is_entry {
                entries.push((modified, name, is.len()));
            }
        }
        let mut total = entries.iter().map(|(.., bytes)| *bytes).fold(0, u64::saturating_add);
        if total > self.most {
            entries.sort_unstable();
            for (_, name, bytes) in entries {
                if total <= self.most - self.most / 10 {
                    break;
                }
                let _ = fs::remove_file(self.directory.join(name));
                total -= bytes;
            }
        }
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = total;
    }
}

/// Bytes of the system's generator.
pub(super) fn random<const N: usize>() -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
    Ok(bytes)
}

fn put(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(content)
}

/// The content of a plain file; `None` where it is none, or too large for an entry.
fn read_plain(path: &Path) -> io::Result<Option<Vec<u8>>> {
    if !fs::symlink_metadata(path)?.is_file() {
        return Ok(None);
    }
    let (file, mut content) = (File::open(path)?, Vec::new());
    file.take(MAX_ENTRY + 1).read_to_end(&mut content)?;
    Ok(Some(content).filter(|content| content.len() as u64 <= MAX_ENTRY))
}

fn read_secret(path: &Path) -> Option<Digest> {
    read_plain(path).ok()??.try_into().ok()
}

fn make_private(directory: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

/// The permissions of a directory that others than its owner can use.
#[cfg(unix)]
fn public(directory: &fs::Metadata) -> Option<u32> {
    let permissions = std::os::unix::fs::PermissionsExt::mode(&directory.permissions()) & 0o777;
    (permissions & 0o077 != 0).then_some(permissions)
}

/// Elsewhere a directory has the permissions of where it lies.
#[cfg(not(unix))]
fn public(_: &fs::Metadata) -> Option<u32> {
    None
}

#[cfg(test)]
mod tests;
