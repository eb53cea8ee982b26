//! The practical floor: hyper's connections kept by hand, typed JSON that borrows, base64 by SIMD through one fixed
//! buffer, lines found by memchr.
//!
//! No retry, no deadlines, no limits, no prices, no types of its own; yet it sends and reads all that the others do.

mod body;
mod lines;
mod pool;

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

use http_body_util::BodyExt as _;
use hyper::Response;
use hyper::body::Incoming;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use serde::Deserialize;

use super::wire::{Piece, Reading, Request};
use super::{Answer, Contender};
use crate::Result;
use crate::case::{Case, KEY, Load, Shape};
use body::Outgoing;
use lines::Lines;
use pool::{Pool, Sender};

/// A pool of connections to one address.
#[derive(Clone, Debug)]
pub struct Bare {
    pool: Arc<Pool>,
    path: String,
    shape: Shape,
}

/// Text that is borrowed unless an escape stands in it.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
struct Borrowed<'a>(#[serde(borrow)] Cow<'a, str>);

impl AsRef<str> for Borrowed<'_> {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl Contender for Bare {
    fn new(load: &Load, case: Case) -> Result<Self> {
        Ok(Self {
            pool: Arc::new(Pool::new(load.address.clone())),
            path: format!("/{}/{}", case.name(), load.shape.path()),
            shape: load.shape,
        })
    }

    async fn ask(&self) -> Result<Answer> {
        let body = serde_json::to_vec(&Request::new(self.shape, None, false))?;
        self.whole(Outgoing::plain(body)).await
    }

    async fn ask_about(&self, picture: &Path) -> Result<Answer> {
        // The picture's place in the JSON is where this stands.
        let url = "data:image/png;base64,";
        let json = serde_json::to_string(&Request::new(self.shape, Some(url), false))?;
        let at = json.find(url).ok_or("the picture has no place")? + url.len();
        self.whole(Outgoing::with_picture(&json[..at], picture, &json[at..])?).await
    }

    async fn stream(&self) -> Result<Answer> {
        let body = serde_json::to_vec(&Request::new(self.shape, None, true))?;
        let (mut response, sender) = self.send(Outgoing::plain(body)).await?;
        let mut reading = Reading::default();
        let mut lines = Lines::default();
        while let Some(frame) = response.body_mut().frame().await {
            if let Ok(data) = frame?.into_data() {
                lines.push(&data, |line| self.line(line, &mut reading))?;
            }
        }
        self.pool.put_back(sender);
        if !reading.is_done() {
            return Err("the stream ended early".into());
        }
        reading.finish()
    }
}

impl Bare {
    async fn send(&self, body: Outgoing) -> Result<(Response<Incoming>, Sender)> {
        let request = hyper::Request::post(&self.path)
            .header(HOST, self.pool.address())
            .header(AUTHORIZATION, format!("{}{KEY}", self.shape.auth_prefix()))
            .header(CONTENT_TYPE, "application/json")
            .body(body)?;
        let mut sender = self.pool.take().await?;
        let response = sender.send_request(request).await?;
        if !response.status().is_success() {
            return Err(format!("the server answered {}", response.status()).into());
        }
        Ok((response, sender))
    }

    async fn whole(&self, body: Outgoing) -> Result<Answer> {
        let (response, sender) = self.send(body).await?;
        let reply = response.into_body().collect().await?.to_bytes();
        self.pool.put_back(sender);
        let mut reading = Reading::default();
        reading.add(Piece::<Borrowed<'_>>::parse(self.shape, &reply)?);
        reading.finish()
    }

    fn line(&self, line: &[u8], reading: &mut Reading) -> Result<()> {
        match line.strip_prefix(b"data: ") {
            Some(b"[DONE]") => reading.end(),
            Some(data) => reading.add(Piece::<Borrowed<'_>>::parse(self.shape, data)?),
            None => {}
        }
        Ok(())
    }
}
