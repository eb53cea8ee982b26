//! A typed answer as it grows.

use std::fmt;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::Value;
use vlm_core::{Completion, CompletionStream, Error};

use super::error::{ExtractError, ExtractErrorKind};
use super::judge::{Judge, Verdict};
use super::ledger::{AttemptKind, Ledger};
use super::plan::Plan;
use super::run::{Prepared, call_failed, prepare, refuse};
use super::{Extract, Extracted};
use crate::decode::{PartialJson, Root as Begins};
use crate::schema::Root;

/// A typed answer that comes in pieces.
///
/// [`next`](Self::next) gives the value as far as it is known, [`finish`](Self::finish) the checked value. What a value
/// shows while it grows: strings grow; numbers, `true`, `false` and `null` appear when they are complete; a field appears
/// with its first visible value; arrays and objects appear when they open. Nothing that was shown is taken back, but
/// for a key that stands twice: its last value counts. A value that grows is not checked; the finished one is. Dropping
/// the stream cancels the call.
///
/// ```
/// # use schemars::JsonSchema;
/// # use serde::Deserialize;
/// use vlm_schema::extract::AskExt;
///
/// #[derive(Debug, Deserialize, JsonSchema)]
/// struct Scene {
///     title: String,
///     objects: Vec<String>,
/// }
///
/// # async fn run(model: vlm_core::Model) -> vlm_core::Result<()> {
/// let mut growing = model.ask("Describe the scene.").attach("photo.jpg").extract::<Scene>().stream().await?;
/// while let Some(so_far) = growing.next().await? {
///     println!("{}", so_far["title"]);
/// }
/// let scene = growing.finish().await?;
/// println!("{} ({})", scene.title, scene.ledger.total_cost());
/// # Ok(())
/// # }
/// ```
pub struct PartialStream<T> {
    stream: CompletionStream,
    json: PartialJson,
    /// The text left the rules of JSON: only the whole answer can tell what it is.
    lost_track: bool,
    judge: Judge<T>,
    plan: Arc<Plan>,
    model: String,
}

impl<T: DeserializeOwned> PartialStream<T> {
    pub(super) async fn open(extract: Extract<T>) -> Result<Self, ExtractError> {
        let Extract { ask, schema, decoding, hook, .. } = extract;
        let schema = schema.map_err(|error| refuse(ExtractErrorKind::Schema(error)))?;
        let judge = Judge::new(&schema, decoding, hook).map_err(|error| refuse(ExtractErrorKind::Schema(error)))?;
        let Prepared { model, request, plan } = prepare(ask, &schema)?;
        let stream = model.provider().stream(&request).await;
        let model = model.name().to_owned();
        let stream = stream.map_err(|error| failed(&model, error))?;
        let json = PartialJson::new(&decoding);
        // Brackets in a sentence before an object are not the object.
        let json = if schema.root() == Root::Object { json.starting_at(Begins::Object) } else { json };
        Ok(Self { stream, json, lost_track: false, judge, plan, model })
    }

    /// The value as far as it is known, each time more of it came; `None` at the end of the answer.
    ///
    /// # Errors
    /// The call's error; what was known stays readable.
    pub async fn next(&mut self) -> Result<Option<&Value>, ExtractError> {
        loop {
            let text = self.stream.next_text().await.map_err(|error| failed(&self.model, error))?;
            let Some(text) = text else { return Ok(None) };
            self.lost_track |= self.json.push(&text).is_err();
            if !self.lost_track && self.value().is_some() {
                return Ok(self.value());
            }
        }
    }

    /// The value as far as it is known.
    pub fn value(&self) -> Option<&Value> {
        let value = self.json.value()?;
        match self.plan.lowered.source().root() {
            Root::Wrapped { field, .. } => value.get(field),
            _ => Some(value),
        }
    }

    /// The value as far as it is known, as a type whose fields may all be missing.
    pub fn partial<P: DeserializeOwned>(&self) -> Option<P> {
        P::deserialize(self.value()?).ok()
    }

    /// Whether the value at a JSON pointer will not change any more.
    pub fn is_complete(&self, pointer: &str) -> bool {
        match self.plan.lowered.source().root() {
            Root::Wrapped { field, .. } => self.json.is_complete(&format!("/{field}{pointer}")),
            _ => self.json.is_complete(pointer),
        }
    }

    /// The answer so far.
    pub fn completion(&self) -> &Completion {
        self.stream.partial()
    }

    /// Reads to the end, and gives the checked value. An answer that does not fit is not asked again.
    ///
    /// # Errors
    /// As [`Extract::send`](super::Extract::send).
    pub async fn finish(self) -> Result<Extracted<T>, ExtractError> {
        let completion = self.stream.collect().await.map_err(|error| failed(&self.model, error))?;
        let mut ledger = Ledger::default();
        ledger.add(AttemptKind::First, &self.model, &completion);
        match self.judge.judge(&self.plan.lowered, &completion) {
            Verdict::Fits { value, repairs } => {
                let lost = self.plan.lowered.lost.clone();
                Ok(Extracted { value, completion, repairs, lost, ledger })
            }
            Verdict::Unusable(kind) => {
                let error = ExtractError::new(kind, Ledger::default(), Some(completion));
                ledger.reject(error.to_string());
                Err(error.with_ledger(ledger))
            }
        }
    }
}

fn failed(model: &str, error: Error) -> ExtractError {
    call_failed(AttemptKind::First, model, error, Ledger::default())
}

impl<T> fmt::Debug for PartialStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PartialStream").field("stream", &self.stream).field("json", &self.json).finish_non_exhaustive()
    }
}
