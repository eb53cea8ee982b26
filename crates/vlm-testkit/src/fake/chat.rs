//! The form of chat completions, as OpenAI published it and many servers speak it.

use serde_json::{Value, json};
use vlm_core::{ErrorKind, FinishReason, Role};

use super::form::WireForm;
use crate::conformance::{Answer, Refusal, Scene, SentContent, SentRequest, Wire};
use crate::server::Recorded;

/// The form of `POST …/chat/completions`: that of OpenAI and of the servers that took it over.
///
/// Of a request it reads model, parts, schema and whether a stream is asked for; settings of sampling it passes over.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct ChatCompletions;

impl ChatCompletions {
    /// The form.
    pub const fn new() -> Self {
        Self
    }
}

impl WireForm for ChatCompletions {
    fn say(&self, scene: &Scene) -> Wire {
        match scene {
            Scene::Answer(answer) => Wire::json(200, &whole(answer, [answer.text()])),
            Scene::Choices { answer, others, streamed: false } => {
                let texts = [answer.text()].into_iter().chain(others.iter().cloned());
                Wire::json(200, &whole(answer, texts))
            }
            Scene::Stream(answer) => stream(answer, &[]),
            Scene::Choices { answer, others, streamed: true } => stream(answer, others),
            Scene::Refusal(refusal) => match status(refusal.kind) {
                Some(status) => Wire::json(status, &error(refusal)),
                None => Wire::never(format!("no status stands for {}", refusal.kind)),
            },
            Scene::BrokenStream(answer, refusal) => {
                let pieces = pieces(answer).map(|piece| piece.to_string());
                Wire::data(pieces.chain([error(refusal).to_string()]))
            }
            Scene::NoChoice => Wire::json(200, &whole(&Answer::of([""]), [])),
            _ => Wire::never("chat completions have no common form of it"),
        }
    }

    fn read(&self, request: &Recorded) -> SentRequest {
        let body = request.json();
        let mut sent = SentRequest::new();
        sent.model = body["model"].as_str().unwrap_or_default().to_owned();
        sent.streamed = body["stream"] == true;
        for message in body["messages"].as_array().into_iter().flatten() {
            let role = match message["role"].as_str() {
                Some("system" | "developer") => Role::System,
                Some("assistant") => Role::Assistant,
                _ => Role::User,
            };
            match &message["content"] {
                Value::String(text) => sent.push(role, SentContent::text(text)),
                items => items.as_array().into_iter().flatten().for_each(|item| sent.push(role, content(item))),
            }
        }
        sent.schema = body["response_format"]["json_schema"].get("schema").cloned();
        sent
    }
}

fn content(item: &Value) -> SentContent {
    let url = ["image_url", "video_url"].into_iter().find_map(|name| item[name]["url"].as_str());
    match (item["text"].as_str(), url) {
        (Some(text), _) => SentContent::text(text),
        (_, Some(url)) => SentContent::url(url),
        _ => SentContent::Unknown(format!("an item of the type {}", item["type"])),
    }
}

fn finish(reason: &FinishReason) -> Value {
    match reason {
        FinishReason::Unknown => Value::Null,
        reason => json!(reason.as_str()),
    }
}

fn whole(answer: &Answer, texts: impl IntoIterator<Item = String>) -> Value {
    let choice = |(index, text): (usize, String)| {
        let message = json!({ "role": "assistant", "content": text });
        json!({ "index": index, "message": message, "finish_reason": finish(&answer.finish) })
    };
    let choices: Vec<Value> = texts.into_iter().enumerate().map(choice).collect();
    let mut reply = json!({ "id": answer.id, "object": "chat.completion", "model": answer.model, "choices": choices });
    if let Some(usage) = usage(answer) {
        reply["usage"] = usage;
    }
    reply
}

fn usage(answer: &Answer) -> Option<Value> {
    let (input, output) = (answer.input_tokens()?, answer.output_tokens()?);
    Some(json!({
        "prompt_tokens": input, "completion_tokens": output, "total_tokens": input.saturating_add(output),
    }))
}

fn chunk(answer: &Answer, choices: &Value) -> Value {
    json!({ "id": answer.id, "object": "chat.completion.chunk", "model": answer.model, "choices": choices })
}

fn delta(answer: &Answer, index: usize, delta: &Value, finish: &Value) -> Value {
    chunk(answer, &json!([{ "index": index, "delta": delta, "finish_reason": finish }]))
}

fn pieces(answer: &Answer) -> impl Iterator<Item = Value> {
    answer.pieces.iter().map(|piece| delta(answer, 0, &json!({ "content": piece }), &Value::Null))
}

/// The pieces, the other choices whole, why they ended, the usage, and the end mark.
fn stream(answer: &Answer, others: &[String]) -> Wire {
    let mut chunks: Vec<Value> = pieces(answer).collect();
    let others = others.iter().enumerate();
    chunks.extend(others.map(|(at, text)| delta(answer, at + 1, &json!({ "content": text }), &finish(&answer.finish))));
    chunks.push(delta(answer, 0, &json!({}), &finish(&answer.finish)));
    if let Some(usage) = usage(answer) {
        let mut last = chunk(answer, &json!([]));
        last["usage"] = usage;
        chunks.push(last);
    }
    let data = chunks.iter().map(Value::to_string).chain(["[DONE]".to_owned()]);
    Wire::data(data).with_end_marks(1)
}

fn error(refusal: &Refusal) -> Value {
    json!({ "error": { "message": refusal.words, "type": refusal.kind.to_string(), "param": null, "code": null } })
}

/// The status that says it without the help of a code.
fn status(kind: ErrorKind) -> Option<u16> {
    Some(match kind {
        ErrorKind::BadRequest => 400,
        ErrorKind::Auth => 401,
        ErrorKind::Quota => 402,
        ErrorKind::Permission => 403,
        ErrorKind::NotFound => 404,
        ErrorKind::TooLarge => 413,
        ErrorKind::Unprocessable => 422,
        ErrorKind::RateLimited => 429,
        ErrorKind::Server => 500,
        ErrorKind::Overloaded => 503,
        _ => return None,
    })
}
