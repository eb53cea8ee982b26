//! Lines out of pieces: no byte is looked at twice, and only a line that lies across pieces is copied.

use memchr::memchr;

use crate::Result;

/// The beginning of a line whose end has not come.
#[derive(Debug, Default)]
pub(super) struct Lines {
    open: Vec<u8>,
}

impl Lines {
    /// Hands out every line that ends in this piece, without its end.
    pub(super) fn push(&mut self, mut piece: &[u8], mut line: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        while let Some(end) = memchr(b'\n', piece) {
            if self.open.is_empty() {
                line(&piece[..end])?;
            } else {
                self.open.extend_from_slice(&piece[..end]);
                line(&self.open)?;
                self.open.clear();
            }
            piece = &piece[end + 1..];
        }
        self.open.extend_from_slice(piece);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_do_not_depend_on_the_pieces() {
        let text = b"data: one\n\ndata: two\n\nrest";
        for step in 1..=text.len() {
            let mut found = Vec::new();
            let mut lines = Lines::default();
            for piece in text.chunks(step) {
                lines
                    .push(piece, |line| {
                        found.push(String::from_utf8_lossy(line).into_owned());
                        Ok(())
                    })
                    .expect("no failure");
            }
            assert_eq!(found, ["data: one", "", "data: two", ""], "{step}");
        }
    }
}
