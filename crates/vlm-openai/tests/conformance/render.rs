//! What the servers would send: answers and streams as OpenAI documents chat completions, and what each does its own way.

use serde_json::{Value, json};
use vlm_core::{ErrorKind, FinishReason};
use vlm_testkit::conformance::{Answer, Refusal, Scene, Wire};

use crate::{Service, errors};

const DONE: &str = "[DONE]";

pub(crate) fn scene(service: Service, scene: &Scene) -> Wire {
    match scene {
        Scene::Answer(answer) => Wire::json(200, &whole(answer)),
        Scene::Stream(answer) => Wire::data(events(answer).chain([DONE.to_owned()])).with_end_marks(1),
        Scene::Refusal(refusal) => errors::refused(service, refusal),
        Scene::RefusalInside(refusal) => inside(service, refusal),
        Scene::BrokenStream(answer, refusal) => broken(service, answer, refusal),
        Scene::Reasoned { answer, reasoning, streamed } => reasoned(service, answer, reasoning, *streamed),
        Scene::Choices { answer, others, streamed } => choices(answer, others, *streamed),
        Scene::NoChoice => {
            let mut reply = whole(&Answer::of([""]));
            reply["choices"] = json!([]);
            Wire::json(200, &reply)
        }
        _ => Wire::never("not known to this subject"),
    }
}

fn whole(answer: &Answer) -> Value {
    let message = json!({ "role": "assistant", "content": answer.text(), "refusal": null, "annotations": [] });
    let choice = json!({ "index": 0, "message": message, "logprobs": null, "finish_reason": finish(&answer.finish) });
    let mut reply = json!({
        "id": answer.id,
        "object": "chat.completion",
        "created": 1_767_100_000,
        "model": answer.model,
        "choices": [choice],
        "service_tier": "default",
        "system_fingerprint": "fp_0123456789",
    });
    if let Some(usage) = usage(answer) {
        reply["usage"] = usage;
    }
    reply
}

fn finish(reason: &FinishReason) -> Value {
    match reason {
        FinishReason::Unknown => Value::Null,
        reason => json!(reason.as_str()),
    }
}

fn usage(answer: &Answer) -> Option<Value> {
    let (input, output) = (answer.input_tokens()?, answer.output_tokens()?);
    let details = answer.usage.clone().unwrap_or_default();
    let (cached, reasoning) = (details.cached_input_tokens.unwrap_or(0), details.reasoning_tokens.unwrap_or(0));
    Some(json!({
        "prompt_tokens": input,
        "completion_tokens": output,
        "total_tokens": input + output,
        "prompt_tokens_details": { "cached_tokens": cached, "audio_tokens": 0 },
        "completion_tokens_details": { "reasoning_tokens": reasoning, "audio_tokens": 0 },
    }))
}

fn chunk(answer: &Answer, choices: Value) -> Value {
    json!({
        "id": answer.id,
        "object": "chat.completion.chunk",
        "created": 1_767_100_000,
        "model": answer.model,
        "service_tier": "default",
        "system_fingerprint": "fp_0123456789",
        "choices": choices,
        "usage": null,
    })
}

fn delta(answer: &Answer, delta: Value, finish: Value) -> Value {
    chunk(answer, json!([{ "index": 0, "delta": delta, "logprobs": null, "finish_reason": finish }]))
}

/// The role, each piece, the finish reason, and the usage with no choices.
fn events(answer: &Answer) -> impl Iterator<Item = String> {
    let mut chunks = pieces(answer);
    chunks.push(delta(answer, json!({}), finish(&answer.finish)));
    if let Some(usage) = usage(answer) {
        let mut last = chunk(answer, json!([]));
        last["usage"] = usage;
        chunks.push(last);
    }
    chunks.into_iter().map(|chunk| chunk.to_string())
}

fn pieces(answer: &Answer) -> Vec<Value> {
    let mut chunks = vec![delta(answer, json!({ "role": "assistant", "content": "", "refusal": null }), Value::Null)];
    chunks.extend(answer.pieces.iter().map(|piece| delta(answer, json!({ "content": piece }), Value::Null)));
    chunks
}

/// The other choices come first, as they may: an index says which is which.
fn choices(answer: &Answer, others: &[String], streamed: bool) -> Wire {
    let others = others.iter().enumerate().map(|(at, text)| (at + 1, text));
    if streamed {
        let choice = |(index, text)| json!([{ "index": index, "delta": { "content": text }, "finish_reason": finish(&answer.finish) }]);
        let others = others.map(|other| chunk(answer, choice(other)).to_string());
        let all = others.chain(events(answer)).chain([DONE.to_owned()]);
        return Wire::data(all).with_end_marks(1);
    }
    let mut reply = whole(answer);
    let first = reply["choices"][0].take();
    let choice = |(index, text): (usize, &String)| {
        let mut choice = first.clone();
        choice["index"] = json!(index);
        choice["message"]["content"] = json!(text);
        choice
    };
    reply["choices"] = others.map(choice).chain([first.clone()]).collect();
    Wire::json(200, &reply)
}

/// Reasoning beside the text, under the name that each server has for it.
fn reasoned(service: Service, answer: &Answer, reasoning: &str, streamed: bool) -> Wire {
    let field = match service {
        Service::OpenAi => return Wire::never("chat completions of OpenAI show no reasoning"),
        Service::DashScope | Service::LlamaCpp => "reasoning_content",
        Service::Vllm | Service::Ollama | Service::OpenRouter => "reasoning",
    };
    if streamed {
        let mut events: Vec<String> = events(answer).collect();
        let thought = delta(answer, json!({ "content": null, field: reasoning }), Value::Null);
        // After the chunk that names the role.
        events.insert(1, thought.to_string());
        return Wire::data(events.into_iter().chain([DONE.to_owned()])).with_end_marks(1);
    }
    let mut reply = whole(answer);
    reply["choices"][0]["message"][field] = json!(reasoning);
    Wire::json(200, &reply)
}

/// Errors inside HTTP 200: a model of OpenAI that refuses, and what fails behind OpenRouter while it answers.
fn inside(service: Service, refusal: &Refusal) -> Wire {
    let mut reply = whole(&Answer::of([""]));
    match (service, refusal.kind) {
        (Service::OpenAi, ErrorKind::Blocked) => {
            reply["choices"][0]["message"]["content"] = Value::Null;
            reply["choices"][0]["message"]["refusal"] = json!(refusal.words);
            Wire::json(200, &reply)
        }
        (Service::OpenRouter, ErrorKind::RateLimited | ErrorKind::Server | ErrorKind::Overloaded) => {
            let code = json!(errors::openrouter(refusal.kind));
            Wire::json(200, &errors::envelope(service, &refusal.words, "", &code))
        }
        _ => Wire::never("its errors have a status of their own, or are events of a stream"),
    }
}

/// Errors in a stream: the envelope as an event. vLLM ends the stream after it, OpenRouter makes it a chunk.
fn broken(service: Service, answer: &Answer, refusal: &Refusal) -> Wire {
    let envelope = |kind: &str, code: Value| errors::envelope(service, &refusal.words, kind, &code);
    let said = match (service, refusal.kind) {
        (Service::OpenAi, ErrorKind::Server) => vec![envelope("server_error", Value::Null).to_string()],
        (Service::DashScope, ErrorKind::Server) => {
            vec![envelope("internal_error", json!("internal_error")).to_string()]
        }
        (Service::DashScope, ErrorKind::Blocked) => {
            vec![envelope("data_inspection_failed", json!("data_inspection_failed")).to_string()]
        }
        (Service::Vllm, ErrorKind::Server) => {
            vec![envelope("InternalServerError", json!(500)).to_string(), DONE.to_owned()]
        }
        (Service::LlamaCpp, ErrorKind::Server) => vec![envelope("server_error", json!(500)).to_string()],
        (Service::OpenRouter, kind @ (ErrorKind::RateLimited | ErrorKind::Server | ErrorKind::Overloaded)) => {
            let code = if kind == ErrorKind::Server { json!("server_error") } else { json!(errors::openrouter(kind)) };
            let mut chunk = delta(answer, json!({ "content": "" }), json!("error"));
            chunk["error"] = json!({ "code": code, "message": refusal.words });
            vec![chunk.to_string()]
        }
        (_, kind) => return Wire::never(format!("no event stands for {kind}")),
    };
    let pieces = pieces(answer).into_iter().map(|chunk| chunk.to_string());
    Wire::data(pieces.chain(said))
}
