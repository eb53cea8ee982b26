//! How a family resizes pictures before it looks at them.

use super::error::GeometryError;
use super::frame::Sizes;

/// Pictures are scaled to multiples of a factor, within limits of area: the Qwen-VL rule (`smart_resize` of
/// qwen-vl-utils), which decides what "pixels of the sent picture" are.
///
/// The limits are those of the hosted service unless you sent `min_pixels` and `max_pixels` yourself; then use
/// those with [`GridResize::new`].
///
/// ```
/// use vlm_schema::media::GridResize;
///
/// let hosted = GridResize::new(32, 65_536, 2_621_440);
/// assert_eq!(hosted.apply(1920, 1080)?, (1920, 1088));
/// assert_eq!(hosted.apply(3840, 2160)?, (2144, 1184));
/// # Ok::<(), vlm_schema::media::GeometryError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct GridResize {
    factor: u32,
    min_pixels: u64,
    max_pixels: u64,
}

impl GridResize {
    /// One side may be this many times the other.
    pub const MAX_RATIO: u32 = 200;

    /// Sides become multiples of `factor` (at least 1), the area lies between `min_pixels` and `max_pixels` where
    /// that is possible.
    pub const fn new(factor: u32, min_pixels: u64, max_pixels: u64) -> Self {
        Self { factor: if factor == 0 { 1 } else { factor }, min_pixels, max_pixels }
    }

    /// Width and height that the model sees of a picture of this size.
    ///
    /// # Errors
    ///
    /// [`GeometryError::EmptyPicture`] if a side is 0, [`GeometryError::TooNarrow`] if one side is more than
    /// [`MAX_RATIO`](Self::MAX_RATIO) times the other: the service refuses such pictures.
    pub fn apply(&self, width: u32, height: u32) -> Result<(u32, u32), GeometryError> {
        let (long, short) = (u64::from(width.max(height)), u64::from(width.min(height)));
        if short == 0 {
            return Err(GeometryError::EmptyPicture { width, height });
        }
        if long > short * u64::from(Self::MAX_RATIO) {
            return Err(GeometryError::TooNarrow { width, height, limit: Self::MAX_RATIO });
        }
        let (w, h, f) = (f64::from(width), f64::from(height), f64::from(self.factor));
        let (min, max) = (self.min_pixels as f64, self.max_pixels as f64);
        // Ties go to the even multiple, as in the reference; the area test looks at the rounded sides, the scale is
        // taken from the true ones.
        let rounded = |side: f64| ((side / f).round_ties_even() * f).max(f);
        let area = rounded(w) * rounded(h);
        let (w, h) = if area > max {
            let shrink = (h * w / max).sqrt();
            let side = |side: f64| ((side / shrink / f).floor() * f).max(f);
            (side(w), side(h))
        } else if area < min {
            let grow = (min / (h * w)).sqrt();
            let side = |side: f64| (side * grow / f).ceil() * f;
            (side(w), side(h))
        } else {
            (rounded(w), rounded(h))
        };
        Ok((w as u32, h as u32))
    }

    /// Both sizes of a picture that is resized so.
    ///
    /// # Errors
    ///
    /// As [`apply`](Self::apply).
    pub fn sizes(&self, width: u32, height: u32) -> Result<Sizes, GeometryError> {
        Sizes::new((width, height), self.apply(width, height)?)
    }
}
