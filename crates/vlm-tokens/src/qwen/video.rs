//! Films as the hosted Qwen-VL models take them: frames sampled, each resized, two frames to one set of tokens.
//!
//! Source: the estimator on the vendor's vision page; nine counts of the live service agree with it.

use super::image::{Bounds, Resizer, fit};
use crate::error::{RuleError, positive_seconds, rate_within};
use crate::tokens::{Size, Timing};

/// The fewest frames that are sampled, if the film has so many.
pub const MIN_FRAMES: u64 = 4;
/// Frames per second that are sampled where the caller does not say.
pub const DEFAULT_FPS: f64 = 2.0;
/// Frames that share one set of tokens.
pub(super) const FRAMES_PER_GROUP: u64 = 2;

/// The limits of films on the hosted service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct VideoLimits {
    /// Side of a cell in pixels: 28 or 32.
    pub factor: u32,
    /// Pixels per frame, at least.
    pub min_pixels: u64,
    /// Pixels per frame, at most.
    pub max_pixels: u64,
    /// Pixels of the whole film, at most; two frames count once.
    pub total_pixels: u64,
    /// Frames sampled, at most.
    pub max_frames: u64,
}

impl VideoLimits {
    /// Cells of `factor` pixels; the rest in pixels and frames.
    pub const fn new(factor: u32, min_pixels: u64, max_pixels: u64, total_pixels: u64, max_frames: u64) -> Self {
        Self { factor, min_pixels, max_pixels, total_pixels, max_frames }
    }
}

/// How a film is cut into tokens.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Sampled {
    /// Frames taken from the film.
    pub frames: u64,
    /// Groups of two frames.
    pub groups: u64,
    /// Each frame after the resize.
    pub size: Size,
    /// Tokens of all groups, without marks or timestamps.
    pub tokens: u64,
}

impl Sampled {
    pub(super) fn new(frames: u64, resized: super::Resized) -> Self {
        let groups = frames.div_ceil(FRAMES_PER_GROUP);
        Self { frames, groups, size: resized.size, tokens: groups.saturating_mul(resized.cells) }
    }
}

/// Frames that the hosted service samples at `fps` from a film of known frames.
///
/// # Errors
/// Rates or frames of 0, or fewer than 2 frames to sample.
pub fn hosted_frames(timing: Timing, fps: f64, max_frames: u64) -> Result<u64, RuleError> {
    let fps = rate_within(fps, 0.0, f64::MAX)?;
    let source_fps = rate_within(timing.fps, 0.0, f64::MAX)?;
    let total = timing.frames as f64;
    let duration = total / source_fps;
    let whole_seconds = duration.trunc();
    let counted =
        if duration - whole_seconds > 1.0 / fps { duration * source_fps } else { whole_seconds * source_fps }.ceil();
    let wanted = counted / source_fps * fps;
    let most = even_floor(max_frames.min(timing.frames));
    let frames = wanted.max(MIN_FRAMES as f64).min(most as f64).min(counted) as u64;
    at_least_two(frames, timing.frames)
}

/// Frames that the hosted service samples when only the length is known.
///
/// # Errors
/// A length or rate that is not a positive number, or fewer than 2 frames to sample.
pub fn hosted_frames_of_length(seconds: f64, fps: f64, max_frames: u64) -> Result<u64, RuleError> {
    let fps = rate_within(fps, 0.0, f64::MAX)?;
    let seconds = positive_seconds(seconds)?;
    at_least_two(((seconds * fps) as u64).max(MIN_FRAMES).min(max_frames), max_frames)
}

/// The tokens of a film, or list of pictures, of which so many frames are taken. Add 2 for the marks around it.
///
/// # Errors
/// No frames, and what [`resize`](super::resize) refuses.
pub fn hosted_film(size: Size, frames: u64, limits: VideoLimits) -> Result<Sampled, RuleError> {
    if frames == 0 {
        return Err(RuleError::FrameCount { frames, least: 1, most: limits.max_frames });
    }
    let most = frame_share(limits.max_pixels as f64, limits.total_pixels as f64, frames, limits.min_pixels);
    let bounds = Bounds { factor: f64::from(limits.factor), min: limits.min_pixels as f64, max: most };
    Ok(Sampled::new(frames, fit(size, bounds, Resizer::Hosted)?))
}

/// Pixels that one frame may have: its share of the whole, at least a little above the minimum.
pub(super) fn frame_share(max: f64, total: f64, frames: u64, min_pixels: u64) -> f64 {
    max.min(total / frames as f64 * FRAMES_PER_GROUP as f64).max((min_pixels as f64 * 1.05).trunc())
}

pub(super) fn at_least_two(frames: u64, most: u64) -> Result<u64, RuleError> {
    let least = FRAMES_PER_GROUP;
    if frames < least || frames > most { Err(RuleError::FrameCount { frames, least, most }) } else { Ok(frames) }
}

pub(super) const fn even_floor(count: u64) -> u64 {
    count - count % FRAMES_PER_GROUP
}
