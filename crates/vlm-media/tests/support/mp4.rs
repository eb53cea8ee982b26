//! MP4 files with chosen facts: whole ones and fragmented ones.

/// A box.
pub fn boxed(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    [&(body.len() as u32 + 8).to_be_bytes(), kind, body].concat()
}

/// A box with a size of eight bytes.
pub fn long_boxed(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    [&1_u32.to_be_bytes(), &kind[..], &(body.len() as u64 + 16).to_be_bytes(), body].concat()
}

/// A box with version and flags.
pub fn full(kind: &[u8; 4], version: u8, flags: u32, body: &[u8]) -> Vec<u8> {
    boxed(kind, &[&(u32::from(version) << 24 | flags).to_be_bytes(), body].concat())
}

/// What a film shall say.
#[derive(Clone, Debug)]
pub struct Film {
    pub brand: [u8; 4],
    pub size: (u16, u16),
    /// EXIF value of the turn that the track asks for.
    pub orientation: u8,
    pub fourcc: [u8; 4],
    pub frames: u32,
    /// Ticks per frame.
    pub frame_ticks: u32,
    pub scale: u32,
    pub sound: bool,
    /// Long times and a `moov` with a long size.
    pub long: bool,
    pub moov_first: bool,
    pub compact_sizes: bool,
    pub mdat: usize,
}

impl Default for Film {
    fn default() -> Self {
        Self {
            brand: *b"isom",
            size: (640, 360),
            orientation: 1,
            fourcc: *b"avc1",
            frames: 75,
            frame_ticks: 512,
            scale: 12_800,
            sound: true,
            long: false,
            moov_first: true,
            compact_sizes: false,
            mdat: 100,
        }
    }
}

const fn matrix(orientation: u8) -> [i32; 4] {
    match orientation {
        2 => [-1, 0, 0, 1],
        3 => [-1, 0, 0, -1],
        4 => [1, 0, 0, -1],
        5 => [0, 1, 1, 0],
        6 => [0, 1, -1, 0],
        7 => [0, -1, -1, 0],
        8 => [0, -1, 1, 0],
        _ => [1, 0, 0, 1],
    }
}

fn number(value: u64, long: bool) -> Vec<u8> {
    if long { value.to_be_bytes().to_vec() } else { (value as u32).to_be_bytes().to_vec() }
}

fn clock(kind: &[u8; 4], scale: u32, duration: u64, long: bool) -> Vec<u8> {
    let body = [number(1, long), number(2, long), scale.to_be_bytes().to_vec(), number(duration, long), vec![0; 80]];
    full(kind, u8::from(long), 0, &body.concat())
}

impl Film {
    pub fn ticks(&self) -> u64 {
        u64::from(self.frames) * u64::from(self.frame_ticks)
    }

    pub fn seconds(&self) -> f64 {
        self.ticks() as f64 / f64::from(self.scale)
    }

    pub fn fps(&self) -> f64 {
        f64::from(self.scale) / f64::from(self.frame_ticks)
    }

    fn track_header(&self) -> Vec<u8> {
        let [a, b, c, d] = matrix(self.orientation).map(|cell| (cell << 16).to_be_bytes());
        let (long, none) = (self.long, [0; 4]);
        let body = [
            [number(1, long), number(2, long), vec![0, 0, 0, 1], vec![0; 4], number(9, long)].concat(),
            vec![0; 16],
            [a, b, none, c, d, none, none, none, 0x4000_0000_u32.to_be_bytes()].concat(),
            // Another size than that of the frames: pixels need not be square.
            ((u32::from(self.size.0) * 2) << 16).to_be_bytes().to_vec(),
            (u32::from(self.size.1) << 16).to_be_bytes().to_vec(),
        ];
        full(b"tkhd", u8::from(long), 3, &body.concat())
    }

    fn entry(&self) -> Vec<u8> {
        let size = [self.size.0.to_be_bytes(), self.size.1.to_be_bytes()].concat();
        let body = [&[0; 24][..], &size, &[0; 50]].concat();
        boxed(&self.fourcc, &body)
    }

    fn track(&self, table: bool) -> Vec<u8> {
        let entries = [&1_u32.to_be_bytes()[..], &self.entry()].concat();
        let count = if table { self.frames } else { 0 };
        let sizes = if self.compact_sizes {
            let head = [[0, 0, 0, 8], count.to_be_bytes()].concat();
            full(b"stz2", 0, 0, &[head, vec![1; count as usize]].concat())
        } else {
            let head = [[0; 4], count.to_be_bytes()].concat();
            full(b"stsz", 0, 0, &[head, vec![0; count as usize * 4]].concat())
        };
        let table_box = boxed(b"stbl", &[full(b"stsd", 0, 0, &entries), full(b"stts", 0, 0, &[0; 12]), sizes].concat());
        let data_handler = full(b"hdlr", 0, 0, b"dhlrurl \0\0\0\0");
        let minf = boxed(b"minf", &[full(b"vmhd", 0, 1, &[0; 8]), data_handler, table_box].concat());
        let duration = if table { self.ticks() } else { 0 };
        let mdhd = clock(b"mdhd", self.scale, duration, self.long);
        let mdia = boxed(b"mdia", &[mdhd, full(b"hdlr", 0, 0, b"mhlrvide\0\0\0\0"), minf].concat());
        boxed(b"trak", &[self.track_header(), mdia].concat())
    }

    fn sound_track(&self) -> Vec<u8> {
        let mdia = [clock(b"mdhd", 48_000, 48_000, false), full(b"hdlr", 0, 0, b"mhlrsoun\0\0\0\0")].concat();
        boxed(b"trak", &[full(b"tkhd", 0, 3, &[0; 80]), boxed(b"mdia", &mdia)].concat())
    }

    /// The `moov` box; `extends` is the body of `mvex` in a fragmented film.
    pub fn moov(&self, extends: Option<&[u8]>) -> Vec<u8> {
        let table = extends.is_none();
        let movie = clock(b"mvhd", 1000, if table { 1 } else { 0 }, self.long);
        let sound = if self.sound { self.sound_track() } else { Vec::new() };
        let extends = extends.map_or_else(Vec::new, |body| boxed(b"mvex", body));
        let body = [movie, sound, self.track(table), extends].concat();
        if self.long { long_boxed(b"moov", &body) } else { boxed(b"moov", &body) }
    }

    pub fn ftyp(&self) -> Vec<u8> {
        boxed(b"ftyp", &[&self.brand[..], &[0, 0, 2, 0], b"isom"].concat())
    }

    /// The whole file.
    pub fn build(&self) -> Vec<u8> {
        let body = vec![0xA5; self.mdat];
        let mdat = if self.long { long_boxed(b"mdat", &body) } else { boxed(b"mdat", &body) };
        let moov = self.moov(None);
        let (first, second) = if self.moov_first { (moov, mdat) } else { (mdat, moov) };
        [self.ftyp(), boxed(b"free", &[]), first, second].concat()
    }
}

/// What of a fragmented film says its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Indexes {
    pub mehd: bool,
    pub sidx: bool,
    pub mfra: bool,
}

impl Film {
    /// `mvex` for a fragmented film.
    pub fn fragmented_moov(&self, indexes: Indexes) -> Vec<u8> {
        let default = [1, 1, self.frame_ticks, 0, 0].map(u32::to_be_bytes).concat();
        let trex = full(b"trex", 0, 0, &default);
        let length = (self.ticks() * 1000 / u64::from(self.scale)).to_be_bytes();
        let mehd = if indexes.mehd { full(b"mehd", 1, 0, &length) } else { Vec::new() };
        self.moov(Some(&[mehd, trex].concat()))
    }

    /// One `moof` with so many frames, beginning at `begins`; durations stand in its entries or are the default.
    pub fn moof(&self, begins: u64, frames: u32, own_durations: bool) -> Vec<u8> {
        let tfhd = full(b"tfhd", 0, 0x02_0000, &1_u32.to_be_bytes());
        let tfdt = full(b"tfdt", 1, 0, &begins.to_be_bytes());
        let (flags, entry) = if own_durations { (0x301, vec![self.frame_ticks, 10]) } else { (0x201, vec![10]) };
        let mut run = [frames, 100].map(u32::to_be_bytes).concat();
        for _ in 0..frames {
            run.extend(entry.iter().flat_map(|cell| cell.to_be_bytes()));
        }
        let other =
            boxed(b"traf", &[full(b"tfhd", 0, 0, &2_u32.to_be_bytes()), full(b"trun", 0, 0, &[0, 0, 0, 9])].concat());
        let traf = boxed(b"traf", &[tfhd, tfdt, full(b"trun", 0, flags, &run)].concat());
        boxed(b"moof", &[full(b"mfhd", 0, 0, &[0; 4]), other, traf].concat())
    }

    /// A `sidx` over segments of these bytes and ticks.
    pub fn sidx(&self, segments: &[(u32, u32)]) -> Vec<u8> {
        let mut body = [1, self.scale, 0, 0, segments.len() as u32].map(u32::to_be_bytes).concat();
        for (bytes, ticks) in segments {
            body.extend([*bytes, *ticks, 0x9000_0000].map(u32::to_be_bytes).concat());
        }
        full(b"sidx", 0, 0, &body)
    }

    /// `mfra` that points to one `moof`.
    pub fn mfra(&self, begins: u64, moof: u64) -> Vec<u8> {
        let head = [1, 0, 2].map(u32::to_be_bytes).concat();
        let entry = |time: u64, at: u64| [&time.to_be_bytes()[..], &at.to_be_bytes(), &[1, 1, 1]].concat();
        let tfra = full(b"tfra", 1, 0, &[head, entry(0, 0), entry(begins, moof)].concat());
        let size = 8 + tfra.len() as u32 + 16;
        boxed(b"mfra", &[tfra, full(b"mfro", 0, 0, &size.to_be_bytes())].concat())
    }

    /// A fragmented file of `per` frames a fragment.
    pub fn build_fragmented(&self, indexes: Indexes, per: u32, own_durations: bool) -> Vec<u8> {
        let (mut fragments, mut segments, mut begins) = (Vec::new(), Vec::new(), 0_u64);
        let mut left = self.frames;
        while left > 0 {
            let frames = left.min(per);
            left -= frames;
            let fragment = [self.moof(begins, frames, own_durations), boxed(b"mdat", &[0; 30])].concat();
            segments.push((fragment.len() as u32, frames * self.frame_ticks));
            fragments.push((begins, fragment));
            begins += u64::from(frames) * u64::from(self.frame_ticks);
        }
        let sidx = if indexes.sidx { self.sidx(&segments) } else { Vec::new() };
        let mut out = [self.ftyp(), self.fragmented_moov(indexes), sidx].concat();
        let mut last = (0, 0);
        for (begins, fragment) in fragments {
            last = (begins, out.len() as u64);
            out.extend(fragment);
        }
        if indexes.mfra {
            out.extend(self.mfra(last.0, last.1));
        }
        out
    }
}
