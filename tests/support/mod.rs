//! What tests against the emulator share: the sample media, pictures and films of any size, and a provider without
//! patience.
#![allow(dead_code, reason = "each test target uses its own part")]

pub(crate) mod film;
pub(crate) mod picture;

use std::path::{Path, PathBuf};
use std::time::Duration;

use vlm_emulator::{Emulator, Script};
use vlm_memories::{Memories, MemoriesBuilder, RetryPolicy};

/// The folder of the sample media.
pub(crate) fn samples() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../media"))
}

/// An emulator that serves this folder.
pub(crate) async fn emulator(media: &Path) -> Emulator {
    Emulator::builder().media_root(media).start().await.unwrap()
}

/// Orders for the requests to come.
pub(crate) fn script(orders: &[impl AsRef<str>]) -> Script {
    let orders: Vec<&str> = orders.iter().map(AsRef::as_ref).collect();
    Script::from_json(serde_json::to_vec(&orders).unwrap()).unwrap()
}

/// A provider on the emulator: retries happen, but nobody waits for them.
pub(crate) fn builder(emulator: &Emulator) -> MemoriesBuilder {
    let short = Duration::from_millis(1);
    let retry = RetryPolicy::default().backoff(short, short).rate_limit_backoff(short, short);
    Memories::builder("any-key").base_url(emulator.base_url()).retry(retry)
}
