//! The contender over hyper: the practical floor.

use std::process::ExitCode;

use vlm_bench::contender::bare::Bare;
use vlm_bench::program;

fn main() -> ExitCode {
    program::contender::<Bare>(std::env::args().skip(1), None)
}
