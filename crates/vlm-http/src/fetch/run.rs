//! One read: request by request along the redirects, then the body, under the deadlines.

use std::ops::Range;
use std::sync::Arc;

use bytes::{Buf, Bytes, BytesMut};
use futures_util::StreamExt;
use http::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE, LOCATION, RANGE, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use tokio::time::timeout;
use url::Url;
use vlm_core::TimeoutPhase;

use super::head::{Plan, judge, past_end};
use super::problem::{FetchProblem, shown};
use super::{FetchedPiece, Inner};
use crate::base_url::is_loopback;
use crate::body::Body;
use crate::clock::TokioClock;
use crate::media_url::{MediaUrlProblem, check};
use crate::transport::{Transport, TransportError, TransportFault, Upload, WireBody, WireRequest, WireResponse};

/// How many redirects one read follows.
const MAX_REDIRECTS: usize = 5;

/// Checks a URL as the caller wrote it.
pub(super) fn admitted(text: &str, allow_loopback: bool) -> Result<Url, FetchProblem> {
    let url = Url::parse(text.trim()).map_err(|_| FetchProblem::Malformed)?;
    match check(&url, allow_loopback) {
        Ok(()) => Ok(url),
        Err(MediaUrlProblem::Malformed) => Err(FetchProblem::Malformed),
        Err(MediaUrlProblem::UserInfo) => Err(FetchProblem::UserInfo { url: shown(&url) }),
        Err(MediaUrlProblem::PrivateHost { why, .. }) => Err(FetchProblem::PrivateHost { url: shown(&url), why }),
        Err(MediaUrlProblem::Scheme { .. } | MediaUrlProblem::PlainHttp) => {
            Err(FetchProblem::NotHttps { url: shown(&url) })
        }
    }
}

/// Reads `range`; `left` is lowered by what was read, also by a read that fails or is dropped.
pub(super) async fn read(
    fetcher: &Inner,
    url: &Url,
    range: Range<u64>,
    left: &mut u64,
) -> Result<FetchedPiece, FetchProblem> {
    if range.is_empty() {
        return Err(FetchProblem::EmptyRange { url: shown(url) });
    }
    affordable(url, range.end - range.start, *left)?;
    if tokio::runtime::Handle::try_current().is_err() {
        let source = TransportError::new(TransportFault::NoRuntime);
        return Err(FetchProblem::Transport { url: shown(url), source });
    }
    match timeout(fetcher.total, along(fetcher, url, &range, left)).await {
        Ok(result) => result,
        Err(_) => Err(FetchProblem::TimedOut { url: shown(url), phase: TimeoutPhase::Total, limit: fetcher.total }),
    }
}

fn affordable(url: &Url, needed: u64, left: u64) -> Result<(), FetchProblem> {
    if needed <= left { Ok(()) } else { Err(FetchProblem::OverLimit { url: shown(url), needed, left }) }
}

/// Follows redirects to the reply that is none, and reads that.
async fn along(fetcher: &Inner, first: &Url, range: &Range<u64>, left: &mut u64) -> Result<FetchedPiece, FetchProblem> {
    let mut url = first.clone();
    for _ in 0..=MAX_REDIRECTS {
        let reply = ask(fetcher, &url, range).await?;
        if !leads_on(reply.status) {
            return piece(fetcher, &url, reply, range, left).await;
        }
        url = next(&url, reply.headers.get(LOCATION), fetcher.allow_loopback)?;
    }
    Err(FetchProblem::TooManyRedirects { url: shown(first), limit: MAX_REDIRECTS })
}

/// Sends one request and waits for the head of its reply.
async fn ask(fetcher: &Inner, url: &Url, range: &Range<u64>) -> Result<WireResponse, FetchProblem> {
    let upload = Upload::new(Arc::new(TokioClock::new()));
    let mut request = WireRequest::new(Method::GET, url.clone(), Body::empty(), upload);
    request.headers = headers(fetcher, range);
    match timeout(fetcher.first_byte, fetcher.transport.send(request)).await {
        Ok(Ok(reply)) => Ok(reply),
        Ok(Err(source)) => Err(FetchProblem::from_transport(url, source, fetcher.connect)),
        Err(_) => {
            let (phase, limit) = (TimeoutPhase::FirstByte, fetcher.first_byte);
            Err(FetchProblem::TimedOut { url: shown(url), phase, limit })
        }
    }
}

/// Everything that is said to the server besides method, host and path.
fn headers(fetcher: &Inner, range: &Range<u64>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let bytes = format!("bytes={}-{}", range.start, range.end.saturating_sub(1));
    if let Ok(bytes) = HeaderValue::from_str(&bytes) {
        headers.insert(RANGE, bytes);
    }
    headers.insert(USER_AGENT, fetcher.user_agent.clone());
    headers.insert(ACCEPT, HeaderValue::from_static("image/*, video/*, */*;q=0.1"));
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    headers
}

fn leads_on(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

/// Where a redirect leads, judged like a first URL and by where it comes from.
pub(super) fn next(from: &Url, location: Option<&HeaderValue>, allow_loopback: bool) -> Result<Url, FetchProblem> {
    let refuse = |to: String, why| Err(FetchProblem::Redirect { url: shown(from), to, why });
    let text = location.and_then(|location| std::str::from_utf8(location.as_bytes()).ok());
    let Some(to) = text.and_then(|text| from.join(text).ok()) else {
        return refuse("nowhere".to_owned(), "the server gives no usable target");
    };
    let against = match check(&to, allow_loopback) {
        Err(MediaUrlProblem::Malformed) => Some("it is not a URL with a host"),
        Err(MediaUrlProblem::Scheme { .. }) => Some("it is not https"),
        Err(MediaUrlProblem::PlainHttp) => Some("it is plain http"),
        Err(MediaUrlProblem::UserInfo) => Some("it contains a user name or password"),
        Err(MediaUrlProblem::PrivateHost { why, .. }) => Some(why),
        Ok(()) if from.scheme() == "https" && to.scheme() != "https" => Some("it is plain http"),
        // Also where loopback is allowed, a stranger's server has no business there.
        Ok(()) if is_loopback(&to) && !is_loopback(from) => Some("it is this machine"),
        Ok(()) => None,
    };
    match against {
        Some(why) => refuse(shown(&to), why),
        None => Ok(to),
    }
}

/// Reads what was asked for, and no more, from a reply that is no redirect.
async fn piece(
    fetcher: &Inner,
    url: &Url,
    reply: WireResponse,
    range: &Range<u64>,
    left: &mut u64,
) -> Result<FetchedPiece, FetchProblem> {
    let plan = judge(url, reply.status, &reply.headers, range)?;
    affordable(url, plan.skip.saturating_add(plan.take), *left)?;
    let bytes = match content(reply.body, plan, left).await {
        Ok(bytes) => bytes,
        Err(source) => return Err(FetchProblem::from_transport(url, source, fetcher.connect)),
    };
    let mut total = plan.total;
    if (bytes.kept.len() as u64) < plan.take && reply.framed {
        // The server had promised no length, and the body came to an end that proves itself.
        total = Some(bytes.passed);
    }
    if bytes.kept.is_empty() {
        return Err(past_end(url, range, total));
    }
    let declared = reply.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    Ok(FetchedPiece {
        offset: range.start,
        bytes: bytes.kept,
        total,
        media_type: declared.and_then(|text| text.parse().ok()),
    })
}

/// What came of a body.
struct Content {
    kept: Bytes,
    /// How many bytes were read, dropped ones included.
    passed: u64,
}

/// Reads a body by `plan`. Buffers grow with what arrives, never with what was announced.
async fn content(mut body: WireBody, plan: Plan, left: &mut u64) -> Result<Content, TransportError> {
    let (mut kept, mut passed) = (BytesMut::new(), 0_u64);
    while passed < plan.skip + plan.take {
        let mut bytes = match body.next().await {
            Some(bytes) => bytes?,
            None if plan.promised => return Err(TransportError::new(TransportFault::Truncated)),
            None => break,
        };
        let dropped = at_most(bytes.len(), plan.skip.saturating_sub(passed));
        bytes.advance(dropped);
        bytes.truncate(at_most(bytes.len(), plan.take - kept.len() as u64));
        kept.extend_from_slice(&bytes);
        let used = (dropped + bytes.len()) as u64;
        passed += used;
        *left = left.saturating_sub(used);
    }
    Ok(Content { kept: kept.freeze(), passed })
}

fn at_most(length: usize, limit: u64) -> usize {
    usize::try_from(limit).map_or(length, |limit| length.min(limit))
}
