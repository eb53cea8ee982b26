//! A small Gemini API on loopback that fails as ordered, a clock that takes no time, and providers pointed at both.
#![allow(dead_code, reason = "each test target uses its own part")]

mod clock;
mod google;
mod http;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use vlm_core::{Media, Message, Request};
use vlm_gemini::{Gemini, GeminiBuilder};

pub(crate) use clock::QuickClock;
pub(crate) use google::Google;
pub(crate) use http::Answer;

/// The key of all tests; no output may show it.
pub(crate) const KEY: &str = "AIzaNever-a-real-key-0123456789";

pub(crate) const MODEL: &str = "gemini-2.5-flash";

pub(crate) fn media(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../media")).join(name)
}

pub(crate) fn ask() -> Request {
    Request::new(MODEL).message(Message::user("What is this?"))
}

pub(crate) fn about(attached: Media) -> Request {
    Request::new(MODEL).message(Message::user("What is this?").with(attached))
}

/// A reply with this text.
pub(crate) fn answer(text: &str) -> Value {
    json!({
        "candidates": [{"content": {"parts": [{"text": text}], "role": "model"}, "finishReason": "STOP", "index": 0}],
        "usageMetadata": {
            "promptTokenCount": 264, "candidatesTokenCount": 3, "totalTokenCount": 267,
            "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 6}, {"modality": "IMAGE", "tokenCount": 258}],
        },
        "modelVersion": MODEL,
        "responseId": "r1",
    })
}

/// An error as the service writes it.
pub(crate) fn refusal(code: u16, status: &str) -> Answer {
    Answer::json(code, &json!({"error": {"code": code, "message": "as the page says", "status": status}}))
}

/// A service and a provider on it, whose waits take no time.
pub(crate) struct Bench {
    pub(crate) google: Google,
    pub(crate) clock: Arc<QuickClock>,
    gemini: Gemini,
}

impl Bench {
    pub(crate) async fn start() -> Self {
        let google = Google::start().await;
        let clock = Arc::new(QuickClock::default());
        let gemini = builder(&google, &clock).build().unwrap();
        Self { google, clock, gemini }
    }

    pub(crate) fn gemini(&self) -> &Gemini {
        &self.gemini
    }

    /// Another provider on the same service.
    pub(crate) fn build(&self, change: impl FnOnce(GeminiBuilder) -> GeminiBuilder) -> Gemini {
        change(builder(&self.google, &self.clock)).build().unwrap()
    }
}

fn builder(google: &Google, clock: &Arc<QuickClock>) -> GeminiBuilder {
    Gemini::builder(KEY).base_url(google.url()).clock(clock.clone())
}

/// Seconds.
pub(crate) fn secs(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}
