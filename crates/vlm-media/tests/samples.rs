//! The samples of the repository, from their files, from memory and piece by piece.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a failing test may panic")]

mod support;

use std::time::Duration;

use vlm_media::{Codec, MAX_FILM_READ, Orientation, ProbeError, probe, probe_bytes, probe_file};

use support::{probe_sparse, sample};

#[test]
fn pictures_have_their_size() {
    for (name, media_type, size) in [
        ("coffee.png", "image/png", (600, 400)),
        ("chelsea.png", "image/png", (451, 300)),
        ("rocket.jpg", "image/jpeg", (640, 427)),
    ] {
        let found = probe_file(sample(name)).unwrap();
        assert_eq!(found.media_type.as_str(), media_type);
        assert_eq!(found.facts.size(), Some(size), "{name}");
        assert_eq!(found.stored, Some(size));
        assert_eq!(found.orientation, Orientation::Upright);
        assert_eq!(found.facts.bytes, Some(std::fs::metadata(sample(name)).unwrap().len()));
        assert_eq!((found.codec, found.facts.duration, found.facts.sound), (None, None, None));
        assert!(found.read <= 5000, "{name}: {} bytes", found.read);
    }
}

#[test]
fn the_film_has_its_facts() {
    let found = probe_file(sample("launch-and-coffee.mp4")).unwrap();
    assert_eq!(found.media_type.as_str(), "video/mp4");
    assert_eq!(found.facts.size(), Some((640, 426)));
    assert_eq!(found.facts.duration, Some(Duration::from_secs(6)));
    assert_eq!((found.facts.frames, found.facts.fps), (Some(144), Some(24.0)));
    assert_eq!((found.codec, found.facts.sound), (Some(Codec::H264), Some(false)));
}

#[test]
fn every_way_of_reading_gives_the_same() {
    for name in ["coffee.png", "chelsea.png", "rocket.jpg", "launch-and-coffee.mp4"] {
        let content = std::fs::read(sample(name)).unwrap();
        let found = probe_file(sample(name)).unwrap();
        assert_eq!(probe_bytes(&content).unwrap(), found);
        assert_eq!(probe(std::fs::File::open(sample(name)).unwrap()).unwrap(), found);
        assert_eq!(probe_sparse(&content).unwrap(), found, "{name}");
    }
}

#[test]
fn every_prefix_is_an_error_or_facts() {
    for name in ["coffee.png", "chelsea.png", "rocket.jpg", "launch-and-coffee.mp4"] {
        let content = std::fs::read(sample(name)).unwrap();
        for end in (0..content.len()).step_by(if content.len() > 10_000 { 13 } else { 1 }).chain(0..700) {
            match probe_bytes(&content[..end]) {
                Ok(found) => assert!(found.read <= MAX_FILM_READ && found.facts.bytes == Some(end as u64)),
                Err(ProbeError::Empty) => assert_eq!(end, 0),
                Err(ProbeError::Unknown) => assert!(end < 12, "{name} cut at {end}"),
                Err(ProbeError::Truncated { missing, .. }) => assert!(!missing.is_empty()),
                Err(other) => panic!("{name} cut at {end}: {other}"),
            }
        }
    }
}
