//! The bytes of a stream as they came, kept up to a limit.

use bytes::{Bytes, BytesMut};
use vlm_core::RawReply;

/// Pieces smaller than this are put together: a slice costs more than its bytes.
const SMALL: usize = 1 << 10;

/// How much is put together at first, and at most: a long stream needs few blocks, a short one no large one.
const BLOCK: usize = 16 << 10;
const LARGEST: usize = 256 << 10;

/// The raw bytes of a stream.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct RawChunks {
    /// The bytes.
    pub reply: RawReply,
    /// Whether nothing is missing; false when the stream was longer than the limit, and only its beginning is here.
    pub complete: bool,
}

/// Keeps the beginning of a stream.
#[derive(Debug)]
pub(super) struct RawKeeper {
    left: usize,
    reply: RawReply,
    tail: BytesMut,
    /// How much is put together now.
    block: usize,
    cut: bool,
}

impl RawKeeper {
    pub(super) fn new(limit: usize) -> Self {
        Self { left: limit, reply: RawReply::new(), tail: BytesMut::new(), block: BLOCK, cut: false }
    }

    pub(super) fn push(&mut self, piece: &Bytes) {
        if self.cut || piece.len() > self.left {
            self.cut = true;
            return;
        }
        self.left -= piece.len();
        if piece.len() < SMALL {
            self.tail.extend_from_slice(piece);
            if self.tail.len() >= self.block {
                self.flush();
                // A stream that filled one block will mostly fill the next.
                self.block = (2 * self.block).min(LARGEST);
                self.tail.reserve(self.block + SMALL);
            }
        } else {
            self.flush();
            self.reply.push(piece.clone());
        }
    }

    fn flush(&mut self) {
        self.reply.push(self.tail.split().freeze());
    }

    pub(super) fn take(&mut self) -> RawChunks {
        self.flush();
        RawChunks { reply: std::mem::take(&mut self.reply), complete: !self.cut }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_pieces_in_order_until_the_limit() {
        let mut keeper = RawKeeper::new(5000);
        keeper.push(&Bytes::from_static(b"ab"));
        keeper.push(&Bytes::from(vec![b'c'; 2000]));
        keeper.push(&Bytes::from_static(b"d"));
        let raw = keeper.take();
        assert!(raw.complete);
        assert_eq!(raw.reply.to_text(), format!("ab{}d", "c".repeat(2000)));
        keeper.push(&Bytes::from(vec![b'e'; 4000]));
        keeper.push(&Bytes::from_static(b"f"));
        let raw = keeper.take();
        assert!(!raw.complete);
        assert!(raw.reply.is_empty());
    }

    #[test]
    fn tiny_pieces_are_put_together() {
        let mut keeper = RawKeeper::new(1 << 20);
        for _ in 0..100_000 {
            keeper.push(&Bytes::from_static(b"x"));
        }
        let shown = format!("{:?}", keeper.take());
        assert_eq!(shown, "RawChunks { reply: RawReply(100000 bytes), complete: true }");
    }
}
