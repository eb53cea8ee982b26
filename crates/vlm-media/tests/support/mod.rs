//! Builders of tiny files with chosen facts, one module per family, and readers that count.
#![allow(dead_code, unreachable_pub, missing_docs, clippy::unwrap_used, reason = "each test uses a part of it")]

pub mod mp4;
pub mod picture;
pub mod virtual_film;

/// The path of a sample in the repository.
pub fn sample(name: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../media").join(name)
}
