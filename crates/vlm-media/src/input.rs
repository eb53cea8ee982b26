//! Content as the parsers see it: any place of it, through one small window, within a budget of bytes and steps.

use std::io::{self, Read, Seek, SeekFrom};

/// What the first read takes, and each later one that a parser does not make smaller.
pub(crate) const STRIDE: usize = 4 << 10;
/// The largest single piece that a parser may ask for.
pub(crate) const MAX_PIECE: usize = 64 << 10;
/// Looks at the content, in the window or not. A parser goes forward at each, so this only bounds time.
const MAX_STEPS: u32 = 400_000;

/// Why a parser stopped.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The content ends before this.
    Cut(&'static str),
    /// The content contradicts its own rules.
    Damaged(&'static str),
    /// The budget of reads or steps is used up.
    Spent,
    /// The reader failed.
    Read(io::Error),
    /// These bytes are not held yet.
    Missing { offset: u64, length: u64 },
}

impl Fault {
    /// Names what is missing, where the content ended.
    pub(crate) fn lacks(self, missing: &'static str) -> Self {
        match self {
            Self::Cut(_) => Self::Cut(missing),
            other => other,
        }
    }
}

/// What could be read of a part that may be missing or damaged; a failing reader and missing bytes stay errors.
pub(crate) fn readable<T>(result: Result<T, Fault>) -> Result<Option<T>, Fault> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(Fault::Cut(_) | Fault::Damaged(_) | Fault::Spent) => Ok(None),
        Err(fault @ (Fault::Read(_) | Fault::Missing { .. })) => Err(fault),
    }
}

/// Where content comes from.
pub(crate) trait Source {
    /// Fills `into` from `offset` on, and says how much there was; less only at the end.
    fn read_at(&mut self, offset: u64, into: &mut [u8]) -> Result<usize, Fault>;

    /// True where each new place costs a round trip.
    fn is_far(&self) -> bool {
        false
    }
}

impl Source for &[u8] {
    fn read_at(&mut self, offset: u64, into: &mut [u8]) -> Result<usize, Fault> {
        let rest = usize::try_from(offset).ok().and_then(|offset| self.get(offset..)).unwrap_or_default();
        let count = rest.len().min(into.len());
        into[..count].copy_from_slice(&rest[..count]);
        Ok(count)
    }
}

/// A reader, which is sought only where it does not stand already.
#[derive(Debug)]
pub(crate) struct Reader<R> {
    reader: R,
    position: Option<u64>,
}

impl<R: Read + Seek> Reader<R> {
    /// The reader and the length of its content.
    pub(crate) fn new(mut reader: R) -> io::Result<(Self, u64)> {
        let len = reader.seek(SeekFrom::End(0))?;
        Ok((Self { reader, position: None }, len))
    }
}

impl<R: Read + Seek> Source for Reader<R> {
    fn read_at(&mut self, offset: u64, into: &mut [u8]) -> Result<usize, Fault> {
        if self.position.take() != Some(offset) {
            self.reader.seek(SeekFrom::Start(offset)).map_err(Fault::Read)?;
        }
        let count = fill(into, |rest| self.reader.read(rest))?;
        self.position = offset.checked_add(count as u64);
        Ok(count)
    }
}

/// Reads until `into` is full or nothing comes any more.
pub(crate) fn fill(into: &mut [u8], mut read: impl FnMut(&mut [u8]) -> io::Result<usize>) -> Result<usize, Fault> {
    let mut filled = 0;
    while filled < into.len() {
        match read(&mut into[filled..]) {
            Ok(0) => break,
            // A reader that claims more than it was given room for must not send us out of bounds.
            Ok(count) => filled = filled.saturating_add(count).min(into.len()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Fault::Read(error)),
        }
    }
    Ok(filled)
}

/// A window onto the content of a [`Source`].
pub(crate) struct Input<'s> {
    source: &'s mut dyn Source,
    len: u64,
    window: Vec<u8>,
    /// Where the window begins, and how much of it is content.
    start: u64,
    filled: usize,
    stride: usize,
    read: u64,
    budget: u64,
    steps: u32,
}

impl<'s> Input<'s> {
    pub(crate) fn new(source: &'s mut dyn Source, len: u64, budget: u64) -> Self {
        Self { source, len, window: Vec::new(), start: 0, filled: 0, stride: STRIDE, read: 0, budget, steps: 0 }
    }

    /// The length of the content.
    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// Bytes read from the source so far.
    pub(crate) fn read_so_far(&self) -> u64 {
        self.read
    }

    /// Bytes that may still be read.
    pub(crate) fn left(&self) -> u64 {
        self.budget.saturating_sub(self.read)
    }

    /// True where each new place costs a round trip.
    pub(crate) fn is_far(&self) -> bool {
        self.source.is_far()
    }

    /// Sets how many bytes may be read in all.
    pub(crate) fn set_budget(&mut self, budget: u64) {
        self.budget = budget;
    }

    /// Sets how much a read takes at least: small where a parser leaps from one short header to the next.
    pub(crate) fn set_stride(&mut self, stride: usize) {
        self.stride = stride.min(MAX_PIECE);
    }

    /// Exactly `length` bytes at `offset`.
    pub(crate) fn bytes(&mut self, offset: u64, length: usize) -> Result<&[u8], Fault> {
        match offset.checked_add(length as u64) {
            Some(end) if end <= self.len => {}
            _ => return Err(Fault::Cut("its end")),
        }
        let found = self.up_to(offset, length)?;
        // Shorter only where a file shrank while it was read.
        if found.len() == length { Ok(found) } else { Err(Fault::Cut("its end")) }
    }

    /// `length` bytes at `offset`, fewer where the content ends.
    pub(crate) fn up_to(&mut self, offset: u64, length: usize) -> Result<&[u8], Fault> {
        self.steps += 1;
        if self.steps > MAX_STEPS || length > MAX_PIECE {
            return Err(Fault::Spent);
        }
        let rest = usize::try_from(self.len.saturating_sub(offset)).unwrap_or(usize::MAX);
        let length = length.min(rest);
        let end = offset.saturating_add(length as u64);
        if length > 0 && (offset < self.start || end > self.start + self.filled as u64) {
            self.load(offset, length, rest)?;
        }
        // Both are within the window by now; an empty piece may lie anywhere.
        let from = usize::try_from(offset.saturating_sub(self.start)).unwrap_or(usize::MAX).min(self.filled);
        Ok(&self.window[from..from.saturating_add(length).min(self.filled)])
    }

    /// Moves the window to `offset`.
    fn load(&mut self, offset: u64, length: usize, rest: usize) -> Result<(), Fault> {
        let left = usize::try_from(self.left()).unwrap_or(usize::MAX);
        if length > left {
            return Err(Fault::Spent);
        }
        let want = length.max(self.stride).min(rest).min(left);
        if self.window.len() < want {
            self.window.resize(want, 0);
        }
        self.filled = 0;
        self.start = offset;
        self.filled = self.source.read_at(offset, &mut self.window[..want])?;
        self.read += self.filled as u64;
        Ok(())
    }

    /// `N` bytes at `offset`.
    pub(crate) fn array<const N: usize>(&mut self, offset: u64) -> Result<[u8; N], Fault> {
        let mut array = [0; N];
        array.copy_from_slice(self.bytes(offset, N)?);
        Ok(array)
    }

    /// A big-endian number of four bytes.
    pub(crate) fn u32(&mut self, offset: u64) -> Result<u32, Fault> {
        self.array(offset).map(u32::from_be_bytes)
    }

    /// A big-endian number of eight bytes.
    pub(crate) fn u64(&mut self, offset: u64) -> Result<u64, Fault> {
        self.array(offset).map(u64::from_be_bytes)
    }
}
