//! What cannot work is refused before a connection is opened, with everything that is wrong at once; and what is
//! admitted is taken by the service.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::fs;
use std::time::Duration;

use proptest::prelude::*;
use serde_json::json;
use support::{Bench, FAMILIES, data_url, media, model};
use vlm_core::{
    Delivery, ErrorKind, Media, MediaFacts, Message, Output, Part, Request, Sampling, Thinking, VisionProvider,
    VisionProviderExt,
};
use vlm_memories::Family;

/// Refused by both methods, with these problems, and not a single connection.
#[track_caller]
fn assert_problems(error: &vlm_core::Error, expected: &[(&str, &str)]) {
    assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error}");
    assert_eq!((error.delivery(), error.attempts()), (Delivery::NotSent, 0));
    assert_eq!(error.provider(), Some("memories"));
    let found: Vec<String> = error.problems().iter().map(ToString::to_string).collect();
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (found, (path, words)) in found.iter().zip(expected) {
        assert!(found.starts_with(path) && found.contains(words), "expected {path}: … {words} …, found {found}");
    }
}

async fn refuse(bench: &Bench, request: &Request, expected: &[(&str, &str)]) {
    assert_problems(&bench.memories().generate(request).await.unwrap_err(), expected);
    assert_problems(&bench.memories().stream(request).await.unwrap_err(), expected);
    assert_eq!(bench.emulator.connections(), 0);
}

fn user(family: Family, part: impl Into<Part>) -> Request {
    Request::new(model(family)).message(Message::user("What is this?").with(part))
}

#[tokio::test]
async fn files_that_cannot_be_sent() {
    let bench = Bench::start().await;
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("empty.png"), "").unwrap();
    fs::write(path("words.jpg"), "these are just words").unwrap();
    fs::write(path("page.png"), "<!DOCTYPE html><title>x</title>").unwrap();
    let part = "messages[0].parts[1]";
    for (file, words) in [
        (path("missing.png"), "missing.png"),
        (folder.path().to_owned(), "directory"),
        (path("empty.png"), "empty"),
        (path("words.jpg"), "it is text"),
        (path("page.png"), "HTML"),
    ] {
        refuse(&bench, &user(Family::Qwen, Media::path(file)), &[(part, words)]).await;
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn devices_are_no_files() {
    let bench = Bench::start().await;
    for device in ["/dev/zero", "/dev/null"] {
        refuse(&bench, &user(Family::Nova, Media::path(device)), &[("messages[0].parts[1]", "device")]).await;
    }
}

#[tokio::test]
async fn urls_that_cannot_work() {
    let bench = Bench::start().await;
    let public = vlm_memories::Memories::new("sk-never-a-key").unwrap();
    let part = "messages[0].parts[1]";
    for (url, words) in [
        ("ftp://example.org/a.png", "ftp"),
        ("gs://bucket/a.png", "gs"),
        ("file:///etc/a.png", "file"),
        ("http://example.org/a.png", "https"),
        ("https://localhost/a.png", "localhost"),
        ("https://10.0.0.8/a.png", "private"),
        ("https://user:pw@example.org/a.png", "user"),
    ] {
        let request = user(Family::Qwen, Media::url(url));
        let error = public.generate(&request).await.unwrap_err();
        assert_problems(&error, &[(part, words)]);
        assert!(!error.to_string().contains("pw"), "{error}");
    }
    // The emulator is on this machine, so media may be too; the rest stays refused.
    refuse(&bench, &user(Family::Qwen, Media::url("ftp://example.org/a.png")), &[(part, "ftp")]).await;
}

#[tokio::test]
async fn media_of_unknown_kind() {
    let bench = Bench::start().await;
    let part = "messages[0].parts[1]";
    refuse(&bench, &user(Family::Qwen, Media::url("https://example.org/42")), &[(part, "picture or a film")]).await;
    refuse(&bench, &user(Family::Qwen, Media::bytes("no picture")), &[(part, "it is text")]).await;
    refuse(&bench, &user(Family::Qwen, Media::file_id("re_1")), &[(part, "picture or a film")]).await;
    refuse(&bench, &user(Family::Qwen, Media::file_id("re_1").image()), &[(part, "file id")]).await;
}

#[tokio::test]
async fn malformed_data_urls_are_told_with_everything_else() {
    let bench = Bench::start().await;
    for (url, words) in [
        ("data:image/png,abc", ";base64"),
        ("data:image/png;base64,%%%", "base64"),
        ("data:text/plain;base64,QUJD", "text/plain"),
        ("data:image/svg+xml;base64,QUJD", "svg"),
        (data_url("image/jpeg", b"\x89PNG\r\n\x1A\n").as_str(), "image/png"),
    ] {
        let error = bench.memories().model("gpt:gpt-4.1").ask("?").attach(url).temperature(9.0).await.unwrap_err();
        assert_problems(&error, &[("messages[0].parts[1]", words), ("sampling.temperature", "outside 0 to 2")]);
    }
    assert_eq!(bench.emulator.connections(), 0);
}

#[tokio::test]
async fn media_that_the_model_would_refuse() {
    let bench = Bench::start().await;
    let part = "messages[0].parts[1]";
    let gif = |width: u16, height: u16| {
        let mut bytes = b"GIF89a".to_vec();
        bytes.extend([width.to_le_bytes(), height.to_le_bytes()].concat());
        bytes.extend([0, 0, 0, b';']);
        bytes
    };
    // What the header of a file or of bytes tells,
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("strip.gif");
    fs::write(&path, gif(3000, 12)).unwrap();
    refuse(&bench, &user(Family::Qwen, Media::path(path)), &[(part, "at most 200 times")]).await;
    refuse(&bench, &user(Family::Qwen, Media::bytes(gif(9, 9))), &[(part, "10 or more")]).await;
    refuse(&bench, &user(Family::Nova, Media::bytes(gif(8001, 9000))), &[(part, "no side may have more than 8000")])
        .await;
    // and what the caller says of a URL.
    let short = MediaFacts::film(640, 480, Duration::from_millis(1500));
    let film = Media::url("https://example.org/a.mp4").with_facts(short);
    refuse(&bench, &user(Family::Qwen, film), &[(part, "lasts 1.5 s")]).await;
    let films = user(Family::Nova, Media::url("https://example.org/a.mp4"));
    let mut two = films.clone();
    two.messages[0].parts.push(Media::url("https://example.org/b.mp4").into());
    refuse(&bench, &two, &[("messages", "2 films are above the limit of 1")]).await;
}

#[tokio::test]
async fn films_where_they_cannot_go() {
    let bench = Bench::start().await;
    let film = || Media::path(media("launch-and-coffee.mp4"));
    let part = "messages[0].parts[1]";
    for family in [Family::Qwen, Family::Gemini] {
        refuse(&bench, &user(family, film()), &[(part, "by URL only")]).await;
        let bytes = Media::bytes(fs::read(media("launch-and-coffee.mp4")).unwrap());
        refuse(&bench, &user(family, bytes), &[(part, "by URL only")]).await;
    }
    refuse(&bench, &user(Family::Gpt, film()), &[(part, "pictures only")]).await;
    let by_url = Media::url(bench.emulator.media_url("launch-and-coffee.mp4"));
    refuse(&bench, &user(Family::Gpt, by_url.clone()), &[(part, "pictures only")]).await;
    let misrouted = user(Family::Qwen, by_url).extra("memories", "endpoint", json!("iu"));
    refuse(&bench, &misrouted, &[("extras.memories.endpoint", "/vu only")]).await;
    let gpt = user(Family::Gpt, Media::path(media("coffee.png"))).extra("memories", "endpoint", json!("vu"));
    refuse(&bench, &gpt, &[("extras.memories.endpoint", "/iu only")]).await;
}

#[tokio::test]
async fn files_above_the_limit() {
    let bench = Bench::start().await;
    let small = bench.build(|builder| builder.max_image_bytes(1000).max_video_bytes(1000));
    for (family, name) in [(Family::Qwen, "coffee.png"), (Family::Nova, "launch-and-coffee.mp4")] {
        let error = small.generate(&user(family, Media::path(media(name)))).await.unwrap_err();
        assert_problems(&error, &[("messages[0].parts[1]", "limit of 1000")]);
    }
    assert_eq!(bench.emulator.connections(), 0);
}

#[tokio::test]
async fn names_that_are_no_models() {
    let bench = Bench::start().await;
    for (name, words) in [
        ("qwen3-vl-plus", "did you mean qwen:qwen3-vl-plus"),
        ("gemini-2.5-flsh", "gemini:gemini-2.5-flash"),
        ("us.amazon.nova-lite-v1:0", "nova:us.amazon.nova-lite-v1:0"),
        ("claude:opus", "`claude:` is no model family"),
        ("qwen:", "no model id"),
        ("qwen: x", "no model id"),
        ("", "no model is named"),
    ] {
        let request = Request::new(name).message(Message::user("?"));
        refuse(&bench, &request, &[("model", words)]).await;
    }
}

#[tokio::test]
async fn prompts_that_ask_nothing() {
    let bench = Bench::start().await;
    for family in FAMILIES {
        let silent = Request::new(model(family)).message(Message::user("  \n").with(Media::path(media("coffee.png"))));
        refuse(&bench, &silent, &[("messages[0]", "no text")]).await;
        refuse(&bench, &Request::new(model(family)), &[("messages", "no message")]).await;
    }
}

#[tokio::test]
async fn settings_that_a_family_does_not_have() {
    let bench = Bench::start().await;
    let ask = |family| Request::new(model(family)).message(Message::user("?"));
    let schema = json!({"type": "object"});
    for (request, path, words) in [
        (ask(Family::Nova).thinking(Thinking::on()), "thinking.enabled", "no control"),
        (ask(Family::Gpt).thinking(Thinking::budget(9)), "thinking.budget", "no control"),
        (ask(Family::Qwen).thinking(Thinking::budget(100_000)), "thinking.budget", "outside 1 to 81920"),
        (ask(Family::Qwen).output(Output::Json), "output", "by a schema only"),
        (ask(Family::Nova).output(Output::Json), "output", "by a schema only"),
        (ask(Family::Gpt).json_schema("scene", schema.clone()), "output", "without a schema"),
        (ask(Family::Qwen).json_schema("no good name!", schema.clone()), "output.name", "letters"),
        (ask(Family::Gemini).json_schema("x", json!(true)), "output.schema", "object"),
        (ask(Family::Qwen).extra("memories", "colour", json!(1)), "extras.memories.colour", "endpoint, metadata"),
        (ask(Family::Qwen).extra("memories", "body", json!({"model": "x"})), "extras.memories.body", "model"),
        (ask(Family::Gpt).extra("memories", "metadata", json!({"a": 1})), "extras.memories.metadata", "gpt"),
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
    sampling.n = Some(0);
    sampling.stop = vec![String::new()];
    let request = Request::new(model(Family::Gpt))
        .message(Message::user("?").with(Media::path("no-such.png")).with(Media::path(media("launch-and-coffee.mp4"))))
        .sampling(sampling);
    let error = bench.memories().generate(&request).await.unwrap_err();
    let mut paths: Vec<&str> = error.problems().iter().map(|problem| problem.path.as_str()).collect();
    paths.sort_unstable();
    assert_eq!(
        paths,
        [
            "messages[0].parts[1]",
            "messages[0].parts[2]",
            "sampling.max_tokens",
            "sampling.n",
            "sampling.stop",
            "sampling.temperature",
            "sampling.top_p",
        ]
    );
    assert_eq!(bench.emulator.connections(), 0);
}

fn any_request() -> impl Strategy<Value = Request> {
    let family = proptest::sample::select(FAMILIES.to_vec());
    let picture = proptest::sample::select(vec!["coffee.png", "chelsea.png", "rocket.jpg", "launch-and-coffee.mp4"]);
    let real = |range: std::ops::Range<f64>| proptest::option::of(range);
    let sampling = (
        real(-0.5..2.5),
        real(-0.2..1.2),
        real(-2.5..2.5),
        proptest::option::of(0u32..40),
        proptest::option::of(0u32..4),
        proptest::collection::vec("[a-z~]{0,3}", 0..3),
    );
    let thinking = proptest::option::of((any::<bool>(), proptest::option::of(0u32..90_000)));
    let form = 0..3u8;
    (family, "[ a-zA-Zé]{0,12}", picture, any::<bool>(), sampling, thinking, form).prop_map(
        |(family, prompt, picture, inline, sampling, thinking, form)| {
            let mut request = Request::new(model(family));
            let attached = match inline {
                true => Media::path(media(picture)),
                // Only the name counts here; the test replaces the host by the emulator's.
                false => Media::url(format!("http://127.0.0.1:1/media/{picture}")),
            };
            request.messages.push(Message::user(prompt).with(attached));
            let (temperature, top_p, penalty, max_tokens, n, stop) = sampling;
            request.sampling.temperature = temperature;
            request.sampling.top_p = top_p;
            request.sampling.frequency_penalty = penalty;
            request.sampling.presence_penalty = penalty;
            request.sampling.max_tokens = max_tokens;
            request.sampling.n = n;
            request.sampling.stop = stop;
            if let Some((enabled, budget)) = thinking {
                request.thinking.enabled = Some(enabled);
                request.thinking.budget = budget;
            }
            match form {
                0 => request,
                1 => request.output(Output::Json),
                _ => {
                    request.json_schema("thing", json!({"type": "object", "properties": {"name": {"type": "string"}}}))
                }
            }
        },
    )
}

/// Points loopback URLs of a generated request at the running emulator.
fn at_emulator(bench: &Bench, request: &mut Request) {
    request.map_media(|_, media| {
        if let vlm_core::Source::Url(url) = media.source() {
            let name = url.rsplit('/').next().unwrap_or_default().to_owned();
            *media = Media::url(bench.emulator.media_url(&name));
        }
    });
}

#[test]
fn what_is_admitted_is_taken_and_what_is_refused_never_leaves() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let bench = runtime.block_on(Bench::start());
    let admitted = std::cell::Cell::new(0);
    proptest!(ProptestConfig::with_cases(300), |(request in any_request())| {
        let mut request = request;
        at_emulator(&bench, &mut request);
        let before = bench.emulator.journal().len();
        match runtime.block_on(bench.memories().generate(&request)) {
            Ok(_) => {
                admitted.set(admitted.get() + 1);
                let sent = bench.last();
                prop_assert_eq!(sent.status, 200);
                prop_assert!(sent.problems.is_empty(), "{:?}", sent.problems);
            }
            Err(error) => {
                prop_assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{}", error);
                prop_assert_eq!(bench.emulator.journal().len(), before, "{}", error);
            }
        }
    });
    // The property says nothing if everything is refused.
    assert!(admitted.get() > 10, "{}", admitted.get());
}
