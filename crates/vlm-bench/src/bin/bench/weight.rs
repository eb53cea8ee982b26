//! What the SDK weighs: crates, size, time to build and to start.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::rounds::median;
use super::row::{Goal, Row, Unit};
use vlm_bench::{Result, program};

/// Trees are counted for one platform, so that the numbers are the same wherever they are counted.
const PLATFORM: &str = "x86_64-unknown-linux-gnu";
const STARTS: usize = 41;

/// The rows; with the time of a build from nothing where that is wanted.
pub(crate) fn rows(build_time: bool) -> Result<Vec<Row>> {
    let crates = |packages: &[&str]| tree(packages).map(|crates| crates as f64);
    let mut rows = vec![
        Row::alone("weight", "crates of vlm-core", Unit::Count, crates(&["vlm-core"])?, Goal::AtMost(25.0)),
        Row::alone(
            "weight",
            "crates of vlm-core, vlm-http and vlm-memories",
            Unit::Count,
            crates(&["vlm-core", "vlm-http", "vlm-memories"])?,
            Goal::AtMost(120.0),
        ),
    ];
    if build_time {
        program::note("weight: a build from nothing");
        let folder = tempfile::tempdir()?;
        let time = build(Some(folder.path()))?;
        rows.push(Row::alone("weight", "release build of `vlm`", Unit::Seconds, time.as_secs_f64(), Goal::None));
    }
    program::note("weight: the command line");
    let _ = build(None)?;
    let vlm = program_path()?;
    let size = std::fs::metadata(&vlm)?.len() as f64;
    rows.push(Row::alone("weight", "size of `vlm`, stripped", Unit::Bytes, size, Goal::None));
    let start = start_time(&vlm)?;
    rows.push(Row::alone("weight", "`vlm --version`", Unit::Seconds, start, Goal::AtMost(0.015)));
    Ok(rows)
}

/// The cargo that built this program, at the root of the workspace.
fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO"));
    command.args(arguments).current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."));
    command
}

/// How many crates some packages bring along with default features, themselves included.
fn tree(packages: &[&str]) -> Result<usize> {
    let mut command = cargo(&["tree", "--locked", "--edges", "normal", "--prefix", "none", "--format", "{p}"]);
    command.args(["--target", PLATFORM]);
    for package in packages {
        command.args(["--package", package]);
    }
    let output = command.output()?;
    let text = String::from_utf8(output.stdout)?;
    // An empty line stands between the trees.
    let lines = text.lines().filter(|line| !line.is_empty());
    let crates: BTreeSet<Vec<&str>> = lines.map(|line| line.split_whitespace().take(2).collect()).collect();
    if !output.status.success() || crates.is_empty() {
        return Err(format!("cargo tree failed: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(crates.len())
}

fn build(folder: Option<&Path>) -> Result<Duration> {
    let mut command = cargo(&["build", "--release", "--locked", "--quiet", "--package", "vlm-cli"]);
    if let Some(folder) = folder {
        command.arg("--target-dir").arg(folder);
    }
    let start = Instant::now();
    if !command.stdout(Stdio::null()).status()?.success() {
        return Err("the command line does not build".into());
    }
    Ok(start.elapsed())
}

/// The command line, where it was built: next to this program.
fn program_path() -> Result<PathBuf> {
    let own = std::env::current_exe()?;
    let folder = own.parent().ok_or("this program stands in no folder")?;
    Ok(folder.join("vlm").with_extension(std::env::consts::EXE_EXTENSION))
}

/// Seconds from the start of `vlm --version` to its end, the median of many.
fn start_time(vlm: &Path) -> Result<f64> {
    let once = |_| -> Result<f64> {
        let start = Instant::now();
        let output = Command::new(vlm).arg("--version").output()?;
        let time = start.elapsed();
        if output.status.success() { Ok(time.as_secs_f64()) } else { Err("`vlm --version` failed".into()) }
    };
    let times = (0..STARTS).map(once).collect::<Result<Vec<f64>>>()?;
    median(times).ok_or_else(|| "`vlm --version` was not started".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_counts_its_root_once() {
        let one = tree(&["vlm-core"]).expect("a tree");
        assert!((2..=25).contains(&one), "{one}");
        assert_eq!(tree(&["vlm-core", "vlm-core"]).expect("a tree"), one);
        assert_eq!(tree(&["vlm-core", "vlm-tokens"]).expect("two trees"), one + 1);
        assert!(tree(&["vlm-none"]).is_err());
    }

    #[test]
    fn a_program_that_fails_has_no_start_time() {
        assert!(start_time(Path::new("no-such-program")).is_err());
    }
}
