//! The sequence header of MPEG-1 and MPEG-2, and the extension that the latter adds (ISO 13818-2, 6.2.2).

use super::{Sequence, units};

/// Frames per second by their code, as fractions.
const RATES: [(u64, u64); 8] =
    [(24_000, 1001), (24, 1), (25, 1), (30_000, 1001), (30, 1), (50, 1), (60_000, 1001), (60, 1)];
/// How far behind the header its extension may stand: quantizer matrices lie between.
const REACH: usize = 512;

/// Reads what follows a start code, if it is a sequence header.
pub(super) fn read(unit: &[u8]) -> Option<Sequence> {
    let &[0xB3, a, b, c, rate, ..] = unit else { return None };
    let (a, b, c) = (u32::from(a), u32::from(b), u32::from(c));
    let mut size = (a << 4 | b >> 4, (b & 0xF) << 8 | c);
    let mut rate = RATES.get(usize::from(rate & 0xF).checked_sub(1)?).copied();
    let near = &unit[..unit.len().min(REACH)];
    if let Some([a, b, _, c]) = units(near).next().and_then(extension) {
        size.0 |= u32::from(a & 1) << 13 | u32::from(b >> 7) << 12;
        size.1 |= u32::from(b >> 5 & 3) << 12;
        let (times, by) = (u64::from(c >> 5 & 3) + 1, u64::from(c & 0x1F) + 1);
        rate = rate.map(|(count, per)| (count * times, per * by));
    }
    Sequence::new(size, rate)
}

/// The bytes with higher bits of the size and the factors of the rate.
fn extension(unit: &[u8]) -> Option<[u8; 4]> {
    match *unit {
        // A sequence extension: profile and level, sampling and size, bit rate (12 bits), buffer, rate.
        [0xB5, id, a, b, c, _, d, ..] if id >> 4 == 1 => Some([a, b, c, d]),
        _ => None,
    }
}
