//! A count of tokens as an estimate gives it: a range around a likely number, and how sure it is. It serializes.

use std::fmt;
use std::iter::Sum;
use std::ops::Add;

use serde::{Deserialize, Serialize};
use vlm_tokens::{TokenBounds, Tokens};

/// How sure a count is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Confidence {
    /// To the token: the vendor's documents and an independent check agree.
    Exact,
    /// The vendor's documents say so; nothing else confirmed it.
    Documented,
    /// Sources disagree, or the rule is rough.
    Approximate,
    /// Something that the rule needs is not known: only the range is.
    Unknown,
}

/// A count of tokens. `low <= likely`, and `likely <= high` where there is an upper end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TokenRange {
    /// No fewer than this.
    pub low: u64,
    /// The number to show.
    pub likely: u64,
    /// No more than this; `None` where no limit is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high: Option<u64>,
    /// How sure the number is.
    pub confidence: Confidence,
}

impl TokenRange {
    /// No tokens, surely.
    pub const ZERO: Self = Self { low: 0, likely: 0, high: Some(0), confidence: Confidence::Exact };

    /// Of what no rule is known: a rule of thumb without limits.
    pub(crate) const fn unknown(likely: u64) -> Self {
        Self { low: 0, likely, high: None, confidence: Confidence::Unknown }
    }

    /// True when the range is a single number.
    pub fn is_certain(&self) -> bool {
        self.high == Some(self.low)
    }

    /// True when `count` lies inside.
    pub fn contains(&self, count: u64) -> bool {
        self.low <= count && self.high.is_none_or(|high| count <= high)
    }

    /// What this has beyond `less`, end by end; `None` where it is nothing.
    pub(crate) fn beyond(self, less: Self) -> Option<Self> {
        let high = self.high.map(|high| high.saturating_sub(less.high.unwrap_or_default()));
        let rest = Self {
            low: self.low.saturating_sub(less.low),
            likely: self.likely.saturating_sub(less.likely),
            high,
            confidence: self.confidence,
        };
        (high != Some(0)).then_some(rest)
    }

    /// The same with an upper end of `most` at the latest.
    #[must_use]
    pub fn at_most(mut self, most: u64) -> Self {
        let high = self.high.unwrap_or(most).min(most).max(self.low);
        self.high = Some(high);
        self.likely = self.likely.min(high);
        self
    }
}

impl From<Tokens> for TokenRange {
    fn from(tokens: Tokens) -> Self {
        let confidence = match tokens.confidence {
            vlm_tokens::Confidence::Exact => Confidence::Exact,
            vlm_tokens::Confidence::Documented => Confidence::Documented,
            _ => Confidence::Approximate,
        };
        Self { low: tokens.low, likely: tokens.likely, high: Some(tokens.high), confidence }
    }
}

impl From<TokenBounds> for TokenRange {
    fn from(bounds: TokenBounds) -> Self {
        Self { low: bounds.low, likely: bounds.likely, high: bounds.high, confidence: Confidence::Unknown }
    }
}

impl Add for TokenRange {
    type Output = Self;

    /// Number by number; the sum is as sure as the less sure part.
    fn add(self, other: Self) -> Self {
        Self {
            low: self.low.saturating_add(other.low),
            likely: self.likely.saturating_add(other.likely),
            high: self.high.zip(other.high).map(|(one, two)| one.saturating_add(two)),
            confidence: self.confidence.max(other.confidence),
        }
    }
}

impl Sum for TokenRange {
    fn sum<I: Iterator<Item = Self>>(parts: I) -> Self {
        parts.fold(Self::ZERO, Add::add)
    }
}

impl fmt::Display for TokenRange {
    /// `300`, `300 (255 to 345)` or `1548 (258 or more)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.high {
            Some(high) if high == self.low => write!(f, "{}", self.likely),
            Some(high) => write!(f, "{} ({} to {high})", self.likely, self.low),
            None => write!(f, "{} ({} or more)", self.likely, self.low),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_open_where_a_part_is_and_as_sure_as_the_least_sure() {
        let exact = TokenRange::from(Tokens::exact(300));
        let rough = TokenRange::from(Tokens::within(100, 20));
        let open = TokenRange::unknown(1000);
        assert_eq!((exact + rough).to_string(), "400 (380 to 420)");
        assert_eq!((exact + rough).confidence, Confidence::Approximate);
        assert_eq!((exact + open).to_string(), "1300 (300 or more)");
        assert_eq!([exact, exact].into_iter().sum::<TokenRange>().to_string(), "600");
        assert_eq!((exact + open).at_most(900).to_string(), "900 (300 to 900)");
        assert_eq!((exact + open).at_most(9).high, Some(300), "the low end stands");
        assert!(exact.is_certain() && exact.contains(300) && !exact.contains(301) && open.contains(u64::MAX));
    }
}
