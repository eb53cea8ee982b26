//! The guide for authors of providers, followed to the letter: its files are written to a temporary folder outside of
//! the workspace, built there against the crates of this repository, and tested; then the same with a crate that
//! `new-provider` writes.
//!
//! Build output goes to the workspace's own target folder, with the workspace's profile, so that a second run is fast.

pub(crate) mod blocks;

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::{Error, Result};
use crate::new_provider::{self, Plan};
use crate::workspace::Workspace;

/// A name of two words, so that each way of writing it is seen.
const INVENTED: &str = "north-wind";

/// The check, as a command and as a step.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    // The same folder each time: cargo keeps build output per path, which would pile up.
    let mut hasher = DefaultHasher::new();
    workspace.root().hash(&mut hasher);
    let scratch = Scratch::new(&format!("guide-{:016x}", hasher.finish()))?;
    let letter = scratch.path().join("letter");
    new_provider::write(&letter, &new_provider::guide(workspace, false)?)?;
    cargo_fmt_check(workspace, &letter)?;
    tests(workspace, &letter)?;
    println!("guide: its provider is built, and passes the suite with the report that the guide shows");

    let folder = scratch.path().join("new");
    new_provider::create(workspace, &Plan::new(INVENTED, Some(&folder))?)?;
    cargo_fmt_check(workspace, &folder)?;
    tests(workspace, &folder)?;
    println!("new-provider: what it writes is built, and passes the suite");
    Ok(())
}

fn cargo_fmt_check(workspace: &Workspace, folder: &Path) -> Result<()> {
    let mut command = workspace.cargo(["fmt", "--check"]);
    command.arg("--manifest-path").arg(folder.join("Cargo.toml"));
    command.arg("--").arg("--config-path").arg(workspace.root());
    said(command).map(drop)
}

/// Runs all tests of the crate, its conformance suite among them. The suite's report is a test: it compares the report
/// with the snapshot that came with the files.
fn tests(workspace: &Workspace, folder: &Path) -> Result<()> {
    let copied = fs::copy(workspace.root().join("Cargo.lock"), folder.join("Cargo.lock"));
    copied.map_err(|error| Error::failed(format!("cannot copy the lock file: {error}")))?;
    let mut command = workspace.cargo(["test", "--offline", "--no-default-features"]);
    command.arg("--manifest-path").arg(folder.join("Cargo.toml"));
    for setting in profile(&workspace.read("Cargo.toml")?) {
        command.args(["--config", &setting]);
    }
    command.env("CARGO_TARGET_DIR", &workspace.metadata()?.target_directory);
    command.env("INSTA_UPDATE", "no").env("INSTA_FORCE_PASS", "0").env_remove("INSTA_SNAPSHOT_REFERENCES_FILE");
    let said = said(command)?;
    // The profile also names packages that this one does not need.
    if said.lines().any(|line| line.starts_with("warning: ") && !line.contains("profile package spec")) {
        return Err(Error::failed(format!("the code has warnings:\n{said}")));
    }
    for test in ["conformance::an_answer_is_read", "conformance::a_stream_cut_anywhere_is_whole_or_an_error", "report"]
    {
        if !said.contains(&format!("\ntest {test} ... ok\n")) {
            return Err(Error::failed(format!("the test `{test}` did not run:\n{said}")));
        }
    }
    Ok(())
}

/// The settings of the workspace's development profile, so that what it has built already is not built again.
fn profile(manifest: &str) -> Vec<String> {
    let mut table = "";
    let mut settings = Vec::new();
    for line in manifest.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix('[') {
            table = name.trim_end_matches(']');
        } else if table.starts_with("profile.dev") && line.contains('=') && !line.starts_with('#') {
            settings.push(format!("{table}.{line}"));
        }
    }
    settings
}

/// Runs a command quietly; all that it said is shown only if it fails.
fn said(mut command: Command) -> Result<String> {
    let output = command.output().map_err(|error| Error::failed(format!("cargo cannot be run: {error}")))?;
    let text = [output.stderr, output.stdout].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    if output.status.success() {
        return Ok(text);
    }
    println!("{text}");
    Err(Error::failed("the provider of the guide fails: repair docs/adding-a-provider.md, or what it builds upon"))
}

/// An empty folder below the system's temporary one; removed when dropped.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new(name: &str) -> Result<Self> {
        let path = std::env::temp_dir().join(format!("vlm-xtask-{name}"));
        // A run that was ended may have left it behind.
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).map_err(|error| Error::failed(format!("cannot make {}: {error}", path.display())))?;
        Ok(Self(path))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_profile_is_that_of_the_manifest() {
        let manifest = "[profile.dev]\ndebug = 1\n\n# why\n[profile.dev.package]\na-b.opt-level = 2\n\n[profile.release]\nlto = true\n";
        assert_eq!(profile(manifest), ["profile.dev.debug = 1", "profile.dev.package.a-b.opt-level = 2"]);
    }
}
