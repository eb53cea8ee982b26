//! Content of which only pieces are there yet: the same parsers, which say what they need next.

use std::collections::BTreeMap;
use std::fmt;

use crate::error::ProbeError;
use crate::input::{Fault, Source};
use crate::probe::{Probe, Stop, look};

/// What is asked for at a time, in bytes, where so much is missing.
pub const PIECE: u64 = 64 << 10;
/// Pieces that are asked for before [`Sparse::probe`] gives up.
pub const MAX_PIECES: u32 = 96;
/// Bytes that are kept at most; what is inserted beyond is dropped.
pub const MAX_HELD: u64 = 8 << 20;

/// Content that is fetched piece by piece, as with HTTP ranges. No I/O happens here.
///
/// [`probe`](Self::probe) says which bytes it needs; the caller fetches and [inserts](Self::insert) them, and probes
/// again. A picture takes one or two pieces of [64 KiB](PIECE); a film whose index stands at its end takes one more.
/// The result is that of [`probe`](crate::probe), save that fragments of a long film without an index, each of which
/// would be a round trip, are not followed as far: its frames may be unknown.
///
/// ```
/// use vlm_media::{Sparse, Step};
///
/// # let body = b"GIF89a\x40\x01\xC8\0\0\0\0;";
/// let mut content = Sparse::new(body.len() as u64);
/// let picture = loop {
///     match content.probe()? {
///         Step::Done(probe) => break probe,
///         // Here stands a GET with `Range: bytes=offset-`.
///         Step::Need { offset, length } => {
///             let end = (offset + length) as usize;
///             content.insert(offset, &body[offset as usize..end]);
///         }
///         _ => unreachable!(),
///     }
/// };
/// assert_eq!(picture.facts.size(), Some((320, 200)));
/// # Ok::<(), vlm_media::ProbeError>(())
/// ```
#[derive(Clone)]
pub struct Sparse {
    len: u64,
    /// Pieces by their offset; they do not overlap.
    held: BTreeMap<u64, Vec<u8>>,
    bytes: u64,
    asked: u32,
}

/// What a look at [`Sparse`] content gave.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Step {
    /// Everything that was to be found out.
    Done(Probe),
    /// These bytes are needed; they lie within the content.
    Need {
        /// Where they begin.
        offset: u64,
        /// How many.
        length: u64,
    },
}

impl Sparse {
    /// Content of so many bytes, none of which is there yet.
    pub fn new(total_len: u64) -> Self {
        Self { len: total_len, held: BTreeMap::new(), bytes: 0, asked: 0 }
    }

    /// The length of the whole content.
    pub fn total_len(&self) -> u64 {
        self.len
    }

    /// Adds what was fetched; any piece will do, asked for or not. Bytes that are held already stay as they are, and
    /// what lies beyond the content or beyond [`MAX_HELD`] is dropped.
    pub fn insert(&mut self, offset: u64, bytes: &[u8]) {
        let end = offset.saturating_add(bytes.len() as u64).min(self.len);
        let mut at = offset;
        while at < end && self.bytes < MAX_HELD {
            if let Some(held) = self.piece_at(at) {
                at += held.len() as u64;
                continue;
            }
            let next = self.held.range(at..end).next().map_or(end, |(start, _)| *start);
            let next = next.min(at.saturating_add(MAX_HELD - self.bytes));
            let (from, to) = (index(at - offset), index(next - offset));
            self.held.insert(at, bytes[from..to].to_vec());
            self.bytes += next - at;
            at = next;
        }
    }

    /// Looks at what is there.
    ///
    /// # Errors
    /// As [`probe`](crate::probe), and [`ProbeError::Scattered`] when [`MAX_PIECES`] have been asked for.
    pub fn probe(&mut self) -> Result<Step, ProbeError> {
        let len = self.len;
        match look(&mut &*self, len) {
            Ok(probe) => Ok(Step::Done(probe)),
            Err(Stop::Fault(Fault::Missing { offset, length }, _)) => self.need(offset, length),
            Err(stop) => Err(stop.into_error()),
        }
    }

    /// Rounds what a parser misses to a piece worth a round trip.
    fn need(&mut self, offset: u64, length: u64) -> Result<Step, ProbeError> {
        self.asked += 1;
        if self.asked > MAX_PIECES || self.bytes >= MAX_HELD {
            return Err(ProbeError::Scattered { limit: MAX_PIECES });
        }
        let end = offset.saturating_add(length.max(PIECE)).min(self.len);
        // Not again what is held behind the gap.
        let end = self.held.range(offset..end).next().map_or(end, |(start, _)| *start);
        Ok(Step::Need { offset, length: end - offset })
    }

    /// The held bytes from `at` on, as far as they are in one piece.
    fn piece_at(&self, at: u64) -> Option<&[u8]> {
        let (start, piece) = self.held.range(..=at).next_back()?;
        piece.get(index(at - start)..).filter(|rest| !rest.is_empty())
    }
}

impl fmt::Debug for Sparse {
    /// Lengths only.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sparse({} of {} bytes)", self.bytes, self.len)
    }
}

impl Source for &Sparse {
    fn read_at(&mut self, offset: u64, into: &mut [u8]) -> Result<usize, Fault> {
        let mut filled = 0;
        while filled < into.len() {
            let at = offset + filled as u64;
            let Some(held) = self.piece_at(at) else {
                return Err(Fault::Missing { offset: at, length: (into.len() - filled) as u64 });
            };
            let count = held.len().min(into.len() - filled);
            into[filled..filled + count].copy_from_slice(&held[..count]);
            filled += count;
        }
        Ok(filled)
    }

    fn is_far(&self) -> bool {
        true
    }
}

/// A distance within a slice.
fn index(distance: u64) -> usize {
    usize::try_from(distance).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_that_overlap_are_held_once_and_the_first_one_counts() {
        let mut sparse = Sparse::new(10);
        sparse.insert(2, b"cde");
        sparse.insert(0, b"XXXXXXXX");
        sparse.insert(7, b"YYYYYYYYYY");
        assert_eq!(sparse.bytes, 10);
        let mut all = [0; 10];
        assert_eq!((&mut &sparse).read_at(0, &mut all).unwrap(), 10);
        assert_eq!(&all, b"XXcdeXXXYY");
        assert_eq!(format!("{sparse:?}"), "Sparse(10 of 10 bytes)");
    }

    #[test]
    fn what_is_needed_ends_at_the_content_or_at_what_is_held() {
        let mut sparse = Sparse::new(1 << 30);
        assert_eq!(sparse.probe().unwrap(), Step::Need { offset: 0, length: PIECE });
        sparse.insert(1000, &[0; 10]);
        assert_eq!(sparse.probe().unwrap(), Step::Need { offset: 0, length: 1000 });
        assert_eq!(Sparse::new(7).probe().unwrap(), Step::Need { offset: 0, length: 7 });
        assert!(matches!(Sparse::new(0).probe(), Err(ProbeError::Empty)));
    }

    #[test]
    fn a_caller_that_brings_nothing_gets_an_error_in_the_end() {
        let mut sparse = Sparse::new(1 << 30);
        for _ in 0..MAX_PIECES {
            assert!(matches!(sparse.probe(), Ok(Step::Need { .. })));
        }
        assert!(matches!(sparse.probe(), Err(ProbeError::Scattered { .. })));
    }

    #[test]
    fn memory_is_bounded() {
        let mut sparse = Sparse::new(u64::MAX);
        sparse.insert(u64::MAX - 5, &[0; 100]);
        assert_eq!(sparse.bytes, 5);
        for number in 0..300 {
            sparse.insert(number << 20, &[0; 1 << 16]);
        }
        assert_eq!(sparse.bytes, MAX_HELD);
    }
}
