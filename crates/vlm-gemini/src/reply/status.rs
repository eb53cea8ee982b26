//! `google.rpc.Status`: the error object of every Google service, and what its details add.

use std::borrow::Cow;
use std::time::Duration;

use serde_json::value::RawValue;
use vlm_core::ErrorKind;
use vlm_http::{RawJson, RawObject};

use crate::error::{Ground, ReplyError};

/// An error as the service tells it.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Status {
    code: Option<u64>,
    /// The canonical name: `RESOURCE_EXHAUSTED`.
    status: Option<String>,
    message: Option<String>,
    /// Why, in a word of the service: `API_KEY_INVALID`.
    reason: Option<String>,
    /// How long to wait.
    retry_after: Option<Duration>,
    /// A quota that no short wait refills.
    spent: bool,
}

impl Status {
    /// The error of a body: an object with an `error`, or, where a stream was asked for, an array of one.
    pub(crate) fn parse(body: &[u8]) -> Option<Self> {
        if let Ok(json) = RawJson::parse(body) {
            return Self::within(&json.root());
        }
        let members: Vec<&RawValue> =
            serde_json::from_slice(body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body)).ok()?;
        Self::within(&RawJson::parse(members.first()?.get().as_bytes()).ok()?.root())
    }

    /// The `error` of a reply or an event, if there is one.
    pub(crate) fn within(object: &RawObject<'_>) -> Option<Self> {
        if !object.has("error") {
            return None;
        }
        let Some(error) = object.object("error") else {
            // A gateway in between may use a plain text.
            let message = object.text("error").map(Cow::into_owned);
            return Some(Self { message, ..Self::default() });
        };
        let mut status = Self {
            code: error.whole_number("code"),
            status: error.text("status").map(Cow::into_owned),
            message: error.text("message").map(Cow::into_owned),
            ..Self::default()
        };
        for detail in error.objects("details") {
            status.detail(&detail);
        }
        Some(status)
    }

    fn detail(&mut self, detail: &RawObject<'_>) {
        let kind = detail.text("@type").unwrap_or_default();
        match kind.rsplit('.').next() {
            Some("ErrorInfo") => self.reason = detail.text("reason").map(Cow::into_owned),
            Some("RetryInfo") => self.retry_after = detail.text("retryDelay").as_deref().and_then(delay),
            Some("QuotaFailure") => {
                self.spent |= detail.objects("violations").any(|violation| {
                    let daily = violation.text("quotaId").is_some_and(|id| id.contains("PerDay"));
                    daily || violation.whole_number("quotaValue") == Some(0)
                });
            }
            _ => {}
        }
    }

    /// The HTTP status it stands for, where it came inside a successful reply.
    fn http(&self) -> u16 {
        self.code.and_then(|code| u16::try_from(code).ok()).unwrap_or_default()
    }

    /// The error for a reply of this HTTP status.
    pub(crate) fn into_error(self, status: u16) -> ReplyError {
        let kind = self.kind(status);
        self.with_ground(Ground::Status { status, kind })
    }

    /// The error for an event, or for a reply whose HTTP status says success.
    pub(crate) fn into_inner_error(self) -> ReplyError {
        let kind = self.kind(self.http()).unwrap_or(match self.http() {
            500..=599 => ErrorKind::Server,
            _ => ErrorKind::Upstream,
        });
        self.with_ground(Ground::Inside { kind })
    }

    fn with_ground(self, ground: Ground) -> ReplyError {
        let mut error = ReplyError::new(ground);
        let kind = error.kind();
        error.advice = advice(kind, self.status.as_deref());
        // A wait does not help against a used-up quota, and must not hold up other calls.
        error.retry_after = self.retry_after.filter(|_| kind != Some(ErrorKind::Quota));
        let code = self.status.or_else(|| self.code.map(|code| code.to_string()));
        error.with_code(code.map(Cow::Owned)).with_words(self.message.unwrap_or_default())
    }

    /// The kind, where this says more than the HTTP status does.
    fn kind(&self, http: u16) -> Option<ErrorKind> {
        let says = |text: &str| self.message.as_deref().is_some_and(|message| message.contains(text));
        let key = self
            .reason
            .as_deref()
            .is_some_and(|reason| reason.starts_with("API_KEY_INVALID") || reason == "API_KEY_EXPIRED")
            || says("API key not valid")
            || says("API key expired")
            || says("API Key not found");
        Some(match self.status.as_deref() {
            _ if key => ErrorKind::Auth,
            Some("UNAUTHENTICATED") => ErrorKind::Auth,
            // Without any key the service says so; a key that leaked is blocked in the same way.
            Some("PERMISSION_DENIED") if says("unregistered callers") || says("reported as leaked") => ErrorKind::Auth,
            Some("PERMISSION_DENIED") => ErrorKind::Permission,
            Some("RESOURCE_EXHAUSTED") if self.spent || says("credits are depleted") => ErrorKind::Quota,
            Some("RESOURCE_EXHAUSTED") => ErrorKind::RateLimited,
            Some("UNAVAILABLE") => ErrorKind::Overloaded,
            Some("INVALID_ARGUMENT") if says("payload size exceeds") => ErrorKind::TooLarge,
            Some("FAILED_PRECONDITION") if says("ACTIVE state") => ErrorKind::Conflict,
            // The country, or billing that is not set up.
            Some("FAILED_PRECONDITION") => ErrorKind::Permission,
            Some("INVALID_ARGUMENT" | "OUT_OF_RANGE") => ErrorKind::BadRequest,
            Some("NOT_FOUND") => ErrorKind::NotFound,
            Some("ALREADY_EXISTS" | "ABORTED") => ErrorKind::Conflict,
            Some("UNIMPLEMENTED") => ErrorKind::Unsupported,
            Some("INTERNAL" | "UNKNOWN" | "DATA_LOSS" | "DEADLINE_EXCEEDED") => ErrorKind::Server,
            _ => return of_http(http),
        })
    }
}

/// The kind of an error inside a successful reply that has a number and no name.
fn of_http(http: u16) -> Option<ErrorKind> {
    Some(match http {
        400 => ErrorKind::BadRequest,
        401 => ErrorKind::Auth,
        403 => ErrorKind::Permission,
        404 => ErrorKind::NotFound,
        429 => ErrorKind::RateLimited,
        503 => ErrorKind::Overloaded,
        _ => return None,
    })
}

/// What to do, where the kind's general advice is not enough.
fn advice(kind: Option<ErrorKind>, status: Option<&str>) -> Option<&'static str> {
    Some(match (kind?, status) {
        (ErrorKind::Quota, _) => {
            "The day's quota or the credits are used up: wait for the next day, or change the plan."
        }
        (ErrorKind::Permission, Some("FAILED_PRECONDITION")) => {
            "The service is not offered in this country without billing: set billing up, or check the account."
        }
        (ErrorKind::Conflict, Some("FAILED_PRECONDITION")) => "The file is still being processed: try again later.",
        (ErrorKind::Server, Some("DEADLINE_EXCEEDED")) => {
            "The service did not finish in time: send less, or ask for a stream."
        }
        (ErrorKind::TooLarge, _) => "Upload the media through the Files API, or send smaller ones.",
        _ => return None,
    })
}

/// A duration as the service's JSON writes it: `7s`, `7.5s`. Zero and nonsense are none.
fn delay(text: &str) -> Option<Duration> {
    // A longer delay is shown as this one; nobody waits for it anyway, and sums of it cannot overflow.
    const LONGEST: f64 = 1e9;
    let number = text.trim().strip_suffix('s')?;
    let plain = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let seconds: f64 = if plain { number.parse().ok()? } else { return None };
    Duration::try_from_secs_f64(seconds.min(LONGEST)).ok().filter(|delay| !delay.is_zero())
}

#[cfg(test)]
mod tests;
