//! A transport that does not hear when the service asks for a delay.

use async_trait::async_trait;
use vlm_core::Error;
use vlm_http::{ReqwestTransport, Transport, TransportConfig, TransportError, WireRequest, WireResponse};

#[derive(Debug)]
pub(crate) struct Deaf(ReqwestTransport);

impl Deaf {
    pub(crate) fn new() -> Result<Self, Error> {
        ReqwestTransport::new(TransportConfig::new()).map(Self)
    }
}

#[async_trait]
impl Transport for Deaf {
    async fn send(&self, request: WireRequest) -> Result<WireResponse, TransportError> {
        let mut response = self.0.send(request).await?;
        for name in ["retry-after", "retry-after-ms"] {
            response.headers.remove(name);
        }
        Ok(response)
    }
}
