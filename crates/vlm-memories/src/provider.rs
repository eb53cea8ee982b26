//! The provider: prepare (open, route, admit), encode, send, decode. The steps themselves live in their own files.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use vlm_core::{
    Admission, Capabilities, Completion, CompletionStream, Error, Problem, Request, Result, VisionProvider, Warning,
};
use vlm_http::{Attachments, Body, Call, MediaSlots, Reply, check_media_url};

use crate::config::Config;
use crate::extras::{Extras, ID};
use crate::family::Endpoint;
use crate::routing::ModelName;
use crate::settings::AuthScheme;
use crate::streaming::Reader;
use crate::{attachments, families, models, pricing, reply, routing};

/// memories.ai as a [`VisionProvider`]. Cheap to clone; clones share connections, retry quota and rate-limit pauses.
///
/// `Debug` shows the address, never the key.
///
/// ```no_run
/// use vlm_core::VisionProviderExt;
/// use vlm_memories::Memories;
///
/// # async fn run() -> vlm_core::Result<()> {
/// let model = Memories::from_env()?.model("qwen:qwen3-vl-plus");
/// let answer = model.ask("What is in this picture?").attach("photo.jpg").await?;
/// println!("{} ({})", answer.text(), answer.cost);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Memories {
    config: Arc<Config>,
}

impl Memories {
    /// The capabilities of every listed model, by family and name.
    pub fn models(&self) -> Vec<Capabilities> {
        models::names().filter_map(|name| self.capabilities(&name).ok()).collect()
    }

    pub(crate) fn from_config(config: Config) -> Self {
        Self { config: Arc::new(config) }
    }

    fn describe(&self, name: &ModelName<'_>) -> Capabilities {
        let prices = self.config.prices.as_ref().unwrap_or_else(|| pricing::built_in());
        let price = prices.get(name.family.prefix(), name.id);
        models::capabilities(name.family, name.id, self.config.inline, price)
    }

    /// [`describe`](Self::describe) of a model by its whole name; a listed one is described once.
    fn known(&self, whole: &str, name: &ModelName<'_>) -> Arc<Capabilities> {
        let listed = || self.models().into_iter().map(|model| (model.model.clone(), Arc::new(model))).collect();
        let known = self.config.known.get_or_init(listed);
        known.get(whole).cloned().unwrap_or_else(|| Arc::new(self.describe(name)))
    }

    /// Everything up to the first byte: what is wrong is found here.
    async fn prepare(&self, request: &Request, operation: &'static str) -> Result<Prepared> {
        let context =
            |error: Error| error.with_provider(ID).with_operation(operation).with_model(request.model.clone());
        let mut problems = Vec::new();
        let check = |url: &str| check_media_url(url, self.config.loopback).map_err(|problem| problem.to_string());
        let (attachments, request) = Attachments::open(request, check, &mut problems).await;
        let request = &*request;
        let name = ModelName::parse(&request.model).map_err(|problem| problems.push(problem)).ok();
        let extras = Extras::read(request, name.as_ref().map(|name| name.family), &mut problems);
        let Some(name) = name else {
            return Err(context(Error::refused(problems)));
        };
        let capabilities = self.known(&request.model, &name);
        let (warnings, endpoint) =
            self.admit(&capabilities, &name, request, &extras, &attachments, problems).map_err(context)?;
        let mut slots = MediaSlots::new();
        let placed = attachments::place(attachments, request, &mut slots);
        let streamed = operation == STREAM;
        let wire = families::encode(name.family, request, &placed, &extras, &self.config.wire, streamed);
        let body = slots.finish(&wire).map_err(context)?;
        let call = self.call(endpoint, body, request, operation);
        Ok(Prepared { call, warnings, capabilities })
    }

    fn admit(
        &self,
        capabilities: &Capabilities,
        name: &ModelName<'_>,
        request: &Request,
        extras: &Extras,
        attachments: &Attachments,
        found: Vec<Problem>,
    ) -> Result<(Vec<Warning>, Endpoint)> {
        let mut admission = Admission::review(capabilities, request);
        // A part whose file could not be opened was reported already; what else the review thinks of it is noise.
        let reported: Vec<String> = found.iter().map(|problem| problem.path.clone()).collect();
        admission.drop_problems_at(&reported);
        for problem in found {
            admission.refuse(problem);
        }
        attachments.review(request, capabilities, &mut admission);
        families::review(name, request, &mut admission);
        let endpoint = routing::endpoint(name.family, request, extras.endpoint, self.config.picture_endpoint);
        let endpoint = endpoint.map_err(|problem| admission.refuse(problem)).unwrap_or(self.config.picture_endpoint);
        Ok((admission.finish()?, endpoint))
    }

    fn call(&self, endpoint: Endpoint, body: Body, request: &Request, operation: &'static str) -> Call {
        let url = match endpoint {
            Endpoint::Vu => self.config.vu.clone(),
            Endpoint::Iu => self.config.iu.clone(),
        };
        let prefix = match self.config.auth {
            AuthScheme::RawKey => "",
            AuthScheme::Bearer => "Bearer ",
        };
        Call::post(url, body)
            .operation(operation)
            .model(request.model.clone())
            .secret_header("authorization", prefix, &self.config.key)
            .total(request.call.timeout)
            .max_attempts(request.call.max_attempts)
            .retry_ambiguous(request.call.retry_ambiguous)
    }
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
impl VisionProvider for Memories {
    fn id(&self) -> &str {
        ID
    }

    fn capabilities(&self, model: &str) -> Result<Capabilities> {
        let name = ModelName::parse(model).map_err(|problem| Error::refused(vec![problem]).with_provider(ID))?;
        Ok(self.describe(&name))
    }

    async fn generate(&self, request: &Request) -> Result<Completion> {
        let Prepared { call, warnings, capabilities } = self.prepare(request, GENERATE).await?;
        let decode = |reply: &Reply| decode(reply, &capabilities);
        let (mut answer, _) = self.config.http.send(call, decode).await?;
        answer.warnings.splice(..0, warnings);
        Ok(answer)
    }

    async fn stream(&self, request: &Request) -> Result<CompletionStream> {
        let Prepared { call, warnings, capabilities } = self.prepare(request, STREAM).await?;
        let decode = |reply: &Reply| decode(reply, &capabilities);
        let reader = || Reader::new(self.config.stream_text);
        let stream = self.config.http.stream(call, decode, reader, capabilities.price.clone()).await?;
        Ok(stream.with_warnings(warnings))
    }
}

/// A reply that was read to its end → an answer with its price.
fn decode(reply: &Reply, capabilities: &Capabilities) -> Result<Completion, vlm_http::Fault> {
    let outcome = reply::classify::judge(reply.status(), reply.body());
    let prices = capabilities.price.as_ref();
    reply.complete(outcome, |answer| prices.map(|prices| prices.cost(&answer.usage)).unwrap_or_default())
}

impl fmt::Debug for Memories {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memories")
            .field("vu", &self.config.vu.as_str())
            .field("iu", &self.config.iu.as_str())
            .field("auth", &self.config.auth)
            .finish_non_exhaustive()
    }
}
