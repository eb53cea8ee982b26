//! The server: prints its address, and serves until it is ended or its input is closed.

use std::process::ExitCode;

use tokio::io::AsyncReadExt as _;
use vlm_bench::server::{Server, Settings};
use vlm_bench::{Result, measure, program};

fn main() -> ExitCode {
    program::exit(serve())
}

#[tokio::main(flavor = "current_thread")]
async fn serve() -> Result<()> {
    let _ = measure::raise_open_files();
    let server = Server::bind(Settings::from_arguments(std::env::args().skip(1))?)?;
    program::say(server.address()?)?;
    let (mut input, mut unused) = (tokio::io::stdin(), [0; 1]);
    tokio::select! {
        ended = server.run() => Ok(ended?),
        // Whoever started it is gone.
        _ = input.read(&mut unused) => Ok(()),
    }
}
