//! What can be wrong with a place or a moment.

use thiserror::Error;

use super::frame::FrameKind;

/// Why numbers are not a place in a picture.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum GeometryError {
    /// NaN or an infinity.
    #[error("`{name}` is {value}, not a finite number")]
    NotFinite {
        /// The coordinate.
        name: &'static str,
        /// What came.
        value: f64,
    },
    /// Less than zero.
    #[error("`{name}` is {value}: coordinates start at 0 in the top left corner")]
    Negative {
        /// The coordinate.
        name: &'static str,
        /// What came.
        value: f64,
    },
    /// Beyond the right or the lower edge of the frame.
    #[error("`{name}` is {value}, outside the frame ({frame}, at most {max})")]
    Outside {
        /// The coordinate.
        name: &'static str,
        /// What came.
        value: f64,
        /// The largest value of this axis.
        max: f64,
        /// The frame.
        frame: FrameKind,
    },
    /// The minimum lies beyond the maximum: the numbers are in another order, or are not edges.
    #[error("the box is inverted: `{axis}_min` is {min}, more than `{axis}_max`, {max}")]
    Inverted {
        /// `x` or `y`.
        axis: &'static str,
        /// The given minimum.
        min: f64,
        /// The given maximum.
        max: f64,
    },
    /// A polygon with fewer than three corners.
    #[error("a polygon needs at least 3 points, not {points}")]
    TooFewPoints {
        /// How many came.
        points: usize,
    },
    /// A picture without width or height.
    #[error("a picture of {width} x {height} pixels has no coordinates")]
    EmptyPicture {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
    /// The family refuses a picture this narrow, so there is no size it was seen in.
    #[error("a picture of {width} x {height} pixels is too narrow: one side may be {limit} times the other")]
    TooNarrow {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// The largest accepted ratio.
        limit: u32,
    },
    /// A model without a frame of its own answered in "its own frame".
    #[error("{family} models have no frame of their own: ask in a declared one, such as {ask}")]
    NoOwnFrame {
        /// The family.
        family: &'static str,
        /// The frame to ask for.
        ask: FrameKind,
    },
}

/// Why something is not a moment or a span of a film.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum TimeError {
    /// None of the accepted forms.
    #[error("`{text}` is not a time: expected HH:MM:SS.mmm, MM:SS or seconds such as 12.5s")]
    Form {
        /// The start of what came.
        text: String,
    },
    /// Minutes or seconds of 60 or more beside a larger unit.
    #[error("`{text}` has {value} {unit}: at most 59 fit")]
    Overflow {
        /// The start of what came.
        text: String,
        /// `minutes` or `seconds`.
        unit: &'static str,
        /// How many came.
        value: u64,
    },
    /// Less than zero.
    #[error("`{text}` is before the start of the film")]
    Negative {
        /// What came.
        text: String,
    },
    /// NaN or an infinity.
    #[error("{value} is not a time")]
    NotFinite {
        /// What came.
        value: f64,
    },
    /// Longer than any film.
    #[error("`{text}` is beyond {limit}, the longest time")]
    TooLong {
        /// The start of what came.
        text: String,
        /// The largest time.
        limit: &'static str,
    },
    /// A span that ends before it starts.
    #[error("the span is inverted: it starts at {start} and ends at {end}")]
    Inverted {
        /// The given start.
        start: super::Timecode,
        /// The given end.
        end: super::Timecode,
    },
}
