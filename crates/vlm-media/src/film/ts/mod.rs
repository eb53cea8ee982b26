//! MPEG transport streams: what the tables at the beginning name, the first sequence header, first and last time.

mod tables;

use self::tables::{Packet, Section, Streams};
use super::sequence::{self, Sequence};
use crate::found::Found;
use crate::input::{Fault, Input, readable};
use crate::timing;

const PACKET: usize = 188;
/// Bytes at the beginning in which tables, a first time and a sequence header are looked for.
const HEAD: u64 = 768 << 10;
/// Bytes at the end in which the last time is looked for; the second try is for frames of high rates.
const TAILS: [u64; 2] = [192 << 10, 768 << 10];
/// Bytes of one frame in which a sequence header is looked for.
const MAX_FRAME: usize = 64 << 10;
/// What is read at a time.
const STRIDE: usize = 32 << 10;
/// Times are counted in 90 kHz, and begin again after 33 bits.
const CLOCK: u64 = 90_000;
const WRAP: u64 = 1 << 33;

pub(super) fn parse(input: &mut Input<'_>) -> Result<Found, Fault> {
    input.set_stride(STRIDE);
    let mut head = Head::default();
    readable(head.scan(input))?;
    let Some(streams) = head.streams else { return Ok(Found::default()) };
    let mut found = Found { sound: Some(streams.sound.is_some()), ..Found::default() };
    found.codec = streams.codec.clone();
    found.stored = head.sequence.map(|sequence| sequence.size);
    found.fps = head.sequence.and_then(|sequence| sequence.fps);
    if let (Some(pid), Some(first)) = (streams.timed(), head.first) {
        let last = readable(last(input, pid, first))?.flatten();
        found.duration = last.and_then(|ticks| with_last_frame(ticks, found.fps));
        found.frames = found.duration.zip(found.fps).map(|(length, fps)| timing::frames(length, fps));
    }
    Ok(found)
}

/// The last time is that of the last frame's beginning.
fn with_last_frame(ticks: u64, fps: Option<f64>) -> Option<std::time::Duration> {
    let frame = fps.map_or(0.0, |fps| 1.0 / fps);
    let begins = timing::duration(ticks, CLOCK).unwrap_or_default();
    timing::seconds(begins.as_secs_f64() + frame)
}

/// What the beginning of a stream tells.
#[derive(Debug, Default)]
struct Head {
    programs: Section,
    program: Section,
    program_pid: Option<u16>,
    streams: Option<Streams>,
    first: Option<u64>,
    frame: Vec<u8>,
    sequence: Option<Sequence>,
}

impl Head {
    fn scan(&mut self, input: &mut Input<'_>) -> Result<(), Fault> {
        let end = input.len().min(HEAD);
        for at in (0..end.saturating_sub(PACKET as u64 - 1)).step_by(PACKET) {
            let bytes = input.array::<PACKET>(at)?;
            let Some(packet) = Packet::read(&bytes) else { continue };
            self.take(&packet);
            if self.done() {
                return Ok(());
            }
        }
        self.look();
        Ok(())
    }

    fn done(&self) -> bool {
        let Some(streams) = &self.streams else { return false };
        self.first.is_some() && (self.sequence.is_some() || !streams.has_sequence())
    }

    fn take(&mut self, packet: &Packet<'_>) {
        if packet.pid == 0 && self.program_pid.is_none() {
            self.program_pid = self.programs.push(packet).and_then(tables::first_program);
        } else if Some(packet.pid) == self.program_pid && self.streams.is_none() {
            self.streams = self.program.push(packet).map(Streams::read);
        }
        let Some(streams) = &self.streams else { return };
        if Some(packet.pid) != streams.timed() {
            return;
        }
        if packet.starts {
            self.look();
            self.frame.clear();
            self.first = self.first.or(packet.time());
        }
        if self.sequence.is_none() && (packet.starts || !self.frame.is_empty()) && self.frame.len() < MAX_FRAME {
            self.frame.extend_from_slice(packet.payload);
        }
    }

    /// Looks for a sequence header in the frame that has been collected.
    fn look(&mut self) {
        if let (None, Some(codec)) = (self.sequence, self.streams.as_ref().and_then(|streams| streams.codec.as_ref())) {
            self.sequence = sequence::find(codec, &self.frame);
        }
    }
}

/// Ticks from `first` to the last time in the stream.
fn last(input: &mut Input<'_>, pid: u16, first: u64) -> Result<Option<u64>, Fault> {
    let packets = input.len() / PACKET as u64;
    for tail in TAILS {
        let (mut latest, from) = (None, packets.saturating_sub(tail / PACKET as u64));
        for number in from..packets {
            let bytes = input.array::<PACKET>(number * PACKET as u64)?;
            if let Some(packet) = Packet::read(&bytes).filter(|packet| packet.pid == pid) {
                // What is before the first time, as frames shown earlier may be, is no end.
                let since = packet.time().map(|time| (time + WRAP - first) % WRAP).filter(|since| *since < WRAP / 2);
                latest = latest.max(since);
            }
        }
        if latest.is_some() || from == 0 {
            return Ok(latest);
        }
    }
    Ok(None)
}
