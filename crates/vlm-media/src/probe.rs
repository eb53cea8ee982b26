//! From any source to its facts: the type from the first bytes, then the parser for that type.

use std::io::{Read, Seek};

use vlm_core::{MediaFacts, MediaKind, MediaType};

use crate::codec::Codec;
use crate::error::ProbeError;
use crate::found::Found;
use crate::input::{Fault, Input, Reader, Source};
use crate::orientation::Orientation;
use crate::{film, picture};

/// Bytes that are read of a picture at most, whatever it claims.
pub const MAX_PICTURE_READ: u64 = 256 << 10;
/// Bytes that are read of a film at most, however long it is.
pub const MAX_FILM_READ: u64 = 2_000_000;

/// What `MediaType::sniff` may want to see.
const HEAD: usize = 512;

/// What the header of a picture or film says. What it does not say stays `None`, never 0.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Probe {
    /// The type, by the first bytes.
    pub media_type: MediaType,
    /// Size as shown, length in bytes, duration, frames, frames per second, sound.
    pub facts: MediaFacts,
    /// How a film's frames are coded; `None` for a picture.
    pub codec: Option<Codec>,
    /// How the stored pixels are turned before they are shown.
    pub orientation: Orientation,
    /// Width and height in pixels as stored: before the rotation.
    pub stored: Option<(u32, u32)>,
    /// Bytes that were read to find this out: at most [`MAX_PICTURE_READ`] or [`MAX_FILM_READ`].
    pub read: u64,
}

impl Probe {
    /// Picture or film.
    pub fn kind(&self) -> Option<MediaKind> {
        self.media_type.kind()
    }
}

impl Found {
    fn into_probe(self, media_type: MediaType, input: &Input<'_>) -> Probe {
        let shown = self.stored.map(|stored| self.orientation.shown(stored));
        let mut facts = MediaFacts::new().with_bytes(input.len());
        facts.width = shown.map(|(width, _)| width);
        facts.height = shown.map(|(_, height)| height);
        facts.duration = self.duration;
        facts.frames = self.frames.filter(|&frames| frames > 0);
        facts.fps = self.fps;
        facts.sound = self.sound;
        Probe {
            media_type,
            facts,
            codec: self.codec,
            orientation: self.orientation,
            stored: self.stored,
            read: input.read_so_far(),
        }
    }
}

/// Reads the facts of a picture or film from any reader, from its first byte on, wherever it stands.
///
/// Only headers are read, by seeking: at most [`MAX_PICTURE_READ`] bytes of a picture and [`MAX_FILM_READ`] of a film.
///
/// # Errors
/// Empty content, content of no known type, a picture without a size, a film whose header is cut off, and what the
/// reader fails with.
pub fn probe(reader: impl Read + Seek) -> Result<Probe, ProbeError> {
    let (mut reader, len) = Reader::new(reader).map_err(ProbeError::Read)?;
    probe_source(&mut reader, len)
}

/// Reads the facts of a picture or film that is in memory.
///
/// # Errors
/// As [`probe`], without those of a reader.
pub fn probe_bytes(mut content: &[u8]) -> Result<Probe, ProbeError> {
    let len = content.len() as u64;
    probe_source(&mut content, len)
}

pub(crate) fn probe_source(source: &mut dyn Source, len: u64) -> Result<Probe, ProbeError> {
    look(source, len).map_err(Stop::into_error)
}

/// Where the look at a source ended without a result.
#[derive(Debug)]
pub(crate) enum Stop {
    Empty,
    Unknown,
    /// Before the type was known, or in content of a type.
    Fault(Fault, Option<MediaType>),
}

impl Stop {
    pub(crate) fn into_error(self) -> ProbeError {
        match self {
            Self::Empty => ProbeError::Empty,
            Self::Fault(Fault::Read(error), _) => ProbeError::Read(error),
            Self::Unknown | Self::Fault(_, None) => ProbeError::Unknown,
            Self::Fault(fault, Some(media_type)) => {
                let limit = if is_film(&media_type) { MAX_FILM_READ } else { MAX_PICTURE_READ };
                ProbeError::from_fault(fault, media_type, limit)
            }
        }
    }
}

pub(crate) fn look(source: &mut dyn Source, len: u64) -> Result<Probe, Stop> {
    let mut input = Input::new(source, len, MAX_PICTURE_READ);
    let head = input.up_to(0, HEAD).map_err(|fault| Stop::Fault(fault, None))?;
    if head.is_empty() {
        return Err(Stop::Empty);
    }
    let media_type = MediaType::sniff(head).ok_or(Stop::Unknown)?;
    let found = if is_film(&media_type) {
        input.set_budget(MAX_FILM_READ);
        film::parse(&mut input, &media_type)
    } else {
        picture::parse(&mut input, &media_type)
    };
    match found {
        Ok(found) => Ok(found.into_probe(media_type, &input)),
        Err(fault) => Err(Stop::Fault(fault, Some(media_type))),
    }
}

fn is_film(media_type: &MediaType) -> bool {
    media_type.kind() == Some(MediaKind::Video)
}
