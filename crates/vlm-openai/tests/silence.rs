//! Markers planted as key, header, prompt, directory, content, and query of a URL appear in no `Debug`, `Display`, error chain
//! or log, whether calls succeed or fail.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::fs;

use serde_json::json;
use support::{KEY, Server, media, reply};
use vlm_core::{Media, Message, Request, VisionProvider, VisionProviderExt};
use vlm_openai::{OpenAi, Profile};
use vlm_testkit::capture::{Capture, every_form};
use vlm_testkit::server::Reply;

const PROMPT: &str = "MARKERPROMPT";
const QUERY: &str = "MARKERQUERY";
const FOLDER: &str = "MARKERFOLDER";
const CONTENT: &str = "MARKERCONTENT";
const HEADER: &str = "MARKERHEADER";
const ANSWER: &str = "MARKERANSWER";

#[track_caller]
fn assert_silent(shown: &str, what: &str) {
    for marker in [KEY, PROMPT, QUERY, FOLDER, CONTENT, HEADER, ANSWER] {
        assert!(!shown.contains(marker), "{marker} in {what}: {shown}");
    }
}

/// One of everything that can come back.
fn answers() -> Vec<Reply> {
    let whole = reply::text(ANSWER);
    let streamed = reply::stream(ANSWER);
    vec![
        whole.clone(),
        streamed.clone(),
        reply::error(429, "rate_limit_exceeded", "slow down"),
        reply::error(500, "server_error", &format!("failed with {KEY} and {HEADER}")),
        reply::new(502, "text/html", "<title>Bad Gateway</title>"),
        whole.clone().cut_at(60),
        streamed.clone().cut_at(600),
        reply::new(200, "application/json", format!("{{\"choices\":[{{\"message\":{{\"content\":\"{ANSWER}")),
        reply::json(200, &json!({"error": {"code": 502, "message": "upstream"}})),
        reply::json(200, &json!({"choices": [{"message": {"refusal": ANSWER}}]})),
        streamed.stall_at(500),
    ]
}

#[tokio::test]
async fn nothing_shows_what_it_should_not() {
    let log = Capture::of_the_program();
    let server = Server::start(vec![reply::text(ANSWER)]).await;
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join(FOLDER);
    fs::create_dir(&inner).unwrap();
    let mut picture = fs::read(media("coffee.png")).unwrap();
    picture.extend_from_slice(CONTENT.as_bytes());
    let path = inner.join("coffee.png");
    fs::write(&path, &picture).unwrap();
    let url = format!("https://example.org/coffee.png?sig={QUERY}");

    let builder = server.builder(Profile::openai()).secret_header("x-gateway", HEADER);
    let builder = builder.header("x-plain", "MARKERHEADER-plain");
    assert_silent(&format!("{builder:?}"), "the builder");
    let provider = builder.build().unwrap();
    assert_silent(&format!("{provider:?} {:?}", provider.models()), "the provider");
    for media in [Media::path(&path), Media::bytes(picture), Media::url(url)] {
        for order in answers() {
            server.script(vec![order]);
            let mut request = Request::new("gpt-4.1")
                .message(Message::system(PROMPT))
                .message(Message::user(PROMPT).with(media.clone()));
            request.call.timeout = Some(std::time::Duration::from_millis(500));
            assert_silent(&format!("{request:?} {request:#?}"), "a request");
            match provider.generate(&request).await {
                Ok(answer) => assert_silent(&format!("{answer:?}"), "an answer"),
                Err(error) => assert_silent(&every_form(&error), "an error"),
            }
            match provider.stream(&request).await {
                Ok(mut stream) => {
                    while let Some(event) = stream.next().await {
                        match event {
                            Ok(event) => assert_silent(&format!("{event:?}"), "an event"),
                            Err(error) => assert_silent(&every_form(&error), "an error of a stream"),
                        }
                    }
                    assert_silent(&format!("{stream:?}"), "a stream");
                }
                Err(error) => assert_silent(&every_form(&error), "an error of a stream"),
            }
        }
    }
    let logged = log.text();
    assert!(logged.contains("message=reply") && logged.contains("status=500"), "the log was watched: {logged}");
    assert_silent(&logged, "the log");
}

#[tokio::test]
async fn a_service_that_repeats_the_key_is_scrubbed() {
    let log = Capture::of_the_program();
    let server = Server::start(vec![reply::error(401, "invalid_api_key", &format!("invalid key {KEY}"))]).await;
    let error = server.openai().model("gpt-4.1").ask("?").await.unwrap_err();
    assert!(error.service_message().unwrap().starts_with("invalid key"), "{error}");
    assert_silent(&every_form(&error), "the error");
    assert_silent(&log.text(), "the log");
}

#[test]
fn a_malformed_key_is_not_quoted() {
    for key in ["", "  ", "MARKERPROMPT\nx", "MARKERPROMPT\u{7f}"] {
        let error = OpenAi::new(key).unwrap_err();
        assert_eq!(error.kind(), vlm_core::ErrorKind::Configuration);
        assert_silent(&every_form(&error), "a malformed key");
    }
}
