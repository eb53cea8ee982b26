//! The Files API over real sockets: sessions that survive broken connections, waiting without waiting, and the promise
//! that what was uploaded once is not uploaded again.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use serde_json::json;
use support::{Answer, Bench, KEY, MODEL, about, media, refusal, secs};
use vlm_core::{Billed, Delivery, ErrorKind, Media, MediaType, Message, Request, TimeoutPhase, VisionProvider};
use vlm_gemini::{Gemini, Upload, WaitPolicy};

const START: &str = "POST /upload/v1beta/files start";
const SEND: &str = "POST /upload/v1beta/files upload, finalize";
const QUERY: &str = "POST /upload/v1beta/files query";
const STATE: &str = "GET /v1beta/files/f1";
const ASK: &str = "POST /v1beta/models/gemini-2.5-flash:generateContent";
const URI: &str = "https://generativelanguage.googleapis.com/v1beta/files/f1";

fn film() -> Media {
    Media::path(media("launch-and-coffee.mp4"))
}

fn film_bytes() -> Vec<u8> {
    std::fs::read(media("launch-and-coffee.mp4")).unwrap()
}

/// A provider that uploads everything.
fn uploading(bench: &Bench) -> Gemini {
    bench.build(|builder| builder.upload(Upload::Always))
}

#[tokio::test]
async fn an_upload_follows_the_documented_protocol() {
    let bench = Bench::start().await;
    bench.google.order(|orders| orders.polls = 3);
    let file = bench.gemini().upload(film()).await.unwrap();
    assert_eq!((file.name(), file.uri(), file.media_type()), ("files/f1", URI, &MediaType::MP4));
    assert_eq!(file.expires(), Some("2026-11-29T10:00:00Z"));
    // The upload's own reply is the first of the three.
    assert_eq!(bench.google.calls(), [START, SEND, STATE, STATE, STATE]);
    assert_eq!(bench.clock.waits(), [secs(1.0), secs(1.5), secs(2.25)]);
    let journal = bench.google.journal();
    let content = film_bytes();
    assert_eq!(journal[0].header("x-goog-upload-header-content-type"), Some("video/mp4"));
    assert_eq!(journal[0].header("x-goog-upload-header-content-length"), Some(content.len().to_string().as_str()));
    assert_eq!((journal[0].header("x-goog-api-key"), journal[0].json()), (Some(KEY), json!({"file": {}})));
    assert_eq!(journal[1].target, "/upload/v1beta/files?upload_id=session-1&upload_protocol=resumable");
    assert_eq!(journal[1].header("x-goog-upload-offset"), Some("0"));
    assert_eq!(journal[1].header("x-goog-api-key"), None, "the session's address is enough");
    assert_eq!(bench.google.received(), content);
    assert!(journal.iter().all(|request| !request.target.contains(KEY)));
}

#[tokio::test]
async fn an_uploaded_file_is_asked_about_and_deleted() {
    let bench = Bench::start().await;
    let file = bench.gemini().upload(Media::bytes(std::fs::read(media("coffee.png")).unwrap())).await.unwrap();
    bench.gemini().generate(&about(Media::from(&file))).await.unwrap();
    assert_eq!(
        bench.google.last().json()["contents"][0]["parts"][1],
        json!({"fileData": {"mimeType": "image/png", "fileUri": URI}})
    );
    for name in [file.name(), file.uri(), "f1"] {
        bench.gemini().delete_file(name).await.unwrap();
        assert_eq!(
            (bench.google.last().method.as_str(), bench.google.last().target.as_str()),
            ("DELETE", "/v1beta/files/f1")
        );
    }
    bench.google.order(|orders| orders.deletions.push_back(refusal(403, "PERMISSION_DENIED")));
    assert_eq!(bench.gemini().delete_file("files/gone").await.unwrap_err().kind(), ErrorKind::Permission);
    let before = bench.google.connections();
    let error = bench.gemini().delete_file("files/../models/x").await.unwrap_err();
    assert_eq!((error.kind(), bench.google.connections()), (ErrorKind::InvalidRequest, before));
}

#[tokio::test]
async fn content_that_finds_no_room_in_the_request_is_uploaded() {
    let bench = Bench::start().await;
    let picture = std::fs::read(media("coffee.png")).unwrap();
    let gemini = bench.build(|builder| builder.inline_limit(room_for_the_film()));
    let user = Message::user("What happens?").with(Media::path(media("coffee.png"))).with(film());
    let answer = gemini.generate(&Request::new(MODEL).message(user)).await.unwrap();
    assert_eq!(bench.google.calls(), [START, SEND, ASK]);
    assert_eq!(answer.metadata["uploaded_files"], json!(["files/f1"]));
    let parts = bench.google.last().json()["contents"][0]["parts"].clone();
    assert!(parts[1]["fileData"]["fileUri"] == URI && parts[2]["inlineData"].is_object(), "{parts}");
    assert_eq!(bench.google.received(), picture);
}

/// A limit that the film passes only in company.
fn room_for_the_film() -> u64 {
    film_bytes().len() as u64 * 4 / 3 + 100
}

#[tokio::test]
async fn without_uploads_it_is_refused_before_anything_is_sent() {
    let bench = Bench::start().await;
    let never = bench.build(|builder| builder.upload(Upload::Never).inline_limit(room_for_the_film()));
    let two = Request::new(MODEL).message(Message::user("?").with(film()).with(film()));
    let error = never.generate(&two).await.unwrap_err();
    let problems: Vec<String> = error.problems().iter().map(ToString::to_string).collect();
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].starts_with("messages[0].parts[2]: the request has no room"), "{problems:?}");
    let large = never.generate(&about(Media::path(media("coffee.png")))).await.unwrap_err();
    assert_eq!(large.problems().len(), 1, "{large}");
    assert_eq!(bench.google.connections(), 0);
    assert!(never.generate(&about(film())).await.is_ok());
}

#[tokio::test]
async fn a_question_that_is_repeated_uploads_nothing_again() {
    let bench = Bench::start().await;
    bench.google.answer([refusal(503, "UNAVAILABLE"), refusal(429, "RESOURCE_EXHAUSTED")]);
    let answer = uploading(&bench).generate(&about(film())).await.unwrap();
    assert_eq!(answer.text(), "A cup of coffee.");
    assert_eq!(bench.google.calls(), [START, SEND, ASK, ASK, ASK]);
}

#[tokio::test]
async fn a_broken_upload_goes_on_where_it_stopped() {
    let bench = Bench::start().await;
    let content = film_bytes();
    bench.google.order(|orders| orders.cuts.extend([content.len() / 2, 7]));
    let file = bench.gemini().upload(film()).await.unwrap();
    assert_eq!(file.name(), "files/f1");
    assert_eq!(bench.google.calls(), [START, SEND, QUERY, SEND, QUERY, SEND]);
    let offsets: Vec<String> = bench
        .google
        .journal()
        .iter()
        .filter_map(|request| request.header("x-goog-upload-offset").map(str::to_owned))
        .collect();
    assert_eq!(offsets, ["0".to_owned(), (content.len() / 2).to_string(), (content.len() / 2 + 7).to_string()]);
    assert_eq!(bench.google.received(), content);
    assert_eq!(bench.clock.waits(), [secs(0.5), secs(1.0)]);
}

#[tokio::test]
async fn a_lost_reply_costs_no_second_upload() {
    let bench = Bench::start().await;
    bench.google.order(|orders| orders.lost_replies = 1);
    assert_eq!(bench.gemini().upload(film()).await.unwrap().name(), "files/f1");
    assert_eq!(bench.google.calls(), [START, SEND, QUERY]);
}

#[tokio::test]
async fn an_upload_that_breaks_again_and_again_is_given_up() {
    let bench = Bench::start().await;
    bench.google.order(|orders| orders.cuts.extend([1, 1, 1, 1]));
    let error = uploading(&bench).generate(&about(film())).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Transport(_)), "{error}");
    assert_eq!((error.operation(), error.attempts(), error.model()), (Some("upload"), 3, Some(MODEL)));
    assert_eq!(bench.google.calls(), [START, SEND, QUERY, SEND, QUERY, SEND]);
    let once = Bench::start().await;
    once.google.order(|orders| orders.cuts.push_back(1));
    let mut request = about(film());
    request.call.max_attempts = Some(1);
    let error = uploading(&once).generate(&request).await.unwrap_err();
    assert_eq!((error.attempts(), once.google.calls()), (1, vec![START.to_owned(), SEND.to_owned()]));
}

#[tokio::test]
async fn the_start_of_an_upload_is_repeated_like_any_call_and_its_refusal_is_told() {
    let bench = Bench::start().await;
    bench.google.order(|orders| orders.starts.push_back(refusal(503, "UNAVAILABLE")));
    bench.gemini().upload(film()).await.unwrap();
    assert_eq!(bench.google.calls(), [START, START, SEND]);
    bench.google.order(|orders| orders.starts.push_back(refusal(403, "PERMISSION_DENIED")));
    let error = bench.gemini().upload(film()).await.unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::Permission, Some("upload")));
}

#[tokio::test]
async fn content_goes_to_no_other_host() {
    for session in
        ["https://example.org/upload?id=1", "http://user:pw@{here}/upload", "nonsense", "http://127.0.0.1:1/upload"]
    {
        let bench = Bench::start().await;
        let session = session.replace("{here}", bench.google.url().trim_start_matches("http://"));
        let start = Answer::json(200, &json!({})).with_header("x-goog-upload-url", &session);
        bench.google.order(|orders| orders.starts.push_back(start));
        let error = bench.gemini().upload(film()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Protocol, "{session}: {error}");
        assert_eq!(bench.google.calls(), [START]);
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_processed_is_an_error_with_its_reason() {
    for polls in [0, 2] {
        let bench = Bench::start().await;
        bench.google.order(|orders| {
            orders.polls = polls;
            orders.failure = Some("The film has no key frames.".to_owned());
        });
        let error = uploading(&bench).generate(&about(film())).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.service_message()),
            (ErrorKind::Unprocessable, Some("The film has no key frames."))
        );
        assert_eq!((error.operation(), error.attempts()), (Some("upload"), 1));
        assert!(!bench.google.calls().contains(&ASK.to_owned()), "nothing was asked");
    }
}

#[tokio::test]
async fn waiting_has_an_end() {
    let bench = Bench::start().await;
    bench.google.order(|orders| orders.polls = 1000);
    let wait = WaitPolicy::default().first(secs(1.0)).factor(2.0).cap(secs(4.0)).total(secs(15.0));
    let gemini = bench.build(|builder| builder.wait(wait));
    let error = gemini.upload(film()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout(TimeoutPhase::Progress), "{error}");
    assert!(error.message().contains("files/f1"), "{error}");
    assert_eq!(bench.clock.waits(), [secs(1.0), secs(2.0), secs(4.0), secs(4.0), secs(4.0)]);
}

#[tokio::test]
async fn the_deadline_of_a_request_covers_its_uploads_and_waits() {
    let bench = Bench::start().await;
    bench.google.order(|orders| orders.polls = 1000);
    let wait = WaitPolicy::default().first(secs(1.0)).factor(100.0).cap(secs(100.0));
    let gemini = bench.build(|builder| builder.upload(Upload::Always).wait(wait));
    let mut request = about(film());
    request.call.timeout = Some(secs(50.0));
    let error = gemini.generate(&request).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout(TimeoutPhase::Total), "{error}");
    assert_eq!((error.delivery(), error.billed()), (Delivery::NotSent, Billed::No), "nothing was asked");
    assert_eq!((bench.clock.waits(), error.operation()), (vec![secs(1.0)], Some("upload")), "no wait beyond the end");
}

#[tokio::test]
async fn a_question_about_a_file_is_repeated_like_any_call() {
    let bench = Bench::start().await;
    bench.google.order(|orders| {
        orders.polls = 2;
        orders.states.push_back(refusal(500, "INTERNAL"));
    });
    bench.gemini().upload(film()).await.unwrap();
    assert_eq!(bench.google.calls(), [START, SEND, STATE, STATE, STATE]);
}

#[tokio::test]
async fn dropping_cancels_an_upload_in_the_middle() {
    let bench = Bench::start().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.mp4");
    let mut large = film_bytes();
    // Larger than what sockets buffer.
    large.resize(32 << 20, 0);
    std::fs::write(&path, &large).unwrap();
    bench.google.order(|orders| orders.stalls.push_back(1000));
    let gemini = uploading(&bench);
    let request = about(Media::path(path));
    {
        let mut call = std::pin::pin!(gemini.generate(&request));
        while bench.google.journal().len() < 2 {
            let _ = tokio::time::timeout(secs(0.005), &mut call).await;
        }
    }
    bench.google.client_left().await;
    assert_eq!(bench.google.calls(), [START, SEND]);
    assert!(gemini.generate(&about(film())).await.is_ok(), "the provider is usable");
}

#[tokio::test]
async fn a_film_that_changes_between_two_attempts_stops_the_upload() {
    let bench = Bench::start().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("film.mp4");
    std::fs::write(&path, film_bytes()).unwrap();
    bench.google.order(|orders| orders.stalls.push_back(1000));
    let mut upload = std::pin::pin!(bench.gemini().upload(Media::path(&path)));
    while bench.google.journal().len() < 2 {
        let _ = tokio::time::timeout(secs(0.005), &mut upload).await;
    }
    std::fs::write(&path, b"another film").unwrap();
    bench.google.hang_up();
    let error = upload.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error}");
    assert!(error.to_string().contains("changed"), "{error}");
    assert_eq!(bench.google.calls(), [START, SEND, QUERY], "no mixture of two films was sent");
}

#[tokio::test]
async fn a_file_above_the_services_limit_is_not_even_begun() {
    let bench = Bench::start().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("huge.mp4");
    std::fs::write(&path, film_bytes()).unwrap();
    // A hole: it takes no room on the disk.
    std::fs::OpenOptions::new().write(true).open(&path).unwrap().set_len((2 << 30) + 1).unwrap();
    let error = bench.gemini().upload(Media::path(&path)).await.unwrap_err();
    assert!(error.to_string().contains("2147483648"), "{error}");
    let error = bench.gemini().generate(&about(Media::path(&path))).await.unwrap_err();
    assert!(error.to_string().contains("2147483648"), "{error}");
    assert_eq!(bench.google.connections(), 0);
}

#[tokio::test]
async fn only_content_can_be_uploaded() {
    let bench = Bench::start().await;
    for (wrong, words) in [
        (Media::url("https://example.org/a.mp4"), "only content"),
        (Media::file_id("files/x").video(), "only content"),
        (Media::path("no-such-film.mp4"), "no-such-film.mp4"),
        (Media::bytes("just words"), "it is text"),
        (Media::bytes(""), "it is empty"),
    ] {
        let error = bench.gemini().upload(wrong).await.unwrap_err();
        assert_eq!((error.kind(), error.operation()), (ErrorKind::InvalidRequest, Some("upload")));
        assert!(error.problems()[0].path == "media" && error.to_string().contains(words), "{error}");
    }
    assert_eq!(bench.google.connections(), 0);
}
