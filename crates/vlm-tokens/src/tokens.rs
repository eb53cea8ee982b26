//! A count of tokens with how sure it is, and the sizes the rules read and give.

use std::iter::Sum;
use std::ops::Add;

/// How sure a count is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Confidence {
    /// The vendor's documents and an independent check agree to the token.
    Exact,
    /// The vendor's documents say so; nothing else confirmed it. Within 2 %.
    Documented,
    /// Sources disagree, or the vendor itself calls the rule rough.
    Approximate,
}

/// A count of input tokens: the likely number, a range around it, and how sure it is.
///
/// `low <= likely <= high` always holds. Sums add number by number and keep the lesser confidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Tokens {
    /// The number to show.
    pub likely: u64,
    /// No fewer than this, by all known sources.
    pub low: u64,
    /// No more than this, by all known sources: the number to reserve money for.
    pub high: u64,
    /// How sure the number is.
    pub confidence: Confidence,
}

impl Tokens {
    /// No tokens, surely.
    pub const ZERO: Self = Self::exact(0);

    /// Exactly so many.
    pub const fn exact(count: u64) -> Self {
        Self { likely: count, low: count, high: count, confidence: Confidence::Exact }
    }

    /// So many by the vendor's documents: ± 2 %.
    pub const fn documented(count: u64) -> Self {
        Self { confidence: Confidence::Documented, ..Self::within(count, 2) }
    }

    /// About so many, give or take so many percent, outwards to whole tokens.
    pub const fn within(count: u64, percent: u64) -> Self {
        let width = (count as u128 * percent as u128).div_ceil(100);
        let width = if width > u64::MAX as u128 { u64::MAX } else { width as u64 };
        Self {
            likely: count,
            low: count.saturating_sub(width),
            high: count.saturating_add(width),
            confidence: Confidence::Approximate,
        }
    }

    /// The same number with a range that also holds `other`; less sure when that widens it.
    #[must_use]
    pub fn covering(self, other: u64) -> Self {
        if (self.low..=self.high).contains(&other) {
            return self;
        }
        Self {
            low: self.low.min(other),
            high: self.high.max(other),
            confidence: Confidence::Approximate,
            likely: self.likely,
        }
    }

    /// So many of these.
    #[must_use]
    pub const fn times(self, count: u64) -> Self {
        Self {
            likely: self.likely.saturating_mul(count),
            low: self.low.saturating_mul(count),
            high: self.high.saturating_mul(count),
            confidence: self.confidence,
        }
    }

    /// True when the range is a single number.
    pub const fn is_certain(&self) -> bool {
        self.low == self.high
    }
}

impl Add for Tokens {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            likely: self.likely.saturating_add(other.likely),
            low: self.low.saturating_add(other.low),
            high: self.high.saturating_add(other.high),
            confidence: self.confidence.max(other.confidence),
        }
    }
}

impl Sum for Tokens {
    fn sum<I: Iterator<Item = Self>>(parts: I) -> Self {
        parts.fold(Self::ZERO, Add::add)
    }
}

/// Width and height in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Size {
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
}

impl Size {
    /// A size of `width` × `height` pixels.
    pub const fn new(width: u32, height: u32) -> Self {
        Self { width, height }
    }

    /// The same size lying on its other side.
    #[must_use]
    pub const fn transposed(self) -> Self {
        Self { width: self.height, height: self.width }
    }

    /// How many pixels.
    pub const fn pixels(self) -> u64 {
        self.width as u64 * self.height as u64
    }

    /// The shorter and the longer side.
    pub(crate) fn sides(self) -> (u32, u32) {
        (self.width.min(self.height), self.width.max(self.height))
    }
}

/// What a film is, as its header says.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Clip {
    /// Size of a frame in pixels, after rotation.
    pub size: Size,
    /// Length in seconds.
    pub seconds: f64,
    /// How many frames the file holds and how many it shows per second, when known.
    pub timing: Option<Timing>,
    /// Whether it has a sound track.
    pub sound: bool,
    /// Frames per second to sample, where the caller sets it; the model's default otherwise.
    pub sample_fps: Option<f64>,
}

/// The frames a film file holds.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Timing {
    /// Frames in the file.
    pub frames: u64,
    /// Frames per second of the file.
    pub fps: f64,
}

impl Timing {
    /// `frames` frames shown at `fps` per second.
    pub const fn new(frames: u64, fps: f64) -> Self {
        Self { frames, fps }
    }
}

impl Clip {
    /// A film of which size and length are known, with sound.
    pub const fn new(size: Size, seconds: f64) -> Self {
        Self { size, seconds, timing: None, sound: true, sample_fps: None }
    }

    /// A film of which the number of frames is known too; its length follows from that.
    pub const fn with_frames(size: Size, timing: Timing) -> Self {
        Self { timing: Some(timing), ..Self::new(size, timing.frames as f64 / timing.fps) }
    }

    /// The same film without a sound track.
    #[must_use]
    pub const fn silent(mut self) -> Self {
        self.sound = false;
        self
    }

    /// Asks for so many sampled frames per second.
    #[must_use]
    pub const fn sampled_at(mut self, fps: f64) -> Self {
        self.sample_fps = Some(fps);
        self
    }
}

/// What one picture takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Picture {
    /// Billed input tokens.
    pub tokens: Tokens,
    /// The size the model sees, where the rule gives one.
    pub resized: Option<Size>,
}

impl Picture {
    pub(crate) const fn new(tokens: Tokens, resized: Option<Size>) -> Self {
        Self { tokens, resized }
    }
}

/// What one film, or one list of frames, takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Film {
    /// Billed input tokens.
    pub tokens: Tokens,
    /// Frames the model samples.
    pub frames: u64,
    /// The size of each frame as the model sees it, where the rule gives one.
    pub resized: Option<Size>,
}

impl Film {
    pub(crate) const fn new(tokens: Tokens, frames: u64, resized: Option<Size>) -> Self {
        Self { tokens, frames, resized }
    }
}
