//! The contender over reqwest, as a person would write it by hand.

use std::process::ExitCode;

use vlm_bench::contender::plain::Plain;
use vlm_bench::program;

fn main() -> ExitCode {
    program::contender::<Plain>(std::env::args().skip(1), None)
}
