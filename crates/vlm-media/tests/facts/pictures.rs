//! Pictures: sizes and orientations.

use proptest::prelude::*;
use vlm_media::{Orientation, ProbeError, probe_bytes};

use super::found;
use super::support::picture::{self, Heif, exif};

/// The size as a second opinion sees it.
fn second_opinion(content: &[u8]) -> (u32, u32) {
    let size = imagesize::blob_size(content).unwrap();
    (size.width as u32, size.height as u32)
}

fn check(content: &[u8], stored: (u32, u32), orientation: u32) {
    let found = found(content);
    let turn = Orientation::from_exif(orientation).unwrap();
    assert_eq!((found.stored, found.orientation), (Some(stored), turn));
    assert_eq!(found.facts.size(), Some(turn.shown(stored)));
    assert!(found.read < 12_000, "{} bytes read", found.read);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn jpeg(width in 1..=u16::MAX, height in 1..=u16::MAX, turn in 1..=8_u16, little: bool, padding in 0..60_000_usize) {
        let content = picture::jpeg(width, height, Some(&exif(turn, little)), padding);
        check(&content, (width.into(), height.into()), turn.into());
        check(&picture::jpeg(width, height, None, padding), (width.into(), height.into()), 1);
    }

    #[test]
    fn png(width in 1..i32::MAX as u32, height in 1..i32::MAX as u32, turn in 1..=8_u16, little: bool) {
        let content = picture::png(width, height, Some(&exif(turn, little)));
        check(&content, (width, height), turn.into());
        prop_assert_eq!(second_opinion(&content), (width, height));
    }

    #[test]
    fn gif_and_bmp(width in 1..=u16::MAX, height in 1..=u16::MAX, down: bool) {
        check(&picture::gif(width, height), (width.into(), height.into()), 1);
        let content = picture::bmp(width.into(), if down { -i32::from(height) } else { height.into() });
        check(&content, (width.into(), height.into()), 1);
        // The other parser does not know rows from the top.
        prop_assert!(down || second_opinion(&content) == (width.into(), height.into()));
    }

    #[test]
    fn webp(width in 1..=16_383_u32, height in 1..=16_383_u32, turn in 1..=8_u16, little: bool) {
        for content in [picture::webp_lossy(width as u16, height as u16), picture::webp_lossless(width, height)] {
            check(&content, (width, height), 1);
            prop_assert_eq!(second_opinion(&content), (width, height));
        }
        let large = (width * 1000, height * 1000);
        let content = picture::webp_extended(large.0, large.1, Some(&exif(turn, little)));
        check(&content, large, turn.into());
        prop_assert_eq!(second_opinion(&content), large);
        let prefixed = [b"Exif\0\0".to_vec(), exif(turn, little)].concat();
        check(&picture::webp_extended(large.0, large.1, Some(&prefixed)), large, turn.into());
    }

    #[test]
    fn tiff(width in 1..=u16::MAX, height in 1..=u16::MAX, turn in 1..=8_u16, little: bool) {
        let content = picture::tiff_picture(width, height, turn, little);
        check(&content, (width.into(), height.into()), turn.into());
        let shown = Orientation::from_exif(turn.into()).unwrap().shown((width.into(), height.into()));
        prop_assert!([(width.into(), height.into()), shown].contains(&second_opinion(&content)));
        let (width, height) = (u32::from(width) << 12, u32::from(height));
        check(&picture::big_tiff(width, height, turn, little), (width, height), turn.into());
    }

    #[test]
    fn heif(width in 161..60_000_u32, height in 121..60_000_u32, rotation in 0..4_u8, brand in 0..3_usize, long_ids: bool) {
        let brand = [*b"heic", *b"mif1", *b"avif"][brand];
        let facts = Heif { brand, size: (width, height), rotation, mirror: None, clap: None, long_ids };
        let content = picture::heif(facts);
        check(&content, (width, height), [1, 8, 3, 6][usize::from(rotation)]);
        // The other parser takes the last rotation for that of the largest picture: here it is.
        prop_assert_eq!(Some(second_opinion(&content)), found(&content).facts.size());
        let clap = Some((width / 2, height / 2));
        check(&picture::heif(Heif { clap, ..facts }), (width / 2, height / 2), [1, 8, 3, 6][usize::from(rotation)]);
    }
}

#[test]
fn heif_is_turned_first_and_mirrored_then() {
    let facts = Heif { brand: *b"heic", size: (400, 300), rotation: 3, mirror: Some(1), clap: None, long_ids: false };
    // A quarter clockwise, then left and right exchanged.
    assert_eq!(found(&picture::heif(facts)).orientation, Orientation::Transposed);
    assert_eq!(found(&picture::heif(Heif { mirror: Some(0), ..facts })).orientation, Orientation::Transversed);
}

#[test]
fn a_sequence_of_pictures_has_the_size_of_its_track() {
    use super::support::mp4::Film;
    let found = found(&Film { brand: *b"hevc", orientation: 6, size: (400, 300), ..Film::default() }.build());
    assert_eq!((found.media_type.as_str(), found.facts.size()), ("image/heic", Some((300, 400))));
}

#[test]
fn an_orientation_that_is_none_is_upright() {
    for turn in [0, 9, 600] {
        check(&picture::jpeg(40, 30, Some(&exif(turn, true)), 0), (40, 30), 1);
    }
    let mut broken = exif(6, false);
    broken[4..8].copy_from_slice(&u32::MAX.to_be_bytes());
    check(&picture::jpeg(40, 30, Some(&broken), 0), (40, 30), 1);
    check(&picture::png(40, 30, Some(b"nothing")), (40, 30), 1);
}

#[test]
fn really_encoded_pictures_have_their_size() {
    use image::ImageFormat::{Bmp, Gif, Jpeg, Png, WebP};
    for (format, width, height) in [(Bmp, 31, 17), (Gif, 31, 17), (Jpeg, 640, 3), (Png, 5, 900), (WebP, 77, 78)] {
        let mut out = std::io::Cursor::new(Vec::new());
        image::DynamicImage::new_rgb8(width, height).write_to(&mut out, format).unwrap();
        check(out.get_ref(), (width, height), 1);
        assert_eq!(second_opinion(out.get_ref()), (width, height));
    }
}

#[test]
fn a_picture_without_a_size_is_an_error_that_says_what_to_do() {
    let zero = probe_bytes(&picture::gif(0, 20)).unwrap_err();
    assert!(matches!(zero, ProbeError::Damaged { .. }), "{zero}");
    let cut = probe_bytes(&picture::png(40, 30, None)[..20]).unwrap_err();
    assert_eq!(
        cut.to_string(),
        "this image/png ends before its width and height; it was not written or downloaded completely, so get it again"
    );
    assert_eq!(cut.media_type().map(|media_type| media_type.as_str()), Some("image/png"));
    let error = vlm_core::Error::from(cut);
    assert_eq!(error.kind(), vlm_core::ErrorKind::InvalidRequest);
    assert_eq!(error.problems()[0].kind, vlm_core::ProblemKind::Media);
}

#[test]
fn a_picture_behind_endless_segments_is_given_up() {
    let mut content = vec![0xFF, 0xD8];
    for _ in 0..600 {
        content.extend([0xFF, 0xE2, 0xFF, 0xFF]);
        content.resize(content.len() + 0xFFFD, 0);
    }
    content.extend(&picture::jpeg(40, 30, None, 0)[2..]);
    let error = probe_bytes(&content).unwrap_err();
    assert!(matches!(error, ProbeError::TooMuch { limit: vlm_media::MAX_PICTURE_READ, .. }), "{error}");
}

#[test]
fn neither_picture_nor_film() {
    assert!(matches!(probe_bytes(b""), Err(ProbeError::Empty)));
    for text in [&b"<svg xmlns='http://www.w3.org/2000/svg'/>"[..], b"PK\x03\x04", b"%PDF-1.7", &[0; 700]] {
        assert!(matches!(probe_bytes(text), Err(ProbeError::Unknown)));
    }
}
