//! The sequence parameter set of H.265 (ITU-T H.265, 7.3.2.2 and E.2.1).

use super::Sequence;
use super::bits::Bits;
use super::h264::{crop, signal};

/// The highest number of reference picture sets.
const MAX_SETS: u32 = 64;
/// The highest number of pictures in one of them.
const MAX_PICTURES: u32 = 16;

/// Reads a unit, if it is a sequence parameter set.
pub(super) fn read(unit: &[u8]) -> Option<Sequence> {
    let (head, rest) = unit.split_at_checked(2)?;
    if head[0] >> 1 != 33 {
        return None;
    }
    let mut bits = Bits::unescaped(rest);
    bits.skip(4)?;
    let layers = bits.number(3)?;
    bits.flag()?;
    profile(&mut bits, layers)?;
    bits.golomb()?;
    let chroma = bits.golomb()?;
    if chroma == 3 {
        bits.flag()?;
    }
    let (width, height) = (bits.golomb()?, bits.golomb()?);
    let crop = crop(&mut bits)?;
    let (across, down) = match chroma {
        1 => (2, 2),
        2 => (2, 1),
        _ => (1, 1),
    };
    let cut = |one: u32, other: u32, unit: u32| one.checked_add(other)?.checked_mul(unit);
    let width = width.checked_sub(cut(crop[0], crop[1], across)?)?;
    let height = height.checked_sub(cut(crop[2], crop[3], down)?)?;
    Sequence::new((width, height), rate(&mut bits, layers))
}

/// Profile, tier and level, of the whole stream and of its layers in time.
fn profile(bits: &mut Bits, layers: u32) -> Option<()> {
    bits.skip(96)?;
    let mut present = Vec::new();
    for _ in 0..layers {
        present.push((bits.flag()?, bits.flag()?));
    }
    if layers > 0 {
        bits.skip(2 * (8 - layers as usize))?;
    }
    for (profile, level) in present {
        bits.skip(if profile { 88 } else { 0 } + if level { 8 } else { 0 })?;
    }
    Some(())
}

/// The rate in the usability information, which stands behind all else.
fn rate(bits: &mut Bits, layers: u32) -> Option<(u64, u64)> {
    bits.skip_golombs(2)?;
    let order_bits = bits.golomb()?.checked_add(4)?;
    let orders = if bits.flag()? { layers + 1 } else { 1 };
    bits.skip_golombs(3 * orders + 6)?;
    if bits.flag()? && bits.flag()? {
        scaling_lists(bits)?;
    }
    bits.skip(2)?;
    if bits.flag()? {
        bits.skip(8)?;
        bits.skip_golombs(2)?;
        bits.flag()?;
    }
    reference_sets(bits)?;
    if bits.flag()? {
        let count = bits.golomb()?.min(32);
        bits.skip((order_bits as usize + 1).checked_mul(count as usize)?)?;
    }
    bits.skip(2)?;
    if !bits.flag()? {
        return None;
    }
    signal(bits)?;
    bits.skip(3)?;
    crop(bits)?;
    if !bits.flag()? {
        return None;
    }
    let (tick, scale) = (bits.number(32)?, bits.number(32)?);
    Some((scale.into(), tick.into()))
}

fn scaling_lists(bits: &mut Bits) -> Option<()> {
    for size in 0..4_u32 {
        // Of the largest there are two.
        for _ in 0..if size == 3 { 2 } else { 6 } {
            if !bits.flag()? {
                bits.golomb()?;
                continue;
            }
            let first = u32::from(size > 1);
            bits.skip_golombs(first + (1_u32 << (4 + 2 * size)).min(64))?;
        }
    }
    Some(())
}

/// Short-term reference picture sets; some are told by their difference to the one before.
fn reference_sets(bits: &mut Bits) -> Option<()> {
    let count = bits.golomb()?;
    if count > MAX_SETS {
        return None;
    }
    let mut before = 0;
    for index in 0..count {
        before = if index > 0 && bits.flag()? { derived_set(bits, before)? } else { own_set(bits)? };
    }
    Some(())
}

/// The number of pictures in a set that is derived from one of so many.
fn derived_set(bits: &mut Bits, before: u32) -> Option<u32> {
    bits.flag()?;
    bits.golomb()?;
    let mut count = 0;
    for _ in 0..=before {
        // Used by this picture, or else perhaps kept for later ones.
        if bits.flag()? || bits.flag()? {
            count += 1;
        }
    }
    (count <= MAX_PICTURES).then_some(count)
}

fn own_set(bits: &mut Bits) -> Option<u32> {
    let (earlier, later) = (bits.golomb()?, bits.golomb()?);
    let count = earlier.checked_add(later).filter(|count| *count <= MAX_PICTURES)?;
    for _ in 0..count {
        bits.golomb()?;
        bits.flag()?;
    }
    Some(count)
}
