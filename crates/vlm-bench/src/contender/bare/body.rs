//! What goes out: JSON that is whole, or JSON around a picture that is read and encoded as it is sent.

use std::fmt;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::pin::Pin;
use std::sync::LazyLock;
use std::task::{Context, Poll};

use base64::Engine as _;
use base64::engine::general_purpose::GeneralPurposeConfig;
use base64::engine::simd::Simd;
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

/// What is read of a picture at once: a multiple of three, so that pieces can be encoded alone.
const STEP: usize = 48 << 10;

static ENCODER: LazyLock<Simd> = LazyLock::new(|| Simd::standard(GeneralPurposeConfig::new()));

/// A body of known length.
pub(super) struct Outgoing {
    head: Bytes,
    picture: Option<Picture>,
    tail: Bytes,
    left: u64,
}

struct Picture {
    file: File,
    buffer: Vec<u8>,
}

impl Outgoing {
    pub(super) fn plain(json: Vec<u8>) -> Self {
        let left = json.len() as u64;
        Self { head: json.into(), picture: None, tail: Bytes::new(), left }
    }

    /// The picture's base64 between `head` and `tail`.
    pub(super) fn with_picture(head: &str, picture: &Path, tail: &str) -> io::Result<Self> {
        let file = File::open(picture)?;
        let encoded = file.metadata()?.len().div_ceil(3) * 4;
        let left = (head.len() + tail.len()) as u64 + encoded;
        let (head, tail) = (Bytes::copy_from_slice(head.as_bytes()), Bytes::copy_from_slice(tail.as_bytes()));
        Ok(Self { head, picture: Some(Picture { file, buffer: vec![0; STEP] }), tail, left })
    }

    fn next(&mut self) -> io::Result<Option<Bytes>> {
        if !self.head.is_empty() {
            return Ok(Some(std::mem::take(&mut self.head)));
        }
        if let Some(picture) = &mut self.picture {
            if let Some(piece) = picture.next()? {
                return Ok(Some(piece));
            }
            self.picture = None;
        }
        Ok(Some(std::mem::take(&mut self.tail)).filter(|tail| !tail.is_empty()))
    }
}

impl Picture {
    /// The next piece, encoded; `None` at the end.
    ///
    /// The file is read where it is: it comes from the page cache or from a disk that is faster than the network.
    fn next(&mut self) -> io::Result<Option<Bytes>> {
        let mut filled = 0;
        while filled < STEP {
            match self.file.read(&mut self.buffer[filled..])? {
                0 => break,
                count => filled += count,
            }
        }
        if filled == 0 {
            return Ok(None);
        }
        let mut encoded = vec![0; filled.div_ceil(3) * 4];
        let length = ENCODER.encode_slice(&self.buffer[..filled], &mut encoded).map_err(io::Error::other)?;
        encoded.truncate(length);
        Ok(Some(encoded.into()))
    }
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let piece = self.next();
        if let Ok(Some(piece)) = &piece {
            self.left = self.left.saturating_sub(piece.len() as u64);
        }
        Poll::Ready(piece.transpose().map(|piece| piece.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Outgoing({} bytes)", self.left)
    }
}
