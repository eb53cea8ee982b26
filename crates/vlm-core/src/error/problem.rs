//! One thing that is wrong with a request: where, what, and what to do instead.

use std::borrow::Cow;
use std::fmt;

/// One reason why a request was refused before it was sent.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[non_exhaustive]
pub struct Problem {
    /// What sort of problem it is.
    pub kind: ProblemKind,
    /// Where in the request, as a path: `messages[0].parts[1]`, `sampling.temperature`.
    pub path: String,
    /// What is wrong.
    pub message: String,
    /// What to do instead, where there is more to say than the message does.
    pub advice: Option<Cow<'static, str>>,
}

/// The sort of a [`Problem`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ProblemKind {
    /// Something required is not there.
    Missing,
    /// The value is malformed.
    Invalid,
    /// The value is outside what is allowed.
    OutOfRange,
    /// The model or the route cannot do it.
    Unsupported,
    /// A file or URL cannot be used.
    Media,
}

impl Problem {
    /// A problem of `kind` at `path`.
    pub fn new(kind: ProblemKind, path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { kind, path: path.into(), message: message.into(), advice: None }
    }

    /// Adds what to do instead.
    #[must_use]
    pub fn with_advice(mut self, advice: impl Into<Cow<'static, str>>) -> Self {
        self.advice = Some(advice.into());
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.message)?;
        match &self.advice {
            Some(advice) => write!(f, " ({advice})"),
            None => Ok(()),
        }
    }
}

/// All problems on one line.
pub(super) fn summary(problems: &[Problem]) -> String {
    match problems {
        [] => "the request was refused".to_owned(),
        [one] => format!("the request was refused: {one}"),
        many => {
            let list: Vec<String> = many.iter().map(Problem::to_string).collect();
            format!("the request was refused for {} reasons: {}", many.len(), list.join("; "))
        }
    }
}
