//! The provider: prepare (open, admit), encode, send, decode. The steps themselves live in their own files.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::Value;
use vlm_core::{
    Admission, Capabilities, Completion, CompletionStream, Error, Problem, ProblemKind, Request, Result,
    VisionProvider, Warning, WarningKind,
};
use vlm_http::{Attachments, Body, Call, MediaSlots, Reply, check_media_url};

use crate::attachments;
use crate::config::Config;
use crate::extras::Extras;
use crate::pricing;
use crate::profile::{Auth, Profile};
use crate::reply::classify;
use crate::streaming::Reader;
use crate::wire;

/// A server of the chat-completions protocol as a [`VisionProvider`]. Cheap to clone; clones share connections, retry
/// quota and rate-limit pauses.
///
/// Its id is that of its [`Profile`]. `Debug` shows the address and the names of headers, never the key or a value.
///
/// ```no_run
/// use vlm_core::VisionProviderExt;
/// use vlm_openai::OpenAi;
///
/// # async fn run() -> vlm_core::Result<()> {
/// let model = OpenAi::from_env()?.model("gpt-5-mini");
/// let answer = model.ask("What is in this picture?").attach("photo.jpg").await?;
/// println!("{} ({})", answer.text(), answer.cost);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct OpenAi {
    config: Arc<Config>,
}

impl OpenAi {
    /// The capabilities of every listed model, with prices.
    pub fn models(&self) -> Vec<Capabilities> {
        self.profile().models.iter().map(|model| self.describe(&model.model)).collect()
    }

    /// How the server speaks the protocol.
    pub fn profile(&self) -> &Profile {
        &self.config.profile
    }

    pub(crate) fn from_config(config: Config) -> Self {
        Self { config: Arc::new(config) }
    }

    fn describe(&self, name: &str) -> Capabilities {
        let mut model = self.profile().model(name);
        let prices = self.config.prices.as_ref().unwrap_or_else(|| pricing::built_in());
        if let Some(schedule) = prices.get(&self.profile().id, name) {
            model.price = Some(schedule.clone());
        }
        model
    }

    /// [`describe`](Self::describe); a listed model is described once.
    fn known(&self, name: &str) -> Arc<Capabilities> {
        let listed = || self.models().into_iter().map(|model| (model.model.clone(), Arc::new(model))).collect();
        let known = self.config.known.get_or_init(listed);
        known.get(name).cloned().unwrap_or_else(|| Arc::new(self.describe(name)))
    }

    /// Everything up to the first byte: what is wrong is found here.
    async fn prepare(&self, request: &Request, operation: &'static str) -> Result<Prepared> {
        let context = |error: Error| {
            error.with_provider(self.profile().id.clone()).with_operation(operation).with_model(request.model.clone())
        };
        let mut problems = Vec::new();
        let check = |url: &str| check_media_url(url, self.config.loopback).map_err(|problem| problem.to_string());
        let (attachments, request) = Attachments::open(request, check, &mut problems).await;
        let request = &*request;
        problems.extend(name_problem(&request.model));
        let extras = Extras::read(request, self.profile(), &mut problems);
        let capabilities = self.known(&request.model);
        let warnings = self.admit(&capabilities, request, &extras, &attachments, problems).map_err(context)?;
        let mut slots = MediaSlots::new();
        let placed = attachments::place(attachments, request, &mut slots);
        let body = wire::encode(request, &placed, &extras, self.profile(), operation == STREAM);
        let body = slots.finish(&body).map_err(context)?;
        let call = self.call(body, request, operation);
        Ok(Prepared { call, warnings, capabilities })
    }

    fn admit(
        &self,
        capabilities: &Capabilities,
        request: &Request,
        extras: &Extras,
        attachments: &Attachments,
        found: Vec<Problem>,
    ) -> Result<Vec<Warning>> {
        let mut admission = match &extras.frame_list {
            // The frames of a film are no pictures of their own: their number is judged by the list.
            Some(_) => {
                let mut of_frames = capabilities.clone();
                of_frames.image.max_count = None;
                Admission::review(&of_frames, request)
            }
            None => Admission::review(capabilities, request),
        };
        // What was found already is said better there: a file that could not be opened, a name that cannot be one.
        let reported: Vec<String> = found.iter().map(|problem| problem.path.clone()).collect();
        admission.drop_problems_at(&reported);
        for problem in found {
            admission.refuse(problem);
        }
        attachments.review(request, capabilities, &mut admission);
        wire::review(request, extras, self.profile(), &mut admission);
        admission.finish()
    }

    fn call(&self, body: Body, request: &Request, operation: &'static str) -> Call {
        let config = &self.config;
        let mut call = Call::post(config.url.clone(), body)
            .operation(operation)
            .model(request.model.clone())
            .total(request.call.timeout)
            .max_attempts(request.call.max_attempts)
            .retry_ambiguous(request.call.retry_ambiguous);
        if let Some(key) = &config.key {
            call = match &config.profile.auth {
                Auth::Bearer => call.secret_header("authorization", "Bearer ", key),
                Auth::Header(name) => call.secret_header(name, "", key),
            };
        }
        for (name, value) in &config.headers {
            call = call.header(name, value);
        }
        for (name, value) in &config.secret_headers {
            call = call.secret_header(name, "", value);
        }
        call
    }

    /// A reply that was read to its end → an answer with its price.
    fn decode(&self, reply: &Reply, capabilities: &Capabilities) -> Result<Completion, vlm_http::Fault> {
        let mut outcome = classify::judge(reply.status(), reply.body(), self.profile());
        if let Ok(answer) = &mut outcome {
            answer.warnings.extend(self.given_up(reply));
        }
        reply.complete(outcome, |answer| {
            let tier = answer.metadata.get("service_tier").and_then(Value::as_str);
            pricing::charge(capabilities.price.as_ref(), &answer.usage, tier)
        })
    }

    /// A warning of an answer that the service says is not complete.
    fn given_up(&self, reply: &Reply) -> Option<Warning> {
        let name = self.profile().partial_reply_header.as_deref()?;
        let value = reply.headers().get(name)?.to_str().ok()?;
        let message = "the service reached its own time limit and gave what it had: stream long answers";
        value.trim().eq_ignore_ascii_case("true").then(|| Warning::new(WarningKind::UnmarkedEnd, message).at("reply"))
    }
}

/// Why a name cannot be a model's.
fn name_problem(name: &str) -> Option<Problem> {
    if name.is_empty() {
        return Some(Problem::new(ProblemKind::Missing, "model", "no model is named"));
    }
    let odd = name.chars().any(|sign| sign.is_whitespace() || sign.is_control());
    odd.then(|| Problem::new(ProblemKind::Invalid, "model", "a model's name has no blanks or control characters"))
}

const GENERATE: &str = "generate";
const STREAM: &str = "stream";

/// A call that was admitted and encoded.
struct Prepared {
    call: Call,
    warnings: Vec<Warning>,
    capabilities: Arc<Capabilities>,
}

#[async_trait]
impl VisionProvider for OpenAi {
    fn id(&self) -> &str {
        &self.profile().id
    }

    fn capabilities(&self, model: &str) -> Result<Capabilities> {
        match name_problem(model) {
            Some(problem) => Err(Error::refused(vec![problem]).with_provider(self.profile().id.clone())),
            None => Ok(self.describe(model)),
        }
    }

    async fn generate(&self, request: &Request) -> Result<Completion> {
        let Prepared { call, warnings, capabilities } = self.prepare(request, GENERATE).await?;
        let decode = |reply: &Reply| self.decode(reply, &capabilities);
        let (mut answer, _) = self.config.http.send(call, decode).await?;
        answer.warnings.splice(..0, warnings);
        Ok(answer)
    }

    async fn stream(&self, request: &Request) -> Result<CompletionStream> {
        let Prepared { call, warnings, capabilities } = self.prepare(request, STREAM).await?;
        let decode = |reply: &Reply| self.decode(reply, &capabilities);
        let reader = || Reader::new(self.config.profile.clone());
        let stream = self.config.http.stream(call, decode, reader, capabilities.price.clone()).await?;
        Ok(stream.with_warnings(warnings))
    }
}

impl fmt::Debug for OpenAi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let config = &self.config;
        let plain = config.headers.iter().map(|(name, _)| name);
        let headers: Vec<&String> = plain.chain(config.secret_headers.iter().map(|(name, _)| name)).collect();
        f.debug_struct("OpenAi")
            .field("id", &config.profile.id)
            .field("url", &config.url.as_str())
            .field("has_key", &config.key.is_some())
            .field("headers", &headers)
            .finish_non_exhaustive()
    }
}
