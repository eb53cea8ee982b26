//! The file of a ledger: opened for its owner only, locked against other programs, written and synced.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use fs4::TryLockError;

use super::holder::Holder;
use super::problem::{Problem, What};

/// How long another program may hold the lock: a transaction takes as long as one write to the disk.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a ledger asks of its file; tests have one that fails.
pub(crate) trait Disk: Send {
    /// Waits for the exclusive lock.
    fn lock(&mut self) -> Result<(), Problem>;
    /// Lets the lock go.
    fn unlock(&mut self);
    fn len(&mut self) -> io::Result<u64>;
    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> io::Result<usize>;
    /// Writes all bytes at a place, and waits until they are on the disk.
    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()>;
    /// Cuts the file off.
    fn cut(&mut self, len: u64) -> io::Result<()>;
}

/// A file on a disk.
#[derive(Debug)]
pub(crate) struct LocalDisk {
    path: PathBuf,
    file: File,
    patience: Duration,
}

impl LocalDisk {
    /// Opens the file to read and write it; makes it, and its directory, for this user only when they do not exist.
    pub(crate) fn open(path: &Path) -> Result<Self, Problem> {
        let fails = |source| Problem::io(path, "opened", source);
        if std::fs::metadata(path).is_ok_and(|there| !there.is_file()) {
            return Err(Problem::new(path, What::NotAFile));
        }
        let fresh = !path.exists();
        if fresh && let Some(directory) = directory(path) {
            make_private(directory).map_err(fails)?;
        }
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path).map_err(fails)?;
        if !file.metadata().map_err(fails)?.is_file() {
            return Err(Problem::new(path, What::NotAFile));
        }
        if fresh {
            sync_directory(path);
        }
        Ok(Self { path: path.to_owned(), file, patience: PATIENCE })
    }

    /// Opens the file to read it only.
    pub(crate) fn open_to_read(path: &Path) -> Result<Self, Problem> {
        let fails = |source| Problem::io(path, "opened", source);
        if !std::fs::metadata(path).map_err(fails)?.is_file() {
            return Err(Problem::new(path, What::NotAFile));
        }
        Ok(Self { path: path.to_owned(), file: File::open(path).map_err(fails)?, patience: PATIENCE })
    }

    fn wait(&self, attempt: fn(&File) -> Result<(), TryLockError>) -> Result<(), Problem> {
        let began = Instant::now();
        let mut pause = Duration::from_micros(50);
        loop {
            match attempt(&self.file) {
                Ok(()) => return Ok(()),
                Err(TryLockError::WouldBlock) if began.elapsed() < self.patience => {
                    std::thread::sleep(pause);
                    pause = (pause * 2).min(Duration::from_millis(5));
                }
                Err(TryLockError::WouldBlock) => {
                    return Err(Problem::new(&self.path, What::Locked(Holder::of(&self.file))));
                }
                Err(TryLockError::Error(source)) => return Err(Problem::io(&self.path, "locked", source)),
            }
        }
    }

    /// Whether the path still leads to the opened file: lines written to a deleted one would be lost.
    #[cfg(unix)]
    fn is_in_place(&self) -> bool {
        use std::os::unix::fs::MetadataExt;
        let id = |file: std::fs::Metadata| (file.dev(), file.ino());
        let there = std::fs::metadata(&self.path).ok().map(id);
        there.is_some() && there == self.file.metadata().ok().map(id)
    }

    /// An open file cannot be moved here.
    #[cfg(not(unix))]
    fn is_in_place(&self) -> bool {
        self.path.exists()
    }
}

impl Disk for LocalDisk {
    fn lock(&mut self) -> Result<(), Problem> {
        self.wait(fs4::FileExt::try_lock)?;
        if self.is_in_place() {
            return Ok(());
        }
        self.unlock();
        Err(Problem::new(&self.path, What::Replaced))
    }

    fn unlock(&mut self) {
        // Where this fails, closing the file ends the lock.
        let _ = fs4::FileExt::unlock(&self.file);
    }

    fn len(&mut self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.file.seek(SeekFrom::Start(offset))?;
        self.file.read(buffer)
    }

    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(offset))?;
        self.file.write_all(bytes)?;
        self.file.sync_data()
    }

    fn cut(&mut self, len: u64) -> io::Result<()> {
        self.file.set_len(len)
    }
}

/// Reads a file up to a place, with the shared lock during each read: on some systems a locked file cannot be read.
#[derive(Debug)]
pub(crate) struct LockedReader {
    disk: LocalDisk,
    offset: u64,
    end: u64,
}

impl LockedReader {
    /// Reads what is there now; what others append later is left out.
    pub(crate) fn new(mut disk: LocalDisk) -> Result<Self, Problem> {
        disk.wait(fs4::FileExt::try_lock_shared)?;
        let end = disk.len().map_err(|source| Problem::io(&disk.path, "read", source));
        disk.unlock();
        Ok(Self { disk, offset: 0, end: end? })
    }
}

impl Read for LockedReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end - self.offset).unwrap_or(usize::MAX);
        let wanted = buffer.len().min(left);
        if wanted == 0 {
            return Ok(0);
        }
        let locked = self.disk.wait(fs4::FileExt::try_lock_shared);
        locked.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?;
        let read = self.disk.read_at(self.offset, &mut buffer[..wanted]);
        self.disk.unlock();
        let read = read?;
        self.offset += read as u64;
        Ok(read)
    }
}

/// Reads a disk from a place to its end.
pub(crate) struct DiskReader<'a> {
    pub(crate) disk: &'a mut dyn Disk,
    pub(crate) offset: u64,
    pub(crate) end: u64,
}

impl Read for DiskReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end.saturating_sub(self.offset)).unwrap_or(usize::MAX);
        let wanted = buffer.len().min(left);
        let read = if wanted == 0 { 0 } else { self.disk.read_at(self.offset, &mut buffer[..wanted])? };
        self.offset += read as u64;
        Ok(read)
    }
}

/// The directory that a path names, where it names one.
fn directory(path: &Path) -> Option<&Path> {
    path.parent().filter(|directory| !directory.as_os_str().is_empty())
}

fn make_private(directory: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

/// Makes the name of a new file last through a power failure; where that cannot be asked for, the system decides.
fn sync_directory(path: &Path) {
    #[cfg(unix)]
    if let Ok(directory) = File::open(directory(path).unwrap_or(Path::new("."))) {
        let _ = directory.sync_all();
    }
    #[cfg(not(unix))]
    let _ = path;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_that_is_not_let_go_is_an_error_and_not_a_wait_for_ever() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("l");
        let mut holder = LocalDisk::open(&path).unwrap();
        holder.lock().unwrap();
        let mut other = LocalDisk::open(&path).unwrap();
        other.patience = Duration::from_millis(5);
        let error = vlm_core::Error::from(other.lock().unwrap_err());
        assert!(error.to_string().contains("holds the lock of the ledger"), "{error}");
        if cfg!(target_os = "linux") && Path::new("/proc/locks").exists() {
            let this = format!("this program itself (process {})", std::process::id());
            assert!(error.to_string().contains(&this), "{error}");
        }
        holder.unlock();
        other.lock().unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn file_and_directory_are_for_their_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("new").join("ledger");
        LocalDisk::open(&path).unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
    }
}
