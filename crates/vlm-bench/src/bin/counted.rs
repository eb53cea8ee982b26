//! Any contender, with its allocations counted. A program of its own: counting costs time.

use std::alloc::System;
use std::process::ExitCode;

use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};
use vlm_bench::contender::bare::Bare;
use vlm_bench::contender::plain::Plain;
use vlm_bench::contender::sdk::Sdk;
use vlm_bench::program;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn counted() -> usize {
    let stats = ALLOCATOR.stats();
    stats.allocations + stats.reallocations
}

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    match arguments.next().as_deref() {
        Some("sdk") => program::contender::<Sdk>(arguments, Some(counted)),
        Some("reqwest") => program::contender::<Plain>(arguments, Some(counted)),
        Some("hyper") => program::contender::<Bare>(arguments, Some(counted)),
        _ => program::exit(Err("say which: sdk, reqwest or hyper".into())),
    }
}
