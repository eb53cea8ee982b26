//! OpenAI's Python client against the emulator: the service documents its calls with that client, so it must be answered.
//!
//! The client comes from the Python package index into a folder below `target`, once. Where there is no Python, or no
//! index, the step is skipped and says so.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::python;
use crate::error::{Error, Result};
use crate::step::Runner;
use crate::workspace::{Workspace, run as run_command};

/// The release that the calls were written for.
const CLIENT: &str = "openai==3.54.0";

/// Runs the step, or notes why it cannot run here. The command line must be built.
pub(crate) fn step(workspace: &Workspace, runner: &mut Runner) -> Result<()> {
    const NAME: &str = "OpenAI's client";
    let target = workspace.metadata()?.target_directory.clone();
    match python::with_package(&target.join("openai-client"), CLIENT, "openai") {
        Ok(python) => runner.step(NAME, || calls(workspace, &target, &python)),
        Err(reason) => {
            runner.skip(NAME, &reason);
            Ok(())
        }
    }
}

fn calls(workspace: &Workspace, target: &Path, python: &Path) -> Result<()> {
    let media = workspace.root().join("media");
    let mut emulator = Command::new(target.join("debug/vlm"));
    emulator.args(["emulate", "--addr", "127.0.0.1:0", "--media"]).arg(media);
    let mut emulator = Stopped(emulator.stderr(Stdio::piped()).spawn().map_err(failed)?);
    let said = emulator.0.stderr.take().ok_or_else(|| Error::failed("the emulator has no stderr"))?;
    // Kept until the end: a closed pipe would break what the emulator says later.
    let mut said = BufReader::new(said).lines();
    let base = base_url(&mut said)?;
    let film = base.replace("/serve/api/v2", "/media/launch-and-coffee.mp4");
    let mut command = Command::new(python);
    command.arg(workspace.root().join("tests/openai_client.py")).args([&base, &film]);
    run_command(command)
}

fn failed(error: std::io::Error) -> Error {
    Error::failed(error.to_string())
}

/// Where the emulator listens, from what it says first.
fn base_url(said: &mut impl Iterator<Item = std::io::Result<String>>) -> Result<String> {
    for line in said {
        if let Some(url) = url_in(&line.map_err(failed)?) {
            return Ok(url);
        }
    }
    Err(Error::failed("the emulator did not say where it listens"))
}

fn url_in(line: &str) -> Option<String> {
    let url = line.split_whitespace().find(|word| word.starts_with("http://127.0.0.1:"))?;
    url.ends_with("/serve/api/v2").then(|| url.to_owned())
}

/// Ends its program when it is dropped.
struct Stopped(Child);

impl Drop for Stopped {
    fn drop(&mut self) {
        // It may have ended by itself, which is as good.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_of_the_emulator_is_understood() {
        let line = "a local memories.ai at http://127.0.0.1:41234/serve/api/v2 (no model runs here; Ctrl-C ends it)";
        assert_eq!(url_in(line).as_deref(), Some("http://127.0.0.1:41234/serve/api/v2"));
        assert_eq!(url_in("files of media at http://127.0.0.1:41234/media/"), None);
    }
}
