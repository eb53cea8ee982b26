//! A film: its container from the first bytes; size, duration and frames where the container is MP4 or QuickTime.

use super::source::Source;
use super::{Media, mp4};
use crate::tokens::FilmFacts;

pub(super) fn read(source: &mut Source<'_>) -> Result<Media, String> {
    let mut head = [0; 32];
    let read = source.read_at(0, &mut head);
    let container = container(&head[..read])
        .ok_or("is no film that can be read (MP4, MOV, 3GP, WebM, MKV, AVI, FLV, WMV, MPEG)")?;
    let bytes = source.length();
    let facts = if matches!(container, "MP4" | "MOV" | "3GP") { mp4::walk(source) } else { FilmFacts::default() };
    Ok(Media::Film { container, facts, bytes })
}

fn container(head: &[u8]) -> Option<&'static str> {
    let at = |from: usize, magic: &[u8]| head.get(from..from + magic.len()) == Some(magic);
    if at(4, b"ftyp") {
        return match head.get(8..12)? {
            b"qt  " => Some("MOV"),
            b"avif" | b"avis" | b"heic" | b"heix" | b"heim" | b"heis" | b"mif1" | b"msf1" => None,
            brand if brand.starts_with(b"3g") => Some("3GP"),
            _ => Some("MP4"),
        };
    }
    if at(4, b"moov") || at(4, b"wide") || at(4, b"mdat") {
        return Some("MOV");
    }
    if at(0, b"\x1a\x45\xdf\xa3") {
        let webm = head.windows(4).any(|part| part == b"webm");
        return Some(if webm { "WebM" } else { "MKV" });
    }
    if at(0, b"RIFF") && at(8, b"AVI ") {
        Some("AVI")
    } else if at(0, b"FLV\x01") {
        Some("FLV")
    } else if at(0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11") {
        Some("WMV")
    } else if at(0, b"\x00\x00\x01\xba") || at(0, b"\x00\x00\x01\xb3") {
        Some("MPEG")
    } else {
        None
    }
}
