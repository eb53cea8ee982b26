//! Fenced code blocks.

/// A fenced block that begins at `start`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fence {
    /// Where its opening backticks stand.
    pub(super) start: usize,
    /// Where its text begins and ends.
    pub(super) text: (usize, usize),
    /// Where the text after the block goes on.
    pub(super) end: usize,
    /// Whether its language is JSON, or may be.
    pub(super) json: bool,
}

/// Finds the blocks of one text, each byte looked at once for openings and once for closings.
#[derive(Debug, Default)]
pub(super) struct Fences {
    /// A search reached the end of the text and found no closing line.
    unclosed: bool,
}

impl Fences {
    /// The block that begins with the backticks at `start`, if there are three of them.
    pub(super) fn open(&mut self, text: &str, start: usize) -> Option<Fence> {
        let bytes = text.as_bytes();
        let ticks = ticks(bytes, start);
        if ticks < 3 {
            return None;
        }
        let info = start + ticks;
        let begin = info
            + bytes[info..]
                .iter()
                .take(32)
                .take_while(|byte| byte.is_ascii_alphanumeric() || b"+-_.".contains(byte))
                .count();
        let name = text[info..begin].to_ascii_lowercase();
        let json =
            name.contains("json") || matches!(name.as_str(), "" | "text" | "txt" | "plaintext" | "js" | "javascript");
        let (close, end) = self.close(text, begin, ticks);
        Some(Fence { start, text: (begin, close), end, json })
    }

    /// The start and the end of the line of backticks that closes a block, else the end of the text.
    fn close(&mut self, text: &str, begin: usize, ticks_open: usize) -> (usize, usize) {
        let bytes = text.as_bytes();
        let mut line = begin;
        loop {
            let newline = if self.unclosed { None } else { memchr::memchr(b'\n', &bytes[line..]) };
            let Some(newline) = newline else { break };
            line += newline + 1;
            let indent = bytes[line..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
            let count = ticks(bytes, line + indent);
            if count >= ticks_open {
                return (line, line + indent + count);
            }
        }
        self.unclosed = true;
        // On one line, or never closed: trailing backticks are not part of the value.
        let trimmed = text[begin..].trim_end();
        (begin + trimmed.trim_end_matches('`').len(), text.len())
    }
}

/// How many backticks stand at `at`.
pub(super) fn ticks(bytes: &[u8], at: usize) -> usize {
    bytes.get(at..).map_or(0, |rest| rest.iter().take_while(|&&byte| byte == b'`').count())
}
