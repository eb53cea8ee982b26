//! What the first bytes of a picture or film say it is.
//!
//! A table of magic numbers, no parsing: sizes and durations are not read here.

use super::media_type::MediaType;

/// Magic numbers that a file begins with.
const MAGIC: &[(&[u8], MediaType)] = &[
    (b"\xFF\xD8\xFF", MediaType::JPEG),
    (b"\x89PNG\r\n\x1A\n", MediaType::PNG),
    (b"GIF87a", MediaType::GIF),
    (b"GIF89a", MediaType::GIF),
    (b"II*\0", MediaType::TIFF),
    (b"MM\0*", MediaType::TIFF),
    (b"II+\0", MediaType::TIFF),
    (b"MM\0+", MediaType::TIFF),
    (b"FLV\x01", MediaType::FLV),
    (b"\x30\x26\xB2\x75\x8E\x66\xCF\x11\xA6\xD9\x00\xAA\x00\x62\xCE\x6C", MediaType::WMV),
    (b"\x00\x00\x01\xBA", MediaType::MPEG),
    (b"\x00\x00\x01\xB3", MediaType::MPEG),
];

/// Two sync bytes of a transport stream lie one packet apart.
const TS_PACKET: usize = 188;

impl MediaType {
    /// What the first bytes of a file say it is. 64 bytes are enough for all but an MPEG transport stream, 512 for all.
    pub fn sniff(head: &[u8]) -> Option<Self> {
        sniff(head)
    }
}

fn sniff(head: &[u8]) -> Option<MediaType> {
    MAGIC
        .iter()
        .find(|(magic, _)| head.starts_with(magic))
        .map(|(_, media_type)| media_type.clone())
        .or_else(|| riff(head))
        .or_else(|| bitmap(head))
        .or_else(|| iso_media(head))
        .or_else(|| matroska(head))
        .or_else(|| transport_stream(head))
}

fn riff(head: &[u8]) -> Option<MediaType> {
    match (head.get(..4)?, head.get(8..12)?) {
        (b"RIFF", b"WEBP") => Some(MediaType::WEBP),
        (b"RIFF", b"AVI ") => Some(MediaType::AVI),
        _ => None,
    }
}

/// `BM` alone would match any text that begins so: the reserved zeros must stand there too.
fn bitmap(head: &[u8]) -> Option<MediaType> {
    (head.starts_with(b"BM") && head.get(6..10)? == [0; 4]).then_some(MediaType::BMP)
}

fn iso_media(head: &[u8]) -> Option<MediaType> {
    let (size, rest) = head.split_first_chunk::<4>()?;
    if rest.get(..4)? != b"ftyp" {
        return old_quicktime(*size, &rest[..4]).then_some(MediaType::QUICKTIME);
    }
    // Only a text that happens to hold `ftyp` there has a size of so many bytes.
    if size[..2] != [0, 0] {
        return None;
    }
    let end = (u32::from_be_bytes(*size) as usize).min(head.len());
    let names =
        |wanted: [&[u8]; 2]| head.get(16..end).unwrap_or_default().chunks_exact(4).any(|brand| wanted.contains(&brand));
    match rest.get(4..8)? {
        b"avif" | b"avis" => Some(MediaType::AVIF),
        b"heic" | b"heix" | b"hevc" | b"hevx" | b"heim" | b"heis" => Some(MediaType::HEIC),
        // A file of any still pictures; the brands behind say which.
        b"mif1" | b"msf1" if names([b"avif", b"avis"]) => Some(MediaType::AVIF),
        b"mif1" | b"msf1" if names([b"heic", b"heix"]) => Some(MediaType::HEIC),
        b"mif1" | b"msf1" => Some(MediaType::HEIF),
        b"qt  " => Some(MediaType::QUICKTIME),
        [b'3', b'g', b'p' | b'2', _] => Some(MediaType::THREE_GP),
        // Sound without pictures, and a camera's raw picture.
        b"M4A " | b"M4B " | b"M4P " | b"F4A " | b"crx " => None,
        _ => Some(MediaType::MP4),
    }
}

/// Boxes that open a QuickTime file older than `ftyp`. Their sizes tell them from text such as `The wide river`.
fn old_quicktime(size: [u8; 4], name: &[u8]) -> bool {
    match name {
        b"wide" => size == [0, 0, 0, 8],
        b"pnot" => size == [0, 0, 0, 20],
        b"moov" | b"free" | b"skip" => size[0] < b'\t',
        b"mdat" => !size.iter().all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace()),
        _ => false,
    }
}

/// WebM is Matroska whose document type says so, a few bytes behind the EBML mark.
fn matroska(head: &[u8]) -> Option<MediaType> {
    if !head.starts_with(b"\x1A\x45\xDF\xA3") {
        return None;
    }
    let webm = head[..head.len().min(64)].windows(4).any(|window| window == b"webm");
    Some(if webm { MediaType::WEBM } else { MediaType::MATROSKA })
}

fn transport_stream(head: &[u8]) -> Option<MediaType> {
    let sync = |offset: usize| head.get(offset) == Some(&0x47);
    (sync(0) && sync(TS_PACKET) && sync(2 * TS_PACKET)).then_some(MediaType::MPEG_TS)
}
