//! What both forms of schema have in common: what comes out, and how deep it may go.

use serde_json::Value;

/// A schema is walked this deep; a deeper one is refused.
pub(super) const DEPTH_LIMIT: usize = 32;

/// A schema as the service reads it.
#[derive(Debug, PartialEq)]
pub(super) struct Lowered {
    pub(super) schema: Value,
    /// What could not be said, each as `path: keyword`.
    pub(super) lost: Vec<String>,
}
