//! WebP: three ways to write the size, and an `EXIF` chunk behind the pixels.

use super::tiff;
use crate::input::{Fault, Input, readable};
use crate::orientation::Orientation;

/// Chunks that are looked at on the way to the one with the EXIF data; each frame of an animation is one.
const MAX_CHUNKS: usize = 256;
/// The flag in `VP8X` that promises an `EXIF` chunk.
const HAS_EXIF: u8 = 0x08;

pub(super) fn parse(input: &mut Input<'_>) -> Result<super::Sized, Fault> {
    match &input.array(12)? {
        b"VP8 " => Ok((lossy(input)?, Orientation::Upright)),
        b"VP8L" => Ok((lossless(input)?, Orientation::Upright)),
        b"VP8X" => {
            let [flags, _, _, _, a, b, c, d, e, f] = input.array(20)?;
            let size = (u32::from_le_bytes([a, b, c, 0]) + 1, u32::from_le_bytes([d, e, f, 0]) + 1);
            let exif = if flags & HAS_EXIF == 0 { None } else { readable(orientation(input))?.flatten() };
            Ok((size, exif.unwrap_or_default()))
        }
        _ => Err(Fault::Damaged("its first chunk is not VP8, VP8L or VP8X")),
    }
}

/// A key frame of VP8: a tag of three bytes, a start code, then 14 bits each.
fn lossy(input: &mut Input<'_>) -> Result<(u32, u32), Fault> {
    let [.., x, y, z, a, b, c, d] = input.array::<10>(20)?;
    if [x, y, z] != [0x9D, 0x01, 0x2A] {
        return Err(Fault::Damaged("its frame has no start code"));
    }
    let side = |low, high| u32::from(u16::from_le_bytes([low, high]) & 0x3FFF);
    Ok((side(a, b), side(c, d)))
}

/// A signature, then 14 bits each, both less 1.
fn lossless(input: &mut Input<'_>) -> Result<(u32, u32), Fault> {
    let [signature, a, b, c, d] = input.array(20)?;
    if signature != 0x2F {
        return Err(Fault::Damaged("its frame has no signature"));
    }
    let bits = u32::from_le_bytes([a, b, c, d]);
    Ok(((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1))
}

fn orientation(input: &mut Input<'_>) -> Result<Option<Orientation>, Fault> {
    let mut at = 12_u64;
    for _ in 0..MAX_CHUNKS {
        let kind = input.array::<4>(at)?;
        let length = u64::from(u32::from_le_bytes(input.array(at + 4)?));
        if &kind == b"EXIF" {
            // Some writers keep the prefix that JPEG needs.
            let prefix = if input.up_to(at + 8, 6)? == b"Exif\0\0" { 6 } else { 0 };
            return tiff::orientation(input, at + 8 + prefix, at + 8 + length);
        }
        // Chunks begin at even places.
        at += 8 + length + length % 2;
    }
    Ok(None)
}
