//! No prompt, media byte, secret of a URL, directory or answer appears in any `Debug`, or in an error's `Display`.

use std::fmt::Debug;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::fake::{FakeProvider, Script, run};
use super::values::map;
use crate::{
    Admission, Capabilities, Choice, Completion, CompletionStream, Delivery, Error, ErrorKind, FinishReason,
    JsonSchema, Media, MediaType, Message, Output, RawReply, Request, Sampling, Source, StreamEvent, VisionProviderExt,
    Warning, WarningKind,
};

const MARKER: &str = "M4rk3r";

/// Every way of showing it in which the marker may not appear, not even as base64.
fn check(what: &str, value: &dyn Debug) {
    silent(what, &format!("{value:?}"));
    silent(what, &format!("{value:#?}"));
}

fn silent(what: &str, shown: &str) {
    // Base64 of the marker wherever it begins in a group of three bytes.
    let encoded = ["", "x", "xx"].map(|front| STANDARD.encode(format!("{front}{MARKER}"))[4..8].to_owned());
    for secret in std::iter::once(MARKER.to_owned()).chain(encoded) {
        assert!(!shown.contains(&secret), "{what} shows `{secret}`: {shown}");
    }
    assert!(!shown.contains("77, 52, 114"), "{what} shows bytes: {shown}");
}

fn marked_media() -> Vec<Media> {
    let content = format!("\u{89}PNG {MARKER}").into_bytes();
    vec![
        Media::bytes(content.clone()).image(),
        Media::bytes(content.clone()).with_media_type(MediaType::JPEG),
        Media::data_url(&format!("data:image/jxl;base64,{}", STANDARD.encode(&content))).unwrap(),
        Media::path(format!("/home/{MARKER}/photo.jpg")),
        Media::path(format!(r"C:\{MARKER}\photo.jpg")),
        Media::url(format!("https://{MARKER}:{MARKER}@h.org/a.png?sig={MARKER}#{MARKER}")),
        Media::url(format!("https://me:{MARKER}/{MARKER}@h.org/a.png")),
        Media::url(format!("data:image/png;base64,{}", STANDARD.encode(&content))),
        Media::url(format!(" data:{MARKER},{MARKER}")),
        Media::url(STANDARD.encode(&content)),
        Media::file_id(MARKER),
    ]
}

fn marked_request() -> Request {
    let mut request = Request::new("m")
        .message(Message::system(MARKER))
        .message(Message::assistant(MARKER))
        .sampling(Sampling { stop: vec![MARKER.to_owned()], ..Sampling::default() })
        .output(Output::JsonSchema(JsonSchema::new("s", json!({MARKER: MARKER})).with_description(MARKER)))
        .extra("p", "name", json!({MARKER: MARKER}));
    let question = marked_media().into_iter().fold(Message::user(MARKER), Message::with);
    request.messages.push(question);
    request
}

fn marked_answer() -> Completion {
    let choice = Choice { reasoning: Some(MARKER.to_owned()), finish: FinishReason::Stop, ..Choice::new(0, MARKER) };
    Completion {
        choices: vec![choice],
        metadata: map([("name", json!(MARKER))]),
        raw: RawReply::from(bytes::Bytes::from_static(MARKER.as_bytes())),
        warnings: vec![Warning::new(WarningKind::EmptyText, "w")],
        ..Completion::new()
    }
}

#[test]
fn the_check_can_fail() {
    let shows = |shown: String| std::panic::catch_unwind(|| silent("it", &shown)).is_err();
    assert!(shows(format!("a {MARKER} b")));
    assert!(["a", "ab", "abc"].iter().all(|front| shows(STANDARD.encode(format!("{front}{MARKER}!!")))));
    assert!(shows(format!("{:?}", MARKER.as_bytes())));
    assert!(!shows("nothing".to_owned()));
}

#[test]
fn requests_and_their_parts() {
    let request = marked_request();
    check("Request", &request);
    check("Sampling", &request.sampling);
    check("Output", &request.output);
    request.messages.iter().for_each(|message| check("Message", message));
    for message in &request.messages {
        message.parts.iter().for_each(|part| check("Part", part));
    }
    for media in marked_media() {
        check("Media", &media);
        check("Source", media.source());
    }
    check("Source", &Source::Bytes(MARKER.into()));
}

#[test]
fn answers_and_streams() {
    let answer = marked_answer();
    check("Completion", &answer);
    check("RawReply", &answer.raw);
    let events = StreamEvent::unfold(answer.clone());
    events.iter().for_each(|event| check("StreamEvent", event));
    let mut stream = CompletionStream::new(Script::new(events.into_iter().map(Ok)).0);
    loop {
        check("CompletionStream", &stream);
        let Some(event) = run(stream.next()) else { break };
        check("item", &event);
    }
    assert_eq!(stream.partial(), &answer, "the marker was there");
}

#[test]
fn errors() {
    let broken = StreamEvent::unfold(marked_answer()).into_iter().take(3).map(Ok);
    let late = Error::new(ErrorKind::Server, "the service failed").with_partial(marked_answer());
    let items = broken.chain([Err(late)]);
    let failed = run(CompletionStream::new(Script::new(items).0).collect()).unwrap_err();
    assert_eq!(failed.partial_text(), Some(MARKER));

    let refused = Capabilities::text_only("m").admit(&marked_request()).unwrap_err();
    assert!(refused.problems().len() > marked_media().len(), "{refused}");
    let whole = Error::new(ErrorKind::Schema, "it does not fit")
        .with_delivery(Delivery::Answered)
        .with_partial(marked_answer());
    for error in [failed, refused, whole] {
        check("Error", &error);
        silent("Error", &error.to_string());
        error.problems().iter().for_each(|problem| check("Problem", problem));
    }
    check("Admission", &Admission::review(&Capabilities::text_only("m"), &marked_request()));
}

#[test]
fn questions_in_the_making() {
    let payload = STANDARD.encode(MARKER);
    let model = std::sync::Arc::new(FakeProvider::default()).model("m");
    let mut ask = model.ask(MARKER).system(MARKER).history(Message::assistant(MARKER)).text(MARKER).stop(MARKER);
    for media in marked_media() {
        ask = ask.attach(media);
    }
    ask = ask
        .attach(format!("data:image/png;base64,{payload}"))
        .attach(format!("data:image/png;base64,{MARKER}!"))
        .attach(format!("data:{MARKER}"))
        .attach(format!("https://me:{MARKER}@h.org/?{MARKER}"))
        .extra("p", "name", json!(MARKER))
        .json_schema("s", json!({MARKER: 1}));
    check("Ask", &ask);
    let error = ask.into_request().unwrap_err();
    assert!(error.problems().len() > 3, "{error}");
    check("Error", &error);
    silent("Error", &error.to_string());
}
