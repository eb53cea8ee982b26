//! The benchmarks: all programs of `vlm-bench` are built for release, then its runner measures them.

use crate::error::Result;
use crate::workspace::{Workspace, run as run_command};

/// Runs `vlm-bench` with these options; a goal that is missed makes this an error.
pub(crate) fn run(workspace: &Workspace, options: &[String]) -> Result<()> {
    let build = ["--release", "--locked", "--quiet", "--package", "vlm-bench"];
    run_command(workspace.cargo(["build"].into_iter().chain(build).chain(["--bins"])))?;
    let mut command = workspace.cargo(["run"].into_iter().chain(build).chain(["--bin", "bench", "--"]));
    command.args(options);
    run_command(command)
}
