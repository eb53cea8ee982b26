//! The call that everything serves: `provider.model("…").ask("…").attach("photo.jpg").await`.

use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::capability::Capabilities;
use crate::completion::Completion;
use crate::error::{Error, Problem, ProblemKind, Result};
use crate::json_schema::JsonSchema;
use crate::media::Media;
use crate::message::{Message, Part, Role};
use crate::options::{Output, Thinking};
use crate::provider::VisionProvider;
use crate::request::{Request, part_path};
use crate::stream::CompletionStream;

/// Convenience on every provider; nobody implements it.
pub trait VisionProviderExt: VisionProvider {
    /// A handle to one model, to ask questions with.
    ///
    /// The provider is cloned: make it cheap by an [`Arc`] where it is not.
    fn model(&self, model: impl Into<String>) -> Model
    where
        Self: Clone + Sized,
    {
        Model::new(Arc::new(self.clone()), model)
    }
}

impl<P: VisionProvider> VisionProviderExt for P {}

/// One model of one provider; cheap to clone.
#[derive(Clone, Debug)]
pub struct Model {
    provider: Arc<dyn VisionProvider>,
    name: String,
}

impl Model {
    /// A handle to `name` at `provider`. The name is judged when something is asked.
    pub fn new(provider: Arc<dyn VisionProvider>, name: impl Into<String>) -> Self {
        Self { provider, name: name.into() }
    }

    /// The model's name, as the provider takes it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The provider behind it.
    pub fn provider(&self) -> &Arc<dyn VisionProvider> {
        &self.provider
    }

    /// What the model can do.
    ///
    /// # Errors
    /// As [`VisionProvider::capabilities`].
    pub fn capabilities(&self) -> Result<Capabilities> {
        self.provider.capabilities(&self.name)
    }

    /// Starts a question. Nothing is sent before it is awaited or streamed.
    pub fn ask(&self, prompt: impl Into<String>) -> Ask {
        Ask {
            model: self.clone(),
            request: Request::new(self.name.clone()),
            parts: vec![Part::text(prompt)],
            mistakes: Vec::new(),
        }
    }
}

/// A question in the making: await it for the answer, or [`stream`](Ask::stream) it.
///
/// Parts are sent in the order in which they were added, the prompt first. Setters never fail: what is wrong with an
/// attachment is kept, and comes back together with everything else that is wrong when the question is asked.
///
/// ```
/// # async fn run(model: vlm_core::Model) -> vlm_core::Result<()> {
/// let answer = model.ask("Which of the two is sharper?").attach("a.jpg").attach("b.jpg").max_tokens(50).await?;
/// println!("{} ({})", answer.text(), answer.cost);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "nothing is sent before it is awaited or streamed"]
pub struct Ask {
    model: Model,
    request: Request,
    parts: Vec<Part>,
    /// What is wrong with attachments, each with the index of its part.
    mistakes: Vec<(usize, Problem)>,
}

impl Ask {
    /// Adds a picture or a film: a path, a URL, a `data:` URL, bytes, or a [`Media`] with options.
    pub fn attach<M>(mut self, media: M) -> Self
    where
        M: TryInto<Media>,
        M::Error: Into<Error>,
    {
        match media.try_into() {
            Ok(media) => self.parts.push(Part::Media(media)),
            Err(error) => self.keep_mistake(error.into()),
        }
        self
    }

    /// The model that is asked.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Adds a further text after what was added so far.
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.parts.push(Part::text(text));
        self
    }

    /// Puts a system instruction in front of the conversation, behind those that are there already.
    pub fn system(mut self, text: impl Into<String>) -> Self {
        let at = self.request.messages.iter().take_while(|message| message.role == Role::System).count();
        self.request.messages.insert(at, Message::system(text));
        self
    }

    /// Adds an earlier turn of the conversation.
    pub fn history(mut self, turn: Message) -> Self {
        self.request.messages.push(turn);
        self
    }

    /// Sets the randomness.
    pub fn temperature(mut self, temperature: f64) -> Self {
        self.request.sampling.temperature = Some(temperature);
        self
    }

    /// Sets the largest number of answer tokens.
    pub fn max_tokens(mut self, max_tokens: u32) -> Self {
        self.request.sampling.max_tokens = Some(max_tokens);
        self
    }

    /// Adds a text that ends the answer.
    pub fn stop(mut self, stop: impl Into<String>) -> Self {
        self.request.sampling.stop.push(stop.into());
        self
    }

    /// Sets whether and how long the model thinks.
    pub fn thinking(mut self, thinking: Thinking) -> Self {
        self.request.thinking = thinking;
        self
    }

    /// Asks for JSON.
    pub fn json(mut self) -> Self {
        self.request.output = Output::Json;
        self
    }

    /// Asks for JSON that fits a schema.
    pub fn json_schema(mut self, name: impl Into<String>, schema: Value) -> Self {
        self.request.output = Output::JsonSchema(JsonSchema::new(name, schema));
        self
    }

    /// Sets one setting that only `provider` knows.
    pub fn extra(mut self, provider: impl Into<String>, name: impl Into<String>, value: Value) -> Self {
        self.request = self.request.extra(provider, name, value);
        self
    }

    /// Sets the deadline over all attempts and waits.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.request.call.timeout = Some(timeout);
        self
    }

    /// Refuses what would only be warned of.
    pub fn strict(mut self) -> Self {
        self.request.call.strict = true;
        self
    }

    /// Changes the request in any other way. The question itself becomes its last message only when it is asked.
    pub fn with(mut self, change: impl FnOnce(&mut Request)) -> Self {
        change(&mut self.request);
        self
    }

    /// The request as it would be handed to the provider, without doing so.
    ///
    /// # Errors
    /// What is wrong with the attachments, together with everything that the model cannot do. Where the attachments
    /// are right, nothing is judged here: the provider does so, or [`Capabilities::admit`].
    pub fn into_request(self) -> Result<Request> {
        let Self { model, mut request, parts, mistakes } = self;
        let turn = request.messages.len();
        request.messages.push(Message::new(Role::User, parts));
        if mistakes.is_empty() {
            return Ok(request);
        }
        let own = mistakes.into_iter().map(|(at, problem)| Problem { path: part_path(turn, at), ..problem });
        let others = match model.capabilities().and_then(|capabilities| capabilities.admit(&request)) {
            Ok(_) => Vec::new(),
            Err(error) => problems_of(&error, ProblemKind::Invalid),
        };
        let error = Error::refused(own.chain(others).collect());
        Err(error.with_provider(model.provider.id().to_owned()).with_model(model.name))
    }

    /// Asks, and returns the answer whole. The same as awaiting.
    ///
    /// # Errors
    /// As [`VisionProvider::generate`].
    pub async fn send(self) -> Result<Completion> {
        let provider = Arc::clone(&self.model.provider);
        provider.generate(&self.into_request()?).await
    }

    /// Asks, and returns the answer in pieces.
    ///
    /// # Errors
    /// As [`VisionProvider::stream`].
    pub async fn stream(self) -> Result<CompletionStream> {
        let provider = Arc::clone(&self.model.provider);
        provider.stream(&self.into_request()?).await
    }

    /// Remembers what is wrong with the attachment that would be the next part, and keeps its place: such a request
    /// is judged, never sent.
    fn keep_mistake(&mut self, error: Error) {
        let at = self.parts.len();
        self.mistakes.extend(problems_of(&error, ProblemKind::Media).into_iter().map(|problem| (at, problem)));
        self.parts.push(Part::text(""));
    }
}

/// What an error says is wrong, one by one; an error without a list is one problem of `kind`.
fn problems_of(error: &Error, kind: ProblemKind) -> Vec<Problem> {
    match error.problems() {
        [] => vec![Problem::new(kind, "model", error.message())],
        problems => problems.to_vec(),
    }
}

impl IntoFuture for Ask {
    type Output = Result<Completion>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

#[cfg(test)]
mod tests;
