//! A transport that answers every request with the same bytes, and reads what it is sent to its end.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, StatusCode};
use vlm_core::Error;
use vlm_http::{Transport, TransportError, WireRequest, WireResponse};
use vlm_memories::Memories;
use vlm_openai::OpenAi;

/// One reply.
#[derive(Clone, Debug)]
pub(crate) struct Canned {
    content_type: HeaderValue,
    pieces: Arc<[Bytes]>,
}

impl Canned {
    /// A reply that is one document.
    pub(crate) fn json(text: &'static str) -> Self {
        let pieces = [Bytes::from_static(text.as_bytes())];
        Self { content_type: HeaderValue::from_static("application/json"), pieces: pieces.into() }
    }

    /// A stream of events, cut into these pieces.
    pub(crate) fn events(pieces: Vec<Bytes>) -> Self {
        Self { content_type: HeaderValue::from_static("text/event-stream"), pieces: pieces.into() }
    }

    /// OpenAI's provider over this reply.
    pub(crate) fn openai(self) -> Result<OpenAi, Error> {
        OpenAi::builder("sk-counted").transport(Arc::new(self)).build()
    }

    /// The provider of memories.ai over this reply.
    pub(crate) fn memories(self) -> Result<Memories, Error> {
        Memories::builder("counted").transport(Arc::new(self)).build()
    }
}

#[async_trait]
impl Transport for Canned {
    async fn send(&self, request: WireRequest) -> Result<WireResponse, TransportError> {
        let mut body = request.body.stream();
        while let Some(piece) = body.next().await {
            match piece {
                Ok(piece) => request.upload.took(piece.len()),
                Err(problem) => request.upload.failed(problem),
            }
        }
        request.upload.complete();
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, self.content_type.clone())]);
        let pieces = self.pieces.clone();
        let body = stream::iter((0..pieces.len()).map(move |at| Ok(pieces[at].clone())));
        Ok(WireResponse::new(StatusCode::OK, headers, Box::pin(body)))
    }
}

/// Runs `work` on a runtime of one thread.
pub(crate) fn block_on<T>(work: impl Future<Output = Result<T, Error>>) -> Result<T, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    runtime.map_err(|error| error.to_string())?.block_on(work).map_err(|error| error.to_string())
}
