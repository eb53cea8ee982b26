//! Pictures of chosen sizes: black PNG files, which compress to almost nothing and fast.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder as _};

/// Writes a picture of this size into a folder.
pub(crate) fn write(folder: &Path, (width, height): (u32, u32)) -> PathBuf {
    let path = folder.join(format!("{width}x{height}.png"));
    let pixels = vec![0; width as usize * height as usize * 3];
    let file = BufWriter::new(File::create(&path).unwrap());
    let encoder = PngEncoder::new_with_quality(file, CompressionType::Fast, FilterType::NoFilter);
    encoder.write_image(&pixels, width, height, ExtendedColorType::Rgb8).unwrap();
    path
}
