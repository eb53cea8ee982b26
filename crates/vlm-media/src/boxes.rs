//! The boxes of ISO media: MP4, QuickTime, 3GPP, HEIF, AVIF. Each size is checked against the box around it.

use crate::input::{Fault, Input};

/// A box: its name, and where its body begins and ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Box4 {
    pub(crate) kind: [u8; 4],
    pub(crate) body: u64,
    pub(crate) end: u64,
}

impl Box4 {
    /// The boxes in the body, from `skip` bytes behind its beginning.
    pub(crate) fn children(&self, skip: u64) -> Boxes {
        Boxes { at: self.body.saturating_add(skip), end: self.end, whole_file: false }
    }

    /// The length of the body.
    pub(crate) fn length(&self) -> u64 {
        self.end.saturating_sub(self.body)
    }

    /// The version and the flags with which a full box begins.
    pub(crate) fn version(&self, input: &mut Input<'_>) -> Result<(u8, u32), Fault> {
        let head = self.u32(input, 0)?;
        Ok((head.to_be_bytes()[0], head & 0x00FF_FFFF))
    }

    /// `N` bytes of the body.
    pub(crate) fn array<const N: usize>(&self, input: &mut Input<'_>, skip: u64) -> Result<[u8; N], Fault> {
        let at = self.body.saturating_add(skip);
        if at.saturating_add(N as u64) > self.end {
            return Err(Fault::Damaged("a box is too short for what it must hold"));
        }
        input.array(at)
    }

    /// A number of two bytes in the body.
    pub(crate) fn u16(&self, input: &mut Input<'_>, skip: u64) -> Result<u16, Fault> {
        self.array(input, skip).map(u16::from_be_bytes)
    }

    /// A number of four bytes in the body.
    pub(crate) fn u32(&self, input: &mut Input<'_>, skip: u64) -> Result<u32, Fault> {
        self.array(input, skip).map(u32::from_be_bytes)
    }

    /// A number in the body, of eight bytes if `long`, else of four.
    pub(crate) fn number(&self, input: &mut Input<'_>, skip: u64, long: bool) -> Result<u64, Fault> {
        if long { self.array(input, skip).map(u64::from_be_bytes) } else { self.u32(input, skip).map(u64::from) }
    }
}

/// A walk over boxes side by side. It goes forward by at least eight bytes at each step.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Boxes {
    at: u64,
    end: u64,
    /// The last box of a file may claim more than there is: the file was cut off.
    whole_file: bool,
}

impl Boxes {
    /// The boxes of a file, from `at` on.
    pub(crate) fn of_file(input: &Input<'_>, at: u64) -> Self {
        Self { at, end: input.len(), whole_file: true }
    }

    /// Where the next box begins.
    pub(crate) fn position(&self) -> u64 {
        self.at
    }

    /// The next box; `None` behind the last one, also where less than a header is left.
    pub(crate) fn next(&mut self, input: &mut Input<'_>) -> Result<Option<Box4>, Fault> {
        if self.at.saturating_add(8) > self.end {
            return Ok(None);
        }
        let [a, b, c, d, kind @ ..] = input.array::<8>(self.at)?;
        let (header, size) = match u32::from_be_bytes([a, b, c, d]) {
            0 => (8, self.end - self.at),
            1 if self.at.saturating_add(16) > self.end => return Ok(None),
            1 => (16, input.u64(self.at + 8)?),
            size => (8, size.into()),
        };
        let end = self.at.saturating_add(size);
        if size < header || (end > self.end && !self.whole_file) {
            return Err(Fault::Damaged("a box has an impossible size"));
        }
        let found = Box4 { kind, body: self.at + header, end };
        self.at = end;
        Ok(Some(found))
    }

    /// The next box of this kind.
    pub(crate) fn find(mut self, input: &mut Input<'_>, kind: &[u8; 4]) -> Result<Option<Box4>, Fault> {
        while let Some(found) = self.next(input)? {
            if found.kind == *kind {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }
}
