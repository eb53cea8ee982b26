//! Snapshot tests: run them, and fail on snapshots that wait for a decision or that no test uses.
//!
//! insta writes down every snapshot file that a test run touches, if asked to; what is on disk and not in that list
//! is left over from a test that is gone.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::{Error, Finding, Result, conclude};
use crate::workspace::{Workspace, run as run_command};

/// The command: run the tests of the packages that use insta, then compare.
pub(crate) fn run(workspace: &Workspace, accept: bool) -> Result<()> {
    let members = workspace.metadata()?.members();
    let packages: Vec<&str> = members.filter(|package| package.uses("insta")).map(|package| &*package.name).collect();
    if packages.is_empty() {
        return Err(Error::failed("no package has snapshot tests: none depends on insta"));
    }
    let references = References::begin(workspace)?;
    let mut arguments = vec!["test", "--locked", "--no-fail-fast", "--tests"];
    for package in &packages {
        arguments.extend(["--package", package]);
    }
    let mut command = workspace.cargo(arguments);
    references.observe(&mut command, accept);
    run_command(command).map_err(|error| {
        let hint = "if only snapshots differ, look at the differences, then run `cargo xtask snapshots --accept`";
        Error::failed(format!("{error}\n{hint}"))
    })?;
    references.conclude(workspace, accept)
}

/// The list of snapshot files that a test run touches.
#[derive(Debug)]
pub(crate) struct References {
    file: PathBuf,
}

impl References {
    /// Starts with an empty list.
    pub(crate) fn begin(workspace: &Workspace) -> Result<Self> {
        let folder = workspace.metadata()?.target_directory.join("xtask");
        let file = folder.join("snapshot-references");
        let failed = |error| Error::failed(format!("cannot write {}: {error}", file.display()));
        std::fs::create_dir_all(&folder).map_err(failed)?;
        std::fs::write(&file, "").map_err(failed)?;
        Ok(Self { file })
    }

    /// Makes a test run fill the list. It changes snapshots only if they are to be accepted.
    pub(crate) fn observe(&self, command: &mut Command, accept: bool) {
        command.env("INSTA_SNAPSHOT_REFERENCES_FILE", &self.file);
        if accept {
            command.env("INSTA_UPDATE", "always").env("INSTA_FORCE_PASS", "1");
        } else {
            command.env("INSTA_UPDATE", "no").env("INSTA_FORCE_PASS", "0");
        }
    }

    /// Compares the list with the files. Accepting deletes what is left over.
    pub(crate) fn conclude(&self, workspace: &Workspace, accept: bool) -> Result<()> {
        let list = std::fs::read_to_string(&self.file)
            .map_err(|error| Error::failed(format!("cannot read {}: {error}", self.file.display())))?;
        let touched: BTreeSet<String> =
            list.lines().map(|line| workspace.relative(&resolve(workspace.root(), line))).collect();
        let files = workspace.files_on_disk()?;
        let mut left = compare(&files, &touched);
        if accept {
            for path in left.unreferenced.drain(..).chain(left.pending.extract_if(.., |path| !is_inline(path))) {
                std::fs::remove_file(workspace.root().join(&path))
                    .map_err(|error| Error::failed(format!("cannot delete {path}: {error}")))?;
                println!("deleted {path}: no test uses it");
            }
        }
        println!("{} snapshots are in use", touched.len());
        conclude("snapshots", &left.findings())
    }
}

/// Where a line of the list points to. insta's paths may go through `..` and symbolic links.
fn resolve(root: &Path, line: &str) -> PathBuf {
    let path = root.join(line);
    match path.canonicalize() {
        // Below a root that is itself behind a link, the file is named as the root is.
        Ok(real) => match root.canonicalize().map(|base| real.strip_prefix(base).map(Path::to_owned)) {
            Ok(Ok(inside)) => root.join(inside),
            _ => real,
        },
        Err(_) => path,
    }
}

/// Snapshots that should not be there, as paths relative to the root.
#[derive(Debug, Default, PartialEq, Eq)]
struct Left {
    /// Written by insta, neither accepted nor thrown away.
    pending: Vec<String>,
    unreferenced: Vec<String>,
}

/// What is on disk and should not be.
fn compare(files: &[String], touched: &BTreeSet<String>) -> Left {
    let mut left = Left::default();
    for file in files {
        if file.contains(".snap.new") || is_inline(file) {
            left.pending.push(file.clone());
        } else if let Some(snapshot) = snapshot_of(file)
            && !touched.contains(&snapshot)
        {
            left.unreferenced.push(file.clone());
        }
    }
    left.pending.sort();
    left.unreferenced.sort();
    left
}

/// insta's notes on snapshots that stand in the code.
fn is_inline(file: &str) -> bool {
    file.ends_with(".pending-snap")
}

/// The snapshot that a file is or belongs to: a binary snapshot is `name.snap` and `name.snap.png`.
fn snapshot_of(file: &str) -> Option<String> {
    if file.ends_with(".snap") {
        return Some(file.to_owned());
    }
    let (stem, extension) = file.rsplit_once('.')?;
    (stem.ends_with(".snap") && !extension.contains('/')).then(|| stem.to_owned())
}

impl Left {
    fn findings(&self) -> Vec<Finding> {
        let pending = self.pending.iter().map(|path| {
            let repair = if is_inline(path) {
                "write the new value into the test by hand (or with `cargo insta review`), then delete this file"
            } else {
                "look at it, then run `cargo xtask snapshots --accept`, or delete it"
            };
            Finding::new(path, "a snapshot waits for a decision", repair)
        });
        let unreferenced = self.unreferenced.iter().map(|path| {
            Finding::new(path, "no test uses this snapshot", "`cargo xtask snapshots --accept` deletes it")
        });
        pending.chain(unreferenced).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    fn list(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn snapshots_in_use_pass() {
        let files = list(&["a/snapshots/one.snap", "a/snapshots/two.snap", "a/snapshots/two.snap.png", "a/lib.rs"]);
        let left = compare(&files, &set(&["a/snapshots/one.snap", "a/snapshots/two.snap"]));
        assert_eq!(left, Left::default());
        assert!(left.findings().is_empty());
    }

    #[test]
    fn snapshots_that_no_test_uses_are_found() {
        let files = list(&["a/two.snap", "a/one.snap", "a/one.snap.png"]);
        let left = compare(&files, &set(&["a/two.snap", "a/three.snap"]));
        assert_eq!(left.unreferenced, ["a/one.snap", "a/one.snap.png"]);
        assert_eq!(left.findings().len(), 2);
    }

    #[test]
    fn pending_snapshots_are_found() {
        let files = list(&["a/one.snap", "a/one.snap.new", "a/one.snap.new.png", "a/src/.lib.rs.pending-snap"]);
        let left = compare(&files, &set(&["a/one.snap"]));
        assert_eq!(left.pending, ["a/one.snap.new", "a/one.snap.new.png", "a/src/.lib.rs.pending-snap"]);
        assert_eq!(left.findings().len(), 3);
    }

    #[test]
    fn paths_of_the_list_are_made_plain() {
        let workspace = Workspace::find().expect("the workspace");
        let twisted = workspace.root().join("xtask/src/../src/main.rs");
        let plain = resolve(workspace.root(), &twisted.to_string_lossy());
        assert_eq!(workspace.relative(&plain), "xtask/src/main.rs");
        assert_eq!(workspace.relative(&resolve(workspace.root(), "gone/one.snap")), "gone/one.snap");
    }

    #[test]
    fn only_accepting_changes_snapshots() {
        let references = References { file: "list".into() };
        let update = |accept| {
            let mut command = Command::new("x");
            references.observe(&mut command, accept);
            let mut variables = command.get_envs();
            let value = variables.find(|(name, _)| *name == "INSTA_UPDATE").and_then(|(_, value)| value);
            value.map(|value| value.to_string_lossy().into_owned())
        };
        assert_eq!(update(false).as_deref(), Some("no"));
        assert_eq!(update(true).as_deref(), Some("always"));
    }
}
