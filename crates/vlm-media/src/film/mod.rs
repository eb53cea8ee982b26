//! Films: size, length, frames, codec and sound, as far as the header tells.

mod avi;
mod matroska;
mod mp4;
mod sequence;
mod ts;

use vlm_core::MediaType;

use crate::found::Found;
use crate::input::{Fault, Input};

/// Reads the facts of a film of a type that the first bytes told.
pub(crate) fn parse(input: &mut Input<'_>, media_type: &MediaType) -> Result<Found, Fault> {
    match media_type {
        mp4 if mp4.same_format(&MediaType::MP4) => mp4::parse(input),
        webm if webm.same_format(&MediaType::WEBM) => matroska::parse(input),
        avi if *avi == MediaType::AVI => avi::parse(input),
        ts if *ts == MediaType::MPEG_TS => ts::parse(input),
        // Known by its first bytes only.
        _ => Ok(Found::default()),
    }
}

/// Whether there is sound: a track that was found is enough, that there is none takes a look at all of them.
fn sound(found: bool, all_seen: bool) -> Option<bool> {
    (found || all_seen).then_some(found)
}

/// The facts of an ISO file that begins as a picture does: a sequence of pictures is a film inside.
pub(crate) fn sequence_of_pictures(input: &mut Input<'_>) -> Result<Found, Fault> {
    mp4::parse(input)
}
