//! The seam: one method that sends one request and returns the head of the reply. Tests and recorders stand here.

mod error;
mod upload;

use std::fmt;
use std::pin::Pin;

use async_trait::async_trait;
use bytes::Bytes;
use futures_core::Stream;
use http::{HeaderMap, Method, StatusCode};
use url::Url;

use crate::body::Body;
use crate::redact;
pub use error::{TransportError, TransportFault};
pub use upload::Upload;

/// Sends one request, once.
///
/// Promises that the client relies on:
///
/// * One call makes at most one attempt that a service can see.
/// * A reply of any status is a reply, not an error.
/// * Redirects are not followed.
/// * Bodies are not decompressed, unless the transport asked for it itself; then the headers say nothing of it.
/// * The body of the request is read from the start, and what was taken is reported to [`WireRequest::upload`].
/// * Dropping the future, or the reply's body, closes the connection.
#[async_trait]
pub trait Transport: fmt::Debug + Send + Sync {
    /// Sends the request and waits for the head of the reply.
    async fn send(&self, request: WireRequest) -> Result<WireResponse, TransportError>;
}

/// One request as it goes over the wire. `Debug` shows no header value and no body.
#[non_exhaustive]
pub struct WireRequest {
    /// The method.
    pub method: Method,
    /// The address.
    pub url: Url,
    /// The headers; secrets among them are marked sensitive.
    pub headers: HeaderMap,
    /// The body.
    pub body: Body,
    /// Where the transport reports how much of the body it took.
    pub upload: Upload,
}

impl WireRequest {
    /// A request without headers.
    pub fn new(method: Method, url: Url, body: Body, upload: Upload) -> Self {
        Self { method, url, headers: HeaderMap::new(), body, upload }
    }
}

impl fmt::Debug for WireRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers.keys().map(|name| name.as_str()).collect();
        f.debug_struct("WireRequest")
            .field("method", &self.method)
            .field("url", &redact::short(&self.url))
            .field("headers", &names)
            .field("body", &self.body)
            .finish()
    }
}

/// The pieces of a reply's body as they come. Nothing is asked of it after its end or its first error.
pub type WireBody = Pin<Box<dyn Stream<Item = Result<Bytes, TransportError>> + Send>>;

/// The head of a reply, and its body to be read. `Debug` shows no header value and no body.
#[non_exhaustive]
pub struct WireResponse {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: WireBody,
    /// Whether a clean end of the body proves that it is whole: it had a length, chunks or HTTP/2 frames.
    pub framed: bool,
}

impl WireResponse {
    /// A reply.
    pub fn new(status: StatusCode, headers: HeaderMap, body: WireBody) -> Self {
        Self { status, headers, body, framed: true }
    }

    /// Says whether a clean end of the body proves that it is whole.
    #[must_use]
    pub fn framed(mut self, framed: bool) -> Self {
        self.framed = framed;
        self
    }
}

impl fmt::Debug for WireResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers.keys().map(|name| name.as_str()).collect();
        f.debug_struct("WireResponse")
            .field("status", &self.status)
            .field("headers", &names)
            .field("framed", &self.framed)
            .finish_non_exhaustive()
    }
}
