//! OpenAI models: pictures by tiles of 512 or by patches of 32 pixels. They take no films; send frames as pictures.
//!
//! The constants are data with the date of the guide's edition they stand in; where two editions disagree, the newer
//! one is likely and the range holds both.

mod table;

pub use self::table::{Edition, Row, rows};

use crate::error::RuleError;
use crate::tokens::{Picture, Size, Tokens};

/// The most patches one request may hold.
pub const MAX_PATCHES: u64 = 30_000;
/// Tiles: a picture is fitted inside this square,
const OUTER_SIDE: u64 = 2048;
/// then its shorter side is brought down to this,
const INNER_SIDE: u64 = 768;
/// and cut into squares of this side.
const TILE_SIDE: u64 = 512;
/// Side of a patch in pixels.
const PATCH_SIDE: u64 = 32;

/// `detail` of a picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Detail {
    /// The service chooses: the default.
    #[default]
    Auto,
    /// Coarse and cheap.
    Low,
    /// Fine.
    High,
    /// As sent, where the model offers it.
    Original,
}

/// How a model counts pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Counting {
    /// By tiles: so many tokens at once, and so many per tile.
    Tiles {
        /// Tokens of any picture.
        base: u64,
        /// Tokens of each tile.
        tile: u64,
    },
    /// By patches.
    Patches {
        /// Tokens of a hundred patches.
        percent: u64,
        /// Limits at low detail.
        low: Fit,
        /// Limits at high detail.
        high: Fit,
        /// Limits where the service chooses.
        auto: Fit,
        /// Limits at original detail, where the model offers it.
        original: Option<Fit>,
    },
}

/// What a picture is fitted into at one level of detail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Fit {
    /// Pixels of the longer side, at most.
    pub side: Option<u32>,
    /// Patches, at most.
    pub patches: Option<u64>,
}

impl Fit {
    /// At most so many pixels on a side and so many patches.
    pub const fn new(side: Option<u32>, patches: Option<u64>) -> Self {
        Self { side, patches }
    }
}

/// The rules of one model, with the settings of one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct OpenAi {
    /// The model's row of the table.
    pub row: &'static Row,
    /// The detail asked for.
    pub detail: Detail,
}

impl OpenAi {
    /// The rules of a model by name, with or without the date of a snapshot.
    ///
    /// ```
    /// use vlm_tokens::Size;
    /// use vlm_tokens::openai::OpenAi;
    ///
    /// let rules = OpenAi::of("gpt-4o-2024-08-06").expect("a known model");
    /// assert_eq!(rules.image(Size::new(1024, 1024))?.tokens.likely, 765);
    /// # Ok::<(), vlm_tokens::RuleError>(())
    /// ```
    pub fn of(model: &str) -> Option<Self> {
        table::row_of(model).map(|row| Self { row, detail: Detail::Auto })
    }

    /// Sets the detail.
    #[must_use]
    pub const fn detail(mut self, detail: Detail) -> Self {
        self.detail = detail;
        self
    }

    /// Tokens of one picture.
    ///
    /// # Errors
    /// A side of 0 pixels, a detail that the model does not offer, or more than 30,000 patches.
    pub fn image(&self, size: Size) -> Result<Picture, RuleError> {
        let (newest, earlier) = (&self.row.newest, self.row.earlier.as_ref());
        let (count, resized) = count(size, newest.counting, self.detail)?;
        let mut tokens = if newest.confirmed { Tokens::exact(count) } else { Tokens::documented(count) };
        if let Some(Ok((other, _))) = earlier.map(|edition| self::count(size, edition.counting, self.detail)) {
            tokens = tokens.covering(other);
        }
        Ok(Picture::new(tokens, resized))
    }

    /// The fewest and the most tokens of any picture that is taken.
    pub(crate) fn image_bounds(&self) -> (u64, u64) {
        let editions = [Some(&self.row.newest), self.row.earlier.as_ref()];
        let bounds = editions.into_iter().flatten().map(|edition| bounds(edition.counting, self.detail));
        let (low, high) =
            bounds.fold((u64::MAX, 0), |(low, high): (u64, u64), (least, most)| (low.min(least), high.max(most)));
        if self.row.newest.confirmed {
            (low, high)
        } else {
            (low.saturating_sub(low.div_ceil(50)), high + high.div_ceil(50))
        }
    }

    /// What a message adds: 3 to 4 tokens, and 3 that open the answer.
    pub const fn message_overhead(&self, messages: u64) -> Tokens {
        let mut tokens = Tokens::within(messages.saturating_mul(4).saturating_add(3), 0);
        tokens.low = messages.saturating_mul(3).saturating_add(3);
        tokens
    }
}

/// Tokens of a picture by one edition's constants, and the size that is seen. At low detail of tiles no size is given.
fn count(size: Size, counting: Counting, detail: Detail) -> Result<(u64, Option<Size>), RuleError> {
    if size.width == 0 || size.height == 0 {
        return Err(RuleError::ZeroDimension);
    }
    let unknown = RuleError::NoRule { what: "original detail on this model" };
    match counting {
        Counting::Tiles { base, tile } => match detail {
            Detail::Low => Ok((base, None)),
            Detail::Original => Err(unknown),
            Detail::Auto | Detail::High => {
                let seen = tiled(size);
                let tiles = across(seen.width, TILE_SIDE) * across(seen.height, TILE_SIDE);
                Ok((base + tile * tiles, Some(seen)))
            }
        },
        Counting::Patches { percent, low, high, auto, original } => {
            let fit = match detail {
                Detail::Low => low,
                Detail::High => high,
                Detail::Auto => auto,
                Detail::Original => original.ok_or(unknown)?,
            };
            let (patches, seen) = patched(size, fit)?;
            Ok(((patches * percent).div_ceil(100), Some(seen)))
        }
    }
}

/// The fewest and the most tokens of any picture by one edition's constants.
fn bounds(counting: Counting, detail: Detail) -> (u64, u64) {
    match counting {
        Counting::Tiles { base, .. } if detail == Detail::Low => (base, base),
        Counting::Tiles { base, tile } => {
            let most = OUTER_SIDE.div_ceil(TILE_SIDE) * INNER_SIDE.div_ceil(TILE_SIDE);
            (base + tile, base + tile * most)
        }
        Counting::Patches { percent, low, high, auto, original } => {
            let fit = match detail {
                Detail::Low => low,
                Detail::High => high,
                Detail::Auto => auto,
                Detail::Original => original.unwrap_or(high),
            };
            let of_sides = fit.side.map_or(MAX_PATCHES, |side| across(side, PATCH_SIDE).pow(2));
            let most = of_sides.min(fit.patches.unwrap_or(MAX_PATCHES)).min(MAX_PATCHES);
            (percent.div_ceil(100), (most * percent).div_ceil(100))
        }
    }
}

fn tiled(size: Size) -> Size {
    let fitted = inside(size, OUTER_SIDE);
    let (short, _) = fitted.sides();
    if u64::from(short) > INNER_SIDE { scaled(fitted, INNER_SIDE, u64::from(short)) } else { fitted }
}

fn patched(size: Size, fit: Fit) -> Result<(u64, Size), RuleError> {
    let mut seen = fit.side.map_or(size, |side| inside(size, u64::from(side)));
    let mut patches = patches_of(seen);
    if let Some(budget) = fit.patches.filter(|&budget| patches > budget) {
        let (width, height) = (f64::from(seen.width), f64::from(seen.height));
        let scale = ((PATCH_SIDE * PATCH_SIDE * budget) as f64 / (width * height)).sqrt();
        // Above 1 where the last patches are cut: whole patches bring it down again. A strip thinner than a patch has
        // no whole one, and is not enlarged.
        let thin = width.min(height) * scale < PATCH_SIDE as f64;
        let scale = if thin { scale.min(1.0) } else { scale };
        let whole = |side: f64| {
            let patches = side * scale / PATCH_SIDE as f64;
            if patches < 1.0 { 1.0 } else { patches.floor() / patches }
        };
        let scale = scale * whole(width).min(whole(height));
        // The last step of the product may fall a hair under a whole number.
        let side = |side: f64| ((side * scale + 1e-6).floor() as u32).max(1);
        seen = Size::new(side(width), side(height));
        patches = patches_of(seen).min(budget);
    }
    if patches > MAX_PATCHES {
        return Err(RuleError::TooManyPatches { patches, limit: MAX_PATCHES });
    }
    Ok((patches, seen))
}

fn patches_of(size: Size) -> u64 {
    across(size.width, PATCH_SIDE) * across(size.height, PATCH_SIDE)
}

fn across(side: u32, part: u64) -> u64 {
    u64::from(side).div_ceil(part)
}

/// Fitted inside a square, never enlarged.
fn inside(size: Size, side: u64) -> Size {
    let (_, long) = size.sides();
    if u64::from(long) > side { scaled(size, side, u64::from(long)) } else { size }
}

/// Both sides times a fraction of at most 1, rounded down to at least one pixel.
fn scaled(size: Size, numerator: u64, denominator: u64) -> Size {
    let side = |side: u32| u32::try_from(u64::from(side) * numerator / denominator).unwrap_or(u32::MAX).max(1);
    Size::new(side(size.width), side(size.height))
}
