//! Amazon Nova 1 and 2 on Bedrock.
//!
//! Source: the user guides of Nova and Nova 2. Pictures of Nova 1 are a table of examples, not a formula; films of
//! Nova 2 are not published.

use crate::error::{RuleError, positive_seconds};
use crate::tokens::{Clip, Film, Picture, Size, Tokens};

/// Which model: their rules differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Nova {
    /// Nova Lite and Nova Pro.
    One,
    /// Nova Premier: as Lite and Pro, but it samples more frames of a long film.
    Premier,
    /// Nova 2 Lite.
    Two,
}

/// The longest side of a picture that Nova 1 takes, in pixels.
pub const MAX_SIDE: u32 = 8000;
/// Tokens of one frame of a film, whatever its size.
const FRAME: u64 = 288;
/// Frames of a film at most, at one per second: Lite and Pro; Premier.
const MAX_FRAMES: (u64, u64) = (960, 3200);
/// Tokens billed for a picture of Nova 2 Lite, whatever its size.
const FLAT: u64 = 230;
/// A picture is enlarged until its longer side has so many pixels.
const LONG_SIDE: f64 = 896.0;
/// The vendor's table: pixels and tokens.
const TABLE: [(f64, f64); 5] =
    [(405_000.0, 800.0), (810_000.0, 1300.0), (1_260_000.0, 1800.0), (1_620_000.0, 2400.0), (1_690_000.0, 2600.0)];

impl Nova {
    /// Tokens of one picture.
    ///
    /// # Errors
    /// A side of 0 pixels, or of more than 8000 before Nova 2.
    pub fn image(self, size: Size) -> Result<Picture, RuleError> {
        let (short, long) = size.sides();
        if short == 0 {
            return Err(RuleError::ZeroDimension);
        }
        if self == Self::Two {
            return Ok(Picture::new(Tokens::documented(FLAT), None));
        }
        if long > MAX_SIDE {
            return Err(RuleError::SideTooLong { side: long, limit: MAX_SIDE });
        }
        let grow = (LONG_SIDE / f64::from(long)).max(1.0);
        let area = f64::from(short) * grow * (f64::from(long) * grow);
        let likely = (interpolated(area).round() as u64).max(1);
        let mut tokens = Tokens::within(likely, 15);
        tokens.high = tokens.high.max((area / 500.0).ceil() as u64);
        Ok(Picture::new(tokens, None))
    }

    /// Tokens of a film: one frame per second, each 672 × 672. Its sound is not read.
    ///
    /// # Errors
    /// A length that is not a positive number; any film on Nova 2, whose rule is not published.
    pub fn video(self, clip: &Clip) -> Result<Film, RuleError> {
        if self == Self::Two {
            return Err(RuleError::NoRule { what: "films on Nova 2" });
        }
        let wanted = positive_seconds(clip.seconds)?.ceil() as u64;
        let most = if self == Self::Premier { MAX_FRAMES.1 } else { MAX_FRAMES.0 };
        let frames = wanted.min(most);
        let count = frames * FRAME;
        let tokens = if frames > MAX_FRAMES.0 { Tokens::within(count, 20) } else { Tokens::documented(count) };
        Ok(Film::new(tokens, frames, Some(Size::new(672, 672))))
    }

    /// What the service adds per message: a few tokens, not published.
    pub const fn message_overhead(self, messages: u64) -> Tokens {
        crate::text::a_few_per_message(messages)
    }
}

/// The table's tokens for an area in pixels: straight lines between its rows, in proportion outside of them.
fn interpolated(area: f64) -> f64 {
    let (first, last) = (TABLE[0], TABLE[TABLE.len() - 1]);
    if area <= first.0 {
        return area * first.1 / first.0;
    }
    TABLE.windows(2).find(|rows| area <= rows[1].0).map_or(area * last.1 / last.0, |rows| {
        let ((from, low), (to, high)) = (rows[0], rows[1]);
        low + (area - from) / (to - from) * (high - low)
    })
}
