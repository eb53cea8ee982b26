//! Is a reply an answer? Errors come with a status, and inside HTTP 200; their bodies have half a dozen shapes. All of
//! them end in codes and words, which the profile's rules turn into a kind.

use std::borrow::Cow;

use serde_json::Value;
use vlm_core::{Completion, ErrorKind};
use vlm_http::{Fault, RawJson, RawObject, RawValue, excerpt};

use crate::error::{Ground, ReplyError};
use crate::profile::Profile;

/// How much of an upstream's words is kept beside the service's own, in characters.
const UPSTREAM_WORDS: usize = 500;

/// Decides about a whole reply.
pub(crate) fn judge(status: u16, body: &[u8], profile: &Profile) -> Result<Completion, ReplyError> {
    let parsed = RawJson::parse(body);
    // 200 is the only success of the protocol: a part of an answer (206) is none.
    if status != 200 {
        let reply = parsed.as_ref().ok().map(RawJson::root);
        return Err(failed_status(status, body, reply.as_ref(), profile));
    }
    let json = parsed.map_err(|error| not_json(body, &error))?;
    let reply = json.root();
    let answer = super::completion(&reply, profile);
    if let Some(error) = error_inside(&reply, profile) {
        return Err(error.with_partial(answer));
    }
    if reply.objects("choices").next().is_none() {
        return Err(ReplyError::new(Ground::NoChoices).with_partial(answer));
    }
    refusals(&reply, answer)
}

/// A model that refuses every answer has given none; one that refuses one of several is only warned of.
fn refusals(reply: &RawObject<'_>, mut answer: Completion) -> Result<Completion, ReplyError> {
    let refuses = |choice: RawObject<'_>| {
        choice.object("message").is_some_and(|message| {
            super::refusal(&message).is_some() && super::content(&message).is_none_or(|text| text.is_empty())
        })
    };
    if reply.objects("choices").all(refuses) {
        return Err(ReplyError::new(Ground::Refusal).with_partial(answer));
    }
    if answer.metadata.contains_key("refusal") {
        answer.warnings.push(super::refused());
    }
    Ok(answer)
}

/// The error inside a reply with status 200, or inside a streamed event: as `error` at the top or in a choice, or as
/// vLLM's `{"object": "error", …}`.
pub(crate) fn error_inside(reply: &RawObject<'_>, profile: &Profile) -> Option<ReplyError> {
    let [error, choices, object] = reply.get(["error", "choices", "object"]);
    let in_choice = |choice: RawObject<'_>| said_in(&choice, choice.get(["error"])[0]);
    let of_choice = || choices.and_then(|choices| choices.objects().find_map(in_choice));
    let bare = || (object?.text()? == "error").then(|| Said::at_top(reply));
    // Some servers answer 200 with nothing but a code and a message.
    let has_choices = choices.is_some_and(|choices| !choices.is_null());
    let coded = || (!has_choices && reply.has("code") && reply.has("message")).then(|| Said::at_top(reply));
    let said = said_in(reply, error).or_else(of_choice).or_else(bare).or_else(coded)?;
    let rule = said.rule(profile);
    let kind = rule.as_ref().map(|(kind, _)| *kind).or_else(|| said.kind_of_status()).or_else(|| said.kind_of_type());
    let ground = Ground::Inside { kind: kind.unwrap_or(ErrorKind::Upstream) };
    Some(said.into_error(ground, rule.and_then(|(_, advice)| advice)))
}

fn failed_status(status: u16, body: &[u8], reply: Option<&RawObject<'_>>, profile: &Profile) -> ReplyError {
    let Some(reply) = reply else {
        return ReplyError::new(Ground::Status { status, kind: None }).with_words(excerpt(body));
    };
    let mut said = said_in(reply, reply.get(["error"])[0]).unwrap_or_else(|| Said::at_top(reply));
    said.request_id = reply.text("request_id").map(Cow::into_owned);
    // Below 400 a JSON body may be an answer, or a part of one: it is not quoted.
    if said.words.is_empty() && status >= 400 {
        said.words = excerpt(body);
    }
    let rule = if status >= 400 { said.rule(profile) } else { None };
    let kind = rule.as_ref().map(|(kind, _)| *kind);
    said.into_error(Ground::Status { status, kind }, rule.and_then(|(_, advice)| advice))
}

/// What an error says, out of whichever shape it came in.
#[derive(Debug, Default)]
struct Said {
    code: Option<String>,
    kind: Option<String>,
    words: String,
    /// It comes with the reasons of a moderation.
    moderated: bool,
    request_id: Option<String>,
}

/// The `error` of an object: an object, a text, or something else that is not nothing.
fn said_in(reply: &RawObject<'_>, error: Option<RawValue<'_>>) -> Option<Said> {
    let error = error?;
    if let Some(error) = error.object() {
        return error.has_any().then(|| Said::at_top(&error));
    }
    match error.value()? {
        Value::Bool(false) => None,
        Value::String(text) if text.is_empty() => None,
        // Ollama: `{"error": "text"}`. What may stand beside it is not known to anybody.
        Value::String(text) => Some(Said { words: text, ..Said::of_codes(reply) }),
        _ => Some(Said::at_top(reply)),
    }
}

impl Said {
    /// The fields of an error object.
    fn at_top(error: &RawObject<'_>) -> Self {
        let message =
            ["message", "msg", "detail"].iter().find_map(|name| error.text(name).filter(|text| !text.is_empty()));
        let words = message.map(Cow::into_owned).or_else(|| details(error)).unwrap_or_default();
        let mut said = Self { words, ..Self::of_codes(error) };
        if let Some(metadata) = error.object("metadata") {
            said.upstream(&metadata);
        }
        said
    }

    fn of_codes(error: &RawObject<'_>) -> Self {
        let word = |name| error.word(name).map(Cow::into_owned).filter(|word| !word.is_empty());
        Self { code: word("code"), kind: word("type"), ..Self::default() }
    }

    /// OpenRouter: who failed behind it, with which words; or why a moderation refused.
    fn upstream(&mut self, metadata: &RawObject<'_>) {
        self.moderated = metadata.has("reasons");
        let raw = metadata.text("raw").unwrap_or_default();
        let raw: String = raw.chars().take(UPSTREAM_WORDS).collect();
        let words = match (metadata.text("provider_name"), raw.trim()) {
            (None, "") => return,
            (Some(name), "") => name.into_owned(),
            (None, raw) => raw.to_owned(),
            (Some(name), raw) => format!("{name}: {raw}"),
        };
        self.words = format!("{} ({words})", self.words);
    }

    /// What the first rule that fits says.
    fn rule(&self, profile: &Profile) -> Option<(ErrorKind, Option<Cow<'static, str>>)> {
        if self.moderated {
            return Some((ErrorKind::Blocked, None));
        }
        let codes: Vec<&str> = [&self.code, &self.kind].into_iter().flatten().map(String::as_str).collect();
        let rule = profile.errors.iter().find(|rule| rule.fits(&codes, &self.words))?;
        Some((rule.kind, rule.advice.clone()))
    }

    /// The kind of the status that a code is, where it is one.
    fn kind_of_status(&self) -> Option<ErrorKind> {
        let status: u16 = self.code.as_deref()?.parse().ok()?;
        (400..600).contains(&status).then(|| Fault::from_status(status).kind())
    }

    /// What the usual words for a type of error mean, where no status says it.
    fn kind_of_type(&self) -> Option<ErrorKind> {
        [&self.code, &self.kind].into_iter().flatten().find_map(|word| {
            Some(match word.as_str() {
                "server_error" | "internal_error" | "internal_server_error" | "api_error" => ErrorKind::Server,
                "invalid_request_error" => ErrorKind::BadRequest,
                "authentication_error" => ErrorKind::Auth,
                "permission_error" => ErrorKind::Permission,
                "not_found_error" => ErrorKind::NotFound,
                "rate_limit_error" => ErrorKind::RateLimited,
                "overloaded_error" => ErrorKind::Overloaded,
                _ => return None,
            })
        })
    }

    fn into_error(self, ground: Ground, advice: Option<Cow<'static, str>>) -> ReplyError {
        let error = ReplyError::new(ground).with_words(self.words);
        ReplyError { code: self.code.or(self.kind), advice, request_id: self.request_id, ..error }
    }
}

/// FastAPI's `{"detail": [{"loc": […], "msg": …}]}`. Its `input` repeats the request and is not read.
fn details(error: &RawObject<'_>) -> Option<String> {
    let texts: Vec<_> = error.objects("detail").filter_map(|detail| detail.text("msg")).collect();
    (!texts.is_empty()).then(|| texts.join("; "))
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
