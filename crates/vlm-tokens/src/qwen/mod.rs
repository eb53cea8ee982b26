//! Qwen-VL: the hosted models on DashScope, and the open packages that self-hosted servers run.
//!
//! [`Hosted`] is what a caller of the service wants: billed tokens with their range. Below it lie the bare rules:
//! [`resize`] for pictures, [`hosted_film`] for films, and [`utils_film`], [`utils_frame_list`],
//! [`transformers_qwen3`], [`transformers_qwen2`] for the packages.

mod bounds;
mod image;
mod packages;
pub mod presets;
mod timestamps;
mod video;

pub use self::image::{MAX_RATIO, PixelLimits, Resized, Resizer, resize};
pub use self::packages::{
    ProcessorOptions, UtilsOptions, transformers_qwen2, transformers_qwen3, utils_film, utils_frame_list,
};
pub use self::presets::Preset;
pub use self::video::{
    DEFAULT_FPS, MIN_FRAMES, Sampled, VideoLimits, hosted_film, hosted_frames, hosted_frames_of_length,
};

use self::video::FRAMES_PER_GROUP;
use crate::error::{RuleError, rate_within};
use crate::tokens::{Clip, Confidence, Film, Picture, Size, Tokens};

/// The start and the end mark that the hosted service bills around each picture or film.
pub const MARKS: u64 = 2;
/// The shortest side of a picture that the hosted service takes, in pixels.
pub const MIN_SIDE: u32 = 10;

/// The rules of one hosted model, with the settings of one request.
///
/// ```
/// use vlm_tokens::Size;
/// use vlm_tokens::qwen::{Hosted, presets};
///
/// let rules = Hosted::new(presets::QWEN3_VL);
/// assert_eq!(rules.image(Size::new(4096, 4096))?.tokens.likely, 2502);
/// assert_eq!(rules.high_resolution(true).image(Size::new(4096, 4096))?.tokens.likely, 16_386);
/// # Ok::<(), vlm_tokens::RuleError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Hosted {
    /// The constants of the model's generation.
    pub preset: Preset,
    /// `vl_high_resolution_images`: then `max_pixels` is ignored.
    pub high_resolution: bool,
    /// `min_pixels`, where the request sets it.
    pub min_pixels: Option<u64>,
    /// `max_pixels`, where the request sets it. Sending it settles what the pages disagree on.
    pub max_pixels: Option<u64>,
    /// `total_pixels` of a film, where the request sets it.
    pub total_pixels: Option<u64>,
}

impl Hosted {
    /// The defaults of a generation.
    pub const fn new(preset: Preset) -> Self {
        Self { preset, high_resolution: false, min_pixels: None, max_pixels: None, total_pixels: None }
    }

    /// Turns `vl_high_resolution_images` on or off.
    #[must_use]
    pub const fn high_resolution(mut self, on: bool) -> Self {
        self.high_resolution = on;
        self
    }

    /// Sets `min_pixels` and `max_pixels`.
    #[must_use]
    pub const fn pixels(mut self, min: u64, max: u64) -> Self {
        self.min_pixels = Some(min);
        self.max_pixels = Some(max);
        self
    }

    /// Sets `total_pixels` of a film.
    #[must_use]
    pub const fn total_pixels(mut self, total: u64) -> Self {
        self.total_pixels = Some(total);
        self
    }

    /// Billed tokens of one picture, marks included.
    ///
    /// The range also holds what the other reading gives where sources disagree.
    ///
    /// # Errors
    /// A side under 10 pixels, sides more than 200 to 1, or a minimum above the maximum.
    pub fn image(&self, size: Size) -> Result<Picture, RuleError> {
        let (side, _) = size.sides();
        if side < MIN_SIDE {
            return Err(RuleError::SideTooShort { side, limit: MIN_SIDE });
        }
        let preset = &self.preset;
        let limits = self.image_limits();
        let resized = resize(size, limits, Resizer::Hosted)?;
        let mut tokens = self.sure(resized.cells.saturating_add(MARKS));
        let other = if self.high_resolution {
            (!preset.high_resolution_sure).then_some(preset.image.max_pixels)
        } else if self.max_pixels.is_none() {
            preset.image_max_other
        } else {
            None
        };
        let other = other.map(|max_pixels| (PixelLimits { max_pixels, ..limits }, Resizer::Hosted));
        for (limits, resizer) in [Some((limits, Resizer::Transformers)), other].into_iter().flatten() {
            if let Ok(resized) = resize(size, limits, resizer) {
                tokens = tokens.covering(resized.cells.saturating_add(MARKS));
            }
        }
        Ok(Picture::new(tokens, Some(resized.size)))
    }

    /// Billed tokens of a film, marks included. Its sound costs nothing.
    ///
    /// Where only the length is known, the range holds a pair of frames less, and the film is taken to have as many
    /// frames as are sampled.
    ///
    /// # Errors
    /// A length outside of the model's limits, a rate outside of 0.1 to 10, and what [`resize`] refuses.
    pub fn video(&self, clip: &Clip) -> Result<Film, RuleError> {
        let (least, most) = self.preset.seconds;
        if !(clip.seconds >= least && clip.seconds <= most) {
            return Err(RuleError::ClipLength { seconds: clip.seconds, least, most });
        }
        let fps = rate_within(clip.sample_fps.unwrap_or(DEFAULT_FPS), 0.1, 10.0)?;
        let max_frames = self.preset.video.max_frames;
        match clip.timing {
            Some(timing) => self.film(clip.size, hosted_frames(timing, fps, max_frames)?),
            None => {
                let frames = hosted_frames_of_length(clip.seconds, fps, max_frames)?;
                let mut film = self.film(clip.size, frames)?;
                if film.tokens.confidence == Confidence::Exact {
                    film.tokens = Tokens::documented(film.tokens.likely);
                }
                // Without the count of frames, the last pair may be there or not.
                if frames > MIN_FRAMES {
                    let less = self.film(clip.size, frames.saturating_sub(FRAMES_PER_GROUP))?;
                    film.tokens = film.tokens.covering(less.tokens.low);
                }
                Ok(film)
            }
        }
    }

    /// Billed tokens of a list of so many pictures sent as one film, marks included.
    ///
    /// # Errors
    /// Fewer or more pictures than the model takes, and what [`resize`] refuses.
    pub fn frames(&self, pictures: u64, size: Size) -> Result<Film, RuleError> {
        let (least, most) = self.preset.frame_list;
        if pictures < least || pictures > most {
            return Err(RuleError::FrameCount { frames: pictures, least, most });
        }
        let mut film = self.film(size, pictures)?;
        if film.tokens.confidence == Confidence::Exact {
            film.tokens = Tokens::documented(film.tokens.likely);
        }
        Ok(film)
    }

    /// What the chat template adds: 5 tokens per message, and 3 that open the answer.
    pub const fn message_overhead(&self, messages: u64) -> Tokens {
        Tokens::exact(messages.saturating_mul(5).saturating_add(3))
    }

    /// The limits of a picture under the settings of this request.
    pub fn image_limits(&self) -> PixelLimits {
        let defaults = self.preset.image;
        let max_pixels = if self.high_resolution {
            self.preset.high_resolution_max
        } else {
            self.max_pixels.unwrap_or(defaults.max_pixels)
        };
        PixelLimits { max_pixels, min_pixels: self.min_pixels.unwrap_or(defaults.min_pixels), ..defaults }
    }

    /// The limits of a film under the settings of this request.
    pub fn video_limits(&self) -> VideoLimits {
        let defaults = self.preset.video;
        VideoLimits {
            min_pixels: self.min_pixels.unwrap_or(defaults.min_pixels),
            max_pixels: self.max_pixels.unwrap_or(defaults.max_pixels),
            total_pixels: self.total_pixels.unwrap_or(defaults.total_pixels),
            ..defaults
        }
    }

    fn film(&self, size: Size, frames: u64) -> Result<Film, RuleError> {
        let limits = self.video_limits();
        let sampled = hosted_film(size, frames, limits)?;
        let mut tokens = self.sure(sampled.tokens.saturating_add(MARKS));
        if self.min_pixels.is_none() {
            let other = VideoLimits { min_pixels: self.preset.video_min_other, ..limits };
            if let Ok(other) = hosted_film(size, frames, other) {
                tokens = tokens.covering(other.tokens.saturating_add(MARKS));
            }
        }
        Ok(Film::new(tokens, sampled.frames, Some(sampled.size)))
    }

    const fn sure(&self, count: u64) -> Tokens {
        match self.preset.confidence {
            Confidence::Exact => Tokens::exact(count),
            Confidence::Documented => Tokens::documented(count),
            Confidence::Approximate => Tokens::within(count, 20),
        }
    }
}
