//! What the service would send. Two forms of answers: that of Qwen and Gemini, with `text`, and that of Nova and GPT,
//! with `message`. Streams come as the chunks that its neighbours send.

use serde_json::{Value, json};
use vlm_core::{ErrorKind, FinishReason};
use vlm_memories::Family;
use vlm_testkit::conformance::{Answer, Refusal, Scene, Wire};

pub(crate) fn scene(family: Family, scene: &Scene) -> Wire {
    match scene {
        Scene::Answer(answer) => Wire::json(200, &whole(family, answer)),
        Scene::Stream(answer) => Wire::data(events(answer).chain(["[DONE]".to_owned()])).with_end_marks(1),
        Scene::Refusal(refusal) => refused(refusal),
        Scene::RefusalInside(refusal) => inside(refusal),
        Scene::BrokenStream(answer, refusal) => {
            let error = json!({ "error": { "code": "upstream_error", "message": refusal.words } });
            match refusal.kind {
                ErrorKind::Upstream => Wire::data(events(answer).chain([error.to_string()])),
                kind => Wire::never(format!("errors in a stream are of the kind upstream, not {kind}")),
            }
        }
        Scene::Reasoned { answer, reasoning, streamed: false } if !matches!(family, Family::Qwen | Family::Gemini) => {
            let mut reply = whole(family, answer);
            reply["choices"][0]["message"]["reasoning_content"] = json!(reasoning);
            Wire::json(200, &reply)
        }
        Scene::Reasoned { answer, reasoning, streamed: true } => {
            let thought = json!({ "choices": [{ "index": 0, "delta": { "reasoning_content": reasoning } }] });
            let events = [thought.to_string()].into_iter().chain(events(answer));
            Wire::data(events.chain(["[DONE]".to_owned()])).with_end_marks(1)
        }
        Scene::Reasoned { .. } => Wire::never("answers with `text` have no place for reasoning"),
        Scene::Choices { answer, others, streamed: false } => {
            let mut reply = whole(family, answer);
            for (at, text) in others.iter().enumerate() {
                let mut choice = whole(family, &Answer::of([text]))["choices"][0].take();
                choice["index"] = json!(at + 1);
                if let Some(choices) = reply["choices"].as_array_mut() {
                    choices.push(choice);
                }
            }
            Wire::json(200, &reply)
        }
        Scene::Choices { answer, others, streamed: true } => {
            let choice = |(at, text): (usize, &String)| {
                let choice = json!({ "index": at + 1, "delta": { "content": text }, "finish_reason": "stop" });
                json!({ "choices": [choice] }).to_string()
            };
            let others: Vec<String> = others.iter().enumerate().map(choice).collect();
            Wire::data(others.into_iter().chain(events(answer)).chain(["[DONE]".to_owned()])).with_end_marks(1)
        }
        Scene::NoChoice => Wire::json(200, &json!({ "id": "x", "object": "completion", "choices": [] })),
        _ => Wire::never("not known to this subject"),
    }
}

fn whole(family: Family, answer: &Answer) -> Value {
    let mut choice = match family {
        Family::Qwen | Family::Gemini => json!({ "index": 0, "text": answer.text() }),
        _ => json!({ "index": 0, "message": { "role": "assistant", "content": answer.text() } }),
    };
    choice["finish_reason"] = finish(&answer.finish);
    let mut reply = json!({
        "id": answer.id,
        "object": "completion",
        "created": 1_767_100_000,
        "model": answer.model,
        "status": "completed",
        "choices": [choice],
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
    Some(json!({ "input_tokens": input, "output_tokens": output, "total_tokens": input + output }))
}

/// One chunk per piece, one with the finish reason, one with the usage.
fn events(answer: &Answer) -> impl Iterator<Item = String> {
    let chunk = |choices: Value| {
        let (id, model) = (&answer.id, &answer.model);
        json!({ "id": id, "object": "completion", "created": 1_767_100_000, "model": model, "choices": choices })
    };
    let pieces = answer.pieces.iter().map(|piece| json!([{ "index": 0, "delta": { "content": piece } }]));
    let mut chunks: Vec<Value> = pieces.map(chunk).collect();
    chunks.push(chunk(json!([{ "index": 0, "delta": {}, "finish_reason": finish(&answer.finish) }])));
    if let Some(usage) = usage(answer) {
        let mut last = chunk(json!([]));
        last["usage"] = usage;
        chunks.push(last);
    }
    chunks.into_iter().map(|chunk| chunk.to_string())
}

/// Errors with an HTTP status, in the documented envelope.
fn refused(refusal: &Refusal) -> Wire {
    let status = match refusal.kind {
        ErrorKind::BadRequest => 400,
        ErrorKind::Auth => 401,
        ErrorKind::Quota => 402,
        ErrorKind::Permission => 403,
        ErrorKind::NotFound => 404,
        ErrorKind::Unsupported => 405,
        ErrorKind::Conflict => 409,
        ErrorKind::TooLarge => 413,
        ErrorKind::Unprocessable => 422,
        ErrorKind::RateLimited => 429,
        ErrorKind::Server => 500,
        ErrorKind::Overloaded => 503,
        kind => return Wire::never(format!("no status stands for {kind}")),
    };
    Wire::json(status, &envelope(&format!("{status:04}"), &refusal.words))
}

/// Errors inside HTTP 200: codes of the envelope, and failures of the model behind the service.
fn inside(refusal: &Refusal) -> Wire {
    let code = match refusal.kind {
        ErrorKind::BadRequest => "0400",
        ErrorKind::Auth => "0401",
        ErrorKind::Quota => "0402",
        ErrorKind::Permission => "9009",
        ErrorKind::NotFound => "0404",
        ErrorKind::Conflict => "0409",
        ErrorKind::RateLimited => "0429",
        ErrorKind::Server => "0500",
        ErrorKind::Overloaded => "0503",
        ErrorKind::Upstream => {
            let error = json!({ "code": "INVALID_ARGUMENT", "message": refusal.words });
            return Wire::json(200, &json!({ "id": "x", "status": "errored", "choices": [], "error": error }));
        }
        kind => return Wire::never(format!("no code stands for {kind}")),
    };
    Wire::json(200, &envelope(code, &refusal.words))
}

fn envelope(code: &str, words: &str) -> Value {
    json!({ "code": code, "msg": words, "data": null, "failed": true, "success": false })
}
