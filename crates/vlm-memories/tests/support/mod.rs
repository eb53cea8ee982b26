//! An emulator with the sample media, and providers pointed at it.
#![allow(dead_code, reason = "each test target uses its own part")]

use std::path::PathBuf;
use std::time::Duration;

use base64::Engine as _;
use vlm_emulator::{Emulator, Recorded};
use vlm_memories::{Family, Memories, MemoriesBuilder, RetryPolicy};

/// The key of all tests; no output may show it.
pub(crate) const KEY: &str = "sk-mavi-never-a-real-key";

pub(crate) const FAMILIES: [Family; 4] = Family::ALL;
pub(crate) const FILM_FAMILIES: [Family; 3] = [Family::Qwen, Family::Gemini, Family::Nova];

/// A listed model of each family.
pub(crate) fn model(family: Family) -> &'static str {
    match family {
        Family::Qwen => "qwen:qwen3-vl-plus",
        Family::Gemini => "gemini:gemini-2.5-flash",
        Family::Nova => "nova:us.amazon.nova-lite-v1:0",
        _ => "gpt:gpt-4.1-mini",
    }
}

pub(crate) fn media_folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../media"))
}

pub(crate) fn media(name: &str) -> PathBuf {
    media_folder().join(name)
}

pub(crate) fn data_url(media_type: &str, content: &[u8]) -> String {
    format!("data:{media_type};base64,{}", base64::engine::general_purpose::STANDARD.encode(content))
}

pub(crate) struct Bench {
    pub(crate) emulator: Emulator,
    memories: Memories,
}

impl Bench {
    pub(crate) async fn start() -> Self {
        let emulator = Emulator::builder().media_root(media_folder()).start().await.unwrap();
        let memories = builder(&emulator).build().unwrap();
        Self { emulator, memories }
    }

    pub(crate) fn memories(&self) -> &Memories {
        &self.memories
    }

    /// Another provider on the same emulator.
    pub(crate) fn build(&self, change: impl FnOnce(MemoriesBuilder) -> MemoriesBuilder) -> Memories {
        change(builder(&self.emulator)).build().unwrap()
    }

    /// What the emulator received last.
    pub(crate) fn last(&self) -> Recorded {
        self.emulator.journal().pop().unwrap()
    }
}

/// Retries happen, but nobody waits for them.
fn builder(emulator: &Emulator) -> MemoriesBuilder {
    let short = Duration::from_millis(1);
    let retry = RetryPolicy::default().backoff(short, short).rate_limit_backoff(short, short);
    Memories::builder(KEY).base_url(emulator.base_url()).retry(retry)
}
