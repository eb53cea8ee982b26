//! How a run can end: the failures of this program, and the exit code of each.

use std::io;
use std::process::ExitCode;

use vlm_core::{Error, ErrorKind, Problem, ProblemKind};

/// What the process tells its caller. The numbers are documented in the help and do not change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All is well.
    Done = 0,
    /// This machine or this program failed.
    Local = 1,
    /// The command line is wrong.
    Usage = 2,
    /// Refused before anything was sent.
    Refused = 3,
    /// Refused by the service.
    Rejected = 4,
    /// The service or the way to it failed.
    Unavailable = 5,
    /// Answered, but of no use.
    Unusable = 6,
    /// Ctrl-C.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command did not do what it was asked for.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The command line cannot be read; the text says why.
    Usage(String),
    /// A file or setting of the user cannot be used: what is wrong, and what to do.
    Setup { message: String, details: Vec<String>, hint: String },
    /// The call failed, or was refused.
    Call { error: Box<Error>, about: About },
    /// The answer came, but is of no use.
    Unusable { message: String, details: Vec<String>, hint: String },
    /// Ctrl-C; true when a call may have been under way that costs money.
    Interrupted { billable: bool },
    /// Standard output was closed by its reader, who has seen enough.
    Closed,
    /// Standard output cannot be written, or the system refuses something else.
    Local { what: &'static str, source: io::Error },
}

/// What the user asked for, as far as it helps to explain a failed call.
#[derive(Debug, Default)]
pub(crate) struct About {
    /// The names of the attachments, to say which of them a problem is about.
    pub(crate) attached: Vec<String>,
    /// What to do about media that the model does not take.
    pub(crate) hint: Option<String>,
    /// The flag that the schema came by.
    pub(crate) schema_flag: &'static str,
    /// The emulator was asked, which costs nothing.
    pub(crate) offline: bool,
}

impl About {
    /// A call for it that failed.
    pub(crate) fn failed(mut self, error: Error) -> Failure {
        let is_about_media =
            |problem: &Problem| problem.kind == ProblemKind::Unsupported && problem.path.contains("].parts[");
        self.hint = self.hint.filter(|_| error.problems().iter().any(is_about_media));
        Failure::Call { error: Box::new(error), about: self }
    }
}

impl Failure {
    pub(crate) fn setup(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Setup { message: message.into(), details: Vec::new(), hint: hint.into() }
    }

    pub(crate) fn unusable(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Unusable { message: message.into(), details: Vec::new(), hint: hint.into() }
    }

    /// The same failure with lines that say more, each in one line.
    pub(crate) fn with_details(mut self, lines: impl IntoIterator<Item = String>) -> Self {
        if let Self::Setup { details, .. } | Self::Unusable { details, .. } = &mut self {
            details.extend(lines);
        }
        self
    }

    /// A call that failed before anything was asked.
    pub(crate) fn call(error: Error) -> Self {
        Self::Call { error: Box::new(error), about: About::default() }
    }

    /// The exit code for it.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Usage(_) => Exit::Usage,
            Self::Setup { .. } => Exit::Refused,
            Self::Call { error, .. } => of_kind(error.kind()),
            Self::Unusable { .. } => Exit::Unusable,
            Self::Interrupted { .. } => Exit::Interrupted,
            Self::Closed => Exit::Done,
            Self::Local { .. } => Exit::Local,
        }
    }
}

fn of_kind(kind: ErrorKind) -> Exit {
    match kind {
        ErrorKind::InvalidRequest | ErrorKind::Configuration | ErrorKind::Budget | ErrorKind::CircuitOpen => {
            Exit::Refused
        }
        ErrorKind::Auth
        | ErrorKind::Permission
        | ErrorKind::Quota
        | ErrorKind::BadRequest
        | ErrorKind::AmbiguousLimit
        | ErrorKind::NotFound
        | ErrorKind::Unsupported
        | ErrorKind::TooLarge
        | ErrorKind::Unprocessable
        | ErrorKind::Blocked => Exit::Rejected,
        ErrorKind::Empty | ErrorKind::Truncated | ErrorKind::Schema => Exit::Unusable,
        ErrorKind::Internal => Exit::Local,
        // Network, service and everything that is still to come.
        _ => Exit::Unavailable,
    }
}

#[cfg(test)]
mod tests {
    use vlm_core::{ConnectCause, TimeoutPhase};

    use super::*;

    #[test]
    fn kinds_have_the_documented_codes() {
        let code = |kind| Failure::call(Error::new(kind, "test")).exit() as u8;
        assert_eq!(code(ErrorKind::InvalidRequest), 3);
        assert_eq!(code(ErrorKind::Auth), 4);
        assert_eq!(code(ErrorKind::Blocked), 4);
        assert_eq!(code(ErrorKind::RateLimited), 5);
        assert_eq!(code(ErrorKind::Connect(ConnectCause::Dns)), 5);
        assert_eq!(code(ErrorKind::Timeout(TimeoutPhase::Total)), 5);
        assert_eq!(code(ErrorKind::Truncated), 6);
        assert_eq!(code(ErrorKind::Internal), 1);
    }
}
