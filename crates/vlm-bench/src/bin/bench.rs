//! The runner: measures all contenders in turns, and prints the table.

use std::process::ExitCode;

use vlm_bench::{program, runner};

fn main() -> ExitCode {
    program::exit(runner::run(std::env::args().skip(1)))
}
