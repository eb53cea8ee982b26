//! The timestamps that Qwen3-VL prompts of self-hosted servers hold before each group of frames: `<12.5 seconds>`.
//!
//! The time is the mean of the two frames' times, with one decimal. It takes 5 tokens and one for each digit before the
//! point; two marks enclose the group's own tokens.

use std::fmt::{self, Write};

use crate::tokens::Timing;

/// Tokens of a timestamp without the digits before the point, and of the two marks.
const FIXED: u64 = 5 + 2;

/// Tokens of all timestamps and marks of a film of which `frames` frames are sampled evenly.
pub(super) fn tokens(timing: Timing, frames: u64) -> u64 {
    let groups = frames.div_ceil(2);
    let mut digits = 0;
    let mut from = 0;
    // Times only grow, so the groups of equally many digits lie together; each border is found by halving.
    while from < groups {
        let here = digits_of(seconds(timing, frames, from));
        let (mut least, mut most) = (from, groups);
        while least + 1 < most {
            let middle = least + (most - least) / 2;
            if digits_of(seconds(timing, frames, middle)) == here {
                least = middle;
            } else {
                most = middle;
            }
        }
        digits += here * (most - from);
        from = most;
    }
    groups * FIXED + digits
}

/// The time shown for a group, in seconds.
fn seconds(timing: Timing, frames: u64, group: u64) -> f64 {
    let last = frames - 1;
    let time = |frame: u64| index(timing.frames, frames, frame.min(last)) / timing.fps;
    (time(2 * group) + time(2 * group + 1)) / 2.0
}

/// Which frame of the file the sampled one is: evenly from first to last, rounded half to even.
fn index(total: u64, frames: u64, frame: u64) -> f64 {
    let end = total.saturating_sub(1) as f64;
    if frame + 1 == frames { end } else { (frame as f64 * (end / (frames - 1) as f64)).round_ties_even() }
}

/// Digits before the point once the number is written with one decimal.
fn digits_of(seconds: f64) -> u64 {
    struct Digits(u64, bool);
    impl Write for Digits {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            for byte in text.bytes() {
                self.1 |= byte == b'.';
                self.0 += u64::from(!self.1);
            }
            Ok(())
        }
    }
    let mut digits = Digits(0, false);
    // Counting cannot fail.
    let _ = write!(digits, "{seconds:.1}");
    digits.0
}

#[cfg(test)]
mod tests {
    //! Borders between numbers of digits fall where the printed time says, not where the time does.

    use super::{digits_of, tokens};
    use crate::tokens::Timing;

    #[test]
    fn digits_are_those_of_the_printed_number() {
        for (seconds, digits) in [(0.0, 1), (9.94, 1), (9.96, 2), (10.0, 2), (99.94, 2), (99.96, 3), (3600.5, 4)] {
            assert_eq!(digits_of(seconds), digits, "{seconds}");
        }
    }

    #[test]
    fn halving_finds_what_counting_finds() {
        for (total, fps, frames) in [(40_563, 120.0, 169_u64), (2, 1.0, 2), (5, 1.0, 5), (86_400, 24.0, 768)] {
            let timing = Timing::new(total, fps);
            let counted: u64 =
                (0..frames.div_ceil(2)).map(|group| 7 + digits_of(super::seconds(timing, frames, group))).sum();
            assert_eq!(tokens(timing, frames), counted, "{total} frames at {fps}");
        }
    }
}
