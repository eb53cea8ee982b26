//! The provider held to the promises of every provider, once per server that differs from the others.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "conformance/errors.rs"]
mod errors;
#[path = "conformance/read.rs"]
mod read;
#[path = "conformance/render.rs"]
mod render;
#[path = "conformance/service.rs"]
mod service;

use std::sync::Arc;

use vlm_core::VisionProvider;
use vlm_openai::{OpenAi, Profile};
use vlm_testkit::conformance;
use vlm_testkit::conformance::{Endpoint, Scene, SentRequest, Subject, Wire};
use vlm_testkit::server::Recorded;

/// A server of the protocol, as its own documentation describes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Service {
    OpenAi,
    DashScope,
    Vllm,
    LlamaCpp,
    Ollama,
    OpenRouter,
}

impl Service {
    /// How it speaks. Where no model is listed, the one under test is, as a user lists a model of their own.
    fn profile(self) -> Profile {
        let mut profile = match self {
            Self::OpenAi => Profile::openai(),
            Self::DashScope => Profile::dashscope(),
            Self::Vllm => Profile::vllm(),
            Self::LlamaCpp => Profile::llama_cpp(),
            Self::Ollama => Profile::ollama(),
            Self::OpenRouter => Profile::openrouter(),
        };
        if profile.models.is_empty() {
            let mut model = profile.unlisted.clone();
            model.model = self.model().to_owned();
            model.listed = true;
            profile.models.push(model);
        }
        profile
    }
}

impl Subject for Service {
    fn provider(&self, endpoint: &Endpoint) -> Arc<dyn VisionProvider> {
        // Servers of one's own need no key; vLLM and llama.cpp ask for one when they are started with one.
        let builder = OpenAi::builder(&endpoint.key)
            .profile(self.profile())
            .base_url(format!("{}/v1", endpoint.base_url))
            .deadlines(endpoint.deadlines)
            .limits(endpoint.limits)
            .retry(endpoint.retry);
        Arc::new(builder.build().unwrap())
    }

    fn model(&self) -> &str {
        match self {
            Self::OpenAi => "gpt-4.1-mini",
            Self::DashScope => "qwen3-vl-plus",
            Self::Vllm => "Qwen/Qwen3-VL-8B-Instruct",
            Self::LlamaCpp => "ggml-org/Qwen2.5-VL-7B-Instruct-GGUF",
            Self::Ollama => "qwen3-vl:8b",
            Self::OpenRouter => "qwen/qwen3-vl-8b-instruct",
        }
    }

    fn render(&self, scene: &Scene) -> Wire {
        render::scene(*self, scene)
    }

    fn read_request(&self, request: &Recorded) -> SentRequest {
        assert_eq!((&*request.method, &*request.target), ("POST", "/v1/chat/completions"));
        read::request(*self, &request.json())
    }
}

conformance!(openai: Service::OpenAi);
conformance!(dashscope: Service::DashScope);
conformance!(vllm: Service::Vllm);
conformance!(llama_cpp: Service::LlamaCpp);
conformance!(ollama: Service::Ollama);
conformance!(openrouter: Service::OpenRouter);

/// What ran, what was skipped and why: a change here is seen in review.
#[test]
fn what_ran() {
    insta::assert_snapshot!("conformance_openai", openai::report());
    insta::assert_snapshot!("conformance_dashscope", dashscope::report());
    insta::assert_snapshot!("conformance_vllm", vllm::report());
    insta::assert_snapshot!("conformance_llama_cpp", llama_cpp::report());
    insta::assert_snapshot!("conformance_ollama", ollama::report());
    insta::assert_snapshot!("conformance_openrouter", openrouter::report());
}
