//! Media and requests that the checks use.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use bytes::Bytes;

/// A picture of 64 × 64 pixels, black and white.
#[rustfmt::skip]
const PNG: &[u8] = &[
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52, 0x00, 0x00, 0x00, 0x40,
    0x00, 0x00, 0x00, 0x40, 0x01, 0x00, 0x00, 0x00, 0x00, 0x82, 0x12, 0x4c, 0x73, 0x00, 0x00, 0x00, 0x12, 0x49, 0x44, 0x41,
    0x54, 0x78, 0xda, 0x63, 0x58, 0x05, 0x05, 0x0c, 0xa3, 0x8c, 0x51, 0x06, 0xe9, 0x0c, 0x00, 0x98, 0xa2, 0x54, 0x10, 0xab,
    0x4a, 0x09, 0xc4, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
];

/// The beginning of an MP4 film; enough for its type to be known.
const MP4: &[u8] = b"\0\0\0\x18ftypisom\0\0\x02\0isomiso2\0\0\0\x08free";

/// A picture that no other number gives: the number stands after its end, where a decoder does not look.
pub(crate) fn picture(number: u64) -> Bytes {
    numbered(PNG, number)
}

/// A film that no other number gives.
pub(crate) fn film(number: u64) -> Bytes {
    numbered(MP4, number)
}

fn numbered(content: &[u8], number: u64) -> Bytes {
    let mut bytes = content.to_vec();
    bytes.extend(number.to_be_bytes());
    bytes.into()
}

/// A picture with a tail of every byte value.
pub(crate) fn large_picture(length: usize) -> Bytes {
    let mut bytes = PNG.to_vec();
    let mut random = fastrand::Rng::with_seed(7);
    bytes.extend((0..length).map(|_| random.u8(..)));
    bytes.into()
}

/// A picture that ends with these words.
pub(crate) fn marked_picture(words: &str) -> Bytes {
    let mut bytes = PNG.to_vec();
    bytes.extend(words.as_bytes());
    bytes.into()
}

/// A folder of its own below the system's temporary one; removed when dropped.
#[derive(Debug)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// Makes a folder; `name` stands in its path.
    pub(crate) fn new(name: &str) -> io::Result<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("vlm-testkit-{}-{number}-{name}", std::process::id()));
        fs::create_dir_all(&path)?;
        Ok(Self(path))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Writes a file.
    pub(crate) fn file(&self, name: &str, content: &[u8]) -> io::Result<PathBuf> {
        let path = self.0.join(name);
        fs::write(&path, content)?;
        Ok(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
