//! What a competent person writes in an afternoon: reqwest, serde structs, `base64`, a crate for event streams.
//!
//! No retry, no deadlines, no limits, no prices; the picture is read whole, encoded whole and serialized whole.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use eventsource_stream::Eventsource as _;
use futures_util::StreamExt as _;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use reqwest::{Client, Response};

use super::wire::{Piece, Reading, Request};
use super::{Answer, Contender};
use crate::Result;
use crate::case::{Case, KEY, Load, Shape};

/// A client and an address.
#[derive(Clone, Debug)]
pub struct Plain {
    client: Client,
    url: String,
    shape: Shape,
}

impl Contender for Plain {
    fn new(load: &Load, case: Case) -> Result<Self> {
        let call = load.shape.path().trim_start_matches("v1/");
        Ok(Self {
            client: Client::builder().build()?,
            url: format!("{}/{call}", load.base_url(case)),
            shape: load.shape,
        })
    }

    async fn ask(&self) -> Result<Answer> {
        self.whole(&Request::new(self.shape, None, false)).await
    }

    async fn ask_about(&self, picture: &Path) -> Result<Answer> {
        let content = tokio::fs::read(picture).await?;
        let url = format!("data:image/png;base64,{}", STANDARD.encode(content));
        self.whole(&Request::new(self.shape, Some(&url), false)).await
    }

    async fn stream(&self) -> Result<Answer> {
        let response = self.send(&Request::new(self.shape, None, true)).await?;
        let mut events = response.bytes_stream().eventsource();
        let mut reading = Reading::default();
        while let Some(event) = events.next().await {
            let event = event?;
            if event.data == "[DONE]" {
                reading.end();
            } else {
                reading.add(Piece::<String>::parse(self.shape, event.data.as_bytes())?);
            }
        }
        if !reading.is_done() {
            return Err("the stream ended early".into());
        }
        reading.finish()
    }
}

impl Plain {
    async fn send(&self, request: &Request<'_>) -> Result<Response> {
        let key = format!("{}{KEY}", self.shape.auth_prefix());
        let body = serde_json::to_string(request)?;
        let request =
            self.client.post(&self.url).header(AUTHORIZATION, key).header(CONTENT_TYPE, "application/json").body(body);
        Ok(request.send().await?.error_for_status()?)
    }

    #[expect(clippy::disallowed_methods, reason = "an afternoon's program reads without limit")]
    async fn whole(&self, request: &Request<'_>) -> Result<Answer> {
        let reply = self.send(request).await?.bytes().await?;
        let mut reading = Reading::default();
        reading.add(Piece::<String>::parse(self.shape, &reply)?);
        reading.finish()
    }
}
