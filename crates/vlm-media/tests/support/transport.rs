//! MPEG transport streams with chosen facts.

use super::sequence;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    H264,
    H265,
    Mpeg2,
}

#[derive(Clone, Debug)]
pub struct Film {
    pub codec: Coding,
    pub size: (u32, u32),
    /// Frames per second, as a fraction; MPEG-2 is 25 always.
    pub rate: (u32, u32),
    pub frames: u32,
    /// The first time, in ticks of 90 kHz.
    pub begins: u64,
    pub sound: bool,
    /// Empty packets behind each frame.
    pub filling: usize,
}

impl Default for Film {
    fn default() -> Self {
        Self {
            codec: Coding::H264,
            size: (640, 360),
            rate: (25, 1),
            frames: 40,
            begins: 126_000,
            sound: true,
            filling: 1,
        }
    }
}

const VIDEO: u16 = 0x100;
const SOUND: u16 = 0x101;
const PROGRAM: u16 = 0x1000;

/// Packets of one payload; the last one is filled up by an adaptation field.
fn packets(pid: u16, payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for (index, piece) in payload.chunks(184).enumerate() {
        let start = if index == 0 { 0x40 } else { 0 };
        out.extend([0x47, start | (pid >> 8) as u8, pid as u8]);
        match 184 - piece.len() {
            0 => out.push(0x10),
            1 => out.extend([0x30, 0]),
            more => {
                out.extend([0x30, more as u8 - 1, 0]);
                out.extend(vec![0xFF; more - 2]);
            }
        }
        out.extend(piece);
    }
    out
}

fn table(pid: u16, id: u8, body: &[u8]) -> Vec<u8> {
    let length = (body.len() + 9) as u16 | 0xB000;
    let mut payload = [&[0, id][..], &length.to_be_bytes(), &[0, 1, 0xC1, 0, 0], body, &[1, 2, 3, 4]].concat();
    payload.resize(184, 0xFF);
    packets(pid, &payload)
}

fn frame(pid: u16, stream: u8, time: u64, content: &[u8]) -> Vec<u8> {
    let time = time % (1 << 33);
    let stamp = [
        0x21 | (time >> 29) as u8 & 0x0E,
        (time >> 22) as u8,
        (time >> 14) as u8 | 1,
        (time >> 7) as u8,
        (time << 1) as u8 | 1,
    ];
    packets(pid, &[&[0, 0, 1, stream, 0, 0, 0x80, 0x80, 5][..], &stamp, content].concat())
}

impl Film {
    pub fn seconds(&self) -> f64 {
        f64::from(self.frames) * f64::from(self.rate.1) / f64::from(self.rate.0)
    }

    fn time(&self, number: u32) -> u64 {
        let ticks = u64::from(number) * 90_000 * u64::from(self.rate.1);
        self.begins + (ticks + u64::from(self.rate.0) / 2) / u64::from(self.rate.0)
    }

    fn header(&self) -> Vec<u8> {
        match self.codec {
            Coding::H264 => sequence::h264(self.size, Some(self.rate), false),
            Coding::H265 => sequence::h265(self.size, Some(self.rate)),
            Coding::Mpeg2 => sequence::mpeg2(self.size, 3),
        }
    }

    pub fn tables(&self) -> Vec<u8> {
        let [high, low] = PROGRAM.to_be_bytes();
        let programs = table(0, 0, &[0, 0, 0xE0, 0x10, 0, 1, 0xE0 | high, low]);
        let kind = match self.codec {
            Coding::H264 => 0x1B,
            Coding::H265 => 0x24,
            Coding::Mpeg2 => 0x02,
        };
        let mut streams = vec![0xE1, 0, 0xF0, 2, 0x0E, 0];
        if self.sound {
            streams.extend([0x0F, 0xE0 | (SOUND >> 8) as u8, SOUND as u8, 0xF0, 6, 0x0A, 4, b'e', b'n', b'g', 0]);
        }
        streams.extend([kind, 0xE0 | (VIDEO >> 8) as u8, VIDEO as u8, 0xF0, 0]);
        [programs, table(PROGRAM, 2, &streams)].concat()
    }

    /// The frames from one number to another, the first of them with a sequence header.
    pub fn part(&self, from: u32, to: u32) -> Vec<u8> {
        let mut out = Vec::new();
        for number in from..to {
            // Shown in another order than stored: each second frame comes before the one ahead of it.
            let shown = if number + 1 < self.frames && number > 0 { number - 1 + 2 * (number % 2) } else { number };
            let shown = shown.min(self.frames - 1);
            let content = if number == from { self.header() } else { vec![0, 0, 1, 0x41, 7, 7] };
            let content = [content, vec![0xAB; 300]].concat();
            out.extend(frame(VIDEO, 0xE0, self.time(shown), &content));
            if self.sound {
                out.extend(frame(SOUND, 0xC0, self.time(shown) + 900_000, &[5; 20]));
            }
            for _ in 0..self.filling {
                out.extend(packets(0x1FFF, &[0xFF; 184]));
            }
        }
        out
    }

    pub fn build(&self) -> Vec<u8> {
        [self.tables(), self.part(0, self.frames)].concat()
    }
}
