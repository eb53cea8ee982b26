//! What a service can do wrong, over real sockets: each fault has its kind, its delivery, its number of attempts, and
//! keeps what had arrived.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::time::Duration;

use serde_json::json;
use support::{Server, about_coffee, reply};
use vlm_core::{
    Billed, Delivery, Error, ErrorKind, FinishReason, LimitedPart, TimeoutPhase, VisionProvider, WarningKind,
};
use vlm_openai::{Deadlines, Limits, Profile};
use vlm_testkit::server::{Framing, Reply};

const MODEL: &str = "gpt-4.1";
const TEXT: &str = "A cup of coffee on a saucer.";

async fn fail(script: Vec<Reply>) -> (Error, usize) {
    let server = Server::start(script).await;
    let error = server.openai().generate(&about_coffee(MODEL)).await.unwrap_err();
    (error, server.seen().len())
}

#[tokio::test]
async fn statuses() {
    use ErrorKind::*;
    for (status, code, kind, attempts) in [
        (400, "invalid_request_error", BadRequest, 1),
        (400, "context_length_exceeded", TooLarge, 1),
        (400, "content_policy_violation", Blocked, 1),
        (401, "invalid_api_key", Auth, 1),
        (403, "forbidden", Permission, 1),
        (404, "model_not_found", NotFound, 1),
        (409, "conflict", Conflict, 1),
        (413, "too_large", TooLarge, 1),
        (422, "invalid", Unprocessable, 1),
        (429, "rate_limit_exceeded", RateLimited, 3),
        (429, "insufficient_quota", Quota, 1),
        (500, "server_error", Server, 3),
        (502, "bad_gateway", Server, 3),
        (503, "server_error", Overloaded, 3),
    ] {
        let (error, seen) = fail(vec![reply::error(status, code, "as the page says")]).await;
        assert_eq!((error.kind(), error.attempts(), seen), (kind, attempts, attempts as usize), "{status}: {error}");
        assert_eq!((error.status(), error.delivery()), (Some(status), Delivery::Answered));
        assert_eq!((error.code(), error.service_message()), (Some(code), Some("as the page says")));
        assert_eq!((error.provider(), error.model()), (Some("openai"), Some(MODEL)));
        if status < 500 {
            assert_eq!(error.billed(), Billed::No);
        }
    }
}

#[tokio::test]
async fn the_id_of_the_call_and_the_advice_are_kept() {
    let refused = reply::error(404, "model_not_found", "no such model").header("x-request-id", "req_7");
    let (error, _) = fail(vec![refused]).await;
    assert_eq!(error.request_id(), Some("req_7"));
    assert!(error.advice().contains("model's name"), "{}", error.advice());
}

#[tokio::test]
async fn a_fault_that_passes_is_survived() {
    for passing in [
        reply::error(429, "rate_limit_exceeded", "slow down"),
        reply::error(500, "server_error", "sorry"),
        reply::json(200, &json!({"error": {"code": 429, "message": "slow down"}})),
        reply::json(200, &json!({"error": {"code": 502, "message": "upstream"}})),
    ] {
        let server = Server::start(vec![passing.clone(), reply::text(TEXT)]).await;
        let answer = server.openai().generate(&about_coffee(MODEL)).await.unwrap();
        assert_eq!((answer.text(), server.seen().len()), (TEXT, 2), "{passing:?}");
        server.script(vec![passing.clone(), reply::stream(TEXT)]);
        let answer = server.openai().stream(&about_coffee(MODEL)).await.unwrap().collect().await.unwrap();
        assert_eq!((answer.text(), server.seen().len()), (TEXT, 4), "{passing:?}");
    }
}

#[tokio::test]
async fn the_services_own_word_about_a_retry_counts() {
    let never = reply::error(500, "server_error", "no use").header("x-should-retry", "false");
    let (error, seen) = fail(vec![never]).await;
    assert_eq!((error.kind(), seen), (ErrorKind::Server, 1));
    let (error, _) = fail(vec![reply::error(429, "rate_limit_exceeded", "wait").header("retry-after", "3600")]).await;
    assert_eq!((error.attempts(), error.retry_after()), (1, Some(Duration::from_secs(3600))));
}

#[tokio::test]
async fn replies_that_hold_no_answer() {
    let whole = reply::text(TEXT);
    for (answer, kind) in [
        (reply::json(200, &json!({"choices": []})), ErrorKind::Empty),
        (reply::new(200, "application/json", "{\"choices\":[{\"mess"), ErrorKind::Truncated),
        (whole.clone().cut_at(40), ErrorKind::Truncated),
        (reply::new(200, "text/html", "<title>Log in</title>"), ErrorKind::Protocol),
        (reply::json(200, &json!({"error": "overheated"})), ErrorKind::Upstream),
        (reply::new(204, "application/json", ""), ErrorKind::Protocol),
    ] {
        let (error, seen) = fail(vec![answer]).await;
        assert_eq!((error.kind(), error.attempts(), seen), (kind, 1, 1), "{error}");
        assert_ne!(error.billed(), Billed::No, "{error}");
    }
}

#[tokio::test]
async fn a_refusal_is_an_error_that_keeps_words_usage_and_cost() {
    let refusal = json!({
        "choices": [{"index": 0, "message": {"content": null, "refusal": "I will not."}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 1000, "completion_tokens": 200},
    });
    let (error, seen) = fail(vec![reply::json(200, &refusal)]).await;
    assert_eq!((error.kind(), error.billed(), seen), (ErrorKind::Blocked, Billed::Yes, 1));
    let partial = error.partial().unwrap();
    assert_eq!((partial.text(), partial.cost.to_string().as_str()), ("I will not.", "$0.0036"));
    assert!(!format!("{error}").contains("I will not"), "{error}");

    let pieces = [
        json!({"choices": [{"delta": {"refusal": "I will "}}]}).to_string(),
        json!({"choices": [{"delta": {"refusal": "not."}, "finish_reason": "stop"}]}).to_string(),
        "[DONE]".to_owned(),
    ];
    let server = Server::start(vec![reply::events(&pieces)]).await;
    let error = server.openai().stream(&about_coffee(MODEL)).await.unwrap().collect().await.unwrap_err();
    assert_eq!((error.kind(), error.partial_text()), (ErrorKind::Blocked, Some("I will not.")));
}

#[tokio::test]
async fn a_stalled_reply_meets_its_deadline() {
    for at in [0, 10] {
        let server = Server::start(vec![reply::text(TEXT).stall_at(at)]).await;
        let deadlines = Deadlines::default().idle(Duration::from_millis(50));
        let provider = server.builder(Profile::openai()).deadlines(deadlines).build().unwrap();
        let error = provider.generate(&about_coffee(MODEL)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Timeout(TimeoutPhase::Idle), "{error}");
        assert_eq!((error.delivery(), error.attempts()), (Delivery::Answered, 1));
    }
}

#[tokio::test]
async fn the_total_deadline_of_a_request_counts() {
    let server = Server::start(vec![reply::text(TEXT).stall_at(5)]).await;
    let mut request = about_coffee(MODEL);
    request.call.timeout = Some(Duration::from_millis(50));
    let error = server.openai().generate(&request).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout(TimeoutPhase::Total), "{error}");
}

#[tokio::test]
async fn a_reply_above_the_limit_is_not_read() {
    let server = Server::start(vec![reply::text(TEXT)]).await;
    let small = server.builder(Profile::openai()).limits(Limits::default().body(100)).build().unwrap();
    let error = small.generate(&about_coffee(MODEL)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ResponseTooLarge(LimitedPart::Body), "{error}");
}

#[tokio::test]
async fn streams_that_fail_keep_what_came() {
    let mut broken = reply::chunks(TEXT);
    broken.truncate(2);
    let with = |data: &str| {
        let mut events = broken.clone();
        events.push(data.to_owned());
        reply::events(&events)
    };
    let whole = reply::stream(TEXT);
    let after_two = broken.iter().map(|data| data.len() + "data: \n\n".len()).sum::<usize>();
    for (answer, kind) in [
        (with(r#"{"error":{"message":"overheated","type":"server_error"}}"#), ErrorKind::Server),
        (with(r#"{"error":{"code":429,"message":"slow down"}}"#), ErrorKind::RateLimited),
        (with("{\"choices\""), ErrorKind::Protocol),
        (whole.clone().cut_at(after_two + 9), ErrorKind::Truncated),
        (whole.clone().stall_at(after_two + 9), ErrorKind::Timeout(TimeoutPhase::Idle)),
    ] {
        let server = Server::start(vec![answer]).await;
        let deadlines = Deadlines::default().idle(Duration::from_millis(200));
        let provider = server.builder(Profile::openai()).deadlines(deadlines).build().unwrap();
        let mut stream = provider.stream(&about_coffee(MODEL)).await.unwrap();
        let mut text = String::new();
        let error = loop {
            match stream.next_text().await {
                Ok(Some(piece)) => text.push_str(&piece),
                Ok(None) => panic!("{kind}: the stream should have failed"),
                Err(error) => break error,
            }
        };
        assert_eq!((error.kind(), error.attempts()), (kind, 1), "{error}");
        assert!(!text.is_empty() && TEXT.starts_with(&text));
        assert_eq!(error.partial_text(), Some(text.as_str()));
        assert!(!error.partial().unwrap().raw.is_empty());
        assert!(stream.next().await.is_none() && stream.next().await.is_none());
    }
}

#[tokio::test]
async fn a_stream_whose_time_is_up_keeps_its_text() {
    // Two whole events of text, then silence; the whole call may take a second, silence alone longer.
    let after_two = reply::chunks(TEXT)[..2].iter().map(|data| data.len() + "data: \n\n".len()).sum::<usize>();
    let server = Server::start(vec![reply::stream(TEXT).stall_at(after_two)]).await;
    let deadlines = Deadlines::default().total_streaming(Duration::from_secs(1));
    let provider = server.builder(Profile::openai()).deadlines(deadlines).build().unwrap();
    let error = provider.stream(&about_coffee(MODEL)).await.unwrap().collect().await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Timeout(TimeoutPhase::Total), 1), "{error}");
    let text = error.partial_text().unwrap();
    assert!(!text.is_empty() && TEXT.starts_with(text), "{text}");
}

#[tokio::test]
async fn a_stream_cut_anywhere_never_passes_for_a_whole_answer() {
    let whole = reply::stream(TEXT);
    let server = Server::start(vec![whole.clone()]).await;
    let openai = server.openai();
    // Past the end mark nothing can be lost any more.
    let end = whole.len() - "\n".len();
    for unframed in [false, true] {
        for at in (0..end).step_by(13) {
            let cut = whole.clone().cut_at(at);
            server.script(vec![if unframed { cut.framing(Framing::UntilClose) } else { cut }]);
            let error = match openai.stream(&about_coffee(MODEL)).await {
                Ok(stream) => stream.collect().await.unwrap_err(),
                Err(error) => error,
            };
            let expected = [ErrorKind::Truncated, ErrorKind::Protocol];
            assert!(expected.contains(&error.kind()), "cut at {at}: {error}");
            assert!(TEXT.starts_with(error.partial_text().unwrap_or_default()), "cut at {at}");
        }
    }
}

#[tokio::test]
async fn an_answer_that_ends_whole_without_a_mark_is_warned_of() {
    let mut events = reply::chunks(TEXT);
    events.pop();
    let server = Server::start(vec![reply::events(&events)]).await;
    let answer = server.openai().stream(&about_coffee(MODEL)).await.unwrap().collect().await.unwrap();
    assert_eq!((answer.text(), answer.finish()), (TEXT, &FinishReason::Stop));
    assert_eq!(answer.warnings[0].kind, WarningKind::UnmarkedEnd);
    // Without any framing nobody can tell it from a cut one.
    server.script(vec![reply::events(&events).framing(Framing::UntilClose)]);
    let error = server.openai().stream(&about_coffee(MODEL)).await.unwrap().collect().await.unwrap_err();
    assert_eq!((error.kind(), error.partial_text()), (ErrorKind::Truncated, Some(TEXT)));
}

#[tokio::test]
async fn an_error_as_the_first_event_is_the_calls() {
    let failed = reply::events(&[json!({"error": {"code": 503, "message": "busy"}}).to_string()]);
    let server = Server::start(vec![failed.clone(), reply::stream(TEXT)]).await;
    let answer = server.openai().stream(&about_coffee(MODEL)).await.unwrap().collect().await.unwrap();
    assert_eq!((answer.text(), server.seen().len()), (TEXT, 2));
    server.script(vec![failed]);
    let error = server.openai().stream(&about_coffee(MODEL)).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Overloaded, 3));
}

#[tokio::test]
async fn a_dropped_call_closes_its_connection_and_the_provider_stays_usable() {
    let server = Server::start(vec![reply::stream(TEXT).stall_at(700)]).await;
    let openai = server.openai();
    let mut stream = openai.stream(&about_coffee(MODEL)).await.unwrap();
    assert!(stream.next().await.unwrap().is_ok());
    drop(stream);
    assert!(server.client_went_away().await);

    server.script(vec![reply::text(TEXT)]);
    assert_eq!(openai.generate(&about_coffee(MODEL)).await.unwrap().text(), TEXT);
}
