//! What the first bytes of a picture or film say it is.
//!
//! A table of magic numbers, no parsing: sizes and durations are not read here.

use super::media_type::MediaType;

/// Magic numbers at fixed offsets, most specific first.
const MAGIC: &[(usize, &[u8], MediaType)] = &[
    (0, b"\xFF\xD8\xFF", MediaType::JPEG),
    (0, b"\x89PNG\r\n\x1A\n", MediaType::PNG),
    (0, b"GIF87a", MediaType::GIF),
    (0, b"GIF89a", MediaType::GIF),
    (0, b"II*\0", MediaType::TIFF),
    (0, b"MM\0*", MediaType::TIFF),
    (0, b"FLV\x01", MediaType::FLV),
    (0, b"\x30\x26\xB2\x75\x8E\x66\xCF\x11\xA6\xD9\x00\xAA\x00\x62\xCE\x6C", MediaType::WMV),
    (0, b"\x00\x00\x01\xBA", MediaType::MPEG),
    (0, b"\x00\x00\x01\xB3", MediaType::MPEG),
];

/// Boxes that open a QuickTime file older than `ftyp`.
const QUICKTIME_BOXES: &[&[u8]] = &[b"moov", b"mdat", b"wide", b"pnot"];

/// Two sync bytes of a transport stream lie one packet apart.
const TS_PACKET: usize = 188;

pub(super) fn sniff(head: &[u8]) -> Option<MediaType> {
    MAGIC
        .iter()
        .find(|(offset, magic, _)| head.get(*offset..).is_some_and(|rest| rest.starts_with(magic)))
        .map(|(_, _, media_type)| media_type.clone())
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
    let name = head.get(4..8)?;
    if name != b"ftyp" {
        return QUICKTIME_BOXES.contains(&name).then_some(MediaType::QUICKTIME);
    }
    Some(match head.get(8..12)? {
        b"avif" | b"avis" => MediaType::AVIF,
        b"heic" | b"heix" | b"hevc" | b"hevx" | b"heim" | b"heis" => MediaType::HEIC,
        b"mif1" | b"msf1" => MediaType::HEIF,
        b"qt  " => MediaType::QUICKTIME,
        [b'3', b'g', b'p', _] | [b'3', b'g', b'2', _] => MediaType::THREE_GP,
        _ => MediaType::MP4,
    })
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
