//! WebM and Matroska: `Info` and `Tracks`, which stand before the frames, and the last cluster where no length is told.

mod ebml;
mod last;

use std::time::Duration;

use self::ebml::{Element, Elements};
use crate::codec::Codec;
use crate::found::Found;
use crate::input::{Fault, Input, readable};
use crate::timing;

/// Ids, from the Matroska specification (RFC 9559).
const SEGMENT: u32 = 0x1853_8067;
const SEEK_HEAD: u32 = 0x114D_9B74;
const INFO: u32 = 0x1549_A966;
const TRACKS: u32 = 0x1654_AE6B;
const CLUSTER: u32 = 0x1F43_B675;
const CUES: u32 = 0x1C53_BB6B;

/// Elements side by side in a segment that are followed before both headers are found.
const MAX_ELEMENTS: usize = 4096;
/// The same, where each is a round trip.
const MAX_ELEMENTS_FAR: usize = 32;
/// Tracks that are looked at.
const MAX_TRACKS: usize = 64;
/// The usual length of a tick: a millisecond, in nanoseconds.
const MILLISECOND: u64 = 1_000_000;

pub(super) fn parse(input: &mut Input<'_>) -> Result<Found, Fault> {
    const HEADER: &str = "its header (the Segment with Info and Tracks)";
    let segment = Elements::new(0, input.len()).find(input, SEGMENT)?.ok_or(Fault::Cut(HEADER))?;
    let mut header = Header::default();
    readable(header.find(input, &segment))?;
    let Some(tracks) = header.tracks.filter(|tracks| tracks.whole) else {
        return Err(Fault::Cut(HEADER));
    };
    let mut film = Film { tick: MILLISECOND, ..Film::default() };
    if let Some(info) = header.info {
        readable(film.info(input, &info))?;
    }
    film.all_seen = readable(film.tracks(input, &tracks))?.is_some();
    film.found(input, &segment, &header)
}

/// Where the parts of a segment stand.
#[derive(Debug, Default)]
struct Header {
    info: Option<Element>,
    tracks: Option<Element>,
    first_cluster: Option<u64>,
    cues: Option<u64>,
    /// Places by `SeekHead`, of `Info` and `Tracks`, where they stand behind the frames.
    told_info: Option<u64>,
    told_tracks: Option<u64>,
}

impl Header {
    fn find(&mut self, input: &mut Input<'_>, segment: &Element) -> Result<(), Fault> {
        let most = if input.is_far() { MAX_ELEMENTS_FAR } else { MAX_ELEMENTS };
        let mut elements = segment.children();
        for _ in 0..most {
            let Some(found) = elements.next(input)? else { break };
            match found.id {
                SEEK_HEAD => _ = readable(self.seek_head(input, segment, &found))?,
                INFO => self.info = self.info.or(Some(found)),
                TRACKS => self.tracks = self.tracks.or(Some(found)),
                CUES => self.cues = self.cues.or(Some(found.start)),
                CLUSTER => {
                    self.first_cluster = self.first_cluster.or(Some(found.start));
                    if self.info.is_some() && self.tracks.is_some() {
                        break;
                    }
                    self.jump(input, segment)?;
                    if self.info.is_some() && self.tracks.is_some() {
                        break;
                    }
                    if !found.sized {
                        elements.enter(&found);
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Looks where `SeekHead` says that the missing parts are.
    fn jump(&mut self, input: &mut Input<'_>, segment: &Element) -> Result<(), Fault> {
        let mut at = |place: Option<u64>, id: u32| -> Result<Option<Element>, Fault> {
            let Some(place) = place else { return Ok(None) };
            let found = readable(Elements::new(place, segment.end).next(input))?.flatten();
            Ok(found.filter(|found| found.id == id))
        };
        if self.info.is_none() {
            self.info = at(self.told_info.take(), INFO)?;
        }
        if self.tracks.is_none() {
            self.tracks = at(self.told_tracks.take(), TRACKS)?;
        }
        Ok(())
    }

    fn seek_head(&mut self, input: &mut Input<'_>, segment: &Element, head: &Element) -> Result<(), Fault> {
        let mut seeks = head.children();
        while let Some(seek) = seeks.next(input)? {
            if seek.id != 0x4DBB {
                continue;
            }
            let id = seek.children().find(input, 0x53AB)?;
            let place = seek.children().find(input, 0x53AC)?;
            let (Some(id), Some(place)) = (id, place) else { continue };
            let place = segment.body.saturating_add(place.unsigned(input)?);
            match u32::try_from(id.unsigned(input)?) {
                Ok(INFO) => self.told_info = Some(place),
                Ok(TRACKS) => self.told_tracks = Some(place),
                Ok(CUES) => self.cues = Some(place),
                _ => {}
            }
        }
        Ok(())
    }
}

/// What the headers say.
#[derive(Debug, Default)]
struct Film {
    /// Nanoseconds per tick.
    tick: u64,
    length: Option<Duration>,
    video: Option<Video>,
    sound: bool,
    /// Every track said what it holds.
    all_seen: bool,
}

/// The first track with pictures.
#[derive(Debug, Default)]
struct Video {
    number: u64,
    size: (u64, u64),
    /// Nanoseconds per frame.
    frame: u64,
    codec: Option<Codec>,
}

impl Film {
    fn info(&mut self, input: &mut Input<'_>, info: &Element) -> Result<(), Fault> {
        let (mut elements, mut ticks) = (info.children(), 0.0);
        while let Some(found) = elements.next(input)? {
            match found.id {
                0x2A_D7B1 => self.tick = Some(found.unsigned(input)?).filter(|tick| *tick > 0).unwrap_or(MILLISECOND),
                0x4489 => ticks = found.float(input)?,
                _ => {}
            }
        }
        #[allow(clippy::cast_precision_loss, reason = "a tick is about a million nanoseconds")]
        let seconds = ticks * self.tick as f64 / 1e9;
        self.length = timing::seconds(seconds);
        Ok(())
    }

    fn tracks(&mut self, input: &mut Input<'_>, tracks: &Element) -> Result<(), Fault> {
        let mut elements = tracks.children();
        for _ in 0..MAX_TRACKS {
            let Some(found) = elements.next(input)? else { break };
            if found.id == 0xAE {
                self.track(input, &found)?;
            }
        }
        Ok(())
    }

    fn track(&mut self, input: &mut Input<'_>, entry: &Element) -> Result<(), Fault> {
        let (mut video, mut kind) = (Video::default(), 0);
        let mut elements = entry.children();
        let mut private = None;
        while let Some(found) = elements.next(input)? {
            match found.id {
                0x83 => kind = found.unsigned(input)?,
                0xD7 => video.number = found.unsigned(input)?,
                0x86 => video.codec = Some(Codec::from_matroska(text(found.bytes(input, 40)?))),
                0x23_E383 => video.frame = found.unsigned(input)?,
                0x63A2 => private = Some(found),
                0xE0 => video.size = size(input, &found)?,
                _ => {}
            }
        }
        match kind {
            1 if self.video.is_none() => {
                video.name_by_header(input, private)?;
                self.video = Some(video);
            }
            2 => self.sound = true,
            _ => {}
        }
        Ok(())
    }

    fn found(self, input: &mut Input<'_>, segment: &Element, header: &Header) -> Result<Found, Fault> {
        let video = self.video.unwrap_or_default();
        let side = |side: u64| u32::try_from(side).ok().filter(|side| *side > 0);
        #[allow(clippy::cast_precision_loss, reason = "far below 2^53")]
        let fps = if video.frame > 0 { timing::fps(1e9 / video.frame as f64) } else { None };
        let duration = match (self.length, header.first_cluster) {
            (None, Some(first)) => last::length(input, segment, header.cues, first, self.tick, &video)?,
            (told, _) => told,
        };
        Ok(Found {
            stored: side(video.size.0).zip(side(video.size.1)),
            codec: video.codec,
            duration,
            frames: duration.zip(fps).map(|(length, fps)| timing::frames(length, fps)),
            fps,
            sound: super::sound(self.sound, self.all_seen),
            ..Found::default()
        })
    }
}

impl Video {
    /// A codec of the old Windows interface: a bitmap header with four letters stands in the private data.
    fn name_by_header(&mut self, input: &mut Input<'_>, private: Option<Element>) -> Result<(), Fault> {
        let Some(private) = private else { return Ok(()) };
        if matches!(&self.codec, Some(Codec::Other(name)) if &**name == "V_MS/VFW/FOURCC") {
            self.codec = Some(Codec::from_fourcc(input.array(private.body.saturating_add(16))?));
        }
        Ok(())
    }
}

fn size(input: &mut Input<'_>, video: &Element) -> Result<(u64, u64), Fault> {
    let (mut elements, mut size) = (video.children(), (0, 0));
    while let Some(found) = elements.next(input)? {
        match found.id {
            0xB0 => size.0 = found.unsigned(input)?,
            0xBA => size.1 = found.unsigned(input)?,
            _ => {}
        }
    }
    Ok(size)
}

/// Text may be filled up with zeros.
fn text(bytes: &[u8]) -> &[u8] {
    bytes.split(|byte| *byte == 0).next().unwrap_or_default()
}
