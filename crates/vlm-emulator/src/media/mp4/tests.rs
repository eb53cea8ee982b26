//! The walker on the sample film, on films made here, and on mutated ones.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;
use base64::Engine as _;

const SAMPLE: &[u8] = include_bytes!("../../../../../media/launch-and-coffee.mp4");

fn walk_bytes(bytes: &[u8]) -> FilmFacts {
    let text = base64::engine::general_purpose::STANDARD.encode(bytes);
    walk(&mut Source::base64(&text).unwrap())
}

fn boxed(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let size = u32::try_from(content.len() + 8).unwrap();
    [&size.to_be_bytes(), &kind[..], content].concat()
}

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

#[test]
fn the_sample_is_read() {
    let facts = walk_bytes(SAMPLE);
    assert_eq!(facts.size, Some((640, 426)));
    assert_eq!(facts.frames, Some(144));
    assert_eq!(facts.fps, Some(24.0));
    assert!((facts.seconds.unwrap() - 6.0).abs() < 0.05);
    assert_eq!(facts.sound, Some(false));
}

#[test]
fn a_file_and_its_base64_read_alike() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../media/launch-and-coffee.mp4");
    let file = std::fs::File::open(path).unwrap();
    let length = file.metadata().unwrap().len();
    assert_eq!(walk(&mut Source::file(file, length)), walk_bytes(SAMPLE));
}

#[test]
fn a_fragmented_film_has_the_duration_of_its_extends_header() {
    let mvhd = boxed(b"mvhd", &words(&[0, 0, 0, 1000, 0]));
    let mvex = boxed(b"mvex", &boxed(b"mehd", &words(&[0, 12_500])));
    let facts = walk_bytes(&boxed(b"moov", &[mvhd, mvex].concat()));
    assert_eq!(facts.seconds, Some(12.5));
    assert_eq!(facts.frames, None);
}

#[test]
fn unknown_and_impossible_durations_are_none() {
    for (scale, duration) in [(0, 5), (1000, u32::MAX), (1, 4_000_000_000)] {
        let mvhd = boxed(b"mvhd", &words(&[0, 0, 0, scale, duration]));
        assert_eq!(walk_bytes(&boxed(b"moov", &mvhd)).seconds, None, "{scale} {duration}");
    }
}

#[test]
fn boxes_and_depth_are_bounded() {
    let mut deep = boxed(b"mvhd", &words(&[0, 0, 0, 1000, 5000]));
    for _ in 0..MAX_DEPTH + 1 {
        deep = boxed(b"moov", &deep);
    }
    assert_eq!(walk_bytes(&deep).seconds, None);
    let many = [boxed(b"free", &[]).repeat(MAX_BOXES), boxed(b"moov", &boxed(b"mvhd", &words(&[0, 0, 0, 1000, 5000])))]
        .concat();
    assert_eq!(walk_bytes(&many).seconds, None);
}

#[test]
fn base64_is_strict() {
    for text in ["", "QUJ", "QU-J", "QU JD", "QQ==QUJD", "QUJD\n"] {
        assert!(Source::base64(text).is_err(), "{text:?}");
    }
    // Padding inside a long text hides at the end of a block.
    let hidden = format!("{}QQ=={}", "QUJD".repeat(64 * 1024 / 4 - 1), "QUJD".repeat(4));
    assert!(Source::base64(&hidden).is_err());
}

proptest! {
    #[test]
    fn any_part_of_base64_is_the_part_of_the_bytes(bytes in proptest::collection::vec(any::<u8>(), 1..200), at in 0..220_u64, count in 0..50_usize) {
        let text = base64::engine::general_purpose::STANDARD.encode(&bytes);
        let mut source = Source::base64(&text).unwrap();
        let mut part = vec![0; count];
        let read = source.read_at(at, &mut part);
        let from = usize::try_from(at).unwrap().min(bytes.len());
        let expected = &bytes[from..(from + count).min(bytes.len())];
        prop_assert_eq!(&part[..read], expected);
    }

    #[test]
    fn a_mutated_film_ends_soon(changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12), cut in any::<prop::sample::Index>()) {
        // The boxes stand at both ends of the sample; its picture data would only dilute the changes.
        let moov = SAMPLE.windows(4).position(|part| part == b"moov").unwrap() - 4;
        let size = u32::from_be_bytes(SAMPLE[moov..moov + 4].try_into().unwrap());
        let mut bytes = SAMPLE[moov..moov + usize::try_from(size).unwrap()].to_vec();
        for (at, byte) in &changes {
            let at = at.index(bytes.len());
            bytes[at] = *byte;
        }
        bytes.truncate(cut.index(bytes.len()) + 1);
        let facts = walk_bytes(&bytes);
        prop_assert!(facts.seconds.is_none_or(|seconds| seconds.is_finite() && seconds > 0.0));
        prop_assert!(facts.fps.is_none_or(|fps| fps.is_finite() && fps > 0.0));
    }
}
