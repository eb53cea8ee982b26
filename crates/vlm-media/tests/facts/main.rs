//! Facts that were written into a file come back from it, whatever they are.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a failing test may panic")]

#[path = "../support/mod.rs"]
mod support;

mod films;
mod large;
mod others;
mod pictures;

use vlm_media::Probe;

/// Probes content in memory and piece by piece, which must give the same.
fn found(content: &[u8]) -> Probe {
    let found = vlm_media::probe_bytes(content).unwrap();
    assert_eq!(support::probe_sparse(content).unwrap(), found);
    assert_eq!(found.facts.bytes, Some(content.len() as u64));
    found
}

/// Seconds of a film, within a microsecond.
fn lasts(found: &Probe, seconds: f64) -> bool {
    found.facts.duration.is_some_and(|length| (length.as_secs_f64() - seconds).abs() < 1e-6)
}

#[test]
fn every_type_is_told_by_its_first_bytes() {
    for (media_type, content) in support::every_file() {
        assert_eq!(found(&content).media_type.as_str(), media_type);
    }
}
