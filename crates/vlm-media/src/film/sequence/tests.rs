//! Sequence headers as encoders write them, and cut ones.

use super::{Sequence, find};
use crate::codec::Codec;

/// x264: 1920 x 1080 cropped from 1088, 25 frames per second.
const X264: &[u8] = &[
    0, 0, 0, 1, 0x67, 0x64, 0x00, 0x28, 0xAC, 0xD9, 0x40, 0x78, 0x02, 0x27, 0xE5, 0xC0, 0x44, 0x00, 0x00, 0x03, 0x00,
    0x04, 0x00, 0x00, 0x03, 0x00, 0xC8, 0x3C, 0x60, 0xC6, 0x58, 0, 0, 0, 1, 0x68,
];

#[test]
fn h264_is_read_with_crop_and_rate() {
    assert_eq!(find(&Codec::H264, X264), Some(Sequence { size: (1920, 1080), fps: Some(25.0) }));
}

#[test]
fn mpeg2_is_read_with_its_extension() {
    let plain = [0, 0, 1, 0xB3, 0x2D, 0x02, 0x40, 0x33, 0, 0, 0, 0];
    assert_eq!(find(&Codec::Mpeg2, &plain), Some(Sequence { size: (720, 576), fps: Some(25.0) }));
    // 4096 + 720 across, and 2 * 25 / 1 frames.
    let extended = [&plain[..], &[0, 0, 1, 0xB5, 0x14, 0x8A, 0x80, 0x01, 0, 0x20]].concat();
    assert_eq!(find(&Codec::Mpeg2, &extended), Some(Sequence { size: (4816, 576), fps: Some(50.0) }));
}

#[test]
fn a_cut_header_is_none_and_never_a_panic() {
    for end in 0..X264.len() {
        let _ = find(&Codec::H264, &X264[..end]);
        let _ = find(&Codec::H265, &X264[..end]);
    }
    assert_eq!(find(&Codec::H264, &X264[..12]), None);
    assert_eq!(find(&Codec::Vp9, X264), None);
}
