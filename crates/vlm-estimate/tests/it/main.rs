//! The public face of the estimator: a request goes in, ranges with their reasons come out, and nothing is sent.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod costs;
mod media;
mod output;
mod parts;
mod support;
