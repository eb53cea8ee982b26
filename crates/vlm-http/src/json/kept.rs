//! The memory of an index from one document to the next. The events of a stream begin alike, up to their words: what was
//! found there the last time is not looked for again.

use std::fmt;

use super::index::{self, Node};

/// How much of a document is compared with the next one.
const HEAD: usize = 1 << 10;

/// How much room for values is kept from one document to the next.
const ROOM: usize = 1 << 14;

/// The memory that a [`RawJson`](super::RawJson) needs beside its text, kept from one document to the next. Documents
/// that begin alike, as the events of a stream do, are read faster with it.
#[derive(Default)]
pub struct JsonIndex {
    nodes: Vec<Node>,
    /// The first bytes of the document that the nodes are of; empty when it is not to be compared.
    head: Vec<u8>,
}

impl JsonIndex {
    /// An index for one document alone, with room for this many values.
    pub(super) fn with_room(values: usize) -> Self {
        Self { nodes: Vec::with_capacity(values), head: Vec::new() }
    }

    /// The values of the document that was read last.
    pub(super) fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Reads a document after which no other follows.
    pub(super) fn read_only(&mut self, text: &str) -> Option<()> {
        index::read(text, &mut self.nodes, 0)
    }

    /// Reads a document; what it has in common with the one before is not read again.
    pub(super) fn read_next(&mut self, text: &str) -> Option<()> {
        if self.nodes.capacity() > ROOM {
            *self = Self::default();
        }
        let bytes = text.as_bytes();
        let same = in_common(&self.head, bytes);
        self.head.truncate(same);
        self.head.extend_from_slice(&bytes[same..bytes.len().clamp(same, HEAD)]);
        index::read(text, &mut self.nodes, same)
    }
}

/// How many bytes at the beginning are the same.
fn in_common(before: &[u8], now: &[u8]) -> usize {
    let blocks = before.as_chunks::<16>().0.iter().zip(now.as_chunks::<16>().0);
    let whole = 16 * blocks.take_while(|(before, now)| before == now).count();
    let rest = before[whole..].iter().zip(&now[whole..]);
    whole + rest.take_while(|(before, now)| before == now).count()
}

impl fmt::Debug for JsonIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JsonIndex({} values)", self.nodes.len())
    }
}
