//! What was estimated, held against what was billed.

use std::fmt;

use serde::{Deserialize, Serialize};
use vlm_core::Usage;

use crate::estimate::Estimate;
use crate::tokens::TokenRange;

/// The input tokens of one call: estimated, and billed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Drift {
    /// What was estimated.
    pub estimated: TokenRange,
    /// What the service reported; `None` where it reported nothing.
    pub billed: Option<u64>,
}

impl Drift {
    /// Billed less likely; `None` where nothing was reported.
    pub fn difference(&self) -> Option<i64> {
        let billed = i128::from(self.billed?) - i128::from(self.estimated.likely);
        Some(i64::try_from(billed).unwrap_or(if billed < 0 { i64::MIN } else { i64::MAX }))
    }

    /// Whether the bill lies within the range that was estimated; `None` where nothing was reported.
    pub fn is_within(&self) -> Option<bool> {
        self.billed.map(|billed| self.estimated.contains(billed))
    }
}

impl Estimate {
    /// Holds the estimate against the usage that the service reported.
    pub fn drift(&self, usage: &Usage) -> Drift {
        Drift { estimated: self.input, billed: usage.input_tokens }
    }
}

impl fmt::Display for Drift {
    /// `as estimated`, `estimated 1310 (1297 to 1323), +3`, or `estimated 244, not reported`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.difference() {
            Some(0) => f.write_str("as estimated"),
            Some(difference) => {
                write!(f, "estimated {}, {difference:+}", self.estimated)?;
                if self.is_within() == Some(false) { f.write_str(", outside of the range") } else { Ok(()) }
            }
            None => write!(f, "estimated {}, not reported", self.estimated),
        }
    }
}

#[cfg(test)]
mod tests {
    use vlm_tokens::Tokens;

    use super::*;

    #[test]
    fn a_bill_is_held_against_the_range() {
        let drift = |billed| Drift { estimated: Tokens::within(1000, 2).into(), billed };
        let cases = [
            (Some(1000), "as estimated", Some(true)),
            (Some(1020), "estimated 1000 (980 to 1020), +20", Some(true)),
            (Some(979), "estimated 1000 (980 to 1020), -21, outside of the range", Some(false)),
            (None, "estimated 1000 (980 to 1020), not reported", None),
            (Some(u64::MAX), "estimated 1000 (980 to 1020), +9223372036854775807, outside of the range", Some(false)),
        ];
        for (billed, words, within) in cases {
            assert_eq!(drift(billed).to_string(), words);
            assert_eq!(drift(billed).is_within(), within);
        }
    }
}
