//! Why a claim was refused, and the error that says so.

use vlm_core::{Currency, Error, ErrorKind, Money};

use super::claim::Claim;
use super::limit::{Limit, Scope};
use super::statement::Account;

/// What a limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dimension {
    Money(Currency),
    Tokens,
}

impl Dimension {
    fn show(self, amount: u128) -> String {
        match self {
            Self::Money(currency) => currency.show(Money::from_pico_usd(amount)),
            Self::Tokens if amount == 1 => "1 token".to_owned(),
            Self::Tokens => format!("{amount} tokens"),
        }
    }
}

/// Why a claim was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It does not fit under a limit.
    Passed {
        whose: &'static str,
        dimension: Dimension,
        most: u128,
        claim: u128,
        spent: u128,
        held: u128,
        reserved: u128,
    },
    /// A limit needs a maximum that is not known.
    Unknown { whose: &'static str, dimension: Dimension },
    /// Money limits are in another currency.
    OtherCurrency { limit: Currency, claim: Currency },
    /// The sum of all claims would leave the range of numbers.
    Uncountable,
}

impl Refusal {
    pub(crate) fn unknown(limit: &Limit, dimension: Dimension) -> Self {
        Self::Unknown { whose: whose(limit), dimension }
    }

    pub(crate) fn passed(
        limit: &Limit,
        dimension: Dimension,
        (most, claim): (u128, u128),
        account: &Account<u128>,
    ) -> Self {
        let Account { spent, held, reserved, .. } = *account;
        Self::Passed { whose: whose(limit), dimension, most, claim, spent, held, reserved }
    }

    /// The error: nothing was sent.
    pub(crate) fn into_error(self, claim: &Claim) -> Error {
        Error::new(ErrorKind::Budget, self.message())
            .with_provider(claim.provider.clone())
            .with_model(claim.model.clone())
            .with_advice(self.advice())
    }

    fn message(&self) -> String {
        match *self {
            Self::Passed { whose, dimension, most, claim, spent, held, reserved } => {
                let left = most.saturating_sub(spent.saturating_add(held).saturating_add(reserved));
                let show = |amount| dimension.show(amount);
                format!(
                    "the call may take up to {}, but of the limit of {} {whose} only {} is left ({} spent, {} held, {} reserved)",
                    show(claim),
                    show(most),
                    show(left),
                    show(spent),
                    show(held),
                    show(reserved),
                )
            }
            Self::Unknown { whose, dimension: Dimension::Money(_) } => {
                format!("there is a limit on money {whose}, but it is not known what the call may cost at most")
            }
            Self::Unknown { whose, dimension: Dimension::Tokens } => {
                format!("there is a limit on tokens {whose}, but it is not known how many the call may take at most")
            }
            Self::OtherCurrency { limit, claim } => {
                format!("the limits on money are in {limit}, but the call is priced in {claim}")
            }
            Self::Uncountable => "the call may take more than can be counted".to_owned(),
        }
    }

    fn advice(&self) -> &'static str {
        match *self {
            Self::Passed { most, claim, spent, held, reserved, .. } => {
                let without = spent.saturating_add(held).saturating_add(claim);
                if claim > most || without > most {
                    "Raise the limit or ask for less, such as a smaller picture or fewer output tokens; nothing was sent."
                } else if reserved > 0 {
                    "It fits once calls that are under way are settled: wait for them or make fewer at once; nothing was sent."
                } else {
                    "Raise the limit or ask for less; nothing was sent."
                }
            }
            Self::Unknown { dimension: Dimension::Money(_), .. } => {
                "Set a maximum of output tokens and use a model whose price is known, or take the limit on money away; nothing was sent."
            }
            Self::Unknown { dimension: Dimension::Tokens, .. } => {
                "Set a maximum of output tokens, or take the limit on tokens away; nothing was sent."
            }
            Self::OtherCurrency { .. } => {
                "Give such calls a budget of their own in their currency, or limit their tokens; nothing was sent."
            }
            Self::Uncountable => "Claim what the call can really take; nothing was sent.",
        }
    }
}

fn whose(limit: &Limit) -> &'static str {
    match limit.scope {
        Scope::Run => "for the run",
        Scope::EachModel | Scope::Model(_) => "for this model",
        Scope::EachKey | Scope::Key(_) => "for this key",
    }
}
