//! What the tests share: a scripted server, a scripted transport, a collector of logs.

pub(crate) mod fake;
#[cfg(feature = "rustls")]
pub(crate) mod http2;
pub(crate) mod log;
#[cfg(feature = "rustls")]
pub(crate) mod proxy;
pub(crate) mod server;

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use vlm_http::{Body, Call, Fault, FixedRandom, HttpClient, HttpClientBuilder, Reply, Transport};

/// A client over a scripted transport, with fixed jitter.
pub(crate) fn scripted(transport: Arc<dyn Transport>) -> HttpClientBuilder {
    HttpClient::builder("test").transport(transport).random(Arc::new(FixedRandom::new(0.5)))
}

/// A call with a small body.
pub(crate) fn call(url: &str) -> Call {
    Call::post(url.parse().unwrap(), Body::from_json_bytes("{\"prompt\":\"x\"}")).operation("generate").model("m:one")
}

/// Takes every 200 and makes a fault of everything else.
pub(crate) fn judge(reply: &Reply) -> Result<Bytes, Fault> {
    match reply.status() {
        200 => Ok(reply.body().clone()),
        status => Err(Fault::from_status(status).with_service_message(reply.excerpt(200))),
    }
}

pub(crate) fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

pub(crate) fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Polls once, for futures that must be ready at once even without a runtime.
pub(crate) fn now<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("not ready at once"),
    }
}
