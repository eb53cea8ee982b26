//! Qwen-VL: sides rounded to a factor, an area between two limits, two frames to one set of tokens.

use super::{FilmFacts, whole};

/// Frames per second that the service samples when it is not told.
const FPS: f64 = 2.0;
/// Fewest frames of a film.
const MIN_FRAMES: f64 = 4.0;
/// Largest ratio of the sides.
const MAX_RATIO: f64 = 200.0;
/// Smallest side.
const MIN_SIDE: u32 = 10;

/// The constants of a model line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Constants {
    pub(super) factor: f64,
    pub(super) picture_min: f64,
    pub(super) picture_max: f64,
    pub(super) frame_min: f64,
    pub(super) frame_max: f64,
    pub(super) total: f64,
    pub(super) max_frames: f64,
}

/// qwen3-vl-plus and -flash.
pub(super) const QWEN3: Constants = Constants {
    factor: 32.0,
    picture_min: 65_536.0,
    picture_max: 2_621_440.0,
    frame_min: 65_536.0,
    frame_max: 655_360.0,
    total: 134_217_728.0,
    max_frames: 2000.0,
};

/// Qwen3.5 to 3.8: as Qwen3-VL, with room for longer films.
pub(super) const QWEN35: Constants = Constants { total: 819_200_000.0, max_frames: 8000.0, ..QWEN3 };

/// qwen-vl-max and -plus since August 2025. Two pages disagree on the largest picture; the API reference is followed.
pub(super) const QWEN_VL_2508: Constants = Constants {
    factor: 32.0,
    picture_min: 4096.0,
    picture_max: 1_310_720.0,
    frame_min: 65_536.0,
    frame_max: 655_360.0,
    total: 67_108_864.0,
    max_frames: 512.0,
};

/// Older snapshots and the open Qwen2.5-VL.
pub(super) const QWEN25: Constants = Constants {
    factor: 28.0,
    picture_min: 3136.0,
    picture_max: 1_003_520.0,
    frame_min: 50_176.0,
    frame_max: 501_760.0,
    total: 51_380_224.0,
    max_frames: 512.0,
};

impl Constants {
    /// The constants of a model id; an unknown id counts as Qwen3-VL.
    pub(super) fn of(id: &str) -> Self {
        match id {
            "qwen-vl-max"
            | "qwen-vl-max-latest"
            | "qwen-vl-max-2025-08-13"
            | "qwen-vl-plus"
            | "qwen-vl-plus-latest"
            | "qwen-vl-plus-2025-08-15"
            | "qwen-vl-plus-2025-07-10" => QWEN_VL_2508,
            _ if id.starts_with("qwen-vl-") || id.starts_with("qwen2") || id.starts_with("qvq") => QWEN25,
            _ if ["qwen3.5", "qwen3.6", "qwen3.7", "qwen3.8"].iter().any(|line| id.starts_with(line)) => QWEN35,
            _ => QWEN3,
        }
    }

    /// Tokens of a picture, with its two marks.
    pub(super) fn picture(&self, width: u32, height: u32) -> Result<u64, String> {
        let cells = self.cells(width, height, self.picture_min, self.picture_max)?;
        Ok(whole(cells) + 2)
    }

    /// Tokens of a film, with its two marks.
    pub(super) fn film(&self, film: &FilmFacts) -> Result<u64, String> {
        let frames = self.frames(film)?;
        let largest = self.frame_max.min(self.total / frames * 2.0).max((self.frame_min * 1.05).floor());
        let cells = match film.size {
            Some((width, height)) => self.cells(width, height, self.frame_min, largest)?,
            // Size unknown: as large as a frame may be.
            None => (largest / (self.factor * self.factor)).floor(),
        };
        Ok(whole(((frames / 2.0).ceil() * cells).floor()) + 2)
    }

    /// Frames that the service takes of a film.
    fn frames(&self, film: &FilmFacts) -> Result<f64, String> {
        let counted = film.frames.zip(film.fps).filter(|(frames, fps)| *frames > 0 && *fps > 0.0);
        let Some((total, fps)) = counted else {
            let sampled = film.seconds.map_or(0.0, |seconds| (seconds * FPS).floor());
            return Ok(sampled.max(MIN_FRAMES).min(self.max_frames));
        };
        #[allow(clippy::cast_precision_loss)]
        let total = total as f64;
        let seconds = total / fps;
        let used =
            if seconds - seconds.floor() > 1.0 / FPS { (seconds * fps).ceil() } else { (seconds.floor() * fps).ceil() };
        let most = (self.max_frames.min(total) / 2.0).floor() * 2.0;
        let frames = (used / fps * FPS).max(MIN_FRAMES).min(most).min(used).floor();
        if frames < 2.0 {
            return Err(format!("The video file is too short: {total} frames"));
        }
        Ok(frames)
    }

    /// Cells of `factor` by `factor` pixels after the service's resize.
    fn cells(&self, width: u32, height: u32, least: f64, most: f64) -> Result<f64, String> {
        let (w, h, f) = (f64::from(width), f64::from(height), self.factor);
        if width.min(height) < MIN_SIDE {
            return Err(format!(
                "The image length and width do not meet the model restrictions: {width}x{height}, each side must be at least {MIN_SIDE} px"
            ));
        }
        if w.max(h) / w.min(h) > MAX_RATIO {
            return Err(format!("absolute aspect ratio must be at most {MAX_RATIO}: {width}x{height}"));
        }
        let side = |length: f64| ((length / f).round_ties_even() * f).max(f);
        let (mut wide, mut high) = (side(w), side(h));
        if wide * high > most {
            let shrink = (h * w / most).sqrt();
            let side = |length: f64| ((length / shrink / f).floor() * f).max(f);
            (wide, high) = (side(w), side(h));
        } else if wide * high < least {
            let grow = (least / (h * w)).sqrt();
            let side = |length: f64| (length * grow / f).ceil() * f;
            (wide, high) = (side(w), side(h));
        }
        Ok((wide / f) * (high / f))
    }
}
