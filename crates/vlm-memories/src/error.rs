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
    /// An error envelope inside HTTP 200.
    #[error("the service reports an error inside a successful reply")]
    Envelope { kind: ErrorKind },
    /// `status: errored`, or an `error` object.
    #[error("the model behind the service failed")]
    Errored,
    /// No choice.
    #[error("the reply holds no choice; the media may not be accessible to the service")]
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
    /// The bare word for an error in a stream.
    #[error("the stream reports an error")]
    EventError,
    /// In cumulative mode, a text that does not begin with the one before.
    #[error("the streamed text is not cumulative: set the stream's text mode to incremental")]
    NotCumulative,
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
    pub(crate) partial: Option<Box<Completion>>,
}

impl ReplyError {
    pub(crate) fn new(ground: Ground) -> Self {
        Self { ground, code: None, words: None, partial: None }
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
            Ground::Envelope { kind } => kind,
            Ground::Errored | Ground::EventError => ErrorKind::Upstream,
            Ground::NoChoices => ErrorKind::Empty,
            Ground::CutShort => ErrorKind::Truncated,
            Ground::NoBody | Ground::NotJson | Ground::EventNotJson | Ground::NotCumulative => ErrorKind::Protocol,
            Ground::WhoseChoice | Ground::MissingChoice => ErrorKind::Protocol,
        })
    }
}

impl From<ReplyError> for Fault {
    fn from(error: ReplyError) -> Self {
        let class = class(&error);
        let kind = error.kind();
        let mut fault = match error.ground {
            // The HTTP layer knows what each status means; only a refined kind overrides it.
            Ground::Status { status, kind } => match kind {
                Some(kind) => Self::from_status(status).with_kind(kind).with_class(RetryClass::R0),
                None => Self::from_status(status),
            },
            ground => Self::new(kind.unwrap_or(ErrorKind::Protocol), ground.to_string()).with_class(class),
        };
        if let Some(code) = error.code {
            fault = fault.with_code(code);
        }
        if let Some(words) = error.words {
            fault = fault.with_service_message(words);
        }
        match error.partial {
            Some(partial) => fault.with_partial(*partial),
            None => fault,
        }
    }
}

/// Whether a call that failed so inside a successful reply may be repeated.
fn class(error: &ReplyError) -> RetryClass {
    match (error.ground, error.kind()) {
        (Ground::NoBody, _) => RetryClass::R2,
        (Ground::CutShort, _) => RetryClass::R3,
        (_, Some(ErrorKind::RateLimited | ErrorKind::Overloaded)) => RetryClass::R1,
        (_, Some(ErrorKind::Server)) => RetryClass::R2,
        _ => RetryClass::R0,
    }
}
