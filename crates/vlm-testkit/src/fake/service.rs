//! A fake service below a real provider: its transport, so that requests and replies go through the provider's own code.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::Value;
use vlm_core::{Completion, ErrorKind, TransportPhase};
use vlm_http::{Transport, TransportError, TransportFault, WireBody, WireRequest, WireResponse};

use super::form::WireForm;
use super::{lock, sample};
use crate::conformance::{Answer, Refusal, Scene, SentContent, SentRequest, Wire};
use crate::server::Recorded;

/// What stands for the value of a header that is a secret.
const SECRET: &str = "[secret]";

/// A service without a socket, for tests of a program with its real provider: the provider's `transport`.
///
/// - Replies come from the script, one per request, in the order in which requests arrive: in wire form
///   ([`reply`](Self::reply), [`json`](Self::json), [`events`](Self::events)), or in neutral words
///   ([`answer`](Self::answer)), which the [form](WireForm) of [`speaking`](Self::speaking) renders.
/// - Behind the end of the script answers [`respond`](Self::respond), else the form by itself: a value that fits the schema
///   where one is asked for, and otherwise a sentence that says how many parts it was shown.
/// - A request that asks for a stream gets the same answer word by word. An answer takes 17 tokens in and 5 out, unless the
///   script says otherwise.
/// - Whatever the provider does with a reply it does here: it reads, prices, repeats and refuses. Nothing is sent, so it
///   works where [real requests are forbidden](vlm_http::forbid_real_requests).
///
/// Clones share the script and what was asked.
///
/// ```
/// use serde_json::json;
/// use vlm_core::{ErrorKind, VisionProviderExt};
/// use vlm_openai::OpenAi;
/// use vlm_testkit::conformance::Wire;
/// use vlm_testkit::fake::{ChatCompletions, FakeService};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> vlm_core::Result<()> {
/// vlm_http::forbid_real_requests();
/// let service = FakeService::speaking(ChatCompletions::new())
///     .answer("A cat.")
///     .reply(Wire::json(400, &json!({"error": {"message": "Invalid image.", "code": "invalid_image"}})));
/// let provider = OpenAi::builder("sk-made-up-for-a-test").transport(service.transport()).build()?;
/// let model = provider.model("gpt-4.1-mini");
///
/// let answer = model.ask("What is this?").await?;
/// assert_eq!((answer.text(), answer.cost.is_exact()), ("A cat.", true));
/// assert_eq!(service.requests()[0].json()["messages"][0]["content"], "What is this?");
///
/// let error = model.ask("And this?").await.unwrap_err();
/// assert_eq!((error.kind(), error.code()), (ErrorKind::BadRequest, Some("invalid_image")));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct FakeService {
    state: Arc<State>,
    form: Option<Arc<dyn WireForm>>,
    respond: Option<Arc<Respond>>,
}

#[derive(Default)]
struct State {
    script: Mutex<VecDeque<Step>>,
    requests: Mutex<Vec<Recorded>>,
}

type Respond = dyn Fn(&Recorded) -> Wire + Send + Sync;

/// One reply of a script.
enum Step {
    Wire(Wire),
    /// The body breaks off after this many bytes.
    Cut(Wire, usize),
    /// In neutral words.
    Said(Box<dyn FnOnce(bool) -> Scene + Send>),
    /// No reply at all.
    Fault(TransportFault),
}

impl FakeService {
    /// A service that says what the script has in wire form, and nothing else.
    #[expect(clippy::new_without_default, reason = "a service without a script answers nothing")]
    pub fn new() -> Self {
        Self { state: Arc::default(), form: None, respond: None }
    }

    /// A service that speaks this form.
    pub fn speaking(form: impl WireForm) -> Self {
        Self { form: Some(Arc::new(form)), ..Self::new() }
    }

    /// Gives the next request this reply.
    #[must_use]
    pub fn reply(self, reply: Wire) -> Self {
        self.step(Step::Wire(reply))
    }

    /// Gives the next request this value as JSON, with status 200.
    #[must_use]
    pub fn json(self, body: &Value) -> Self {
        self.reply(Wire::json(200, body))
    }

    /// Gives the next request a stream of events with this data, one line each.
    #[must_use]
    pub fn events<D: AsRef<str>>(self, data: impl IntoIterator<Item = D>) -> Self {
        self.reply(Wire::data(data))
    }

    /// Gives the next request this reply, and breaks the connection after `bytes` of its body.
    #[must_use]
    pub fn cut(self, reply: Wire, bytes: usize) -> Self {
        self.step(Step::Cut(reply, bytes))
    }

    /// Gives the next request no reply: this happens instead.
    #[must_use]
    pub fn fail(self, fault: TransportFault) -> Self {
        self.step(Step::Fault(fault))
    }

    /// Answers the next request with this text, in the service's form.
    #[must_use]
    pub fn answer(self, text: impl Into<String>) -> Self {
        let text = text.into();
        self.say(move |streamed| scene(answer(&text), Vec::new(), streamed))
    }

    /// Answers the next request with this value as JSON in the text of an answer, in the service's form.
    #[must_use]
    pub fn answer_json(self, value: Value) -> Self {
        self.answer(value.to_string())
    }

    /// Answers the next request with what this completion says: its id, model, choices and usage. Its cost is the
    /// provider's to say.
    #[must_use]
    pub fn complete(self, completion: Completion) -> Self {
        self.say(move |streamed| {
            let mut said = answer(completion.text());
            said.id = completion.id.unwrap_or(said.id);
            said.model = completion.model.unwrap_or(said.model);
            said.usage = Some(completion.usage).filter(|usage| !usage.is_empty());
            let mut choices = completion.choices.into_iter();
            if let Some(first) = choices.next() {
                said.finish = first.finish;
            }
            scene(said, choices.map(|choice| choice.text).collect(), streamed)
        })
    }

    /// Refuses the next request with an error of this kind and these words, in the service's form.
    #[must_use]
    pub fn refuse(self, kind: ErrorKind, words: impl Into<String>) -> Self {
        let refusal = Refusal::new(kind, words);
        self.say(move |_| Scene::Refusal(refusal))
    }

    /// Gives the next request what a function says; it is told whether a stream was asked for.
    #[must_use]
    pub fn say(self, scene: impl FnOnce(bool) -> Scene + Send + 'static) -> Self {
        self.step(Step::Said(Box::new(scene)))
    }

    /// Answers every request behind the end of the script.
    #[must_use]
    pub fn respond(mut self, respond: impl Fn(&Recorded) -> Wire + Send + Sync + 'static) -> Self {
        self.respond = Some(Arc::new(respond));
        self
    }

    fn step(self, step: Step) -> Self {
        lock(&self.state.script).push_back(step);
        self
    }

    /// The transport, to be given to the builder of a provider.
    pub fn transport(&self) -> Arc<dyn Transport> {
        Arc::new(self.clone())
    }

    /// Every request, in order, repeated ones among them: method, path, body, and headers, where a secret's value is
    /// `[secret]`.
    pub fn requests(&self) -> Vec<Recorded> {
        lock(&self.state.requests).clone()
    }

    /// Replies of the script that no request has taken.
    pub fn replies_left(&self) -> usize {
        lock(&self.state.script).len()
    }

    /// The reply to a request, and after how many bytes it breaks off.
    fn take(&self, request: &Recorded) -> Result<(Wire, Option<usize>), TransportError> {
        let step = lock(&self.state.script).pop_front();
        Ok(match (step, &self.respond, &self.form) {
            (Some(Step::Wire(reply)), ..) => (reply, None),
            (Some(Step::Cut(reply, bytes)), ..) => (reply, Some(bytes)),
            (Some(Step::Fault(fault)), ..) => return Err(TransportError::new(fault)),
            (Some(Step::Said(scene)), _, Some(form)) => (form.say(&scene(form.read(request).streamed)), None),
            (Some(Step::Said(_)), _, None) => {
                return Err(trouble("a fake service needs a form to say an answer in: `FakeService::speaking`"));
            }
            (None, Some(respond), _) => (respond(request), None),
            (None, None, Some(form)) => {
                let asked = form.read(request);
                let mut said = answer(&by_itself(&asked));
                said.model.clone_from(&asked.model);
                (form.say(&scene(said, Vec::new(), asked.streamed)), None)
            }
            (None, None, None) => return Err(trouble("the script of the fake service is at its end")),
        })
    }
}

fn trouble(what: &'static str) -> TransportError {
    TransportError::new(TransportFault::Configuration(what))
}

/// An answer of these words, one piece each.
fn answer(text: &str) -> Answer {
    match text {
        "" => Answer::of([""]),
        text => Answer::of(text.split_inclusive(' ')),
    }
}

fn scene(answer: Answer, others: Vec<String>, streamed: bool) -> Scene {
    match (others.is_empty(), streamed) {
        (true, false) => Scene::Answer(answer),
        (true, true) => Scene::Stream(answer),
        (false, streamed) => Scene::Choices { answer, others, streamed },
    }
}

/// What is answered where no test says anything.
fn by_itself(asked: &SentRequest) -> String {
    if let Some(schema) = &asked.schema {
        return sample(schema).to_string();
    }
    let shown = asked.parts.iter().filter(|part| !matches!(part.content, SentContent::Text(_))).count();
    format!("An answer to {} parts, {shown} of them pictures or films.", asked.parts.len())
}

#[async_trait]
impl Transport for FakeService {
    async fn send(&self, request: WireRequest) -> Result<WireResponse, TransportError> {
        let body = request.body.collect().await.map_err(|problem| {
            TransportError::new(TransportFault::Broken(TransportPhase::Sending)).with_source(problem)
        })?;
        request.upload.complete();
        let recorded = recorded(&request, body);
        lock(&self.state.requests).push(recorded.clone());
        let (reply, cut) = self.take(&recorded)?;
        response(reply, cut)
    }
}

/// A request as a test may see it.
fn recorded(request: &WireRequest, body: Bytes) -> Recorded {
    let query = request.url.query().map(|query| format!("?{query}")).unwrap_or_default();
    let target = format!("{}{query}", request.url.path());
    let mut recorded = Recorded::new(request.method.as_str(), target, body);
    let value = |value: &HeaderValue| match value.is_sensitive() {
        true => SECRET.to_owned(),
        false => String::from_utf8_lossy(value.as_bytes()).into_owned(),
    };
    recorded.headers = request.headers.iter().map(|(name, known)| (name.to_string(), value(known))).collect();
    recorded
}

fn response(reply: Wire, cut: Option<usize>) -> Result<WireResponse, TransportError> {
    let form =
        reply.0.map_err(|reason| trouble("the form of the fake service has no such reply").with_source(reason))?;
    let status = StatusCode::from_u16(form.status).map_err(|_| trouble("the fake reply's status is none"))?;
    let mut headers = HeaderMap::new();
    let said = form.headers.iter().map(|(name, value)| (&**name, &**value));
    for (name, value) in said.chain([("content-type", &*form.content_type)]) {
        let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) else {
            return Err(trouble("the fake reply has a header that cannot be sent"));
        };
        headers.append(name, value);
    }
    Ok(WireResponse::new(status, headers, body(form.events, cut)))
}

/// The pieces, up to where the connection breaks.
fn body(pieces: Vec<Bytes>, cut: Option<usize>) -> WireBody {
    let mut left = cut.unwrap_or(usize::MAX);
    let mut kept = Vec::new();
    for piece in pieces {
        let taken = piece.len().min(left);
        left -= taken;
        kept.push(Ok(piece.slice(..taken)));
    }
    let end = cut.map(|_| Err(TransportError::new(TransportFault::Truncated)));
    Box::pin(futures_util::stream::iter(kept.into_iter().filter(|piece| !is_empty(piece)).chain(end)))
}

fn is_empty(piece: &Result<Bytes, TransportError>) -> bool {
    piece.as_ref().is_ok_and(Bytes::is_empty)
}

impl fmt::Debug for FakeService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FakeService")
            .field("asked", &lock(&self.state.requests).len())
            .field("replies_left", &self.replies_left())
            .finish_non_exhaustive()
    }
}
