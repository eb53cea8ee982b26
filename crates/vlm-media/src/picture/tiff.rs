//! TIFF, and the same structure as EXIF uses it: a few tags of the first directory, in both byte orders.

use crate::input::{Fault, Input};
use crate::orientation::Orientation;

const WIDTH: u16 = 0x0100;
const HEIGHT: u16 = 0x0101;
const ORIENTATION: u16 = 0x0112;
/// Entries that are looked at in a directory.
const MAX_ENTRIES: u64 = 1024;

/// The size and orientation of a TIFF file's first picture.
pub(super) fn parse(input: &mut Input<'_>) -> Result<super::Sized, Fault> {
    let mut tags = Tags::default();
    Directory::first(input, 0, input.len())?.read(input, &mut tags)?;
    match (tags.width, tags.height) {
        (Some(width), Some(height)) => Ok(((width, height), tags.orientation.unwrap_or_default())),
        _ => Err(Fault::Damaged("its first directory has no width and height")),
    }
}

/// The orientation in EXIF data from `start` to `end`.
pub(super) fn orientation(input: &mut Input<'_>, start: u64, end: u64) -> Result<Option<Orientation>, Fault> {
    let mut tags = Tags::default();
    let directory = Directory::first(input, start, end)?;
    directory.read(input, &mut tags)?;
    Ok(tags.orientation)
}

#[derive(Debug, Default)]
struct Tags {
    width: Option<u32>,
    height: Option<u32>,
    orientation: Option<Orientation>,
}

/// The first directory of a TIFF structure.
#[derive(Debug)]
struct Directory {
    little: bool,
    /// BigTIFF: offsets of eight bytes, entries of twenty.
    big: bool,
    at: u64,
    /// Where the structure ends.
    end: u64,
}

impl Directory {
    fn first(input: &mut Input<'_>, start: u64, end: u64) -> Result<Self, Fault> {
        let head = input.array::<4>(start)?;
        let little = head.starts_with(b"II");
        let magic =
            if little { u16::from_le_bytes([head[2], head[3]]) } else { u16::from_be_bytes([head[2], head[3]]) };
        if !little && !head.starts_with(b"MM") || !matches!(magic, 42 | 43) {
            return Err(Fault::Damaged("its TIFF header is not one"));
        }
        let mut directory = Self { little, big: magic == 43, at: start, end };
        let offset =
            if directory.big { directory.u64(input, start + 8)? } else { directory.u32(input, start + 4)?.into() };
        directory.at = start.checked_add(offset).filter(|at| *at < end).ok_or(Fault::Cut("its first directory"))?;
        Ok(directory)
    }

    fn read(&self, input: &mut Input<'_>, tags: &mut Tags) -> Result<(), Fault> {
        let (count, entry, first) = if self.big {
            (self.u64(input, self.at)?, 20, self.at.saturating_add(8))
        } else {
            (self.u16(input, self.at)?.into(), 12, self.at.saturating_add(2))
        };
        for index in 0..count.min(MAX_ENTRIES) {
            let at = first.saturating_add(index * entry);
            let tag = self.u16(input, at)?;
            match tag {
                WIDTH => tags.width = self.value(input, at)?,
                HEIGHT => tags.height = self.value(input, at)?,
                ORIENTATION => tags.orientation = self.value(input, at)?.and_then(Orientation::from_exif),
                // Tags stand in rising order; some writers do not know it.
                _ => {}
            }
            if tags.orientation.is_some() && tags.width.is_some() && tags.height.is_some() {
                break;
            }
        }
        Ok(())
    }

    /// The one value of an entry, when it is a short or long that stands in the entry itself.
    fn value(&self, input: &mut Input<'_>, at: u64) -> Result<Option<u32>, Fault> {
        let value = at.saturating_add(if self.big { 12 } else { 8 });
        match self.u16(input, at.saturating_add(2))? {
            3 => self.u16(input, value).map(|short| Some(short.into())),
            4 => self.u32(input, value).map(Some),
            16 if self.big => self.u64(input, value).map(|long| u32::try_from(long).ok()),
            _ => Ok(None),
        }
    }

    fn array<const N: usize>(&self, input: &mut Input<'_>, at: u64) -> Result<[u8; N], Fault> {
        if at.saturating_add(N as u64) > self.end {
            return Err(Fault::Cut("its first directory"));
        }
        let mut array = input.array(at)?;
        if self.little {
            array.reverse();
        }
        Ok(array)
    }

    fn u16(&self, input: &mut Input<'_>, at: u64) -> Result<u16, Fault> {
        self.array(input, at).map(u16::from_be_bytes)
    }

    fn u32(&self, input: &mut Input<'_>, at: u64) -> Result<u32, Fault> {
        self.array(input, at).map(u32::from_be_bytes)
    }

    fn u64(&self, input: &mut Input<'_>, at: u64) -> Result<u64, Fault> {
        self.array(input, at).map(u64::from_be_bytes)
    }
}
