//! A bounded walk over the boxes of an MP4 or QuickTime file: movie and track headers only, never sample tables.
//!
//! Every size is checked against what is left of the box around it, every step goes forward, and boxes and depth are
//! counted: a hostile file costs a few thousand small reads.

use super::source::Source;
use crate::tokens::FilmFacts;

/// Boxes that are looked at in one file.
const MAX_BOXES: usize = 4096;
/// Boxes within boxes.
const MAX_DEPTH: usize = 8;
/// Longest film that is believed, in seconds.
const MAX_SECONDS: f64 = 1e7;

/// Size, duration and frames, as far as the headers tell.
pub(super) fn walk(source: &mut Source<'_>) -> FilmFacts {
    let end = source.length();
    let mut walk = Walk { source, left: MAX_BOXES, movie: Clock::default(), fragments: None, tracks: Vec::new() };
    walk.boxes(0, end, 0);
    walk.facts()
}

/// A duration in units of a scale.
#[derive(Debug, Clone, Copy, Default)]
struct Clock {
    scale: u32,
    duration: u64,
}

impl Clock {
    fn seconds(self) -> Option<f64> {
        #[allow(clippy::cast_precision_loss)]
        let seconds = self.duration as f64 / f64::from(self.scale);
        (self.scale > 0 && seconds > 0.0 && seconds < MAX_SECONDS).then_some(seconds)
    }
}

#[derive(Debug, Default)]
struct Track {
    size: Option<(u32, u32)>,
    clock: Clock,
    handler: [u8; 4],
    samples: u64,
}

struct Walk<'s, 'a> {
    source: &'s mut Source<'a>,
    left: usize,
    movie: Clock,
    /// `mehd`: the duration of a fragmented film, in the movie's scale.
    fragments: Option<u64>,
    tracks: Vec<Track>,
}

impl Walk<'_, '_> {
    fn boxes(&mut self, mut at: u64, end: u64, depth: usize) {
        while self.left > 0 && at < end {
            self.left -= 1;
            let Some((kind, body, next)) = self.header(at, end) else {
                return;
            };
            self.visit(kind, body, next, depth);
            at = next;
        }
    }

    /// Kind, start of the content and end of the box at `at`.
    fn header(&mut self, at: u64, end: u64) -> Option<([u8; 4], u64, u64)> {
        let head: [u8; 8] = self.bytes(at, end)?;
        let kind = [head[4], head[5], head[6], head[7]];
        let (header, size) = match u32::from_be_bytes([head[0], head[1], head[2], head[3]]) {
            0 => (8, end - at),
            1 => (16, u64::from_be_bytes(self.bytes(at + 8, end)?)),
            size => (8, u64::from(size)),
        };
        if size < header || size > end - at {
            return None;
        }
        Some((kind, at + header, at + size))
    }

    fn visit(&mut self, kind: [u8; 4], body: u64, end: u64, depth: usize) {
        if depth >= MAX_DEPTH {
            return;
        }
        match &kind {
            b"trak" => {
                self.tracks.push(Track::default());
                self.boxes(body, end, depth + 1);
            }
            b"moov" | b"mdia" | b"minf" | b"stbl" | b"mvex" => self.boxes(body, end, depth + 1),
            b"mvhd" => self.movie = self.clock(body, end).unwrap_or_default(),
            b"mehd" => self.fragments = self.fragment_duration(body, end),
            b"mdhd" => {
                let clock = self.clock(body, end).unwrap_or_default();
                self.track(|track| track.clock = clock);
            }
            b"tkhd" => {
                let size = self.track_size(body, end);
                self.track(|track| track.size = size);
            }
            b"hdlr" => {
                // Version, flags and a reserved word come first.
                let handler = self.bytes(body + 8, end).unwrap_or_default();
                // A track has a second handler, of its data, in QuickTime.
                self.track(|track| {
                    if track.handler == [0; 4] {
                        track.handler = handler;
                    }
                });
            }
            b"stsz" | b"stz2" => {
                let samples = self.bytes(body + 8, end).map_or(0, |count| u64::from(u32::from_be_bytes(count)));
                self.track(|track| track.samples = samples);
            }
            _ => {}
        }
    }

    fn track(&mut self, change: impl FnOnce(&mut Track)) {
        if let Some(track) = self.tracks.last_mut() {
            change(track);
        }
    }

    /// Scale and duration of `mvhd` and `mdhd`, which begin alike.
    fn clock(&mut self, body: u64, end: u64) -> Option<Clock> {
        let [version] = self.bytes(body, end)?;
        if version == 1 {
            let scale = u32::from_be_bytes(self.bytes(body + 20, end)?);
            let duration = u64::from_be_bytes(self.bytes(body + 24, end)?);
            return Some(Clock { scale, duration: known(duration, u64::MAX) });
        }
        let scale = u32::from_be_bytes(self.bytes(body + 12, end)?);
        let duration = u32::from_be_bytes(self.bytes(body + 16, end)?);
        Some(Clock { scale, duration: known(u64::from(duration), u64::from(u32::MAX)) })
    }

    fn fragment_duration(&mut self, body: u64, end: u64) -> Option<u64> {
        let [version] = self.bytes(body, end)?;
        if version == 1 {
            return self.bytes(body + 4, end).map(u64::from_be_bytes);
        }
        self.bytes(body + 4, end).map(|short| u64::from(u32::from_be_bytes(short)))
    }

    /// Width and height, which are 16.16 fixed point at the end of the header.
    fn track_size(&mut self, body: u64, end: u64) -> Option<(u32, u32)> {
        let [version] = self.bytes(body, end)?;
        let at = body + if version == 1 { 88 } else { 76 };
        let width = u32::from_be_bytes(self.bytes(at, end)?) >> 16;
        let height = u32::from_be_bytes(self.bytes(at + 4, end)?) >> 16;
        (width > 0 && height > 0).then_some((width, height))
    }

    /// Exactly `N` bytes, all of them before `end`.
    fn bytes<const N: usize>(&mut self, at: u64, end: u64) -> Option<[u8; N]> {
        let mut bytes = [0; N];
        (at.checked_add(N as u64)? <= end && self.source.read_at(at, &mut bytes) == N).then_some(bytes)
    }

    fn facts(&self) -> FilmFacts {
        let film = self.tracks.iter().find(|track| &track.handler == b"vide");
        let fragmented = self.fragments.and_then(|duration| Clock { duration, ..self.movie }.seconds());
        let own = film.and_then(|film| film.clock.seconds());
        let frames = film.map(|film| film.samples).filter(|samples| *samples > 0);
        #[allow(clippy::cast_precision_loss)]
        let fps = frames.zip(own).map(|(frames, seconds)| frames as f64 / seconds);
        FilmFacts {
            size: film.and_then(|film| film.size),
            seconds: own.or_else(|| self.movie.seconds()).or(fragmented),
            frames: fps.and(frames),
            fps: fps.map(tidy_rate),
            sound: film.map(|_| self.tracks.iter().any(|track| &track.handler == b"soun")),
        }
    }
}

/// All ones stand for an unknown duration.
fn known(duration: u64, unknown: u64) -> u64 {
    if duration == unknown { 0 } else { duration }
}

/// A rate a hair beside a whole number is that number: durations are rounded to the scale.
fn tidy_rate(fps: f64) -> f64 {
    let whole = fps.round();
    if (fps - whole).abs() < 0.001 { whole } else { fps }
}

#[cfg(test)]
mod tests;
