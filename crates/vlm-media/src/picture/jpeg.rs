//! JPEG: from marker to marker until a frame header tells the size; EXIF on the way.

use super::tiff;
use crate::input::{Fault, Input, readable};
use crate::orientation::Orientation;

/// Segments before the frame header. Large depth maps and profiles come in pieces of 64 KiB.
const MAX_SEGMENTS: usize = 1024;
/// Bytes of filling before one marker.
const MAX_FILLING: u64 = 64;

pub(super) fn parse(input: &mut Input<'_>) -> Result<super::Sized, Fault> {
    let mut orientation = None;
    let mut at = 2;
    for _ in 0..MAX_SEGMENTS {
        let (marker, body) = marker(input, at)?;
        at = body;
        match marker {
            // A marker of its own: a second start, restarts.
            0x01 | 0xD0..=0xD8 => continue,
            0xD9 | 0xDA => return Err(Fault::Damaged("it has no frame header before its pixels")),
            0xC0..=0xCF if !matches!(marker, 0xC4 | 0xC8 | 0xCC) => {
                let [_, _, _, a, b, c, d] = input.array(body)?;
                let size = (u16::from_be_bytes([c, d]).into(), u16::from_be_bytes([a, b]).into());
                return Ok((size, orientation.unwrap_or_default()));
            }
            _ => {}
        }
        let length = u64::from(u16::from_be_bytes(input.array(body)?));
        if length < 2 {
            return Err(Fault::Damaged("a segment has an impossible length"));
        }
        at += length;
        if marker == 0xE1 && orientation.is_none() {
            orientation = readable(exif(input, body + 2, at))?.flatten();
        }
    }
    Err(Fault::Damaged("it has no frame header"))
}

/// The marker at `at`, and where its body begins.
fn marker(input: &mut Input<'_>, at: u64) -> Result<(u8, u64), Fault> {
    for filling in 0..MAX_FILLING {
        match input.array(at + filling)? {
            [0xFF, 0xFF] => {}
            [0xFF, code] => return Ok((code, at + filling + 2)),
            _ => break,
        }
    }
    Err(Fault::Damaged("there is no marker where one must stand"))
}

/// The orientation in an APP1 segment that holds EXIF, and not XMP.
fn exif(input: &mut Input<'_>, start: u64, end: u64) -> Result<Option<Orientation>, Fault> {
    if input.array(start)? != *b"Exif\0\0" {
        return Ok(None);
    }
    tiff::orientation(input, start + 6, end)
}
