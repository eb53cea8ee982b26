//! Replies as chat completions have them, in chunks.

use serde_json::{Value, json};
use vlm_testkit::server::{Framing, Reply};

pub(crate) fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Reply {
    Reply::new(status).header("content-type", content_type).framing(Framing::Chunked).body(body.into())
}

pub(crate) fn json(status: u16, body: &Value) -> Reply {
    new(status, "application/json", body.to_string())
}

/// An answer of this text.
pub(crate) fn text(text: &str) -> Reply {
    json(
        200,
        &json!({
            "id": "chatcmpl-1", "object": "chat.completion", "created": 1_760_000_000, "model": "served-model",
            "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 1000, "completion_tokens": 200, "total_tokens": 1200},
            "service_tier": "default", "system_fingerprint": "fp_1",
        }),
    )
}

/// The same answer, streamed in three pieces of text.
pub(crate) fn stream(text: &str) -> Reply {
    events(&chunks(text))
}

pub(crate) fn events(events: &[String]) -> Reply {
    let body: String = events.iter().map(|data| format!("data: {data}\n\n")).collect();
    new(200, "text/event-stream; charset=utf-8", body)
}

pub(crate) fn error(status: u16, code: &str, message: &str) -> Reply {
    json(status, &json!({"error": {"message": message, "type": code, "param": null, "code": code}}))
}

pub(crate) fn in_pieces(reply: Reply, bytes: usize) -> Reply {
    (bytes..reply.len()).step_by(bytes).fold(reply, Reply::split_at)
}

/// The events of a streamed answer, `[DONE]` included.
pub(crate) fn chunks(text: &str) -> Vec<String> {
    let half = text.char_indices().map(|(at, _)| at).nth(text.chars().count() / 2).unwrap_or(0);
    let chunk = |choices: Value, usage: Value| {
        json!({
            "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1_760_000_000, "model": "served-model",
            "service_tier": "default", "system_fingerprint": "fp_1", "choices": choices, "usage": usage,
        })
        .to_string()
    };
    let delta = |delta: Value, finish: Value| {
        chunk(json!([{"index": 0, "delta": delta, "finish_reason": finish}]), Value::Null)
    };
    vec![
        delta(json!({"role": "assistant", "content": ""}), Value::Null),
        delta(json!({"content": text[..half]}), Value::Null),
        delta(json!({"content": text[half..]}), Value::Null),
        delta(json!({}), json!("stop")),
        chunk(json!([]), json!({"prompt_tokens": 1000, "completion_tokens": 200, "total_tokens": 1200})),
        "[DONE]".to_owned(),
    ]
}
