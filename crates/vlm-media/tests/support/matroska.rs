//! WebM and Matroska files with chosen facts.

#[derive(Clone, Debug)]
pub struct Film {
    pub webm: bool,
    pub size: (u32, u32),
    /// Nanoseconds per tick.
    pub tick: u32,
    /// Ticks, as the header tells.
    pub duration: Option<f64>,
    /// Nanoseconds per frame.
    pub frame: Option<u32>,
    pub codec: &'static str,
    pub sound: bool,
    /// Segment and clusters without sizes, as a browser records.
    pub live: bool,
    pub cues: bool,
    /// Tracks behind the clusters, named in the seek head.
    pub tracks_last: bool,
    /// Times of the frames in ticks; a cluster holds ten.
    pub times: Vec<u64>,
}

impl Default for Film {
    fn default() -> Self {
        Self {
            webm: true,
            size: (640, 360),
            tick: 1_000_000,
            duration: Some(2000.0),
            frame: Some(40_000_000),
            codec: "V_VP9",
            sound: true,
            live: false,
            cues: false,
            tracks_last: false,
            times: (0..50).map(|number| number * 40).collect(),
        }
    }
}

fn id(id: u32) -> Vec<u8> {
    let bytes = id.to_be_bytes();
    bytes[bytes.iter().position(|byte| *byte != 0).unwrap_or(3)..].to_vec()
}

/// An element with a size of four bytes.
fn element(number: u32, body: &[u8]) -> Vec<u8> {
    [id(number), (0x1000_0000 | body.len() as u32).to_be_bytes().to_vec(), body.to_vec()].concat()
}

fn unsized_element(number: u32, body: &[u8]) -> Vec<u8> {
    [id(number), vec![0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], body.to_vec()].concat()
}

fn number(name: u32, value: u64) -> Vec<u8> {
    element(name, &value.to_be_bytes())
}

impl Film {
    fn tracks(&self) -> Vec<u8> {
        let video = [number(0xB0, self.size.0.into()), number(0xBA, self.size.1.into()), number(0x54B0, 9999)].concat();
        let mut entry = [number(0xD7, 2), number(0x83, 1), element(0x86, self.codec.as_bytes())].concat();
        entry.extend(self.frame.map_or_else(Vec::new, |nanos| number(0x23_E383, nanos.into())));
        entry.extend(element(0xE0, &video));
        let mut bitmap = vec![0; 16];
        bitmap.extend(b"XVID\0\0\0\0");
        entry.extend(element(0x63A2, &bitmap));
        let sound = [number(0xD7, 1), number(0x83, 2), element(0x86, b"A_OPUS")].concat();
        let sound = if self.sound { element(0xAE, &sound) } else { Vec::new() };
        element(0x1654_AE6B, &[sound, element(0xAE, &entry)].concat())
    }

    fn info(&self) -> Vec<u8> {
        let mut body = number(0x2A_D7B1, self.tick.into());
        body.extend(self.duration.map_or_else(Vec::new, |ticks| element(0x4489, &ticks.to_be_bytes())));
        body.extend(element(0x4D80, b"a writer"));
        element(0x1549_A966, &body)
    }

    fn cluster(&self, times: &[u64]) -> Vec<u8> {
        let mut body = number(0xE7, times[0]);
        for (index, time) in times.iter().enumerate() {
            let offset = ((time - times[0]) as i16).to_be_bytes();
            let block = [&[0x82][..], &offset, &[0x80], &[0x1F; 40]].concat();
            // Sound that goes on longer does not count.
            body.extend(element(0xA3, &[&[0x81][..], &i16::MAX.to_be_bytes(), &[0; 9]].concat()));
            body.extend(if index % 2 == 0 { element(0xA3, &block) } else { element(0xA0, &element(0xA1, &block)) });
        }
        if self.live { unsized_element(0x1F43_B675, &body) } else { element(0x1F43_B675, &body) }
    }

    fn seek(&self, name: u32, place: u64) -> Vec<u8> {
        element(0x4DBB, &[element(0x53AB, &id(name)), number(0x53AC, place)].concat())
    }

    pub fn build(&self) -> Vec<u8> {
        let kind: &[u8] = if self.webm { b"webm" } else { b"matroska" };
        let head = element(0x1A45_DFA3, &[number(0x4286, 1), element(0x4282, kind)].concat());
        let clusters: Vec<Vec<u8>> = self.times.chunks(10).map(|times| self.cluster(times)).collect();
        let middle = [self.info(), if self.tracks_last { Vec::new() } else { self.tracks() }].concat();
        // Both seeks have the same length, whatever they say.
        let seek_head = |tracks: u64, cues: u64| {
            let cues = if self.cues { self.seek(0x1C53_BB6B, cues) } else { Vec::new() };
            element(0x114D_9B74, &[self.seek(0x1654_AE6B, tracks), cues].concat())
        };
        let first = (seek_head(0, 0).len() + middle.len()) as u64;
        let behind = first + clusters.iter().map(Vec::len).sum::<usize>() as u64;
        let tracks = if self.tracks_last { self.tracks() } else { Vec::new() };
        let mut body = [seek_head(behind, behind + tracks.len() as u64), middle].concat();
        let mut points = Vec::new();
        for (cluster, times) in clusters.iter().zip(self.times.chunks(10)) {
            let place = [number(0xF7, 2), number(0xF1, body.len() as u64)].concat();
            points.extend(element(0xBB, &[number(0xB3, times[0]), element(0xB7, &place)].concat()));
            body.extend(cluster);
        }
        body.extend(tracks);
        if self.cues {
            body.extend(element(0x1C53_BB6B, &points));
        }
        let segment = if self.live { unsized_element(0x1853_8067, &body) } else { element(0x1853_8067, &body) };
        [head, segment].concat()
    }
}
