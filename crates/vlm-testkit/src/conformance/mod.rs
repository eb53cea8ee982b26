//! The conformance suite: one check per promise of [`VisionProvider`](vlm_core::VisionProvider), for any provider.
//!
//! A provider's author says three things and gets a test for every promise:
//!
//! ```
//! use std::sync::Arc;
//!
//! use serde_json::json;
//! use vlm_core::{FinishReason, Role, VisionProvider};
//! use vlm_testkit::conformance::{Endpoint, Scene, SentContent, SentRequest, Subject, Wire};
//! use vlm_testkit::server::Recorded;
//! # #[derive(Debug)]
//! # struct Acme;
//! # impl Acme {
//! #     fn new(_: &Endpoint) -> Self { Self }
//! # }
//! # #[async_trait::async_trait]
//! # impl VisionProvider for Acme {
//! #     fn id(&self) -> &str { "acme" }
//! #     fn capabilities(&self, model: &str) -> vlm_core::Result<vlm_core::Capabilities> {
//! #         Ok(vlm_core::Capabilities::text_only(model))
//! #     }
//! #     async fn generate(&self, _: &vlm_core::Request) -> vlm_core::Result<vlm_core::Completion> {
//! #         Ok(vlm_core::Completion::new())
//! #     }
//! #     async fn stream(&self, _: &vlm_core::Request) -> vlm_core::Result<vlm_core::CompletionStream> {
//! #         Ok(vlm_core::CompletionStream::whole(vlm_core::Completion::new()))
//! #     }
//! # }
//!
//! struct AcmeSubject;
//!
//! impl Subject for AcmeSubject {
//!     // 1. Build me against this address, with these policies.
//!     fn provider(&self, endpoint: &Endpoint) -> Arc<dyn VisionProvider> {
//!         Arc::new(Acme::new(endpoint))
//!     }
//!
//!     fn model(&self) -> &str {
//!         "acme-vision-1"
//!     }
//!
//!     // 2. This is how my service says it.
//!     fn render(&self, scene: &Scene) -> Wire {
//!         match scene {
//!             Scene::Answer(answer) => Wire::json(200, &json!({
//!                 "id": answer.id,
//!                 "model": answer.model,
//!                 "text": answer.text(),
//!                 "finish": answer.finish.as_str(),
//!                 "tokens": { "in": answer.input_tokens(), "out": answer.output_tokens() },
//!             })),
//!             Scene::Stream(answer) => {
//!                 let pieces = answer.pieces.iter().map(|piece| json!({ "text": piece }).to_string());
//!                 Wire::data(pieces.chain(["[DONE]".to_owned()])).with_end_marks(1)
//!             }
//!             Scene::Refusal(refusal) => match refusal.kind {
//!                 vlm_core::ErrorKind::Auth => Wire::json(401, &json!({ "error": refusal.words })),
//!                 vlm_core::ErrorKind::RateLimited => Wire::json(429, &json!({ "error": refusal.words })),
//!                 kind => Wire::never(format!("there is no status for {kind}")),
//!             },
//!             _ => Wire::never("Acme does not document it"),
//!         }
//!     }
//!
//!     // 3. This is what a request of mine says.
//!     fn read_request(&self, request: &Recorded) -> SentRequest {
//!         let body = request.json();
//!         let mut sent = SentRequest::new();
//!         sent.model = body["model"].as_str().unwrap_or_default().to_owned();
//!         for part in body["parts"].as_array().into_iter().flatten() {
//!             match part["image"].as_str() {
//!                 Some(url) => sent.push(Role::User, SentContent::url(url)),
//!                 None => sent.push(Role::User, SentContent::text(part["text"].as_str().unwrap_or_default())),
//!             }
//!         }
//!         sent
//!     }
//! }
//!
//! # mod tests {
//! # use super::*;
//! vlm_testkit::conformance!(AcmeSubject);
//! # }
//! # fn main() {}
//! ```
//!
//! # The report
//!
//! A check is skipped where the model's capabilities exclude it, or where the service never says what it needs
//! ([`Wire::never`]). Skipped and exempted checks pass as tests, so that what they hide must be seen elsewhere: the macro
//! also makes `conformance::report()`, and a test compares it with a committed snapshot. Whoever switches a capability
//! off, or writes an exemption, changes a file that a reviewer reads.
//!
//! # What it holds a provider to
//!
//! [`Suite::checks`] lists every check with its promise. They are the promises of the trait's methods, and of a careful
//! client: nothing is repeated that may have been billed, nothing is lost without an error, nothing secret is shown.
//! Deadlines are checked with real sockets and small limits, and once more with larger ones before a check fails: a busy
//! machine is no wrong provider. Exact delays are a matter of the retry loop's own tests.

mod bench;
mod check;
mod checks;
mod grow;
mod judge;
mod macros;
mod samples;
mod scene;
mod sent;
mod subject;
mod suite;
mod wire;

pub use check::Check;
pub use scene::{Answer, Refusal, Scene};
pub use sent::{SentContent, SentPart, SentRequest};
pub use subject::{Endpoint, Subject};
pub use suite::{Outcome, Report, Suite};
pub use wire::Wire;
