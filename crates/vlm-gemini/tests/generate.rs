//! Questions over real sockets: what the service gets, what becomes of its answers and errors, and how often it is asked.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use base64::Engine as _;
use serde_json::json;
use support::{Answer, Bench, KEY, MODEL, about, answer, ask, media, refusal, secs};
use vlm_core::{
    Billed, Delivery, ErrorKind, FinishReason, Media, Message, Request, TimeoutPhase, VisionProvider,
    VisionProviderExt, WarningKind,
};
use vlm_gemini::{Deadlines, Limits};

fn base64(content: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(content)
}

#[tokio::test]
async fn a_picture_goes_into_the_request_and_the_key_into_its_header() {
    let bench = Bench::start().await;
    let model = bench.gemini().model(MODEL);
    let answer = model.ask("What is this?").attach(media("coffee.png")).await.unwrap();
    assert_eq!((answer.text(), answer.finish()), ("A cup of coffee.", &FinishReason::Stop));
    assert_eq!((answer.id.as_deref(), answer.model.as_deref()), (Some("r1"), Some(MODEL)));
    assert_eq!(answer.cost.to_string(), "$0.0000867");
    assert_eq!(answer.warnings, []);
    assert!(answer.raw.to_text().contains("usageMetadata"));
    let sent = bench.google.last();
    assert_eq!(
        (sent.method.as_str(), sent.target.as_str()),
        ("POST", "/v1beta/models/gemini-2.5-flash:generateContent")
    );
    assert_eq!((sent.header("x-goog-api-key"), sent.header("authorization")), (Some(KEY), None));
    let content = std::fs::read(media("coffee.png")).unwrap();
    assert_eq!(
        sent.json()["contents"][0]["parts"],
        json!([{"text": "What is this?"}, {"inlineData": {"mimeType": "image/png", "data": base64(&content)}}])
    );
}

#[tokio::test]
async fn bytes_and_data_urls_are_the_same_as_files() {
    let bench = Bench::start().await;
    let content = std::fs::read(media("rocket.jpg")).unwrap();
    let data_url = Media::data_url(&format!("data:image/jpeg;base64,{}", base64(&content))).unwrap();
    for attached in [Media::path(media("rocket.jpg")), Media::bytes(content), data_url] {
        bench.gemini().generate(&about(attached)).await.unwrap();
    }
    let bodies: Vec<_> = bench.google.journal().iter().map(|request| request.body.clone()).collect();
    assert!(bodies.iter().all(|body| *body == bodies[0]));
}

#[tokio::test]
async fn addresses_are_passed_on_and_doubts_are_told() {
    let bench = Bench::start().await;
    for (attached, uri, warned) in [
        (Media::url("https://example.org/a.png?sig=1"), "https://example.org/a.png?sig=1", false),
        (Media::url("https://youtu.be/9hE5-98ZeCg"), "https://youtu.be/9hE5-98ZeCg", true),
        (Media::url("https://example.org/a.mp4"), "https://example.org/a.mp4", true),
        (Media::url("gs://bucket/a.png"), "gs://bucket/a.png", true),
        (Media::file_id("https://example.org/v1beta/files/x").image(), "https://example.org/v1beta/files/x", false),
    ] {
        let answer = bench.gemini().generate(&about(attached)).await.unwrap();
        assert_eq!(bench.google.last().json()["contents"][0]["parts"][1]["fileData"]["fileUri"], uri);
        let told = answer.warnings.iter().any(|warning| warning.kind == WarningKind::Undocumented);
        assert_eq!(told, warned, "{uri}: {:?}", answer.warnings);
    }
    let id = about(Media::file_id("files/f-1").video());
    bench.gemini().generate(&id).await.unwrap();
    let sent = bench.google.last().json()["contents"][0]["parts"][1]["fileData"]["fileUri"].clone();
    assert_eq!(sent, format!("{}/v1beta/files/f-1", bench.google.url()));
    let mut strict = about(Media::url("https://youtu.be/9hE5-98ZeCg"));
    strict.call.strict = true;
    assert_eq!(bench.gemini().generate(&strict).await.unwrap_err().kind(), ErrorKind::InvalidRequest);
}

#[tokio::test]
async fn documented_errors_have_their_kind_and_their_number_of_attempts() {
    use ErrorKind::*;
    for (code, status, kind, attempts) in [
        (400, "INVALID_ARGUMENT", BadRequest, 1),
        (400, "FAILED_PRECONDITION", Permission, 1),
        (401, "UNAUTHENTICATED", Auth, 1),
        (403, "PERMISSION_DENIED", Permission, 1),
        (404, "NOT_FOUND", NotFound, 1),
        (429, "RESOURCE_EXHAUSTED", RateLimited, 3),
        (500, "INTERNAL", Server, 3),
        (503, "UNAVAILABLE", Overloaded, 3),
        (504, "DEADLINE_EXCEEDED", Server, 3),
    ] {
        let bench = Bench::start().await;
        bench.google.answer(vec![refusal(code, status); 3]);
        let error = bench.gemini().generate(&ask()).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (kind, attempts), "{status}: {error}");
        assert_eq!((error.status(), error.code(), error.delivery()), (Some(code), Some(status), Delivery::Answered));
        assert_eq!(bench.google.journal().len(), attempts as usize, "requests seen = attempts told");
        assert_eq!(
            (error.provider(), error.operation(), error.model()),
            (Some("gemini"), Some("generate"), Some(MODEL))
        );
        assert_eq!(error.service_message(), Some("as the page says"));
        if code < 500 {
            assert_eq!(error.billed(), Billed::No);
        }
    }
}

#[tokio::test]
async fn a_wrong_key_comes_as_a_bad_request_and_is_told_as_a_wrong_key() {
    let bench = Bench::start().await;
    let body = serde_json::from_str(include_str!("fixtures/errors/wrong_key.json")).unwrap();
    bench.google.answer([Answer::json(400, &body)]);
    let error = bench.gemini().generate(&ask()).await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Auth, Some(400)));
    assert!(error.advice().contains("key"), "{}", error.advice());
}

#[tokio::test]
async fn the_delay_that_a_body_asks_for_is_kept() {
    let bench = Bench::start().await;
    let body = serde_json::from_str(include_str!("fixtures/errors/per_minute.json")).unwrap();
    bench.google.answer([Answer::json(429, &body)]);
    assert_eq!(bench.gemini().generate(&ask()).await.unwrap().text(), "A cup of coffee.");
    let waits = bench.clock.waits();
    assert!(waits.iter().sum::<std::time::Duration>() >= secs(2.5), "{waits:?}");
    assert!(waits.iter().all(|wait| *wait <= secs(2.75)), "{waits:?}");
}

#[tokio::test]
async fn a_days_quota_is_not_asked_again() {
    let bench = Bench::start().await;
    let body = serde_json::from_str(include_str!("fixtures/errors/per_day.json")).unwrap();
    bench.google.answer([Answer::json(429, &body)]);
    let error = bench.gemini().generate(&ask()).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts(), error.retry_after()), (ErrorKind::Quota, 1, None));
    assert_eq!(bench.clock.waits(), []);
}

#[tokio::test]
async fn faults_that_pass_are_survived() {
    for fault in [refusal(503, "UNAVAILABLE"), refusal(500, "INTERNAL"), Answer::Close] {
        let bench = Bench::start().await;
        bench.google.answer([fault]);
        assert_eq!(bench.gemini().generate(&ask()).await.unwrap().text(), "A cup of coffee.");
        assert_eq!(bench.google.journal().len(), 2);
    }
}

#[tokio::test]
async fn what_is_blocked_is_an_error_of_its_own_with_its_usage() {
    for (reply, code) in [
        (include_str!("fixtures/replies/prompt_blocked.json"), Some("PROHIBITED_CONTENT")),
        (include_str!("fixtures/replies/answer_blocked.json"), None),
    ] {
        let bench = Bench::start().await;
        bench.google.answer([Answer::json(200, &serde_json::from_str(reply).unwrap())]);
        let error = bench.gemini().generate(&ask()).await.unwrap_err();
        assert_eq!((error.kind(), error.code(), error.attempts()), (ErrorKind::Blocked, code, 1), "{error}");
        assert!(error.usage().unwrap().input_tokens.is_some());
        assert!(error.partial().unwrap().cost.amount().is_some());
        assert!(!error.partial().unwrap().raw.is_empty());
    }
}

#[tokio::test]
async fn unknown_fields_survive_in_the_raw_reply() {
    let bench = Bench::start().await;
    let mut reply = answer("x");
    reply["futureField"] = json!({"deep": [1, 2]});
    reply["candidates"][0]["content"]["parts"][0]["anotherOne"] = json!("y");
    bench.google.answer([Answer::json(200, &reply)]);
    let answer = bench.gemini().generate(&ask()).await.unwrap();
    assert_eq!(serde_json::from_str::<serde_json::Value>(&answer.raw.to_text()).unwrap(), reply);
}

#[tokio::test]
async fn sound_is_priced_as_sound() {
    let bench = Bench::start().await;
    let mut reply: serde_json::Value = serde_json::from_str(include_str!("fixtures/replies/film.json")).unwrap();
    reply["usageMetadata"].as_object_mut().unwrap().remove("cachedContentTokenCount");
    bench.google.answer([Answer::json(200, &reply)]);
    let answer = bench.gemini().generate(&ask()).await.unwrap();
    // (3083 - 294) * 0.30 + 294 * 1.00 + (8 + 55) * 2.50, a million.
    assert_eq!(answer.cost.to_string(), "$0.0012882");
}

#[tokio::test]
async fn an_unknown_model_is_passed_on_with_a_warning() {
    let bench = Bench::start().await;
    let answer = bench.gemini().model("models/gemini-9-ultra").ask("What is this?").await.unwrap();
    assert_eq!(answer.warnings[0].kind, WarningKind::UnknownModel);
    assert!(answer.cost.amount().is_none());
    assert_eq!(bench.google.last().target, "/v1beta/models/gemini-9-ultra:generateContent");
}

#[tokio::test]
async fn a_reply_above_the_limit_is_not_read() {
    let bench = Bench::start().await;
    let small = bench.build(|builder| builder.limits(Limits::default().body(100)));
    let error = small.generate(&ask()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ResponseTooLarge(vlm_core::LimitedPart::Body), "{error}");
}

#[tokio::test]
async fn the_total_deadline_covers_a_call_that_hangs() {
    let bench = Bench::start().await;
    bench.google.answer([Answer::Hang]);
    let real = std::sync::Arc::new(vlm_http::TokioClock::new());
    let gemini = bench.build(|builder| builder.clock(real).deadlines(Deadlines::default()));
    let mut request = ask();
    request.call.timeout = Some(secs(0.05));
    let error = gemini.generate(&request).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout(TimeoutPhase::Total), "{error}");
    bench.google.client_left().await;
}

#[tokio::test]
async fn a_dropped_call_closes_its_connection_and_leaves_the_provider_usable() {
    let bench = Bench::start().await;
    bench.google.answer([Answer::Hang]);
    let request = ask();
    {
        let call = bench.gemini().generate(&request);
        let mut call = std::pin::pin!(call);
        while bench.google.journal().is_empty() {
            let _ = tokio::time::timeout(secs(0.005), &mut call).await;
        }
    }
    bench.google.client_left().await;
    assert_eq!(bench.gemini().generate(&request).await.unwrap().text(), "A cup of coffee.");
}

#[tokio::test]
async fn nobody_listens() {
    let bench = Bench::start().await;
    let gone = bench.build(|builder| builder.base_url("http://127.0.0.1:1"));
    let error = gone.generate(&ask()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect(vlm_core::ConnectCause::Refused), "{error}");
    assert_eq!((error.delivery(), error.billed(), error.attempts()), (Delivery::NotSent, Billed::No, 3));
}

#[tokio::test]
async fn history_and_system_text_have_their_places() {
    let bench = Bench::start().await;
    let request = Request::new(MODEL)
        .message(Message::system("Answer briefly."))
        .message(Message::user("What is this?").with(Media::path(media("chelsea.png"))))
        .message(Message::assistant("A cat."))
        .message(Message::user("And this?").with(Media::path(media("coffee.png"))));
    bench.gemini().generate(&request).await.unwrap();
    let sent = bench.google.last().json();
    assert_eq!(sent["systemInstruction"], json!({"parts": [{"text": "Answer briefly."}]}));
    let roles: Vec<_> = sent["contents"].as_array().unwrap().iter().map(|turn| turn["role"].clone()).collect();
    assert_eq!(roles, ["user", "model", "user"]);
    let cat = std::fs::read(media("chelsea.png")).unwrap();
    assert_eq!(sent["contents"][0]["parts"][1]["inlineData"]["data"], base64(&cat));
}
