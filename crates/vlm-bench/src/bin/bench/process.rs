//! The processes of a run: the server, and each contender, from the folder that this program stands in.

use std::fmt;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use vlm_bench::Result;
use vlm_bench::case::Load;
use vlm_bench::drive::Taken;
use vlm_bench::server::{Seen, Settings};

/// Who is compared, in the order of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    Sdk,
    Reqwest,
    Hyper,
}

impl Who {
    pub(crate) const ALL: [Self; 3] = [Self::Sdk, Self::Reqwest, Self::Hyper];

    /// Its program, and its name to the one that counts allocations.
    fn name(self) -> &'static str {
        match self {
            Self::Sdk => "sdk",
            Self::Reqwest => "reqwest",
            Self::Hyper => "hyper",
        }
    }
}

/// Where the programs are.
#[derive(Debug)]
pub(crate) struct Programs {
    folder: PathBuf,
}

impl Programs {
    pub(crate) fn find() -> Result<Self> {
        let own = std::env::current_exe()?;
        let folder = own.parent().ok_or("this program stands in no folder")?.to_owned();
        Ok(Self { folder })
    }

    fn command(&self, name: &str) -> Command {
        Command::new(self.folder.join(name).with_extension(std::env::consts::EXE_EXTENSION))
    }

    pub(crate) fn server(&self, settings: Settings) -> Result<ServerProcess> {
        let mut command = self.command("bench-server");
        command.args(settings.to_arguments()).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().map_err(|error| {
            format!("the server cannot be started ({error}); build all programs: cargo build -p vlm-bench --bins")
        })?;
        let mut address = String::new();
        let output = child.stdout.take().ok_or("the server has no output")?;
        let _ = BufReader::new(output).read_line(&mut address)?;
        Ok(ServerProcess { child, address: address.trim().to_owned() })
    }

    /// Runs a contender; `counted` runs it where allocations are counted.
    pub(crate) fn contender(&self, who: Who, load: &Load, counted: bool) -> Result<Taken> {
        let mut command = if counted {
            let mut command = self.command("bench-counted");
            command.arg(who.name());
            command
        } else {
            self.command(&format!("bench-{}", who.name()))
        };
        let output = command.args(load.to_arguments()).stderr(Stdio::piped()).output()?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(format!("{} failed at {} {}: {said}", who.name(), load.case.name(), load.shape.name()).into());
        }
        Ok(serde_json::from_slice(&output.stdout)?)
    }
}

/// A server that runs; it ends with this.
pub(crate) struct ServerProcess {
    child: Child,
    address: String,
}

impl ServerProcess {
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// What came in since this was last asked.
    pub(crate) fn seen(&mut self) -> Result<Seen> {
        let mut socket = TcpStream::connect(&self.address)?;
        socket.write_all(b"GET /seen HTTP/1.1\r\nhost: bench\r\n\r\n")?;
        socket.shutdown(std::net::Shutdown::Write)?;
        let mut reply = String::new();
        let _ = socket.read_to_string(&mut reply)?;
        let (_, body) = reply.split_once("\r\n\r\n").ok_or("the server does not say what it has seen")?;
        Ok(serde_json::from_str(body)?)
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl fmt::Debug for ServerProcess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerProcess").field("address", &self.address).finish_non_exhaustive()
    }
}
