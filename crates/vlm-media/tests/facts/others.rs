//! WebM, Matroska, AVI, transport streams, and what is known by its first bytes only.

use std::time::Duration;

use proptest::prelude::*;
use vlm_media::{Codec, ProbeError, probe_bytes};

use super::support::transport::{self, Coding};
use super::support::{avi, matroska};
use super::{found, lasts};

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn matroska_headers(
        size in (1..u32::MAX, 1..u32::MAX),
        ticks in 1..4_000_000_u32,
        frame in 1_000_000..200_000_000_u32,
        (webm, live, cues, tracks_last, sound) in any::<(bool, bool, bool, bool, bool)>(),
    ) {
        let film = matroska::Film {
            webm, size, duration: Some(ticks.into()), frame: Some(frame), live, cues, tracks_last, sound,
            ..matroska::Film::default()
        };
        let found = found(&film.build());
        prop_assert_eq!(found.facts.size(), Some(size));
        prop_assert!(lasts(&found, f64::from(ticks) / 1000.0));
        let fps = found.facts.fps.unwrap();
        prop_assert!((fps - 1e9 / f64::from(frame)).abs() <= 0.001, "{fps}");
        prop_assert_eq!(found.facts.frames, Some((f64::from(ticks) / 1000.0 * fps).round() as u64).filter(|n| *n > 0));
        prop_assert_eq!((found.facts.sound, found.codec), (Some(sound), Some(Codec::Vp9)));
    }

    #[test]
    fn matroska_without_a_length_lasts_to_its_last_frame(
        count in 1..120_u64,
        step in 1..80_u64,
        (live, cues, frame) in any::<(bool, bool, bool)>(),
    ) {
        let frame = frame.then_some(step as u32 * 1_000_000);
        let times = (0..count).map(|number| number * step).collect();
        let film = matroska::Film { duration: None, live, cues, frame, times, ..matroska::Film::default() };
        let found = found(&film.build());
        let last = (count - 1) * step + if frame.is_some() { step } else { 0 };
        let expected = Some(Duration::from_millis(last)).filter(|length| !length.is_zero());
        prop_assert_eq!(found.facts.duration, expected);
    }

    #[test]
    fn avi_headers(size in (1..=u32::MAX, 1..=i32::MAX), frames in 1..1_000_000_u32, rate in 1..120_000_u32, sound: bool) {
        let film = avi::Film { size, frames, rate, scale: 1001, sound, ..avi::Film::default() };
        let found = found(&film.build());
        prop_assert_eq!(found.facts.size(), Some((size.0, size.1.unsigned_abs())));
        prop_assert_eq!(found.facts.frames, Some(frames.into()));
        let seconds = f64::from(frames) * 1001.0 / f64::from(rate);
        prop_assert!(lasts(&found, seconds) || seconds > 1e7);
        prop_assert_eq!((found.facts.sound, found.codec), (Some(sound), Some(Codec::Mpeg4)));
    }

    #[test]
    fn transport_streams(
        codec in prop_oneof![Just(Coding::H264), Just(Coding::H265), Just(Coding::Mpeg2)],
        size in (1..4000_u32, 1..2000_u32),
        rate in prop_oneof![Just((25, 1)), Just((24_000, 1001)), Just((30_000, 1001)), Just((50, 1))],
        frames in 2..90_u32,
        begins in prop_oneof![0..(1_u64 << 33), Just((1 << 33) - 9000)],
        (sound, filling) in (any::<bool>(), 0..40_usize),
    ) {
        let rate = if codec == Coding::Mpeg2 { (25, 1) } else { rate };
        let size = (size.0 * 2, size.1 * 2);
        let film = transport::Film { codec, size, rate, frames, begins, sound, filling };
        let found = found(&film.build());
        prop_assert_eq!(found.facts.size(), Some(size));
        let fps = found.facts.fps.unwrap();
        prop_assert!((fps - f64::from(rate.0) / f64::from(rate.1)).abs() < 1e-9, "{fps}");
        let seconds = found.facts.duration.unwrap().as_secs_f64();
        prop_assert!((seconds - film.seconds()).abs() < 1e-4, "{seconds} {}", film.seconds());
        prop_assert_eq!(found.facts.frames, Some(frames.into()));
        prop_assert_eq!(found.facts.sound, Some(sound));
        let expected = match codec { Coding::H264 => Codec::H264, Coding::H265 => Codec::H265, Coding::Mpeg2 => Codec::Mpeg2 };
        prop_assert_eq!(found.codec, Some(expected));
    }
}

#[test]
fn matroska_codecs_and_rates() {
    let with = |codec, frame| found(&matroska::Film { codec, frame, ..matroska::Film::default() }.build());
    assert_eq!(with("V_MPEG4/ISO/AVC", Some(41_708_333)).codec, Some(Codec::H264));
    assert_eq!(with("V_MPEGH/ISO/HEVC\0", Some(41_666_666)).facts.fps, Some(24.0));
    assert_eq!(with("V_MS/VFW/FOURCC", None).codec, Some(Codec::Mpeg4));
    let unknown = with("V_THEORA", None);
    assert_eq!(unknown.codec.unwrap().to_string(), "V_THEORA");
    assert_eq!((unknown.facts.fps, unknown.facts.frames), (None, None));
}

#[test]
fn matroska_lengths_that_cannot_be_true_are_looked_up() {
    for wrong in [f64::NAN, f64::INFINITY, -5.0, 0.0, 1e300] {
        let film = matroska::Film { duration: Some(wrong), ..matroska::Film::default() };
        assert_eq!(found(&film.build()).facts.duration, Some(Duration::from_secs(2)), "{wrong}");
    }
}

#[test]
fn large_avi_files_count_in_another_place() {
    let film = avi::Film { all_frames: Some(5000), ..avi::Film::default() };
    let found = found(&film.build());
    assert_eq!((found.facts.frames, found.facts.duration), (Some(5000), Some(Duration::from_secs(200))));
}

#[test]
fn interlaced_h264_has_twice_the_rows_of_a_field() {
    use super::support::sequence;
    for size in [(1920, 1080), (720, 576)] {
        let plain = transport::Film { size, ..transport::Film::default() };
        let [progressive, interlaced] = [false, true].map(|fields| sequence::h264(size, Some((25, 1)), fields));
        let content = plain.build();
        let at = content.windows(progressive.len()).position(|window| window == progressive).unwrap();
        // Both headers are of one length or nearly so; what is behind is payload.
        let mut changed = content.clone();
        changed[at..at + interlaced.len()].copy_from_slice(&interlaced);
        assert_eq!(found(&changed).facts.size(), Some(size));
    }
}

#[test]
fn headers_that_are_cut_off_are_errors() {
    let avi = avi::Film::default().build();
    let webm = matroska::Film::default().build();
    // The last place lies within the description of the last track.
    let within = webm.windows(5).position(|window| window == b"V_VP9").unwrap();
    for (content, end) in [(&avi, 100), (&avi, 300), (&webm, 60), (&webm, 90), (&webm, within)] {
        let error = probe_bytes(&content[..end]).unwrap_err();
        assert!(matches!(error, ProbeError::Truncated { .. }), "{error}");
    }
}

#[test]
fn types_without_a_parser_have_their_type_and_length() {
    let flv = found(b"FLV\x01\x05\0\0\0\x09\0\0\0\0");
    assert_eq!((flv.facts.size(), flv.facts.duration, flv.facts.sound), (None, None, None));
}
