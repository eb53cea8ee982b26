//! What can go wrong in a chore, and how a finding is shown.

use std::fmt;
use std::process::ExitCode;

pub(crate) type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a chore did not succeed.
#[derive(Debug)]
pub(crate) enum Error {
    /// The command line was not understood: exit code 2.
    Usage(String),
    /// The chore ran and says no, or could not run: exit code 1.
    Failed(String),
}

impl Error {
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::Usage(message.into())
    }

    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self::Failed(message.into())
    }

    pub(crate) fn is_usage(&self) -> bool {
        matches!(self, Self::Usage(_))
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Usage(_) => ExitCode::from(2),
            Self::Failed(_) => ExitCode::FAILURE,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(message) | Self::Failed(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for Error {}

/// One thing that a check does not accept, and its repair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    /// `path`, `path:line` or a package.
    pub(crate) place: String,
    pub(crate) what: String,
    pub(crate) repair: String,
}

impl Finding {
    pub(crate) fn new(place: impl Into<String>, what: impl Into<String>, repair: impl Into<String>) -> Self {
        Self { place: place.into(), what: what.into(), repair: repair.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}\n    repair: {}", self.place, self.what, self.repair)
    }
}

/// Prints the findings of a check and fails if there are any.
pub(crate) fn conclude(check: &str, findings: &[Finding]) -> Result<()> {
    for finding in findings {
        println!("{finding}");
    }
    match findings.len() {
        0 => {
            println!("{check}: nothing to complain about");
            Ok(())
        }
        1 => Err(Error::failed(format!("{check}: 1 finding"))),
        many => Err(Error::failed(format!("{check}: {many} findings"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_with_findings_fails() {
        assert!(conclude("x", &[]).is_ok());
        let one = Finding::new("a.rs:3", "a tab", "use spaces");
        assert_eq!(one.to_string(), "a.rs:3: a tab\n    repair: use spaces");
        let error = conclude("x", &[one.clone(), one]).expect_err("two findings");
        assert_eq!(error.to_string(), "x: 2 findings");
    }
}
