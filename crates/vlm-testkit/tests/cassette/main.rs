//! Cassettes as users' tests have them: round trips, matching, sanitizing, files.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod files;
mod matching;
mod round_trip;
mod sanitizing;

use std::path::{Path, PathBuf};

use tempfile::TempDir;
use vlm_core::{Request, VisionProvider};
use vlm_testkit::cassette::{Cassette, Sanitizer};

const GIF: &[u8] = b"GIF89a\x01\0\x01\0\0\0\0;";

/// A place for a cassette that goes away with the test.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn folder(&self) -> &Path {
        self.0.path()
    }

    fn cassette(&self) -> PathBuf {
        self.folder().join("cat.json")
    }

    fn record(&self, provider: impl VisionProvider) -> Cassette {
        Cassette::record(self.cassette(), provider, Sanitizer::new()).unwrap()
    }

    fn replay(&self) -> Cassette {
        Cassette::replay(self.cassette(), Sanitizer::new()).unwrap()
    }

    fn text(&self) -> String {
        std::fs::read_to_string(self.cassette()).unwrap()
    }

    /// The names in `media/`.
    fn media(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder().join("media")).into_iter().flatten();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    /// A message without the folder's name.
    fn shown(&self, message: &str) -> String {
        message.replace(self.folder().to_str().unwrap(), "[folder]")
    }
}

fn ask(text: &str) -> Request {
    Request::new("m").message(vlm_core::Message::user(text))
}
