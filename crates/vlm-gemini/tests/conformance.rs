//! The provider held to the promises of every provider, once per generation of models.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "conformance/read.rs"]
mod read;
#[path = "conformance/render.rs"]
mod render;
#[path = "conformance/service.rs"]
mod service;

use std::sync::Arc;

use vlm_core::VisionProvider;
use vlm_gemini::Gemini;
use vlm_testkit::conformance;
use vlm_testkit::conformance::{Endpoint, Scene, SentRequest, Subject, Wire};
use vlm_testkit::server::Recorded;

/// The model that is asked.
struct GeminiSubject(&'static str);

impl Subject for GeminiSubject {
    fn provider(&self, endpoint: &Endpoint) -> Arc<dyn VisionProvider> {
        let builder = Gemini::builder(&endpoint.key)
            .base_url(&endpoint.base_url)
            .deadlines(endpoint.deadlines)
            .limits(endpoint.limits)
            .retry(endpoint.retry);
        Arc::new(builder.build().unwrap())
    }

    fn model(&self) -> &str {
        self.0
    }

    fn render(&self, scene: &Scene) -> Wire {
        render::scene(self.0, scene)
    }

    fn read_request(&self, request: &Recorded) -> SentRequest {
        read::request(request)
    }
}

conformance!(flash_2_0: GeminiSubject("gemini-2.0-flash"));
conformance!(flash_2_5: GeminiSubject("gemini-2.5-flash"));
conformance!(flash_3_5: GeminiSubject("gemini-3.5-flash"));

/// What ran, what was skipped and why: a change here is seen in review.
#[test]
fn what_ran() {
    insta::assert_snapshot!("conformance_flash_2_0", flash_2_0::report());
    insta::assert_snapshot!("conformance_flash_2_5", flash_2_5::report());
    insta::assert_snapshot!("conformance_flash_3_5", flash_3_5::report());
}
