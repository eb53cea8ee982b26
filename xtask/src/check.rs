//! Everything that continuous integration runs but the tests, quick checks first.

use crate::error::Result;
use crate::step::Runner;
use crate::workspace::Workspace;
use crate::{features, layering, licences, lint, tidy};

pub(crate) fn run(workspace: &Workspace, runner: &mut Runner) -> Result<()> {
    lint::format(workspace, runner)?;
    runner.step("tidy", || tidy::run(workspace))?;
    runner.step("licences", || licences::run(workspace))?;
    runner.step("layering", || layering::run(workspace))?;
    lint::clippy(workspace, runner)?;
    lint::docs(workspace, runner)?;
    features::run(workspace, runner)
}
