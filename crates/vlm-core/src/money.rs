//! Exact money: whole pico-dollars, never floats. Other currencies count the same way; see `currency.rs`.
//!
//! Price lists quote dollars per thousand or per million tokens with up to six decimals, so one token costs a whole
//! number of pico-dollars (10⁻¹² USD) and sums never round.

mod currency;

use std::fmt;
use std::iter::Sum;
use std::ops::Add;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use currency::{Currency, ParseCurrencyError};

const PICO_PER_DOLLAR: u128 = 1_000_000_000_000;
const DECIMALS: usize = 12;

/// An amount of US dollars, exact to a pico-dollar; of another currency where a [`Currency`] stands beside it.
///
/// Serialized and parsed as a plain decimal string (`"0.0121329"`); displayed with a dollar sign. Sums saturate at
/// about 3.4 × 10²⁶ dollars instead of overflowing.
///
/// ```
/// use vlm_core::Money;
///
/// let input: Money = "0.01071918".parse()?;
/// let output: Money = "0.00141372".parse()?;
/// assert_eq!((input + output).to_string(), "$0.0121329");
/// # Ok::<(), vlm_core::ParseMoneyError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Money {
    pico: u128,
}

impl Money {
    /// No money.
    pub const ZERO: Self = Self { pico: 0 };

    /// So many pico-dollars.
    pub const fn from_pico_usd(pico: u128) -> Self {
        Self { pico }
    }

    /// The amount in pico-dollars.
    pub const fn pico_usd(self) -> u128 {
        self.pico
    }

    /// This amount so many times.
    #[must_use]
    pub const fn times(self, count: u64) -> Self {
        Self { pico: self.pico.saturating_mul(count as u128) }
    }

    /// What is left after taking `other` away; `None` when that is more than there is.
    pub const fn checked_sub(self, other: Self) -> Option<Self> {
        match self.pico.checked_sub(other.pico) {
            Some(pico) => Some(Self { pico }),
            None => None,
        }
    }

    /// What is left after taking `other` away; nothing when that is more than there is.
    #[must_use]
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self { pico: self.pico.saturating_sub(other.pico) }
    }

    /// The amount without the dollar sign: `0.0121329`.
    pub fn to_decimal(self) -> String {
        let (dollars, rest) = (self.pico / PICO_PER_DOLLAR, self.pico % PICO_PER_DOLLAR);
        let digits = format!("{rest:0DECIMALS$}");
        match digits.trim_end_matches('0') {
            "" => dollars.to_string(),
            decimals => format!("{dollars}.{decimals}"),
        }
    }
}

impl Add for Money {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { pico: self.pico.saturating_add(other.pico) }
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("${}", self.to_decimal()))
    }
}

/// A string that is not an amount of money.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an amount of dollars: write plain decimals such as 0.00021, at most 12 behind the point")]
#[non_exhaustive]
pub struct ParseMoneyError(String);

impl FromStr for Money {
    type Err = ParseMoneyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || ParseMoneyError(text.chars().take(40).collect());
        let bare = text.strip_prefix('$').unwrap_or(text);
        let (whole, decimals) = bare.split_once('.').unwrap_or((bare, ""));
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let shaped = !(whole.is_empty() && decimals.is_empty()) && digits(whole) && digits(decimals);
        if !shaped || decimals.len() > DECIMALS || bare.ends_with('.') {
            return Err(refuse());
        }
        let number = |part: &str| if part.is_empty() { Ok(0) } else { part.parse::<u128>() };
        let whole = number(whole).map_err(|_| refuse())?;
        let rest = number(&format!("{decimals:0<DECIMALS$}")).map_err(|_| refuse())?;
        let pico = whole.checked_mul(PICO_PER_DOLLAR).and_then(|pico| pico.checked_add(rest));
        pico.map(Self::from_pico_usd).ok_or_else(refuse)
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_decimal())
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests;
