//! What stands before and after the root value.

use super::scanner::{Scanner, State};
use crate::decode::error::Fault;
use crate::decode::repair::RepairKind;

/// What the value of a streamed answer begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Root {
    /// The first array or object.
    #[default]
    Any,
    /// The first object: a bracketed remark such as `[1]` before it is passed over.
    Object,
    /// The first array.
    Array,
}

/// The text before the root.
#[derive(Debug)]
pub(super) struct Lead {
    root: Root,
    /// The first text that is neither blank nor part of a fence.
    text_at: Option<usize>,
    ticks: usize,
    fence_at: Option<usize>,
    /// The language of a fence may go on.
    info: bool,
    /// Text after the root was noted.
    trailing: bool,
}

impl Lead {
    pub(super) fn new(root: Root) -> Self {
        Self { root, text_at: None, ticks: 0, fence_at: None, info: false, trailing: false }
    }

    /// Whether there was nothing but white space.
    pub(super) fn is_blank(&self) -> bool {
        self.text_at.is_none() && self.fence_at.is_none() && self.ticks == 0
    }

    /// The bracket at `at` was part of the text.
    pub(super) fn mistaken(&mut self, at: usize) {
        self.text_at.get_or_insert(at);
        self.fence_at = None;
    }

    /// Whether an array may go on with this byte.
    pub(super) fn begins_item(byte: u8) -> bool {
        matches!(byte, b'{' | b'[' | b']' | b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n')
    }

    fn byte(&mut self, byte: u8, at: usize) {
        if byte == b'`' {
            self.ticks += 1;
            if self.ticks == 3 {
                self.fence_at = Some(at - 2);
                self.info = true;
            }
            return;
        }
        if self.ticks > 0 && self.ticks < 3 {
            self.text_at.get_or_insert(at - self.ticks);
        }
        self.ticks = 0;
        if byte.is_ascii_whitespace() {
            self.info = false;
        } else if !(self.info && (byte.is_ascii_alphanumeric() || b"+-_.".contains(&byte))) {
            // The fence was that of an earlier block, or a block of prose.
            self.info = false;
            self.fence_at = None;
            self.text_at.get_or_insert(at);
        }
    }
}

impl Scanner {
    pub(super) fn lead_byte(&mut self, byte: u8, at: usize) -> Result<(), Fault> {
        let begins = match self.lead.root {
            Root::Any => matches!(byte, b'{' | b'['),
            Root::Object => byte == b'{',
            Root::Array => byte == b'[',
        };
        if begins {
            if matches!(self.lead.ticks, 1 | 2) {
                self.lead.text_at.get_or_insert(at - self.lead.ticks);
            }
            self.state = State::RootSeen { array: byte == b'[', at };
        } else if !self.lenient && !matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
            return Err(self.expected("an array or an object", at));
        } else {
            self.lead.byte(byte, at);
        }
        Ok(())
    }

    /// Notes what stood before the root.
    pub(super) fn note_lead(&mut self) -> Result<(), Fault> {
        if let Some(at) = self.lead.text_at {
            self.note(RepairKind::SurroundingText, at)?;
        }
        if let Some(at) = self.lead.fence_at {
            self.note(RepairKind::Fence, at)?;
        }
        Ok(())
    }

    /// A byte after the root: passed over, and noted once.
    pub(super) fn trailing_byte(&mut self, byte: u8, at: usize) -> Result<(), Fault> {
        let tick = byte == b'`' && self.lead.fence_at.is_some();
        if matches!(byte, b' ' | b'\t' | b'\n' | b'\r') || tick || self.lead.trailing {
            return Ok(());
        }
        if !self.lenient {
            return Err(self.expected("the end of the text", at));
        }
        self.lead.trailing = true;
        self.note(RepairKind::SurroundingText, at)
    }
}
