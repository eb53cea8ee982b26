//! HTTP plumbing for vision-language providers.
//!
//! A provider describes a call and judges the replies; everything between is here: the [transport](Transport) over
//! reqwest, one attempt with its [deadlines](Deadlines) and [limits](Limits), the [retry loop](RetryPolicy), event
//! streams and the loop that makes [an answer](AnswerReader) of them, JSON that is [read leniently](RawJson), bodies that
//! [stream a file from disk](MediaSlots) as base64, and the redaction of whatever is shown. Beside it, and without any key,
//! stands the [reader of pieces of media behind URLs](MediaFetcher).
//!
//! ```no_run
//! use vlm_http::{BaseUrl, Call, Fault, HttpClient, LocalFile, MediaSlots, Payload, Secret};
//!
//! # async fn example() -> Result<(), vlm_core::Error> {
//! let key = Secret::new("sk-example-key")?;
//! let client = HttpClient::builder("example").secrets([&key]).build()?;
//!
//! let mut media = MediaSlots::new();
//! let film = media.add("data:video/mp4;base64,", Payload::File(LocalFile::open("film.mp4").await?));
//! let body = media.finish(&serde_json::json!({ "prompt": "What happens?", "video": film }))?;
//!
//! let url = BaseUrl::parse("https://api.example.com/v1")?.join("chat/completions");
//! let call = Call::post(url, body).operation("generate").secret_header("authorization", "Bearer ", &key);
//! let (answer, stats) = client
//!     .send(call, |reply| {
//!         if reply.status() != 200 {
//!             return Err(Fault::from_status(reply.status()).with_service_message(reply.excerpt(200)));
//!         }
//!         reply.decode_json::<serde_json::Value>()
//!     })
//!     .await?;
//! println!("{answer} after {} attempts", stats.attempts);
//! # Ok(())
//! # }
//! ```
//!
//! # What it promises
//!
//! * A secret, a prompt, a media byte or a whole URL reaches no `Debug`, no `Display`, no error and no log.
//! * Calls never follow redirects (the reader of media does, and has no key); keys go only where the call says; loopback
//!   never uses a proxy.
//! * Every wait has a deadline and every buffer a limit, also against a service that means harm.
//! * Nothing is repeated that may have been billed, unless the caller asks for it; nothing after the first content.
//! * Memory stays constant however large a media file is.
//! * Dropping a future or a stream cancels the call and closes its connection.
//!
//! # What it does not do
//!
//! Never switch on `connection_verbose` or trace logs of the HTTP library below: they show keys. No cookies, no
//! knowledge of any provider; no circuit breaker, no cache and no queue of calls, which `vlm-layers` puts around any
//! provider; no compression, unless [it is asked for](TransportConfig::accept_gzip).

mod address;
mod answer;
mod attachments;
mod base_url;
mod body;
mod call;
mod classify;
mod client;
mod clock;
mod context;
mod events;
mod excerpt;
mod fault;
mod fetch;
mod file;
mod forbid;
mod json;
mod media_file;
mod media_url;
mod policy;
pub mod redact;
mod reply;
mod reqwest_transport;
mod retry;
pub mod retry_after;
mod secret;
mod sse;
mod stats;
mod transport;

pub use answer::{AnswerReader, AnswerStream, Step, StreamEnd};
pub use attachments::{Attached, Attachments};
pub use base_url::BaseUrl;
pub use body::{Body, MediaSlots, Payload, PieceStream};
pub use call::Call;
pub use client::{HttpClient, HttpClientBuilder, Opened};
pub use clock::{Clock, FixedRandom, RandomSource, Sleep, ThreadRandom, TokioClock};
pub use events::{EventStream, RawChunks};
pub use excerpt::excerpt;
pub use fault::{Fault, RetryClass};
pub use fetch::{FetchProblem, FetchedPiece, MediaFetcher, MediaFetcherBuilder, RemoteMedia};
pub use file::{FileProblem, LocalFile};
pub use forbid::{forbid_real_requests, real_requests_are_forbidden};
pub use json::{JsonIndex, RawJson, RawObject, RawValue};
pub use media_url::{MediaUrlProblem, check_media_url};
pub use policy::{Deadlines, Limits, RetryPolicy, RetryQuota};
pub use redact::Scrubber;
pub use reply::Reply;
pub use reqwest_transport::{ProxyChoice, ReqwestTransport, TransportConfig};
pub use secret::Secret;
pub use sse::{EventText, SseDecoder, SseError, SseEvent};
pub use stats::CallStats;
pub use transport::{Transport, TransportError, TransportFault, Upload, WireBody, WireRequest, WireResponse};
