//! Content of gigabytes that is made up where it is read, and a count of what is read.

use std::cell::Cell;
use std::io::{self, Read, Seek, SeekFrom};
use std::rc::Rc;

/// Pieces at their places; zeros between them.
#[derive(Debug, Default)]
pub struct Virtual {
    pieces: Vec<(u64, Vec<u8>)>,
    len: u64,
    at: u64,
    read: Rc<Cell<u64>>,
}

impl Virtual {
    /// Appends a piece.
    pub fn push(&mut self, piece: Vec<u8>) {
        let end = self.len + piece.len() as u64;
        self.pieces.push((self.len, piece));
        self.len = end;
    }

    /// Appends so many zeros.
    pub fn skip(&mut self, bytes: u64) {
        self.len += bytes;
    }

    pub fn len(&self) -> u64 {
        self.len
    }

    /// The bytes that have been read, told also when this is gone.
    pub fn counter(&self) -> Rc<Cell<u64>> {
        Rc::clone(&self.read)
    }
}

impl Read for Virtual {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = into.len().min(usize::try_from(self.len.saturating_sub(self.at)).unwrap());
        into[..count].fill(0);
        let end = self.at + count as u64;
        let from = self.pieces.partition_point(|(start, piece)| start + piece.len() as u64 <= self.at);
        for (start, piece) in self.pieces[from..].iter().take_while(|(start, _)| *start < end) {
            let (a, b) = (self.at.max(*start), end.min(start + piece.len() as u64));
            into[(a - self.at) as usize..(b - self.at) as usize]
                .copy_from_slice(&piece[(a - start) as usize..(b - start) as usize]);
        }
        self.at = end;
        self.read.set(self.read.get() + count as u64);
        Ok(count)
    }
}

impl Seek for Virtual {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.at = match to {
            SeekFrom::Start(at) => at,
            SeekFrom::End(by) => self.len.checked_add_signed(by).unwrap(),
            SeekFrom::Current(by) => self.at.checked_add_signed(by).unwrap(),
        };
        Ok(self.at)
    }
}
