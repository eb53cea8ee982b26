//! Pictures and films of which not everything is known: the range over all that the rules allow.
//!
//! A bound holds for whatever the rules take; where a family states no limit, the upper end is open. The likely number
//! is that of a common picture (1920 × 1080) or film (a minute of 1280 × 720 with sound).

use crate::error::RuleError;
use crate::gemini::{Gemini, Generation, Resolution};
use crate::models::Rules;
use crate::nova::Nova;
use crate::tokens::{Clip, Size, Timing, Tokens};

/// A common picture, where the size is not known.
const PICTURE: Size = Size::new(1920, 1080);
/// A common film, where its size is not known.
const FRAME: Size = Size::new(1280, 720);
/// Seconds of a common film, where its length is not known.
const SECONDS: f64 = 60.0;

/// A count of input tokens of which only a range is known; the upper end may be open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct TokenBounds {
    /// The number to show, of a common picture or film.
    pub likely: u64,
    /// No fewer than this.
    pub low: u64,
    /// No more than this; `None` where the rules know no limit.
    pub high: Option<u64>,
}

impl TokenBounds {
    pub(crate) fn new(likely: u64, low: u64, high: Option<u64>) -> Self {
        Self { likely: high.map_or(likely, |high| likely.min(high)).max(low), low, high }
    }

    fn around(likely: Tokens, low: Tokens, high: Option<Tokens>) -> Self {
        Self::new(likely.likely, low.low, high.map(|tokens| tokens.high))
    }
}

impl From<Tokens> for TokenBounds {
    fn from(tokens: Tokens) -> Self {
        Self::new(tokens.likely, tokens.low, Some(tokens.high))
    }
}

/// What is known of a film: as [`Clip`], each part optional.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct PartialClip {
    /// Size of a frame in pixels, after rotation.
    pub size: Option<Size>,
    /// Length in seconds.
    pub seconds: Option<f64>,
    /// The frames of the file.
    pub timing: Option<Timing>,
    /// Whether it has a sound track.
    pub sound: Option<bool>,
    /// Frames per second to sample, where the caller sets it.
    pub sample_fps: Option<f64>,
}

impl PartialClip {
    /// Nothing known.
    pub const fn new() -> Self {
        Self { size: None, seconds: None, timing: None, sound: None, sample_fps: None }
    }

    /// The length: as said, else as the frames tell.
    pub fn length(&self) -> Option<f64> {
        self.seconds.or_else(|| self.timing.map(|timing| timing.frames as f64 / timing.fps))
    }

    /// The film with everything that a rule needs, when that is known. Sound that is not known counts as there.
    pub fn known(&self) -> Option<Clip> {
        Some(self.filled(self.size?, self.length()?, self.sound.unwrap_or(true)))
    }

    fn filled(&self, size: Size, seconds: f64, sound: bool) -> Clip {
        let mut clip = Clip::new(size, seconds);
        (clip.timing, clip.sound, clip.sample_fps) = (self.timing, sound, self.sample_fps);
        clip
    }
}

impl Rules {
    /// Tokens of a picture whose size is not known.
    pub fn any_image(&self) -> TokenBounds {
        let of = |size| self.image(size).map_or(Tokens::ZERO, |picture| picture.tokens);
        let common = of(PICTURE);
        match self {
            Self::Qwen(rules) => {
                let (low, high) = rules.image_bounds();
                TokenBounds::new(common.likely, low, Some(high))
            }
            Self::Gemini(rules) if tiles(*rules) => TokenBounds::new(common.likely, of(Size::new(1, 1)).low, None),
            Self::Gemini(_) | Self::Nova(Nova::Two) => common.into(),
            Self::OpenAi(rules) => {
                let (low, high) = rules.image_bounds();
                TokenBounds::new(common.likely, low, Some(high))
            }
            Self::Nova(_) => {
                let side = crate::nova::MAX_SIDE;
                TokenBounds::around(common, Tokens::exact(1), Some(of(Size::new(side, side))))
            }
        }
    }

    /// Tokens of a film of which not everything is known.
    ///
    /// # Errors
    /// What the family's rule refuses of what is known; OpenAI's models take no films.
    pub fn any_video(&self, known: &PartialClip) -> Result<TokenBounds, RuleError> {
        match self {
            Self::Qwen(rules) => {
                let (low, high) = rules.video_bounds(known)?;
                let common = known.filled(known.size.unwrap_or(FRAME), known.length().unwrap_or(SECONDS), true);
                Ok(TokenBounds::new(rules.video(&common)?.tokens.likely, low, Some(high)))
            }
            Self::Gemini(rules) => gemini_video(*rules, known),
            Self::Nova(rules) => nova_video(*rules, known),
            Self::OpenAi(_) => Err(RuleError::NoRule { what: "films on OpenAI models" }),
        }
    }
}

/// Whether the size of a picture matters.
fn tiles(rules: Gemini) -> bool {
    rules.generation == Generation::Two && matches!(rules.resolution, Resolution::Unset | Resolution::High)
}

/// The size of frames does not matter here; length and sound do.
fn gemini_video(rules: Gemini, known: &PartialClip) -> Result<TokenBounds, RuleError> {
    let of = |seconds, sound| Ok(rules.video(&known.filled(FRAME, seconds, sound))?.tokens);
    let length = known.length();
    let likely = of(length.unwrap_or(SECONDS), known.sound.unwrap_or(true))?;
    // However short a film is, it has a frame and begins a second.
    let low = of(length.unwrap_or(f64::MIN_POSITIVE), known.sound.unwrap_or(false))?;
    let high = length.map(|seconds| of(seconds, known.sound.unwrap_or(true))).transpose()?;
    Ok(TokenBounds::around(likely, low, high))
}

/// Only the length matters. No rule is published for Nova 2: its films are taken for those of Nova 1, without a limit.
fn nova_video(rules: Nova, known: &PartialClip) -> Result<TokenBounds, RuleError> {
    let published = if rules == Nova::Two { Nova::One } else { rules };
    let of = |seconds| Ok(published.video(&known.filled(FRAME, seconds, true))?.tokens);
    let length = known.length();
    let likely = of(length.unwrap_or(SECONDS))?;
    if rules == Nova::Two {
        return Ok(TokenBounds::new(likely.likely, 1, None));
    }
    Ok(TokenBounds::around(likely, of(length.unwrap_or(1.0))?, Some(of(length.unwrap_or(f64::MAX))?)))
}
