//! MP4, QuickTime and 3GPP: the `moov` box wherever it stands, never the frames.

mod fragments;
mod track;

use self::track::{Clock, Track};
use crate::boxes::{Box4, Boxes};
use crate::found::Found;
use crate::input::{Fault, Input, readable};
use crate::timing;

/// Tracks that are looked at; a camera writes up to about ten.
const MAX_TRACKS: usize = 64;
/// Boxes side by side on the way to `moov`.
const MAX_BOXES: usize = 4096;
/// Leaps from one short header to the next read no more than this.
const LEAP: usize = 512;

pub(super) fn parse(input: &mut Input<'_>) -> Result<Found, Fault> {
    let moov = find_moov(input)?;
    if moov.end > input.len() {
        return Err(Fault::Cut("the end of its header (the moov box)"));
    }
    let mut movie = Movie { all_seen: true, ..Movie::default() };
    // Whatever could be read of a damaged header counts.
    movie.all_seen = readable(movie.read(input, moov))?.is_some() && movie.all_seen;
    movie.found(input, moov.end)
}

fn find_moov(input: &mut Input<'_>) -> Result<Box4, Fault> {
    const MISSING: Fault = Fault::Cut("its header (the moov box)");
    let mut boxes = Boxes::of_file(input, 0);
    for _ in 0..MAX_BOXES {
        match boxes.next(input)? {
            Some(found) if &found.kind == b"moov" => return Ok(found),
            Some(_) => {}
            None => return Err(MISSING),
        }
    }
    Err(Fault::Spent)
}

/// What `moov` says.
#[derive(Debug, Default)]
struct Movie {
    clock: Clock,
    /// `mvex`: the frames stand in fragments.
    fragmented: bool,
    /// `mehd`: the length with all fragments, in the movie's clock.
    whole: u64,
    /// The first track with pictures.
    film: Option<Track>,
    sound: bool,
    /// No track was damaged so that it does not say what it holds.
    all_seen: bool,
    /// `trex`: track and default frame duration, for as many tracks as are looked at.
    defaults: Vec<(u32, u32)>,
}

impl Movie {
    fn read(&mut self, input: &mut Input<'_>, moov: Box4) -> Result<(), Fault> {
        let (mut boxes, mut tracks) = (moov.children(0), 0);
        while let Some(found) = boxes.next(input)? {
            match &found.kind {
                b"mvhd" => self.clock = readable(Clock::read(input, found))?.unwrap_or_default(),
                b"trak" if tracks < MAX_TRACKS => {
                    tracks += 1;
                    self.take(Track::read(input, found)?);
                }
                b"mvex" => {
                    self.fragmented = true;
                    readable(self.extends(input, found))?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn take(&mut self, track: Track) {
        match &track.handler {
            b"soun" => self.sound = true,
            [0, 0, 0, 0] => self.all_seen = false,
            b"vide" if self.film.as_ref().is_none_or(|film| film.stored.is_none()) => self.film = Some(track),
            _ => {}
        }
    }

    fn extends(&mut self, input: &mut Input<'_>, mvex: Box4) -> Result<(), Fault> {
        let mut boxes = mvex.children(0);
        while let Some(found) = boxes.next(input)? {
            match &found.kind {
                b"mehd" => {
                    let (version, _) = found.version(input)?;
                    self.whole = found.number(input, 4, version == 1)?;
                }
                b"trex" if self.defaults.len() < MAX_TRACKS => {
                    self.defaults.push((found.u32(input, 4)?, found.u32(input, 12)?));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn found(self, input: &mut Input<'_>, behind: u64) -> Result<Found, Fault> {
        let mut found = Found { sound: super::sound(self.sound, self.all_seen), ..Found::default() };
        let movie = timing::duration(self.clock.duration, self.clock.scale.into());
        let Some(track) = &self.film else {
            found.duration = movie;
            return Ok(found);
        };
        found.stored = track.stored;
        found.orientation = track.orientation;
        found.codec = track.codec.clone();
        let scale = track.clock.scale.into();
        found.duration = timing::duration(track.clock.duration, scale).or(movie);
        found.frames = track.samples;
        found.fps = track.samples.and_then(|count| timing::rate(count, track.clock.duration, scale));
        if self.fragmented {
            let default = self.defaults.iter().find(|(id, _)| *id == track.id).map_or(0, |(_, duration)| *duration);
            let seen = fragments::walk(input, track, default, behind)?;
            let whole = timing::duration(self.whole, self.clock.scale.into());
            found.duration = seen.length.or(whole).or(found.duration);
            found.frames = seen.frames;
            found.fps = seen.fps;
        }
        Ok(found)
    }
}
