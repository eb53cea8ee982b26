//! Golden vectors of the token rules, from any file: vectors made later, or elsewhere, are held against the code.

use std::path::Path;

use crate::error::{Error, Result};
use crate::workspace::{Workspace, run as run_command};

/// Runs the files by `vlm-tokens`' own program; its mismatches are printed, and make this an error.
pub(crate) fn run(workspace: &Workspace, files: &[String]) -> Result<()> {
    if files.is_empty() {
        return Err(Error::usage("golden takes one or more files"));
    }
    // The program runs in the folder of the workspace; paths are meant from here.
    let here = std::env::current_dir().unwrap_or_default();
    let mut command =
        workspace.cargo(["run", "--locked", "--quiet", "--package", "vlm-tokens", "--example", "golden", "--"]);
    command.args(files.iter().map(|file| here.join(Path::new(file))));
    run_command(command)
}
