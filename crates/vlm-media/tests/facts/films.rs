//! MP4 and its kin: whole and fragmented.

use std::time::Duration;

use proptest::prelude::*;
use vlm_media::{Codec, Orientation, ProbeError, probe_bytes};

use super::support::mp4::{Film, Indexes, boxed, full};
use super::{found, lasts};

fn any_film() -> impl Strategy<Value = Film> {
    let rates = prop_oneof![
        Just((24_000, 1001)),
        Just((12_800, 512)),
        Just((30_000, 1001)),
        Just((600, 20)),
        (1..100_000_u32, 1..5000_u32),
    ];
    let flags = any::<(bool, bool, bool, bool)>();
    let brand = prop_oneof![Just(*b"isom"), Just(*b"mp42"), Just(*b"qt  "), Just(*b"3gp5")];
    ((1..=u16::MAX, 1..=u16::MAX), 1..=8_u8, 1..900_u32, rates, flags, brand).prop_map(
        |(size, orientation, frames, (scale, frame_ticks), (sound, long, moov_first, compact_sizes), brand)| Film {
            brand,
            size,
            orientation,
            frames,
            frame_ticks,
            scale,
            sound,
            long,
            moov_first,
            compact_sizes,
            ..Film::default()
        },
    )
}

/// The rate as written, or the whole number beside it.
fn same_rate(found: Option<f64>, written: f64) -> bool {
    let whole = written.round();
    let near = whole >= 1.0 && (written - whole).abs() <= 0.001;
    found.is_some_and(|fps| if near { fps == whole } else { (fps - written).abs() < 1e-9 * written })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whole(film in any_film()) {
        let found = found(&film.build());
        let turn = Orientation::from_exif(film.orientation.into()).unwrap();
        let stored = (film.size.0.into(), film.size.1.into());
        prop_assert_eq!((found.stored, found.orientation), (Some(stored), turn));
        prop_assert_eq!(found.facts.size(), Some(turn.shown(stored)));
        prop_assert_eq!(found.facts.frames, Some(film.frames.into()));
        prop_assert!(same_rate(found.facts.fps, film.fps()), "{:?} {}", found.facts.fps, film.fps());
        prop_assert!(lasts(&found, film.seconds()) || film.seconds() > 1e7, "{:?}", found.facts.duration);
        prop_assert_eq!((found.facts.sound, found.codec), (Some(film.sound), Some(Codec::H264)));
    }

    #[test]
    fn fragmented(film in any_film(), per in 1..90_u32, mehd: bool, sidx: bool, mfra: bool, own: bool) {
        let found = found(&film.build_fragmented(Indexes { mehd, sidx, mfra }, per.max(film.frames / 20 + 1), own));
        prop_assert_eq!(found.facts.frames, Some(film.frames.into()));
        prop_assert!(same_rate(found.facts.fps, film.fps()), "{:?} {}", found.facts.fps, film.fps());
        prop_assert!(lasts(&found, film.seconds()) || film.seconds() > 1e7, "{:?}", found.facts.duration);
        prop_assert_eq!((found.facts.sound, found.codec), (Some(film.sound), Some(Codec::H264)));
    }
}

#[test]
fn rates_stay_what_they_are() {
    let film = Film { frames: 240, scale: 24_000, frame_ticks: 1001, ..Film::default() };
    assert_eq!(found(&film.build()).facts.fps, Some(24_000.0 / 1001.0));
    let film = Film { frames: 240, scale: 1_000_000, frame_ticks: 41_667, ..Film::default() };
    assert_eq!(found(&film.build()).facts.fps, Some(24.0));
}

#[test]
fn codecs_are_told_apart() {
    for (fourcc, codec) in [
        (*b"avc3", Codec::H264),
        (*b"hvc1", Codec::H265),
        (*b"av01", Codec::Av1),
        (*b"vp09", Codec::Vp9),
        (*b"mp4v", Codec::Mpeg4),
        (*b"apch", Codec::ProRes),
        (*b"mjpa", Codec::Mjpeg),
    ] {
        assert_eq!(found(&Film { fourcc, ..Film::default() }.build()).codec, Some(codec));
    }
    let found = found(&Film { fourcc: *b"s263", ..Film::default() }.build());
    assert_eq!(found.codec.map(|codec| codec.to_string()).as_deref(), Some("s263"));
}

#[test]
fn a_header_that_is_not_there_or_cut_off_is_an_error() {
    let film = Film { moov_first: false, ..Film::default() };
    let content = film.build();
    let moov = content.windows(4).rposition(|window| window == b"moov").unwrap();
    for end in [moov - 4, moov + 8, content.len() - 1] {
        let error = probe_bytes(&content[..end]).unwrap_err();
        assert!(matches!(error, ProbeError::Truncated { .. }), "{error}");
        assert!(error.to_string().contains("moov"), "{error}");
    }
}

#[test]
fn what_cannot_be_true_is_none() {
    let absurd = found(&Film { frames: 600, frame_ticks: u32::MAX, scale: 1, ..Film::default() }.build());
    // The movie's own length is one of a thousandth of a second.
    assert_eq!(absurd.facts.duration, Some(Duration::from_millis(1)));
    let still = found(&Film { frames: 0, ..Film::default() }.build());
    assert_eq!((still.facts.frames, still.facts.fps), (None, None));
    // A table of four thousand million frames in a box of some bytes.
    let mut content = Film::default().build();
    let stsz = content.windows(4).position(|window| window == b"stsz").unwrap();
    content[stsz + 12..stsz + 16].copy_from_slice(&u32::MAX.to_be_bytes());
    let found = found(&content);
    assert_eq!((found.facts.frames, found.facts.duration), (None, Some(Duration::from_secs(3))));
}

#[test]
fn a_damaged_part_does_not_hide_the_others() {
    let mut content = Film::default().build();
    let stsd = content.windows(4).position(|window| window == b"stsd").unwrap();
    content[stsd + 12..stsd + 16].copy_from_slice(&7_u32.to_be_bytes());
    let found = found(&content);
    assert_eq!((found.codec, found.facts.frames), (None, Some(75)));
    // The size that the track states for showing is all that is left.
    assert_eq!(found.facts.size(), Some((1280, 360)));
}

#[test]
fn no_sound_is_only_said_where_every_track_was_seen() {
    let film = Film { sound: false, ..Film::default() };
    assert_eq!(found(&film.build()).facts.sound, Some(false));
    let mut content = film.build();
    let header = content.windows(4).position(|window| window == b"hdlr").unwrap();
    content[header - 4..header].copy_from_slice(&5_u32.to_be_bytes());
    assert_eq!(found(&content).facts.sound, None);
}

#[test]
fn a_live_piece_lasts_from_its_first_frame_on() {
    let film = Film { frames: 50, ..Film::default() };
    let indexes = Indexes { mehd: false, sidx: false, mfra: false };
    let begins = 9_000_000_000;
    let content = [
        film.ftyp(),
        film.fragmented_moov(indexes),
        film.moof(begins, 25, false),
        boxed(b"mdat", &[0; 9]),
        film.moof(begins + 25 * 512, 25, true),
        boxed(b"mdat", &[0; 9]),
    ]
    .concat();
    let found = found(&content);
    assert_eq!((found.facts.frames, found.facts.fps), (Some(50), Some(25.0)));
    assert_eq!(found.facts.duration, Some(Duration::from_secs(2)));
}

#[test]
fn a_file_of_sound_has_no_size() {
    let mvhd = full(b"mvhd", 0, 0, &[[0; 4], [0; 4], 1000_u32.to_be_bytes(), 2500_u32.to_be_bytes()].concat());
    let content = [boxed(b"ftyp", b"isom\0\0\0\0"), boxed(b"moov", &mvhd)].concat();
    let found = found(&content);
    assert_eq!((found.facts.size(), found.facts.sound), (None, Some(false)));
    assert_eq!(found.facts.duration, Some(Duration::from_millis(2500)));
}
