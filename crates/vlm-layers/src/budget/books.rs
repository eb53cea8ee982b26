//! The books: a state machine over reservations and settlements. No clock, no input or output, no locks.
//!
//! Amounts are whole numbers (pico units of money, tokens) in 128 bits, so that nothing rounds. Every group (all calls,
//! each model, each key) keeps its own accounts, and each balances by itself.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use vlm_core::{Currency, Money};

use super::claim::Claim;
use super::limit::{Limit, Scope};
use super::refusal::{Dimension, Refusal};
use super::settlement::{Booked, Settlement};
use super::statement::{Account, LimitState, Rest, Statement, Totals};

/// The id of a reservation, unique among all programs that share a ledger.
pub(crate) type Id = Arc<str>;

/// The accounts of a group of calls.
#[derive(Debug, Default)]
struct Group {
    calls: u64,
    open: u64,
    refused: u64,
    tokens: Account<u128>,
    money: BTreeMap<Currency, Account<u128>>,
}

/// The accounts of a group that no call belongs to.
static NONE: Group = Group { calls: 0, open: 0, refused: 0, tokens: Account::EMPTY, money: BTreeMap::new() };

/// A reservation that is not settled.
#[derive(Debug)]
struct Open {
    model: String,
    key: Option<String>,
    currency: Currency,
    money: u128,
    tokens: u128,
}

/// All accounts of a budget, and the limits on them.
#[derive(Debug)]
pub(crate) struct Books {
    limits: Vec<Limit>,
    currency: Currency,
    in_all: Group,
    by_model: BTreeMap<String, Group>,
    by_key: BTreeMap<Option<String>, Group>,
    open: HashMap<Id, Open>,
}

impl Books {
    pub(crate) fn new(limits: Vec<Limit>, currency: Currency) -> Self {
        Self {
            limits,
            currency,
            in_all: Group::default(),
            by_model: BTreeMap::new(),
            by_key: BTreeMap::new(),
            open: HashMap::new(),
        }
    }

    /// Reserves what a claim says, or says which limit it would pass; then only the count of refusals changes.
    pub(crate) fn reserve(&mut self, id: Id, claim: &Claim) -> Result<(), Refusal> {
        if let Err(refusal) = self.check(claim) {
            for group in self.groups(&claim.model, claim.key.as_deref()) {
                group.refused = group.refused.saturating_add(1);
            }
            return Err(refusal);
        }
        self.admit(id, claim);
        Ok(())
    }

    /// Books a reservation without asking the limits: it was made elsewhere. An id that is open already is left alone.
    pub(crate) fn admit(&mut self, id: Id, claim: &Claim) {
        if self.open.contains_key(&id) {
            return;
        }
        let open = Open {
            model: claim.model.clone(),
            key: claim.key.clone(),
            currency: claim.currency,
            money: claim.money.map_or(0, Money::pico_usd),
            tokens: claim.tokens.unwrap_or_default().into(),
        };
        for group in self.groups(&open.model, open.key.as_deref()) {
            group.admit(&open);
        }
        self.open.insert(id, open);
    }

    /// Closes a reservation. False when there is none of this id: it was closed before, or is of another run.
    pub(crate) fn settle(&mut self, id: &str, settlement: &Settlement) -> bool {
        let Some(open) = self.open.remove(id) else { return false };
        let tokens = Booked::tokens(open.tokens, settlement);
        let (money, besides) = Booked::money(open.money, open.currency, settlement);
        for group in self.groups(&open.model, open.key.as_deref()) {
            group.open = group.open.saturating_sub(1);
            group.tokens.close(open.tokens, &tokens);
            group.money_mut(open.currency).close(open.money, &money);
            if let Some((currency, spent)) = &besides {
                group.money_mut(*currency).close(0, spent);
            }
        }
        true
    }

    /// Takes a reservation back as if it had never been made: it could not be written down.
    pub(crate) fn forget(&mut self, id: &str) {
        let Some(open) = self.open.remove(id) else { return };
        for group in self.groups(&open.model, open.key.as_deref()) {
            group.calls = group.calls.saturating_sub(1);
            group.open = group.open.saturating_sub(1);
            group.tokens.forget(open.tokens);
            group.money_mut(open.currency).forget(open.money);
        }
    }

    /// The books as a caller reads them.
    pub(crate) fn statement(&self, run: &str) -> Statement {
        let by_key = self.by_key.iter().filter_map(|(key, group)| Some((key.clone()?, group.totals())));
        Statement {
            run: run.to_owned(),
            in_all: self.in_all.totals(),
            by_model: self.by_model.iter().map(|(model, group)| (model.clone(), group.totals())).collect(),
            by_key: by_key.collect(),
            limits: self.limits.iter().flat_map(|limit| self.states(limit)).collect(),
        }
    }

    /// Every limit that a claim falls under has room for it.
    fn check(&self, claim: &Claim) -> Result<(), Refusal> {
        for limit in &self.limits {
            let Some(group) = self.subject(limit, claim) else { continue };
            self.check_money(limit, group, claim)?;
            check_tokens(limit, group, claim)?;
        }
        let countable = self.in_all.tokens.claimed.checked_add(claim.tokens.unwrap_or_default().into()).is_some()
            && self.in_all.claimed(claim.currency).checked_add(claim.money.map_or(0, Money::pico_usd)).is_some();
        if countable { Ok(()) } else { Err(Refusal::Uncountable) }
    }

    /// The group that a limit adds up for this claim; `None` when the limit is about others.
    fn subject(&self, limit: &Limit, claim: &Claim) -> Option<&Group> {
        match &limit.scope {
            Scope::Run => Some(&self.in_all),
            Scope::Model(name) if *name != claim.model => None,
            Scope::EachModel | Scope::Model(_) => Some(self.by_model.get(&claim.model).unwrap_or(&NONE)),
            Scope::Key(label) if Some(label) != claim.key.as_ref() => None,
            Scope::EachKey | Scope::Key(_) => Some(self.by_key.get(&claim.key).unwrap_or(&NONE)),
        }
    }

    fn check_money(&self, limit: &Limit, group: &Group, claim: &Claim) -> Result<(), Refusal> {
        let Some(most) = limit.money else { return Ok(()) };
        let Some(money) = claim.money else {
            return Err(Refusal::unknown(limit, Dimension::Money(self.currency)));
        };
        if claim.currency != self.currency {
            return Err(Refusal::OtherCurrency { limit: self.currency, claim: claim.currency });
        }
        let account = group.money.get(&self.currency).copied().unwrap_or_default();
        fits(limit, Dimension::Money(self.currency), (most.pico_usd(), money.pico_usd()), &account)
    }

    /// The groups that a call of this model and key counts in.
    fn groups(&mut self, model: &str, key: Option<&str>) -> [&mut Group; 3] {
        [
            &mut self.in_all,
            self.by_model.entry(model.to_owned()).or_default(),
            self.by_key.entry(key.map(str::to_owned)).or_default(),
        ]
    }

    fn states(&self, limit: &Limit) -> Vec<LimitState> {
        let state = |subject: Option<&String>, group: Option<&Group>| {
            let group = group.unwrap_or(&NONE);
            LimitState {
                scope: limit.scope.clone(),
                subject: subject.cloned(),
                currency: self.currency,
                money: limit.money.map(|most| {
                    let counted = group.money.get(&self.currency).copied().unwrap_or_default().counted();
                    rest(most, Money::from_pico_usd(counted), Money::saturating_sub)
                }),
                tokens: limit.tokens.map(|most| rest(most, as_tokens(group.tokens.counted()), u64::saturating_sub)),
            }
        };
        match &limit.scope {
            Scope::Run => vec![state(None, Some(&self.in_all))],
            Scope::Model(name) => vec![state(Some(name), self.by_model.get(name))],
            Scope::Key(label) => vec![state(Some(label), self.by_key.get(&Some(label.clone())))],
            Scope::EachModel => self.by_model.iter().map(|(name, group)| state(Some(name), Some(group))).collect(),
            Scope::EachKey => self.by_key.iter().map(|(key, group)| state(key.as_ref(), Some(group))).collect(),
        }
    }
}

fn check_tokens(limit: &Limit, group: &Group, claim: &Claim) -> Result<(), Refusal> {
    let Some(most) = limit.tokens else { return Ok(()) };
    let Some(tokens) = claim.tokens else {
        return Err(Refusal::unknown(limit, Dimension::Tokens));
    };
    fits(limit, Dimension::Tokens, (most.into(), tokens.into()), &group.tokens)
}

fn fits(
    limit: &Limit,
    dimension: Dimension,
    (most, claim): (u128, u128),
    account: &Account<u128>,
) -> Result<(), Refusal> {
    let fits = account.counted().checked_add(claim).is_some_and(|sum| sum <= most);
    if fits { Ok(()) } else { Err(Refusal::passed(limit, dimension, (most, claim), account)) }
}

fn rest<T: Copy>(limit: T, counted: T, sub: fn(T, T) -> T) -> Rest<T> {
    Rest { limit, counted, left: sub(limit, counted) }
}

fn as_tokens(count: u128) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

impl Group {
    fn admit(&mut self, open: &Open) {
        self.calls = self.calls.saturating_add(1);
        self.open = self.open.saturating_add(1);
        self.tokens.admit(open.tokens);
        self.money_mut(open.currency).admit(open.money);
    }

    fn money_mut(&mut self, currency: Currency) -> &mut Account<u128> {
        self.money.entry(currency).or_default()
    }

    fn claimed(&self, currency: Currency) -> u128 {
        self.money.get(&currency).map_or(0, |account| account.claimed)
    }

    fn totals(&self) -> Totals {
        let touched = self.money.iter().filter(|(_, account)| **account != Account::EMPTY);
        Totals {
            calls: self.calls,
            open: self.open,
            refused: self.refused,
            tokens: self.tokens.map(as_tokens),
            money: touched.map(|(currency, account)| (*currency, account.map(Money::from_pico_usd))).collect(),
        }
    }
}

/// Sums saturate: a claim beyond what can be counted is refused, so that only a settlement far above its reservation
/// could reach the end, and then too much is counted, never too little.
impl Account<u128> {
    const EMPTY: Self = Self { claimed: 0, reserved: 0, spent: 0, held: 0, refunded: 0, overrun: 0 };

    /// What counts against a limit.
    pub(super) fn counted(&self) -> u128 {
        self.spent.saturating_add(self.held).saturating_add(self.reserved)
    }

    fn admit(&mut self, amount: u128) {
        self.claimed = self.claimed.saturating_add(amount);
        self.reserved = self.reserved.saturating_add(amount);
    }

    fn forget(&mut self, amount: u128) {
        self.claimed = self.claimed.saturating_sub(amount);
        self.reserved = self.reserved.saturating_sub(amount);
    }

    fn close(&mut self, reserved: u128, booked: &Booked) {
        self.reserved = self.reserved.saturating_sub(reserved);
        self.spent = self.spent.saturating_add(booked.spent);
        self.held = self.held.saturating_add(booked.held);
        self.refunded = self.refunded.saturating_add(booked.refunded);
        self.overrun = self.overrun.saturating_add(booked.overrun);
    }
}

#[cfg(test)]
mod tests;
