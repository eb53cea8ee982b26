//! PNG: the size in its first chunk, an `eXIf` chunk before the pixels.

use super::tiff;
use crate::input::{Fault, Input, readable};
use crate::orientation::Orientation;

/// Chunks that are looked at before the pixels begin.
const MAX_CHUNKS: usize = 256;

pub(super) fn parse(input: &mut Input<'_>) -> Result<super::Sized, Fault> {
    if input.array(12)? != *b"IHDR" {
        return Err(Fault::Damaged("its first chunk is not IHDR"));
    }
    let size = (input.u32(16)?, input.u32(20)?);
    let orientation = readable(orientation(input))?.flatten();
    Ok((size, orientation.unwrap_or_default()))
}

fn orientation(input: &mut Input<'_>) -> Result<Option<Orientation>, Fault> {
    let mut at = 8_u64;
    for _ in 0..MAX_CHUNKS {
        let length = u64::from(input.u32(at)?);
        match &input.array(at + 4)? {
            b"eXIf" => return tiff::orientation(input, at + 8, at + 8 + length),
            b"IDAT" | b"IEND" => break,
            _ => at += 12 + length,
        }
    }
    Ok(None)
}
