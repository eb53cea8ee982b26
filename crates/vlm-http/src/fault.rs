//! One failed attempt, as the retry loop judges it: what happened, and whether repeating can help and is safe.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use vlm_core::{Completion, Delivery, Error, ErrorKind, TimeoutPhase};

use crate::redact::Scrubber;

/// Whether a failed attempt may be repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RetryClass {
    /// Never: it would fail again, or must not be hidden.
    R0,
    /// Safe: nothing was sent, or the service said that it did no work.
    R1,
    /// Likely safe: the service failed in a way that usually means no work.
    R2,
    /// Ambiguous: the service may have done and billed the work. Repeated only if the caller asks for it.
    R3,
}

/// Why an attempt failed. Providers make one from a reply; the loop turns the last one into an [`Error`].
///
/// ```
/// use vlm_core::ErrorKind;
/// use vlm_http::{Fault, RetryClass};
///
/// let fault = Fault::from_status(429).with_code("0429").with_service_message("slow down");
/// assert_eq!((fault.kind(), fault.class()), (ErrorKind::RateLimited, RetryClass::R1));
/// ```
#[must_use]
pub struct Fault(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    class: RetryClass,
    message: Cow<'static, str>,
    status: Option<u16>,
    delivery: Delivery,
    code: Option<String>,
    service_message: Option<String>,
    request_id: Option<String>,
    retry_after: Option<Duration>,
    partial: Option<Completion>,
    advice: Option<Cow<'static, str>>,
    source: Option<Box<dyn StdError + Send + Sync + 'static>>,
    once: bool,
    on_purpose: bool,
}

impl Fault {
    /// A fault of `kind` in an answered call, of the class that the kind usually has; `message` is one line in our own
    /// words.
    pub fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner {
            kind,
            class: usual_class(kind),
            message: message.into(),
            status: None,
            delivery: Delivery::Answered,
            code: None,
            service_message: None,
            request_id: None,
            retry_after: None,
            partial: None,
            advice: None,
            source: None,
            once: false,
            on_purpose: false,
        }))
    }

    /// What kind of failure this is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Whether it may be repeated.
    pub fn class(&self) -> RetryClass {
        self.0.class
    }

    /// The failure in one line.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The HTTP status, where one arrived.
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// How far the attempt got.
    pub fn delivery(&self) -> Delivery {
        self.0.delivery
    }

    /// The service's own code.
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// The service's own words, not yet scrubbed.
    pub fn service_message(&self) -> Option<&str> {
        self.0.service_message.as_deref()
    }

    /// How long the service asked to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Whether one retry is the most that makes sense.
    pub(crate) fn is_once(&self) -> bool {
        self.0.once
    }

    /// Whether the service ended the attempt by its own word: then no idle connection did.
    pub(crate) fn is_on_purpose(&self) -> bool {
        self.0.on_purpose
    }

    /// Changes the kind, not the class.
    pub fn with_kind(mut self, kind: ErrorKind) -> Self {
        self.0.kind = kind;
        self
    }

    /// Changes the class.
    pub fn with_class(mut self, class: RetryClass) -> Self {
        self.0.class = class;
        self
    }

    /// Changes the line that says what happened.
    pub fn with_message(mut self, message: impl Into<Cow<'static, str>>) -> Self {
        self.0.message = message.into();
        self
    }

    /// Adds the HTTP status; the loop does it for faults that come from a reply.
    pub fn with_status(mut self, status: u16) -> Self {
        self.0.status = Some(status);
        self
    }

    /// Says how far the attempt got.
    pub fn with_delivery(mut self, delivery: Delivery) -> Self {
        self.0.delivery = delivery;
        self
    }

    /// Adds the service's own code.
    pub fn with_code(mut self, code: impl Into<String>) -> Self {
        self.0.code = Some(code.into());
        self
    }

    /// Adds the service's own words; they are scrubbed and bounded before they are stored in an error.
    pub fn with_service_message(mut self, message: impl Into<String>) -> Self {
        self.0.service_message = Some(message.into());
        self
    }

    /// Adds the service's id for the call; the loop takes it from the usual headers by itself.
    pub fn with_request_id(mut self, id: impl Into<String>) -> Self {
        self.0.request_id = Some(id.into());
        self
    }

    /// Adds the delay that the service asked for, where it stands in the body; headers are read by the loop.
    pub fn with_retry_after(mut self, delay: Duration) -> Self {
        self.0.retry_after = Some(delay);
        self
    }

    /// Keeps what had arrived of the answer.
    pub fn with_partial(mut self, partial: Completion) -> Self {
        self.0.partial = Some(partial);
        self
    }

    /// Changes the partial answer, where there is one.
    pub(crate) fn map_partial(mut self, change: impl FnOnce(Completion) -> Completion) -> Self {
        self.0.partial = self.0.partial.map(change);
        self
    }

    /// The partial answer.
    #[cfg(test)]
    pub(crate) fn into_partial(self) -> Option<Completion> {
        self.0.partial
    }

    /// Replaces the kind's general advice.
    pub fn with_advice(mut self, advice: impl Into<Cow<'static, str>>) -> Self {
        self.0.advice = Some(advice.into());
        self
    }

    /// Adds the underlying error. Its text is shown as it is: it must hold neither secrets nor a service's words.
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync + 'static>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// One retry is the most that makes sense.
    pub(crate) fn once(mut self) -> Self {
        self.0.once = true;
        self
    }

    /// The service ended the attempt by its own word.
    pub(crate) fn on_purpose(mut self) -> Self {
        self.0.on_purpose = true;
        self
    }

    /// Fills in what the reply says and the fault does not.
    pub(crate) fn of_reply(mut self, status: u16, request_id: Option<String>) -> Self {
        self.0.status.get_or_insert(status);
        if self.0.request_id.is_none() {
            self.0.request_id = request_id;
        }
        self.0.delivery = Delivery::Answered;
        self
    }

    /// The error for the caller, without the context of the call. Foreign text is scrubbed here, in one place.
    pub(crate) fn into_error(self, scrubber: &Scrubber) -> Error {
        let inner = *self.0;
        let mut error = Error::new(inner.kind, scrubber.scrub(&inner.message)).with_delivery(inner.delivery);
        if let Some(status) = inner.status {
            error = error.with_status(status);
        }
        if let Some(code) = inner.code {
            error = error.with_code(crate::redact::bounded(&scrubber.scrub(&code), 128));
        }
        if let Some(words) = inner.service_message.filter(|words| !words.trim().is_empty()) {
            error = error.with_service_message(scrubber.scrub(words.trim()));
        }
        if let Some(id) = inner.request_id {
            error = error.with_request_id(crate::redact::bounded(&scrubber.scrub(&id), 128));
        }
        if let Some(delay) = inner.retry_after {
            error = error.with_retry_after(delay);
        }
        if let Some(partial) = inner.partial {
            error = error.with_partial(partial);
        }
        if let Some(advice) = inner.advice {
            error = error.with_advice(advice);
        }
        match inner.source {
            Some(source) => error.with_source(source),
            None => error,
        }
    }
}

/// The class that a kind has when nothing more is known.
fn usual_class(kind: ErrorKind) -> RetryClass {
    match kind {
        ErrorKind::RateLimited | ErrorKind::Overloaded | ErrorKind::Timeout(TimeoutPhase::Connect) => RetryClass::R1,
        ErrorKind::Connect(_) => RetryClass::R1,
        ErrorKind::Server => RetryClass::R2,
        ErrorKind::Timeout(TimeoutPhase::Queue) => RetryClass::R0,
        ErrorKind::Timeout(_) | ErrorKind::Transport(_) | ErrorKind::Truncated => RetryClass::R3,
        _ => RetryClass::R0,
    }
}

impl fmt::Debug for Fault {
    /// Without the service's words: they are not scrubbed yet.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fault")
            .field("kind", &self.0.kind)
            .field("class", &self.0.class)
            .field("message", &self.0.message)
            .field("status", &self.0.status)
            .field("delivery", &self.0.delivery)
            .field("retry_after", &self.0.retry_after)
            .finish_non_exhaustive()
    }
}
