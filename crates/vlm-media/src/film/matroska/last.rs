//! The length of a film whose header tells none, as browsers record it: the end of the last frame.
//!
//! The last cluster is found by the cues, else by its mark in the tail of the file.

use std::time::Duration;

use super::ebml::{self, Element, Elements};
use super::{CLUSTER, CUES, SEGMENT, Video};
use crate::input::{Fault, Input, readable};
use crate::timing;

/// Bytes at the end that are searched for the mark of a cluster.
const TAIL: u64 = 1 << 20;
/// How much of them at a time.
const PIECE: u64 = 60 << 10;
/// Blocks, and elements between them, that are looked at.
const MAX_BLOCKS: usize = 65_536;
/// Clusters that are tried in the tail: the mark may stand by chance in a frame.
const MAX_TRIES: usize = 16;
/// Points of the cues that are read.
const MAX_CUES: usize = 65_536;
/// From one block's header to the next.
const LEAP: usize = 256;

/// The length from the first frame's time 0 to the end of the last one.
pub(super) fn length(
    input: &mut Input<'_>,
    segment: &Element,
    cues: Option<u64>,
    first: u64,
    tick: u64,
    video: &Video,
) -> Result<Option<Duration>, Fault> {
    input.set_stride(LEAP);
    let mut last = None;
    if let Some(cues) = cues {
        last = readable(by_cues(input, segment, cues, video))?.flatten();
    }
    if last.is_none() {
        last = readable(by_mark(input, segment, first, video))?.flatten();
    }
    let nanos = last.map(|ticks| u128::from(ticks) * u128::from(tick) + u128::from(video.frame));
    Ok(nanos.and_then(timing::nanoseconds))
}

/// The last frame, from the last cluster that the cues name on.
fn by_cues(input: &mut Input<'_>, segment: &Element, at: u64, video: &Video) -> Result<Option<u64>, Fault> {
    let Some(cues) = Elements::new(at, segment.end).next(input)?.filter(|found| found.id == CUES) else {
        return Ok(None);
    };
    let (mut points, mut last) = (cues.children(), 0);
    for _ in 0..MAX_CUES {
        let Some(point) = points.next(input)? else { break };
        let Some(positions) = point.children().find(input, 0xB7)? else { continue };
        if let Some(place) = positions.children().find(input, 0xF1)? {
            last = last.max(place.unsigned(input)?);
        }
    }
    // Place 0 is that of the segment's first element, which is no cluster.
    if last == 0 { Ok(None) } else { last_block(input, segment, segment.body.saturating_add(last), video) }
}

/// The last frame of the last cluster whose mark stands in the tail.
fn by_mark(input: &mut Input<'_>, segment: &Element, first: u64, video: &Video) -> Result<Option<u64>, Fault> {
    let floor = first.max(segment.end.saturating_sub(TAIL));
    let (mut end, mut tries) = (segment.end, 0);
    while end > floor {
        let start = floor.max(end.saturating_sub(PIECE));
        // A mark may lie across two pieces.
        let length = usize::try_from(end - start + 3).unwrap_or(usize::MAX);
        let piece = input.up_to(start, length)?;
        let marks: Vec<u64> = piece
            .windows(4)
            .enumerate()
            .filter(|(_, window)| *window == CLUSTER.to_be_bytes())
            .map(|(index, _)| start + index as u64)
            .rev()
            .take(MAX_TRIES)
            .collect();
        for mark in marks {
            tries += 1;
            if tries > MAX_TRIES {
                return Ok(None);
            }
            if let Some(time) = readable(last_block(input, segment, mark, video))?.flatten() {
                return Ok(Some(time));
            }
        }
        end = start;
    }
    Ok(None)
}

/// The time of the last frame from a cluster on to the end of the segment; `None` where no cluster stands.
fn last_block(input: &mut Input<'_>, segment: &Element, at: u64, video: &Video) -> Result<Option<u64>, Fault> {
    let mut elements = Elements::new(at, segment.end);
    let Some(cluster) = elements.next(input)?.filter(|found| found.id == CLUSTER) else { return Ok(None) };
    elements.enter(&cluster);
    let (mut time, mut last) = (None, None);
    for _ in 0..MAX_BLOCKS {
        // What is cut off or damaged behind a frame does not undo it.
        let Some(found) = readable(elements.next(input))?.flatten() else { break };
        match found.id {
            0xE7 => time = readable(found.unsigned(input))?,
            // Groups and clusters are entered: their blocks come next.
            0xA0 | CLUSTER => elements.enter(&found),
            0xA1 | 0xA3 => {
                let Some(begins) = time else { return Ok(None) };
                if let Some(offset) = readable(block(input, &found, video.number))?.flatten() {
                    last = last.max(begins.checked_add_signed(offset.into()));
                }
            }
            SEGMENT => break,
            _ => {}
        }
    }
    Ok(last)
}

/// A block's time within its cluster, if it is of this track.
fn block(input: &mut Input<'_>, block: &Element, track: u64) -> Result<Option<i16>, Fault> {
    let head = block.bytes(input, 12)?;
    let Some((Some(number), length)) = ebml::size(head) else { return Ok(None) };
    match head.get(length..length + 2) {
        Some([a, b]) if number == track => Ok(Some(i16::from_be_bytes([*a, *b]))),
        _ => Ok(None),
    }
}
