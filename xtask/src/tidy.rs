//! House rules for files: module docs, size, leftovers, whitespace, keys and personal paths.

use crate::boundaries::is_test_path;
use crate::error::{Finding, Result, conclude};
use crate::manifests;
use crate::secrets;
use crate::source::{Source, has_word};
use crate::workspace::Workspace;

/// Lines that a file of sources, or of tests, may have.
const SOURCE_LINES: usize = 600;
const TEST_LINES: usize = 900;

/// Files that may be longer: path, lines, and why splitting them would be worse.
const LONGER: &[(&str, usize, &str)] = &[];

/// Bytes that a file may have.
const FILE_BYTES: u64 = 1024 * 1024;

/// The whole check, as a command.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let mut findings = Vec::new();
    let files = workspace.files()?;
    let root = workspace.root().to_string_lossy().replace('\\', "/");
    for path in &files {
        let full = workspace.root().join(path);
        let size = full.metadata().map_or(0, |metadata| metadata.len());
        findings.extend(size_of(path, size));
        if let Ok(bytes) = std::fs::read(&full)
            && let Some(text) = as_text(&bytes)
        {
            findings.extend(text_file(path, text, &root));
            if path.ends_with(".rs") {
                findings.extend(rust_file(path, text, LONGER));
            }
        }
    }
    findings.extend(stale_exceptions(&files, LONGER));
    findings.extend(manifests::check(workspace)?);
    conclude("tidy", &findings)
}

fn as_text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok().filter(|text| !text.contains('\0'))
}

fn size_of(path: &str, bytes: u64) -> Option<Finding> {
    (bytes > FILE_BYTES).then(|| {
        Finding::new(path, format!("{bytes} bytes"), "keep large files out of the repository: make them in the test")
    })
}

/// Rules for every text file.
fn text_file(path: &str, text: &str, root: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    // Recorded bytes stay as they came.
    let exact = path.ends_with(".snap") || path.contains("/fixtures/") || path.contains("proptest-regressions");
    for (index, line) in text.split('\n').enumerate() {
        let mut found = |what: String, repair: &str| {
            findings.push(Finding::new(format!("{path}:{}", index + 1), what, repair));
        };
        if let Some(key) = secrets::key_in(line) {
            found(
                format!("{key} looks like a key"),
                "take it out and, if it is real, have it revoked; a made-up key says so: put `example`, `test` or \
                 `never` into it",
            );
        }
        if let Some(personal) = secrets::personal_path_in(line, root) {
            found(
                format!("`{personal}` is a path of one machine"),
                "use a path relative to the repository, or a temporary directory",
            );
        }
        if ["<<<<<<< ", "||||||| ", ">>>>>>> "].iter().any(|mark| line.starts_with(mark)) {
            found("a conflict marker of git".to_owned(), "finish the merge");
        }
        if !exact && line.ends_with([' ', '\t', '\r']) {
            found("white space at the end of the line".to_owned(), "take it away (`cargo fmt` does so in code)");
        }
    }
    findings
}

/// Rules for Rust files.
fn rust_file(path: &str, text: &str, longer: &[(&str, usize, &str)]) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !has_module_docs(text) {
        findings.push(Finding::new(
            format!("{path}:1"),
            "does not begin with a `//!` comment",
            "say in a line or two what the module is for, before anything else",
        ));
    }
    let lines = text.lines().count();
    let limit = ceiling(path, longer);
    if lines > limit {
        findings.push(Finding::new(
            path,
            format!("{lines} lines, {limit} at most"),
            "split it by topic; tests that have grown long go to a sibling `tests.rs`",
        ));
    }
    for line in Source::scan(text).lines {
        let mut found = |what: &str, repair: &str| {
            findings.push(Finding::new(format!("{path}:{}", line.number), what, repair));
        };
        if ["todo!", "unimplemented!", "dbg!"].iter().any(|word| has_word(&line.code, word)) {
            found("`todo!`, `unimplemented!` or `dbg!`", "finish it, or return an error that says what is missing");
        }
        if line.code.replace(' ', "").contains("#[ignore]") {
            found("a test is ignored without a reason", "write `#[ignore = \"why, and how to run it\"]`");
        }
        if line.code.contains('\t') {
            found("a tab", "indent with spaces (`cargo fmt`)");
        }
    }
    findings
}

/// Whether the first lines, other than `#!` ones, are a `//!` comment.
fn has_module_docs(text: &str) -> bool {
    let mut lines = text.lines().filter(|line| !line.starts_with("#!") && !line.trim().is_empty());
    lines.next().is_some_and(|line| line.strip_prefix("//!").is_some_and(|doc| !doc.trim().is_empty()))
}

fn ceiling(path: &str, longer: &[(&str, usize, &str)]) -> usize {
    let usual = if is_test_path(path) { TEST_LINES } else { SOURCE_LINES };
    longer.iter().find(|(file, _, _)| *file == path).map_or(usual, |(_, lines, _)| *lines)
}

/// Exceptions for files that are gone.
fn stale_exceptions(files: &[String], longer: &[(&str, usize, &str)]) -> Vec<Finding> {
    let gone = longer.iter().filter(|(path, _, _)| !files.iter().any(|file| file == path));
    gone.map(|(path, _, _)| Finding::new(*path, "is gone", "take its exception out of xtask/src/tidy.rs")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rust(text: &str) -> Vec<String> {
        rust_file("crates/a/src/lib.rs", text, &[]).into_iter().map(|finding| finding.what).collect()
    }

    fn text(path: &str, text: &str) -> Vec<String> {
        text_file(path, text, "/nowhere/else").into_iter().map(|finding| finding.what).collect()
    }

    #[test]
    fn module_docs_are_asked_for() {
        assert!(rust("//! Words.\n").is_empty());
        assert!(rust("#![forbid(unsafe_code)]\n\n//! Words.\n").is_empty());
        for bad in ["", "fn a() {}\n", "// Words.\n//! Words.\n", "//!\nfn a() {}\n"] {
            assert_eq!(rust(bad), ["does not begin with a `//!` comment"], "{bad:?}");
        }
    }

    #[test]
    fn long_files_are_found() {
        let long = format!("//! Words.\n{}", "\n".repeat(SOURCE_LINES));
        assert_eq!(rust(&long), ["601 lines, 600 at most"]);
        assert!(rust_file("crates/a/tests/b.rs", &long, &[]).is_empty());
        assert!(rust_file("crates/a/src/b.rs", &long, &[("crates/a/src/b.rs", 700, "a table")]).is_empty());
        assert_eq!(stale_exceptions(&["a.rs".to_owned()], &[("a.rs", 1, ""), ("b.rs", 1, "")]).len(), 1);
    }

    #[test]
    fn leftovers_are_found() {
        for bad in ["todo!()", "unimplemented!(\"x\")", "dbg!(x)"] {
            assert_eq!(rust(&format!("//! Words.\nfn a() {{ {bad} }}\n")).len(), 1, "{bad}");
        }
        assert!(rust("//! Words.\n// todo!()\nfn a() { f(\"dbg!\") }\n").is_empty());
    }

    #[test]
    fn ignoring_needs_a_reason() {
        assert_eq!(rust("//! Words.\n#[ignore]\nfn a() {}\n"), ["a test is ignored without a reason"]);
        assert!(rust("//! Words.\n#[ignore = \"needs a key\"]\nfn a() {}\n").is_empty());
    }

    #[test]
    fn tabs_are_found_in_code() {
        assert_eq!(rust("//! Words.\n\tfn a() {}\n"), ["a tab"]);
        assert!(rust("//! Words.\nfn a() { f(\"\t\") }\n").is_empty());
    }

    #[test]
    fn white_space_at_line_ends_is_found() {
        assert_eq!(text("a.md", "one \ntwo\r\nthree\n").len(), 2);
        assert!(text("tests/snapshots/a.snap", "one \n").is_empty());
        assert!(text("crates/a/tests/fixtures/b.sse", "one\r\n").is_empty());
    }

    #[test]
    fn conflict_markers_are_found() {
        let marks = format!("{} ours\n=======\n{} theirs\n", "<".repeat(7), ">".repeat(7));
        assert_eq!(text("a.md", &marks).len(), 2);
        assert!(text("a.md", "Title\n=======\n").is_empty());
    }

    #[test]
    fn keys_and_personal_paths_are_found_in_fixtures_too() {
        let line = format!("{}{} in /{}/carol/x", "sk-mavi-", "abcd1234", "home");
        assert_eq!(text("crates/a/tests/fixtures/b.json", &line).len(), 2);
    }

    #[test]
    fn large_files_are_found() {
        assert!(size_of("media/film.mp4", FILE_BYTES).is_none());
        assert!(size_of("media/film.mp4", FILE_BYTES + 1).is_some());
    }

    #[test]
    fn bytes_are_no_text() {
        assert!(as_text(b"a\0b").is_none() && as_text(b"\xff\xfe").is_none() && as_text(b"ab").is_some());
    }
}
