//! Layers keep every promise of the provider that they wrap: the conformance suite runs against them.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../crates/vlm-memories/tests/conformance/read.rs"]
mod read;
#[path = "../crates/vlm-memories/tests/conformance/render.rs"]
mod render;

use std::sync::Arc;

use vlm_core::VisionProvider;
use vlm_layers::{Breaker, Budget, Cache, Limiter, Origin};
use vlm_memories::{Family, Memories};
use vlm_testkit::conformance;
use vlm_testkit::conformance::{Endpoint, Scene, SentRequest, Subject, Wire};
use vlm_testkit::server::Recorded;

/// What is around the provider.
enum Around {
    /// A queue, and a circuit breaker.
    Limits,
    Cache,
    Budget,
}

struct Layered(Around);

impl Subject for Layered {
    fn provider(&self, endpoint: &Endpoint) -> Arc<dyn VisionProvider> {
        let builder = Memories::builder(&endpoint.key)
            .base_url(&endpoint.base_url)
            .deadlines(endpoint.deadlines)
            .limits(endpoint.limits)
            .retry(endpoint.retry);
        let provider = builder.build().unwrap();
        match self.0 {
            Around::Limits => Arc::new(Limiter::builder().calls(64).build().unwrap().wrap(Breaker::new(provider))),
            Around::Budget => Arc::new(Budget::builder().build().unwrap().wrap(provider)),
            Around::Cache => {
                let origin = Origin::new(&endpoint.base_url, &endpoint.key);
                // It keeps nothing: the suite asks the same again and again, and each time another reply is what it is about.
                Arc::new(Cache::builder().memory(0).build().unwrap().wrap(provider, &origin).unwrap())
            }
        }
    }

    fn model(&self) -> &str {
        "qwen:qwen3-vl-plus"
    }

    fn render(&self, scene: &Scene) -> Wire {
        render::scene(Family::Qwen, scene)
    }

    fn read_request(&self, request: &Recorded) -> SentRequest {
        read::request(&request.json())
    }
}

conformance!(limits: Layered(Around::Limits));
conformance!(cache: Layered(Around::Cache));
conformance!(budget: Layered(Around::Budget));
