//! Lengths and rates from the integers of headers: exact where they can be, `None` where they cannot be true.

use std::time::Duration;

/// The longest film that is believed, in seconds: about 115 days.
pub(crate) const LONGEST: u64 = 10_000_000;
/// The highest rate that is believed, in frames per second.
const FASTEST: f64 = 100_000.0;
/// A rate so near to a whole number is that number: containers round it to their clock.
const NEAR: f64 = 0.001;

const NANOS: u128 = 1_000_000_000;

/// `ticks` of a clock with so many ticks per second; `None` for no length and for one above [`LONGEST`].
pub(crate) fn duration(ticks: u64, per_second: u64) -> Option<Duration> {
    if ticks == 0 || per_second == 0 {
        return None;
    }
    let per_second = u128::from(per_second);
    nanoseconds((u128::from(ticks) * NANOS + per_second / 2) / per_second)
}

/// A length in nanoseconds, within the same bounds.
pub(crate) fn nanoseconds(nanos: u128) -> Option<Duration> {
    if nanos == 0 || nanos > u128::from(LONGEST) * NANOS {
        return None;
    }
    Some(Duration::new(u64::try_from(nanos / NANOS).ok()?, u32::try_from(nanos % NANOS).ok()?))
}

/// A length in seconds, within the same bounds; `None` also for NaN.
pub(crate) fn seconds(seconds: f64) -> Option<Duration> {
    let bounds = 0.0..=1e7;
    if !bounds.contains(&seconds) {
        return None;
    }
    Duration::try_from_secs_f64(seconds).ok().filter(|length| !length.is_zero())
}

/// `count` frames in `ticks` of a clock with so many ticks per second.
#[allow(clippy::cast_precision_loss, reason = "counts above 2^53 are no counts of frames")]
pub(crate) fn rate(count: u64, ticks: u64, per_second: u64) -> Option<f64> {
    fps(count as f64 * per_second as f64 / ticks as f64)
}

/// A rate that can be one, with its rounding to the container's clock taken back.
pub(crate) fn fps(rate: f64) -> Option<f64> {
    let whole = rate.round();
    let rate = if whole >= 1.0 && (rate - whole).abs() <= NEAR { whole } else { rate };
    (rate > 0.0 && rate <= FASTEST).then_some(rate)
}

/// Frames in so long a film.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "both are bounded and positive")]
pub(crate) fn frames(length: Duration, fps: f64) -> u64 {
    (length.as_secs_f64() * fps).round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_that_cannot_be_true_are_none() {
        assert_eq!(duration(90_000, 30_000), Some(Duration::from_secs(3)));
        assert_eq!(duration(1, 3), Some(Duration::from_nanos(333_333_333)));
        assert_eq!(duration(LONGEST, 1), Some(Duration::from_secs(LONGEST)));
        for (ticks, clock) in [(0, 1), (1, 0), (LONGEST + 1, 1), (u64::MAX, 1)] {
            assert_eq!(duration(ticks, clock), None, "{ticks}/{clock}");
        }
        for wrong in [f64::NAN, 0.0, -1.0, 1e7 + 1.0, f64::INFINITY] {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn rates_beside_a_whole_number_are_that_number() {
        assert_eq!(fps(1e9 / 41_666_667.0), Some(24.0));
        assert_eq!(fps(1e9 / 16_666_666.0), Some(60.0));
        assert_eq!(rate(240, 240 * 1001, 24_000), Some(24_000.0 / 1001.0));
        assert_eq!(fps(0.0005), Some(0.0005));
        for wrong in [f64::NAN, 0.0, -24.0, f64::INFINITY, 1e6] {
            assert_eq!(fps(wrong), None, "{wrong}");
        }
        assert_eq!(rate(1, 0, 1), None);
    }
}
