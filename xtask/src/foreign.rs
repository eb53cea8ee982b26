//! What others wrote of the same protocols, against what stands here: a client against the emulator, and a server that the
//! command line asks. The command line must be built.

mod client;
mod python;
mod server;

use crate::error::Result;
use crate::step::Runner;
use crate::workspace::{Workspace, run as run_command};

/// Both, where they can run.
pub(crate) fn steps(workspace: &Workspace, runner: &mut Runner) -> Result<()> {
    client::step(workspace, runner)?;
    server::step(workspace, runner)
}

/// The command line built first.
pub(crate) fn run(workspace: &Workspace, runner: &mut Runner) -> Result<()> {
    runner.step("build", || run_command(workspace.cargo(["build", "--locked", "--package", "vlm-cli"])))?;
    steps(workspace, runner)
}
