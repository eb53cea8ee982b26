//! Films: size, length, frames, codec and sound, as far as the header tells.

mod avi;
mod matroska;
mod mp4;
mod sequence;
mod ts;

use vlm_core::MediaType;

use crate::input::{Fault, Input};
use crate::probe::Found;

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
