//! Pictures: their size as stored and how it is turned.
//!
//! One walk finds both, in the same reads and within the budget; tests hold the sizes against the crate `imagesize`.

mod heif;
mod jpeg;
mod plain;
mod png;
mod tiff;
mod webp;

use vlm_core::MediaType;

use crate::found::Found;
use crate::input::{Fault, Input};
use crate::orientation::Orientation;

/// What ends before it was found, in most errors.
const SIZE: &str = "its width and height";
/// After the first read, parsers leap from one short header to the next.
const LEAP: usize = 512;

/// Reads the size of a picture of a type that the first bytes told.
pub(crate) fn parse(input: &mut Input<'_>, media_type: &MediaType) -> Result<Found, Fault> {
    input.set_stride(LEAP);
    let (stored, orientation) = by_type(input, media_type).map_err(|fault| fault.lacks(SIZE))?;
    if stored.0 == 0 || stored.1 == 0 {
        return Err(Fault::Damaged("a side has 0 pixels"));
    }
    Ok(Found { stored: Some(stored), orientation, ..Found::default() })
}

/// Size as stored, and how it is turned.
type Sized = ((u32, u32), Orientation);

fn by_type(input: &mut Input<'_>, media_type: &MediaType) -> Result<Sized, Fault> {
    let upright = |size| (size, Orientation::Upright);
    match media_type {
        jpeg if *jpeg == MediaType::JPEG => jpeg::parse(input),
        png if *png == MediaType::PNG => png::parse(input),
        gif if *gif == MediaType::GIF => plain::gif(input).map(upright),
        webp if *webp == MediaType::WEBP => webp::parse(input),
        bmp if *bmp == MediaType::BMP => plain::bmp(input).map(upright),
        tiff if *tiff == MediaType::TIFF => tiff::parse(input),
        _ => heif::parse(input),
    }
}
