//! Everything: the checks, a foreign client's calls, the guide, then one run of all tests that also collects which
//! snapshots they use.

use crate::check;
use crate::counts;
use crate::error::Result;
use crate::foreign;
use crate::guide;
use crate::snapshots::References;
use crate::step::Runner;
use crate::workspace::{Workspace, run as run_command};

pub(crate) fn run(workspace: &Workspace, runner: &mut Runner) -> Result<()> {
    check::run(workspace, runner)?;

    // Programs and examples first: some tests start them. This program is built already, and it is running.
    runner.step("build", || {
        run_command(workspace.cargo(["build", "--locked", "--workspace", "--exclude", "xtask", "--bins", "--examples"]))
    })?;

    foreign::steps(workspace, runner)?;
    runner.step("guide", || guide::run(workspace))?;

    counts::step(workspace, runner)?;

    let references = References::begin(workspace)?;
    let mut passed = false;
    runner.step("tests", || {
        let mut command = workspace.cargo([
            "test",
            "--locked",
            "--no-fail-fast",
            "--workspace",
            "--lib",
            "--bins",
            "--tests",
            "--examples",
        ]);
        references.observe(&mut command, false);
        run_command(command)?;
        passed = true;
        Ok(())
    })?;
    runner.step("doc tests", || {
        run_command(workspace.cargo(["test", "--locked", "--no-fail-fast", "--workspace", "--doc"]))
    })?;
    if passed {
        runner.step("snapshots", || references.conclude(workspace, false))
    } else {
        runner.skip("snapshots", "the tests failed, so which snapshots they use is not known");
        Ok(())
    }
}
