//! What cannot work is refused before a connection is opened, with everything that is wrong at once.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::fs;

use proptest::prelude::*;
use serde_json::json;
use support::{Bench, MODEL, about, ask, media};
use vlm_core::{Delivery, ErrorKind, Media, MediaType, Message, Request, Sampling, Thinking, VisionProvider};
use vlm_gemini::{Gemini, ProxyChoice, TransportConfig};

#[track_caller]
fn assert_problems(error: &vlm_core::Error, expected: &[(&str, &str)]) {
    assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error}");
    assert_eq!((error.delivery(), error.attempts()), (Delivery::NotSent, 0));
    assert_eq!(error.provider(), Some("gemini"));
    let found: Vec<String> = error.problems().iter().map(ToString::to_string).collect();
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (found, (path, words)) in found.iter().zip(expected) {
        assert!(found.starts_with(path) && found.contains(words), "expected {path}: … {words} …, found {found}");
    }
}

/// Refused by both methods, with these problems, and not a single connection.
async fn refuse(bench: &Bench, request: &Request, expected: &[(&str, &str)]) {
    assert_problems(&bench.gemini().generate(request).await.unwrap_err(), expected);
    assert_problems(&bench.gemini().stream(request).await.unwrap_err(), expected);
    assert_eq!(bench.google.connections(), 0);
}

const PART: &str = "messages[0].parts[1]";

#[tokio::test]
async fn files_that_cannot_be_sent() {
    let bench = Bench::start().await;
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("empty.png"), "").unwrap();
    fs::write(path("words.jpg"), "these are just words").unwrap();
    fs::write(path("page.png"), "<!DOCTYPE html><title>x</title>").unwrap();
    fs::write(path("old.gif"), b"GIF89a\x01\x00\x01\x00").unwrap();
    for (file, words) in [
        (path("missing.png"), "missing.png"),
        (folder.path().to_owned(), "directory"),
        (path("empty.png"), "empty"),
        (path("words.jpg"), "it is text"),
        (path("page.png"), "HTML"),
        (path("old.gif"), "image/gif"),
    ] {
        refuse(&bench, &about(Media::path(file)), &[(PART, words)]).await;
    }
}

#[tokio::test]
async fn addresses_that_cannot_work() {
    let bench = Bench::start().await;
    let public = Gemini::new("a-key-for-nothing").unwrap();
    for (url, words) in [
        ("ftp://example.org/a.png", "ftp"),
        ("gs://bucket", "gs"),
        ("file:///etc/a.png", "file"),
        ("http://example.org/a.png", "https"),
        ("https://localhost/a.png", "localhost"),
        ("https://10.0.0.8/a.png", "private"),
        ("https://user:pw@example.org/a.png", "user"),
    ] {
        let error = public.generate(&about(Media::url(url))).await.unwrap_err();
        let first = error.problems().iter().map(ToString::to_string).next().unwrap();
        assert!(first.contains(words), "{url}: {first}");
        assert!(!error.to_string().contains("pw"), "{error}");
    }
    refuse(&bench, &about(Media::url("https://example.org/42")), &[(PART, "picture or a film")]).await;
    refuse(&bench, &about(Media::file_id("files/x")), &[(PART, "picture or a film")]).await;
    refuse(&bench, &about(Media::file_id("a b").image()), &[(PART, "no id of a file")]).await;
}

#[tokio::test]
async fn options_that_the_model_does_not_have() {
    let bench = Bench::start().await;
    let picture = || Media::path(media("coffee.png"));
    let film = || Media::path(media("launch-and-coffee.mp4"));
    refuse(
        &bench,
        &about(picture().detail(vlm_core::Detail::High)),
        &[("messages[0].parts[1].options.detail", "not supported")],
    )
    .await;
    refuse(&bench, &about(picture().max_pixels(9)), &[("messages[0].parts[1].options.max_pixels", "not supported")])
        .await;
    refuse(&bench, &about(film().fps(25.0)), &[("messages[0].parts[1].options.fps", "24 frames")]).await;
    refuse(&bench, &about(film().fps(0.0)), &[("messages[0].parts[1].options.fps", "above 0")]).await;
    refuse(&bench, &about(film().max_frames(9)), &[("messages[0].parts[1].options.max_frames", "not supported")]).await;
}

#[tokio::test]
async fn names_that_are_no_models() {
    let bench = Bench::start().await;
    for (name, words) in [
        ("gemini:gemini-2.5-flash", "did you mean gemini-2.5-flash"),
        ("../x", "no model id"),
        ("gemini-2.5-flash?key=x", "no model id"),
        ("", "no model is named"),
    ] {
        refuse(&bench, &Request::new(name).message(Message::user("?")), &[("model", words)]).await;
        assert!(bench.gemini().capabilities(name).is_err());
    }
}

#[tokio::test]
async fn settings_that_a_model_does_not_have() {
    let bench = Bench::start().await;
    let of = |model: &str| Request::new(model).message(Message::user("?"));
    for (request, path, words) in [
        (of("gemini-2.0-flash").thinking(Thinking::on()), "thinking.enabled", "does not think"),
        (of("gemini-2.5-pro").thinking(Thinking::budget(1)), "thinking.budget", "outside 128 to 32768"),
        (of("gemini-2.5-flash-lite").thinking(Thinking::budget(511)), "thinking.budget", "outside 512 to 24576"),
        (of("gemini-3.5-flash").thinking(Thinking::budget(512)), "thinking.budget", "thinking_level"),
        (
            of("gemini-3-pro-preview").extra("gemini", "thinking_level", json!("none")),
            "extras.gemini.thinking_level",
            "low, high",
        ),
        (of(MODEL).extra("gemini", "colour", json!(1)), "extras.gemini.colour", "generation_config"),
        (of(MODEL).json_schema("x", json!(true)), "output.schema", "object"),
        (of("gemini-2.0-flash").json_schema("x", json!({"$ref": "#"})), "output.schema", "does not lead"),
    ] {
        refuse(&bench, &request, &[(path, words)]).await;
    }
}

#[tokio::test]
async fn everything_wrong_comes_in_one_error() {
    let bench = Bench::start().await;
    let mut sampling = Sampling::default();
    sampling.temperature = Some(f64::NAN);
    sampling.top_p = Some(1.5);
    sampling.max_tokens = Some(0);
    sampling.n = Some(9);
    sampling.stop = vec!["x".to_owned(); 6];
    let request = ask()
        .message(
            Message::user("?")
                .with(Media::path("no-such.png"))
                .with(Media::path(media("launch-and-coffee.mp4")).fps(99.0))
                .with(Media::url("https://example.org/a.gif"))
                .with(Media::bytes(b"\x89PNG\r\n\x1A\n".as_slice()).with_media_type(MediaType::JPEG)),
        )
        .sampling(sampling)
        .extra("gemini", "body", json!({"contents": 1}));
    let error = bench.gemini().generate(&request).await.unwrap_err();
    let mut paths: Vec<&str> = error.problems().iter().map(|problem| problem.path.as_str()).collect();
    paths.sort_unstable();
    assert_eq!(
        paths,
        [
            "extras.gemini.body",
            "messages[1].parts[1]",
            "messages[1].parts[2].options.fps",
            "messages[1].parts[3]",
            "messages[1].parts[4]",
            "sampling.max_tokens",
            "sampling.n",
            "sampling.stop",
            "sampling.temperature",
            "sampling.top_p",
        ]
    );
    assert_eq!(bench.google.connections(), 0);
}

#[test]
fn mistakes_of_configuration_are_found_when_it_is_built() {
    let kind = |built: Result<Gemini, vlm_core::Error>| built.unwrap_err().kind();
    assert_eq!(kind(Gemini::new("")), ErrorKind::Configuration);
    assert_eq!(kind(Gemini::builder("k").base_url("http://example.com").build()), ErrorKind::Configuration);
    let proxy = TransportConfig::new().proxy(ProxyChoice::Explicit("http://[".into()));
    assert_eq!(kind(Gemini::builder("k").transport_config(proxy).build()), ErrorKind::Configuration);
    let versioned = "https://generativelanguage.googleapis.com/v1beta/";
    assert_eq!(kind(Gemini::builder("k").base_url(versioned).build()), ErrorKind::Configuration);
    for version in ["", "v1/../x", "v1?key=x"] {
        assert_eq!(kind(Gemini::builder("k").api_version(version).build()), ErrorKind::Configuration);
    }
}

fn any_request() -> impl Strategy<Value = Request> {
    let model = proptest::sample::select(vec![
        "gemini-2.0-flash",
        MODEL,
        "gemini-2.5-pro",
        "gemini-3-flash-preview",
        "gemini-9",
    ]);
    let picture = proptest::sample::select(vec!["coffee.png", "rocket.jpg", "launch-and-coffee.mp4"]);
    let numbers = (proptest::option::of(-0.5..2.5), proptest::option::of(0u32..40), proptest::option::of(0u32..12));
    let thinking = proptest::option::of((any::<bool>(), proptest::option::of(0u32..40_000)));
    (model, "[ a-zA-Zé]{0,12}", picture, numbers, thinking, proptest::option::of(-1.0..30.0)).prop_map(
        |(model, prompt, picture, (temperature, max_tokens, n), thinking, fps)| {
            let mut attached = Media::path(media(picture));
            if let Some(fps) = fps {
                attached = attached.fps(fps);
            }
            let mut request = Request::new(model).message(Message::user(prompt).with(attached));
            request.sampling.temperature = temperature;
            request.sampling.max_tokens = max_tokens;
            request.sampling.n = n;
            if let Some((enabled, budget)) = thinking {
                request.thinking.enabled = Some(enabled);
                request.thinking.budget = budget;
            }
            request
        },
    )
}

#[test]
fn what_is_refused_never_leaves_and_what_is_admitted_arrives() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let bench = runtime.block_on(Bench::start());
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(150) };
    let admitted = std::cell::Cell::new(0);
    proptest!(config, |(request in any_request())| {
        let before = bench.google.journal().len();
        match runtime.block_on(bench.gemini().generate(&request)) {
            Ok(_) => {
                admitted.set(admitted.get() + 1);
                prop_assert_eq!(bench.google.journal().len(), before + 1);
            }
            Err(error) => {
                prop_assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{}", error);
                prop_assert_eq!(bench.google.journal().len(), before, "{}", error);
            }
        }
    });
    // The property says nothing if everything is refused.
    assert!(admitted.get() > 10, "{}", admitted.get());
}
