//! A transport that does what a careful one does not: it does not hear of delays, or goes where it is sent.

use async_trait::async_trait;
use vlm_core::Error;
use vlm_http::{ReqwestTransport, Transport, TransportConfig, TransportError, Upload, WireRequest, WireResponse};

use crate::defect::Defect;

#[derive(Debug)]
pub(crate) struct Careless(ReqwestTransport, Defect);

impl Careless {
    pub(crate) fn new(defect: Defect) -> Result<Self, Error> {
        Ok(Self(ReqwestTransport::new(TransportConfig::new())?, defect))
    }
}

#[async_trait]
impl Transport for Careless {
    async fn send(&self, request: WireRequest) -> Result<WireResponse, TransportError> {
        let (method, headers, body) = (request.method.clone(), request.headers.clone(), request.body.clone());
        let mut response = self.0.send(request).await?;
        if self.1 == Defect::IgnoresDelays {
            for name in ["retry-after", "retry-after-ms"] {
                response.headers.remove(name);
            }
        }
        let location = response.headers.get("location").and_then(|location| location.to_str().ok()?.parse().ok());
        match location {
            Some(url) if self.1 == Defect::FollowsRedirects => {
                let upload = Upload::new(std::sync::Arc::new(vlm_http::TokioClock::new()));
                let mut again = WireRequest::new(method, url, body, upload);
                again.headers = headers;
                self.0.send(again).await
            }
            _ => Ok(response),
        }
    }
}
