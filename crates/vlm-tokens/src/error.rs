//! Why a rule gives no number: each error names the limit that was passed.

use std::fmt;

/// A picture or film that a rule, and so the service behind it, refuses.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum RuleError {
    /// A side of no pixels.
    ZeroDimension,
    /// One side is too many times the other.
    AspectRatio {
        /// The longer side divided by the shorter one.
        ratio: f64,
        /// The largest allowed.
        limit: u32,
    },
    /// The least number of pixels asked for is above the greatest.
    MinAboveMax {
        /// Pixels, at least.
        min: f64,
        /// Pixels, at most.
        max: f64,
    },
    /// A side is shorter than the service takes.
    SideTooShort {
        /// The shorter side in pixels.
        side: u32,
        /// The shortest allowed.
        limit: u32,
    },
    /// A side is longer than the service takes.
    SideTooLong {
        /// The longer side in pixels.
        side: u32,
        /// The longest allowed.
        limit: u32,
    },
    /// The picture takes more patches than one request may hold.
    TooManyPatches {
        /// Patches of the picture.
        patches: u64,
        /// The most allowed.
        limit: u64,
    },
    /// Fewer frames than the rule needs, or more asked for than there are.
    FrameCount {
        /// Frames that would be sampled or were listed.
        frames: u64,
        /// The fewest allowed.
        least: u64,
        /// The most allowed.
        most: u64,
    },
    /// A length that is not a positive number of seconds.
    Duration {
        /// The length in seconds as given.
        seconds: f64,
    },
    /// A film shorter or longer than the model takes.
    ClipLength {
        /// The length in seconds.
        seconds: f64,
        /// The shortest allowed, in seconds.
        least: f64,
        /// The longest allowed, in seconds.
        most: f64,
    },
    /// Frames per second outside of the allowed range, or not a positive number.
    FramesPerSecond {
        /// The rate as given.
        fps: f64,
        /// The lowest allowed.
        least: f64,
        /// The highest allowed.
        most: f64,
    },
    /// The vendor publishes no such rule, or the model takes no such input.
    NoRule {
        /// What was asked for.
        what: &'static str,
    },
}

impl RuleError {
    /// A stable word for this kind of error: `aspect_ratio`, `min_gt_max`, `too_few_frames`, …
    pub const fn code(&self) -> &'static str {
        match self {
            Self::ZeroDimension => "zero_dimension",
            Self::AspectRatio { .. } => "aspect_ratio",
            Self::MinAboveMax { .. } => "min_gt_max",
            Self::SideTooShort { .. } => "side_too_short",
            Self::SideTooLong { .. } => "side_too_long",
            Self::TooManyPatches { .. } => "too_many_patches",
            Self::FrameCount { .. } => "too_few_frames",
            Self::Duration { .. } => "duration",
            Self::ClipLength { .. } => "clip_length",
            Self::FramesPerSecond { .. } => "frames_per_second",
            Self::NoRule { .. } => "no_rule",
        }
    }
}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::ZeroDimension => f.write_str("a side has no pixels"),
            Self::AspectRatio { ratio, limit } => {
                write!(f, "one side is {ratio:.1} times the other: at most {limit} times is taken, so crop it")
            }
            Self::MinAboveMax { min, max } => {
                write!(f, "min_pixels {min} is above max_pixels {max}: lower the first or raise the second")
            }
            Self::SideTooShort { side, limit } => write!(f, "a side has {side} pixels: at least {limit} are needed"),
            Self::SideTooLong { side, limit } => write!(f, "a side has {side} pixels: at most {limit} are taken"),
            Self::TooManyPatches { patches, limit } => {
                write!(f, "the picture takes {patches} patches: at most {limit} are taken, so shrink it before sending")
            }
            Self::FrameCount { frames, least, most } => {
                write!(f, "{frames} frames: between {least} and {most} are taken")
            }
            Self::Duration { seconds } => write!(f, "a film of {seconds} seconds: its length must be above 0"),
            Self::ClipLength { seconds, least, most } => {
                write!(f, "a film of {seconds:.1} seconds: between {least} and {most} are taken")
            }
            Self::FramesPerSecond { fps, least, most } => {
                write!(f, "{fps} frames per second: from {least} up to {most} are taken")
            }
            Self::NoRule { what } => write!(f, "no rule is published for {what}"),
        }
    }
}

impl std::error::Error for RuleError {}

/// The length as given, when it is a positive number.
pub(crate) fn positive_seconds(seconds: f64) -> Result<f64, RuleError> {
    if seconds.is_finite() && seconds > 0.0 { Ok(seconds) } else { Err(RuleError::Duration { seconds }) }
}

/// The rate as given, when it lies from `least` up to `most`.
pub(crate) fn rate_within(fps: f64, least: f64, most: f64) -> Result<f64, RuleError> {
    if fps > 0.0 && fps >= least && fps <= most {
        Ok(fps)
    } else {
        Err(RuleError::FramesPerSecond { fps, least, most })
    }
}
