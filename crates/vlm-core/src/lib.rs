//! Pictures and films go in, text comes out: the neutral words for asking vision-language models.
//!
//! ```
//! use vlm_core::{VisionProvider, VisionProviderExt};
//!
//! async fn describe(provider: impl VisionProvider + Clone) -> vlm_core::Result<String> {
//!     let answer = provider.model("qwen:qwen3-vl-plus").ask("What is in this picture?").attach("photo.jpg").await?;
//!     Ok(format!("{} ({})", answer.text(), answer.cost))
//! }
//! ```
//!
//! The main type is [`Ask`], made by [`Model::ask`]. Around it:
//!
//! | to | look at |
//! |---|---|
//! | say what is asked | [`Request`], [`Message`], [`Part`], [`Media`], [`Sampling`], [`Output`] |
//! | read an answer | [`Completion`], [`CompletionStream`], [`Usage`], [`Cost`], [`Warning`] |
//! | know what a model can do | [`Capabilities`], [`Admission`] |
//! | understand a failure | [`Error`], [`ErrorKind`], [`Delivery`] |
//! | write a provider | [`VisionProvider`], [`Admission::review`], [`CompletionStream::new`] |
//!
//! This crate knows no HTTP client, no async runtime, no schema library and no provider; it opens no file and reads no
//! environment. Its types serialize in a stable form of their own, which is no service's wire format.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod ask;
mod capability;
mod completion;
mod error;
mod json_schema;
mod media;
mod message;
mod money;
mod options;
mod price;
mod provider;
mod request;
mod stream;
mod text;
mod usage;

#[cfg(test)]
mod tests;

pub use ask::{Ask, Model, VisionProviderExt};
pub use capability::{
    Admission, Capabilities, MediaCapability, MediaLimits, SamplingCapability, SchemaDialect, Support,
};
pub use completion::{Choice, Completion, FinishReason, RawReply, Warning, WarningKind};
pub use error::{
    Billed, ConnectCause, Delivery, Error, ErrorKind, LimitedPart, Problem, ProblemKind, Result, TimeoutPhase,
    TransportPhase,
};
pub use json_schema::{GeminiSchema, JsonSchema};
pub use media::{
    Detail, Media, MediaError, MediaFacts, MediaKind, MediaOption, MediaOptions, MediaType, ParseMediaTypeError,
    Source, redact_url,
};
pub use message::{Message, Part, Role};
pub use money::{Currency, Money, ParseCurrencyError, ParseMoneyError};
pub use options::{CallOptions, Output, Sampling, Thinking};
pub use price::{Cost, CostBounds, PriceList, PriceListError, PriceSchedule, PriceTier};
pub use provider::VisionProvider;
pub use request::Request;
pub use stream::{CompletionStream, StreamEvent};
pub use usage::{ModalityTokens, Usage};
