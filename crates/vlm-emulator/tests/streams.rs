//! Each shape of a stream as it is on the wire, and the faults of streams.
#![allow(clippy::unwrap_used)]

mod support;

use serde_json::{Value, json};
use support::{Answer, chat, events, ordered, start};
use tokio::io::AsyncReadExt;
use vlm_emulator::StreamShape;

fn ask(model: &str) -> Value {
    json!({"model": model, "stream": true, "max_tokens": 24,
        "messages": [{"role": "user", "content": [{"type": "text", "text": "Größe? 日本語 🦀"}]}]})
}

async fn streamed(shape: StreamShape) -> Answer {
    let emulator = support::builder().stream_shape(shape).start().await.unwrap();
    let answer = chat(&emulator, "vu", &ask("gemini:gemini-2.5-flash")).await;
    assert!(answer.complete, "{}", answer.text());
    answer
}

macro_rules! shape {
    ($name:ident, $shape:ident) => {
        #[tokio::test]
        async fn $name() {
            let answer = streamed(StreamShape::$shape).await;
            assert_eq!(answer.header("content-type"), Some("text/event-stream"));
            insta::assert_snapshot!(answer.text());
        }
    };
}

shape!(openai_chunks, OpenAiChunks);
shape!(text_deltas, TextDeltas);
shape!(text_cumulative, TextCumulative);
shape!(named_events, NamedEvents);
shape!(token_lines, TokenLines);
shape!(unmarked, Unmarked);

#[tokio::test]
async fn json_body() {
    let answer = streamed(StreamShape::JsonBody).await;
    assert_eq!(answer.header("content-type"), Some("application/json"));
    insta::assert_snapshot!(answer.text());
}

#[tokio::test]
async fn every_shape_carries_the_same_text() {
    let emulator = start().await;
    let mut plain = ask("gemini:gemini-2.5-flash");
    plain["stream"] = false.into();
    let whole = chat(&emulator, "vu", &plain).await.json()["choices"][0]["text"].as_str().unwrap().to_owned();
    assert!(whole.starts_with(vlm_emulator::MARK) && whole.contains("日本語"));
    for shape in StreamShape::ALL {
        let answer = ordered(&emulator, &format!("shape={}", shape.name()), &ask("gemini:gemini-2.5-flash")).await;
        if shape == StreamShape::JsonBody {
            assert_eq!(answer.json()["choices"][0]["text"], whole);
            continue;
        }
        let texts: Vec<String> = events(&answer.text())
            .iter()
            .filter_map(|data| serde_json::from_str::<Value>(data).ok())
            .filter_map(|event| {
                let choice = &event["choices"][0];
                let text = [&choice["delta"]["content"], &choice["text"], &event["token"]];
                text.iter().find_map(|text| text.as_str()).map(str::to_owned)
            })
            .collect();
        let text = if shape == StreamShape::TextCumulative { texts.last().unwrap().clone() } else { texts.concat() };
        assert_eq!(text, whole, "{shape:?}");
    }
}

#[tokio::test]
async fn several_choices_are_told_apart_by_their_index() {
    let emulator = start().await;
    let mut body = ask("nova:us.amazon.nova-pro-v1:0");
    body["n"] = 2.into();
    body["max_tokens"] = 5.into();
    let answer = chat(&emulator, "vu", &body).await;
    let mut ends: Vec<(u64, String)> = Vec::new();
    for event in events(&answer.text()).iter().filter_map(|data| serde_json::from_str::<Value>(data).ok()) {
        for choice in event["choices"].as_array().unwrap() {
            if let Some(reason) = choice["finish_reason"].as_str() {
                ends.push((choice["index"].as_u64().unwrap(), reason.to_owned()));
            }
        }
    }
    assert_eq!(ends, [(0, "length".to_owned()), (1, "length".to_owned())]);
}

#[tokio::test]
async fn the_end_comes_twice() {
    let emulator = start().await;
    for (shape, marker) in [
        ("openai-chunks", "data: [DONE]\n\n"),
        ("named-events", "event: complete\n"),
        ("text-deltas", "\"status\":\"completed\""),
    ] {
        let answer = ordered(&emulator, &format!("double-end; shape={shape}"), &ask("gemini:gemini-2.5-flash")).await;
        assert_eq!(answer.text().matches(marker).count(), 2, "{}", answer.text());
    }
}

#[tokio::test]
async fn errors_in_the_middle_follow_some_text() {
    let emulator = start().await;
    for (shape, error) in [
        ("openai-chunks", r#"data: {"error":{"code":"INTERNAL","message":"gone"}}"#),
        ("text-deltas", r#"data: {"status":"errored","choices":[],"error":{"code":"INTERNAL","message":"gone"}}"#),
        ("named-events", "event: error\ndata: {\"error\":{\"code\":\"INTERNAL\",\"message\":\"gone\"}}"),
        ("token-lines", r#"data:"Error""#),
    ] {
        let order = format!("stream-error; message=gone; shape={shape}");
        let answer = ordered(&emulator, &order, &ask("gemini:gemini-2.5-flash")).await;
        let text = answer.text();
        assert!(answer.complete && text.trim_end().ends_with(error), "{text}");
        assert!(text.contains("[emulated]") && !text.contains("[DONE]"), "{text}");
    }
}

#[tokio::test]
async fn an_event_in_the_middle_is_no_json() {
    let emulator = start().await;
    let answer = ordered(&emulator, "malformed-json", &ask("gemini:gemini-2.5-flash")).await;
    let broken = events(&answer.text()).iter().filter(|data| serde_json::from_str::<Value>(data).is_err()).count();
    // The broken event, and [DONE], which is none either.
    assert_eq!(broken, 2, "{}", answer.text());
}

#[tokio::test]
async fn a_cut_stream_breaks_the_connection() {
    let emulator = start().await;
    let answer = ordered(&emulator, "cut=120", &ask("gemini:gemini-2.5-flash")).await;
    assert_eq!((answer.status, answer.body.len(), answer.complete), (200, 120, false));
    let answer = ordered(&emulator, "cut=1000000", &ask("gemini:gemini-2.5-flash")).await;
    assert!(!answer.complete && answer.text().ends_with("data: [DONE]\n\n"));
}

#[tokio::test]
async fn a_stalled_stream_ends_with_the_emulator() {
    let emulator = start().await;
    let body = ask("gemini:gemini-2.5-flash").to_string();
    let headers = [("authorization", "k"), ("content-type", "application/json"), ("x-emulate", "stall=40")];
    let mut stream =
        support::connect(emulator.address(), "POST", "/vu/chat/completions", &headers, body.as_bytes()).await;
    let mut received = Vec::new();
    while !received.windows(18).any(|part| part == b"data: {\"id\":\"resp_") {
        assert!(stream.read_buf(&mut received).await.unwrap() > 0);
    }
    // Nothing more comes until the emulator goes: then the connection is broken off.
    emulator.shutdown().await;
    let _ = stream.read_to_end(&mut received).await;
    let text = String::from_utf8(received).unwrap();
    let (_, rest) = text.split_once("\r\n\r\n").unwrap();
    assert!(rest.starts_with("28\r\n") && !rest.contains("0\r\n\r\n"), "{rest}");
}

#[tokio::test]
async fn a_tool_call_can_be_streamed() {
    let emulator = start().await;
    let mut body = ask("nova:us.amazon.nova-pro-v1:0");
    body["metadata"] = json!({"toolConfig": {"tools": [{"toolSpec": {"name": "sum", "inputSchema": {"json":
        {"type": "object", "properties": {"a": {"type": "integer"}}}}}}]}});
    let answer = ordered(&emulator, "tool-calls", &body).await;
    assert!(answer.text().contains(r#""function":{"name":"sum","arguments":"{\"a\":1}"}"#), "{}", answer.text());
    assert!(answer.text().contains(r#""finish_reason":"tool_calls""#));
}
