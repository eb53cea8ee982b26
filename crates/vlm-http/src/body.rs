//! Request bodies: a list of pieces that is cheap to clone, can be sent again, and never holds a file in memory.

mod pieces;
mod slots;

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

use crate::file::{FileProblem, LocalFile, off_thread};
pub use pieces::PieceStream;
pub use slots::{MediaSlots, Payload};

/// A request body. Clones share their pieces; each attempt reads them from the start.
///
/// `Debug` shows its length only.
#[derive(Clone, Default)]
pub struct Body {
    pieces: Arc<[Piece]>,
    len: u64,
}

/// One part of a body.
#[derive(Clone)]
enum Piece {
    /// Sent as it is.
    Plain(Bytes),
    /// Sent as base64, encoded on the way.
    Encoded(Bytes),
    /// Read from disk and sent as base64, through one buffer.
    File(Arc<LocalFile>),
    /// Media sent as it is, from this offset on.
    Raw(Payload, u64),
}

impl Piece {
    /// The number of bytes on the wire.
    fn len(&self) -> u64 {
        match self {
            Self::Plain(bytes) => bytes.len() as u64,
            Self::Encoded(bytes) => encoded_len(bytes.len() as u64),
            Self::File(file) => encoded_len(file.len()),
            Self::Raw(payload, from) => payload.len().saturating_sub(*from),
        }
    }
}

/// The length of `raw` bytes as padded base64.
fn encoded_len(raw: u64) -> u64 {
    raw.div_ceil(3).saturating_mul(4)
}

impl Body {
    /// No body.
    pub fn empty() -> Self {
        Self::default()
    }

    /// JSON that is already serialized.
    pub fn from_json_bytes(json: impl Into<Bytes>) -> Self {
        let json = json.into();
        Self { len: json.len() as u64, pieces: Arc::new([Piece::Plain(json)]) }
    }

    /// The media itself, without any encoding, from byte `from` on: for services that take uploads. A file is read from
    /// disk while it is sent.
    pub fn from_payload(payload: Payload, from: u64) -> Self {
        Self::from_pieces(vec![Piece::Raw(payload, from)])
    }

    fn from_pieces(pieces: Vec<Piece>) -> Self {
        let len = pieces.iter().map(Piece::len).fold(0, u64::saturating_add);
        Self { pieces: pieces.into(), len }
    }

    /// The exact number of bytes on the wire.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether there is nothing to send.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The body with each payload shown by its length alone, for snapshots: prompts are shown, media is not.
    pub fn preview(&self) -> String {
        let mut text = String::new();
        for piece in self.pieces.iter() {
            match piece {
                Piece::Plain(bytes) => text.push_str(&String::from_utf8_lossy(bytes)),
                Piece::Encoded(bytes) => text.push_str(&format!("<base64 of {} bytes>", bytes.len())),
                Piece::File(file) => text.push_str(&format!("<base64 of {} bytes>", file.len())),
                Piece::Raw(..) => text.push_str(&format!("<{} bytes>", piece.len())),
            }
        }
        text
    }

    /// The whole body in memory, as it goes over the wire. For recorders and tests of small bodies.
    ///
    /// # Errors
    ///
    /// A [`FileProblem`] when a file cannot be read or changed.
    pub async fn collect(&self) -> Result<Bytes, FileProblem> {
        use futures_util::StreamExt;
        let mut all = Vec::new();
        let mut pieces = self.stream();
        while let Some(piece) = pieces.next().await {
            all.extend_from_slice(&piece?);
        }
        Ok(all.into())
    }

    /// The body as a stream of pieces of bounded size, read anew from the start: for transports.
    pub fn stream(&self) -> PieceStream {
        pieces::stream(self.clone())
    }

    /// The only piece of a body that is one piece of plain bytes, or nothing at all.
    pub(crate) fn as_plain(&self) -> Option<Bytes> {
        match &*self.pieces {
            [] => Some(Bytes::new()),
            [Piece::Plain(bytes)] => Some(bytes.clone()),
            _ => None,
        }
    }

    /// Whether every file is still the one that was opened; off the async threads.
    pub(crate) async fn check_files(&self) -> Result<(), FileProblem> {
        for piece in self.pieces.iter() {
            let checked = match piece {
                Piece::File(file) => LocalFile::clone(file),
                Piece::Raw(Payload::File(file), _) => file.clone(),
                _ => continue,
            };
            let shown = checked.path().to_owned();
            off_thread(&shown, move || checked.check_blocking()).await?;
        }
        Ok(())
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Body({} bytes)", self.len)
    }
}

#[cfg(test)]
mod tests;
