//! What checks share: the provider under test on a server that plays their script, and requests for it.

use std::fmt::Display;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use vlm_core::{Capabilities, Completion, Error, ErrorKind, Media, Message, Request, VisionProvider};
use vlm_http::{Deadlines, Limits, RetryPolicy};

use super::check::{Stop, fail, skip};
use super::samples;
use super::scene::{Answer, Refusal, Scene};
use super::sent::SentRequest;
use super::subject::{Endpoint, Subject};
use super::wire::Form;
use crate::server::{Server, Turn};

/// The key of all checks; nothing that a provider shows may contain it.
pub(crate) const KEY: &str = "vlmkey-never-a-real-one-5d1e7c";

/// A deadline that must not be met while another one is checked.
pub(crate) const LONG: Duration = Duration::from_secs(20);

/// Far beyond every short deadline, and far below [`LONG`].
const SOON: Duration = Duration::from_secs(5);

/// A subject, and what is known of it.
pub(crate) struct Bench {
    subject: Arc<dyn Subject>,
    capabilities: OnceLock<Capabilities>,
    notes: Mutex<Vec<String>>,
    /// By how much small deadlines are stretched, and whether there was one.
    stretch: u32,
    timed: AtomicBool,
}

/// One of the two ways to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Generate,
    Stream,
}

/// A provider and the server that it talks to.
pub(crate) struct Stage {
    pub(crate) server: Server,
    pub(crate) provider: Arc<dyn VisionProvider>,
}

impl Bench {
    pub(crate) fn new(subject: Arc<dyn Subject>, stretch: u32) -> Self {
        Self { subject, capabilities: OnceLock::new(), notes: Mutex::default(), stretch, timed: AtomicBool::new(false) }
    }

    /// A small time that the check depends on. On a busy machine it may be too small: then the check runs once more
    /// with a larger one.
    pub(crate) fn brief(&self, time: Duration) -> Duration {
        self.timed.store(true, Ordering::Relaxed);
        time * self.stretch
    }

    /// Whether the check depends on a small time.
    pub(crate) fn is_timed(&self) -> bool {
        self.timed.load(Ordering::Relaxed)
    }

    /// One of the cases that a check went through: the report names them, because a subject may leave some out.
    pub(crate) fn note(&self, case: impl Display) {
        let (case, mut notes) = (case.to_string(), self.notes.lock().unwrap_or_else(PoisonError::into_inner));
        if !notes.contains(&case) {
            notes.push(case);
        }
    }

    /// The cases, joined.
    pub(crate) fn notes(&self) -> String {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner).join(", ")
    }

    pub(crate) fn subject(&self) -> &Arc<dyn Subject> {
        &self.subject
    }

    pub(crate) fn model(&self) -> &str {
        self.subject.model()
    }

    /// An address with generous deadlines and quick retries.
    pub(crate) fn endpoint(&self, url: String) -> Endpoint {
        let short = Duration::from_millis(1);
        Endpoint {
            base_url: url,
            key: KEY.to_owned(),
            deadlines: Deadlines::new()
                .connect(LONG)
                .first_byte(LONG)
                .first_byte_streaming(LONG)
                .idle(LONG)
                .progress(LONG)
                .total(LONG)
                .total_streaming(LONG),
            limits: Limits::new(),
            retry: RetryPolicy::new().backoff(short, short).rate_limit_backoff(short, short),
        }
    }

    /// A provider that reaches nobody: port 9 of this machine, where at most something listens that says nothing.
    pub(crate) fn idle_provider(&self) -> Arc<dyn VisionProvider> {
        self.subject.provider(&self.endpoint("http://127.0.0.1:9".to_owned()))
    }

    /// What the model can do; asked for once.
    pub(crate) fn capabilities(&self) -> Result<&Capabilities, Stop> {
        if let Some(known) = self.capabilities.get() {
            return Ok(known);
        }
        match self.idle_provider().capabilities(self.model()) {
            Ok(capabilities) => Ok(self.capabilities.get_or_init(|| capabilities)),
            Err(error) => fail!("capabilities({:?}) is an error: {error}", self.model()),
        }
    }

    /// The provider on a server that plays these turns.
    pub(crate) async fn serve<T: Into<Turn>>(&self, turns: impl IntoIterator<Item = T>) -> Result<Stage, Stop> {
        self.serve_with(turns, |_| {}).await
    }

    /// The same, with an endpoint that is changed first.
    pub(crate) async fn serve_with<T: Into<Turn>>(
        &self,
        turns: impl IntoIterator<Item = T>,
        change: impl FnOnce(&mut Endpoint),
    ) -> Result<Stage, Stop> {
        let server = Server::start(turns.into_iter().map(Into::into)).await;
        self.stage(server, change)
    }

    /// The provider on this server.
    pub(crate) fn stage(
        &self,
        server: std::io::Result<Server>,
        change: impl FnOnce(&mut Endpoint),
    ) -> Result<Stage, Stop> {
        let server = server.map_err(|error| Stop::Fail(format!("the server cannot be started: {error}")))?;
        let mut endpoint = self.endpoint(server.url());
        change(&mut endpoint);
        Ok(Stage { provider: self.subject.provider(&endpoint), server })
    }

    /// What the service would send; skips the check where it never says so.
    pub(crate) fn form(&self, scene: &Scene) -> Result<Form, Stop> {
        match self.subject.render(scene).0 {
            Ok(form) => Ok(form),
            Err(reason) => skip!("the service never says it: {reason}"),
        }
    }

    /// A plain answer, in the form that this way of asking gets.
    pub(crate) fn answer_for(&self, method: Method, answer: &Answer) -> Result<Form, Stop> {
        match method {
            Method::Generate => self.form(&Scene::Answer(answer.clone())),
            Method::Stream => self.form(&Scene::Stream(answer.clone())),
        }
    }

    /// The service's form of an error.
    pub(crate) fn refusal(&self, kind: ErrorKind) -> Result<Form, Stop> {
        self.form(&Scene::Refusal(Refusal::new(kind, "the words of the service")))
    }

    /// A refusal that passes by itself: a rate limit, or an overload where the service limits no rates.
    pub(crate) fn passing(&self) -> Result<(ErrorKind, Form), Stop> {
        if let Ok(form) = self.refusal(ErrorKind::RateLimited) {
            return Ok((ErrorKind::RateLimited, form));
        }
        let form = self.refusal(ErrorKind::Overloaded)?;
        self.note(ErrorKind::Overloaded);
        Ok((ErrorKind::Overloaded, form))
    }

    /// The ways of asking that the model has.
    pub(crate) fn methods(&self) -> Result<Vec<Method>, Stop> {
        let streams = self.capabilities()?.streaming.is_available();
        Ok(if streams { vec![Method::Generate, Method::Stream] } else { vec![Method::Generate] })
    }

    /// Skips the check where the model does not stream.
    pub(crate) fn needs_streaming(&self) -> Result<(), Stop> {
        match self.capabilities()?.streaming.is_available() {
            true => Ok(()),
            false => skip!("the model does not stream"),
        }
    }

    /// An empty request to the model.
    pub(crate) fn request(&self) -> Request {
        Request::new(self.model())
    }

    /// A question about a picture, as content where the model takes that.
    pub(crate) fn question(&self) -> Result<Request, Stop> {
        Ok(self.request().message(self.pictured("What is in this picture?")?))
    }

    /// The same question to another model.
    pub(crate) fn question_to(&self, model: &str) -> Result<Request, Stop> {
        let mut request = self.question()?;
        model.clone_into(&mut request.model);
        Ok(request)
    }

    /// A message with a picture.
    pub(crate) fn pictured(&self, words: &str) -> Result<Message, Stop> {
        Ok(Message::user(words).with(self.picture(1)?))
    }

    /// A picture in a form that the model takes: its content, else an address.
    pub(crate) fn picture(&self, number: u64) -> Result<Media, Stop> {
        let image = &self.capabilities()?.image;
        if image.inline.is_available() {
            return Ok(Media::bytes(samples::picture(number)));
        }
        match image.url.is_available() {
            true => Ok(Media::url(format!("https://example.org/{number}.png"))),
            false => skip!("the model takes pictures neither as content nor by URL"),
        }
    }

    /// What the request of this number says.
    pub(crate) fn sent(&self, stage: &Stage, at: usize) -> Result<SentRequest, Stop> {
        match stage.server.requests().get(at) {
            Some(request) => Ok(self.subject.read_request(request)),
            None => fail!("request {at} did not reach the service"),
        }
    }
}

impl Stage {
    /// Asks, and reads a stream to its end.
    pub(crate) async fn ask(&self, method: Method, request: &Request) -> Result<Completion, Error> {
        match method {
            Method::Generate => self.provider.generate(request).await,
            Method::Stream => self.provider.stream(request).await?.collect().await,
        }
    }

    /// Asks, and fails the check if there is an answer, or neither answer nor error before long.
    pub(crate) async fn refused_soon(&self, method: Method, request: &Request) -> Result<Error, Stop> {
        match tokio::time::timeout(SOON, self.refused(method, request)).await {
            Ok(refused) => refused,
            Err(_) => Err(Stop::Broken(format!("{method:?}: the deadline passed, and the call goes on"))),
        }
    }

    /// Asks, and fails the check if there is no answer.
    pub(crate) async fn answered(&self, method: Method, request: &Request) -> Result<Completion, Stop> {
        match self.ask(method, request).await {
            Ok(answer) => Ok(answer),
            Err(error) => fail!("{method:?}: an error instead of the answer: {error:?}"),
        }
    }

    /// Asks, and fails the check if there is an answer.
    pub(crate) async fn refused(&self, method: Method, request: &Request) -> Result<Error, Stop> {
        match self.ask(method, request).await {
            Ok(answer) => fail!("{method:?}: an answer instead of an error: {answer:?}"),
            Err(error) => Ok(error),
        }
    }
}
