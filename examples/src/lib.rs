//! What the examples share: the real service where a key is set, else the local emulator; and the sample media.

use std::error::Error;
use std::path::PathBuf;

use vlm_emulator::Emulator;
use vlm_memories::Memories;

/// A provider to try things with.
#[derive(Debug)]
pub struct Setup {
    /// The provider.
    pub memories: Memories,
    /// Stops when it is dropped.
    emulator: Option<Emulator>,
}

/// The service behind `MEMORIES_API_KEY`; without a key, an emulator inside this process.
///
/// # Errors
/// A malformed key, or an emulator that does not start.
pub async fn setup() -> Result<Setup, Box<dyn Error>> {
    if let Ok(memories) = Memories::from_env() {
        return Ok(Setup { memories, emulator: None });
    }
    let emulator = Emulator::builder().media_root(media_folder()).start().await?;
    let memories = Memories::builder("any-key").base_url(emulator.base_url()).build()?;
    Ok(Setup { memories, emulator: Some(emulator) })
}

impl Setup {
    /// The URL of a film that the service can fetch.
    pub fn film_url(&self) -> String {
        match &self.emulator {
            Some(emulator) => emulator.media_url("launch-and-coffee.mp4"),
            // The film that the service's own documentation uses.
            None => "https://storage.googleapis.com/memories-test-data/test_1min.mp4".to_owned(),
        }
    }
}

/// The path of a sample picture or film of this repository.
pub fn sample(name: &str) -> PathBuf {
    media_folder().join(name)
}

fn media_folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../media"))
}

/// The README's code, compiled as a doc test.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
