//! Google's resumable uploads: a session is started, the content is sent in one piece, and after a broken connection the
//! service says how much it has, so that only the rest is sent again.

use std::time::Duration;

use url::Url;
use vlm_core::{Error, ErrorKind, MediaType, Result, TimeoutPhase};
use vlm_http::{Body, Call, Fault, Payload, Reply};

use super::Uploader;
use super::resource::{File, accepted};
use crate::codec::mime_type;
use crate::error::{Ground, ReplyError};

/// Uploads have longer than other calls: as long as this many bytes a second need.
const SLOWEST: u64 = 100_000;

/// What a session says when it is asked.
enum Progress {
    /// It has so many bytes.
    Has(u64),
    /// It is complete, and this is the file.
    Complete(File),
}

impl Uploader<'_> {
    /// Starts a session: says how long the content is and what, and gets the address to send it to. The file gets no
    /// name of ours, because a local name is nobody's business.
    pub(super) async fn start(&self, payload: &Payload, media_type: &MediaType) -> Result<Url> {
        let call = Call::post(self.config.upload_url(), Body::from_json_bytes(r#"{"file":{}}"#))
            .header("x-goog-upload-protocol", "resumable")
            .header("x-goog-upload-command", "start")
            .header("x-goog-upload-header-content-length", payload.len().to_string())
            .header("x-goog-upload-header-content-type", mime_type(media_type));
        let call = self.call(self.config.signed(call))?;
        let here = self.config.upload_url();
        let (session, _) = self.config.http.send(call, |reply| session(reply, &here)).await?;
        Ok(session)
    }

    /// Sends the content. A broken connection costs what the service has not received yet, and no more.
    pub(super) async fn send(&self, session: &Url, payload: Payload) -> Result<File> {
        let policy = *self.config.http.retry_policy();
        let most = self.max_attempts.unwrap_or(policy.max_attempts);
        let (mut from, mut attempts) = (0, 1);
        loop {
            let error = match self.send_from(session, &payload, from).await {
                Ok(file) => return Ok(file),
                Err(error) => error,
            };
            if attempts >= most || !is_passing(&error) {
                return Err(error.with_attempts(attempts));
            }
            let doubled = policy.base.saturating_mul(1 << (attempts - 1).min(31)).min(policy.cap);
            let wait = error.retry_after().filter(|asked| *asked <= policy.max_server_delay).unwrap_or(doubled);
            // What went wrong says more than that the time is over.
            if self.deadline.sleep(wait.max(Duration::from_millis(1))).await.is_err() {
                return Err(error.with_attempts(attempts));
            }
            attempts += 1;
            from = match self.progress(session).await? {
                Progress::Has(bytes) if bytes <= payload.len() => bytes,
                Progress::Has(_) => return Err(error.with_attempts(attempts)),
                Progress::Complete(file) => return Ok(file),
            };
        }
    }

    /// Sends what comes after the first `from` bytes, once. The session's address is all that the service asks for: the
    /// key is not sent along.
    async fn send_from(&self, session: &Url, payload: &Payload, from: u64) -> Result<File> {
        let call = Call::post(session.clone(), Body::from_payload(payload.clone(), from))
            .header("content-type", "application/octet-stream")
            .header("x-goog-upload-command", "upload, finalize")
            .header("x-goog-upload-offset", from.to_string());
        let mut call = self.call(call)?.max_attempts(Some(1));
        if self.deadline.left()?.is_none() {
            call = call.total(self.patience(payload.len().saturating_sub(from)));
        }
        let (file, _) = self.config.http.send(call, File::judge).await?;
        Ok(file)
    }

    /// How long sending so many bytes may take where the request itself sets no deadline. A connection on which nothing
    /// moves meets the idle deadline long before.
    fn patience(&self, bytes: u64) -> Option<Duration> {
        let total = self.config.http.deadlines().total?;
        Some(total.saturating_add(Duration::from_secs(bytes / SLOWEST)))
    }

    /// Asks the session how far it is.
    async fn progress(&self, session: &Url) -> Result<Progress> {
        let call = Call::post(session.clone(), Body::empty()).header("x-goog-upload-command", "query");
        let (progress, _) = self.config.http.send(self.call(call)?, progress).await?;
        Ok(progress)
    }
}

/// Whether an upload that failed so may go on.
fn is_passing(error: &Error) -> bool {
    use ErrorKind::*;
    let broken = matches!(error.kind(), Connect(_) | Transport(_) | Truncated | Server | Overloaded | RateLimited);
    let slow = matches!(error.kind(), Timeout(phase) if phase != TimeoutPhase::Total);
    broken || slow
}

/// The address of a session, on the same host: content goes nowhere else.
fn session(reply: &Reply, here: &Url) -> Result<Url, Fault> {
    let address = header(accepted(reply)?, "x-goog-upload-url").and_then(|text| Url::parse(text).ok());
    let Some(address) = address else {
        return Err(ReplyError::new(Ground::Unexpected("an upload without an address to send to")).into());
    };
    if address.origin() != here.origin() || !address.username().is_empty() || address.password().is_some() {
        return Err(ReplyError::new(Ground::Unexpected("an upload to another host, which is not followed")).into());
    }
    Ok(address)
}

fn progress(reply: &Reply) -> Result<Progress, Fault> {
    accepted(reply)?;
    match header(reply, "x-goog-upload-status") {
        Some("final") => Ok(Progress::Complete(File::parse(reply.body())?)),
        Some("active") => {
            let bytes = header(reply, "x-goog-upload-size-received").and_then(|text| text.parse().ok());
            let missing = || ReplyError::new(Ground::Unexpected("an upload that does not say how far it is"));
            Ok(Progress::Has(bytes.ok_or_else(missing)?))
        }
        _ => Err(ReplyError::new(Ground::Unexpected("an upload that the service has given up")).into()),
    }
}

fn header<'a>(reply: &'a Reply, name: &str) -> Option<&'a str> {
    reply.headers().get(name)?.to_str().ok().map(str::trim)
}
