//! What the service would send, as its documentation and its published clients have it.
//!
//! Models of 2.5 and later think, and count it apart. Those of 3 and later end a stream with an event of its own.

use std::time::Duration;

use serde_json::{Value, json};
use vlm_core::{ErrorKind, FinishReason};
use vlm_testkit::conformance::{Answer, Refusal, Scene, Wire};

/// Tokens of the question's words; the rest of the input is its picture.
const WORDS: u64 = 6;

/// Tokens that a model thinks for, where it does.
const THOUGHTS: u64 = 2;

pub(crate) fn scene(model: &str, scene: &Scene) -> Wire {
    match scene {
        Scene::Answer(answer) => {
            let reply = reply(answer, Some(candidate(&answer.text(), Some(&answer.finish))), usage(model, answer));
            whole(200, &reply)
        }
        Scene::Stream(answer) => stream(events(model, answer)),
        Scene::Refusal(refusal) => refused(refusal, None),
        Scene::Delay(refusal, delay) => refused(refusal, Some(*delay)),
        Scene::RefusalInside(refusal) => match refusal.kind {
            ErrorKind::Blocked => whole(200, &blocked(model)),
            _ => Wire::never("only a blocked prompt is told inside a success"),
        },
        Scene::BrokenStream(answer, refusal) => match error(refusal, None) {
            // The event that says why the answer ended does not come.
            Ok((_, error)) => broken(pieces(answer), &error),
            Err(reason) => Wire::never(reason),
        },
        Scene::Reasoned { .. } if model == "gemini-2.0-flash" => Wire::never("this model does not think"),
        Scene::Reasoned { answer, reasoning, streamed: false } => {
            let mut candidate = candidate(&answer.text(), Some(&answer.finish));
            if let Some(parts) = candidate["content"]["parts"].as_array_mut() {
                parts.insert(0, thought(reasoning));
            }
            whole(200, &reply(answer, Some(candidate), usage(model, answer)))
        }
        Scene::Reasoned { answer, reasoning, .. } => {
            let mut first = candidate("", None);
            first["content"]["parts"] = json!([thought(reasoning)]);
            let first = reply(answer, Some(first), answer.input_tokens().map(prompt));
            stream([first].into_iter().chain(events(model, answer)))
        }
        Scene::Choices { answer, others, streamed } => choices(model, answer, others, *streamed),
        Scene::NoChoice => whole(200, &reply(&Answer::of([""]), None, None)),
        _ => Wire::never("not known to this subject"),
    }
}

/// Candidates in no certain order: each has its index.
fn choices(model: &str, answer: &Answer, others: &[String], streamed: bool) -> Wire {
    let candidates = others.iter().enumerate().map(|(at, text)| {
        let mut candidate = candidate(text, Some(&answer.finish));
        candidate["index"] = json!(at + 1);
        candidate
    });
    if streamed {
        let others = candidates.map(|candidate| reply(answer, Some(candidate), None)).collect::<Vec<_>>();
        return stream(others.into_iter().chain(events(model, answer)));
    }
    let first = candidate(&answer.text(), Some(&answer.finish));
    let mut reply = reply(answer, None, usage(model, answer));
    reply["candidates"] = candidates.chain([first]).collect();
    whole(200, &reply)
}

fn refused(refusal: &Refusal, delay: Option<Duration>) -> Wire {
    match error(refusal, delay) {
        Ok((code, error)) => whole(code, &error),
        Err(reason) => Wire::never(reason),
    }
}

/// A reply as the service prints it.
fn whole(status: u16, body: &Value) -> Wire {
    Wire::whole(status, "application/json; charset=UTF-8", format!("{body:#}\n"))
}

/// The service ends its lines with CRLF, and a stream with the body: there is no end mark.
fn stream(events: impl Iterator<Item = Value>) -> Wire {
    Wire::stream(events.map(event)).with_end_marks(0)
}

/// The error is no event: it comes line by line.
fn broken(events: impl Iterator<Item = Value>, error: &Value) -> Wire {
    Wire::stream(events.map(event).chain([format!("{error:#}\n")]))
}

fn event(data: Value) -> String {
    format!("data: {data}\r\n\r\n")
}

fn reply(answer: &Answer, candidate: Option<Value>, usage: Option<Value>) -> Value {
    let mut reply = json!({ "modelVersion": answer.model, "responseId": answer.id });
    for (name, value) in [("candidates", candidate.map(|candidate| json!([candidate]))), ("usageMetadata", usage)] {
        if let Some(value) = value {
            reply[name] = value;
        }
    }
    reply
}

fn thought(text: &str) -> Value {
    json!({ "text": text, "thought": true })
}

/// A candidate; without a text it has no parts.
fn candidate(text: &str, ended: Option<&FinishReason>) -> Value {
    let mut content = json!({ "role": "model" });
    if !text.is_empty() {
        content["parts"] = json!([{ "text": text }]);
    }
    let mut candidate = json!({ "content": content, "index": 0 });
    if let Some(word) = ended.and_then(finish) {
        candidate["finishReason"] = word.into();
    }
    candidate
}

fn finish(reason: &FinishReason) -> Option<&str> {
    Some(match reason {
        FinishReason::Stop => "STOP",
        FinishReason::Length => "MAX_TOKENS",
        FinishReason::ContentFilter => "SAFETY",
        FinishReason::Other(word) => word,
        _ => return None,
    })
}

fn usage(model: &str, answer: &Answer) -> Option<Value> {
    let (input, output) = (answer.input_tokens()?, answer.output_tokens()?);
    let mut usage = prompt(input);
    usage["totalTokenCount"] = (input + output).into();
    let said = match model {
        "gemini-2.0-flash" => output,
        _ => {
            let thoughts = answer.usage.as_ref().and_then(|usage| usage.reasoning_tokens).unwrap_or(THOUGHTS);
            usage["thoughtsTokenCount"] = thoughts.into();
            output - thoughts
        }
    };
    if let Some(cached) = answer.usage.as_ref().and_then(|usage| usage.cached_input_tokens) {
        usage["cachedContentTokenCount"] = cached.into();
    }
    usage["candidatesTokenCount"] = said.into();
    usage["candidatesTokensDetails"] = json!([{ "modality": "TEXT", "tokenCount": said }]);
    Some(usage)
}

/// What is known before the answer: the tokens of the question.
fn prompt(input: u64) -> Value {
    let details = [("TEXT", WORDS), ("IMAGE", input - WORDS)];
    let details = details.map(|(modality, tokens)| json!({ "modality": modality, "tokenCount": tokens }));
    json!({ "promptTokenCount": input, "totalTokenCount": input, "promptTokensDetails": details })
}

/// One event per piece, each a reply of its own.
fn pieces(answer: &Answer) -> impl Iterator<Item = Value> {
    answer.pieces.iter().map(|piece| reply(answer, Some(candidate(piece, None)), answer.input_tokens().map(prompt)))
}

/// The pieces, and why the answer ended: in the last of them, or after it.
fn events(model: &str, answer: &Answer) -> impl Iterator<Item = Value> {
    let mut events: Vec<Value> = pieces(answer).collect();
    let last = match model {
        "gemini-3.5-flash" => {
            let mut last = candidate("", Some(&answer.finish));
            last["content"]["parts"] = json!([{ "text": "", "thoughtSignature": "EjQKMgE=" }]);
            last
        }
        _ => {
            events.pop();
            candidate(answer.pieces.last().map_or("", String::as_str), Some(&answer.finish))
        }
    };
    events.push(reply(answer, Some(last), usage(model, answer)));
    events.into_iter()
}

/// The prompt was blocked: no candidate, and why.
fn blocked(model: &str) -> Value {
    let rating = json!({ "category": "HARM_CATEGORY_DANGEROUS_CONTENT", "probability": "HIGH", "blocked": true });
    json!({
        "promptFeedback": { "blockReason": "SAFETY", "safetyRatings": [rating] },
        "usageMetadata": prompt(264),
        "modelVersion": model,
        "responseId": "blocked-0001",
    })
}

/// The HTTP status of an error and its envelope, which is that of all Google services; or why it has none.
fn error(refusal: &Refusal, delay: Option<Duration>) -> Result<(u16, Value), &'static str> {
    let words = &refusal.words;
    let (code, status, message, mut details) = match refusal.kind {
        ErrorKind::Auth => (400, "INVALID_ARGUMENT", words.clone(), vec![wrong_key()]),
        ErrorKind::BadRequest => (400, "INVALID_ARGUMENT", words.clone(), vec![]),
        // Only the words tell these two from others of their status.
        ErrorKind::TooLarge => {
            let message = format!("Request payload size exceeds the limit: 20971520 bytes. {words}");
            (400, "INVALID_ARGUMENT", message, vec![])
        }
        ErrorKind::Conflict => {
            let message = format!("The File abc-123 is not in an ACTIVE state and usage is not allowed. {words}");
            (400, "FAILED_PRECONDITION", message, vec![])
        }
        ErrorKind::Permission => (403, "PERMISSION_DENIED", words.clone(), vec![]),
        ErrorKind::NotFound => (404, "NOT_FOUND", words.clone(), vec![]),
        ErrorKind::RateLimited => (429, "RESOURCE_EXHAUSTED", words.clone(), vec![exhausted("PerMinute")]),
        ErrorKind::Quota => (429, "RESOURCE_EXHAUSTED", words.clone(), {
            // Even of a day's quota the service says that the next attempt is soon.
            vec![exhausted("PerDay"), retry_info(Duration::from_millis(34_074))]
        }),
        ErrorKind::Server => (500, "INTERNAL", words.clone(), vec![]),
        ErrorKind::Unsupported => (501, "UNIMPLEMENTED", words.clone(), vec![]),
        ErrorKind::Overloaded => (503, "UNAVAILABLE", words.clone(), vec![]),
        ErrorKind::Blocked => return Err("what is blocked is told by a reply without an error"),
        ErrorKind::Unprocessable => return Err("media that cannot be processed are a malformed request"),
        _ => return Err("the service answers for its models itself"),
    };
    details.extend(delay.map(retry_info));
    let mut error = json!({ "code": code, "message": message, "status": status });
    if !details.is_empty() {
        error["details"] = details.into();
    }
    Ok((code, json!({ "error": error })))
}

fn wrong_key() -> Value {
    json!({
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "API_KEY_INVALID",
        "domain": "googleapis.com",
        "metadata": { "service": "generativelanguage.googleapis.com" },
    })
}

/// The quota of a minute or a day is used up.
fn exhausted(per: &str) -> Value {
    let violation = json!({
        "quotaMetric": "generativelanguage.googleapis.com/generate_content_free_tier_requests",
        "quotaId": format!("GenerateRequests{per}PerProjectPerModel-FreeTier"),
        "quotaDimensions": { "location": "global", "model": "gemini-2.5-flash" },
        "quotaValue": "20",
    });
    json!({ "@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [violation] })
}

/// When to ask again; a duration is a text of seconds.
fn retry_info(delay: Duration) -> Value {
    let seconds = delay.as_secs_f64();
    json!({ "@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": format!("{seconds}s") })
}
