//! Which currency an amount is in. It stands beside the amount: in a price schedule, in a cost, in a limit.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Money;

/// A currency by its ISO 4217 code, such as `USD`.
///
/// ```
/// use vlm_core::{Currency, Money};
///
/// let amount: Money = "0.012".parse()?;
/// assert_eq!(Currency::USD.show(amount), "$0.012");
/// assert_eq!("EUR".parse::<Currency>()?.show(amount), "0.012 EUR");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency([u8; 3]);

/// A string that is no currency code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no currency code: write three capital letters such as USD")]
#[non_exhaustive]
pub struct ParseCurrencyError(String);

impl Currency {
    /// US dollars: what every amount is in unless something else is said.
    pub const USD: Self = Self(*b"USD");

    /// The code.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("???")
    }

    /// True for US dollars.
    pub fn is_usd(&self) -> bool {
        *self == Self::USD
    }

    /// The amount with its currency: `$0.012`, or `0.012 EUR`.
    pub fn show(&self, amount: Money) -> String {
        if self.is_usd() { amount.to_string() } else { format!("{} {}", amount.to_decimal(), self.code()) }
    }
}

impl Default for Currency {
    fn default() -> Self {
        Self::USD
    }
}

impl FromStr for Currency {
    type Err = ParseCurrencyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.as_bytes() {
            [a, b, c] if text.bytes().all(|byte| byte.is_ascii_uppercase()) => Ok(Self([*a, *b, *c])),
            _ => Err(ParseCurrencyError(text.chars().take(20).collect())),
        }
    }
}

impl TryFrom<String> for Currency {
    type Error = ParseCurrencyError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.code().to_owned()
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Currency({})", self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_three_capital_letters() {
        assert_eq!("CNY".parse::<Currency>().unwrap().to_string(), "CNY");
        for wrong in ["", "usd", "US", "DOLLAR", "U$D", "€uro"] {
            assert!(wrong.parse::<Currency>().is_err(), "{wrong}");
        }
        let written = serde_json::to_string(&Currency::USD).unwrap();
        assert_eq!(serde_json::from_str::<Currency>(&written).unwrap(), Currency::USD);
        assert!(serde_json::from_str::<Currency>("\"x\"").is_err());
    }
}
