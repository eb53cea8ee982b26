//! Markers planted as key, prompt, directory, content, and query of a URL appear in no `Debug`, `Display`, error chain
//! or log, whether calls succeed or fail.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::fs;

use support::{Bench, KEY, media};
use vlm_core::{Media, Message, Request, VisionProvider, VisionProviderExt};
use vlm_emulator::Script;
use vlm_testkit::capture::{Capture, every_form};

const PROMPT: &str = "MARKERPROMPT";
const QUERY: &str = "MARKERQUERY";
const FOLDER: &str = "MARKERFOLDER";
const CONTENT: &str = "MARKERCONTENT";

#[track_caller]
fn assert_silent(shown: &str, what: &str) {
    for marker in [KEY, PROMPT, QUERY, FOLDER, CONTENT] {
        assert!(!shown.contains(marker), "{marker} in {what}: {shown}");
    }
}

#[tokio::test]
async fn nothing_shows_what_it_should_not() {
    let log = Capture::of_the_program();
    let bench = Bench::start().await;
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join(FOLDER);
    fs::create_dir(&inner).unwrap();
    let mut picture = fs::read(media("coffee.png")).unwrap();
    picture.extend_from_slice(CONTENT.as_bytes());
    let path = inner.join("coffee.png");
    fs::write(&path, &picture).unwrap();
    let url = format!("{}?sig={QUERY}", bench.emulator.media_url("coffee.png"));

    assert_silent(&format!("{:?}", bench.memories()), "the provider");
    let attached = [Media::path(&path), Media::bytes(picture), Media::url(url)];
    let orders =
        ["", "status=429", "status=500; body=html", "cut=30", "malformed-json", "stream-error", "errored=X", "stall=0"];
    let models = ["gpt:gpt-4.1", "qwen:qwen3-vl-plus"];
    let cases = attached.iter().flat_map(|media| orders.iter().map(move |order| (media, *order)));
    for ((at, order), model) in cases.flat_map(|case| models.map(|model| (case, model))) {
        let script = serde_json::to_vec(&[order; 6]).unwrap();
        bench.emulator.set_script(Script::from_json(&script).unwrap());
        let mut request =
            Request::new(model).message(Message::system(PROMPT)).message(Message::user(PROMPT).with(at.clone()));
        request.call.timeout = Some(std::time::Duration::from_millis(if order == "stall=0" { 60 } else { 10_000 }));
        assert_silent(&format!("{request:?} {request:#?}"), "a request");
        match bench.memories().generate(&request).await {
            Ok(answer) => assert_silent(&format!("{answer:?}"), "an answer"),
            Err(error) => assert_silent(&every_form(&error), order),
        }
        match bench.memories().stream(&request).await {
            Ok(mut stream) => {
                while let Some(event) = stream.next().await {
                    match event {
                        Ok(event) => assert_silent(&format!("{event:?}"), "an event"),
                        Err(error) => assert_silent(&every_form(&error), order),
                    }
                }
                assert_silent(&format!("{stream:?}"), "a stream");
            }
            Err(error) => assert_silent(&every_form(&error), order),
        }
    }
    let logged = log.text();
    assert!(logged.contains("message=reply") && logged.contains("status=500"), "the log was watched: {logged}");
    assert_silent(&logged, "the log");
}

#[tokio::test]
async fn a_service_that_repeats_the_key_is_scrubbed() {
    let log = Capture::of_the_program();
    let bench = Bench::start().await;
    let order = format!("status=401; message=invalid key {KEY}");
    bench.emulator.set_script(Script::from_json(serde_json::to_vec(&[order]).unwrap()).unwrap());
    let error = bench.memories().model("qwen:qwen3-vl-plus").ask("?").await.unwrap_err();
    assert!(error.service_message().unwrap().starts_with("invalid key"), "{error}");
    assert_silent(&every_form(&error), "the error");
    assert_silent(&log.text(), "the log");
}

#[test]
fn a_malformed_key_is_not_quoted() {
    for key in ["", "  ", "MARKERPROMPT\nx", "MARKERPROMPT\u{7f}"] {
        let error = vlm_memories::Memories::new(key).unwrap_err();
        assert_eq!(error.kind(), vlm_core::ErrorKind::Configuration);
        assert_silent(&every_form(&error), "a malformed key");
    }
}

#[test]
fn a_malformed_proxy_is_not_quoted() {
    let proxy = vlm_memories::ProxyChoice::Explicit("http://user:MARKERPROMPT@[".to_owned());
    let config = vlm_memories::TransportConfig::new().proxy(proxy);
    let builder = vlm_memories::Memories::builder("k").transport_config(config);
    assert_silent(&format!("{builder:?}"), "a builder with a malformed proxy");
    let error = builder.build().unwrap_err();
    assert_eq!(error.kind(), vlm_core::ErrorKind::Configuration);
    assert_silent(&every_form(&error), "a malformed proxy");
}
