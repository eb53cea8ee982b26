//! One attempt: a request out, the head of a reply in, then the whole body or the first event.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use http::header::{ACCEPT, CONTENT_ENCODING, CONTENT_LENGTH, LOCATION, USER_AGENT};
use http::{HeaderMap, HeaderValue};
use tracing::debug;
use vlm_core::{Delivery, ErrorKind, LimitedPart, TimeoutPhase};

use super::{HttpClient, Opened};
use crate::call::Call;
use crate::context::{Context, earlier};
use crate::events::{EventStream, Source};
use crate::fault::{Fault, RetryClass};
use crate::redact;
use crate::reply::{self, Reply};
use crate::retry_after;
use crate::sse::SseEvent;
use crate::stats::CallStats;
use crate::transport::{TransportError, Upload, WireBody, WireRequest, WireResponse};

/// How long the rest of an error reply is waited for. Reading it keeps the connection usable; its status is known.
const ERROR_BODY_TIME: Duration = Duration::from_secs(5);

/// Judges a complete reply.
pub(super) type Judge<'a, T> = &'a (dyn Fn(&Reply) -> Result<T, Fault> + Send + Sync);

/// Looks at the first event of a stream.
pub(super) type First<'a> = &'a (dyn Fn(&SseEvent) -> Result<(), Fault> + Send + Sync);

/// Why an attempt failed, and what the service said about repeating it.
pub(super) struct Failure {
    pub(super) fault: Fault,
    pub(super) should_retry: Option<bool>,
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self { fault, should_retry: None }
    }
}

impl HttpClient {
    pub(super) async fn attempt<T>(
        &self,
        context: &Context,
        call: &Call,
        judge: Judge<'_, T>,
        first: Option<First<'_>>,
        attempts: u32,
    ) -> Result<Opened<T>, Failure> {
        let response = self.head(context, call, first.is_some()).await?;
        let first = first.filter(|_| is_stream(&response));
        let WireResponse { status, headers, mut body, framed } = response;
        let status = status.as_u16();
        debug!(host = context.host, attempt = attempts, status, elapsed = ?context.elapsed(), "reply");
        let id = reply::request_id(&headers).map(str::to_owned);
        if let Some(first) = first {
            let opened = match encoded(&headers) {
                Ok(()) => {
                    self.first_event(context, Source { status, id: id.clone(), body, framed }, first, attempts).await
                }
                Err(fault) => Err(fault),
            };
            return opened.map_err(|fault| from_reply(fault, status, &headers, id, context));
        }
        let reply = match self.whole(context, status, &headers, &mut body).await {
            Ok((bytes, cut)) => Reply::new(status, headers, bytes).with_scrubber(context.scrubber.clone(), cut),
            Err(fault) => return Err(from_reply(fault, status, &headers, id, context)),
        };
        drop(body);
        match judge(&reply) {
            Ok(value) => Ok(Opened::Whole(value, CallStats::of(context, attempts, id))),
            Err(fault) => Err(from_reply(fault, status, reply.headers(), id, context)),
        }
    }

    /// Sends the request and waits for the head of the reply. The upload has an idle deadline of its own; the
    /// first-byte deadline starts when the last byte was taken.
    async fn head(&self, context: &Context, call: &Call, streaming: bool) -> Result<WireResponse, Fault> {
        let deadlines = &self.inner.deadlines;
        let first_byte = if streaming { deadlines.first_byte_streaming } else { deadlines.first_byte };
        let upload = Upload::new(context.clock.clone());
        let mut sending = self.inner.transport.send(self.request(call, streaming, upload.clone()));
        loop {
            let (moved, complete) = upload.last();
            let armed = if complete {
                first_byte.map(|limit| (TimeoutPhase::FirstByte, moved.saturating_add(limit)))
            } else {
                deadlines.idle.map(|limit| (TimeoutPhase::Idle, moved.saturating_add(limit)))
            };
            // While bytes are on their way, look again early enough for a first-byte deadline that starts meanwhile.
            let again = first_byte.filter(|_| !complete).map(|limit| context.clock.now().saturating_add(limit));
            let wake = earlier(armed, again.map(|at| (TimeoutPhase::FirstByte, at)));
            match context.within(&mut sending, wake).await {
                Ok(Ok(response)) => return Ok(response),
                Ok(Err(error)) => return Err(broken(error, &upload, context, call.body.len())),
                Err(TimeoutPhase::Total) => return Err(Fault::timeout(TimeoutPhase::Total, Delivery::MaybeSent)),
                Err(_) => {
                    let now = context.clock.now();
                    let still = upload.last() == (moved, complete);
                    if let Some((phase, _)) = armed.filter(|(_, end)| still && *end <= now) {
                        return Err(Fault::timeout(phase, Delivery::MaybeSent));
                    }
                }
            }
        }
    }

    fn request(&self, call: &Call, streaming: bool, upload: Upload) -> WireRequest {
        let mut request = WireRequest::new(call.method.clone(), call.url.clone(), call.body.clone(), upload);
        let accept = if streaming { "text/event-stream, application/json" } else { "application/json" };
        // Room for what the transport adds.
        let mut headers = HeaderMap::with_capacity(call.headers.len() + 4);
        headers.insert(ACCEPT, HeaderValue::from_static(accept));
        headers.insert(USER_AGENT, self.inner.user_agent.clone());
        for (name, value) in &call.headers {
            headers.insert(name, value.clone());
        }
        request.headers = headers;
        request
    }

    /// Reads a reply to its end; of an error, its beginning, and whether there was more.
    async fn whole(
        &self,
        context: &Context,
        status: u16,
        headers: &HeaderMap,
        body: &mut WireBody,
    ) -> Result<(Bytes, bool), Fault> {
        if (200..300).contains(&status) {
            acceptable(headers, self.inner.limits.body)?;
            return Ok((self.read(context, headers, body).await?, false));
        }
        let beginning = self.drain(context, headers, body).await;
        if matches!(status, 301 | 302 | 303 | 307 | 308) { Err(redirected(status, headers)) } else { Ok(beginning) }
    }

    /// A successful reply's body, whole or not at all.
    async fn read(&self, context: &Context, headers: &HeaderMap, body: &mut WireBody) -> Result<Bytes, Fault> {
        let limit = self.inner.limits.body;
        let mut all = Pieces::default();
        loop {
            let idle = self.inner.deadlines.idle.map(|idle| context.clock.now().saturating_add(idle));
            match context.within(body.next(), idle.map(|at| (TimeoutPhase::Idle, at))).await {
                Ok(Some(Ok(piece))) if all.len() + piece.len() > limit => {
                    return Err(Fault::too_large(LimitedPart::Body, limit as u64));
                }
                Ok(Some(Ok(piece))) => all.push(piece),
                Ok(Some(Err(error))) => return Err(Fault::below_http(error, &context.host, 0)),
                Ok(None) => break,
                Err(phase) => return Err(Fault::timeout(phase, Delivery::Answered)),
            }
        }
        // The HTTP layer checks this; a transport of someone else's may not.
        if announced(headers).is_some_and(|length| length > all.len() as u64) {
            return Err(Fault::new(ErrorKind::Truncated, "the reply ended before the length it announced"));
        }
        Ok(all.into_bytes())
    }

    /// The beginning of an error reply, and whether there was more. Whatever happens here, the status stays known.
    async fn drain(&self, context: &Context, headers: &HeaderMap, body: &mut WireBody) -> (Bytes, bool) {
        if encoded(headers).is_err() {
            return (Bytes::new(), true);
        }
        let limit = self.inner.limits.error_body;
        let end = context.clock.now().saturating_add(ERROR_BODY_TIME);
        let mut all = Pieces::default();
        loop {
            match context.within(body.next(), Some((TimeoutPhase::Idle, end))).await {
                Ok(Some(Ok(piece))) if all.len() + piece.len() > limit => {
                    all.push(piece.slice(..limit - all.len()));
                    return (all.into_bytes(), true);
                }
                Ok(Some(Ok(piece))) => all.push(piece),
                Ok(None) => return (all.into_bytes(), false),
                Ok(Some(Err(_))) | Err(_) => return (all.into_bytes(), true),
            }
        }
    }

    /// Waits for the first event and has it looked at.
    async fn first_event<T>(
        &self,
        context: &Context,
        source: Source,
        first: First<'_>,
        attempts: u32,
    ) -> Result<Opened<T>, Fault> {
        let inner = &*self.inner;
        let mut events = EventStream::new(context, source, &inner.deadlines, &inner.limits, attempts);
        let event = match std::future::poll_fn(|cx| events.poll_source(cx)).await {
            Some(event) => event?,
            None if events.bytes() == 0 => {
                let fault = Fault::new(ErrorKind::Protocol, "the service answers with an empty stream");
                return Err(fault.with_class(RetryClass::R2));
            }
            None => return Err(Fault::new(ErrorKind::Truncated, "the stream ended before its first event")),
        };
        first(&event)?;
        events.put_back(event);
        Ok(Opened::Events(events))
    }
}

/// Events under another success than 200, such as a part of a stream, are left to the judge of whole replies.
fn is_stream(response: &WireResponse) -> bool {
    response.status == http::StatusCode::OK && reply::essence(&response.headers) == "text/event-stream"
}

/// Refuses what would not be read: too long, compressed, in a foreign charset.
fn acceptable(headers: &HeaderMap, limit: usize) -> Result<(), Fault> {
    encoded(headers)?;
    if announced(headers).is_some_and(|length| length > limit as u64) {
        return Err(Fault::too_large(LimitedPart::Body, limit as u64));
    }
    match reply::foreign_charset(headers) {
        Some(charset) => {
            let charset = redact::bounded(&charset, 32);
            Err(Fault::new(ErrorKind::Protocol, format!("the reply is in the charset {charset:?}, not in UTF-8")))
        }
        None => Ok(()),
    }
}

/// Compression was not asked for.
fn encoded(headers: &HeaderMap) -> Result<(), Fault> {
    let encoding = headers.get(CONTENT_ENCODING).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    match encoding.as_deref().map(str::trim) {
        None | Some("" | "identity") => Ok(()),
        Some(encoding) => {
            let encoding = redact::bounded(encoding, 32);
            Err(Fault::new(
                ErrorKind::Protocol,
                format!("the reply is encoded as {encoding:?}, which was not asked for"),
            ))
        }
    }
}

fn announced(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.trim().parse().ok()
}

fn redirected(status: u16, headers: &HeaderMap) -> Fault {
    let fault = Fault::from_status(status);
    let target =
        headers.get(LOCATION).and_then(|target| target.to_str().ok()).and_then(|text| url::Url::parse(text).ok());
    match target {
        Some(target) => {
            fault.with_message(format!("the service redirects to {}, which is not followed", redact::origin(&target)))
        }
        None => fault,
    }
}

fn broken(error: TransportError, upload: &Upload, context: &Context, body: u64) -> Fault {
    match upload.take_problem() {
        // The connection broke because we stopped sending: the file is the reason.
        Some(problem) => Fault::new(ErrorKind::InvalidRequest, problem.to_string())
            .with_delivery(error.delivery())
            .with_source(problem),
        None => Fault::below_http(error, &context.host, body),
    }
}

/// Adds to a fault what the head of the reply says.
fn from_reply(fault: Fault, status: u16, headers: &HeaderMap, id: Option<String>, context: &Context) -> Failure {
    let mut fault = fault.of_reply(status, id);
    // On other statuses these fields mean something else, or nothing.
    let says = matches!(status, 408 | 425 | 429 | 500..=599);
    if says
        && fault.retry_after().is_none()
        && let Some(delay) = retry_after::server_delay(headers, context.clock.wall())
    {
        fault = fault.with_retry_after(delay);
    }
    let should_retry = if status >= 400 { retry_after::should_retry(headers) } else { None };
    Failure { fault, should_retry }
}

/// The pieces of a body; free of copies when there is only one.
#[derive(Default)]
struct Pieces {
    first: Bytes,
    all: BytesMut,
}

impl Pieces {
    fn len(&self) -> usize {
        if self.all.is_empty() { self.first.len() } else { self.all.len() }
    }

    fn push(&mut self, piece: Bytes) {
        if self.all.is_empty() && self.first.is_empty() {
            self.first = piece;
            return;
        }
        if self.all.is_empty() {
            let first = std::mem::take(&mut self.first);
            self.all.extend_from_slice(&first);
        }
        self.all.extend_from_slice(&piece);
    }

    fn into_bytes(self) -> Bytes {
        if self.all.is_empty() { self.first } else { self.all.freeze() }
    }
}
