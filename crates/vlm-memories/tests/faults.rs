//! What the service can do wrong, over real sockets: each fault has its kind, its delivery, its number of attempts, and
//! keeps what had arrived.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::time::Duration;

use support::{Bench, FAMILIES, media, model};
use vlm_core::{
    Billed, Delivery, Error, ErrorKind, FinishReason, Media, Message, Request, TimeoutPhase, VisionProvider,
    WarningKind,
};
use vlm_emulator::Script;
use vlm_memories::{Deadlines, Family, Limits};

fn request(family: Family) -> Request {
    Request::new(model(family)).message(Message::user("What is this?").with(Media::path(media("coffee.png"))))
}

/// A bench whose next requests fail as ordered, one order each.
async fn bench(orders: &[&str]) -> Bench {
    let bench = Bench::start().await;
    let script = serde_json::to_vec(orders).unwrap();
    bench.emulator.set_script(Script::from_json(&script).unwrap());
    bench
}

async fn fail(bench: &Bench) -> Error {
    bench.memories().generate(&request(Family::Qwen)).await.unwrap_err()
}

#[tokio::test]
async fn documented_statuses() {
    use ErrorKind::*;
    for (status, kind, attempts) in [
        (400, BadRequest, 1),
        (401, Auth, 1),
        (402, Quota, 1),
        (403, Permission, 1),
        (405, Unsupported, 1),
        (409, Conflict, 1),
        (415, Unsupported, 1),
        (429, RateLimited, 3),
        (500, Server, 3),
        (502, Server, 3),
        (503, Overloaded, 3),
    ] {
        let order = format!("status={status}; message=as the page says");
        let bench = bench(&[&order, &order, &order]).await;
        let error = fail(&bench).await;
        assert_eq!((error.kind(), error.attempts()), (kind, attempts), "{status}: {error}");
        assert_eq!((error.status(), error.delivery()), (Some(status), Delivery::Answered));
        assert_eq!(bench.emulator.journal().len(), attempts as usize, "requests seen = attempts told");
        assert_eq!(error.model(), Some("qwen:qwen3-vl-plus"));
        if status < 500 {
            assert_eq!(error.billed(), Billed::No);
        }
    }
}

#[tokio::test]
async fn a_fault_that_passes_is_survived() {
    for order in ["status=429", "status=503", "status=500", "envelope=0429", "status=429; retry-after=0"] {
        for family in FAMILIES {
            let bench = bench(&[order]).await;
            let answer = bench.memories().generate(&request(family)).await.unwrap();
            assert!(answer.text().contains("600x400"));
            assert_eq!(bench.emulator.journal().len(), 2, "{order}");
        }
    }
}

#[tokio::test]
async fn a_long_delay_is_an_error_that_says_how_long() {
    let bench = bench(&["status=429; retry-after=3600"]).await;
    let error = fail(&bench).await;
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::RateLimited, 1));
    assert_eq!(error.retry_after(), Some(Duration::from_secs(3600)));
}

#[tokio::test]
async fn errors_inside_http_200() {
    for (order, kind, code) in [
        ("envelope=0409", ErrorKind::Conflict, "0409"),
        ("envelope=0402", ErrorKind::Quota, "0402"),
        ("envelope=9009", ErrorKind::Permission, "9009"),
        ("errored=INVALID_ARGUMENT", ErrorKind::Upstream, "INVALID_ARGUMENT"),
    ] {
        let bench = bench(&[order]).await;
        let error = fail(&bench).await;
        assert_eq!((error.kind(), error.code(), error.attempts()), (kind, Some(code), 1), "{order}: {error}");
        assert_eq!((error.status(), error.delivery()), (Some(200), Delivery::Answered));
    }
}

#[tokio::test]
async fn unreachable_media_are_the_upstreams_error() {
    let bench = Bench::start().await;
    let film = Media::url(bench.emulator.media_url("no-such-film.mp4"));
    let request = Request::new(model(Family::Qwen)).message(Message::user("?").with(film));
    let error = bench.memories().generate(&request).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Upstream, "{error}");
    assert!(error.advice().contains("public"));
}

#[tokio::test]
async fn replies_that_hold_no_answer() {
    for (order, kind) in [
        ("empty-choices", ErrorKind::Empty),
        ("malformed-json", ErrorKind::Truncated),
        ("cut=40", ErrorKind::Truncated),
    ] {
        let bench = bench(&[order]).await;
        let error = fail(&bench).await;
        assert_eq!((error.kind(), error.attempts()), (kind, 1), "{order}: {error}");
        assert_ne!(error.billed(), Billed::No, "{order}");
    }
}

#[tokio::test]
async fn an_empty_text_and_missing_usage_are_answers() {
    let bench = bench(&["empty-text", "no-usage"]).await;
    let empty = bench.memories().generate(&request(Family::Gemini)).await.unwrap();
    assert_eq!((empty.text(), empty.warnings[0].kind), ("", WarningKind::EmptyText));
    let unpriced = bench.memories().generate(&request(Family::Gemini)).await.unwrap();
    assert!(unpriced.cost.to_string().contains("no usage"), "{}", unpriced.cost);
}

#[tokio::test]
async fn a_stalled_reply_meets_its_deadline() {
    let bench = bench(&["stall=10", "stall=0"]).await;
    let idle = bench.build(|builder| builder.deadlines(Deadlines::default().idle(Duration::from_millis(50))));
    for _ in 0..2 {
        let error = idle.generate(&request(Family::Nova)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Timeout(TimeoutPhase::Idle), "{error}");
        assert_eq!((error.delivery(), error.attempts()), (Delivery::Answered, 1));
    }
}

#[tokio::test]
async fn the_total_deadline_covers_everything() {
    let bench = bench(&["delay=60000ms"]).await;
    let mut request = request(Family::Qwen);
    request.call.timeout = Some(Duration::from_millis(50));
    let error = bench.memories().generate(&request).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout(TimeoutPhase::Total), "{error}");
    assert_eq!((error.delivery(), error.billed()), (Delivery::MaybeSent, Billed::Maybe));
}

#[tokio::test]
async fn a_reply_above_the_limit_is_not_read() {
    let bench = Bench::start().await;
    let small = bench.build(|builder| builder.limits(Limits::default().body(100)));
    let error = small.generate(&request(Family::Qwen)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ResponseTooLarge(vlm_core::LimitedPart::Body), "{error}");
}

#[tokio::test]
async fn streams_that_fail_keep_what_came() {
    for (order, kind) in [
        ("stream-error", ErrorKind::Upstream),
        ("malformed-json", ErrorKind::Protocol),
        ("cut=900", ErrorKind::Truncated),
        ("stall=900", ErrorKind::Timeout(TimeoutPhase::Idle)),
    ] {
        let bench = bench(&[order]).await;
        let deadlines = Deadlines::default().idle(Duration::from_millis(200));
        let memories = bench.build(|builder| builder.deadlines(deadlines));
        let mut stream = memories.stream(&request(Family::Gpt)).await.unwrap();
        let mut text = String::new();
        let error = loop {
            match stream.next_text().await {
                Ok(Some(piece)) => text.push_str(&piece),
                Ok(None) => panic!("{order}: the stream should have failed"),
                Err(error) => break error,
            }
        };
        assert_eq!(error.kind(), kind, "{order}: {error}");
        assert!(!text.is_empty(), "{order}");
        assert_eq!(error.partial_text(), Some(text.as_str()), "{order}");
        assert_eq!(error.attempts(), 1, "{order}: nothing is repeated once text came");
        assert!(stream.next().await.is_none() && stream.next().await.is_none(), "{order}");
    }
}

#[tokio::test]
async fn a_stream_that_is_refused_at_once_is_repeated() {
    for order in ["status=429", "envelope=0429"] {
        let bench = bench(&[order]).await;
        let answer = bench.memories().stream(&request(Family::Nova)).await.unwrap().collect().await.unwrap();
        assert!(answer.text().contains("600x400"));
        assert_eq!(answer.finish(), &FinishReason::Stop);
        assert_eq!(bench.emulator.journal().len(), 2, "{order}");
    }
}

#[tokio::test]
async fn a_second_end_mark_changes_nothing() {
    let bench = bench(&["double-end"]).await;
    let answer = bench.memories().stream(&request(Family::Gpt)).await.unwrap().collect().await.unwrap();
    let whole = bench.memories().generate(&request(Family::Gpt)).await.unwrap();
    assert_eq!((answer.text(), &answer.usage.output_tokens), (whole.text(), &whole.usage.output_tokens));
}

#[tokio::test]
async fn a_stream_cut_anywhere_never_passes_for_a_whole_answer() {
    let bench = Bench::start().await;
    let whole = bench.memories().stream(&request(Family::Gpt)).await.unwrap().collect().await.unwrap();
    let length = whole.raw.len();
    assert!(length > 1000);
    for at in (0..length - 20).step_by(37) {
        bench.emulator.set_script(Script::from_json(format!(r#"["cut={at}"]"#).as_bytes()).unwrap());
        let error = match bench.memories().stream(&request(Family::Gpt)).await {
            Ok(stream) => stream.collect().await.unwrap_err(),
            Err(error) => error,
        };
        assert_eq!(error.kind(), ErrorKind::Truncated, "cut at {at}: {error}");
        // Whatever may be billed, its bytes are kept.
        let kept = error.partial().is_some_and(|partial| !partial.raw.is_empty());
        assert!(kept || error.partial_text().is_none(), "cut at {at}: {error:?}");
        let partial = error.partial_text().unwrap_or_default();
        assert!(whole.text().starts_with(partial), "cut at {at}");
    }
}

#[tokio::test]
async fn pieces_of_any_size_give_one_answer() {
    let bench = Bench::start().await;
    let whole = bench.memories().stream(&request(Family::Qwen)).await.unwrap().collect().await.unwrap();
    for size in [1, 2, 3, 7, 64] {
        bench.emulator.set_script(Script::from_json(format!(r#"["split={size}"]"#).as_bytes()).unwrap());
        let answer = bench.memories().stream(&request(Family::Qwen)).await.unwrap().collect().await.unwrap();
        assert_eq!((answer.text(), &answer.usage), (whole.text(), &whole.usage), "{size}");
    }
}

#[tokio::test]
async fn nobody_listens() {
    let bench = Bench::start().await;
    let gone = bench.build(|builder| builder.base_url("http://127.0.0.1:1/serve/api/v2"));
    let error = gone.generate(&request(Family::Qwen)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect(vlm_core::ConnectCause::Refused), "{error}");
    assert_eq!((error.delivery(), error.billed(), error.attempts()), (Delivery::NotSent, Billed::No, 3));
}

#[tokio::test]
async fn a_dropped_call_leaves_the_provider_usable() {
    let bench = bench(&["delay=60000ms", "stall=900"]).await;
    let slow = request(Family::Gpt);
    let dropped = tokio::time::timeout(Duration::from_millis(100), bench.memories().generate(&slow)).await;
    assert!(dropped.is_err());
    let mut stream = bench.memories().stream(&slow).await.unwrap();
    assert!(stream.next_text().await.unwrap().is_some());
    drop(stream);
    assert!(bench.memories().generate(&slow).await.unwrap().text().contains("600x400"));
}
