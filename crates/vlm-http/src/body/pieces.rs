//! A body on its way out: plain pieces as they are, payloads as base64 or as they are, through one buffer.

use std::pin::Pin;
use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::GeneralPurposeConfig;
use base64::engine::simd::Simd;
use bytes::Bytes;
use futures_core::Stream;
use futures_util::stream;

use super::{Body, Payload, Piece};
use crate::file::{FileProblem, LocalFile, Reader, off_thread};

/// A body as a stream of pieces of bounded size.
pub type PieceStream = Pin<Box<dyn Stream<Item = Result<Bytes, FileProblem>> + Send>>;

/// Raw bytes encoded at a time: a multiple of 3, so that no padding stands in the middle. 192 KiB on the wire.
const STEP: usize = 144 << 10;

/// How much is handed out before other tasks, and the system's events, get their turn. A fast connection takes whatever
/// it is given at once, and would keep the thread for as long as there is more.
const TURN: usize = 1 << 20;

static ENCODER: LazyLock<Simd> = LazyLock::new(|| Simd::standard(GeneralPurposeConfig::new()));

/// Where the stream stands.
struct Cursor {
    body: Body,
    /// The piece that is being sent.
    piece: usize,
    /// How much of an in-memory payload has been encoded.
    offset: usize,
    /// The file that is being read.
    reader: Option<Reader>,
    /// How much was handed out since other tasks had their turn.
    since: usize,
    failed: bool,
}

pub(super) fn stream(body: Body) -> PieceStream {
    let cursor = Cursor { body, piece: 0, offset: 0, reader: None, since: 0, failed: false };
    Box::pin(stream::unfold(cursor, |mut cursor| async move {
        if cursor.since >= TURN {
            cursor.since = 0;
            tokio::task::yield_now().await;
        }
        let item = cursor.step().await?;
        cursor.since += item.as_ref().map_or(0, Bytes::len);
        cursor.failed = item.is_err();
        Some((item, cursor))
    }))
}

impl Cursor {
    async fn step(&mut self) -> Option<Result<Bytes, FileProblem>> {
        while !self.failed {
            let piece = self.body.pieces.get(self.piece)?.clone();
            let bytes = match piece {
                Piece::Plain(bytes) => {
                    self.piece += 1;
                    bytes
                }
                Piece::Encoded(bytes) => encode(&self.next_slice(&bytes, 0)),
                Piece::Raw(Payload::Bytes(bytes), from) => {
                    self.next_slice(&bytes, usize::try_from(from).unwrap_or(usize::MAX))
                }
                Piece::File(file) => match self.read_next(&file, 0, encode).await {
                    Ok(bytes) => bytes,
                    Err(problem) => return Some(Err(problem)),
                },
                Piece::Raw(Payload::File(file), from) => {
                    match self.read_next(&file, from, Bytes::copy_from_slice).await {
                        Ok(bytes) => bytes,
                        Err(problem) => return Some(Err(problem)),
                    }
                }
            };
            if !bytes.is_empty() {
                return Some(Ok(bytes));
            }
        }
        None
    }

    /// The next slice of an in-memory payload, of which the first `from` bytes are left out; short enough to be
    /// encoded where it is.
    fn next_slice(&mut self, bytes: &Bytes, from: usize) -> Bytes {
        let start = self.offset.max(from).min(bytes.len());
        let end = bytes.len().min(start.saturating_add(STEP));
        self.offset = end;
        if end == bytes.len() {
            self.piece += 1;
            self.offset = 0;
        }
        bytes.slice(start..end)
    }

    /// The next slice of a file from `from` on, read and written off the async threads; empty at its end.
    async fn read_next(
        &mut self,
        file: &LocalFile,
        from: u64,
        write: fn(&[u8]) -> Bytes,
    ) -> Result<Bytes, FileProblem> {
        let reader = self.reader.take();
        let opened = file.clone();
        let (reader, bytes) = off_thread(file.path(), move || {
            let mut reader = match reader {
                Some(reader) => reader,
                None => Reader::open_at(&opened, from)?,
            };
            let bytes = if reader.fill(STEP)? { write(reader.filled()) } else { Bytes::new() };
            Ok((reader, bytes))
        })
        .await?;
        if bytes.is_empty() {
            self.piece += 1;
        } else {
            self.reader = Some(reader);
        }
        Ok(bytes)
    }
}

fn encode(raw: &[u8]) -> Bytes {
    ENCODER.encode(raw).into()
}
