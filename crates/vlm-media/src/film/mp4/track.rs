//! One track of a film: what it holds, its size and turn, its clock, the number of its frames.

use crate::boxes::Box4;
use crate::codec::Codec;
use crate::input::{Fault, Input, readable};
use crate::orientation::Orientation;

/// Where the boxes of a sample entry with pictures begin.
const ENTRY_BOXES: u64 = 78;

/// A length in ticks of so many per second.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Clock {
    pub(super) scale: u32,
    pub(super) duration: u64,
}

impl Clock {
    /// From `mvhd` or `mdhd`. All ones mean that the length is not known.
    pub(super) fn read(input: &mut Input<'_>, header: Box4) -> Result<Self, Fault> {
        let (version, _) = header.version(input)?;
        let (scale, duration) = if version == 1 {
            (header.u32(input, 20)?, header.number(input, 24, true)?)
        } else {
            (header.u32(input, 12)?, header.number(input, 16, false)?)
        };
        let unknown = duration == u64::MAX || (version == 0 && duration == u64::from(u32::MAX));
        Ok(Self { scale, duration: if unknown { 0 } else { duration } })
    }
}

/// What a `trak` box says, as far as it can be read.
#[derive(Debug, Default)]
pub(super) struct Track {
    pub(super) id: u32,
    /// `vide`, `soun`, …
    pub(super) handler: [u8; 4],
    pub(super) clock: Clock,
    pub(super) orientation: Orientation,
    /// Width and height of its frames.
    pub(super) stored: Option<(u32, u32)>,
    pub(super) codec: Option<Codec>,
    /// Frames in the sample table.
    pub(super) samples: Option<u64>,
    /// Bytes of the file: no table can count more.
    len: u64,
}

impl Track {
    pub(super) fn read(input: &mut Input<'_>, trak: Box4) -> Result<Self, Fault> {
        let mut track = Self { len: input.len(), ..Self::default() };
        readable(track.walk(input, trak, 0))?;
        Ok(track)
    }

    /// `trak`, `mdia`, `minf` and `stbl`, each within the one before.
    fn walk(&mut self, input: &mut Input<'_>, parent: Box4, depth: usize) -> Result<(), Fault> {
        const WAY: [&[u8; 4]; 3] = [b"mdia", b"minf", b"stbl"];
        let mut boxes = parent.children(0);
        while let Some(found) = boxes.next(input)? {
            if WAY.get(depth) == Some(&&found.kind) {
                self.walk(input, found, depth + 1)?;
            } else {
                readable(self.leaf(input, found))?;
            }
        }
        Ok(())
    }

    fn leaf(&mut self, input: &mut Input<'_>, found: Box4) -> Result<(), Fault> {
        match &found.kind {
            b"tkhd" => self.header(input, found),
            b"mdhd" => Clock::read(input, found).map(|clock| self.clock = clock),
            // QuickTime has a second one, in `minf`, about how data are referred to.
            b"hdlr" if self.handler == [0; 4] => found.array(input, 8).map(|handler| self.handler = handler),
            b"stsd" if &self.handler == b"vide" => self.description(input, found),
            b"stsz" => {
                let (size, count) = (found.u32(input, 4)?, found.u32(input, 8)?);
                let table = if size == 0 { u64::from(count) * 4 } else { 0 };
                self.count(count, table <= found.length().saturating_sub(12), size)
            }
            b"stz2" => {
                let ([bits], count) = (found.array(input, 7)?, found.u32(input, 8)?);
                let table = (u64::from(count) * u64::from(bits)).div_ceil(8);
                self.count(count, bits > 0 && table <= found.length().saturating_sub(12), 0)
            }
            _ => Ok(()),
        }
    }

    /// Believes a count of frames if its table is there, and if the file has room for them.
    fn count(&mut self, count: u32, table_fits: bool, size: u32) -> Result<(), Fault> {
        if !table_fits || u64::from(count) * u64::from(size.max(1)) > self.len {
            return Err(Fault::Damaged("a count of frames does not fit its table"));
        }
        self.samples = Some(count.into());
        Ok(())
    }

    /// `tkhd`: the track's number, the matrix with its rotation, and a size that counts where no frame has one.
    fn header(&mut self, input: &mut Input<'_>, tkhd: Box4) -> Result<(), Fault> {
        let (version, _) = tkhd.version(input)?;
        // Three times are longer in version 1: two of them before the number, one behind.
        let (id, matrix) = if version == 1 { (20, 52) } else { (12, 40) };
        self.id = tkhd.u32(input, id)?;
        let mut cell = |index: u64| tkhd.array(input, matrix + 4 * index).map(i32::from_be_bytes);
        self.orientation = Orientation::from_matrix([cell(0)?, cell(1)?, cell(3)?, cell(4)?]);
        let size = (tkhd.u32(input, matrix + 36)? >> 16, tkhd.u32(input, matrix + 40)? >> 16);
        self.stored = self.stored.or(nonzero(size));
        Ok(())
    }

    /// The first entry of `stsd`: codec and size of the frames.
    fn description(&mut self, input: &mut Input<'_>, stsd: Box4) -> Result<(), Fault> {
        let Some(entry) = stsd.children(8).next(input)? else { return Ok(()) };
        self.codec = Some(match &entry.kind {
            b"encv" => original(input, entry)?.map_or_else(|| Codec::other(b"encv"), Codec::from_fourcc),
            b"mp4v" => mpeg4(input, entry)?,
            kind => Codec::from_fourcc(*kind),
        });
        let size = (entry.u16(input, 24)?.into(), entry.u16(input, 26)?.into());
        self.stored = nonzero(size).or(self.stored);
        Ok(())
    }
}

fn nonzero(size: (u32, u32)) -> Option<(u32, u32)> {
    (size.0 > 0 && size.1 > 0).then_some(size)
}

/// What an encrypted entry was before.
fn original(input: &mut Input<'_>, entry: Box4) -> Result<Option<[u8; 4]>, Fault> {
    let Some(scheme) = readable(entry.children(ENTRY_BOXES).find(input, b"sinf"))?.flatten() else { return Ok(None) };
    let Some(format) = readable(scheme.children(0).find(input, b"frma"))?.flatten() else { return Ok(None) };
    readable(format.array(input, 0))
}

/// `mp4v` stands for several codecs; its `esds` box says which.
fn mpeg4(input: &mut Input<'_>, entry: Box4) -> Result<Codec, Fault> {
    let Some(esds) = readable(entry.children(ENTRY_BOXES).find(input, b"esds"))?.flatten() else {
        return Ok(Codec::Mpeg4);
    };
    let length = usize::try_from(esds.length()).unwrap_or(usize::MAX).min(64);
    let object = object_type(input.up_to(esds.body, length)?);
    Ok(match object {
        Some(0x60..=0x65 | 0x6A) => Codec::Mpeg2,
        Some(0x6C) => Codec::Mjpeg,
        Some(0x21) => Codec::H264,
        Some(0x23) => Codec::H265,
        _ => Codec::Mpeg4,
    })
}

/// The object type in an elementary stream descriptor, behind version and flags.
fn object_type(esds: &[u8]) -> Option<u8> {
    let (tag, rest) = descriptor(esds.get(4..)?)?;
    let flags = *rest.get(2)?;
    let depends = if flags & 0x80 == 0 { 0 } else { 2 };
    let url = if flags & 0x40 == 0 { 0 } else { 1 + usize::from(*rest.get(3 + depends)?) };
    let clock = if flags & 0x20 == 0 { 0 } else { 2 };
    let (inner, config) = descriptor(rest.get(3 + depends + url + clock..)?)?;
    (tag == 3 && inner == 4).then(|| config.first().copied())?
}

/// A tag, and what follows its length of one to four bytes.
fn descriptor(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let (tag, rest) = bytes.split_first()?;
    let length = rest.iter().take(4).position(|byte| byte & 0x80 == 0)?;
    Some((*tag, &rest[length + 1..]))
}
