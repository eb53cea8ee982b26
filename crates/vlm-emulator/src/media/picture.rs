//! A picture: its format from the first bytes, its size from the header, its colours from the pixels.

use super::source::Source;
use super::{Media, colours};

/// Largest picture file that is opened.
const MAX_BYTES: u64 = 256 * 1024 * 1024;

pub(super) fn read(source: &mut Source<'_>) -> Result<Media, String> {
    let mut head = [0; 32];
    let read = source.read_at(0, &mut head);
    let format =
        format(&head[..read]).ok_or("is no picture that can be read (PNG, JPEG, GIF, WebP, BMP, HEIC, AVIF)")?;
    let bytes = source.read_all(MAX_BYTES)?;
    let (width, height) =
        size(format, &bytes).ok_or_else(|| format!("is {format} by its first bytes, but its size cannot be read"))?;
    if width == 0 || height == 0 {
        return Err(format!("is {format} of {width}x{height} px, which is no picture"));
    }
    Ok(Media::Picture {
        format,
        width,
        height,
        bytes: source.length(),
        colours: colours::dominant(&bytes, width, height),
    })
}

fn format(head: &[u8]) -> Option<&'static str> {
    let at = |from: usize, magic: &[u8]| head.get(from..from + magic.len()) == Some(magic);
    if at(0, b"\x89PNG\r\n\x1a\n") {
        Some("PNG")
    } else if at(0, b"\xff\xd8\xff") {
        Some("JPEG")
    } else if at(0, b"GIF87a") || at(0, b"GIF89a") {
        Some("GIF")
    } else if at(0, b"RIFF") && at(8, b"WEBP") {
        Some("WebP")
    } else if at(0, b"BM") {
        Some("BMP")
    } else if at(4, b"ftyp") {
        match head.get(8..12)? {
            b"avif" | b"avis" => Some("AVIF"),
            b"heic" | b"heix" | b"heim" | b"heis" | b"mif1" | b"msf1" => Some("HEIC"),
            _ => None,
        }
    } else {
        None
    }
}

fn size(format: &str, bytes: &[u8]) -> Option<(u32, u32)> {
    if format == "BMP" {
        return image::ImageReader::with_format(std::io::Cursor::new(bytes), image::ImageFormat::Bmp)
            .into_dimensions()
            .ok();
    }
    let size = imagesize::blob_size(bytes).ok()?;
    Some((u32::try_from(size.width).ok()?, u32::try_from(size.height).ok()?))
}
