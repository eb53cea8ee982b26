//! The provider held to the promises of every provider, once per family.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "conformance/read.rs"]
mod read;
#[path = "conformance/render.rs"]
mod render;
#[path = "conformance/service.rs"]
mod service;

use std::sync::Arc;

use vlm_core::VisionProvider;
use vlm_memories::{Family, Memories};
use vlm_testkit::conformance;
use vlm_testkit::conformance::{Endpoint, Scene, SentRequest, Subject, Wire};
use vlm_testkit::server::Recorded;

struct MemoriesSubject(Family);

impl Subject for MemoriesSubject {
    fn provider(&self, endpoint: &Endpoint) -> Arc<dyn VisionProvider> {
        let builder = Memories::builder(&endpoint.key)
            .base_url(&endpoint.base_url)
            .deadlines(endpoint.deadlines)
            .limits(endpoint.limits)
            .retry(endpoint.retry);
        Arc::new(builder.build().unwrap())
    }

    fn model(&self) -> &str {
        match self.0 {
            Family::Qwen => "qwen:qwen3-vl-plus",
            Family::Gemini => "gemini:gemini-2.5-flash",
            Family::Nova => "nova:us.amazon.nova-lite-v1:0",
            _ => "gpt:gpt-4.1-mini",
        }
    }

    fn render(&self, scene: &Scene) -> Wire {
        render::scene(self.0, scene)
    }

    fn read_request(&self, request: &Recorded) -> SentRequest {
        read::request(&request.json())
    }
}

conformance!(qwen: MemoriesSubject(Family::Qwen));
conformance!(gemini: MemoriesSubject(Family::Gemini));
conformance!(nova: MemoriesSubject(Family::Nova));
conformance!(gpt: MemoriesSubject(Family::Gpt));

/// What ran, what was skipped and why: a change here is seen in review.
#[test]
fn what_ran() {
    insta::assert_snapshot!("conformance_qwen", qwen::report());
    insta::assert_snapshot!("conformance_gemini", gemini::report());
    insta::assert_snapshot!("conformance_nova", nova::report());
    insta::assert_snapshot!("conformance_gpt", gpt::report());
}
