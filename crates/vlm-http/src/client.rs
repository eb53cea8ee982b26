//! The client: settings, what its clones share, and the loop around one attempt.

mod attempt;
mod builder;
mod run;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use vlm_core::Error;

use crate::call::Call;
use crate::clock::{Clock, RandomSource};
use crate::events::EventStream;
use crate::fault::Fault;
use crate::policy::{Deadlines, Limits, RetryPolicy};
use crate::redact::Scrubber;
use crate::reply::Reply;
use crate::retry::Shared;
use crate::sse::SseEvent;
use crate::stats::CallStats;
use crate::transport::Transport;
pub use builder::HttpClientBuilder;

/// Sends calls of one provider with one key. Clones are cheap and share the retry quota and the pause that a service
/// asked for.
///
/// ```no_run
/// use vlm_http::{BaseUrl, Body, Call, Fault, HttpClient, Secret};
///
/// # async fn example() -> Result<(), vlm_core::Error> {
/// let key = Secret::new("sk-example-key")?;
/// let client = HttpClient::builder("example").secrets([&key]).build()?;
/// let url = BaseUrl::parse("https://api.example.com/v1")?.join("chat/completions");
/// let call = Call::post(url, Body::from_json_bytes(r#"{"prompt":"hello"}"#))
///     .operation("generate")
///     .secret_header("authorization", "Bearer ", &key);
/// let (answer, stats) = client
///     .send(call, |reply| match reply.status() {
///         200 => Ok(reply.body().clone()),
///         status => Err(Fault::from_status(status).with_service_message(reply.excerpt(200))),
///     })
///     .await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct HttpClient {
    inner: Arc<Inner>,
}

struct Inner {
    provider: Cow<'static, str>,
    deadlines: Deadlines,
    limits: Limits,
    retry: RetryPolicy,
    transport: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn RandomSource>,
    scrubber: Arc<Scrubber>,
    user_agent: http::HeaderValue,
    shared: Shared,
}

/// What a call that asked for a stream got.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "a reply is a stream of events or it is whole; there is no third")]
pub enum Opened<T> {
    /// The service answered with something else than events; it was read to its end and judged.
    Whole(T, CallStats),
    /// The service streams.
    Events(EventStream),
}

impl HttpClient {
    /// A client for calls of `provider`, whose id stands in every error.
    pub fn builder(provider: impl Into<Cow<'static, str>>) -> HttpClientBuilder {
        HttpClientBuilder::new(provider.into())
    }

    /// Sends a call and has every complete reply judged, whatever its status: some services report errors with
    /// status 200. Faults are repeated as the policy says; the error of the last attempt is the call's.
    ///
    /// A redirect, a compressed reply and one in a foreign charset are faults without being judged.
    ///
    /// Dropping the future cancels the call and closes its connection.
    ///
    /// # Errors
    ///
    /// The last fault, with provider, operation, model, attempts, time and how far the call got.
    pub async fn send<T>(
        &self,
        call: Call,
        judge: impl Fn(&Reply) -> Result<T, Fault> + Send + Sync,
    ) -> Result<(T, CallStats), Error> {
        // A call that does not ask for a stream never gets one.
        match Box::pin(self.run(&call, &judge, None)).await? {
            Opened::Whole(value, stats) => Ok((value, stats)),
            Opened::Events(_) => Err(Error::new(vlm_core::ErrorKind::Internal, "a stream nobody asked for")),
        }
    }

    /// Sends a call that asks for events. A reply of another content type, or of a status other than 2xx, is read
    /// whole and judged as by [`HttpClient::send`].
    ///
    /// The first event is awaited inside the retry loop and shown to `first`, so that an error event before any
    /// content can be repeated. It is handed out as the stream's first item all the same. After that nothing is
    /// repeated.
    ///
    /// # Errors
    ///
    /// As [`HttpClient::send`].
    pub async fn open<T>(
        &self,
        call: Call,
        judge: impl Fn(&Reply) -> Result<T, Fault> + Send + Sync,
        first: impl Fn(&SseEvent) -> Result<(), Fault> + Send + Sync,
    ) -> Result<Opened<T>, Error> {
        Box::pin(self.run(&call, &judge, Some(&first))).await
    }

    /// The provider's id.
    pub fn provider(&self) -> &str {
        &self.inner.provider
    }

    /// The deadlines.
    pub fn deadlines(&self) -> &Deadlines {
        &self.inner.deadlines
    }

    /// The limits.
    pub fn limits(&self) -> &Limits {
        &self.inner.limits
    }

    /// The retry policy.
    pub fn retry_policy(&self) -> &RetryPolicy {
        &self.inner.retry
    }
}

impl fmt::Debug for HttpClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpClient")
            .field("provider", &self.inner.provider)
            .field("deadlines", &self.inner.deadlines)
            .field("limits", &self.inner.limits)
            .field("retry", &self.inner.retry)
            .field("transport", &self.inner.transport)
            .finish_non_exhaustive()
    }
}
