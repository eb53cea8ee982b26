//! AVI files with chosen facts.

#[derive(Clone, Debug)]
pub struct Film {
    pub size: (u32, i32),
    pub frames: u32,
    /// Frames per second, as `rate / scale`.
    pub rate: u32,
    pub scale: u32,
    pub compression: [u8; 4],
    pub sound: bool,
    /// Frames by the OpenDML header.
    pub all_frames: Option<u32>,
}

impl Default for Film {
    fn default() -> Self {
        Self { size: (320, 240), frames: 100, rate: 25, scale: 1, compression: *b"XVID", sound: true, all_frames: None }
    }
}

fn chunk(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut out = [&kind[..], &(body.len() as u32).to_le_bytes(), body].concat();
    out.extend(vec![0; body.len() % 2]);
    out
}

fn list(kind: &[u8; 4], parts: &[Vec<u8>]) -> Vec<u8> {
    chunk(b"LIST", &[kind.to_vec(), parts.concat()].concat())
}

fn numbers(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

impl Film {
    pub fn build(&self) -> Vec<u8> {
        let height = self.size.1;
        let micros = (1e6 * f64::from(self.scale) / f64::from(self.rate)) as u32;
        let avih = chunk(
            b"avih",
            &numbers(&[micros, 0, 0, 0, self.frames, 0, 2, 0, self.size.0, height.unsigned_abs(), 0, 0, 0, 0]),
        );
        let header = |kind: &[u8; 4], scale: u32, rate: u32, length: u32| {
            let rest = numbers(&[0, 0, 0, scale, rate, 0, length, 0, 0, 0, 0, 0]);
            chunk(b"strh", &[&kind[..], &self.compression, &rest].concat())
        };
        let mut format = numbers(&[40, self.size.0, height as u32, 24 << 16 | 1]);
        format.extend(self.compression);
        format.extend([0; 20]);
        let video = list(b"strl", &[header(b"vids", self.scale, self.rate, self.frames), chunk(b"strf", &format)]);
        let sound = list(b"strl", &[header(b"auds", 1, 48_000, 9), chunk(b"strf", &[1; 17])]);
        let mut parts = vec![avih];
        parts.extend(self.sound.then_some(sound));
        parts.push(video);
        parts.extend(self.all_frames.map(|frames| list(b"odml", &[chunk(b"dmlh", &numbers(&[frames, 0, 0]))])));
        let body = [list(b"hdrl", &parts), chunk(b"JUNK", &[0; 33]), list(b"movi", &[chunk(b"00dc", &[9; 50])])];
        let mut out = b"RIFF\0\0\0\0AVI ".to_vec();
        out.extend(body.concat());
        let size = out.len() as u32 - 8;
        out[4..8].copy_from_slice(&size.to_le_bytes());
        out
    }
}
