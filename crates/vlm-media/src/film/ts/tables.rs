//! Packets and tables of a transport stream (ISO 13818-1): which streams there are, and when a frame is shown.

use super::PACKET;
use crate::codec::Codec;

/// A packet with a payload.
#[derive(Debug)]
pub(super) struct Packet<'p> {
    pub(super) pid: u16,
    /// A frame or table begins in it.
    pub(super) starts: bool,
    pub(super) payload: &'p [u8],
}

impl<'p> Packet<'p> {
    /// `None` for a packet without a payload, a damaged or an encrypted one.
    pub(super) fn read(bytes: &'p [u8; PACKET]) -> Option<Self> {
        let [0x47, high, low, control, length, ..] = *bytes else { return None };
        let (damaged, encrypted) = (high & 0x80 != 0, control & 0xC0 != 0);
        let skip = match control >> 4 & 3 {
            1 => 4,
            3 => 5 + usize::from(length),
            _ => return None,
        };
        if damaged || encrypted {
            return None;
        }
        let pid = u16::from_be_bytes([high & 0x1F, low]);
        Some(Self { pid, starts: high & 0x40 != 0, payload: bytes.get(skip..)? })
    }

    /// When the frame that begins here is shown, in ticks of 90 kHz.
    pub(super) fn time(&self) -> Option<u64> {
        if !self.starts || !self.payload.starts_with(&[0, 0, 1]) || self.payload.get(7)? & 0x80 == 0 {
            return None;
        }
        let &[a, b, c, d, e] = self.payload.get(9..14)? else { return None };
        let [a, b, c, d, e] = [a, b, c, d, e].map(u64::from);
        Some((a >> 1 & 7) << 30 | b << 22 | (c >> 1) << 15 | d << 7 | e >> 1)
    }
}

/// A table that is collected from its packets.
#[derive(Debug, Default)]
pub(super) struct Section {
    bytes: Vec<u8>,
}

/// A table has 1024 bytes at most, and three before them.
const MAX_TABLE: usize = 1024 + 3;

impl Section {
    /// Adds a packet; gives the table, without its checksum, once it is complete.
    pub(super) fn push(&mut self, packet: &Packet<'_>) -> Option<&[u8]> {
        if packet.starts {
            let (&skip, rest) = packet.payload.split_first()?;
            self.bytes.clear();
            self.bytes.extend_from_slice(rest.get(usize::from(skip)..)?);
        } else if !self.bytes.is_empty() && self.bytes.len() < MAX_TABLE {
            self.bytes.extend_from_slice(packet.payload);
        }
        let &[_, high, low, ..] = self.bytes.as_slice() else { return None };
        let end = 3 + usize::from(u16::from_be_bytes([high & 0x0F, low]));
        self.bytes.get(..end.checked_sub(4)?).filter(|_| self.bytes.len() >= end)
    }
}

/// The packets with the table of the first program.
pub(super) fn first_program(table: &[u8]) -> Option<u16> {
    let programs = table.get(8..).filter(|_| table[0] == 0)?;
    programs.chunks_exact(4).find(|entry| entry[..2] != [0, 0]).map(|entry| pid(entry[2], entry[3]))
}

fn pid(high: u8, low: u8) -> u16 {
    u16::from_be_bytes([high & 0x1F, low])
}

/// The streams of a program.
#[derive(Debug, Default)]
pub(super) struct Streams {
    video: Option<u16>,
    pub(super) codec: Option<Codec>,
    /// The first stream with sound.
    pub(super) sound: Option<u16>,
}

/// What a stream is.
enum Kind {
    Video(Codec),
    Sound,
    Other,
}

impl Streams {
    pub(super) fn read(table: &[u8]) -> Self {
        let mut streams = Self::default();
        let length = |bytes: &[u8], at: usize| {
            Some(usize::from(u16::from_be_bytes([bytes.get(at)? & 0x0F, *bytes.get(at + 1)?])))
        };
        let mut rest = match length(table, 10) {
            Some(skip) if table[0] == 2 => table.get(12 + skip..).unwrap_or_default(),
            _ => return streams,
        };
        while let (&[number, high, low, ..], Some(length)) = (rest, length(rest, 3)) {
            let descriptors = rest.get(5..5 + length).unwrap_or_default();
            streams.add(kind(number, descriptors), pid(high, low));
            rest = rest.get(5 + length..).unwrap_or_default();
        }
        streams
    }

    fn add(&mut self, kind: Kind, pid: u16) {
        match kind {
            Kind::Video(codec) if self.video.is_none() => {
                self.video = Some(pid);
                self.codec = Some(codec);
            }
            Kind::Sound => self.sound = self.sound.or(Some(pid)),
            _ => {}
        }
    }

    /// The stream whose times count.
    pub(super) fn timed(&self) -> Option<u16> {
        self.video.or(self.sound)
    }

    /// Whether a sequence header of a known kind can be looked for.
    pub(super) fn has_sequence(&self) -> bool {
        matches!(self.codec, Some(Codec::H264 | Codec::H265 | Codec::Mpeg2))
    }
}

fn kind(number: u8, descriptors: &[u8]) -> Kind {
    match number {
        0x01 | 0x02 => Kind::Video(Codec::Mpeg2),
        0x10 => Kind::Video(Codec::Mpeg4),
        0x1B => Kind::Video(Codec::H264),
        0x24 => Kind::Video(Codec::H265),
        0x33 => Kind::Video(Codec::other(b"vvc")),
        0x42 => Kind::Video(Codec::other(b"avs")),
        0xEA => Kind::Video(Codec::other(b"vc1")),
        0x03 | 0x04 | 0x0F | 0x11 | 0x1C | 0x80..=0x87 => Kind::Sound,
        0x06 => described(descriptors),
        _ => Kind::Other,
    }
}

/// Private streams say in descriptors what they are.
fn described(mut descriptors: &[u8]) -> Kind {
    while let &[tag, length, ..] = descriptors {
        let body = descriptors.get(2..2 + usize::from(length)).unwrap_or_default();
        match (tag, body.get(..4)) {
            // AC-3, enhanced AC-3, DTS and AAC of digital television.
            (0x6A | 0x7A | 0x7B | 0x7C, _) => return Kind::Sound,
            (0x05, Some(b"Opus" | b"AC-3" | b"EAC3" | b"DTS1" | b"DTS2" | b"DTS3" | b"BSSD")) => return Kind::Sound,
            (0x05, Some(b"HEVC")) => return Kind::Video(Codec::H265),
            (0x05, Some(b"AV01")) => return Kind::Video(Codec::Av1),
            _ => {}
        }
        descriptors = descriptors.get(2 + usize::from(length)..).unwrap_or_default();
    }
    Kind::Other
}
