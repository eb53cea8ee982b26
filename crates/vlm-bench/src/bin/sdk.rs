//! The contender that is this SDK.

use std::process::ExitCode;

use vlm_bench::contender::sdk::Sdk;
use vlm_bench::program;

fn main() -> ExitCode {
    program::contender::<Sdk>(std::env::args().skip(1), None)
}
