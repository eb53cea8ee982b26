//! An error as a cassette holds it: everything that it says, and its sources as text.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use vlm_core::{Completion, Delivery, Error, ErrorKind, Problem};

use super::reply::Raw;

/// Sources of sources that are kept.
const MAX_SOURCES: usize = 16;

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Failure {
    kind: ErrorKind,
    message: String,
    delivery: Delivery,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    provider: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    operation: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    model: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    service_message: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    #[serde(default)]
    attempts: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    elapsed: Option<Duration>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retry_after: Option<Duration>,
    #[serde(default)]
    retryable: bool,
    /// Only where it is not the general advice of the kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    advice: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    problems: Vec<Problem>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    sources: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    partial: Option<Completion>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    raw: Option<Raw>,
}

impl Failure {
    pub(super) fn of(error: &Error) -> Self {
        let own = |text: Option<&str>| text.map(str::to_owned);
        Self {
            kind: error.kind(),
            message: error.message().to_owned(),
            delivery: error.delivery(),
            provider: own(error.provider()),
            operation: own(error.operation()),
            model: own(error.model()),
            status: error.status(),
            code: own(error.code()),
            service_message: own(error.service_message()),
            request_id: own(error.request_id()),
            attempts: error.attempts(),
            elapsed: error.elapsed(),
            retry_after: error.retry_after(),
            retryable: error.is_retryable(),
            advice: Some(error.advice()).filter(|advice| *advice != error.kind().advice()).map(str::to_owned),
            problems: error.problems().to_vec(),
            sources: std::iter::successors(error.source(), |source| (*source).source())
                .take(MAX_SOURCES)
                .map(ToString::to_string)
                .collect(),
            partial: error.partial().cloned(),
            raw: error.partial().and_then(|partial| Raw::of(&partial.raw)),
        }
    }

    pub(super) fn without_raw(mut self) -> Self {
        self.raw = None;
        self
    }

    pub(super) fn is_sound(&self) -> bool {
        self.raw.as_ref().is_none_or(Raw::is_sound)
    }

    pub(super) fn error(self) -> Error {
        let mut error = match self.problems.is_empty() {
            true => Error::new(self.kind, self.message),
            // Only a refused request has problems, and its message is made of them.
            false => Error::refused(self.problems),
        };
        error = error.with_delivery(self.delivery).with_attempts(self.attempts).with_retryable(self.retryable);
        error = also(error, self.provider, Error::with_provider);
        error = also(error, self.operation, Error::with_operation);
        error = also(error, self.model, Error::with_model);
        error = also(error, self.status, Error::with_status);
        error = also(error, self.code, Error::with_code);
        error = also(error, self.service_message, Error::with_service_message);
        error = also(error, self.request_id, Error::with_request_id);
        error = also(error, self.elapsed, Error::with_elapsed);
        error = also(error, self.retry_after, Error::with_retry_after);
        error = also(error, self.advice, Error::with_advice);
        let source = self
            .sources
            .into_iter()
            .rev()
            .fold(None::<Box<Said>>, |source, text| Some(Box::new(Said { text, source })));
        error = also(error, source, |error, source| error.with_source(source as Box<dyn StdError + Send + Sync>));
        let raw = self.raw.map(|raw| raw.reply());
        let partial = self.partial.map(|mut partial| {
            partial.raw = raw.unwrap_or_default();
            partial
        });
        also(error, partial, Error::with_partial)
    }
}

fn also<T>(error: Error, value: Option<T>, with: impl FnOnce(Error, T) -> Error) -> Error {
    match value {
        Some(value) => with(error, value),
        None => error,
    }
}

/// What a source said when it was recorded.
#[derive(Debug)]
struct Said {
    text: String,
    source: Option<Box<Said>>,
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl StdError for Said {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    //! An error comes back with everything that it says.

    use std::time::Duration;

    use vlm_core::{Choice, Completion, Delivery, Error, ErrorKind, Problem, ProblemKind, RawReply, TimeoutPhase};

    use super::Failure;

    fn round_trip(error: &Error) -> Error {
        let json = serde_json::to_string(&Failure::of(error)).unwrap();
        serde_json::from_str::<Failure>(&json).unwrap().error()
    }

    #[test]
    fn everything_comes_back() {
        let mut partial = Completion::new();
        partial.choices.push(Choice::new(0, "half of"));
        partial.raw = RawReply::from(bytes::Bytes::from_static(b"\xffraw"));
        let full = Error::new(ErrorKind::Timeout(TimeoutPhase::Idle), "silence")
            .with_provider("p")
            .with_operation("stream")
            .with_model("m")
            .with_delivery(Delivery::Answered)
            .with_status(200)
            .with_code("c")
            .with_service_message("words")
            .with_request_id("r-1")
            .with_attempts(3)
            .with_elapsed(Duration::from_millis(1500))
            .with_retry_after(Duration::from_secs(2))
            .with_retryable(true)
            .with_advice("Wait.")
            .with_partial(partial)
            .with_source(Error::new(ErrorKind::Protocol, "outer").with_source(std::io::Error::other("inner")));
        let back = round_trip(&full);
        let (said, expected) = (format!("{back:?}"), format!("{full:?}"));
        assert_eq!(said.split("source: ").next(), expected.split("source: ").next());
        assert_eq!((back.attempts(), back.is_retryable(), back.advice()), (3, true, "Wait."));
        assert_eq!(back.partial(), full.partial());
        let source = std::error::Error::source(&back).unwrap();
        assert_eq!((source.to_string(), source.source().unwrap().to_string()), ("outer".into(), "inner".into()));
    }

    #[test]
    fn refusals_and_the_smallest_come_back() {
        let problem = Problem::new(ProblemKind::OutOfRange, "sampling.n", "too many").with_advice("ask for one");
        for error in [Error::refused(vec![problem]), Error::new(ErrorKind::Internal, "x")] {
            assert_eq!(format!("{:?}", round_trip(&error)), format!("{error:?}"));
        }
    }
}
