//! Gemini: tiles for 2.x, a fixed number for 3.x, one frame per second of film, and sound.

use super::{FilmFacts, whole};

/// Rate at which frames are taken.
const FPS: f64 = 1.0;

fn third(id: &str) -> bool {
    id.starts_with("gemini-3")
}

pub(super) fn picture(id: &str, width: u32, height: u32) -> u64 {
    if third(id) {
        return 1120;
    }
    if width <= 384 && height <= 384 {
        return 258;
    }
    // A picture one pixel high would have a tile of none.
    let tile = (f64::from(width.min(height)) / 1.5).floor().max(1.0);
    let along = |side: u32| (f64::from(side) / tile).ceil();
    258 * whole(along(width) * along(height))
}

/// Frames, sound, and the few tokens of each second's time stamp. A film known to be silent has no sound tokens.
pub(super) fn film(id: &str, film: &FilmFacts) -> u64 {
    let seconds = film.seconds.unwrap_or(1.0);
    let (frame, sound) = if third(id) { (70, 25) } else { (258, 32) };
    let sound = if film.sound == Some(false) { 0 } else { sound };
    whole((seconds * FPS).ceil()) * frame + whole(seconds.ceil()) * (sound + 5)
}
