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

/// x265: 1280 x 720, 24000/1001 frames per second.
const X265: &[u8] = &[
    0, 0, 1, 0x42, 0x01, 0x01, 0x01, 0x60, 0x00, 0x00, 0x03, 0x00, 0x90, 0x00, 0x00, 0x03, 0x00, 0x00, 0x03, 0x00,
    0x5D, 0xA0, 0x02, 0x80, 0x80, 0x2D, 0x16, 0x59, 0x59, 0xA4, 0x93, 0x2B, 0x80, 0x40, 0x00, 0x00, 0xFA, 0x40, 0x00,
    0x17, 0x70, 0x02,
];

#[test]
fn h265_is_read_with_its_rate() {
    assert_eq!(find(&Codec::H265, X265), Some(Sequence { size: (1280, 720), fps: Some(24_000.0 / 1001.0) }));
    // Cut before the rate: the size stands.
    assert_eq!(find(&Codec::H265, &X265[..32]), Some(Sequence { size: (1280, 720), fps: None }));
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
    }
    for end in 0..X265.len() {
        let _ = find(&Codec::H265, &X265[..end]);
    }
    assert_eq!(find(&Codec::H264, &X264[..12]), None);
    assert_eq!(find(&Codec::Vp9, X264), None);
}
