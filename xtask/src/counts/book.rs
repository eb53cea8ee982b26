//! The kept counts: a file of one line per case, what differs from it, and when that is too much.

use std::fmt;

use crate::error::Finding;

/// What a count may grow by.
const ALLOWED_PERCENT: u64 = 5;

/// One hot path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) case: String,
    pub(super) instructions: u64,
}

/// Counts, and where they were made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Book {
    pub(super) machine: String,
    pub(super) counts: Vec<Count>,
}

impl Book {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut book = Self { machine: String::new(), counts: Vec::new() };
        for (number, line) in text.lines().enumerate().map(|(at, line)| (at + 1, line.trim())) {
            if let Some(machine) = line.strip_prefix("# Counted with ") {
                machine.clone_into(&mut book.machine);
            }
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let mut words = line.split_whitespace();
            let (case, count) = (words.next(), words.next().and_then(|count| count.parse().ok()));
            let (Some(case), Some(instructions), None) = (case, count, words.next()) else {
                return Err(format!("line {number} is no case with its count"));
            };
            book.counts.push(Count { case: case.to_owned(), instructions });
        }
        Ok(book)
    }

    fn of(&self, case: &str) -> Option<u64> {
        self.counts.iter().find(|count| count.case == case).map(|count| count.instructions)
    }

    /// A table of these counts next to others.
    pub(super) fn beside(&self, kept: &Self) -> String {
        let mut table = format!("{:<32}{:>12}{:>12}\n", "instructions", "kept", "now");
        for Count { case, instructions } in &self.counts {
            let (before, change) = match kept.of(case) {
                Some(before) => (before.to_string(), format!("{:+.1} %", percent(before, *instructions))),
                None => ("-".to_owned(), String::new()),
            };
            table.push_str(&format!("{case:<32}{before:>12}{instructions:>12}  {change}\n"));
        }
        table
    }

    /// What grew, what is new and what is gone.
    pub(super) fn findings(&self, kept: &Self, place: &str) -> Vec<Finding> {
        let accept = "if this is meant, run `cargo xtask counts --accept` and say why in the commit";
        let mut findings = Vec::new();
        for Count { case, instructions } in &self.counts {
            match kept.of(case) {
                None => findings.push(Finding::new(place, format!("`{case}` has no kept count"), accept)),
                Some(before) if *instructions > before + before * ALLOWED_PERCENT / 100 => {
                    let grown = format!("`{case}` takes {instructions} instructions instead of {before}");
                    findings.push(Finding::new(place, grown, accept));
                }
                Some(_) => {}
            }
        }
        for Count { case, .. } in kept.counts.iter().filter(|count| self.of(&count.case).is_none()) {
            findings.push(Finding::new(place, format!("`{case}` is kept, and is no case any more"), accept));
        }
        findings
    }
}

fn percent(before: u64, now: u64) -> f64 {
    (now as f64 / before.max(1) as f64 - 1.0) * 100.0
}

impl fmt::Display for Book {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "# Instructions of each hot path, one time; `cargo xtask counts --accept` writes this file.")?;
        writeln!(f, "# Counted with {}", self.machine)?;
        self.counts.iter().try_for_each(|count| writeln!(f, "{:<32}{:>12}", count.case, count.instructions))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn book(counts: &[(&str, u64)]) -> Book {
        let counts = counts.iter().map(|(case, count)| Count { case: (*case).to_owned(), instructions: *count });
        Book { machine: "Rust 1.95.0, linux x86_64".to_owned(), counts: counts.collect() }
    }

    fn found(now: &[(&str, u64)], kept: &[(&str, u64)]) -> Vec<String> {
        book(now).findings(&book(kept), "counts.txt").into_iter().map(|finding| finding.what).collect()
    }

    #[test]
    fn a_book_is_read_as_it_was_written() {
        let written = book(&[("call/openai", 90_000), ("sse/many", 1)]);
        assert_eq!(Book::parse(&written.to_string()), Ok(written));
    }

    #[test]
    fn broken_lines_are_named() {
        for text in ["a\n", "a b\n", "a 1 2\n", "a -1\n"] {
            assert_eq!(Book::parse(text), Err("line 1 is no case with its count".to_owned()), "{text}");
        }
    }

    #[test]
    fn growth_above_five_percent_is_found() {
        assert_eq!(found(&[("a", 105)], &[("a", 100)]), [""; 0]);
        assert_eq!(found(&[("a", 50)], &[("a", 100)]), [""; 0]);
        assert_eq!(found(&[("a", 106)], &[("a", 100)]), ["`a` takes 106 instructions instead of 100"]);
    }

    #[test]
    fn new_cases_and_lost_ones_are_found() {
        assert_eq!(found(&[("a", 1)], &[("b", 1)]), ["`a` has no kept count", "`b` is kept, and is no case any more"]);
    }
}
