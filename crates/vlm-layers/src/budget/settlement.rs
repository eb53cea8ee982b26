//! Settlements: how a reserved call ended, and what follows for one dimension of the books.

use vlm_core::{Cost, Currency, Money, Usage};

/// How a call ended, for the books.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Settlement {
    /// The service did the work: what it cost is booked, the rest of the reservation is given back.
    Spent(Spent),
    /// Surely not billed: the whole reservation is given back.
    Refunded,
    /// Nobody can tell whether it was billed: the whole reservation stays counted.
    Held,
}

impl Settlement {
    /// A call that was done, with what is known of its cost and its usage.
    ///
    /// Money counts as known when the cost is exact, tokens when the usage has a sum. Of what is not known the
    /// reservation stays held; where the known part alone is above the reservation, that part is booked.
    pub fn spent(cost: &Cost, usage: &Usage) -> Self {
        Self::Spent(Spent {
            money: cost.amount(),
            currency: cost.currency(),
            exact: cost.is_exact(),
            input_tokens: usage.input_tokens,
            output_tokens: usage.output_tokens,
            total_tokens: usage.total_tokens,
        })
    }
}

/// What is known of what a call took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Spent {
    /// The cost, exact or a lower bound.
    pub money: Option<Money>,
    /// The currency of the cost.
    pub currency: Currency,
    /// Whether `money` is the whole cost.
    pub exact: bool,
    /// Input tokens as reported.
    pub input_tokens: Option<u64>,
    /// Output tokens as reported.
    pub output_tokens: Option<u64>,
    /// The service's own sum of tokens.
    pub total_tokens: Option<u64>,
}

impl Spent {
    /// The sum of tokens, where it is known.
    pub fn tokens(&self) -> Option<u64> {
        self.total_tokens.or_else(|| self.input_tokens?.checked_add(self.output_tokens?))
    }

    fn money_fact(&self) -> Fact {
        match self.money {
            Some(money) if self.exact => Fact::Exact(money.pico_usd()),
            Some(money) => Fact::AtLeast(money.pico_usd()),
            None => Fact::AtLeast(0),
        }
    }

    fn tokens_fact(&self) -> Fact {
        let known = |tokens: Option<u64>| u128::from(tokens.unwrap_or_default());
        match self.tokens() {
            Some(tokens) => Fact::Exact(tokens.into()),
            None => Fact::AtLeast(known(self.input_tokens) + known(self.output_tokens)),
        }
    }
}

/// What is known of one dimension.
#[derive(Clone, Copy, Debug)]
enum Fact {
    Exact(u128),
    AtLeast(u128),
}

/// What a settlement makes of a reservation, in one dimension.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Booked {
    pub(crate) spent: u128,
    pub(crate) held: u128,
    pub(crate) refunded: u128,
    pub(crate) overrun: u128,
}

impl Booked {
    /// The tokens of a reservation of so many.
    pub(crate) fn tokens(reserved: u128, settlement: &Settlement) -> Self {
        Self::of(reserved, settlement, Spent::tokens_fact)
    }

    /// The money of a reservation of so many pico units, and in which currency something was spent besides: a cost
    /// in another currency than the claim's settles nothing of the claim.
    pub(crate) fn money(
        reserved: u128,
        currency: Currency,
        settlement: &Settlement,
    ) -> (Self, Option<(Currency, Self)>) {
        match settlement {
            Settlement::Spent(spent) if spent.money.is_some() && spent.currency != currency => {
                let foreign = Self::by_fact(0, spent.money_fact());
                (Self::held(reserved), Some((spent.currency, foreign)))
            }
            _ => (Self::of(reserved, settlement, Spent::money_fact), None),
        }
    }

    fn of(reserved: u128, settlement: &Settlement, fact: fn(&Spent) -> Fact) -> Self {
        match settlement {
            Settlement::Spent(spent) => Self::by_fact(reserved, fact(spent)),
            Settlement::Refunded => Self { refunded: reserved, ..Self::default() },
            Settlement::Held => Self::held(reserved),
        }
    }

    fn by_fact(reserved: u128, fact: Fact) -> Self {
        match fact {
            Fact::AtLeast(least) if least <= reserved => Self::held(reserved),
            Fact::Exact(spent) | Fact::AtLeast(spent) => Self {
                spent,
                held: 0,
                refunded: reserved.saturating_sub(spent),
                overrun: spent.saturating_sub(reserved),
            },
        }
    }

    fn held(reserved: u128) -> Self {
        Self { held: reserved, ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spent(money: Option<&str>, exact: bool, tokens: (Option<u64>, Option<u64>)) -> Settlement {
        let money = money.map(|text| text.parse().unwrap());
        Settlement::Spent(Spent { money, exact, input_tokens: tokens.0, output_tokens: tokens.1, ..Spent::default() })
    }

    const DOLLAR: u128 = 1_000_000_000_000;

    fn money(settlement: &Settlement) -> (u128, u128, u128, u128) {
        let (booked, besides) = Booked::money(2 * DOLLAR, Currency::USD, settlement);
        assert_eq!(besides, None);
        (booked.spent / DOLLAR, booked.held / DOLLAR, booked.refunded / DOLLAR, booked.overrun / DOLLAR)
    }

    #[test]
    fn what_is_known_is_booked_and_what_is_not_stays_held() {
        let none = (None, None);
        assert_eq!(money(&spent(Some("1"), true, none)), (1, 0, 1, 0));
        assert_eq!(money(&spent(Some("2"), true, none)), (2, 0, 0, 0));
        assert_eq!(money(&spent(Some("5"), true, none)), (5, 0, 0, 3));
        assert_eq!(money(&spent(Some("1"), false, none)), (0, 2, 0, 0));
        assert_eq!(money(&spent(Some("5"), false, none)), (5, 0, 0, 3));
        assert_eq!(money(&spent(None, false, none)), (0, 2, 0, 0));
        assert_eq!(money(&Settlement::Refunded), (0, 0, 2, 0));
        assert_eq!(money(&Settlement::Held), (0, 2, 0, 0));
    }

    #[test]
    fn tokens_are_known_when_their_sum_is() {
        let tokens = |input, output| Booked::tokens(100, &spent(None, false, (input, output)));
        assert_eq!(tokens(Some(30), Some(20)), Booked { spent: 50, refunded: 50, ..Booked::default() });
        assert_eq!(tokens(Some(30), None), Booked { held: 100, ..Booked::default() });
        assert_eq!(tokens(Some(130), None), Booked { spent: 130, overrun: 30, ..Booked::default() });
        assert_eq!(tokens(Some(u64::MAX), Some(1)).spent, u128::from(u64::MAX) + 1);
    }

    #[test]
    fn a_cost_in_another_currency_settles_nothing_of_the_claim() {
        let euro: Currency = "EUR".parse().unwrap();
        let (booked, besides) = Booked::money(7, euro, &spent(Some("1"), true, (None, None)));
        assert_eq!(booked, Booked { held: 7, ..Booked::default() });
        let spent = Booked { spent: DOLLAR, overrun: DOLLAR, ..Booked::default() };
        assert_eq!(besides, Some((Currency::USD, spent)));
    }
}
