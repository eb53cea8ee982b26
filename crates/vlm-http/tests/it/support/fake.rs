//! A transport that plays a script and notes when it was used, on tokio's clock.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use tokio::time::Instant;
use vlm_http::{Transport, TransportError, TransportFault, WireBody, WireRequest, WireResponse};

/// What one attempt meets.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// A reply with headers and a body in pieces.
    Reply(u16, Vec<(&'static str, String)>, Vec<Piece>),
    /// A failure after a while.
    Fail(Duration, TransportFault),
    /// The request is taken, and nothing comes.
    Hang,
    /// This much of the request is taken every second, and nothing comes.
    Take(Vec<usize>),
}

/// A part of a body.
#[derive(Clone, Debug)]
pub(crate) enum Piece {
    Bytes(Bytes),
    Wait(Duration),
    Fail(TransportFault),
    Hang,
}

pub(crate) fn status(status: u16) -> Answer {
    reply(status, &[], "{}")
}

pub(crate) fn reply(status: u16, headers: &[(&'static str, &str)], body: &'static str) -> Answer {
    let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    Answer::Reply(status, headers, vec![Piece::Bytes(Bytes::from_static(body.as_bytes()))])
}

pub(crate) fn events(pieces: Vec<Piece>) -> Answer {
    Answer::Reply(200, vec![("content-type", "text/event-stream".to_owned())], pieces)
}

pub(crate) fn text(bytes: &'static str) -> Piece {
    Piece::Bytes(Bytes::from_static(bytes.as_bytes()))
}

#[derive(Debug)]
pub(crate) struct Fake {
    start: Instant,
    answers: Mutex<VecDeque<Answer>>,
    times: Mutex<Vec<Duration>>,
    framed: bool,
}

impl Fake {
    /// Plays the answers in order and repeats the last one.
    pub(crate) fn new(answers: impl IntoIterator<Item = Answer>) -> Arc<Self> {
        Arc::new(Self::with_framing(answers, true))
    }

    pub(crate) fn with_framing(answers: impl IntoIterator<Item = Answer>, framed: bool) -> Self {
        Self {
            start: Instant::now(),
            answers: Mutex::new(answers.into_iter().collect()),
            times: Mutex::default(),
            framed,
        }
    }

    /// When each attempt began.
    pub(crate) fn times(&self) -> Vec<Duration> {
        self.times.lock().unwrap().clone()
    }

    fn next(&self) -> Answer {
        self.times.lock().unwrap().push(self.start.elapsed());
        let mut answers = self.answers.lock().unwrap();
        if answers.len() > 1 { answers.pop_front().unwrap() } else { answers.front().unwrap().clone() }
    }
}

#[async_trait]
impl Transport for Fake {
    async fn send(&self, request: WireRequest) -> Result<WireResponse, TransportError> {
        match self.next() {
            Answer::Reply(status, headers, pieces) => {
                request.upload.complete();
                let mut map = HeaderMap::new();
                for (name, value) in headers {
                    map.append(HeaderName::from_static(name), HeaderValue::from_str(&value).unwrap());
                }
                let status = StatusCode::from_u16(status).unwrap();
                Ok(WireResponse::new(status, map, body(pieces)).framed(self.framed))
            }
            Answer::Fail(after, fault) => {
                tokio::time::sleep(after).await;
                Err(TransportError::new(fault))
            }
            Answer::Hang => {
                request.upload.complete();
                std::future::pending().await
            }
            Answer::Take(sizes) => {
                for size in sizes {
                    tokio::time::sleep(Duration::from_secs(1)).await;
                    request.upload.took(size);
                }
                std::future::pending().await
            }
        }
    }
}

/// A body that says the same error for ever once it has failed, as the real one does.
fn body(pieces: Vec<Piece>) -> WireBody {
    let pieces: VecDeque<Piece> = pieces.into();
    Box::pin(
        stream::unfold(pieces, |mut pieces| async move {
            loop {
                match pieces.pop_front()? {
                    Piece::Bytes(bytes) => return Some((Ok(bytes), pieces)),
                    Piece::Wait(duration) => tokio::time::sleep(duration).await,
                    Piece::Hang => std::future::pending().await,
                    Piece::Fail(fault) => {
                        pieces.push_front(Piece::Fail(fault));
                        return Some((Err(TransportError::new(fault)), pieces));
                    }
                }
            }
        })
        .fuse(),
    )
}
