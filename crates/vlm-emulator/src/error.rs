//! Why an emulator could not be set up.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

/// What went wrong before the emulator ran, and what to do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EmulatorError {
    /// The address can be reached from other machines.
    #[error(
        "{address} can be reached from other machines: use 127.0.0.1, or call allow_non_loopback(true) if that is meant"
    )]
    NotLoopback {
        /// The address asked for.
        address: SocketAddr,
    },
    /// The key has the form of a real one.
    #[error("the key has the form of a real memories.ai key: give the emulator an invented one such as `local-key`")]
    RealKey,
    /// The key is empty.
    #[error("the key is empty: leave it out to accept any key")]
    EmptyKey,
    /// The address cannot be bound.
    #[error("cannot listen on {address}: {source}; another program may have it, port 0 takes any free one")]
    Bind {
        /// The address asked for.
        address: SocketAddr,
        /// The system's reason.
        source: io::Error,
    },
    /// The media folder cannot be used.
    #[error("the media folder {} cannot be served: {why}", path.display())]
    MediaRoot {
        /// The folder as it was given.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// An order for a fault cannot be read.
    #[error("the order cannot be read: {0}")]
    Order(String),
    /// A script cannot be read.
    #[error("{}{why}", place(*.step))]
    Script {
        /// The step, counted from 1; 0 for the script as a whole.
        step: usize,
        /// What is wrong with it.
        why: String,
    },
}

/// What a message about a script begins with.
fn place(step: usize) -> String {
    match step {
        0 => String::new(),
        step => format!("step {step} of the script: "),
    }
}
