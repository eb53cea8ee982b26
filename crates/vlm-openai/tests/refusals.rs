//! What cannot work is refused before a connection is opened, with everything that is wrong at once; and a provider
//! that cannot work is not built.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::fs;

use serde_json::json;
use support::{KEY, Server, about_coffee, media, reply};
use vlm_core::{
    Delivery, Error, ErrorKind, Media, MediaFacts, Message, Output, Part, Request, Sampling, Thinking, VisionProvider,
    VisionProviderExt,
};
use vlm_openai::{OpenAi, OpenAiBuilder, Profile, ProxyChoice, TransportConfig};

const PART: &str = "messages[0].parts[1]";

async fn server() -> Server {
    Server::start(vec![reply::text("never asked")]).await
}

/// Refused with these problems, before sending.
#[track_caller]
fn assert_problems(error: &Error, expected: &[(&str, &str)]) {
    assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error}");
    assert_eq!((error.delivery(), error.attempts()), (Delivery::NotSent, 0));
    let found: Vec<String> = error.problems().iter().map(ToString::to_string).collect();
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (found, (path, words)) in found.iter().zip(expected) {
        assert!(found.starts_with(path) && found.contains(words), "expected {path}: … {words} …, found {found}");
    }
}

/// Refused by both methods, and not a single connection.
async fn refuse(profile: Profile, request: &Request, expected: &[(&str, &str)]) {
    let server = server().await;
    let id = profile.id.clone();
    let provider = server.provider(profile);
    let error = provider.generate(request).await.unwrap_err();
    assert_eq!((error.provider(), error.model()), (Some(&*id), Some(request.model.as_str())));
    assert_problems(&error, expected);
    assert_problems(&provider.stream(request).await.unwrap_err(), expected);
    assert_eq!(server.connections(), 0);
}

fn user(model: &str, part: impl Into<Part>) -> Request {
    Request::new(model).message(Message::user("What is this?").with(part))
}

#[tokio::test]
async fn files_that_cannot_be_sent() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("empty.png"), "").unwrap();
    fs::write(path("words.jpg"), "these are just words").unwrap();
    fs::write(path("page.png"), "<!DOCTYPE html><title>x</title>").unwrap();
    for (file, words) in [
        (path("missing.png"), "missing.png"),
        (folder.path().to_owned(), "directory"),
        (path("empty.png"), "empty"),
        (path("words.jpg"), "it is text"),
        (path("page.png"), "HTML"),
    ] {
        refuse(Profile::openai(), &user("gpt-4.1", Media::path(file)), &[(PART, words)]).await;
    }
}

#[tokio::test]
async fn urls_that_cannot_work() {
    let public = OpenAi::new(KEY).unwrap();
    for (url, words) in [
        ("ftp://example.org/a.png", "ftp"),
        ("file:///etc/a.png", "file"),
        ("http://example.org/a.png", "https"),
        ("https://localhost/a.png", "localhost"),
        ("https://10.0.0.8/a.png", "private"),
        ("https://user:pw@example.org/a.png", "user"),
    ] {
        let error = public.generate(&user("gpt-4.1", Media::url(url))).await.unwrap_err();
        assert_problems(&error, &[(PART, words)]);
        assert!(!error.to_string().contains("pw"), "{error}");
    }
    // A server on this machine may fetch from this machine.
    let local = server().await;
    let picture = Media::url("http://127.0.0.1:1/a.png");
    assert!(local.provider(Profile::vllm()).generate(&user("m", picture)).await.is_ok());
}

#[tokio::test]
async fn media_where_they_cannot_go() {
    let film = || Media::path(media("launch-and-coffee.mp4"));
    refuse(Profile::openai(), &user("gpt-4.1", film()), &[(PART, "give frames of the film")]).await;
    refuse(Profile::llama_cpp(), &user("m", film()), &[(PART, "takes no films")]).await;
    let id = Media::file_id("file-1").image();
    refuse(Profile::openai(), &user("gpt-4.1", id), &[(PART, "by file id")]).await;
    let bmp = Media::url("https://example.org/a.bmp");
    refuse(Profile::openai(), &user("gpt-4.1", bmp), &[(PART, "convert it to one of image/png")]).await;
    let unknown = Media::url("https://example.org/42");
    refuse(Profile::vllm(), &user("m", unknown), &[(PART, "picture or a film")]).await;
}

#[tokio::test]
async fn limits_are_judged_on_what_files_really_are() {
    let folder = tempfile::tempdir().unwrap();
    let narrow = folder.path().join("narrow.png");
    // The header of a PNG of 9 x 2000 pixels is all that is looked at.
    let mut png = b"\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR".to_vec();
    png.extend([0, 0, 0, 9, 0, 0, 7, 0xD0, 8, 2, 0, 0, 0, 0, 0, 0, 0]);
    fs::write(&narrow, png).unwrap();
    let expected = [(PART, "each side must have 10"), (PART, "at most 200 times")];
    refuse(Profile::dashscope(), &user("qwen3-vl-plus", Media::path(narrow)), &expected).await;

    let long = MediaFacts::film(640, 480, std::time::Duration::from_secs(601));
    let film = Media::url("https://example.org/a.mp4").with_facts(long);
    refuse(Profile::dashscope(), &user("qwen-vl-plus", film), &[(PART, "600 s at most")]).await;

    let server = server().await;
    let small = server.builder(Profile::openai()).max_image_bytes(1000).build().unwrap();
    let error = small.generate(&about_coffee("gpt-4.1")).await.unwrap_err();
    assert_problems(&error, &[(PART, "limit of 1000")]);
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn more_pictures_than_a_model_takes() {
    let many = |model: &str, count: usize| {
        let user = (0..count).fold(Message::user("?"), |user, _| user.with(Media::url("https://example.org/a.png")));
        Request::new(model).message(user)
    };
    refuse(Profile::openai(), &many("gpt-4.1", 1501), &[("messages", "limit of 1500")]).await;
    refuse(Profile::dashscope(), &many("qwen3-vl-plus", 257), &[("messages", "limit of 256")]).await;
    let server = server().await;
    let frames = many("qwen3-vl-plus", 257).extra("dashscope", "frame_list", json!({}));
    assert!(server.provider(Profile::dashscope()).generate(&frames).await.is_ok());
}

#[tokio::test]
async fn settings_that_a_model_does_not_have() {
    let ask = |model: &str| Request::new(model).message(Message::user("?"));
    let stop = || {
        let mut sampling = Sampling::default();
        sampling.stop = vec!["END".to_owned()];
        sampling
    };
    let penalty = || {
        let mut sampling = Sampling::default();
        sampling.frequency_penalty = Some(1.0);
        sampling
    };
    let film = Media::url("https://example.org/a.mp4").start(std::time::Duration::from_secs(1));
    for (profile, request, path, words) in [
        (Profile::openai(), ask("o3").temperature(0.2), "sampling.temperature", "outside 1 to 1"),
        (Profile::openai(), ask("gpt-5").sampling(stop()), "sampling.stop", "takes none"),
        (Profile::openai(), ask("gpt-4.1").thinking(Thinking::on()), "thinking.enabled", "reasoning_effort"),
        (Profile::openai(), ask("gpt-4-turbo").json_schema("s", json!({})), "output", "no schema"),
        (
            Profile::openai(),
            ask("gpt-4.1").extra("openai", "effort", json!(1)),
            "extras.openai.effort",
            "reasoning_effort",
        ),
        (Profile::dashscope(), ask("qwen3-vl-plus").json_schema("s", json!({})), "output", "no schema"),
        (Profile::dashscope(), ask("qwen3-vl-plus").temperature(2.0), "sampling.temperature", "outside"),
        (Profile::dashscope(), ask("qwen3-vl-plus").sampling(penalty()), "sampling.frequency_penalty", "leave it out"),
        (Profile::dashscope(), ask("qwen-vl-max").thinking(Thinking::on()), "thinking.enabled", "does not think"),
        (Profile::dashscope(), ask("qwen3-vl-plus").thinking(Thinking::budget(81_921)), "thinking.budget", "81920"),
        (Profile::dashscope(), user("qwen3-vl-plus", film), "messages[0].parts[1].options.start", "not supported"),
        (Profile::vllm(), ask("m").thinking(Thinking::budget(5)), "thinking.budget", "limits no thinking"),
    ] {
        refuse(profile, &request, &[(path, words)]).await;
    }
}

#[tokio::test]
async fn a_strict_call_refuses_what_would_be_warned_of() {
    let mut request = Request::new("gpt-4.1").message(Message::user("?")).json_schema("s", json!({"type": "object"}));
    request.call.strict = true;
    refuse(Profile::openai(), &request, &[("output.schema", "additionalProperties")]).await;
}

#[tokio::test]
async fn everything_wrong_comes_in_one_error() {
    let mut sampling = Sampling::default();
    sampling.temperature = Some(f64::NAN);
    sampling.top_p = Some(1.5);
    sampling.max_tokens = Some(0);
    sampling.n = Some(0);
    sampling.stop = vec![String::new()];
    let request = Request::new("gpt 4")
        .message(Message::user("?").with(Media::path("no-such.png")).with(Media::path(media("launch-and-coffee.mp4"))))
        .sampling(sampling)
        .extra("openai", "colour", json!(1))
        .output(Output::Json);
    let server = server().await;
    let error = server.openai().generate(&request).await.unwrap_err();
    let mut paths: Vec<&str> = error.problems().iter().map(|problem| problem.path.as_str()).collect();
    paths.sort_unstable();
    assert_eq!(
        paths,
        [
            "extras.openai.colour",
            "messages[0].parts[1]",
            "messages[0].parts[2]",
            "model",
            "sampling.max_tokens",
            "sampling.n",
            "sampling.stop",
            "sampling.temperature",
            "sampling.top_p",
        ]
    );
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn names_that_are_no_models() {
    for (name, words) in [("", "no model is named"), ("gpt 4", "blanks"), ("a\nb", "control")] {
        refuse(Profile::openai(), &Request::new(name).message(Message::user("?")), &[("model", words)]).await;
    }
}

#[test]
fn providers_that_cannot_work_are_not_built() {
    let refused = |builder: OpenAiBuilder, words: &str| {
        let error = builder.build().unwrap_err();
        assert_eq!((error.kind(), error.delivery()), (ErrorKind::Configuration, Delivery::NotSent));
        assert!(error.to_string().contains(words) && !error.to_string().contains("MARKER"), "{error}");
        assert!(error.provider().is_some());
    };
    let builder = || OpenAi::builder(KEY);
    refused(OpenAi::builder(" "), "key is empty");
    refused(OpenAi::builder("MARKER\nx"), "line break");
    refused(builder().base_url("http://example.com/v1"), "https");
    refused(builder().base_url("https://example.com/v1?key=MARKER"), "query");
    refused(builder().profile(Profile::new("ours")), "no base URL");
    refused(OpenAiBuilder::local("http://127.0.0.1:1/v1").profile(Profile::openai()), "OPENAI_API_KEY is not set");
    refused(builder().header("x y", "1"), "header's name");
    refused(builder().header("authorization", "MARKER"), "`authorization` is set already");
    refused(builder().header("Content-Type", "MARKER"), "`content-type` is set already");
    refused(builder().header("x-a", "1").secret_header("X-A", "MARKER"), "`x-a` is set already");
    refused(builder().header("x-a", "MARKER\r\nx-b: 2"), "cannot be sent");
    refused(builder().secret_header("x-a", "MARKER\n2"), "line break");
    let proxy = TransportConfig::new().proxy(ProxyChoice::Explicit("http://user:MARKER@[".into()));
    refused(builder().transport_config(proxy), "the proxy's address is not a URL");
    let mut broken = Profile::openai();
    broken.path = "../secret".into();
    refused(builder().profile(broken), "the profile cannot be used");
}

#[tokio::test]
async fn models_of_ones_own_are_listed_without_a_warning() {
    let server = server().await;
    let mut profile = Profile::vllm();
    let mut model = profile.unlisted.clone();
    model.model = "ours".to_owned();
    model.listed = true;
    profile.models.push(model);
    let answer = server.provider(profile).model("ours").ask("?").attach(media("coffee.png")).await.unwrap();
    assert_eq!(answer.warnings, []);
}
