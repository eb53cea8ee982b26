//! The one error type of every provider: what happened, how far the call got, and what to do about it.
//!
//! Kinds and their meaning stand in `kind.rs`; this file holds the error itself. Nothing here knows HTTP:
//! a provider turns statuses and transport faults into these words.

mod kind;
mod problem;

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::completion::Completion;
use crate::text::OneLine;
use crate::usage::Usage;

pub use kind::{ConnectCause, ErrorKind, LimitedPart, TimeoutPhase, TransportPhase};
pub use problem::{Problem, ProblemKind};

/// A `Result` whose error is [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// How far a call got before it failed. Calls cost money, so this decides whether repeating one is safe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Delivery {
    /// No application byte can have reached the service.
    NotSent,
    /// Bytes were, or may have been, written and no reply head was seen.
    MaybeSent,
    /// A reply head arrived.
    Answered,
}

/// Whether a failed call was billed, as far as the client can know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Billed {
    /// Nothing was sent, or the service refused the work.
    No,
    /// The service may have done the work; nobody can tell from here.
    Maybe,
    /// The service reported usage; see [`Error::usage`].
    Yes,
}

/// Why a call failed. One word wide; matches by [`Error::kind`].
///
/// `Display` is one line without the source, whatever the service wrote; `Debug` is a report. Neither holds a key, a prompt, a media byte or a
/// whole URL. Text and usage that arrived before the failure stay at hand in [`Error::partial`]. Clones share the source:
/// calls that waited for the same request get the same error.
///
/// ```
/// use vlm_core::{Delivery, Error, ErrorKind};
///
/// let error = Error::new(ErrorKind::RateLimited, "the service asks for fewer calls")
///     .with_provider("memories")
///     .with_status(429)
///     .with_delivery(Delivery::Answered);
/// assert_eq!(error.to_string(), "memories: the service asks for fewer calls (HTTP 429)");
/// assert!(error.advice().contains("wait"));
/// ```
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    message: String,
    provider: Option<Cow<'static, str>>,
    operation: Option<Cow<'static, str>>,
    model: Option<String>,
    delivery: Delivery,
    status: Option<u16>,
    code: Option<String>,
    service_message: Option<String>,
    request_id: Option<String>,
    attempts: u32,
    elapsed: Option<Duration>,
    retry_after: Option<Duration>,
    retryable: bool,
    advice: Option<Cow<'static, str>>,
    problems: Vec<Problem>,
    partial: Option<Box<Completion>>,
    source: Option<Arc<dyn StdError + Send + Sync + 'static>>,
}

impl Error {
    /// An error of `kind`; `message` is one line in our own words, without secrets and without the source's text.
    ///
    /// Delivery starts as [`Delivery::NotSent`] and `attempts` as 0: whoever sent something says so.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            provider: None,
            operation: None,
            model: None,
            delivery: Delivery::NotSent,
            status: None,
            code: None,
            service_message: None,
            request_id: None,
            attempts: 0,
            elapsed: None,
            retry_after: None,
            retryable: false,
            advice: None,
            problems: Vec::new(),
            partial: None,
            source: None,
        }))
    }

    /// A request refused before anything was sent, with everything that is wrong with it.
    pub fn refused(problems: Vec<Problem>) -> Self {
        let message = problem::summary(&problems);
        let mut error = Self::new(ErrorKind::InvalidRequest, message);
        error.0.problems = problems;
        error
    }

    /// What kind of failure this is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The failure in one line, without provider, status or source.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The provider's id, once the call reached a provider.
    pub fn provider(&self) -> Option<&str> {
        self.0.provider.as_deref()
    }

    /// What was being done: `generate`, `stream`, …
    pub fn operation(&self) -> Option<&str> {
        self.0.operation.as_deref()
    }

    /// The model that was asked.
    pub fn model(&self) -> Option<&str> {
        self.0.model.as_deref()
    }

    /// How far the call got.
    pub fn delivery(&self) -> Delivery {
        self.0.delivery
    }

    /// The HTTP status, where one arrived.
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// The service's own error code, as text.
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// The service's own words, scrubbed of secrets and bounded in length. Foreign text: filter it before printing.
    pub fn service_message(&self) -> Option<&str> {
        self.0.service_message.as_deref()
    }

    /// The service's id for the call, for its support desk.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// Wire attempts made; 0 when nothing was sent.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Time spent on the call, waits included.
    pub fn elapsed(&self) -> Option<Duration> {
        self.0.elapsed
    }

    /// How long to wait before the next call: as the service asked, or until an open circuit breaker lets one through.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Whether the client itself judges that the same call may succeed later and is safe to repeat.
    ///
    /// This is about the fault alone: it stays true when the client has used up its own retries.
    pub fn is_retryable(&self) -> bool {
        self.0.retryable
    }

    /// What to do about it, in one or two sentences for a person.
    pub fn advice(&self) -> &str {
        self.0.advice.as_deref().unwrap_or_else(|| self.0.kind.advice())
    }

    /// Everything that is wrong with a refused request; empty for other kinds.
    pub fn problems(&self) -> &[Problem] {
        &self.0.problems
    }

    /// What had arrived of the answer: text, usage, warnings, raw bytes.
    pub fn partial(&self) -> Option<&Completion> {
        self.0.partial.as_deref()
    }

    /// The text that had arrived, if any.
    pub fn partial_text(&self) -> Option<&str> {
        self.partial().map(Completion::text).filter(|text| !text.is_empty())
    }

    /// The usage that had been reported, if any.
    pub fn usage(&self) -> Option<&Usage> {
        self.partial().map(|partial| &partial.usage).filter(|usage| !usage.is_empty())
    }

    /// Whether the failed call cost money, as far as can be known.
    pub fn billed(&self) -> Billed {
        if self.usage().is_some() {
            return Billed::Yes;
        }
        let began = self.partial().is_some_and(|partial| partial.choices.iter().any(|choice| !choice.is_empty()));
        match (self.0.delivery, self.0.status) {
            (Delivery::NotSent, _) => Billed::No,
            // Whatever the service says afterwards, a part of the work was done.
            _ if began => Billed::Maybe,
            (Delivery::Answered, Some(400..=499)) => Billed::No,
            (Delivery::Answered, _) if self.0.kind.is_refusal() => Billed::No,
            _ => Billed::Maybe,
        }
    }
}

/// Context, added on the way up by whoever knows it.
impl Error {
    /// Names the provider.
    #[must_use]
    pub fn with_provider(mut self, provider: impl Into<Cow<'static, str>>) -> Self {
        self.0.provider = Some(provider.into());
        self
    }

    /// Names the operation.
    #[must_use]
    pub fn with_operation(mut self, operation: impl Into<Cow<'static, str>>) -> Self {
        self.0.operation = Some(operation.into());
        self
    }

    /// Names the model.
    #[must_use]
    pub fn with_model(mut self, model: impl Into<String>) -> Self {
        self.0.model = Some(model.into());
        self
    }

    /// Says how far the call got.
    #[must_use]
    pub fn with_delivery(mut self, delivery: Delivery) -> Self {
        self.0.delivery = delivery;
        self
    }

    /// Adds the HTTP status.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.0.status = Some(status);
        self
    }

    /// Adds the service's own code.
    #[must_use]
    pub fn with_code(mut self, code: impl Into<String>) -> Self {
        self.0.code = Some(code.into());
        self
    }

    /// Adds the service's own words; the caller has scrubbed and bounded them.
    #[must_use]
    pub fn with_service_message(mut self, message: impl Into<String>) -> Self {
        self.0.service_message = Some(message.into());
        self
    }

    /// Adds the service's id for the call.
    #[must_use]
    pub fn with_request_id(mut self, id: impl Into<String>) -> Self {
        self.0.request_id = Some(id.into());
        self
    }

    /// Says how many wire attempts were made.
    #[must_use]
    pub fn with_attempts(mut self, attempts: u32) -> Self {
        self.0.attempts = attempts;
        self
    }

    /// Says how long the call took.
    #[must_use]
    pub fn with_elapsed(mut self, elapsed: Duration) -> Self {
        self.0.elapsed = Some(elapsed);
        self
    }

    /// Adds the delay before the next call.
    #[must_use]
    pub fn with_retry_after(mut self, delay: Duration) -> Self {
        self.0.retry_after = Some(delay);
        self
    }

    /// Says whether repeating the same call is safe and may help.
    #[must_use]
    pub fn with_retryable(mut self, retryable: bool) -> Self {
        self.0.retryable = retryable;
        self
    }

    /// Replaces the kind's general advice with one that fits this case.
    #[must_use]
    pub fn with_advice(mut self, advice: impl Into<Cow<'static, str>>) -> Self {
        self.0.advice = Some(advice.into());
        self
    }

    /// Keeps what had arrived of the answer.
    #[must_use]
    pub fn with_partial(mut self, partial: Completion) -> Self {
        self.0.partial = Some(Box::new(partial));
        self
    }

    /// Adds the underlying error; its text appears through [`StdError::source`] only.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync + 'static>>) -> Self {
        self.0.source = Some(Arc::from(source.into()));
        self
    }

    /// Takes the partial answer out.
    pub fn take_partial(&mut self) -> Option<Completion> {
        self.0.partial.take().map(|partial| *partial)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        if let Some(provider) = &inner.provider {
            write!(f, "{}: ", OneLine(provider))?;
        }
        write!(f, "{}", OneLine(&inner.message))?;
        let code = inner.code.as_deref().map(OneLine);
        match (inner.status, code) {
            (Some(status), Some(OneLine(code))) if code == status.to_string() => write!(f, " (HTTP {status})")?,
            (Some(status), Some(code)) => write!(f, " (HTTP {status}, code {code})")?,
            (Some(status), None) => write!(f, " (HTTP {status})")?,
            (None, Some(code)) => write!(f, " (code {code})")?,
            (None, None) => {}
        }
        match &inner.service_message {
            Some(words) => write!(f, ": {}", OneLine(words)),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        let mut report = f.debug_struct("Error");
        report.field("kind", &inner.kind).field("message", &inner.message).field("delivery", &inner.delivery);
        let mut optional = |name: &str, value: Option<&dyn fmt::Debug>| {
            if let Some(value) = value {
                report.field(name, value);
            }
        };
        optional("provider", inner.provider.as_ref().map(|v| v as _));
        optional("operation", inner.operation.as_ref().map(|v| v as _));
        optional("model", inner.model.as_ref().map(|v| v as _));
        optional("status", inner.status.as_ref().map(|v| v as _));
        optional("code", inner.code.as_ref().map(|v| v as _));
        optional("service_message", inner.service_message.as_ref().map(|v| v as _));
        optional("request_id", inner.request_id.as_ref().map(|v| v as _));
        optional("elapsed", inner.elapsed.as_ref().map(|v| v as _));
        optional("retry_after", inner.retry_after.as_ref().map(|v| v as _));
        optional("partial", inner.partial.as_ref().map(|v| v as _));
        optional("source", inner.source.as_ref().map(|v| v as _));
        if !inner.problems.is_empty() {
            report.field("problems", &inner.problems);
        }
        report
            .field("attempts", &inner.attempts)
            .field("retryable", &inner.retryable)
            .field("advice", &self.advice())
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}

impl From<std::convert::Infallible> for Error {
    fn from(never: std::convert::Infallible) -> Self {
        match never {}
    }
}

const _: () = {
    const fn shareable<T: Send + Sync + 'static>() {}
    shareable::<Error>();
    assert!(size_of::<Error>() == size_of::<usize>());
};

#[cfg(test)]
mod tests;
