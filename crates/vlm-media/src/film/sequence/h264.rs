//! The sequence parameter set of H.264 (ITU-T H.264, 7.3.2.1.1 and E.1.1).

use super::Sequence;
use super::bits::Bits;

/// Profiles that state how colours are sampled.
const HIGH: [u32; 13] = [100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135];

/// Reads a unit, if it is a sequence parameter set.
pub(super) fn read(unit: &[u8]) -> Option<Sequence> {
    let (head, rest) = unit.split_first()?;
    if head & 0x9F != 7 {
        return None;
    }
    let mut bits = Bits::unescaped(rest);
    let profile = bits.number(8)?;
    bits.skip(16)?;
    bits.golomb()?;
    let chroma = if HIGH.contains(&profile) { high(&mut bits)? } else { 1 };
    bits.golomb()?;
    order(&mut bits)?;
    bits.golomb()?;
    bits.flag()?;
    let width = bits.golomb()?.checked_add(1)?.checked_mul(16)?;
    let rows = bits.golomb()?.checked_add(1)?.checked_mul(16)?;
    let fields = if bits.flag()? { 1 } else { 2 };
    if fields == 2 {
        bits.flag()?;
    }
    bits.flag()?;
    let crop = crop(&mut bits)?;
    let (across, down) = match chroma {
        1 => (2, 2 * fields),
        2 => (2, fields),
        _ => (1, fields),
    };
    let cut = |[one, other]: [u32; 2], unit: u32| one.checked_add(other)?.checked_mul(unit);
    let width = width.checked_sub(cut([crop[0], crop[1]], across)?)?;
    let height = rows.checked_mul(fields)?.checked_sub(cut([crop[2], crop[3]], down)?)?;
    Sequence::new((width, height), rate(&mut bits))
}

/// How colours are sampled, 0 to 3; skips the scaling lists.
fn high(bits: &mut Bits) -> Option<u32> {
    let format = bits.golomb()?;
    let separate = format == 3 && bits.flag()?;
    bits.skip_golombs(2)?;
    bits.flag()?;
    if bits.flag()? {
        for list in 0..if format == 3 { 12 } else { 8 } {
            if bits.flag()? {
                scaling_list(bits, if list < 6 { 16 } else { 64 })?;
            }
        }
    }
    Some(if separate { 0 } else { format })
}

fn scaling_list(bits: &mut Bits, size: usize) -> Option<()> {
    let (mut last, mut next) = (8, 8);
    for _ in 0..size {
        if next != 0 {
            next = (last + bits.signed_golomb()?.rem_euclid(256)) % 256;
        }
        if next != 0 {
            last = next;
        }
    }
    Some(())
}

/// The order of pictures.
fn order(bits: &mut Bits) -> Option<()> {
    match bits.golomb()? {
        0 => bits.golomb().map(drop),
        1 => {
            bits.flag()?;
            bits.skip_golombs(2)?;
            let count = bits.golomb()?;
            bits.skip_golombs(count.min(255))
        }
        _ => Some(()),
    }
}

/// What is cut off left, right, above, below, in units of the colours' sampling.
pub(super) fn crop(bits: &mut Bits) -> Option<[u32; 4]> {
    if bits.flag()? {
        return Some([bits.golomb()?, bits.golomb()?, bits.golomb()?, bits.golomb()?]);
    }
    Some([0; 4])
}

/// The rate in the usability information: two ticks per frame.
fn rate(bits: &mut Bits) -> Option<(u64, u64)> {
    if !bits.flag()? {
        return None;
    }
    signal(bits)?;
    if !bits.flag()? {
        return None;
    }
    let (tick, scale) = (bits.number(32)?, bits.number(32)?);
    Some((scale.into(), u64::from(tick) * 2))
}

/// What usability information begins with, in H.264 and H.265: shape of pixels, overscan, colours.
pub(super) fn signal(bits: &mut Bits) -> Option<()> {
    const OWN_RATIO: u32 = 255;
    if bits.flag()? && bits.number(8)? == OWN_RATIO {
        bits.skip(32)?;
    }
    if bits.flag()? {
        bits.flag()?;
    }
    if bits.flag()? {
        bits.skip(4)?;
        if bits.flag()? {
            bits.skip(24)?;
        }
    }
    if bits.flag()? {
        bits.skip_golombs(2)?;
    }
    Some(())
}
