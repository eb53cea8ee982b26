//! Faults by header and by script.
#![allow(clippy::unwrap_used)]

mod support;

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::{chat, chat_with, hello, ordered, start};
use vlm_emulator::{Fault, Script, StreamShape};

#[tokio::test]
async fn statuses_come_in_their_documented_form() {
    let emulator = start().await;
    let answer = ordered(&emulator, "status=429; retry-after=2; header=x-trace: abc", &hello()).await;
    assert_eq!(answer.text(), r#"{"code":429,"msg":"Rate limit exceeded","data":null}"#);
    assert_eq!((answer.status, answer.header("retry-after"), answer.header("x-trace")), (429, Some("2"), Some("abc")));
    let answer = ordered(&emulator, "status=400", &hello()).await;
    assert_eq!(answer.problem(), "Request has exceeded the limit.");
    let answer = ordered(&emulator, "status=402; message=Pay%3B please", &hello()).await;
    assert_eq!(answer.problem(), "Pay; please");
    let answer = ordered(&emulator, "status=503", &hello()).await;
    assert_eq!((answer.status, &answer.json()["error"]), (503, &json!("Service Unavailable")));
    let answer = ordered(&emulator, "status=502; body=html", &hello()).await;
    assert_eq!((answer.status, answer.header("content-type")), (502, Some("text/html")));
    let answer = ordered(&emulator, "status=500; body=empty", &hello()).await;
    assert_eq!((answer.status, answer.body.len(), answer.complete), (500, 0, true));
    let answer = ordered(&emulator, "status=503; body=envelope", &hello()).await;
    assert_eq!(answer.problem(), "Service Unavailable");
}

#[tokio::test]
async fn errors_hide_in_http_200() {
    let emulator = start().await;
    let answer = ordered(&emulator, "envelope=0429", &hello()).await;
    assert_eq!(
        (answer.status, answer.text().as_str()),
        (200, r#"{"code":"0429","msg":"Rate limit exceeded","data":null}"#)
    );
    let answer = ordered(&emulator, "envelope=0001", &hello()).await.json();
    assert_eq!((&answer["success"], &answer["failed"]), (&json!(false), &json!(true)));
    let answer = ordered(&emulator, "errored=INVALID_ARGUMENT; message=no", &hello()).await;
    let expected = r#"{"status":"errored","choices":[],"error":{"code":"INVALID_ARGUMENT","message":"no"}}"#;
    assert_eq!((answer.status, answer.text().as_str()), (200, expected));
    assert_eq!(ordered(&emulator, "empty-choices", &hello()).await.json()["choices"], json!([]));
    let answer = ordered(&emulator, "empty-text", &hello()).await.json();
    assert_eq!((&answer["choices"][0]["text"], &answer["usage"]), (&json!(""), &Value::Null));
}

#[tokio::test]
async fn bodies_break() {
    let emulator = start().await;
    let answer = ordered(&emulator, "cut=20", &hello()).await;
    assert_eq!((answer.status, answer.body.len(), answer.complete), (200, 20, false));
    assert!(!ordered(&emulator, "cut=100000", &hello()).await.complete);
    let answer = ordered(&emulator, "malformed-json", &hello()).await;
    assert!(answer.complete && serde_json::from_slice::<Value>(&answer.body).is_err());
    let answer = ordered(&emulator, "split=3", &hello()).await;
    assert!(answer.complete && answer.json()["status"] == "completed");
}

#[tokio::test]
async fn a_delay_comes_before_the_head() {
    let emulator = start().await;
    let start = Instant::now();
    assert_eq!(ordered(&emulator, "delay=120ms", &hello()).await.status, 200);
    assert!(start.elapsed() >= Duration::from_millis(120));
}

#[tokio::test]
async fn answers_can_be_ordered() {
    let emulator = start().await;
    let text = |answer: &support::Answer| answer.json()["choices"][0]["text"].as_str().unwrap().to_owned();
    assert_eq!(text(&ordered(&emulator, "text=yes", &hello()).await), "[emulated] yes");
    assert_eq!(text(&ordered(&emulator, r#"text={"a": 1"#, &hello()).await), r#"{"a": 1"#);
    let mut body = hello();
    body["metadata"] = json!({"response_format": {"type": "json_schema", "json_schema":
        {"schema": {"type": "object", "properties": {"a": {"const": 1}}}}}});
    assert_eq!(text(&chat(&emulator, "vu", &body).await), r#"{"a":1}"#);
    assert_eq!(text(&ordered(&emulator, "fenced", &body).await), "```json\n{\"a\":1}\n```");
    assert!(text(&ordered(&emulator, "prose", &body).await).starts_with("[emulated] qwen3-vl-plus would"));
    assert!(ordered(&emulator, "no-usage", &hello()).await.json()["usage"].is_null());
}

#[tokio::test]
async fn a_wrong_order_is_named() {
    let emulator = start().await;
    let answer = ordered(&emulator, "status=429; retry=2", &hello()).await;
    assert_eq!(answer.status, 400);
    assert!(answer.problem().contains("`retry` is no order"), "{}", answer.text());
}

#[tokio::test]
async fn a_script_is_followed_step_by_step() {
    let script = Script::from_json(r#"["status=500", {"status": 429, "retry-after": 1}, ""]"#).unwrap();
    let emulator = support::builder().script(script).start().await.unwrap();
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(chat(&emulator, "vu", &hello()).await.status);
    }
    assert_eq!((statuses.as_slice(), emulator.script_steps_left()), ([500, 429, 200, 200].as_slice(), 0));
    emulator.set_script(Script::new([vec![Fault::Status(402)]]));
    assert_eq!(chat(&emulator, "vu", &hello()).await.status, 402);
    // A request's own order comes on top of the script's.
    emulator.set_script(Script::new([vec![Fault::Status(402)]]));
    let answer = chat_with(&emulator, "vu", &[("x-emulate", "status=409")], &hello()).await;
    assert_eq!(answer.status, 409);
    emulator.set_stream_shape(StreamShape::TokenLines);
    let mut body = hello();
    body["stream"] = true.into();
    assert!(chat(&emulator, "vu", &body).await.text().starts_with("data: {\"token\":"));
}

#[tokio::test]
async fn events_can_be_spaced_out() {
    let emulator = start().await;
    let mut body = hello();
    body["stream"] = true.into();
    let start = Instant::now();
    let answer = ordered(&emulator, "event-delay=10ms", &body).await;
    let events = u32::try_from(support::events(&answer.text()).len()).unwrap();
    assert!(answer.complete && events > 5);
    assert!(start.elapsed() >= Duration::from_millis(10) * events);
}

#[tokio::test]
async fn nova_can_answer_a_tool_with_a_call() {
    let emulator = support::builder().nova_tool_calls(true).start().await.unwrap();
    let body = json!({"model": "nova:us.amazon.nova-pro-v1:0", "messages": [{"role": "user", "content": "Add."}],
        "extra_body": {"metadata": {"toolConfig": {"tools": [{"toolSpec": {"name": "sum", "inputSchema": {"json":
            {"type": "object", "properties": {"a": {"type": "integer", "minimum": 2}}}}}}]}}}});
    let choice = chat(&emulator, "vu", &body).await.json()["choices"][0].clone();
    assert_eq!((&choice["finish_reason"], &choice["message"]["content"]), (&json!("tool_calls"), &Value::Null));
    let call = &choice["message"]["tool_calls"][0];
    assert_eq!(call["function"], json!({"name": "sum", "arguments": r#"{"a":2}"#}));
}
