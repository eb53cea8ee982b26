//! The files that a guide holds: fenced blocks whose first line ends with `file=PATH`.

use std::path::{Component, Path};

use crate::error::{Error, Result};

const FENCE: &str = "```";

/// One file of the guide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GuideFile {
    /// Relative, with `/` between its parts.
    pub(crate) path: String,
    pub(crate) text: String,
}

/// All files of a guide, in their order. Rust that belongs to no file is an error: nobody would build it.
pub(crate) fn files(guide: &str) -> Result<Vec<GuideFile>> {
    let mut files: Vec<GuideFile> = Vec::new();
    let mut lines = guide.lines().enumerate();
    while let Some((at, line)) = lines.next() {
        let Some(info) = line.strip_prefix(FENCE) else { continue };
        let number = at + 1;
        let mut text = String::new();
        loop {
            match lines.next() {
                Some((_, FENCE)) => break,
                Some((_, line)) => text.extend([line, "\n"]),
                None => return Err(Error::failed(format!("line {number}: the block has no end"))),
            }
        }
        match info.split_once(" file=") {
            Some((_, path)) => files.push(GuideFile { path: checked(path, number, &files)?, text }),
            None if info.starts_with("rust") => {
                return Err(Error::failed(format!("line {number}: a block of Rust needs `file=PATH`, to be built")));
            }
            None => {}
        }
    }
    Ok(files)
}

/// A path that stays in the folder of the crate, and that no block before it has.
fn checked(path: &str, number: usize, before: &[GuideFile]) -> Result<String> {
    let inside = !path.is_empty() && Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
    if !inside {
        return Err(Error::failed(format!("line {number}: `{path}` is not a path inside of the crate")));
    }
    if before.iter().any(|file| file.path == path) {
        return Err(Error::failed(format!("line {number}: `{path}` stands in the guide already")));
    }
    Ok(path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(guide: &str) -> String {
        files(guide).expect_err(guide).to_string()
    }

    #[test]
    fn blocks_with_a_file_are_taken_and_others_are_passed_over() {
        let guide = "Words.\n\n```rust file=src/lib.rs\n//! A.\n\nfn a() {}\n```\n\n```json\n{}\n```\n```toml file=Cargo.toml\n```\n";
        let file = |path: &str, text: &str| GuideFile { path: path.to_owned(), text: text.to_owned() };
        assert_eq!(
            files(guide).expect("two files"),
            [file("src/lib.rs", "//! A.\n\nfn a() {}\n"), file("Cargo.toml", "")]
        );
    }

    #[test]
    fn what_cannot_be_built_is_refused_with_its_line() {
        assert!(refused("\n```rust\nfn a() {}\n```\n").starts_with("line 2: a block of Rust needs"));
        assert!(refused("```rust file=a.rs\n").starts_with("line 1: the block has no end"));
        assert!(refused("```rust file=a.rs\n```\n```rust file=a.rs\n```\n").contains("already"));
        for path in ["", "/a.rs", "../a.rs", "src/../../a.rs"] {
            assert!(refused(&format!("```rust file={path}\n```\n")).contains("not a path"), "{path}");
        }
    }
}
