//! Running the binary and an emulator beside it; what differs from run to run is filtered out of the snapshots.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use vlm_emulator::{Emulator, EmulatorBuilder, Script};

/// A key that no service issues.
pub(crate) const KEY: &str = "never-a-real-key-4711";

/// The workspace, so that `media/coffee.png` is what a reader of the README types.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The binary in the workspace's folder, with no variable of the caller's set and nothing on standard input.
#[expect(clippy::disallowed_methods, reason = "a child process needs some of its parent's variables")]
pub(crate) fn vlm<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vlm"));
    command.args(arguments).current_dir(root()).env_clear().stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    // What programs need to start at all on some systems.
    for name in ["SystemRoot", "PATH"] {
        if let Ok(value) = std::env::var(name) {
            command.env(name, value);
        }
    }
    command
}

/// Runs the binary and shows everything that a caller sees of it.
pub(crate) fn shown<'a>(arguments: impl IntoIterator<Item = &'a str>) -> String {
    let arguments: Vec<&str> = arguments.into_iter().collect();
    let output = vlm(arguments.iter().copied()).output().unwrap();
    transcript(&arguments, &output)
}

/// The command line, the exit code and both outputs, filtered.
pub(crate) fn transcript(arguments: &[&str], output: &Output) -> String {
    let quoted = arguments.iter().map(|word| match word {
        word if word.is_empty() || word.contains([' ', '"', '?', '*', '{', '(']) => format!("'{word}'"),
        word => (*word).to_owned(),
    });
    let line = quoted.collect::<Vec<_>>().join(" ");
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let code = output.status.code().map_or_else(|| "none".to_owned(), |code| code.to_string());
    filtered(&format!("$ vlm {line}\nexit code: {code}\n--- stdout ---\n{out}--- stderr ---\n{err}"))
}

fn filtered(text: &str) -> String {
    let text = text.split_inclusive('\n').map(|line| created(&elapsed(line))).collect::<String>();
    system_numbers(&ports(&text.replace(std::path::MAIN_SEPARATOR, "/")))
}

/// Numbers of errors differ between systems, their words hardly do.
fn system_numbers(text: &str) -> String {
    let mut parts = text.split("(os error ");
    let mut filtered = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        filtered.extend(["(os error [N]", part.trim_start_matches(|c: char| c.is_ascii_digit())]);
    }
    filtered
}

/// Ports that the system chose; the documented one stays.
fn ports(text: &str) -> String {
    let mut parts = text.split("127.0.0.1:");
    let mut filtered = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
        let port = if matches!(&part[..end], "8787" | "0" | "1") { &part[..end] } else { "[PORT]" };
        filtered.extend(["127.0.0.1:", port, &part[end..]]);
    }
    filtered
}

/// The time at the end of the line on what an answer took, and in JSON.
fn elapsed(line: &str) -> String {
    for mark in ["\"elapsed_seconds\": ", "\"elapsed_seconds\":"] {
        if let Some((before, after)) = line.split_once(mark) {
            let end = after.find(',').unwrap_or(after.len());
            return format!("{before}{mark}[TIME]{}", &after[end..]);
        }
    }
    match line.rsplit_once("  ") {
        Some((before, _)) if line.contains(" tokens  ") && !line.starts_with(' ') => format!("{before}  [TIME]\n"),
        _ => line.to_owned(),
    }
}

/// When the emulator made an answer.
fn created(line: &str) -> String {
    for mark in ["\"created\": ", "\"created\":"] {
        if let Some((before, after)) = line.split_once(mark) {
            let end = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
            return format!("{before}{mark}[CREATED]{}", &after[end..]);
        }
    }
    line.to_owned()
}

/// An emulator in a thread of this process, whose journal a test can read.
pub(crate) struct Server {
    pub(crate) emulator: Emulator,
    _stop: tokio::sync::oneshot::Sender<()>,
}

impl Server {
    pub(crate) fn start(script: &str) -> Self {
        Self::build(Emulator::builder().script(Script::from_json(script).unwrap()))
    }

    pub(crate) fn build(builder: EmulatorBuilder) -> Self {
        let (started, emulator) = mpsc::channel();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                started.send(builder.start().await.unwrap()).unwrap();
                let _ = stopped.await;
            });
        });
        Self { emulator: emulator.recv().unwrap(), _stop: stop }
    }

    /// The binary with this server as its service.
    pub(crate) fn vlm(&self, arguments: &[&str]) -> Command {
        let mut command = vlm(arguments.iter().copied());
        command.env("MEMORIES_API_KEY", KEY).env("MEMORIES_VLM_HOST", self.emulator.base_url());
        command
    }

    /// `vlm ask` of this server.
    pub(crate) fn ask(&self, arguments: &[&str]) -> Command {
        self.vlm(&[&["ask"], arguments].concat())
    }

    /// The transcript of `vlm ask` of this server.
    pub(crate) fn shown(&self, arguments: &[&str]) -> String {
        let output = self.ask(arguments).output().unwrap();
        transcript(&[&["ask"], arguments].concat(), &output)
    }

    /// The transcript of `vlm extract` by this server.
    pub(crate) fn extracted(&self, arguments: &[&str]) -> String {
        let arguments = [&["extract"], arguments].concat();
        transcript(&arguments, &self.vlm(&arguments).output().unwrap())
    }

    /// Waits until so many requests have arrived.
    pub(crate) fn wait_for_requests(&self, count: usize) {
        let begin = Instant::now();
        while self.emulator.journal().len() < count {
            assert!(begin.elapsed() < Duration::from_secs(30), "the request did not arrive");
            thread::sleep(Duration::from_millis(2));
        }
    }
}
