//! The fewest and the most tokens that a hosted Qwen-VL model can bill, where a size or a length is not known.

use super::video::{FRAMES_PER_GROUP, frame_share, hosted_film, hosted_frames, hosted_frames_of_length};
use super::{DEFAULT_FPS, Hosted, MARKS, MAX_RATIO, VideoLimits};
use crate::error::{RuleError, rate_within};
use crate::unknown::PartialClip;

impl Hosted {
    /// The fewest and the most tokens of any picture that is taken.
    pub(crate) fn image_bounds(&self) -> (u64, u64) {
        let limits = self.image_limits();
        let (min, max, factor) = (limits.min_pixels as f64, limits.max_pixels as f64, limits.factor);
        let (least, most) = cells_between(min, max, factor);
        // What other sources say of the largest picture counts only where the request sets nothing.
        let other = if self.high_resolution || self.max_pixels.is_some() { None } else { self.preset.image_max_other };
        let most = other.map_or(most, |other| most.max(cells_between(min, other as f64, factor).1));
        (least.saturating_add(MARKS), most.saturating_add(MARKS))
    }

    /// The fewest and the most tokens of any film that fits what is known.
    pub(crate) fn video_bounds(&self, known: &PartialClip) -> Result<(u64, u64), RuleError> {
        let limits = self.video_limits();
        let (fewest, most) = self.frames_between(known, limits)?;
        let (mut low, mut high) = (u64::MAX, 0);
        for frames in fewest..=most {
            let (least, greatest) = self.frame_cells(known, frames, limits)?;
            let groups = frames.div_ceil(FRAMES_PER_GROUP);
            low = low.min(groups.saturating_mul(least));
            high = high.max(groups.saturating_mul(greatest));
        }
        Ok((low.saturating_add(MARKS), high.saturating_add(MARKS)))
    }

    /// How many frames are sampled, at least and at most.
    fn frames_between(&self, known: &PartialClip, limits: VideoLimits) -> Result<(u64, u64), RuleError> {
        let fps = rate_within(known.sample_fps.unwrap_or(DEFAULT_FPS), 0.1, 10.0)?;
        let (least, most) = self.preset.seconds;
        if let Some(seconds) = known.length().filter(|seconds| !(*seconds >= least && *seconds <= most)) {
            return Err(RuleError::ClipLength { seconds, least, most });
        }
        let of_length = |seconds| hosted_frames_of_length(seconds, fps, limits.max_frames);
        match (known.timing, known.length()) {
            (Some(timing), _) => hosted_frames(timing, fps, limits.max_frames).map(|frames| (frames, frames)),
            // A film of fewer frames than would be sampled gives all that it has, and no film less than a pair. A length
            // that was rounded may hide a pair more.
            (None, Some(seconds)) => {
                let frames = of_length(seconds)?.saturating_add(FRAMES_PER_GROUP);
                Ok((FRAMES_PER_GROUP, frames.min(limits.max_frames)))
            }
            (None, None) => Ok((FRAMES_PER_GROUP, of_length(most)?)),
        }
    }

    /// Cells of one frame, at least and at most.
    fn frame_cells(&self, known: &PartialClip, frames: u64, limits: VideoLimits) -> Result<(u64, u64), RuleError> {
        let groups = frames.div_ceil(FRAMES_PER_GROUP).max(1);
        let other = VideoLimits { min_pixels: self.preset.video_min_other, ..limits };
        let readings: [VideoLimits; 2] = if self.min_pixels.is_none() { [limits, other] } else { [limits, limits] };
        let mut range = (u64::MAX, 0);
        for limits in readings {
            let (least, most) = match known.size {
                Some(size) => {
                    let cells = hosted_film(size, frames, limits)?.tokens / groups;
                    (cells, cells)
                }
                None => {
                    let (max, total) = (limits.max_pixels as f64, limits.total_pixels as f64);
                    let share = frame_share(max, total, frames, limits.min_pixels);
                    cells_between(limits.min_pixels as f64, share, limits.factor)
                }
            };
            range = (range.0.min(least), range.1.max(most));
        }
        Ok(range)
    }
}

/// Cells of any picture that is fitted between two numbers of pixels, at least and at most.
fn cells_between(min: f64, max: f64, factor: u32) -> (u64, u64) {
    let factor = f64::from(factor.max(1));
    let cell = factor * factor;
    // Shrinking rounds both sides down: of just under two rows one is left, and so half of the cells.
    let least = (min / cell).min(max / cell / 2.0).floor().max(1.0) as u64;
    let most = (max / cell).floor() as u64;
    // A strip keeps one row however little is left of its height, and all columns of its length.
    let ratio = f64::from(MAX_RATIO);
    let strip = if max / ratio < cell { ((max * ratio).sqrt() / factor).floor() as u64 } else { 0 };
    (least, most.max(strip).max(most_enlarged(min, factor)).max(1))
}

/// Cells of a picture that is enlarged to `min` pixels, at most: both sides are rounded up, so a long one gets more.
fn most_enlarged(min: f64, factor: f64) -> u64 {
    let shortest = (min / f64::from(MAX_RATIO)).sqrt();
    let square = (min.sqrt() / factor).ceil().max(1.0) as u64;
    let columns = |rows: u64| {
        // The shorter side has just more than one row less.
        let short = shortest.max((rows - 1) as f64 * factor).max(f64::MIN_POSITIVE);
        (min / short / factor).ceil().max(1.0) as u64
    };
    (1..=square.min(10_000)).map(|rows| rows.saturating_mul(columns(rows))).max().unwrap_or(1)
}
