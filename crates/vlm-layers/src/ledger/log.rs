//! The log: whole lines at known places of a file, and transactions on it.
//!
//! A transaction is: take the lock, read what others appended, cut a torn last line off, append, sync, let go. So the
//! end of our part is always an end of a line, and a line that was cut by a crash is never in the middle.

use std::io::BufReader;
use std::path::{Path, PathBuf};

use super::disk::{Disk, DiskReader};
use super::line::{self, Lines, MAX_LINE};
use super::problem::{Problem, What};
use super::record::Record;

/// What is read of the lines of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Follow {
    /// All, from the first line on: others may have a part in the same run.
    All,
    /// Nothing: nobody else knows this run.
    Nothing,
}

/// An opened ledger.
pub(crate) struct Log {
    path: PathBuf,
    disk: Box<dyn Disk>,
    follow: Follow,
    /// Where the next line goes, as far as is known without the lock.
    end: u64,
    /// Lines read so far, when all are followed.
    lines: u64,
}

impl Log {
    /// A log on a disk, which must hold a ledger or nothing.
    pub(crate) fn open(path: &Path, disk: Box<dyn Disk>, follow: Follow) -> Result<Self, Problem> {
        let mut log = Self { path: path.to_owned(), disk, follow, end: 0, lines: 0 };
        log.locked(Self::check_beginning)?;
        Ok(log)
    }

    /// Runs `work` under the lock of the file.
    pub(crate) fn locked<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, Problem>) -> Result<T, Problem> {
        self.disk.lock()?;
        let result = work(self);
        self.disk.unlock();
        result
    }

    /// Under the lock: gives the records that others appended, and finds the end of the last whole line.
    pub(crate) fn catch_up(&mut self, each: &mut dyn FnMut(Record)) -> Result<(), Problem> {
        let len = self.len()?;
        if len < self.end {
            return Err(Problem::new(&self.path, What::Shorter));
        }
        match self.follow {
            Follow::All => self.read_lines(len, each)?,
            Follow::Nothing => self.end = self.last_line_end(len)?,
        }
        if self.end < len {
            self.disk.cut(self.end).map_err(|source| Problem::io(&self.path, "written", source))?;
        }
        Ok(())
    }

    /// Under the lock, after [`Log::catch_up`]: appends whole lines, durably or not at all.
    pub(crate) fn append(&mut self, lines: &[u8], count: u64) -> Result<(), Problem> {
        if lines.is_empty() {
            return Ok(());
        }
        match self.disk.write_at(self.end, lines) {
            Ok(()) => {
                self.end += lines.len() as u64;
                self.lines += count;
                Ok(())
            }
            Err(source) => {
                // Should this fail too, whole lines of it stay: calls that count though they were refused.
                let _ = self.disk.cut(self.end);
                Err(Problem::io(&self.path, "written", source))
            }
        }
    }

    fn len(&mut self) -> Result<u64, Problem> {
        self.disk.len().map_err(|source| Problem::io(&self.path, "read", source))
    }

    fn read_lines(&mut self, len: u64, each: &mut dyn FnMut(Record)) -> Result<(), Problem> {
        let reader = DiskReader { disk: &mut *self.disk, offset: self.end, end: len };
        let mut lines = Lines::new(BufReader::with_capacity(MAX_LINE, reader));
        loop {
            let next = lines.next().map_err(|source| Problem::io(&self.path, "read", source))?;
            let Some(next) = next else { return Ok(()) };
            let broken = |why| Problem::broken(&self.path, self.lines + 1, why);
            let whole = next.map_err(broken)?;
            each(line::decode(whole).map_err(broken)?);
            self.end += whole.len() as u64 + 1;
            self.lines += 1;
        }
    }

    /// The end of the last whole line at or after our own end, looked for from behind.
    fn last_line_end(&mut self, len: u64) -> Result<u64, Problem> {
        let mut buffer = vec![0; MAX_LINE];
        let mut end = len;
        while end > self.end {
            let start = end.saturating_sub(MAX_LINE as u64).max(self.end);
            let piece = &mut buffer[..usize::try_from(end - start).unwrap_or(MAX_LINE)];
            self.fill(start, piece)?;
            if let Some(place) = piece.iter().rposition(|byte| *byte == b'\n') {
                return Ok(start + place as u64 + 1);
            }
            end = start;
        }
        Ok(self.end)
    }

    fn fill(&mut self, offset: u64, buffer: &mut [u8]) -> Result<(), Problem> {
        use std::io::Read;
        let end = offset + buffer.len() as u64;
        let mut reader = DiskReader { disk: &mut *self.disk, offset, end };
        reader.read_exact(buffer).map_err(|source| Problem::io(&self.path, "read", source))
    }

    /// Refuses files that are no ledger before anything is appended to them or cut off.
    fn check_beginning(&mut self) -> Result<(), Problem> {
        let len = self.len()?;
        let mut beginning = vec![0; usize::try_from(len).unwrap_or(MAX_LINE).min(MAX_LINE)];
        self.fill(0, &mut beginning)?;
        let ours = match beginning.iter().position(|byte| *byte == b'\n') {
            Some(end) => line::has_shape(&beginning[..end]),
            None => line::is_torn(&beginning),
        };
        if ours { Ok(()) } else { Err(Problem::new(&self.path, What::NotALedger)) }
    }
}

#[cfg(test)]
mod tests;
