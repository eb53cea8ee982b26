//! Is a reply an answer? Errors come as HTTP statuses, and inside HTTP 200; a blocked prompt comes as a reply without
//! candidates.

use serde_json::value::RawValue;
use vlm_core::{Completion, FinishReason};
use vlm_http::{RawJson, RawObject, excerpt};

use super::status::Status;
use crate::error::{Ground, ReplyError};
use crate::streaming;

/// Decides about a whole reply to a question.
pub(crate) fn judge(status: u16, body: &[u8]) -> Result<Completion, ReplyError> {
    // 200 is the only success that the service documents: a part of an answer (206) is none.
    if status != 200 {
        return Err(failed(status, body));
    }
    let json = match RawJson::parse(body) {
        Ok(json) => json,
        Err(error) => return listed(body).unwrap_or_else(|| Err(not_json(body, &error))),
    };
    let reply = json.root();
    if let Some(error) = Status::within(&reply) {
        return Err(error.into_inner_error().with_partial(super::completion(&reply)));
    }
    let answer = super::completion(&reply);
    match refusal(&reply, &answer) {
        Some(error) => Err(error.with_partial(answer)),
        None => Ok(answer),
    }
}

/// The error of a reply whose status is no success.
pub(crate) fn failed(status: u16, body: &[u8]) -> ReplyError {
    match Status::parse(body) {
        Some(error) => error.into_error(status),
        None => {
            let error = ReplyError::new(Ground::Status { status, kind: None });
            // Below 400 a JSON body may be an answer, or a part of one: it is not quoted.
            let quotable = status >= 400 || RawJson::parse(body).is_err();
            if quotable { error.with_words(excerpt(body)) } else { error }
        }
    }
}

/// A reply that is no error and yet holds no answer.
fn refusal(reply: &RawObject<'_>, answer: &Completion) -> Option<ReplyError> {
    if answer.choices.is_empty() {
        return Some(prompt_blocked(reply).unwrap_or_else(|| ReplyError::new(Ground::NoCandidates)));
    }
    answer_blocked(answer)
}

/// The prompt was blocked, and why.
pub(crate) fn prompt_blocked(reply: &RawObject<'_>) -> Option<ReplyError> {
    let feedback = reply.object("promptFeedback")?;
    let reason = feedback.text("blockReason").filter(|reason| !reason.is_empty())?;
    let words = feedback.text("blockReasonMessage").unwrap_or_default();
    Some(ReplyError::new(Ground::PromptBlocked).with_code(Some(reason)).with_words(words))
}

/// Nothing of any choice came through the filters.
pub(crate) fn answer_blocked(answer: &Completion) -> Option<ReplyError> {
    let blocked = |choice: &vlm_core::Choice| choice.text.is_empty() && choice.finish == FinishReason::ContentFilter;
    if answer.choices.is_empty() || !answer.choices.iter().all(blocked) {
        return None;
    }
    let words = answer.metadata.get("finishMessage").and_then(|words| words.as_str()).unwrap_or_default();
    Some(ReplyError::new(Ground::AnswerBlocked).with_words(words.to_owned()))
}

/// A stream that came whole, as an array of its pieces.
fn listed(body: &[u8]) -> Option<Result<Completion, ReplyError>> {
    let pieces: Vec<&RawValue> = serde_json::from_slice(body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body)).ok()?;
    Some(streaming::fold(pieces.iter().map(|piece| piece.get())))
}

/// A page or a note that is no reply at all is quoted; what began as a reply is not, because it may hold the answer.
pub(crate) fn not_json(body: &[u8], error: &serde_json::Error) -> ReplyError {
    let start = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body).trim_ascii_start();
    match start.first() {
        None => ReplyError::new(Ground::NoBody),
        Some(b'{' | b'[') if error.is_eof() => ReplyError::new(Ground::CutShort).with_partial(raw(body)),
        Some(b'[') => {
            // The error is of an object that was expected; whether the array is whole, it does not say.
            let cut = serde_json::from_slice::<Vec<&RawValue>>(start).is_err_and(|error| error.is_eof());
            ReplyError::new(if cut { Ground::CutShort } else { Ground::NotJson }).with_partial(raw(body))
        }
        Some(b'{') => ReplyError::new(Ground::NotJson).with_partial(raw(body)),
        Some(_) => ReplyError::new(Ground::NotJson).with_words(excerpt(body)),
    }
}

/// An answer of which only the bytes are there.
fn raw(body: &[u8]) -> Completion {
    let mut answer = Completion::new();
    answer.raw = bytes::Bytes::copy_from_slice(body).into();
    answer
}

#[cfg(test)]
mod tests;
