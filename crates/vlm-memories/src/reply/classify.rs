//! Is a reply an answer? Errors come as HTTP statuses, as envelopes inside HTTP 200, and as `errored` completions; they
//! are looked for in a fixed order, body before status word, so that none passes for an answer.

use std::borrow::Cow;

use vlm_core::{Completion, ErrorKind};
use vlm_http::{RawJson, RawObject, RawValue, excerpt};

use crate::error::{Ground, ReplyError};

/// The text that the service sends both for rate limits and for failed validation.
const AMBIGUOUS_LIMIT: &str = "Request has exceeded the limit";

/// Decides about a whole reply.
pub(crate) fn judge(status: u16, body: &[u8]) -> Result<Completion, ReplyError> {
    let parsed = RawJson::parse(body);
    // 200 is the only success that the service documents: a part of an answer (206) is none.
    if status != 200 {
        let reply = parsed.as_ref().ok().map(RawJson::root);
        return Err(failed_status(status, body, reply.as_ref()));
    }
    let json = parsed.map_err(|error| not_json(body, &error))?;
    let reply = json.root();
    match refusal(&reply) {
        Some(error) => Err(error.with_partial(super::completion(&reply))),
        None => Ok(super::completion(&reply)),
    }
}

/// The error inside a reply with status 200, or inside a streamed event; the `choices` of an event may be missing.
pub(crate) fn refusal_in_event(event: &RawObject<'_>) -> Option<ReplyError> {
    let [failed, success, code, status, error] = event.get(["failed", "success", "code", "status", "error"]);
    let flag = |field: Option<RawValue<'_>>| field.and_then(|field| field.flag());
    let flagged = flag(failed) == Some(true) || flag(success) == Some(false);
    envelope(event, flagged, code).or_else(|| errored(event, status, error))
}

fn refusal(reply: &RawObject<'_>) -> Option<ReplyError> {
    refusal_in_event(reply).or_else(|| empty(reply))
}

fn failed_status(status: u16, body: &[u8], reply: Option<&RawObject<'_>>) -> ReplyError {
    let words = reply.and_then(words);
    let code = reply.and_then(code);
    let kind = match (status, words.as_deref()) {
        (400, Some(text)) if text.contains(AMBIGUOUS_LIMIT) => Some(ErrorKind::AmbiguousLimit),
        (429, _) if no_credit(code.as_deref(), words.as_deref()) => Some(ErrorKind::Quota),
        _ => None,
    };
    // Below 400 a JSON body may be an answer, or a part of one: it is not quoted.
    let quotable = status >= 400 || reply.is_none();
    let words = words.unwrap_or_else(|| if quotable { excerpt(body).into() } else { Cow::default() });
    ReplyError::new(Ground::Status { status, kind }).with_code(code).with_words(words)
}

fn no_credit(code: Option<&str>, words: Option<&str>) -> bool {
    let says = |text: &str| ["insufficient_quota", "no credit", "balance"].iter().any(|sign| text.contains(sign));
    code.is_some_and(says) || words.is_some_and(|text| says(&text.to_ascii_lowercase()))
}

/// The older envelope: flags, or a code that is no success.
fn envelope(reply: &RawObject<'_>, flagged: bool, code: Option<RawValue<'_>>) -> Option<ReplyError> {
    let code = code.and_then(|code| code.word()).filter(|code| !is_success(code));
    if !flagged && code.is_none() {
        return None;
    }
    let words = words(reply).unwrap_or_default();
    let kind = code.as_deref().map_or(ErrorKind::Upstream, |code| kind_of_code(code, &words));
    Some(ReplyError::new(Ground::Envelope { kind }).with_code(code).with_words(words))
}

fn is_success(code: &str) -> bool {
    matches!(code, "" | "0" | "200" | "0000")
}

/// Codes are statuses with zeros in front, and a few of their own.
fn kind_of_code(code: &str, words: &str) -> ErrorKind {
    match code.trim_start_matches('0') {
        "1" if words.to_ascii_lowercase().contains("network") => ErrorKind::Server,
        "1" if words.contains("No static resource") => ErrorKind::NotFound,
        "1" | "3" | "422" => ErrorKind::BadRequest,
        "400" if words.contains(AMBIGUOUS_LIMIT) => ErrorKind::AmbiguousLimit,
        "400" => ErrorKind::BadRequest,
        "401" => ErrorKind::Auth,
        "402" => ErrorKind::Quota,
        "403" | "9009" => ErrorKind::Permission,
        "404" => ErrorKind::NotFound,
        "405" | "415" => ErrorKind::Unsupported,
        "409" => ErrorKind::Conflict,
        "413" => ErrorKind::TooLarge,
        "429" => ErrorKind::RateLimited,
        "16" | "503" | "529" => ErrorKind::Overloaded,
        "500" | "502" | "504" => ErrorKind::Server,
        _ => ErrorKind::Upstream,
    }
}

/// A completion that failed upstream.
fn errored(reply: &RawObject<'_>, status: Option<RawValue<'_>>, error: Option<RawValue<'_>>) -> Option<ReplyError> {
    let status = status.and_then(|status| status.text());
    let failed = matches!(status.as_deref(), Some("errored" | "failed"));
    if !failed && !error.is_some_and(is_truthy) {
        return None;
    }
    let words = words(reply).unwrap_or_default();
    Some(ReplyError::new(Ground::Errored).with_code(code(reply)).with_words(words))
}

/// `error` as some services send it with every reply: null, or empty.
fn is_truthy(error: RawValue<'_>) -> bool {
    error.value().is_some_and(|error| match &error {
        serde_json::Value::Bool(flag) => *flag,
        serde_json::Value::String(text) => !text.is_empty(),
        serde_json::Value::Object(fields) => !fields.is_empty(),
        _ => true,
    })
}

fn empty(reply: &RawObject<'_>) -> Option<ReplyError> {
    reply.objects("choices").next().is_none().then(|| ReplyError::new(Ground::NoChoices))
}

/// What an error reply says, wherever it says it.
fn words<'a>(reply: &RawObject<'a>) -> Option<Cow<'a, str>> {
    let error = reply.object("error");
    let inner = |name| error.as_ref().and_then(|error| error.text(name));
    let texts = [reply.text("msg"), inner("message"), reply.text("message"), reply.text("error")];
    texts.into_iter().flatten().find(|text| !text.is_empty())
}

fn code<'a>(reply: &RawObject<'a>) -> Option<Cow<'a, str>> {
    let inner = || reply.object("error").and_then(|error| error.word("code").or_else(|| error.word("type")));
    reply.word("code").filter(|code| !is_success(code)).or_else(inner)
}

/// A page or a note that is no reply at all is quoted; what began as a reply is not, because it may hold the answer: of
/// that, the bytes are kept.
fn not_json(body: &[u8], error: &serde_json::Error) -> ReplyError {
    let start = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body).trim_ascii_start();
    match start.first() {
        None => ReplyError::new(Ground::NoBody),
        Some(b'{') if error.is_eof() => ReplyError::new(Ground::CutShort).with_partial(Completion::new()),
        Some(b'{' | b'[') => ReplyError::new(Ground::NotJson).with_partial(Completion::new()),
        Some(_) => ReplyError::new(Ground::NotJson).with_words(excerpt(body)),
    }
}

#[cfg(test)]
mod tests;
