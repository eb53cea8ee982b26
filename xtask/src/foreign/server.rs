//! The command line against a server of OpenAI's protocol that no one here wrote: LitServe, around a small program that reads
//! the size of a picture. A question, a stream and a typed answer, each with a picture.
//!
//! The server comes from the Python package index into a folder below `target`, once. Where there is no Python, or no
//! index, the step is skipped and says so.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::python;
use crate::error::{Error, Result};
use crate::step::Runner;
use crate::workspace::Workspace;

/// The release that was tried.
const SERVER: &str = "litserve==0.2.19";

/// The most that the server may take to end, on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(20);

/// Runs the step, or notes why it cannot run here. The command line must be built.
pub(crate) fn step(workspace: &Workspace, runner: &mut Runner) -> Result<()> {
    const NAME: &str = "a server of OpenAI's protocol";
    let target = workspace.metadata()?.target_directory.clone();
    match python::with_package(&target.join("openai-server"), SERVER, "litserve") {
        Ok(python) => runner.step(NAME, || questions(workspace, &target, &python)),
        Err(reason) => {
            runner.skip(NAME, &reason);
            Ok(())
        }
    }
}

fn questions(workspace: &Workspace, target: &Path, python: &Path) -> Result<()> {
    let server = Server::start(workspace, python)?;
    let ask = |words: &[&str], expected: &str| {
        let mut vlm = Command::new(target.join("debug/vlm"));
        vlm.current_dir(workspace.root()).args(words).args(["--attach", "media/coffee.png", "--no-ledger"]);
        vlm.args(["--model", "local/picture-sizes", "--base-url", &server.base]);
        let output = vlm.output().map_err(failed)?;
        let answer = String::from_utf8_lossy(&output.stdout);
        if output.status.success() && answer.trim() == expected {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(Error::failed(format!("{words:?} was answered with {answer:?}, not {expected:?}: {said}")))
    };
    ask(&["ask", "How large?"], "How large? 600x400")?;
    ask(&["ask", "How large?", "--stream"], "How large? 600x400")?;
    let schema = "width: integer, height: integer";
    ask(&["extract", "How large?", "--schema", schema], r#"{"width":600,"height":400}"#)
}

fn failed(error: std::io::Error) -> Error {
    Error::failed(error.to_string())
}

/// A server that listens. It ends when this is dropped: its standard input is closed by that.
struct Server {
    child: Child,
    /// Where it listens.
    base: String,
}

impl Server {
    fn start(workspace: &Workspace, python: &Path) -> Result<Self> {
        let mut command = Command::new(python);
        command.arg(workspace.root().join("tests/openai_server.py")).stderr(Stdio::null());
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().map_err(failed)?;
        let mut server = Self { child, base: String::new() };
        let said = server.child.stdout.take().ok_or_else(|| Error::failed("the server has no stdout"))?;
        for line in BufReader::new(said).lines() {
            let line = line.map_err(failed)?;
            if line.starts_with("http://127.0.0.1:") {
                server.base = line;
                return Ok(server);
            }
        }
        Err(Error::failed("the server ended before it listened"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let begun = Instant::now();
        // What could go wrong with it is that it ended already, which is as good.
        while matches!(self.child.try_wait(), Ok(None)) && begun.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
