//! Lowering: each kind of type in each dialect, the limits, and properties of all schemas.

#![allow(clippy::unwrap_used, reason = "a failing test panics")]

mod gemini;
mod limits;
mod properties;
mod restore;
mod snapshots;
mod types;
