//! Why a reply is no answer, in this provider's own words, and the one place where that becomes the shared error.

use std::borrow::Cow;

use vlm_core::{Completion, ErrorKind};
use vlm_http::{Fault, RetryClass};

/// What a reply failed by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Ground {
    /// The HTTP status says so; `kind` refines it where the body knows better.
    #[error("the service refused the call")]
    Status { status: u16, kind: Option<ErrorKind> },
    /// An error inside HTTP 200, or inside a stream.
    #[error("the service reports an error inside a successful reply")]
    Inside { kind: ErrorKind },
    /// The model refused to answer.
    #[error("the model refused to answer")]
    Refusal,
    /// No choice.
    #[error("the reply holds no choice")]
    NoChoices,
    /// An empty body.
    #[error("the reply is empty")]
    NoBody,
    /// The JSON ends early.
    #[error("the reply ends in the middle")]
    CutShort,
    /// No JSON.
    #[error("the reply is not JSON")]
    NotJson,
    /// A streamed event that is not JSON.
    #[error("an event of the stream is not JSON")]
    EventNotJson,
    /// A streamed piece of text that may belong to any of several choices.
    #[error("a piece of the stream does not say which choice it belongs to")]
    WhoseChoice,
    /// Choices before and after one that never came.
    #[error("a choice is missing between the others")]
    MissingChoice,
}

/// A reply that is no answer, with what it says and what of an answer it holds.
#[derive(Debug, PartialEq)]
pub(crate) struct ReplyError {
    pub(crate) ground: Ground,
    pub(crate) code: Option<String>,
    pub(crate) words: Option<String>,
    pub(crate) advice: Option<Cow<'static, str>>,
    pub(crate) request_id: Option<String>,
    pub(crate) partial: Option<Box<Completion>>,
}

impl ReplyError {
    pub(crate) fn new(ground: Ground) -> Self {
        Self { ground, code: None, words: None, advice: None, request_id: None, partial: None }
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
            Ground::Refusal => ErrorKind::Blocked,
            Ground::NoChoices => ErrorKind::Empty,
            Ground::CutShort => ErrorKind::Truncated,
            Ground::NoBody | Ground::NotJson | Ground::EventNotJson => ErrorKind::Protocol,
            Ground::WhoseChoice | Ground::MissingChoice => ErrorKind::Protocol,
        })
    }
}

impl From<ReplyError> for Fault {
    fn from(error: ReplyError) -> Self {
        let kind = error.kind();
        let mut fault = match error.ground {
            // The HTTP layer knows what each status means; only a refined kind overrides it.
            Ground::Status { status, kind: None } => Self::from_status(status),
            Ground::Status { status, kind: Some(kind) } => {
                let fault = Self::from_status(status).with_kind(kind).with_class(class(kind));
                match line(kind) {
                    Some(line) => fault.with_message(line),
                    None => fault,
                }
            }
            Ground::NoBody => Self::new(ErrorKind::Protocol, error.ground.to_string()).with_class(RetryClass::R2),
            ground => {
                let kind = kind.unwrap_or(ErrorKind::Protocol);
                Self::new(kind, ground.to_string()).with_class(class(kind))
            }
        };
        if let Some(code) = error.code {
            fault = fault.with_code(code);
        }
        if let Some(words) = error.words {
            fault = fault.with_service_message(words);
        }
        if let Some(advice) = error.advice {
            fault = fault.with_advice(advice);
        }
        if let Some(id) = error.request_id {
            fault = fault.with_request_id(id);
        }
        match error.partial {
            Some(partial) => fault.with_partial(*partial),
            None => fault,
        }
    }
}

/// Whether a call that failed so may be repeated.
fn class(kind: ErrorKind) -> RetryClass {
    match kind {
        ErrorKind::RateLimited | ErrorKind::Overloaded => RetryClass::R1,
        ErrorKind::Server => RetryClass::R2,
        ErrorKind::Truncated => RetryClass::R3,
        _ => RetryClass::R0,
    }
}

/// What happened, where the body knew better than the status.
fn line(kind: ErrorKind) -> Option<&'static str> {
    Some(match kind {
        ErrorKind::Quota => "the balance or the quota is used up",
        ErrorKind::TooLarge => "the request is too long for the model or the service",
        ErrorKind::Blocked => "a content policy refused the request",
        ErrorKind::RateLimited => "the service asks for fewer calls",
        ErrorKind::Overloaded => "the service is overloaded",
        ErrorKind::Auth => "the service does not accept the key",
        ErrorKind::Permission => "the key may not do this",
        ErrorKind::NotFound => "the service does not know this model",
        ErrorKind::Server => "the service failed",
        _ => return None,
    })
}
