//! Estimates held against what the emulator bills: two independent readings of the rules, over real files and HTTP.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "estimates/generated.rs"]
mod generated;
#[path = "estimates/held.rs"]
mod held;
#[path = "estimates/refused.rs"]
mod refused;
#[path = "estimates/samples.rs"]
mod samples;
mod support;
#[path = "estimates/urls.rs"]
mod urls;
