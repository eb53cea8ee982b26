//! The picture on disk: a header that is true, then noise that does not compress.

use std::io::{self, Write as _};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tempfile::NamedTempFile;

/// A file, and what must arrive of it.
#[derive(Debug)]
pub(crate) struct Picture {
    file: NamedTempFile,
    /// The bytes of its base64.
    pub(crate) encoded: usize,
    /// The checksum of its base64.
    pub(crate) checksum: u32,
}

impl Picture {
    pub(crate) fn write(bytes: usize) -> io::Result<Self> {
        let content = png(bytes);
        let mut file = tempfile::Builder::new().prefix("bench").suffix(".png").tempfile()?;
        file.write_all(&content)?;
        let base64 = STANDARD.encode(&content);
        Ok(Self { file, encoded: base64.len(), checksum: crc32fast::hash(base64.as_bytes()) })
    }

    pub(crate) fn path(&self) -> &Path {
        self.file.path()
    }
}

/// A PNG as far as anybody looks before it is sent.
fn png(bytes: usize) -> Vec<u8> {
    let mut out = b"\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR".to_vec();
    out.extend(2400_u32.to_be_bytes());
    out.extend(1600_u32.to_be_bytes());
    out.extend(b"\x08\x02\0\0\0\0\0\0\0\0\0\x60\0IDAT");
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    while out.len() < bytes {
        // xorshift64: the same noise in every run.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        out.extend(state.to_le_bytes());
    }
    out.truncate(bytes);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_picture_of_its_length() {
        let picture = Picture::write(100_000).expect("written");
        let found = vlm_media::probe_file(picture.path()).expect("a picture");
        assert_eq!(found.facts.size(), Some((2400, 1600)));
        assert_eq!(std::fs::metadata(picture.path()).expect("there").len(), 100_000);
        assert_eq!(picture.encoded, 100_000_usize.div_ceil(3) * 4);
    }
}
