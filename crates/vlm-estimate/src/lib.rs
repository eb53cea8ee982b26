//! What a call to a vision-language model will take and cost, before it is sent.
//!
//! ```
//! use vlm_core::{Model, Money};
//! use vlm_estimate::EstimateExt;
//!
//! async fn affordable(model: &Model) -> vlm_core::Result<bool> {
//!     let estimate = model.ask("What is in this picture?").attach("photo.jpg").estimate().await?;
//!     println!("{estimate}"); // 246 tokens in, up to 1024 out, $0.00005166 to $0.00177198
//!     let limit: Money = "0.01".parse().unwrap_or_default();
//!     Ok(estimate.cost.high.is_some_and(|most| most <= limit))
//! }
//! ```
//!
//! An [`Estimate`] has input tokens by part (text, each picture, each film), the output as the most that is allowed and
//! as a typical figure, the cost as a range with its price tier, and what is not known and why. Where a request would be
//! refused, the estimate is that refusal: every limit of the model is judged on what the media really are.
//!
//! | to | look at |
//! |---|---|
//! | estimate a question | [`EstimateExt`] |
//! | estimate a request at any provider | [`Estimator`], [`ProviderEstimateExt`] |
//! | say what is known of media without a file | [`vlm_core::MediaFacts`] |
//! | hold the bill against the estimate | [`Estimate::drift`], [`Drift`] |
//!
//! Nothing is sent. Local files are looked at by their headers. Of a URL nothing is known unless facts stand beside it
//! or, with the feature `http`, an estimator may look at it.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod cost;
mod count;
mod drift;
mod estimate;
mod estimator;
mod look;
mod output;
#[cfg(feature = "http")]
mod remote;
mod rules;
mod tokens;

pub use drift::Drift;
pub use estimate::{CostEstimate, Estimate, OutputEstimate, OutputLimit, PartEstimate, Unknown, What};
pub use estimator::{Assessment, EstimateExt, Estimator, ProviderEstimateExt};
pub use tokens::{Confidence, TokenRange};
