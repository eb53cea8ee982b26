//! What the books must say: added up from what the witness saw, with none of the books' own arithmetic.

use std::collections::BTreeMap;

use vlm_core::{Currency, Money, Request};
use vlm_estimate::Estimator;
use vlm_layers::{Account, Totals};

use crate::witness::{End, Seen, Witness};

/// The most that a kind of request may take: pico units of money, and tokens.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Claim {
    money: u128,
    tokens: u128,
}

/// The claims of all kinds, by an estimate of each.
pub(crate) async fn claims(witness: &Witness, kinds: &[Request]) -> Vec<Claim> {
    let mut claims = Vec::new();
    for kind in kinds {
        let estimate = Estimator::new().estimate(witness, kind).await.unwrap();
        let (money, tokens) = (estimate.cost.high.unwrap().pico_usd(), estimate.max_tokens().unwrap().into());
        claims.push(Claim { money, tokens });
    }
    claims
}

/// One dimension of what the calls of a group took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Taken {
    spent: u128,
    held: u128,
    refunded: u128,
}

impl Taken {
    /// Of what is not known, all that was claimed stays held.
    fn add(&mut self, spent: Option<u128>, claim: u128) {
        match spent {
            Some(spent) => {
                self.spent += spent;
                self.refunded += claim.checked_sub(spent).unwrap();
            }
            None => self.held += claim,
        }
    }

    /// Calls that were dropped before they were sent are in the books only as given back.
    #[track_caller]
    fn assert_is<T: Copy>(&self, account: &Account<T>, number: fn(T) -> u128, no_others: bool) {
        let [reserved, overrun, spent, held, refunded] =
            [account.reserved, account.overrun, account.spent, account.held, account.refunded].map(number);
        assert_eq!((reserved, overrun), (0, 0));
        assert_eq!((spent, held), (self.spent, self.held));
        assert!(refunded == self.refunded || refunded > self.refunded && !no_others);
    }
}

/// What the books of a group must say.
#[derive(Debug, Default)]
pub(crate) struct Truth {
    money: Taken,
    tokens: Taken,
    /// Calls that were sent.
    pub(crate) calls: u64,
    /// Those of them that were, or may have been, billed.
    pub(crate) booked: u64,
}

impl Truth {
    fn add(&mut self, end: End, claim: Claim) {
        let (money, tokens) = match end {
            End::Billed { cost, tokens } => (cost.map(Money::pico_usd), tokens.map(u128::from)),
            End::Refused => (Some(0), Some(0)),
            End::Unclear | End::Dropped => (None, None),
        };
        self.money.add(money, claim.money);
        self.tokens.add(tokens, claim.tokens);
        self.calls += 1;
        self.booked += u64::from(end != End::Refused);
    }

    /// To the last unit.
    #[track_caller]
    pub(crate) fn assert_is(&self, totals: &Totals) {
        assert_eq!(totals.open, 0);
        assert!(totals.calls >= self.calls, "{totals:?}");
        let no_others = totals.calls == self.calls;
        self.money.assert_is(&totals.money_in(Currency::USD), Money::pico_usd, no_others);
        self.tokens.assert_is(&totals.tokens, u128::from, no_others);
    }
}

/// The truth about all calls, and about those of each model.
pub(crate) fn of(seen: &[Seen], kinds: &[Request], claims: &[Claim]) -> (Truth, BTreeMap<String, Truth>) {
    let (mut in_all, mut by_model) = (Truth::default(), BTreeMap::<String, Truth>::new());
    for Seen { kind, end } in seen {
        in_all.add(*end, claims[*kind]);
        by_model.entry(kinds[*kind].model.clone()).or_default().add(*end, claims[*kind]);
    }
    (in_all, by_model)
}
