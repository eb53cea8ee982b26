//! Why a ledger cannot be used, and what to do about it.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use vlm_core::{Error, ErrorKind};

use super::holder::Holder;
use super::line::LineProblem;

/// Why a ledger cannot be used. Cloned for everyone who waited for the same write.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    path: PathBuf,
    what: What,
}

#[derive(Clone, Debug)]
pub(crate) enum What {
    /// The system refused something.
    Io { doing: &'static str, source: Arc<io::Error> },
    /// A line in the middle cannot be read.
    Broken { line: u64, why: LineProblem },
    /// The file holds something else.
    NotALedger,
    /// A directory, a device.
    NotAFile,
    /// Another program does not let go of it; who, where the system tells.
    Locked(Option<Holder>),
    /// It became shorter while it was open.
    Shorter,
    /// It was moved, deleted or replaced while it was open.
    Replaced,
}

impl Problem {
    pub(crate) fn new(path: &Path, what: What) -> Self {
        Self { path: path.to_owned(), what }
    }

    pub(crate) fn io(path: &Path, doing: &'static str, source: io::Error) -> Self {
        Self::new(path, What::Io { doing, source: Arc::new(source) })
    }

    pub(crate) fn broken(path: &Path, line: u64, why: LineProblem) -> Self {
        Self::new(path, What::Broken { line, why })
    }

    fn message(&self) -> String {
        let path = &self.path;
        match &self.what {
            What::Io { doing, source } => format!("the ledger {path:?} cannot be {doing} ({})", words(source.kind())),
            What::Broken { line, why } => format!("line {line} of the ledger {path:?} cannot be read: {why}"),
            What::NotALedger => format!("{path:?} is not a ledger"),
            What::NotAFile => format!("the ledger {path:?} is not a regular file"),
            What::Locked(holder) => {
                let holder = holder.as_ref().map_or_else(|| "another program".to_owned(), Holder::to_string);
                format!("{holder} holds the lock of the ledger {path:?} and does not let go of it")
            }
            What::Shorter => format!("the ledger {path:?} became shorter while it was open"),
            What::Replaced => format!("the ledger {path:?} was moved, deleted or replaced while it was open"),
        }
    }

    fn advice(&self) -> &'static str {
        match &self.what {
            What::Io { source, .. } => match source.kind() {
                io::ErrorKind::NotFound => "Check the path of the ledger.",
                io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                    "Give this user the right to read and write the file and its directory, or choose another path."
                }
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
                    "Make room on the disk, or choose a path on another one."
                }
                _ => "Check the disk, or choose a path on a local one.",
            },
            What::Broken { why: LineProblem::Newer, .. } => "Update this program, or choose another path.",
            What::Broken { .. } => {
                "Look at the line in a copy of the file. Take it out if its calls need not count, or begin a new ledger."
            }
            What::NotALedger => "Choose the path of a ledger, or of a file that does not exist yet.",
            What::NotAFile => "Choose the path of a regular file.",
            What::Locked(_) => "End the program that holds it, or choose another path.",
            What::Shorter | What::Replaced => "Build the budget again; end programs before their ledger is moved.",
        }
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        let error = Self::new(ErrorKind::Configuration, problem.message()).with_advice(problem.advice());
        match problem.what {
            What::Io { source, .. } => error.with_source(source),
            What::Broken { why, .. } => error.with_source(why),
            _ => error,
        }
    }
}

/// What the system says, in words without a path.
fn words(kind: io::ErrorKind) -> String {
    match kind {
        io::ErrorKind::StorageFull => "the disk is full".to_owned(),
        io::ErrorKind::PermissionDenied => "it is not permitted".to_owned(),
        io::ErrorKind::ReadOnlyFilesystem => "the disk is read-only".to_owned(),
        io::ErrorKind::NotFound => "it does not exist".to_owned(),
        other => other.to_string(),
    }
}
