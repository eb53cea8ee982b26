//! Bits of a sequence header, from the highest of each byte on; `None` behind the last one.

/// A header without the bytes that keep start codes out of it.
#[derive(Debug)]
pub(super) struct Bits {
    bytes: Vec<u8>,
    at: usize,
}

/// Bytes of a header that are looked at: sizes and rates stand in its beginning.
const MOST: usize = 1024;

impl Bits {
    /// Drops the 3 of each `0 0 3`, and ends before the next start code.
    pub(super) fn unescaped(escaped: &[u8]) -> Self {
        let mut bytes = Vec::with_capacity(escaped.len().min(MOST));
        let mut zeros = 0;
        for &byte in escaped.iter().take(MOST) {
            match byte {
                3 if zeros >= 2 => {
                    zeros = 0;
                    continue;
                }
                0..=2 if zeros >= 2 => break,
                _ => {}
            }
            zeros = if byte == 0 { zeros + 1 } else { 0 };
            bytes.push(byte);
        }
        Self { bytes, at: 0 }
    }

    pub(super) fn flag(&mut self) -> Option<bool> {
        let byte = self.bytes.get(self.at / 8)?;
        let bit = byte >> (7 - self.at % 8) & 1;
        self.at += 1;
        Some(bit == 1)
    }

    /// A number of `count` bits, at most 32.
    pub(super) fn number(&mut self, count: u32) -> Option<u32> {
        (0..count).try_fold(0, |number, _| Some(number << 1 | u32::from(self.flag()?)))
    }

    pub(super) fn skip(&mut self, count: usize) -> Option<()> {
        self.at = self.at.checked_add(count)?;
        (self.at <= self.bytes.len() * 8).then_some(())
    }

    /// An unsigned Exp-Golomb number.
    pub(super) fn golomb(&mut self) -> Option<u32> {
        let mut zeros = 0;
        while !self.flag()? {
            zeros += 1;
            if zeros > 31 {
                return None;
            }
        }
        let rest = self.number(zeros)?;
        ((1_u32 << zeros) - 1).checked_add(rest)
    }

    /// Several Exp-Golomb numbers that nobody asks for; signed ones have the same length.
    pub(super) fn skip_golombs(&mut self, count: u32) -> Option<()> {
        (0..count).try_for_each(|_| self.golomb().map(drop))
    }

    /// A signed Exp-Golomb number.
    pub(super) fn signed_golomb(&mut self) -> Option<i32> {
        let number = self.golomb()?;
        let half = i32::try_from(number.div_ceil(2)).ok()?;
        Some(if number % 2 == 1 { half } else { -half })
    }
}

#[cfg(test)]
mod tests {
    use super::Bits;

    #[test]
    fn numbers_are_read_and_the_end_is_none() {
        let mut bits = Bits::unescaped(&[0b1010_0110, 0b0100_0010, 0, 0, 3, 1]);
        assert_eq!(bits.golomb(), Some(0));
        assert_eq!(bits.golomb(), Some(1));
        assert_eq!(bits.signed_golomb(), Some(-1));
        assert_eq!(bits.signed_golomb(), Some(2));
        assert_eq!(bits.number(4), Some(2));
        assert_eq!(bits.number(24), Some(1));
        assert_eq!((bits.flag(), bits.golomb(), bits.number(0)), (None, None, Some(0)));
        assert_eq!(Bits::unescaped(&[0; 9]).golomb(), None);
        assert_eq!(Bits::unescaped(&[9, 0, 0, 1, 9]).number(25), None);
    }
}
