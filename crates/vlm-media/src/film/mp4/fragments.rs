//! Fragmented films: from `moof` to `moof`, of which only headers are read, or by the indexes before and behind them.

use std::time::Duration;

use super::LEAP;
use super::track::Track;
use crate::boxes::{Box4, Boxes};
use crate::input::{Fault, Input, readable};
use crate::timing;

/// Top-level boxes that are followed: about two per fragment.
const MAX_BOXES: usize = 16_384;
/// The same, where each fragment is a round trip.
const MAX_BOXES_FAR: usize = 48;
/// Bytes that the walk leaves for the tail of the file and the last fragment.
const RESERVE: u64 = 384 << 10;
/// Entries of an index that are read.
const MAX_ENTRIES: u64 = 65_536;

/// What the fragments say of one track.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) length: Option<Duration>,
    /// Only when all fragments were seen.
    pub(super) frames: Option<u64>,
    /// The average of those that were seen.
    pub(super) fps: Option<f64>,
}

/// Follows the fragments behind `moov` as far as the budget goes.
pub(super) fn walk(input: &mut Input<'_>, track: &Track, default: u32, behind: u64) -> Result<Seen, Fault> {
    input.set_stride(LEAP);
    let mut walk = Walk::new(track, default);
    let all = readable(walk.follow(input, behind))?.unwrap_or(false);
    let scale = u64::from(track.clock.scale);
    let (frames, end) = (walk.frames, walk.end(input)?);
    // A piece of a live stream begins late.
    let start = walk.start.unwrap_or(0);
    let ticks = end.saturating_sub(start);
    let fps = timing::rate(frames, ticks, scale);
    if all {
        return Ok(Seen { length: timing::duration(ticks, scale), frames: Some(frames), fps });
    }
    let mut length = walk.indexed;
    if length.is_none() {
        let end = readable(tail(input, track, default))?.flatten().unwrap_or(0);
        length = timing::duration(end.saturating_sub(start), scale);
    }
    Ok(Seen { length, frames: None, fps })
}

/// A walk over fragments, and what it has seen.
#[derive(Debug)]
struct Walk<'t> {
    track: &'t Track,
    default: u32,
    frames: u64,
    /// When the first fragment begins.
    start: Option<u64>,
    /// When the last fragment that needed to be measured ends, in the track's clock.
    measured: u64,
    /// The last fragment, which begins then and is not measured yet.
    open: Option<(u64, Box4, u32)>,
    /// The length by an index of the whole file.
    indexed: Option<Duration>,
}

impl<'t> Walk<'t> {
    fn new(track: &'t Track, default: u32) -> Self {
        Self {
            track,
            default,
            frames: track.samples.unwrap_or(0),
            start: None,
            measured: track.clock.duration,
            open: None,
            indexed: None,
        }
    }

    /// True when the end of the file was reached.
    fn follow(&mut self, input: &mut Input<'_>, from: u64) -> Result<bool, Fault> {
        let most = if input.is_far() { MAX_BOXES_FAR } else { MAX_BOXES };
        let mut boxes = Boxes::of_file(input, from);
        for _ in 0..most {
            if input.left() < RESERVE {
                return Ok(false);
            }
            let Some(found) = boxes.next(input)? else { return Ok(true) };
            match &found.kind {
                b"moof" => self.fragment(input, found)?,
                b"sidx" => self.indexed = readable(index(input, found))?.flatten().or(self.indexed),
                _ => {}
            }
        }
        Ok(boxes.position() >= input.len())
    }

    fn fragment(&mut self, input: &mut Input<'_>, moof: Box4) -> Result<(), Fault> {
        let mut boxes = moof.children(0);
        while let Some(found) = boxes.next(input)? {
            if &found.kind == b"traf" {
                self.part(input, found)?;
            }
        }
        Ok(())
    }

    /// A `traf` box: the frames that one fragment has for one track.
    fn part(&mut self, input: &mut Input<'_>, traf: Box4) -> Result<(), Fault> {
        let Some(head) = traf.children(0).find(input, b"tfhd")? else { return Ok(()) };
        if head.u32(input, 4)? != self.track.id {
            return Ok(());
        }
        let (_, flags) = head.version(input)?;
        let skip = 8 + if flags & 1 == 0 { 0 } else { 8 } + if flags & 2 == 0 { 0 } else { 4 };
        let default = if flags & 8 == 0 { self.default } else { head.u32(input, skip)? };
        let begins = match traf.children(0).find(input, b"tfdt")? {
            Some(time) => {
                let (version, _) = time.version(input)?;
                time.number(input, 4, version == 1)?
            }
            None => self.end(input)?,
        };
        self.start.get_or_insert(if self.frames == 0 { begins } else { 0 });
        let mut boxes = traf.children(0);
        while let Some(found) = boxes.next(input)? {
            if &found.kind == b"trun" {
                self.frames = self.frames.saturating_add(Run::read(input, found)?.count);
            }
        }
        // Only the last one is measured frame by frame: the others end where the next one begins.
        self.open = Some((begins, traf, default));
        Ok(())
    }

    /// When the film ends, of which one of the last fragments stands there.
    fn last(mut self, input: &mut Input<'_>, moof: u64) -> Result<u64, Fault> {
        let mut boxes = Boxes::of_file(input, moof);
        for _ in 0..MAX_BOXES_FAR {
            match readable(boxes.next(input))?.flatten() {
                Some(found) if &found.kind == b"moof" => _ = readable(self.fragment(input, found))?,
                Some(_) => {}
                None => break,
            }
        }
        self.end(input)
    }

    /// When the last fragment ends.
    fn end(&mut self, input: &mut Input<'_>) -> Result<u64, Fault> {
        if let Some((begins, traf, default)) = self.open.take() {
            let length = readable(measure(input, traf, default))?.unwrap_or(0);
            self.measured = self.measured.max(begins.saturating_add(length));
        }
        Ok(self.measured)
    }
}

/// The length of a `traf` box's frames.
fn measure(input: &mut Input<'_>, traf: Box4, default: u32) -> Result<u64, Fault> {
    let (mut boxes, mut length) = (traf.children(0), 0_u64);
    while let Some(found) = boxes.next(input)? {
        if &found.kind != b"trun" {
            continue;
        }
        let run = Run::read(input, found)?;
        length = length.saturating_add(if run.has_durations {
            let mut sum = 0_u64;
            for number in 0..run.count {
                sum = sum.saturating_add(found.u32(input, run.skip + number * run.entry)?.into());
            }
            sum
        } else {
            run.count.saturating_mul(default.into())
        });
    }
    Ok(length)
}

/// The head of a `trun` box.
#[derive(Debug)]
struct Run {
    count: u64,
    /// Where its entries begin, and how long each is.
    skip: u64,
    entry: u64,
    has_durations: bool,
}

impl Run {
    fn read(input: &mut Input<'_>, trun: Box4) -> Result<Self, Fault> {
        let (_, flags) = trun.version(input)?;
        let count = u64::from(trun.u32(input, 4)?);
        let skip = 8 + if flags & 1 == 0 { 0 } else { 4 } + if flags & 4 == 0 { 0 } else { 4 };
        let entry = u64::from((flags & 0xF00).count_ones()) * 4;
        // Without entries nothing but the file's length bounds the count.
        if skip + count * entry > trun.length() || count > input.len() {
            return Err(Fault::Damaged("a count of frames does not fit its table"));
        }
        Ok(Self { count, skip, entry, has_durations: flags & 0x100 != 0 })
    }
}

/// The length by a `sidx` box, if that covers the file and not one fragment of it.
fn index(input: &mut Input<'_>, sidx: Box4) -> Result<Option<Duration>, Fault> {
    let (version, _) = sidx.version(input)?;
    let long = version != 0;
    let scale = sidx.u32(input, 8)?;
    let offset_at = if long { 20 } else { 16 };
    let offset = sidx.number(input, offset_at, long)?;
    let counted = if long { 30 } else { 22 };
    let (mut length, mut bytes) = (0_u64, 0_u64);
    for number in 0..u64::from(sidx.u16(input, counted)?).min(MAX_ENTRIES) {
        let entry = counted + 2 + 12 * number;
        bytes = bytes.saturating_add((sidx.u32(input, entry)? & 0x7FFF_FFFF).into());
        length = length.saturating_add(sidx.u32(input, entry + 4)?.into());
    }
    let covered = sidx.end.saturating_add(offset).saturating_add(bytes);
    let whole = covered >= input.len() - input.len() / 50;
    Ok(if whole { timing::duration(length, scale.into()) } else { None })
}

/// The end by the index behind the last fragment (`mfra`): it says where the last fragments stand.
fn tail(input: &mut Input<'_>, track: &Track, default: u32) -> Result<Option<u64>, Fault> {
    let len = input.len();
    let [kind @ .., _, _, _, _, a, b, c, d] = input.array::<12>(len.saturating_sub(12))?;
    let size = u64::from(u32::from_be_bytes([a, b, c, d]));
    if &kind != b"mfro" || size > len {
        return Ok(None);
    }
    let Some(index) = Boxes::of_file(input, len - size).next(input)?.filter(|found| &found.kind == b"mfra") else {
        return Ok(None);
    };
    let mut boxes = index.children(0);
    while let Some(found) = boxes.next(input)? {
        if &found.kind != b"tfra" || found.u32(input, 4)? != track.id {
            continue;
        }
        let (version, _) = found.version(input)?;
        let (lengths, count) = (found.u32(input, 8)?, u64::from(found.u32(input, 12)?));
        let time = if version == 1 { 8 } else { 4 };
        let numbers: u64 = [lengths >> 4, lengths >> 2, lengths].iter().map(|bits| u64::from(bits & 3) + 1).sum();
        let Some(last) = count.checked_sub(1) else { return Ok(None) };
        let entry = 16 + last * (2 * time + numbers);
        let begins = found.number(input, entry, version == 1)?;
        let moof = found.number(input, entry + time, version == 1)?;
        let mut walk = Walk::new(track, default);
        walk.measured = begins;
        return walk.last(input, moof).map(Some);
    }
    Ok(None)
}
