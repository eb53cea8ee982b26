//! One function that takes any bytes and holds the parsers to their promises: run by proptest here, and by a fuzzer.

use std::io::Cursor;

use vlm_core::MediaKind;
use vlm_media::{MAX_FILM_READ, MAX_PICTURE_READ, ProbeError, Sparse, Step, probe, probe_bytes};

/// Panics if a promise is broken.
pub(crate) fn run(data: &[u8]) {
    let found = probe_bytes(data);
    let whole = format!("{found:?}");
    assert_eq!(whole, format!("{:?}", probe(Cursor::new(data))), "a reader gives something else");
    match &found {
        Ok(probe) => {
            let limit = if probe.kind() == Some(MediaKind::Image) { MAX_PICTURE_READ } else { MAX_FILM_READ };
            assert!(probe.read <= limit, "{} bytes read", probe.read);
            assert_eq!(probe.facts.bytes, Some(data.len() as u64));
            assert_eq!(probe.facts.size(), probe.stored.map(|stored| probe.orientation.shown(stored)));
            assert!(probe.facts.fps.is_none_or(|fps| fps.is_finite() && fps > 0.0), "{probe:?}");
            assert!(probe.facts.duration.is_none_or(|length| !length.is_zero() && length.as_secs_f64() <= 1e7));
            assert!(probe.facts.width != Some(0) && probe.facts.height != Some(0) && probe.facts.frames != Some(0));
            assert!(probe.kind() != Some(MediaKind::Image) || probe.facts.size().is_some(), "a picture without a size");
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    let mut sparse = Sparse::new(data.len() as u64);
    loop {
        match sparse.probe() {
            Ok(Step::Need { offset, length }) => {
                let end = usize::try_from(offset + length).expect("within the content");
                assert!(length > 0 && end <= data.len(), "pieces outside of the content");
                sparse.insert(offset, &data[offset as usize..end]);
            }
            // Only scattered content is given up that a whole reader follows.
            Err(ProbeError::Scattered { .. }) => return,
            Ok(Step::Done(probe)) => return assert_eq!(whole, format!("{:?}", Ok::<_, ProbeError>(probe))),
            Ok(other) => panic!("{other:?}"),
            Err(error) => return assert_eq!(whole, format!("{:?}", Err::<vlm_media::Probe, _>(error))),
        }
    }
}
