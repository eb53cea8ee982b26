//! Fakes for the tests of programs, which answer what a test says, or what a schema asks for, and keep what they were
//! asked. A [`FakeProvider`] stands for a whole provider; a [`FakeService`] below a real one, so that its wire format, its
//! reading of replies and its retries are in the test. How a value is made for a schema stands in `sample.rs`.

mod chat;
mod form;
mod sample;
mod service;

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use serde_json::Value;
use vlm_core::{
    Capabilities, Choice, Completion, CompletionStream, Error, ErrorKind, FinishReason, MediaCapability, Money, Output,
    PriceSchedule, PriceTier, Request, Result, SchemaDialect, StreamEvent, Support, Usage, VisionProvider,
};

pub use chat::ChatCompletions;
pub use form::WireForm;
pub use sample::sample;
pub use service::FakeService;

/// A made-up service without a network: for the tests of whatever takes a [`VisionProvider`].
///
/// - Answers come from the script, one per call, in the order in which calls arrive; behind its end from
///   [`respond`](Self::respond), else by themselves: a value that fits the schema where one is asked for, `{}` where JSON
///   is, and otherwise a sentence that says how many parts it was shown.
/// - A request that its capabilities do not admit is refused, as by any provider, and takes no step of the script.
/// - A stream gives the same answer word by word.
/// - An answer takes a token per word each way, and a cost, unless the script says otherwise.
///
/// Clones share the script and what was asked.
///
/// ```
/// use vlm_core::VisionProviderExt;
/// use vlm_testkit::fake::FakeProvider;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> vlm_core::Result<()> {
/// let fake = FakeProvider::new().answer("A cat.").answer("A dog.");
/// let model = fake.model("any");
///
/// assert_eq!(model.ask("What is this?").attach(&b"GIF89a\x01\0\x01\0\0\0\0;"[..]).await?.text(), "A cat.");
/// assert_eq!(model.ask("And this?").await?.text(), "A dog.");
/// assert_eq!(fake.requests()[0].media().count(), 1);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct FakeProvider {
    state: Arc<State>,
    capabilities: Arc<Describe>,
    respond: Option<Arc<Respond>>,
}

#[derive(Default)]
struct State {
    script: Mutex<VecDeque<Step>>,
    requests: Mutex<Vec<Request>>,
}

type Describe = dyn Fn(&str) -> Capabilities + Send + Sync;
type Respond = dyn Fn(&Request) -> Result<Completion> + Send + Sync;

/// One step of a script.
type Step = Box<dyn FnOnce(&Request) -> Result<Completion> + Send>;

impl Default for FakeProvider {
    fn default() -> Self {
        Self::new()
    }
}

impl FakeProvider {
    /// A service that knows every model, and takes pictures and films in every form.
    pub fn new() -> Self {
        Self { state: Arc::default(), capabilities: Arc::new(everything), respond: None }
    }

    /// Answers the next call with this text.
    #[must_use]
    pub fn answer(self, text: impl Into<String>) -> Self {
        let text = text.into();
        self.step(move |request| Ok(answered(request, text)))
    }

    /// Answers the next call with this value as JSON.
    #[must_use]
    pub fn answer_json(self, value: Value) -> Self {
        self.answer(value.to_string())
    }

    /// Answers the next call with this completion, whatever usage and cost it has.
    #[must_use]
    pub fn complete(self, completion: Completion) -> Self {
        self.step(move |_| Ok(completion))
    }

    /// Lets the next call fail.
    #[must_use]
    pub fn fail(self, error: Error) -> Self {
        self.step(move |_| Err(error))
    }

    /// Answers the next call with what a function makes of it.
    #[must_use]
    pub fn step(self, step: impl FnOnce(&Request) -> Result<Completion> + Send + 'static) -> Self {
        lock(&self.state.script).push_back(Box::new(step));
        self
    }

    /// Answers every call behind the end of the script.
    #[must_use]
    pub fn respond(mut self, respond: impl Fn(&Request) -> Result<Completion> + Send + Sync + 'static) -> Self {
        self.respond = Some(Arc::new(respond));
        self
    }

    /// Describes its models otherwise: to test what a program does with a model that takes no films, say.
    #[must_use]
    pub fn with_capabilities(mut self, describe: impl Fn(&str) -> Capabilities + Send + Sync + 'static) -> Self {
        self.capabilities = Arc::new(describe);
        self
    }

    /// Everything that it was asked, in order; what it refused is not among it.
    pub fn requests(&self) -> Vec<Request> {
        lock(&self.state.requests).clone()
    }

    /// Steps of the script that no call has taken.
    pub fn steps_left(&self) -> usize {
        lock(&self.state.script).len()
    }

    fn take(&self, request: &Request, operation: &'static str) -> Result<Completion> {
        let named = |error: Error| error.with_provider(ID).with_operation(operation).with_model(request.model.clone());
        let warnings = self.capabilities(&request.model)?.admit(request).map_err(named)?;
        lock(&self.state.requests).push(request.clone());
        let step = lock(&self.state.script).pop_front();
        let outcome = match (step, &self.respond) {
            (Some(step), _) => step(request),
            (None, Some(respond)) => respond(request),
            (None, None) => Ok(answered(request, by_itself(request))),
        };
        let mut answer = outcome.map_err(named)?;
        answer.warnings.splice(..0, warnings);
        Ok(answer)
    }
}

const ID: &str = "fake";

/// A test that panicked elsewhere must not hide what this one is about.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn everything(model: &str) -> Capabilities {
    let mut capabilities = Capabilities::text_only(model);
    let mut media = MediaCapability::url_and_inline(u64::MAX);
    media.file_id = Support::Full;
    (capabilities.image, capabilities.video) = (media.clone(), media);
    (capabilities.json, capabilities.json_schema) = (Support::Full, Support::Full);
    (capabilities.thinking_switch, capabilities.thinking_budget) = (Support::Full, Support::Full);
    capabilities.schema_dialect = SchemaDialect::JsonSchema;
    capabilities.price = price();
    capabilities
}

/// A millionth of a dollar per token in, two out: figures that are easy to check.
fn price() -> Option<PriceSchedule> {
    let micro = |count| Money::from_pico_usd(1_000_000).times(count);
    PriceSchedule::new(vec![PriceTier::new(None, micro(1), micro(2))])
}

/// An answer with usage and cost.
fn answered(request: &Request, text: String) -> Completion {
    let words = |text: &str| text.split_whitespace().count() as u64;
    let input =
        request.messages.iter().map(|message| words(&message.text())).sum::<u64>() + request.media().count() as u64;
    let mut answer = Completion::new();
    answer.usage = Usage::new().with_tokens(input, words(&text));
    if let Some(price) = price() {
        answer.cost = price.cost(&answer.usage);
    }
    let mut choice = Choice::new(0, text);
    choice.finish = FinishReason::Stop;
    answer.choices.push(choice);
    answer.model = Some(request.model.clone());
    answer
}

/// What is answered where no test says anything.
fn by_itself(request: &Request) -> String {
    match &request.output {
        Output::JsonSchema(schema) => sample(&schema.schema).to_string(),
        Output::Json => "{}".to_owned(),
        _ => {
            let (messages, media) = (request.messages.len(), request.media().count());
            format!("An answer to {messages} messages with {media} pictures or films.")
        }
    }
}

#[async_trait]
impl VisionProvider for FakeProvider {
    fn id(&self) -> &str {
        ID
    }

    fn capabilities(&self, model: &str) -> Result<Capabilities> {
        if model.trim().is_empty() {
            return Err(Error::new(ErrorKind::InvalidRequest, "no model is named").with_provider(ID));
        }
        Ok((self.capabilities)(model))
    }

    async fn generate(&self, request: &Request) -> Result<Completion> {
        self.take(request, "generate")
    }

    async fn stream(&self, request: &Request) -> Result<CompletionStream> {
        let events = StreamEvent::unfold(self.take(request, "stream")?).into_iter().flat_map(word_by_word);
        Ok(CompletionStream::new(futures_util::stream::iter(events.map(Ok).collect::<Vec<_>>())))
    }
}

/// A text as many events; any other event as it is.
fn word_by_word(event: StreamEvent) -> Vec<StreamEvent> {
    match event {
        StreamEvent::Text { choice, text } => {
            let words = text.split_inclusive(' ');
            words.map(|word| StreamEvent::Text { choice, text: word.to_owned() }).collect()
        }
        other => vec![other],
    }
}

impl fmt::Debug for FakeProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FakeProvider")
            .field("asked", &lock(&self.state.requests).len())
            .field("steps_left", &self.steps_left())
            .finish_non_exhaustive()
    }
}
