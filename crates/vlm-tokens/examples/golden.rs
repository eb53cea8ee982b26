//! Holds files of golden vectors against the rules: `cargo xtask golden FILE…` runs it.
//!
//! Prints each mismatch, then a line per file; the exit code is 1 when there is a mismatch, 2 when a file cannot be
//! read. The formats are those of the two files in `tests/golden`: every case carries its own parameters and what is
//! expected of them.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program reports")]

#[path = "../tests/golden/runner.rs"]
mod runner;

use std::process::ExitCode;

fn main() -> ExitCode {
    let files: Vec<_> = std::env::args_os().skip(1).collect();
    if files.is_empty() {
        eprintln!("usage: golden FILE…   (files of golden vectors, as in crates/vlm-tokens/tests/golden)");
        return ExitCode::from(2);
    }
    let mut code = 0;
    for file in &files {
        let name = file.to_string_lossy();
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) => {
                eprintln!("error: {name} cannot be read: {error}");
                code = 2;
                continue;
            }
        };
        let report = runner::run(&text);
        for mismatch in &report.mismatches {
            println!("{name}: {mismatch}");
        }
        println!(
            "{name}: {} cases, {} expectations ({} of them errors), {} where two packages differ, {} mismatches",
            report.cases,
            report.expectations,
            report.errors,
            report.disagreements,
            report.mismatches.len()
        );
        if !report.mismatches.is_empty() {
            code = code.max(1);
        }
    }
    ExitCode::from(code)
}
