//! The resize every Qwen-VL picture and frame goes through, in the three forms that exist of it.
//!
//! Sides are rounded half to even to whole cells; a picture with too many pixels is shrunk, one with too few enlarged,
//! by a factor computed from the *original* sides. Source: the vision guide of the vendor, `smart_resize` of
//! qwen-vl-utils 0.0.14 and of transformers 5.23.0.

use crate::error::RuleError;
use crate::tokens::Size;

/// The greatest quotient of both sides that is taken.
pub const MAX_RATIO: u32 = 200;

/// Which form of the resize: they differ for a side under half a cell and for long strips under a small budget.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Resizer {
    /// For the hosted service: no side is ever under one cell. Where the packages differ, what the service does is not
    /// known; this form gives the number of qwen-vl-utils for a thin side.
    #[default]
    Hosted,
    /// qwen-vl-utils 0.0.14: refuses a minimum above the maximum; a strip may shrink to a side of 0.
    QwenVlUtils,
    /// transformers 5.23.0: a side may round to 0, and the picture is then enlarged.
    Transformers,
}

/// How large one cell is (one token per cell) and how many pixels a picture may have after the resize.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct PixelLimits {
    /// Side of a cell in pixels: twice the patch size, so 28 (Qwen2-VL, Qwen2.5-VL) or 32 (Qwen3-VL and later).
    pub factor: u32,
    /// Pixels, at least.
    pub min_pixels: u64,
    /// Pixels, at most.
    pub max_pixels: u64,
}

impl PixelLimits {
    /// Cells of `factor` × `factor` pixels, `min_pixels` to `max_pixels` per picture.
    pub const fn new(factor: u32, min_pixels: u64, max_pixels: u64) -> Self {
        Self { factor, min_pixels, max_pixels }
    }
}

/// A size after the resize, and how many cells it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Resized {
    /// Pixels after the resize: multiples of the factor.
    pub size: Size,
    /// Cells: tokens without any mark around them. Only [`Resizer::QwenVlUtils`] can give 0.
    pub cells: u64,
}

/// Resizes a picture.
///
/// ```
/// use vlm_tokens::Size;
/// use vlm_tokens::qwen::{PixelLimits, Resizer, resize};
///
/// let resized = resize(Size::new(1920, 1080), PixelLimits::new(32, 65_536, 2_621_440), Resizer::Hosted)?;
/// assert_eq!((resized.size, resized.cells), (Size::new(1920, 1088), 2040));
/// # Ok::<(), vlm_tokens::RuleError>(())
/// ```
///
/// # Errors
/// A side of 0 pixels, sides more than 200 to 1, a minimum above the maximum (but for [`Resizer::Transformers`]), or a
/// factor of 0.
pub fn resize(size: Size, limits: PixelLimits, resizer: Resizer) -> Result<Resized, RuleError> {
    fit(size, Bounds::from(limits), resizer)
}

/// The limits as the arithmetic takes them: a film's share per frame is no whole number.
#[derive(Clone, Copy)]
pub(super) struct Bounds {
    pub(super) factor: f64,
    pub(super) min: f64,
    pub(super) max: f64,
}

impl From<PixelLimits> for Bounds {
    fn from(limits: PixelLimits) -> Self {
        Self { factor: f64::from(limits.factor), min: limits.min_pixels as f64, max: limits.max_pixels as f64 }
    }
}

pub(super) fn fit(size: Size, bounds: Bounds, resizer: Resizer) -> Result<Resized, RuleError> {
    let Bounds { factor, min, max } = bounds;
    if min > max && resizer != Resizer::Transformers {
        return Err(RuleError::MinAboveMax { min, max });
    }
    check_sides(size)?;
    if factor <= 0.0 {
        return Err(RuleError::ZeroDimension);
    }
    let (height, width) = (f64::from(size.height), f64::from(size.width));
    let rounded_least = if resizer == Resizer::Transformers { 0.0 } else { 1.0 };
    let shrunk_least = if resizer == Resizer::QwenVlUtils { 0.0 } else { 1.0 };
    let mut rows = (height / factor).round_ties_even().max(rounded_least);
    let mut columns = (width / factor).round_ties_even().max(rounded_least);
    let area = (rows * factor) * (columns * factor);
    if area > max {
        let shrink = (height * width / max).sqrt();
        rows = (height / shrink / factor).floor().max(shrunk_least);
        columns = (width / shrink / factor).floor().max(shrunk_least);
    } else if area < min {
        let grow = (min / (height * width)).sqrt();
        rows = (height * grow / factor).ceil();
        columns = (width * grow / factor).ceil();
    }
    // Casts saturate: sides beyond 2³² pixels exist in no file.
    Ok(Resized {
        size: Size::new((columns * factor) as u32, (rows * factor) as u32),
        cells: (rows as u64).saturating_mul(columns as u64),
    })
}

/// Refuses a side of 0 pixels and sides of more than 200 to 1; exactly 200 is taken.
pub(super) fn check_sides(size: Size) -> Result<(), RuleError> {
    let (short, long) = size.sides();
    if short == 0 {
        return Err(RuleError::ZeroDimension);
    }
    let ratio = f64::from(long) / f64::from(short);
    if ratio > f64::from(MAX_RATIO) {
        return Err(RuleError::AspectRatio { ratio, limit: MAX_RATIO });
    }
    Ok(())
}
