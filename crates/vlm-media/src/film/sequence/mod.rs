//! The header that a coded stream itself carries, for containers that tell no size: H.264, H.265, MPEG-2.

mod bits;
mod h264;
mod h265;
mod mpeg2;

use crate::codec::Codec;
use crate::timing;

/// Size and rate of a stream.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Sequence {
    pub(super) size: (u32, u32),
    pub(super) fps: Option<f64>,
}

/// The highest rate that a stream's own header is believed.
const FASTEST: f64 = 1000.0;
/// The longest side that any of these codecs can have, rounded up.
const LONGEST: u32 = 1 << 16;

/// The first sequence header in a piece of a stream.
pub(super) fn find(codec: &Codec, stream: &[u8]) -> Option<Sequence> {
    let read = match codec {
        Codec::H264 => h264::read,
        Codec::H265 => h265::read,
        Codec::Mpeg2 => mpeg2::read,
        _ => return None,
    };
    units(stream).find_map(read)
}

/// What follows each start code, up to the end of the piece.
fn units(stream: &[u8]) -> impl Iterator<Item = &[u8]> {
    let starts = stream.windows(3).enumerate().filter(|(_, window)| *window == [0, 0, 1]);
    starts.map(|(index, _)| &stream[index + 3..])
}

impl Sequence {
    fn new(size: (u32, u32), rate: Option<(u64, u64)>) -> Option<Self> {
        let possible = |side: u32| (1..=LONGEST).contains(&side);
        let fps = rate.and_then(|(count, per)| timing::rate(1, per, count)).filter(|fps| *fps <= FASTEST);
        (possible(size.0) && possible(size.1)).then_some(Self { size, fps })
    }
}

#[cfg(test)]
mod tests;
