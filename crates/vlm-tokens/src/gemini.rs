//! Gemini 2.x and 3.x: pictures by tiles or by a fixed number, films by frames and seconds.
//!
//! Source: the token, media-resolution and video pages of the Gemini API, autumn 2026. Where a number matters, the
//! service's own counting call is free.

use crate::error::{RuleError, positive_seconds, rate_within};
use crate::tokens::{Clip, Film, Picture, Size, Tokens};

/// Which rules: they changed with the third generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Generation {
    /// Gemini 2.0 and 2.5.
    Two,
    /// Gemini 3 and later.
    Three,
}

/// `mediaResolution` of a request or a part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Resolution {
    /// Not sent.
    #[default]
    Unset,
    /// `MEDIA_RESOLUTION_LOW`.
    Low,
    /// `MEDIA_RESOLUTION_MEDIUM`.
    Medium,
    /// `MEDIA_RESOLUTION_HIGH`.
    High,
    /// `MEDIA_RESOLUTION_ULTRA_HIGH`: pictures of Gemini 3 only.
    UltraHigh,
}

/// Tokens of one tile, and of a picture of up to 384 × 384.
const TILE: u64 = 258;
/// Tokens per second of film for its timestamps.
const TIMESTAMP: u64 = 5;

/// The rules of one generation, with the settings of one request.
///
/// ```
/// use vlm_tokens::Size;
/// use vlm_tokens::gemini::{Gemini, Generation};
///
/// assert_eq!(Gemini::new(Generation::Two).image(Size::new(960, 540))?.tokens.likely, 1548);
/// # Ok::<(), vlm_tokens::RuleError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Gemini {
    /// Which rules.
    pub generation: Generation,
    /// The media resolution asked for.
    pub resolution: Resolution,
}

impl Gemini {
    /// The defaults of a generation.
    pub const fn new(generation: Generation) -> Self {
        Self { generation, resolution: Resolution::Unset }
    }

    /// Sets the media resolution.
    #[must_use]
    pub const fn resolution(mut self, resolution: Resolution) -> Self {
        self.resolution = resolution;
        self
    }

    /// Tokens of one picture.
    ///
    /// # Errors
    /// A side of 0 pixels, or ultra high resolution before Gemini 3.
    pub fn image(&self, size: Size) -> Result<Picture, RuleError> {
        if size.width == 0 || size.height == 0 {
            return Err(RuleError::ZeroDimension);
        }
        let tokens = match (self.generation, self.resolution) {
            (Generation::Three, resolution) => ceiling(match resolution {
                Resolution::Unset | Resolution::High => 1120,
                Resolution::Low => 280,
                Resolution::Medium => 560,
                Resolution::UltraHigh => 2240,
            }),
            (Generation::Two, Resolution::Unset | Resolution::High) => tiled(size),
            (Generation::Two, Resolution::Low) => Tokens::documented(64),
            (Generation::Two, Resolution::Medium) => Tokens::documented(256),
            (Generation::Two, Resolution::UltraHigh) => {
                return Err(RuleError::NoRule { what: "ultra high resolution before Gemini 3" });
            }
        };
        Ok(Picture::new(tokens, None))
    }

    /// Tokens of a film: its frames at one per second where the caller does not say, its sound and its timestamps.
    ///
    /// # Errors
    /// A length that is not a positive number, a rate that is not above 0 and up to 24, or ultra high resolution.
    pub fn video(&self, clip: &Clip) -> Result<Film, RuleError> {
        let seconds = positive_seconds(clip.seconds)?;
        let fps = rate_within(clip.sample_fps.unwrap_or(1.0), 0.0, 24.0)?;
        let (frame, sound) = match (self.generation, self.resolution) {
            (_, Resolution::UltraHigh) => return Err(RuleError::NoRule { what: "films at ultra high resolution" }),
            (Generation::Two, Resolution::Low) => (66, 32),
            (Generation::Two, _) => (TILE, 32),
            (Generation::Three, Resolution::High) => (280, 25),
            (Generation::Three, _) => (70, 25),
        };
        let frames = ((seconds * fps).ceil() as u64).max(1);
        let started = seconds.ceil() as u64;
        let per_second = if clip.sound { sound + TIMESTAMP } else { TIMESTAMP };
        let count = frames.saturating_mul(frame).saturating_add(started.saturating_mul(per_second));
        Ok(Film::new(Tokens::within(count, 20), frames, None))
    }

    /// What the service adds per message: a few tokens, not published.
    pub const fn message_overhead(&self, messages: u64) -> Tokens {
        crate::text::a_few_per_message(messages)
    }
}

/// The setting fixes the largest number; counts of the live service lie up to 4 % below.
const fn ceiling(most: u64) -> Tokens {
    let mut tokens = Tokens::documented(most);
    tokens.low = most - most * 5 / 100;
    tokens.high = most;
    tokens
}

/// The tiles of Gemini 2.x. An older page kept the crop between 256 and 768 pixels; the range holds that reading too.
fn tiled(size: Size) -> Tokens {
    let (short, long) = size.sides();
    if long <= 384 {
        return Tokens::documented(TILE);
    }
    // ⌊short / 1.5⌋ in whole numbers.
    let crop = (u64::from(short) * 2 / 3).max(1);
    let tiles = |crop: u64| u64::from(short).div_ceil(crop) * u64::from(long).div_ceil(crop) * TILE;
    let (likely, clamped) = (tiles(crop), tiles(crop.clamp(256, 768)));
    if likely == clamped { Tokens::documented(likely) } else { Tokens::within(likely, 20).covering(clamped) }
}
