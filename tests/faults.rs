//! The list of faults, `faults/rows.txt`: every fault stands there once, and every test that it names exists and runs.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

const LIST: &str = include_str!("faults/rows.txt");

/// The groups of faults, and how many each has.
const GROUPS: [(char, usize); 8] =
    [('A', 15), ('B', 13), ('C', 22), ('D', 11), ('E', 26), ('F', 25), ('G', 18), ('H', 8)];

/// How many faults no test covers. The number stands here so that a new gap, or a closed one, is meant.
const UNCOVERED: usize = 0;

/// One fault of the list.
struct Row {
    id: &'static str,
    /// None where it is covered by no test.
    tests: Vec<&'static str>,
}

impl Row {
    fn read(line: &'static str) -> Self {
        let parts: Vec<&str> = line.split('|').map(str::trim).collect();
        let [id, fault, covered] = parts[..] else { panic!("write `id | fault | tests` instead of `{line}`") };
        assert!(!fault.is_empty(), "{id}: say in a few words what the fault is");
        let (tests, reason) = match covered.strip_prefix("none:") {
            Some(reason) => (Vec::new(), Some(reason)),
            None => {
                let (tests, missing) = covered.split_once("; missing:").unzip();
                (tests.unwrap_or(covered).split(',').map(str::trim).collect(), missing)
            }
        };
        assert!(reason.is_none_or(|reason| !reason.trim().is_empty()), "{id}: say what is missing");
        Self { id, tests }
    }
}

fn rows() -> Vec<Row> {
    LIST.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(Row::read).collect()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every Rust file below a folder, if there is one.
fn sources(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(fs::read_to_string(&path).unwrap());
        }
    }
}

/// The name of the function that begins on this line.
fn function(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let (name, _) = line.strip_prefix("async ").unwrap_or(line).strip_prefix("fn ")?.split_once(['(', '<'])?;
    Some(name)
}

/// The tests of one file that are not ignored. Those inside `proptest!` have the attribute, too.
fn tests_in(text: &str) -> Vec<&str> {
    let (mut tests, mut is_test, mut is_ignored) = (Vec::new(), false, false);
    for line in text.lines() {
        let start = line.trim_start();
        if start.starts_with("#[") || start.starts_with("//") {
            is_test |= start.starts_with("#[test]") || start.starts_with("#[tokio::test");
            is_ignored |= start.starts_with("#[ignore");
            continue;
        }
        tests.extend(function(line).filter(|_| is_test && !is_ignored));
        (is_test, is_ignored) = (false, false);
    }
    tests
}

/// The checks of the conformance suite, from its own list.
fn checks() -> BTreeMap<String, usize> {
    let list = fs::read_to_string(root().join("crates/vlm-testkit/src/conformance/checks/mod.rs")).unwrap();
    list.lines().filter_map(|line| Some((line.trim().split_once(": \"")?.0.to_owned(), 1))).collect()
}

/// The names of the tests at a place, which is a crate or the conformance suite, and how many have each name.
fn tests_of(place: &str) -> BTreeMap<String, usize> {
    let folders = match place {
        "vlm-testkit::check" => return checks(),
        "vlm-tests" => vec![root().join("tests")],
        name => ["src", "tests"].map(|folder| root().join("crates").join(name).join(folder)).to_vec(),
    };
    let mut files = Vec::new();
    folders.iter().for_each(|folder| sources(folder, &mut files));
    let mut tests = BTreeMap::new();
    for test in files.iter().flat_map(|text| tests_in(text)) {
        *tests.entry(test.to_owned()).or_default() += 1;
    }
    tests
}

/// What is wrong with a test that a row names, if anything is.
fn wrong(test: &'static str, known: &mut BTreeMap<&'static str, BTreeMap<String, usize>>) -> Option<String> {
    let Some((place, name)) = test.rsplit_once("::") else { return Some("write it as `crate::function`".to_owned()) };
    match known.entry(place).or_insert_with(|| tests_of(place)).get(name) {
        None => Some(format!("{place} has no such test that runs")),
        Some(1) => None,
        Some(count) => Some(format!("{place} has {count} tests of this name: name another, or rename one")),
    }
}

#[test]
fn every_fault_stands_in_the_list_once_and_in_order() {
    let expected: Vec<String> =
        GROUPS.iter().flat_map(|(group, count)| (1..=*count).map(move |number| format!("{group}{number}"))).collect();
    let listed: Vec<&str> = rows().iter().map(|row| row.id).collect();
    for (at, id) in expected.iter().enumerate() {
        let there = listed.get(at).copied().unwrap_or("the end");
        assert_eq!(there, id, "{id} belongs where {there} stands: put every fault into tests/faults/rows.txt once");
    }
    let rest = &listed[expected.len()..];
    assert!(rest.is_empty(), "no group has {rest:?}: take them out, or raise the number of their group in GROUPS");
}

#[test]
fn every_test_that_is_named_exists() {
    let mut known = BTreeMap::new();
    let mut problems = Vec::new();
    for row in rows() {
        for test in row.tests {
            problems.extend(wrong(test, &mut known).map(|problem| format!("{}: {test}: {problem}", row.id)));
        }
    }
    assert!(
        problems.is_empty(),
        "name tests that cover these faults in tests/faults/rows.txt, or write `none: why not`:\n{}",
        problems.join("\n")
    );
}

#[test]
fn as_many_faults_are_uncovered_as_are_meant_to_be() {
    let uncovered: Vec<&str> = rows().iter().filter(|row| row.tests.is_empty()).map(|row| row.id).collect();
    assert_eq!(
        uncovered.len(),
        UNCOVERED,
        "no test covers {uncovered:?}: name tests for them, or, where the change is meant, write their number into \
         UNCOVERED"
    );
}

#[test]
fn only_what_runs_is_a_test() {
    let text = "#[test]\nfn one() {}\n\nfn two() {}\n#[tokio::test(start_paused = true)]\n/// Words.\nasync fn three() {}\n\
                #[test]\n#[ignore]\nfn four() {}\n    #[test]\n    fn five(\n        x in 0..9u8,\n    ) {}\n";
    assert_eq!(tests_in(text), ["one", "three", "five"]);
}
