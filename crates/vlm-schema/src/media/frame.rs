//! Frames at run time: what coordinates are measured in, and scaling between two of them.

use std::fmt;

use super::error::GeometryError;

/// What coordinates are measured in, without the sizes of a particular picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FrameKind {
    /// 0 to 1 of the width and of the height.
    Unit,
    /// 0 to 1000 of the width and of the height.
    Thousand,
    /// Pixels of the picture as the model saw it, after resizing.
    SentPixels,
    /// Pixels of the original picture.
    OriginalPixels,
}

impl fmt::Display for FrameKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unit => "0 to 1",
            Self::Thousand => "0 to 1000",
            Self::SentPixels => "pixels of the sent picture",
            Self::OriginalPixels => "pixels of the original picture",
        })
    }
}

/// The two sizes of one picture: as you have it, and as the model saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Sizes {
    original: (u32, u32),
    sent: (u32, u32),
}

impl Sizes {
    /// A picture of `original` width and height that the model saw in the `sent` width and height.
    ///
    /// # Errors
    ///
    /// [`GeometryError::EmptyPicture`] if a side is 0.
    pub fn new(original: (u32, u32), sent: (u32, u32)) -> Result<Self, GeometryError> {
        for (width, height) in [original, sent] {
            if width == 0 || height == 0 {
                return Err(GeometryError::EmptyPicture { width, height });
            }
        }
        Ok(Self { original, sent })
    }

    /// A picture that was seen as it is, or whose frame does not depend on the size.
    ///
    /// # Errors
    ///
    /// [`GeometryError::EmptyPicture`] if a side is 0.
    pub fn unscaled(width: u32, height: u32) -> Result<Self, GeometryError> {
        Self::new((width, height), (width, height))
    }

    /// Width and height of the original.
    pub const fn original(&self) -> (u32, u32) {
        self.original
    }

    /// Width and height that the model saw.
    pub const fn sent(&self) -> (u32, u32) {
        self.sent
    }

    /// The frame of this kind for this picture.
    pub const fn frame(&self, kind: FrameKind) -> Frame {
        match kind {
            FrameKind::Unit => Frame::Unit,
            FrameKind::Thousand => Frame::Thousand,
            FrameKind::SentPixels => Frame::SentPixels { width: self.sent.0, height: self.sent.1 },
            FrameKind::OriginalPixels => Frame::OriginalPixels { width: self.original.0, height: self.original.1 },
        }
    }
}

/// A frame with everything needed to convert coordinates.
///
/// ```
/// use vlm_schema::media::{Frame, Outside};
///
/// let sent = Frame::SentPixels { width: 1920, height: 1088 };
/// let original = Frame::OriginalPixels { width: 1920, height: 1080 };
/// assert_eq!(sent.convert((960.0, 544.0), original, Outside::Refuse)?, (960.0, 540.0));
/// # Ok::<(), vlm_schema::media::GeometryError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Frame {
    /// 0 to 1 of the width and of the height.
    Unit,
    /// 0 to 1000 of the width and of the height.
    Thousand,
    /// Pixels of the picture as the model saw it.
    SentPixels {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
    /// Pixels of the original picture.
    OriginalPixels {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
}

impl Frame {
    /// The kind of this frame.
    pub const fn kind(&self) -> FrameKind {
        match self {
            Self::Unit => FrameKind::Unit,
            Self::Thousand => FrameKind::Thousand,
            Self::SentPixels { .. } => FrameKind::SentPixels,
            Self::OriginalPixels { .. } => FrameKind::OriginalPixels,
        }
    }

    /// The largest x and the largest y.
    pub fn extent(&self) -> (f64, f64) {
        match *self {
            Self::Unit => (1.0, 1.0),
            Self::Thousand => (1000.0, 1000.0),
            Self::SentPixels { width, height } | Self::OriginalPixels { width, height } => {
                (f64::from(width), f64::from(height))
            }
        }
    }

    /// The same position in another frame of the same picture.
    ///
    /// # Errors
    ///
    /// A coordinate that is not finite, a frame without area, or, unless clamped, a coordinate outside this frame.
    pub fn convert(&self, at: (f64, f64), to: Frame, outside: Outside) -> Result<(f64, f64), GeometryError> {
        Ok((self.convert_x("x", at.0, to, outside)?, self.convert_y("y", at.1, to, outside)?))
    }

    pub(super) fn convert_x(
        &self,
        name: &'static str,
        x: f64,
        to: Frame,
        outside: Outside,
    ) -> Result<f64, GeometryError> {
        scale(name, x, (self.checked_extent()?.0, self.kind()), to.checked_extent()?.0, outside)
    }

    pub(super) fn convert_y(
        &self,
        name: &'static str,
        y: f64,
        to: Frame,
        outside: Outside,
    ) -> Result<f64, GeometryError> {
        scale(name, y, (self.checked_extent()?.1, self.kind()), to.checked_extent()?.1, outside)
    }

    fn checked_extent(&self) -> Result<(f64, f64), GeometryError> {
        match *self {
            Self::SentPixels { width, height } | Self::OriginalPixels { width, height }
                if width == 0 || height == 0 =>
            {
                Err(GeometryError::EmptyPicture { width, height })
            }
            _ => Ok(self.extent()),
        }
    }
}

/// What becomes of a coordinate outside its frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outside {
    /// It is an error: the model may well have answered in another frame.
    #[default]
    Refuse,
    /// It is moved to the nearest edge: for answers known to overshoot a little.
    Clamp,
}

/// Checks one coordinate against a frame whose extent may be unknown, and returns where it lies.
pub(super) fn place(
    name: &'static str,
    value: f64,
    extent: Option<(f64, FrameKind)>,
    outside: Outside,
) -> Result<f64, GeometryError> {
    if !value.is_finite() {
        return Err(GeometryError::NotFinite { name, value });
    }
    let clamp = outside == Outside::Clamp;
    match extent {
        _ if value < 0.0 && !clamp => Err(GeometryError::Negative { name, value }),
        Some((max, frame)) if value > max && !clamp => Err(GeometryError::Outside { name, value, max, frame }),
        Some((max, _)) => Ok(value.clamp(0.0, max) + 0.0),
        None => Ok(value.max(0.0) + 0.0),
    }
}

fn scale(
    name: &'static str,
    value: f64,
    from: (f64, FrameKind),
    to: f64,
    outside: Outside,
) -> Result<f64, GeometryError> {
    // Rounding is monotonic, so order survives; `min` covers sides whose product is no longer exact.
    Ok((place(name, value, Some(from), outside)? * to / from.0).min(to))
}
