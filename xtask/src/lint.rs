//! Format, clippy and documentation; warnings are errors.

use crate::error::Result;
use crate::step::Runner;
use crate::workspace::{Workspace, run as run_command};

pub(crate) fn run(workspace: &Workspace, runner: &mut Runner) -> Result<()> {
    format(workspace, runner)?;
    clippy(workspace, runner)?;
    docs(workspace, runner)
}

pub(crate) fn format(workspace: &Workspace, runner: &mut Runner) -> Result<()> {
    runner.step("format", || run_command(workspace.cargo(["fmt", "--all", "--check"])))
}

pub(crate) fn clippy(workspace: &Workspace, runner: &mut Runner) -> Result<()> {
    runner.step("clippy", || {
        run_command(workspace.cargo(["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"]))
    })
}

pub(crate) fn docs(workspace: &Workspace, runner: &mut Runner) -> Result<()> {
    runner.step("docs", || {
        let mut command = workspace.cargo(["doc", "--locked", "--workspace", "--no-deps"]);
        command.env("RUSTDOCFLAGS", "-D warnings");
        run_command(command)
    })
}
