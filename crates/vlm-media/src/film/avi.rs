//! AVI: the header list of a RIFF file, and the frame count of OpenDML for files above 1 GB.

use crate::codec::Codec;
use crate::found::Found;
use crate::input::{Fault, Input, readable};
use crate::timing;

/// Chunks side by side that are looked at in one list.
const MAX_CHUNKS: usize = 1024;
/// Streams that are looked at.
const MAX_STREAMS: usize = 64;
/// Lists within lists: `RIFF`, `hdrl`, `strl` or `odml`.
const MAX_DEPTH: usize = 4;

pub(super) fn parse(input: &mut Input<'_>) -> Result<Found, Fault> {
    const HEADER: &str = "its header (the hdrl list)";
    let mut avi = Avi::default();
    // Behind `RIFF`, size, `AVI `. The size is not believed: files above 4 GB cannot tell theirs.
    let end = input.len();
    let read = avi.list(input, 12, end, 0);
    if !avi.header {
        read.map_err(|fault| fault.lacks(HEADER))?;
        return Err(Fault::Cut(HEADER));
    }
    let all_seen = readable(read)?.is_some();
    Ok(avi.found(all_seen))
}

#[derive(Debug, Default)]
struct Avi {
    /// The whole header was there.
    header: bool,
    /// `avih`: microseconds per frame, frames, size.
    micros: u32,
    frames: u32,
    size: (u32, u32),
    /// `dmlh`: frames in all parts of a large file.
    all_frames: u32,
    video: Option<Stream>,
    sound: bool,
    streams: usize,
    /// The stream whose list is being read.
    current: Stream,
}

#[derive(Clone, Debug, Default)]
struct Stream {
    kind: [u8; 4],
    handler: [u8; 4],
    scale: u32,
    rate: u32,
    length: u32,
    size: Option<(u32, u32)>,
    compression: [u8; 4],
}

/// A chunk: its name, and where its body begins and ends.
#[derive(Debug)]
struct Chunk {
    kind: [u8; 4],
    body: u64,
    end: u64,
}

/// Whether the walk goes on behind a chunk.
enum Next {
    Go,
    Done,
}

impl Avi {
    /// The chunks from `at` to `end`; stops behind the header list.
    fn list(&mut self, input: &mut Input<'_>, mut at: u64, end: u64, depth: usize) -> Result<(), Fault> {
        for _ in 0..MAX_CHUNKS {
            if at.saturating_add(8) > end {
                break;
            }
            let [a, b, c, d, size @ ..] = input.array::<8>(at)?;
            let size = u64::from(u32::from_le_bytes(size));
            let chunk = Chunk { kind: [a, b, c, d], body: at + 8, end: at + 8 + size };
            if let Next::Done = self.chunk(input, &chunk, depth)? {
                break;
            }
            at = chunk.end + size % 2;
        }
        Ok(())
    }

    fn chunk(&mut self, input: &mut Input<'_>, chunk: &Chunk, depth: usize) -> Result<Next, Fault> {
        let Chunk { kind, body, end } = *chunk;
        match &kind {
            b"LIST" if depth < MAX_DEPTH => match &input.array(body)? {
                b"hdrl" if end > input.len() => return Err(Fault::Cut("the end of its header (the hdrl list)")),
                b"hdrl" => {
                    self.list(input, body + 4, end, depth + 1)?;
                    self.header = true;
                    return Ok(Next::Done);
                }
                b"strl" if self.streams < MAX_STREAMS => {
                    self.streams += 1;
                    self.current = Stream::default();
                    self.list(input, body + 4, end, depth + 1)?;
                    self.take();
                }
                b"odml" => self.list(input, body + 4, end, depth + 1)?,
                b"movi" => return Ok(Next::Done),
                _ => {}
            },
            b"avih" => {
                self.micros = little(input, body)?;
                self.frames = little(input, body + 16)?;
                self.size = (little(input, body + 32)?, little(input, body + 36)?);
            }
            b"dmlh" => self.all_frames = little(input, body)?,
            b"strh" => self.current.header(input, body)?,
            b"strf" if &self.current.kind == b"vids" => self.current.format(input, body)?,
            _ => {}
        }
        Ok(Next::Go)
    }

    fn take(&mut self) {
        match &self.current.kind {
            b"auds" => self.sound = true,
            b"vids" if self.video.is_none() => self.video = Some(self.current.clone()),
            _ => {}
        }
    }

    fn found(self, all_seen: bool) -> Found {
        let sides = |size: (u32, u32)| Some(size).filter(|(width, height)| *width > 0 && *height > 0);
        let mut found =
            Found { stored: sides(self.size), sound: super::sound(self.sound, all_seen), ..Found::default() };
        let stream = self.video.unwrap_or_default();
        found.stored = stream.size.and_then(sides).or(found.stored);
        let frames =
            [stream.length, self.frames].into_iter().find(|count| *count > 0).unwrap_or(0).max(self.all_frames);
        let (scale, rate) = if stream.scale > 0 && stream.rate > 0 {
            (u64::from(stream.scale), u64::from(stream.rate))
        } else {
            (self.micros.into(), 1_000_000)
        };
        found.frames = Some(frames.into());
        found.fps = timing::rate(1, scale, rate);
        found.duration = timing::duration(u64::from(frames).saturating_mul(scale), rate);
        let name = [stream.compression, stream.handler].into_iter().find(|name| name.iter().all(u8::is_ascii_graphic));
        found.codec = name.map(Codec::from_fourcc);
        found
    }
}

impl Stream {
    fn header(&mut self, input: &mut Input<'_>, body: u64) -> Result<(), Fault> {
        let [a, b, c, d, handler @ ..] = input.array::<8>(body)?;
        (self.kind, self.handler) = ([a, b, c, d], handler);
        self.scale = little(input, body + 20)?;
        self.rate = little(input, body + 24)?;
        self.length = little(input, body + 32)?;
        Ok(())
    }

    /// A bitmap header; a negative height means rows from the top.
    fn format(&mut self, input: &mut Input<'_>, body: u64) -> Result<(), Fault> {
        let height = i32::from_le_bytes(input.array(body + 8)?).unsigned_abs();
        self.size = Some((little(input, body + 4)?, height));
        self.compression = input.array(body + 16)?;
        Ok(())
    }
}

fn little(input: &mut Input<'_>, at: u64) -> Result<u32, Fault> {
    input.array(at).map(u32::from_le_bytes)
}
