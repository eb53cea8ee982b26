//! The real binary, run as a user runs it: exit code, standard output and standard error together.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic, as tests may")]

mod ask;
mod estimate;
mod extract;
mod extract_fails;
mod help;
mod process;
mod providers;
mod refusals;
mod schema;
mod secrets;
mod service;
mod spending;
mod support;
