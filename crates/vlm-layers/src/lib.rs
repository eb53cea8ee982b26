//! Layers around any vision-language provider. They know the neutral words of `vlm-core` and no provider.
//!
//! ```
//! use vlm_core::{Cost, Currency, Usage};
//! use vlm_layers::{Budget, Claim, Limit, Settlement};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let budget = Budget::builder()
//!     .limit(Limit::run().money("5".parse()?))
//!     .limit(Limit::each_model().tokens(1_000_000))
//!     .build()?;
//!
//! // Before a call: reserve what it may take at most. What does not fit is refused, and nothing is sent.
//! let claim = Claim::new("memories", "qwen:qwen3-vl-plus").money("0.02".parse().ok(), Currency::USD).tokens(Some(6_144));
//! let mut reservation = budget.reserve(claim).await?;
//! reservation.sent();
//!
//! // After it: book what it took. The rest is free again.
//! let (cost, usage) = (Cost::default(), Usage::new().with_tokens(2_042, 61));
//! reservation.settle(Settlement::spent(&cost, &usage));
//!
//! let totals = budget.statement().in_all;
//! assert_eq!(totals.tokens.spent, 2_103);
//! assert_eq!(totals.money_in(Currency::USD).held.to_string(), "$0.02"); // the cost is not known
//! # Ok(())
//! # }
//! ```
//!
//! | to | look at |
//! |---|---|
//! | limit what calls may take | [`Budget`], [`Limit`], [`Scope`] |
//! | book a call | [`Claim`], [`Reservation`], [`Settlement`] |
//! | see where the limits stand | [`Statement`], [`Totals`], [`Account`] |
//! | keep the books on disk, shared by several programs | [`BudgetBuilder::ledger`], [`BudgetBuilder::run`] |
//! | read what was spent, by day, model, tag, … | [`ledger::read`], [`ledger::Summary`] |
//! | make so many calls at once, or per minute | [`Limiter`], [`Limited`] |
//! | leave a service alone that keeps failing | [`Breaker`] |
//! | keep answers, and ask once for many | `Cache`, `Cached`, with the feature `cache` |
//!
#![cfg_attr(feature = "cache", doc = include_str!("stack.md"))]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod breaker;
mod budget;
mod budgeted;
#[cfg(feature = "cache")]
mod cached;
pub mod ledger;
mod limited;

pub use breaker::Breaker;
pub use budget::{
    Account, Budget, BudgetBuilder, Claim, Expected, Limit, LimitState, Reservation, Rest, Scope, Settlement, Spent,
    Statement, Totals,
};
pub use budgeted::Budgeted;
#[cfg(feature = "cache")]
pub use cached::{Cache, CacheBuilder, Cached, Hit, Origin};
pub use limited::{Limited, Limiter, LimiterBuilder, Load};
