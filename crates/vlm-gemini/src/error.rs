//! Why a reply is no answer, in this provider's own words, and the one place where that becomes the shared error.

use std::borrow::Cow;
use std::time::Duration;

use vlm_core::{Completion, ErrorKind};
use vlm_http::{Fault, RetryClass};

/// What a reply failed by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Ground {
    /// The HTTP status says so; `kind` refines it where the body knows better.
    #[error("the service refused the call")]
    Status { status: u16, kind: Option<ErrorKind> },
    /// An `error` object inside a successful reply or a stream.
    #[error("the service reports an error inside a successful reply")]
    Inside { kind: ErrorKind },
    /// The prompt was blocked.
    #[error("the prompt or its media were blocked by a content policy")]
    PromptBlocked,
    /// Nothing of the answer came through the filters.
    #[error("the answer was blocked by a content policy")]
    AnswerBlocked,
    /// No candidate.
    #[error("the reply holds no candidate")]
    NoCandidates,
    /// A file that was uploaded cannot be used.
    #[error("the service could not process the uploaded file")]
    FileFailed,
    /// An empty body.
    #[error("the reply is empty")]
    NoBody,
    /// The JSON, or the stream, ends early.
    #[error("the reply ends in the middle")]
    CutShort,
    /// No JSON.
    #[error("the reply is not JSON")]
    NotJson,
    /// A streamed event that is not JSON.
    #[error("an event of the stream is not JSON")]
    EventNotJson,
    /// Something that is documented is not there.
    #[error("the reply does not have the documented form: {0}")]
    Unexpected(&'static str),
}

/// A reply that is no answer, with what it says and what of an answer it holds.
#[derive(Debug, PartialEq)]
pub(crate) struct ReplyError {
    pub(crate) ground: Ground,
    pub(crate) code: Option<String>,
    pub(crate) words: Option<String>,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) advice: Option<&'static str>,
    pub(crate) partial: Option<Box<Completion>>,
}

impl ReplyError {
    pub(crate) fn new(ground: Ground) -> Self {
        Self { ground, code: None, words: None, retry_after: None, advice: None, partial: None }
    }

    pub(crate) fn with_code(mut self, code: Option<Cow<'_, str>>) -> Self {
        self.code = code.map(Cow::into_owned);
        self
    }

    pub(crate) fn with_words<'a>(mut self, words: impl Into<Cow<'a, str>>) -> Self {
        self.words = Some(words.into().into_owned()).filter(|words| !words.is_empty());
        self
    }

    pub(crate) fn with_partial(mut self, partial: Completion) -> Self {
        self.partial = Some(Box::new(partial));
        self
    }

    /// The shared kind, where the body decides it; a status alone is judged by the HTTP layer.
    pub(crate) fn kind(&self) -> Option<ErrorKind> {
        Some(match self.ground {
            Ground::Status { kind, .. } => return kind,
            Ground::Inside { kind } => kind,
            Ground::PromptBlocked | Ground::AnswerBlocked => ErrorKind::Blocked,
            Ground::NoCandidates => ErrorKind::Empty,
            Ground::FileFailed => ErrorKind::Unprocessable,
            Ground::CutShort => ErrorKind::Truncated,
            Ground::NoBody | Ground::NotJson | Ground::EventNotJson | Ground::Unexpected(_) => ErrorKind::Protocol,
        })
    }
}

impl From<ReplyError> for Fault {
    fn from(error: ReplyError) -> Self {
        let kind = error.kind();
        let mut fault = match error.ground {
            // The HTTP layer knows what each status means; only a refined kind overrides it.
            Ground::Status { status, kind: None } => Self::from_status(status),
            Ground::Status { status, kind: Some(kind) } => Self::new(kind, said(kind)).with_status(status),
            ground => Self::new(kind.unwrap_or(ErrorKind::Protocol), ground.to_string()),
        };
        fault = match error.ground {
            Ground::NoBody => fault.with_class(RetryClass::R2),
            Ground::FileFailed => {
                fault.with_advice("Check that the film plays whole; convert it to MP4 where it does.")
            }
            _ => fault,
        };
        if let Some(code) = error.code {
            fault = fault.with_code(code);
        }
        if let Some(words) = error.words {
            fault = fault.with_service_message(words);
        }
        if let Some(delay) = error.retry_after {
            fault = fault.with_retry_after(delay);
        }
        if let Some(advice) = error.advice {
            fault = fault.with_advice(advice);
        }
        match error.partial {
            Some(partial) => fault.with_partial(*partial),
            None => fault,
        }
    }
}

/// One line about a kind that the body told.
fn said(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Auth => "the service does not accept the key",
        ErrorKind::Permission => "the key may not do this",
        ErrorKind::Quota => "a quota is used up, and waiting a moment does not help",
        ErrorKind::RateLimited => "the service asks for fewer calls",
        ErrorKind::Overloaded => "the service is overloaded",
        ErrorKind::NotFound => "the service does not know this model or file",
        ErrorKind::TooLarge => "the request is too large for the service",
        ErrorKind::Conflict => "the service is still busy with this",
        ErrorKind::Unsupported => "the service cannot do this",
        ErrorKind::BadRequest => "the service calls the request malformed",
        _ => "the service failed",
    }
}
