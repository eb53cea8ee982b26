//! Films of chosen facts: MP4 files with a whole header and frames of one byte each, which no disk has to hold.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// What a film says of itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Film {
    pub(crate) size: (u16, u16),
    pub(crate) frames: u32,
    /// Ticks of a second, and of a frame.
    pub(crate) clock: (u32, u32),
    pub(crate) sound: bool,
}

impl Film {
    /// A film of about so many seconds, never longer; a rate is ticks of a second and of a frame.
    pub(crate) fn lasting(seconds: u32, clock: (u32, u32), size: (u16, u16)) -> Self {
        let frames = u64::from(seconds) * u64::from(clock.0) / u64::from(clock.1);
        Self { size, frames: u32::try_from(frames).unwrap(), clock, sound: false }
    }

    /// The same with a sound track.
    pub(crate) fn with_sound(self) -> Self {
        Self { sound: true, ..self }
    }

    /// A name that no other film has.
    pub(crate) fn name(&self) -> String {
        let Self { size: (width, height), frames, clock: (scale, ticks), sound } = self;
        let sound = if *sound { "-sound" } else { "" };
        format!("{width}x{height}-{frames}-at-{scale}-by-{ticks}{sound}.mp4")
    }

    /// Writes it into a folder.
    pub(crate) fn write(&self, folder: &Path) -> PathBuf {
        let path = folder.join(self.name());
        let head = [boxed(b"ftyp", b"isom\0\0\x02\0isom"), self.moov()].concat();
        let mut file = File::create(&path).unwrap();
        file.write_all(&head).unwrap();
        file.write_all(&[&(self.frames + 8).to_be_bytes()[..], b"mdat"].concat()).unwrap();
        file.set_len(head.len() as u64 + 8 + u64::from(self.frames)).unwrap();
        path
    }

    fn moov(&self) -> Vec<u8> {
        let (scale, ticks) = self.clock;
        let duration = self.frames * ticks;
        let mvhd = full(b"mvhd", &[&words(&[0, 0, scale, duration])[..], &[0; 80]].concat());
        let film = self.track(1, b"vide", &full(b"mdhd", &words(&[0, 0, scale, duration, 0])));
        let sound = self.track(2, b"soun", &full(b"mdhd", &words(&[0, 0, 48_000, 48_000, 0])));
        let sound = if self.sound { sound } else { Vec::new() };
        boxed(b"moov", &[mvhd, film, sound].concat())
    }

    fn track(&self, id: u32, handler: &[u8; 4], clock: &[u8]) -> Vec<u8> {
        let (width, height) = self.size;
        let sides = words(&[u32::from(width) << 16, u32::from(height) << 16]);
        let upright = words(&[0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000]);
        let tkhd = full(b"tkhd", &[words(&[0, 0, id, 0, 0, 0, 0, 0, 0]), upright, sides].concat());
        let hdlr = full(b"hdlr", &[&words(&[0])[..], handler, &[0; 13]].concat());
        let table = if handler == b"vide" { self.table() } else { Vec::new() };
        boxed(b"trak", &[tkhd, boxed(b"mdia", &[clock, &hdlr, &boxed(b"minf", &table)].concat())].concat())
    }

    /// The sample table: one entry that describes all frames, each of one byte.
    fn table(&self) -> Vec<u8> {
        let (width, height) = self.size;
        let sides = [width.to_be_bytes(), height.to_be_bytes()].concat();
        let entry = boxed(b"avc1", &[&[0; 24][..], &sides, &[0; 50]].concat());
        let stsd = full(b"stsd", &[words(&[1]), entry].concat());
        boxed(b"stbl", &[stsd, full(b"stsz", &words(&[1, self.frames]))].concat())
    }
}

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

fn boxed(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let size = u32::try_from(content.len() + 8).unwrap();
    [&size.to_be_bytes()[..], kind, content].concat()
}

/// A box with version and flags, both 0.
fn full(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    boxed(kind, &[&[0; 4], content].concat())
}
