//! Markers planted as key, prompt, directory, content, and query of a URL appear in no `Debug`, `Display`, error chain
//! or log, whether calls succeed or fail; and the key stands in no address.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::fs;

use serde_json::json;
use support::{Answer, Bench, KEY, MODEL, media, refusal};
use vlm_core::{Media, Message, Request, VisionProvider};
use vlm_gemini::{Gemini, Upload};
use vlm_testkit::capture::{Capture, every_form};

const PROMPT: &str = "MARKERPROMPT";
const QUERY: &str = "MARKERQUERY";
const FOLDER: &str = "MARKERFOLDER";
const CONTENT: &str = "MARKERCONTENT";

#[track_caller]
fn assert_silent(shown: &str, what: &str) {
    for marker in [KEY, PROMPT, QUERY, FOLDER, CONTENT, "session-1"] {
        assert!(!shown.contains(marker), "{marker} in {what}: {shown}");
    }
}

fn replies() -> Vec<(&'static str, Vec<Answer>)> {
    let events =
        |text: &str| format!("data: {}\n\n", json!({"candidates": [{"content": {"parts": [{"text": text}]}}]}));
    vec![
        ("well", Vec::new()),
        ("refused", vec![refusal(429, "RESOURCE_EXHAUSTED"); 3]),
        ("failed", vec![refusal(500, "INTERNAL"); 3]),
        ("closed", vec![Answer::Close; 3]),
        ("blocked", vec![Answer::json(200, &json!({"promptFeedback": {"blockReason": "SAFETY"}}))]),
        ("no JSON", vec![Answer::Reply { status: 200, headers: Vec::new(), body: b"<html>page</html>".to_vec() }]),
        ("cut", vec![Answer::CutEvents(events("half").into_bytes())]),
    ]
}

#[tokio::test]
async fn nothing_shows_what_it_should_not() {
    let log = Capture::of_the_program();
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join(FOLDER);
    fs::create_dir(&inner).unwrap();
    let mut picture = fs::read(media("coffee.png")).unwrap();
    picture.extend_from_slice(CONTENT.as_bytes());
    let path = inner.join("coffee.png");
    fs::write(&path, &picture).unwrap();
    let attached =
        [Media::path(&path), Media::bytes(picture), Media::url(format!("https://example.org/a.png?sig={QUERY}"))];
    for (name, answers) in replies() {
        for (at, upload) in attached.iter().flat_map(|media| [(media, Upload::WhenLarge), (media, Upload::Always)]) {
            let bench = Bench::start().await;
            let gemini = bench.build(|builder| builder.upload(upload));
            assert_silent(&format!("{gemini:?} {:?}", Gemini::builder(KEY)), "the provider");
            let request =
                Request::new(MODEL).message(Message::system(PROMPT)).message(Message::user(PROMPT).with(at.clone()));
            assert_silent(&format!("{request:?} {request:#?}"), "a request");
            bench.google.answer(answers.clone());
            match gemini.generate(&request).await {
                Ok(answer) => assert_silent(&format!("{answer:?}"), "an answer"),
                Err(error) => assert_silent(&every_form(&error), name),
            }
            bench.google.order(|orders| orders.answers = answers.clone().into());
            match gemini.stream(&request).await {
                Ok(mut stream) => {
                    while let Some(event) = stream.next().await {
                        match event {
                            Ok(event) => assert_silent(&format!("{event:?}"), "an event"),
                            Err(error) => assert_silent(&every_form(&error), name),
                        }
                    }
                    assert_silent(&format!("{stream:?}"), "a stream");
                }
                Err(error) => assert_silent(&every_form(&error), name),
            }
            for request in bench.google.journal() {
                assert!(!request.target.contains(KEY), "{}", request.target);
                // Nobody needs to know what a file is called here.
                assert!(!format!("{}{}", request.target, request.headers()).contains("coffee"));
            }
        }
    }
    let logged = log.text();
    assert!(logged.contains("message=reply") && logged.contains("status=500"), "the log was watched: {logged}");
    assert_silent(&logged, "the log");
}

#[tokio::test]
async fn uploads_that_fail_are_silent_too() {
    let log = Capture::of_the_program();
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join(FOLDER);
    fs::create_dir(&inner).unwrap();
    let path = inner.join("film.mp4");
    fs::copy(media("launch-and-coffee.mp4"), &path).unwrap();
    let bench = Bench::start().await;
    bench.google.order(|orders| orders.cuts.extend([1, 1, 1]));
    let error = bench.gemini().upload(Media::path(&path)).await.unwrap_err();
    assert_silent(&every_form(&error), "a broken upload");
    bench.google.order(|orders| orders.failure = Some(format!("bad film of {KEY}")));
    let error = bench.gemini().upload(Media::path(&path)).await.unwrap_err();
    assert!(error.service_message().unwrap().starts_with("bad film"), "{error}");
    assert_silent(&every_form(&error), "a file that failed");
    bench.google.order(|orders| orders.failure = None);
    let file = bench.gemini().upload(Media::path(&path)).await.unwrap();
    assert_silent(&format!("{file:?} {:?}", file.media()), "an uploaded file");
    assert_silent(&log.text(), "the log");
}

#[tokio::test]
async fn a_service_that_repeats_the_key_is_scrubbed() {
    let log = Capture::of_the_program();
    let bench = Bench::start().await;
    let body = json!({"error": {"code": 400, "status": "INVALID_ARGUMENT", "message": format!("bad key {KEY}")}});
    bench.google.answer([Answer::json(400, &body)]);
    let error = bench.gemini().generate(&support::ask()).await.unwrap_err();
    assert!(error.service_message().unwrap().starts_with("bad key"), "{error}");
    assert_silent(&every_form(&error), "the error");
    assert_silent(&log.text(), "the log");
}

#[test]
fn a_malformed_key_is_not_quoted() {
    for key in ["", "  ", "MARKERPROMPT\nx", "MARKERPROMPT\u{7f}"] {
        let error = Gemini::new(key).unwrap_err();
        assert_eq!(error.kind(), vlm_core::ErrorKind::Configuration);
        assert_silent(&every_form(&error), "a malformed key");
    }
}
