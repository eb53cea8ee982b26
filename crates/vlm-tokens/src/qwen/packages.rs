//! Films as the open packages cut them, for self-hosted servers: qwen-vl-utils 0.0.14 and transformers 5.23.0.

use super::image::{Bounds, PixelLimits, Resized, Resizer, fit, resize};
use super::timestamps;
use super::video::{DEFAULT_FPS, MIN_FRAMES, Sampled, at_least_two, even_floor, frame_share};
use crate::error::{RuleError, rate_within};
use crate::tokens::{Size, Timing};

/// Frames, at most, where the caller does not say; both packages.
const MAX_FRAMES: u64 = 768;
/// Cells of one frame, at least and at most.
const FRAME_CELLS: (u64, u64) = (128, 768);
/// Cells of one picture, at least and at most.
const PICTURE_CELLS: (u64, u64) = (4, 16_384);
/// Context length that the default of `total_pixels` is taken from.
const MODEL_SEQ_LEN: u64 = 128_000;

/// The options of qwen-vl-utils on a film; `None` is the package's default.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct UtilsOptions {
    /// Frames per second to sample: 2.0.
    pub fps: Option<f64>,
    /// So many frames, instead of a rate.
    pub nframes: Option<u64>,
    /// Frames, at least: 4.
    pub min_frames: Option<u64>,
    /// Frames, at most: 768 or all of the film.
    pub max_frames: Option<u64>,
    /// Pixels per frame, at least: 128 cells.
    pub min_pixels: Option<u64>,
    /// Pixels per frame, at most: 768 cells.
    pub max_pixels: Option<u64>,
    /// Pixels of the film, at most; two frames count once.
    pub total_pixels: Option<u64>,
}

/// The settings of the transformers video processors.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct ProcessorOptions {
    /// Frames per second to sample: 2.0.
    pub fps: f64,
    /// `size.shortest_edge`: pixels, at least. Of all frames together for Qwen3-VL, of each frame for Qwen2-VL.
    pub min_pixels: u64,
    /// `size.longest_edge`: pixels, at most. Of all frames together for Qwen3-VL, of each frame for Qwen2-VL.
    pub max_pixels: u64,
    /// `cap_pixels_per_frame`: also limits each frame to its share of the film, and to 768 cells for Qwen3-VL. Unset
    /// means false.
    pub cap_pixels_per_frame: bool,
}

impl ProcessorOptions {
    /// The class default of `Qwen3VLVideoProcessor`.
    pub const QWEN3_VL: Self = Self::new(DEFAULT_FPS, 131_072, 786_432);
    /// The class default of `Qwen2VLVideoProcessor`.
    pub const QWEN2_VL: Self = Self::new(DEFAULT_FPS, 100_352, 602_112);

    /// A rate and both limits, not capped per frame.
    pub const fn new(fps: f64, min_pixels: u64, max_pixels: u64) -> Self {
        Self { fps, min_pixels, max_pixels, cap_pixels_per_frame: false }
    }

    /// Caps the pixels of each frame, or does not.
    #[must_use]
    pub const fn capped(mut self, cap_pixels_per_frame: bool) -> Self {
        self.cap_pixels_per_frame = cap_pixels_per_frame;
        self
    }
}

/// What qwen-vl-utils makes of a film file. `factor` is twice the patch size: 28 or 32.
///
/// # Errors
/// Rates of 0, a count of frames outside of 2 to all, and what [`resize`] refuses.
pub fn utils_film(size: Size, timing: Timing, factor: u32, options: &UtilsOptions) -> Result<Sampled, RuleError> {
    let frames = utils_frames(timing, options)?;
    Ok(Sampled::new(frames, utils_resize(size, frames, factor, options)?))
}

/// What qwen-vl-utils makes of a list of pictures, all of one size: each is first resized as a picture with twice the
/// factor, an odd count repeats the last one, then the film's resize runs on the result.
///
/// # Errors
/// No pictures, and what [`resize`] refuses.
pub fn utils_frame_list(size: Size, pictures: u64, factor: u32, options: &UtilsOptions) -> Result<Sampled, RuleError> {
    if pictures == 0 {
        return Err(RuleError::FrameCount { frames: 0, least: 1, most: u64::MAX });
    }
    let doubled = factor.saturating_mul(2);
    let first = PixelLimits::new(
        doubled,
        options.min_pixels.unwrap_or(cells(PICTURE_CELLS.0, doubled)),
        options.max_pixels.unwrap_or(cells(PICTURE_CELLS.1, doubled)),
    );
    let once = resize(size, first, Resizer::QwenVlUtils)?;
    let frames = pictures.saturating_add(pictures % 2);
    Ok(Sampled::new(frames, utils_resize(once.size, frames, factor, options)?))
}

/// What `Qwen3VLVideoProcessor` (patch 16) makes of a film, and how many tokens the timestamps and marks between the
/// groups add in the prompt: the second number. Self-hosted servers count those, the hosted service does not.
///
/// # Errors
/// Rates of 0, fewer than 2 frames, and what [`resize`] refuses.
pub fn transformers_qwen3(size: Size, timing: Timing, options: &ProcessorOptions) -> Result<(Sampled, u64), RuleError> {
    const FACTOR: f64 = 32.0;
    let fps = rate_within(options.fps, 0.0, f64::MAX)?;
    let source_fps = rate_within(timing.fps, 0.0, f64::MAX)?;
    let wanted = (timing.frames as f64 / source_fps * fps) as u64;
    let frames = at_least_two(wanted.clamp(MIN_FRAMES, MAX_FRAMES).min(timing.frames), timing.frames)?;
    let mut max = options.max_pixels as f64;
    if options.cap_pixels_per_frame {
        let share = cells(FRAME_CELLS.1, 32).min(options.max_pixels / frames) as f64;
        max = share.max((options.min_pixels as f64 * 1.05).trunc()) * frames as f64;
    }
    let resized = fit_volume(size, frames, Bounds { factor: FACTOR, min: options.min_pixels as f64, max })?;
    Ok((Sampled::new(frames, resized), timestamps::tokens(timing, frames)))
}

/// What `Qwen2VLVideoProcessor` (patch 14; Qwen2-VL and Qwen2.5-VL) makes of a film. It adds no timestamps.
///
/// # Errors
/// Rates of 0, fewer than 2 frames, and what [`resize`] refuses.
pub fn transformers_qwen2(size: Size, timing: Timing, options: &ProcessorOptions) -> Result<Sampled, RuleError> {
    let fps = rate_within(options.fps, 0.0, f64::MAX)?;
    let source_fps = rate_within(timing.fps, 0.0, f64::MAX)?;
    let most = even_floor(MAX_FRAMES.min(timing.frames));
    let wanted = (timing.frames as f64 / source_fps * fps).max(MIN_FRAMES as f64).min(most as f64);
    let frames = at_least_two(even_floor(wanted as u64), timing.frames)?;
    let mut max = options.max_pixels as f64;
    if options.cap_pixels_per_frame {
        max = frame_share(max, cells(MODEL_SEQ_LEN, 28) as f64 * 0.9, frames, options.min_pixels);
    }
    let bounds = Bounds { factor: 28.0, min: options.min_pixels as f64, max };
    Ok(Sampled::new(frames, fit(size, bounds, Resizer::Transformers)?))
}

fn cells(count: u64, factor: u32) -> u64 {
    let factor = u64::from(factor);
    count.saturating_mul(factor.saturating_mul(factor))
}

fn utils_frames(timing: Timing, options: &UtilsOptions) -> Result<u64, RuleError> {
    let frames = if let Some(nframes) = options.nframes {
        ((nframes as f64 / 2.0).round_ties_even() * 2.0) as u64
    } else {
        let fps = rate_within(options.fps.unwrap_or(DEFAULT_FPS), 0.0, f64::MAX)?;
        let source_fps = rate_within(timing.fps, 0.0, f64::MAX)?;
        let least = options.min_frames.unwrap_or(MIN_FRAMES).div_ceil(2).saturating_mul(2);
        let most = even_floor(options.max_frames.unwrap_or(MAX_FRAMES.min(timing.frames)));
        let wanted = timing.frames as f64 / source_fps * fps;
        even_floor(wanted.max(least as f64).min(most as f64).min(timing.frames as f64) as u64)
    };
    at_least_two(frames, timing.frames)
}

fn utils_resize(size: Size, frames: u64, factor: u32, options: &UtilsOptions) -> Result<Resized, RuleError> {
    let min_pixels = options.min_pixels.unwrap_or(cells(FRAME_CELLS.0, factor));
    let total = match options.total_pixels {
        Some(total) => total as f64,
        None => cells(MODEL_SEQ_LEN, factor) as f64 * 0.9,
    };
    let cap = frame_share(cells(FRAME_CELLS.1, factor) as f64, total, frames, min_pixels);
    let max = options.max_pixels.map_or(cap, |max| cap.min(max as f64));
    fit(size, Bounds { factor: f64::from(factor), min: min_pixels as f64, max }, Resizer::QwenVlUtils)
}

/// The resize of Qwen3-VL films in transformers: the limits hold for all frames together.
fn fit_volume(size: Size, frames: u64, bounds: Bounds) -> Result<Resized, RuleError> {
    let Bounds { factor, min, max } = bounds;
    if size.width == 0 || size.height == 0 {
        return Err(RuleError::ZeroDimension);
    }
    let (mut height, mut width) = (f64::from(size.height), f64::from(size.width));
    if height < factor || width < factor {
        let scale = (factor / height).max(factor / width);
        (height, width) = ((height * scale).trunc(), (width * scale).trunc());
    }
    super::image::check_sides(Size::new(width as u32, height as u32))?;
    let count = frames as f64;
    let mut rows = (height / factor).round_ties_even();
    let mut columns = (width / factor).round_ties_even();
    let volume = (count / 2.0).round_ties_even() * 2.0 * (rows * factor) * (columns * factor);
    if volume > max {
        let shrink = (count * height * width / max).sqrt();
        rows = (height / shrink / factor).floor().max(1.0);
        columns = (width / shrink / factor).floor().max(1.0);
    } else if volume < min {
        let grow = (min / (count * height * width)).sqrt();
        rows = (height * grow / factor).ceil();
        columns = (width * grow / factor).ceil();
    }
    Ok(Resized {
        size: Size::new((columns * factor) as u32, (rows * factor) as u32),
        cells: (rows as u64).saturating_mul(columns as u64),
    })
}
