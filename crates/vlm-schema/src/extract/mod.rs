//! The typed call: `model.ask("…").attach(film).extract::<Scene>().await`.
//!
//! What is asked stands in `plan.rs`, how an answer is judged in `judge.rs`, what is asked again in `reask.rs`; all three
//! are pure. `run.rs` is the loop around them, `partial.rs` and `elements.rs` are the streamed forms.

mod elements;
mod error;
mod judge;
mod ledger;
mod partial;
mod plan;
mod policy;
mod reask;
mod run;

use std::fmt;
use std::future::IntoFuture;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;
use vlm_core::{Ask, Completion};

pub use elements::ElementStream;
pub use error::{ExtractError, ExtractErrorKind, Mismatch};
pub use ledger::{Attempt, AttemptKind, Ledger};
pub use partial::PartialStream;
pub use policy::ReaskPolicy;

use crate::decode::{DecodeOptions, Repair};
use crate::schema::{Lost, Schema, SchemaError};
use judge::Hook;

/// Asks for typed answers; on every [`Ask`].
///
/// A type that serde cannot read, or that has no schema, cannot be asked for:
///
/// ```compile_fail,E0277
/// use vlm_schema::extract::AskExt;
///
/// struct Plain {
///     name: String,
/// }
///
/// fn ask(ask: vlm_core::Ask) {
///     let _ = ask.extract::<Plain>();
/// }
/// ```
///
/// and only a list has elements:
///
/// ```compile_fail,E0599
/// use vlm_schema::extract::AskExt;
///
/// async fn ask(ask: vlm_core::Ask) {
///     let _ = ask.extract::<String>().elements().await;
/// }
/// ```
pub trait AskExt: Sized {
    /// Asks for a `T`: await it, or [`stream`](Extract::stream) it.
    fn extract<T: JsonSchema + DeserializeOwned>(self) -> Extract<T>;

    /// Asks for JSON that fits a schema which is data.
    fn extract_json(self, schema: Schema) -> Extract<Value>;

    /// Asks for a list of items that fit a schema which is data.
    fn extract_each_json(self, item: &Schema) -> Extract<Vec<Value>>;

    /// Asks for a list of `T`, handed out one by one as each is complete: [`stream`](Extract::elements) it.
    fn extract_each<T: JsonSchema + DeserializeOwned>(self) -> Extract<Vec<T>>;
}

impl AskExt for Ask {
    fn extract<T: JsonSchema + DeserializeOwned>(self) -> Extract<T> {
        Extract::new(self, Schema::of::<T>())
    }

    fn extract_json(self, schema: Schema) -> Extract<Value> {
        Extract::new(self, Ok(schema))
    }

    fn extract_each_json(self, item: &Schema) -> Extract<Vec<Value>> {
        Extract::new(self, item.list())
    }

    fn extract_each<T: JsonSchema + DeserializeOwned>(self) -> Extract<Vec<T>> {
        Extract::new(self, Schema::elements_of::<T>())
    }
}

/// A question whose answer is a `T`. Nothing is sent before it is awaited or streamed.
///
/// By default an answer is repaired where it is not quite JSON (each repair is listed), checked in full against its
/// schema, and asked again once when it does not fit: as text only, without the media, which cost the most.
#[must_use = "nothing is sent before it is awaited or streamed"]
pub struct Extract<T> {
    ask: Ask,
    schema: Result<Schema, SchemaError>,
    decoding: DecodeOptions,
    policy: ReaskPolicy,
    hook: Option<Hook<T>>,
}

impl<T: DeserializeOwned> Extract<T> {
    fn new(ask: Ask, schema: Result<Schema, SchemaError>) -> Self {
        Self { ask, schema, decoding: DecodeOptions::default(), policy: ReaskPolicy::default(), hook: None }
    }

    /// Turns repairs off: the answer must be JSON and nothing else.
    pub fn strict(mut self) -> Self {
        self.decoding = DecodeOptions::strict();
        self
    }

    /// Sets when and how often to ask again.
    pub fn reask(mut self, policy: ReaskPolicy) -> Self {
        self.policy = policy;
        self
    }

    /// Adds a check of your own, run after all others: what it says is wrong is asked again like anything else.
    pub fn check(mut self, check: impl Fn(&T) -> Result<(), String> + Send + Sync + 'static) -> Self {
        self.hook = Some(Arc::new(check));
        self
    }

    /// Asks, judges, and asks again as the policy allows. The same as awaiting.
    ///
    /// # Errors
    /// See [`ExtractErrorKind`]. The error keeps the last answer's text, and what every attempt took.
    pub async fn send(self) -> Result<Extracted<T>, ExtractError> {
        run::run(self).await
    }

    /// Asks once, and hands out the answer as it grows.
    ///
    /// # Errors
    /// As [`send`](Self::send), before the first event.
    pub async fn stream(self) -> Result<PartialStream<T>, ExtractError> {
        PartialStream::open(self).await
    }
}

impl<T: DeserializeOwned> Extract<Vec<T>> {
    /// Asks once, and hands out the items one by one, each as soon as it is complete and valid.
    ///
    /// # Errors
    /// As [`send`](Self::send), before the first event.
    pub async fn elements(self) -> Result<ElementStream<T>, ExtractError> {
        ElementStream::open(self).await
    }
}

impl<T: DeserializeOwned + Send + 'static> IntoFuture for Extract<T> {
    type Output = Result<Extracted<T>, ExtractError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

impl<T> fmt::Debug for Extract<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Extract")
            .field("ask", &self.ask)
            .field("schema", &self.schema)
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}

/// A typed answer, with how it came about. Dereferences to the value.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Extracted<T> {
    /// The value.
    pub value: T,
    /// The answer that it was read from.
    pub completion: Completion,
    /// What was repaired to read it; empty when it was plain JSON.
    pub repairs: Vec<Repair>,
    /// What the model's schema dialect could not say; it was checked on this side.
    pub lost: Vec<Lost>,
    /// Every attempt, with usage and cost.
    pub ledger: Ledger,
}

impl<T> Extracted<T> {
    /// The value alone.
    pub fn into_inner(self) -> T {
        self.value
    }
}

impl<T> Deref for Extracted<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}
