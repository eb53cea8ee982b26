//! Runs named steps, times them, and ends with a table of what passed and what did not.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use crate::error::{Error, Result};

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    Passed,
    /// Could not run on this machine, and why.
    Skipped(String),
    Failed(String),
}

#[derive(Debug)]
struct Row {
    name: String,
    outcome: Outcome,
    time: Duration,
}

/// Marks that `--fail-fast` ended a command early.
const STOP: &str = "stopped at the first failure";

/// Collects steps; unless told to fail fast, every step runs whatever the ones before it said.
#[derive(Debug)]
pub(crate) struct Runner {
    fail_fast: bool,
    rows: Vec<Row>,
}

impl Runner {
    pub(crate) fn new(fail_fast: bool) -> Self {
        Self { fail_fast, rows: Vec::new() }
    }

    /// Runs one step. An error here means that no further step is to run.
    pub(crate) fn step(&mut self, name: &str, work: impl FnOnce() -> Result<()>) -> Result<()> {
        println!("\n=== {name}");
        let start = Instant::now();
        let outcome = match work() {
            Ok(()) => Outcome::Passed,
            Err(error) => {
                println!("FAILED: {error}");
                Outcome::Failed(error.to_string())
            }
        };
        let stop = self.fail_fast && outcome != Outcome::Passed;
        self.rows.push(Row { name: name.to_owned(), outcome, time: start.elapsed() });
        if stop { Err(Error::failed(STOP)) } else { Ok(()) }
    }

    /// Notes a step that cannot run on this machine.
    pub(crate) fn skip(&mut self, name: &str, reason: &str) {
        println!("\n=== {name}\nskipped: {reason}");
        self.rows.push(Row {
            name: name.to_owned(),
            outcome: Outcome::Skipped(reason.to_owned()),
            time: Duration::ZERO,
        });
    }

    /// Prints the table; fails if a step failed or if the steps were cut short.
    pub(crate) fn finish(&self, stopped: bool) -> Result<()> {
        print!("\n{}", self.table());
        let failed: Vec<&str> =
            self.rows.iter().filter(|row| matches!(row.outcome, Outcome::Failed(_))).map(|row| &*row.name).collect();
        if !failed.is_empty() {
            let rest = if stopped { format!(" ({STOP})") } else { String::new() };
            return Err(Error::failed(format!("failed: {}{rest}", failed.join(", "))));
        }
        if stopped {
            return Err(Error::failed(STOP));
        }
        Ok(())
    }

    fn table(&self) -> String {
        let width = self.rows.iter().map(|row| row.name.len()).max().unwrap_or(0);
        let mut table = String::from("summary\n");
        for row in &self.rows {
            let (word, note) = match &row.outcome {
                Outcome::Passed => ("ok", ""),
                Outcome::Skipped(reason) => ("skipped", reason.as_str()),
                Outcome::Failed(reason) => ("FAILED", reason.lines().next().unwrap_or_default()),
            };
            let line = format!("  {:width$}  {:>7.1} s  {word:7}  {note}", row.name, row.time.as_secs_f64());
            let _ = writeln!(table, "{}", line.trim_end());
        }
        let total: Duration = self.rows.iter().map(|row| row.time).sum();
        let _ = writeln!(table, "  {:width$}  {:>7.1} s", "total", total.as_secs_f64());
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_steps_run_and_the_failures_are_listed() {
        let mut runner = Runner::new(false);
        assert!(runner.step("one", || Err(Error::failed("no"))).is_ok());
        assert!(runner.step("two", || Ok(())).is_ok());
        runner.skip("three", "not here");
        let table = runner.table();
        assert!(table.contains("one") && table.contains("FAILED   no"), "{table}");
        assert!(table.contains("skipped  not here"), "{table}");
        let error = runner.finish(false).expect_err("one failed");
        assert_eq!(error.to_string(), "failed: one");
    }

    #[test]
    fn fail_fast_stops() {
        let mut runner = Runner::new(true);
        assert!(runner.step("one", || Ok(())).is_ok());
        assert!(runner.step("two", || Err(Error::failed("no"))).is_err());
        assert_eq!(runner.finish(true).expect_err("stopped").to_string(), "failed: two (stopped at the first failure)");
    }

    #[test]
    fn a_skipped_step_is_no_failure() {
        let mut runner = Runner::new(true);
        runner.skip("one", "not here");
        assert!(runner.finish(false).is_ok());
    }
}
