//! The provider: prepare (open, admit), upload, encode, send, decode. The steps themselves live in their own files.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Map, Value};
use vlm_core::{
    Admission, Capabilities, Completion, CompletionStream, Error, Media, MediaType, Message, PriceList, PriceSchedule,
    Problem, ProblemKind, Request, Result, VisionProvider, Warning,
};
use vlm_http::{Attached, Call, Fault, MediaSlots, Reply};

use crate::attachments::{Attachments, Service};
use crate::codec::{self, Placed};
use crate::config::Config;
use crate::extras::{Extras, ID};
use crate::files::{self, Deadline, FileId, Uploader};
use crate::models::{self, Content, MAX_FILE};
use crate::name::ModelName;
use crate::pricing;
use crate::reply::classify;
use crate::streaming::Reader;

/// The Gemini API as a [`VisionProvider`]. Cheap to clone; clones share connections, retry quota and rate-limit pauses.
///
/// `Debug` shows the address, never the key.
///
/// ```no_run
/// use vlm_core::VisionProviderExt;
/// use vlm_gemini::Gemini;
///
/// # async fn run() -> vlm_core::Result<()> {
/// let model = Gemini::from_env()?.model("gemini-2.5-flash");
/// let answer = model.ask("What happens in this film?").attach("film.mp4").await?;
/// println!("{} ({})", answer.text(), answer.cost);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Gemini {
    config: Arc<Config>,
}

/// Models and files.
impl Gemini {
    /// The capabilities of every listed model, newest first.
    pub fn models(&self) -> Vec<Capabilities> {
        models::names().map(|id| self.describe(id)).collect()
    }

    /// Uploads a picture or film from a file or from memory, and waits until the service has processed it. A file is
    /// read from disk while it is sent; a broken connection costs only what had not arrived yet.
    ///
    /// Dropping the future cancels the upload.
    ///
    /// # Errors
    /// `InvalidRequest` for media that are not content, or no picture or film of a known format; `Unprocessable` when
    /// the service cannot process the file; `Timeout` when it takes longer than the
    /// [policy](crate::GeminiBuilder::wait) allows; else as any call.
    pub async fn upload(&self, media: impl Into<Media>) -> Result<FileId> {
        let request = Request::new("").message(Message::user("").with(media.into()));
        let mut problems = Vec::new();
        let (attachments, request) = Attachments::open(&request, self.service(&self.files()), &mut problems).await;
        let media_type = request.media().next().and_then(Media::media_type);
        let mut refuse = |message: String| problems.push(Problem::new(ProblemKind::Media, "media", message));
        let payload = match attachments.into_attached().next() {
            Some(Attached::Content(payload)) if payload.len() > MAX_FILE => {
                refuse(format!("{} bytes are above the limit of {MAX_FILE} for a file", payload.len()));
                None
            }
            Some(Attached::Content(payload)) => media_type.map(|media_type| (payload, media_type)),
            Some(Attached::Url(_) | Attached::FileId(_)) => {
                refuse("only content can be uploaded: a file, or bytes".to_owned());
                None
            }
            _ => None,
        };
        let Some((payload, media_type)) = payload else {
            for problem in &mut problems {
                "media".clone_into(&mut problem.path);
            }
            return Err(Error::refused(problems).with_provider(ID).with_operation("upload"));
        };
        let deadline = Deadline::new(self.config.clock.clone(), None);
        let uploader = Uploader { config: &self.config, deadline: &deadline, model: None, max_attempts: None };
        uploader.upload(payload, &media_type).await
    }

    /// Deletes an uploaded file before its 48 hours are over, by its name (`files/abc-123`) or its address.
    ///
    /// # Errors
    /// `InvalidRequest` for what is no name of a file, `NotFound` or `Permission` for one that is not there; else as any
    /// call.
    pub async fn delete_file(&self, name: &str) -> Result<()> {
        files::delete(&self.config, name).await
    }

    pub(crate) fn from_config(config: Config) -> Self {
        Self { config: Arc::new(config) }
    }

    fn prices(&self) -> &PriceList {
        self.config.prices.as_ref().unwrap_or_else(|| pricing::built_in())
    }

    fn content(&self) -> Content {
        Content { upload: self.config.upload, inline_limit: self.config.inline_limit }
    }

    /// Where files are.
    fn files(&self) -> String {
        self.config.url("files").into()
    }

    fn service<'a>(&self, files: &'a str) -> Service<'a> {
        Service { loopback: self.config.base.is_loopback(), files }
    }

    fn describe(&self, id: &str) -> Capabilities {
        models::capabilities(id, self.content(), self.prices())
    }

    /// Everything up to the first byte: what is wrong is found here.
    async fn prepare(&self, request: &Request) -> Result<Prepared> {
        let mut problems = Vec::new();
        let files = self.files();
        let (attachments, request) = Attachments::open(request, self.service(&files), &mut problems).await;
        let name = ModelName::parse(&request.model).map_err(|problem| problems.push(problem)).ok();
        let extras = Extras::read(&request, &mut problems);
        let Some(name) = name else {
            return Err(Error::refused(problems));
        };
        let warnings = self.admit(&name, &request, &extras, &attachments, problems)?;
        Ok(Prepared { name, request, extras, attachments, warnings })
    }

    fn admit(
        &self,
        name: &ModelName,
        request: &Request,
        extras: &Extras,
        attachments: &Attachments,
        found: Vec<Problem>,
    ) -> Result<Vec<Warning>> {
        let capabilities = self.describe(name.id());
        let mut admission = Admission::review(&capabilities, request);
        // A part whose file could not be opened was reported already; what else the review thinks of it is noise.
        let reported: Vec<String> = found.iter().map(|problem| problem.path.clone()).collect();
        admission.drop_problems_at(&reported);
        for problem in found {
            admission.refuse(problem);
        }
        attachments.review(request, &capabilities, self.content(), &mut admission);
        codec::review(name.id(), request, extras, &mut admission);
        admission.finish()
    }

    /// Uploads what does not stand in the request itself, and writes the request. Whatever is repeated later is the
    /// call that comes out, never an upload.
    async fn ready(&self, prepared: Prepared, operation: &'static str, method: &str) -> Result<Ready> {
        let Prepared { name, request, extras, attachments, warnings } = prepared;
        let deadline = Deadline::new(self.config.clock.clone(), request.call.timeout);
        let uploader = Uploader {
            config: &self.config,
            deadline: &deadline,
            model: Some(&request.model),
            max_attempts: request.call.max_attempts,
        };
        let uploads = attachments.to_upload(&request, self.content());
        let mut slots = MediaSlots::new();
        let (mut placed, mut uploaded) = (Vec::new(), Vec::new());
        for (at, (opened, media)) in attachments.into_attached().zip(request.media()).enumerate() {
            placed.push(match opened {
                Attached::Url(url) => Placed::Uri(url.trim().to_owned()),
                // What is no id was refused before.
                Attached::FileId(id) => Placed::Uri(files::uri(&id, &self.files()).unwrap_or_default()),
                Attached::Content(payload) if uploads.contains(&at) => {
                    let media_type = media.media_type().unwrap_or(MediaType::MP4);
                    let file = uploader.upload(payload, &media_type).await?;
                    uploaded.push(Value::from(file.name()));
                    Placed::Uri(file.uri().to_owned())
                }
                Attached::Content(payload) => Placed::Inline(slots.add("", payload)),
                // So was whatever cannot be used.
                _ => Placed::Uri(String::new()),
            });
        }
        let body = slots.finish(&codec::encode(name.id(), &request, &placed, &extras))?;
        let mut url = self.config.url(&format!("models/{}:{method}", name.id()));
        if operation == STREAM {
            url.set_query(Some("alt=sse"));
        }
        let call = self
            .config
            .signed(Call::post(url, body).operation(operation).model(request.model.clone()))
            .total(deadline.left()?)
            .max_attempts(request.call.max_attempts)
            .retry_ambiguous(request.call.retry_ambiguous);
        let mut metadata = Map::new();
        if !uploaded.is_empty() {
            metadata.insert("uploaded_files".to_owned(), uploaded.into());
        }
        let prices = self.prices().get(pricing::GROUP, name.id()).cloned();
        Ok(Ready { call, warnings, prices, metadata })
    }

    async fn start(&self, request: &Request, operation: &'static str, method: &str) -> Result<Ready> {
        let context = |error: Error| match error.operation() {
            // An upload that failed says so itself.
            Some(_) => error,
            None => error.with_provider(ID).with_operation(operation).with_model(request.model.clone()),
        };
        let prepared = self.prepare(request).await.map_err(context)?;
        self.ready(prepared, operation, method).await.map_err(context)
    }
}

const GENERATE: &str = "generate";
const STREAM: &str = "stream";

/// A request that was admitted.
struct Prepared {
    name: ModelName,
    request: Request,
    extras: Extras,
    attachments: Attachments,
    warnings: Vec<Warning>,
}

/// A call that can be sent.
struct Ready {
    call: Call,
    warnings: Vec<Warning>,
    prices: Option<PriceSchedule>,
    metadata: Map<String, Value>,
}

#[async_trait]
impl VisionProvider for Gemini {
    fn id(&self) -> &str {
        ID
    }

    fn capabilities(&self, model: &str) -> Result<Capabilities> {
        let name = ModelName::parse(model).map_err(|problem| Error::refused(vec![problem]).with_provider(ID))?;
        Ok(self.describe(name.id()))
    }

    async fn generate(&self, request: &Request) -> Result<Completion> {
        let ready = Box::pin(self.start(request, GENERATE, "generateContent")).await?;
        let Ready { call, warnings, prices, metadata } = ready;
        let decode = |reply: &Reply| decode(reply, prices.as_ref());
        let (mut answer, _) = self.config.http.send(call, decode).await?;
        answer.warnings.splice(..0, warnings);
        answer.metadata.extend(metadata);
        Ok(answer)
    }

    async fn stream(&self, request: &Request) -> Result<CompletionStream> {
        let ready = Box::pin(self.start(request, STREAM, "streamGenerateContent")).await?;
        let Ready { call, warnings, prices, metadata } = ready;
        let decode = |reply: &Reply| {
            let mut answer = decode(reply, prices.as_ref())?;
            answer.metadata.extend(metadata.clone());
            Ok(answer)
        };
        let reader = || Reader::new(metadata.clone());
        let stream = self.config.http.stream(call, decode, reader, prices.clone()).await?;
        Ok(stream.with_warnings(warnings))
    }
}

/// A reply that was read to its end → an answer with its price.
fn decode(reply: &Reply, prices: Option<&PriceSchedule>) -> Result<Completion, Fault> {
    let outcome = classify::judge(reply.status(), reply.body());
    reply.complete(outcome, |answer| prices.map(|prices| prices.cost(&answer.usage)).unwrap_or_default())
}

impl fmt::Debug for Gemini {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gemini")
            .field("base_url", &self.config.base.as_str())
            .field("version", &self.config.version)
            .field("upload", &self.config.upload)
            .finish_non_exhaustive()
    }
}
