//! The whole bench at its smallest: programs start, every contender does every case, and the table has all rows.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use std::process::{Command, Output};

use vlm_bench::case::{Case, Shape};

fn bench(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_bench")).args(arguments).output().expect("the program runs")
}

#[test]
fn every_contender_does_every_case() {
    let output = bench(&["--smoke"]);
    let table = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    for case in Case::ALL {
        for shape in Shape::ALL {
            let row = format!("| {} | {} | ", case.name(), shape.name());
            let line = table.lines().find(|line| line.starts_with(&row)).unwrap_or_else(|| panic!("{row} in {table}"));
            // Memory is known on Linux alone; all else has a figure for each contender.
            let filled = line.split(" | ").skip(3).take(3).all(|cell| !cell.trim().is_empty());
            assert!(filled || line.contains("memory"), "{line}");
        }
    }
    assert!(table.contains("| decode |") && table.contains("| media |"), "{table}");
}

#[test]
fn a_mistake_in_the_options_is_told() {
    let output = bench(&["--case", "none"]);
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("there is no case `none`"));
}
