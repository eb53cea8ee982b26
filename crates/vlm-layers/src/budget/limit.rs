//! Limits: how much, and whose.

use serde::Serialize;
use vlm_core::Money;

/// Whose calls a [`Limit`] adds up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Scope {
    /// All calls of the run.
    Run,
    /// The calls of each model, each model on its own.
    EachModel,
    /// The calls of this one model, by the name that the claim gives.
    Model(String),
    /// The calls of each key, each key on its own; calls without a key count together, as if they had one.
    EachKey,
    /// The calls of this one key.
    Key(String),
}

/// An upper limit on the money, the tokens, or both, of the calls of a [`Scope`].
///
/// ```
/// use vlm_layers::Limit;
///
/// let at_most_five_dollars = Limit::run().money("5".parse()?);
/// let at_most_a_million_tokens_each = Limit::each_model().tokens(1_000_000);
/// # Ok::<(), vlm_core::ParseMoneyError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a limit holds once it is given to a budget"]
pub struct Limit {
    pub(super) scope: Scope,
    pub(super) money: Option<Money>,
    pub(super) tokens: Option<u64>,
}

impl Limit {
    /// A limit on all calls of the run together.
    pub const fn run() -> Self {
        Self::of(Scope::Run)
    }

    /// The same limit for each model on its own.
    pub const fn each_model() -> Self {
        Self::of(Scope::EachModel)
    }

    /// A limit on one model, by the name that claims give.
    pub fn model(name: impl Into<String>) -> Self {
        Self::of(Scope::Model(name.into()))
    }

    /// The same limit for each key on its own. Calls without a key share one.
    pub const fn each_key() -> Self {
        Self::of(Scope::EachKey)
    }

    /// A limit on one key, by the label that claims give.
    pub fn key(label: impl Into<String>) -> Self {
        Self::of(Scope::Key(label.into()))
    }

    /// A limit on whatever the scope says; it limits nothing until [`Limit::money`] or [`Limit::tokens`] is called.
    pub const fn of(scope: Scope) -> Self {
        Self { scope, money: None, tokens: None }
    }

    /// Sets the most money, in the budget's currency.
    pub const fn money(mut self, most: Money) -> Self {
        self.money = Some(most);
        self
    }

    /// Sets the most tokens, input and output together.
    pub const fn tokens(mut self, most: u64) -> Self {
        self.tokens = Some(most);
        self
    }

    /// Whose calls it adds up.
    pub const fn scope(&self) -> &Scope {
        &self.scope
    }
}
