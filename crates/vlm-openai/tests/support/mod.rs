//! A server that answers as it is told and can be told otherwise, and providers pointed at it.
#![allow(dead_code, reason = "each test target uses its own part")]

pub(crate) mod reply;

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use vlm_core::{Media, Message, Request};
use vlm_openai::{OpenAi, OpenAiBuilder, Profile, RetryPolicy};
use vlm_testkit::server::{self, Recorded, Reply};

/// The key of all tests; no output may show it.
pub(crate) const KEY: &str = "sk-never-a-real-key";

pub(crate) fn media(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../media")).join(name)
}

/// A question about a picture from disk.
pub(crate) fn about_coffee(model: &str) -> Request {
    Request::new(model).message(Message::user("What is in this picture?").with(Media::path(media("coffee.png"))))
}

pub(crate) struct Server {
    server: server::Server,
    /// What is answered in turn; the last one is repeated.
    script: Arc<Mutex<Vec<Reply>>>,
}

impl Server {
    pub(crate) async fn start(script: Vec<Reply>) -> Self {
        let script = Arc::new(Mutex::new(script));
        let shared = script.clone();
        let next = move |_: &Recorded| {
            let mut script = shared.lock().unwrap();
            let reply = if script.len() > 1 { script.remove(0) } else { script[0].clone() };
            reply.into_turn()
        };
        Self { server: server::Server::answering(next).await.unwrap(), script }
    }

    pub(crate) fn base_url(&self) -> String {
        format!("{}/v1", self.server.url())
    }

    /// Answers so from now on.
    pub(crate) fn script(&self, script: Vec<Reply>) {
        *self.script.lock().unwrap() = script;
    }

    pub(crate) fn seen(&self) -> Vec<Recorded> {
        self.server.requests()
    }

    pub(crate) fn last(&self) -> Recorded {
        self.seen().pop().unwrap()
    }

    pub(crate) fn connections(&self) -> usize {
        self.server.connections()
    }

    /// Waits until a client closed a connection on which the server had stalled; false when it does not.
    pub(crate) async fn client_went_away(&self) -> bool {
        self.server.closed(1).await
    }

    /// Nobody waits for retries here.
    pub(crate) fn builder(&self, profile: Profile) -> OpenAiBuilder {
        let short = Duration::from_millis(1);
        let retry = RetryPolicy::default().backoff(short, short).rate_limit_backoff(short, short);
        OpenAi::builder(KEY).profile(profile).base_url(self.base_url()).retry(retry)
    }

    pub(crate) fn openai(&self) -> OpenAi {
        self.provider(Profile::openai())
    }

    pub(crate) fn provider(&self, profile: Profile) -> OpenAi {
        self.builder(profile).build().unwrap()
    }
}
