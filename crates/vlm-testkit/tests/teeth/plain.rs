//! A small provider of a made-up service, right in everything, and wrong in one thing when it is told to be.
//!
//! It shows how little an HTTP provider needs besides `vlm-http`; its wire form is in `wire.rs`.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use vlm_core::{
    Admission, Capabilities, Completion, CompletionStream, Delivery, Error, ErrorKind, Media, MediaCapability,
    MediaOption, MediaType, Message, Money, Part, PriceSchedule, PriceTier, Problem, ProblemKind, Request, Result,
    Source, Support, VisionProvider, Warning,
};
use vlm_http::{BaseUrl, Call, HttpClient, LocalFile, MediaSlots, Opened, Payload, Reply, Secret, check_media_url};
use vlm_testkit::conformance::Endpoint;

use crate::defect::Defect;
use crate::transport::Careless;
use crate::wire::{self, Events};

pub(crate) const MODEL: &str = "plain-1";

#[derive(Clone)]
pub(crate) struct Plain {
    inner: Arc<Inner>,
}

struct Inner {
    http: HttpClient,
    base: BaseUrl,
    key: Secret,
    plain_key: String,
    defect: Defect,
    asked: AtomicU32,
    last: std::sync::Mutex<Option<Request>>,
}

impl Plain {
    pub(crate) fn new(endpoint: &Endpoint, defect: Defect) -> Result<Self> {
        let key = Secret::new(&*endpoint.key)?;
        let mut retry = endpoint.retry;
        if defect == Defect::RepeatsUncertainCalls {
            retry = retry.retry_ambiguous(true);
        }
        let mut http = HttpClient::builder("plain").retry(retry);
        if defect != Defect::IgnoresDeadlines {
            http = http.deadlines(endpoint.deadlines);
        }
        if defect != Defect::IgnoresLimits {
            http = http.limits(endpoint.limits);
        }
        if defect != Defect::KeepsTheKeyInWords {
            http = http.secrets([&key]);
        }
        if matches!(defect, Defect::IgnoresDelays | Defect::FollowsRedirects) {
            http = http.transport(Arc::new(Careless::new(defect)?));
        }
        let inner = Inner {
            http: http.build()?,
            base: BaseUrl::parse(&endpoint.base_url)?,
            key,
            plain_key: endpoint.key.clone(),
            defect,
            asked: AtomicU32::new(0),
            last: std::sync::Mutex::new(None),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    fn is(&self, defect: Defect) -> bool {
        self.inner.defect == defect
    }

    fn describe(&self, model: &str) -> Capabilities {
        let mut can = Capabilities::text_only(model);
        can.listed = model == MODEL;
        can.image = MediaCapability::url_and_inline(20 << 20);
        can.video = MediaCapability::url_and_inline(20 << 20);
        can.image.options = vec![MediaOption::Detail];
        can.video.options = vec![MediaOption::Fps, MediaOption::Start];
        can.json_schema = Support::Full;
        can.thinking_switch = Support::Full;
        let (input, output) = (Money::from_pico_usd(40_000), Money::from_pico_usd(400_000));
        can.price = PriceSchedule::new(vec![PriceTier::new(None, input, output)]).filter(|_| can.listed);
        can
    }

    /// Everything up to the first byte.
    async fn prepare(&self, request: &Request, operation: &'static str) -> Result<(Call, Vec<Warning>)> {
        let context = |error: Error| error.with_provider("plain").with_operation(operation).with_model(&*request.model);
        let mut request = self.mixed(request).await;
        let mut files = Vec::new();
        let mut problems = Vec::new();
        open(&mut request, &mut files, &mut problems).await;
        if request.model.trim().is_empty() {
            problems.push(Problem::new(ProblemKind::Missing, "model", "no model is named"));
        }
        let mut admission = Admission::review(&self.describe(&request.model), &self.lenient(&request));
        let known: Vec<String> = problems.iter().map(|problem| problem.path.clone()).collect();
        admission.drop_problems_at(&known);
        problems.into_iter().for_each(|problem| admission.refuse(problem));
        let forgetful = self.is(Defect::StreamsWhatItRefuses) && operation == "stream";
        let warnings = match admission.finish() {
            Ok(warnings) => warnings,
            Err(_) if forgetful => Vec::new(),
            Err(error) => return Err(context(self.refusal(error).await)),
        };
        self.inner.defect.spoil_request(&mut request);
        let mut slots = MediaSlots::new();
        let parts = place(&request, files, &mut slots);
        let body = wire::request(&request, parts, operation == "stream", self.inner.defect, &self.inner.plain_key);
        let body = slots.finish(&body).map_err(context)?;
        let mut call = Call::post(self.inner.base.join("v1/chat"), body)
            .operation(operation)
            .model(request.model.clone())
            .max_attempts(request.call.max_attempts)
            .retry_ambiguous(request.call.retry_ambiguous);
        call = match self.inner.defect {
            Defect::KeepsTheKeyInWords => call.header("authorization", format!("Bearer {}", self.inner.plain_key)),
            _ => call.secret_header("authorization", "Bearer ", &self.inner.key),
        };
        if !self.is(Defect::ForgetsTheDeadlineOfACall) {
            call = call.total(request.call.timeout);
        }
        let warnings = if self.is(Defect::KeepsWarningsToItself) { Vec::new() } else { warnings };
        Ok((call, warnings))
    }

    /// The request as it is judged.
    fn lenient(&self, request: &Request) -> Request {
        let mut request = request.clone();
        request.call.strict &= !self.is(Defect::IgnoresStrict);
        request
    }

    /// One request's words in another one's answer: what a field shared without thought does.
    async fn mixed(&self, request: &Request) -> Request {
        if !self.is(Defect::MixesCalls) {
            return request.clone();
        }
        *self.inner.last.lock().unwrap() = Some(request.clone());
        tokio::task::yield_now().await;
        self.inner.last.lock().unwrap().clone().unwrap()
    }

    async fn refusal(&self, error: Error) -> Error {
        if self.is(Defect::SendsBeforeItRefuses) {
            let call = Call::get(self.inner.base.join("v1/models"));
            let _ = self.inner.http.send(call, |_| Ok(())).await;
        }
        match self.is(Defect::TellsOneProblemAtATime) {
            true => Error::refused(error.problems()[..1].to_vec()),
            false => error,
        }
    }

    fn decode(&self, reply: &Reply) -> Result<Completion, vlm_http::Fault> {
        let mut answer = wire::answer(reply, self.inner.defect)?;
        self.price(&mut answer);
        if !self.is(Defect::DropsTheRawReply) {
            answer.raw = reply.body().clone().into();
        }
        Ok(answer)
    }

    fn price(&self, answer: &mut Completion) {
        let mut usage = answer.usage.clone();
        if self.is(Defect::ForgetsThePriceOfInput) && usage.input_tokens.is_some() {
            usage.input_tokens = Some(0);
        }
        if let Some(price) = self.describe(MODEL).price {
            answer.cost = price.cost(&usage);
        }
    }

    /// What an error says, spoiled.
    fn spoil(&self, error: Error, request: &Request) -> Error {
        match self.inner.defect {
            Defect::SaysNotSent => error.with_delivery(Delivery::NotSent),
            Defect::MiscountsAttempts => error.with_attempts(1),
            Defect::ForgetsTheModel => error.with_model(""),
            Defect::QuotesThePrompt => error.with_advice(format!("Ask something else than {:?}", words(request))),
            _ => error,
        }
    }

    async fn send(&self, request: &Request) -> Result<Completion> {
        let (call, warnings) = self.prepare(request, "generate").await?;
        if self.is(Defect::LogsTheBody) {
            tracing::debug!(prompt = words(request), "sending");
        }
        let decoder = self.clone();
        let sent = self.inner.http.send(call, |reply| decoder.decode(reply)).await;
        let (mut answer, _) = sent.map_err(|error| self.spoil(error, request))?;
        answer.warnings.splice(..0, warnings);
        Ok(answer)
    }

    async fn open(&self, request: &Request) -> Result<CompletionStream> {
        let (call, warnings) = self.prepare(request, "stream").await?;
        let first = |event: &vlm_http::SseEvent| Events::judge_first(event, self.inner.defect);
        let opened = self.inner.http.open(call, |reply| self.decode(reply), first).await;
        let stream = match opened.map_err(|error| self.spoil(error, request))? {
            Opened::Whole(answer, _) => CompletionStream::whole(answer),
            Opened::Events(events) => {
                let price = self.describe(MODEL).price;
                let again = self.is(Defect::RepeatsAfterTheFirstEvent).then(|| (self.clone(), request.clone()));
                let events = Events::new(events, price, self.inner.defect, again);
                match self.is(Defect::ReadsStreamsToTheirEnd) {
                    true => CompletionStream::new(wire::in_a_task(events)),
                    false => CompletionStream::new(events),
                }
            }
        };
        Ok(stream.with_warnings(warnings))
    }
}

/// The words of a request: what must not be shown.
fn words(request: &Request) -> String {
    request.messages.iter().map(Message::text).collect()
}

/// Opens what the request names, says what it is, and keeps what is wrong.
async fn open(request: &mut Request, files: &mut Vec<Option<LocalFile>>, problems: &mut Vec<Problem>) {
    let sources: Vec<Source> = request.media().map(|media| media.source().clone()).collect();
    let mut opened = Vec::new();
    for source in sources {
        opened.push(match source {
            Source::Path(path) => Some(LocalFile::open(path).await.map_err(|problem| problem.to_string())),
            _ => None,
        });
    }
    let mut opened = opened.into_iter();
    request.map_media(|path, media| {
        let file = opened.next().flatten().transpose();
        let found = file.and_then(|file| recognise(media, file.as_ref()).map(|()| file));
        files.push(found.unwrap_or_else(|message| {
            problems.push(Problem::new(ProblemKind::Media, path, message));
            None
        }));
    });
}

/// Says what a medium is, by its first bytes.
fn recognise(media: &mut Media, file: Option<&LocalFile>) -> Result<(), String> {
    match (media.source(), file) {
        (Source::Url(url), _) => check_media_url(url, false).map_err(|problem| problem.to_string()),
        (Source::Path(_), Some(file)) => {
            let found = MediaType::sniff(file.head()).ok_or("it is no picture or film that is known")?;
            *media = media.clone().with_media_type(found);
            Ok(())
        }
        _ => Ok(()),
    }
}

/// The parts as JSON, content as slots that the body fills.
fn place(request: &Request, files: Vec<Option<LocalFile>>, slots: &mut MediaSlots) -> Vec<serde_json::Value> {
    let mut files = files.into_iter();
    let parts = request.messages.iter().flat_map(|message| message.parts.iter().map(move |part| (message.role, part)));
    let placed = parts.map(|(role, part)| {
        let role = role.to_string();
        let media = match part {
            Part::Media(media) => media,
            other => return serde_json::json!({ "role": role, "text": other.as_text() }),
        };
        let name = media.media_type().map_or_else(String::new, |media_type| media_type.to_string());
        let url = match (media.source(), files.next().flatten()) {
            (Source::Bytes(content), _) => slots.add(format!("data:{name};base64,"), Payload::Bytes(content.clone())),
            (_, Some(file)) => slots.add(format!("data:{name};base64,"), Payload::File(file)),
            (Source::Url(url), None) => url.clone(),
            _ => String::new(),
        };
        serde_json::json!({ "role": role, "url": url, "options": media.options() })
    });
    placed.collect()
}

#[async_trait]
impl VisionProvider for Plain {
    fn id(&self) -> &str {
        if self.is(Defect::HasALoudId) { "Plain Service" } else { "plain" }
    }

    fn capabilities(&self, model: &str) -> Result<Capabilities> {
        if model.trim().is_empty() {
            let problem = Problem::new(ProblemKind::Missing, "model", "no model is named");
            return Err(Error::refused(vec![problem]).with_provider("plain"));
        }
        let mut can = self.describe(model);
        if self.is(Defect::ChangesItsCapabilities) {
            can.max_input_tokens = Some(self.inner.asked.fetch_add(1, Ordering::Relaxed).into());
        }
        Ok(can)
    }

    async fn generate(&self, request: &Request) -> Result<Completion> {
        if !self.is(Defect::GoesOnWhenDropped) {
            return self.send(request).await;
        }
        // A task of its own lives on when nobody waits for it.
        let (provider, request) = (self.clone(), request.clone());
        let task = tokio::spawn(async move { provider.send(&request).await });
        task.await.map_err(|error| Error::new(ErrorKind::Internal, error.to_string()))?
    }

    async fn stream(&self, request: &Request) -> Result<CompletionStream> {
        self.open(request).await
    }
}

impl fmt::Debug for Plain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut report = f.debug_struct("Plain");
        if self.is(Defect::PrintsTheKey) {
            report.field("key", &self.inner.plain_key);
        }
        report.finish_non_exhaustive()
    }
}

/// Asks again, for the defect that repeats a stream.
pub(crate) async fn again(provider: Plain, request: Request) -> Result<Completion> {
    provider.send(&request).await
}
