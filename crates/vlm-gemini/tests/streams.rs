//! Streams over real sockets: cut at every byte, cut for good, errors before and after the first content, and a caller
//! who leaves.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use serde_json::json;
use support::{Answer, Bench, MODEL, about, answer, ask, media, refusal};
use vlm_core::{Completion, ErrorKind, FinishReason, Media, VisionProvider};
use vlm_gemini::Upload;

fn chunk(text: &str, finish: Option<&str>, output: u64) -> String {
    let mut candidate = json!({"content": {"parts": [{"text": text}], "role": "model"}, "index": 0});
    if let Some(finish) = finish {
        candidate["finishReason"] = finish.into();
    }
    let details = json!([{"modality": "TEXT", "tokenCount": 6}, {"modality": "IMAGE", "tokenCount": 258}]);
    let usage = json!({
        "promptTokenCount": 264, "candidatesTokenCount": output, "totalTokenCount": 264 + output,
        "promptTokensDetails": details,
    });
    let reply = json!({"candidates": [candidate], "usageMetadata": usage, "modelVersion": MODEL, "responseId": "r1"});
    format!("data: {reply}\r\n\r\n")
}

/// `A cup of coffée.` in three pieces.
fn stream() -> Vec<u8> {
    let chunks = [chunk("A cup ", None, 1), chunk("of cof", None, 2), chunk("fée.", Some("STOP"), 3)];
    chunks.concat().into_bytes()
}

fn whole() -> Vec<u8> {
    answer("A cup of coffée.").to_string().into_bytes()
}

async fn collect(bench: &Bench) -> vlm_core::Result<Completion> {
    bench.gemini().stream(&ask()).await?.collect().await
}

#[tokio::test]
async fn a_stream_asks_for_events_and_folds_to_the_whole_answer() {
    let bench = Bench::start().await;
    bench.google.answer([
        Answer::Events { body: stream(), chunk: usize::MAX },
        Answer::json(200, &serde_json::from_slice(&whole()).unwrap()),
    ]);
    let streamed = collect(&bench).await.unwrap();
    let sent = bench.google.last();
    assert_eq!(sent.target, "/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse");
    let generated = bench.gemini().generate(&ask()).await.unwrap();
    assert_eq!(streamed.choices, generated.choices);
    assert_eq!((&streamed.usage, &streamed.cost), (&generated.usage, &generated.cost));
    assert_eq!((&streamed.id, &streamed.model), (&generated.id, &generated.model));
    assert_eq!(streamed.raw.to_bytes(), stream());
}

#[tokio::test]
async fn cuts_do_not_matter() {
    let bench = Bench::start().await;
    let bytes = stream();
    for chunk in 1..bytes.len() {
        bench.google.answer([Answer::Events { body: bytes.clone(), chunk }]);
        let answer = collect(&bench).await.unwrap();
        assert_eq!((answer.text(), answer.usage.output_tokens), ("A cup of coffée.", Some(3)), "pieces of {chunk}");
    }
}

#[tokio::test]
async fn a_stream_that_ends_at_any_byte_is_an_answer_only_when_its_last_event_is_whole() {
    let bench = Bench::start().await;
    let bytes = stream();
    let last = bytes.windows(4).rposition(|window| window == b"\r\n\r\n").unwrap();
    for end in 1..bytes.len() {
        let body = bytes[..end].to_vec();
        // The first event is repeated when it fails: give the same again.
        bench.google.order(|orders| orders.answers.clear());
        bench.google.answer(vec![Answer::Events { body, chunk: usize::MAX }; 4]);
        match collect(&bench).await {
            Ok(answer) => {
                assert!(end >= last, "cut at {end} of {}", bytes.len());
                assert_eq!(answer.text(), "A cup of coffée.");
            }
            Err(error) => {
                assert!(matches!(error.kind(), ErrorKind::Truncated | ErrorKind::Protocol), "{end}: {error}");
                assert!("A cup of coffée.".starts_with(error.partial_text().unwrap_or_default()), "{end}");
            }
        }
    }
}

#[tokio::test]
async fn a_broken_connection_keeps_what_came() {
    let bench = Bench::start().await;
    let begun = [chunk("A cup ", None, 1), chunk("of cof", None, 2)].concat().into_bytes();
    bench.google.answer([Answer::CutEvents(begun)]);
    let mut stream = bench.gemini().stream(&ask()).await.unwrap();
    assert_eq!(stream.next_text().await.unwrap().as_deref(), Some("A cup "));
    let error = loop {
        match stream.next_text().await {
            Ok(Some(_)) => {}
            Ok(None) => panic!("this is no end"),
            Err(error) => break error,
        }
    };
    assert_eq!((error.kind(), error.partial_text()), (ErrorKind::Truncated, Some("A cup of cof")), "{error}");
    assert_eq!(error.usage().unwrap().output_tokens, Some(2));
    let partial = error.partial().unwrap();
    assert!(partial.cost.is_exact() && partial.raw.to_text().contains("of cof"), "{:?}", partial.cost);
    assert!(!error.is_retryable());
    assert!(stream.next_text().await.unwrap().is_none(), "an error is the end");
}

#[tokio::test]
async fn an_error_before_any_content_is_repeated_and_one_after_it_is_not() {
    let error = |code: u16, status: &str| {
        format!("data: {}\n\n", json!({"error": {"code": code, "status": status, "message": "x"}}))
    };
    let bench = Bench::start().await;
    bench.google.answer([
        Answer::Events { body: error(503, "UNAVAILABLE").into_bytes(), chunk: usize::MAX },
        refusal(503, "UNAVAILABLE"),
        Answer::Events { body: stream(), chunk: usize::MAX },
    ]);
    assert_eq!(collect(&bench).await.unwrap().text(), "A cup of coffée.");
    assert_eq!(bench.google.journal().len(), 3);
    let late = [chunk("A cup ", None, 1), error(503, "UNAVAILABLE")].concat();
    bench.google.answer([Answer::Events { body: late.into_bytes(), chunk: usize::MAX }]);
    let failed = collect(&bench).await.unwrap_err();
    assert_eq!((failed.kind(), failed.partial_text()), (ErrorKind::Overloaded, Some("A cup ")));
    assert_eq!(bench.google.journal().len(), 4);
}

#[tokio::test]
async fn an_error_that_is_no_event_is_told_unless_the_answer_is_whole() {
    let bench = Bench::start().await;
    let error = json!({"error": {"code": 503, "status": "UNAVAILABLE", "message": "busy"}});
    let stopped = |finish: Option<&str>, end: &str| {
        let body = [&chunk("{A cup", finish, 1), end].concat().into_bytes();
        bench.google.answer([Answer::Events { body, chunk: 7 }]);
    };
    for bare in [format!("{error:#}\n"), format!("{error}"), format!("\r\n{:#}", json!([error]))] {
        stopped(None, &bare);
        let failed = collect(&bench).await.unwrap_err();
        assert_eq!((failed.kind(), failed.partial_text()), (ErrorKind::Overloaded, Some("{A cup")), "{bare}");
        assert_eq!(failed.service_message(), Some("busy"));
        stopped(Some("STOP"), &bare);
        assert_eq!(collect(&bench).await.unwrap().text(), "{A cup", "{bare}");
    }
    for other in ["{\n  \"error\": {\n", "{}\n", "{\"candidates\": []}\n"] {
        stopped(None, other);
        assert_eq!(collect(&bench).await.unwrap_err().kind(), ErrorKind::Truncated, "{other}");
    }
}

#[tokio::test]
async fn blocked_streams() {
    let bench = Bench::start().await;
    let event =
        |json: serde_json::Value| Answer::Events { body: format!("data: {json}\n\n").into_bytes(), chunk: usize::MAX };
    bench.google.answer([event(json!({"promptFeedback": {"blockReason": "SAFETY"}}))]);
    let error = collect(&bench).await.unwrap_err();
    assert_eq!((error.kind(), error.code(), error.attempts()), (ErrorKind::Blocked, Some("SAFETY"), 1));
    bench
        .google
        .answer([event(json!({"candidates": [{"finishReason": "SAFETY"}], "usageMetadata": {"promptTokenCount": 3}}))]);
    let error = collect(&bench).await.unwrap_err();
    assert_eq!((error.kind(), error.usage().unwrap().input_tokens), (ErrorKind::Blocked, Some(3)));
    bench.google.answer([Answer::Events { body: chunk("A cup", Some("SAFETY"), 2).into_bytes(), chunk: usize::MAX }]);
    let cut = collect(&bench).await.unwrap();
    assert_eq!((cut.text(), cut.finish()), ("A cup", &FinishReason::ContentFilter));
}

#[tokio::test]
async fn a_reply_that_is_no_stream_is_an_answer_all_the_same() {
    let bench = Bench::start().await;
    let whole = serde_json::from_slice(&whole()).unwrap();
    bench.google.answer([Answer::json(200, &whole), Answer::json(200, &json!([whole]))]);
    for _ in 0..2 {
        let answer = collect(&bench).await.unwrap();
        assert_eq!((answer.text(), answer.usage.input_tokens), ("A cup of coffée.", Some(264)));
        assert!(answer.cost.is_exact());
    }
}

#[tokio::test]
async fn a_dropped_stream_closes_its_connection() {
    let bench = Bench::start().await;
    bench.google.answer([Answer::OpenEvents(chunk("A cup ", None, 1).into_bytes())]);
    let mut stream = bench.gemini().stream(&ask()).await.unwrap();
    assert_eq!(stream.next_text().await.unwrap().as_deref(), Some("A cup "));
    drop(stream);
    bench.google.client_left().await;
    assert_eq!(bench.gemini().generate(&ask()).await.unwrap().text(), "A cup of coffee.");
}

#[tokio::test]
async fn a_stream_names_what_was_uploaded_for_it() {
    let bench = Bench::start().await;
    bench.google.answer([Answer::Events { body: stream(), chunk: usize::MAX }]);
    let gemini = bench.build(|builder| builder.upload(Upload::Always));
    let answer = gemini.stream(&about(Media::path(media("coffee.png")))).await.unwrap().collect().await.unwrap();
    assert_eq!(answer.metadata["uploaded_files"], json!(["files/f1"]));
}
