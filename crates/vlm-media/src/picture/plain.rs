//! Formats whose size stands at a fixed place: GIF and BMP.

use crate::input::{Fault, Input};

/// The logical screen of a GIF.
pub(super) fn gif(input: &mut Input<'_>) -> Result<(u32, u32), Fault> {
    let [a, b, c, d] = input.array(6)?;
    Ok((u16::from_le_bytes([a, b]).into(), u16::from_le_bytes([c, d]).into()))
}

/// The size in the header that follows the file header of a bitmap; a negative height means rows from the top.
pub(super) fn bmp(input: &mut Input<'_>) -> Result<(u32, u32), Fault> {
    let header = u32::from_le_bytes(input.array(14)?);
    match header {
        // OS/2 1.x.
        12 => {
            let [a, b, c, d] = input.array(18)?;
            Ok((u16::from_le_bytes([a, b]).into(), u16::from_le_bytes([c, d]).into()))
        }
        16..=0xFFFF => {
            let width = i32::from_le_bytes(input.array(18)?);
            let height = i32::from_le_bytes(input.array(22)?);
            let width = u32::try_from(width).map_err(|_| Fault::Damaged("its width is negative"))?;
            Ok((width, height.unsigned_abs()))
        }
        _ => Err(Fault::Damaged("its header has an impossible length")),
    }
}
