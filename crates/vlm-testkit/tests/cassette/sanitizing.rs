//! What must not be written is not.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::json;
use vlm_core::{
    Completion, Error, ErrorKind, Media, Message, Part, Problem, ProblemKind, RawReply, Request, Role, VisionProvider,
};
use vlm_testkit::cassette::{Cassette, Sanitizer};
use vlm_testkit::fake::FakeProvider;

use crate::{GIF, Place, ask};

const SECRET: &str = "sk-\"very\\secret/key+";

/// Records one call, and gives what `finish` says.
async fn recorded(place: &Place, request: Request, fake: FakeProvider, sanitizer: Sanitizer) -> Option<String> {
    let cassette = Cassette::record(place.cassette(), fake, sanitizer).unwrap();
    let _ = cassette.generate(&request).await;
    cassette.finish().err().map(|error| error.to_string())
}

fn requests() -> Vec<(&'static str, Request)> {
    let media = |media: Media| Request::new("m").message(Message::new(Role::User, vec![Part::Media(media)]));
    let encoded = STANDARD.encode(format!("user:{SECRET}"));
    vec![
        ("request.messages[0].parts[0].text", ask(&format!("my key is {SECRET}"))),
        ("request.messages[0].parts[0].text", ask(&format!("my key is {encoded}"))),
        (
            "request.messages[0].parts[0].source.url",
            media(Media::url("https://h.org/a.png?k=sk-%22very%5Csecret%2Fkey%2B")),
        ),
        ("request.messages[0].parts[0].source.file_id", media(Media::file_id(SECRET).image())),
        ("media/", media(Media::bytes([GIF, SECRET.as_bytes()].concat()))),
        ("request.extras.acme.token", ask("?").extra("acme", "token", json!(SECRET))),
        ("request.extras.acme (the name of a field)", ask("?").extra("acme", SECRET, json!(1))),
        ("request.model", Request::new(SECRET)),
    ]
}

fn replies() -> Vec<(&'static str, FakeProvider)> {
    let completed = |change: fn(&mut Completion)| {
        let mut answer = Completion::new();
        change(&mut answer);
        FakeProvider::new().complete(answer)
    };
    let quoted = || json!({"echo": SECRET}).to_string();
    let failed = |change: fn(Error) -> Error| FakeProvider::new().fail(change(Error::new(ErrorKind::Auth, "no")));
    vec![
        ("reply.answer.choices[0].text", FakeProvider::new().answer(SECRET)),
        ("reply.answer.choices[0].text", FakeProvider::new().answer(quoted())),
        ("reply.answer.id", completed(|answer| answer.id = Some(SECRET.to_owned()))),
        ("reply.answer.metadata.x", completed(|answer| drop(answer.metadata.insert("x".to_owned(), json!(SECRET))))),
        (
            "reply.raw.text",
            completed(|answer| answer.raw = RawReply::from(Bytes::from(json!({"echo": SECRET}).to_string()))),
        ),
        (
            "reply.raw.base64",
            completed(|answer| answer.raw = RawReply::from(Bytes::from([b"\xff", SECRET.as_bytes()].concat()))),
        ),
        ("reply.error.service_message", failed(|error| error.with_service_message(format!("wrong key {SECRET}")))),
        ("reply.error.sources[0]", failed(|error| error.with_source(SECRET))),
        (
            "reply.error.message",
            failed(|_| Error::refused(vec![Problem::new(ProblemKind::Invalid, "x", format!("not {SECRET}"))])),
        ),
        (
            "reply.error.raw.text",
            failed(|error| {
                let mut partial = Completion::new();
                partial.raw = RawReply::from(Bytes::from_static(SECRET.as_bytes()));
                error.with_partial(partial)
            }),
        ),
    ]
}

#[tokio::test]
async fn a_secret_anywhere_is_found_and_nothing_is_written() {
    let requests = requests().into_iter().map(|(at, request)| (at, request, FakeProvider::new().answer("x")));
    let replies = replies().into_iter().map(|(at, fake)| (at, ask("?"), fake));
    for (at, request, fake) in requests.chain(replies) {
        let place = Place::new();
        let sanitizer = Sanitizer::new().secret("another secret").secret(SECRET);
        let said = recorded(&place, request, fake, sanitizer).await.unwrap_or_else(|| panic!("not found: {at}"));
        assert!(said.contains("nothing was written, because secret 2 ") && said.contains(at), "{at}: {said}");
        assert!(!said.contains("very"), "{said}");
        assert_eq!(std::fs::read_dir(place.folder()).unwrap().count(), 0, "{at}");
    }
}

#[tokio::test]
async fn a_secret_across_the_pieces_of_a_stream_is_found() {
    let place = Place::new();
    let sanitizer = Sanitizer::new().secret("split in two");
    let cassette =
        Cassette::record(place.cassette(), FakeProvider::new().answer("a split in two b"), sanitizer).unwrap();
    cassette.stream(&ask("?")).await.unwrap().collect().await.unwrap();
    let error = cassette.finish().unwrap_err();
    assert!(error.message().ends_with("recordings[0].reply.events (across pieces)"), "{error}");
}

#[tokio::test]
async fn what_is_taken_out_is_not_there_and_still_replays() {
    let place = Place::new();
    let sanitizer = || {
        let rewritten =
            Sanitizer::new().secret(SECRET).text(|text| text.replace(SECRET, "[key]").replace("Jane", "[name]"));
        rewritten.field("token").field("/request/extras/acme/*/who").field("/reply/answer/created").without_raw_reply()
    };
    let request = |token: &str, who: &str, name: &str| {
        ask(&format!("I am {name}")).extra("acme", "token", json!(token)).extra(
            "acme",
            "by",
            json!({"who": who, "n": 1}),
        )
    };
    let mut answer = Completion::new();
    answer.created = Some(1_700_000_000);
    answer.choices.push(vlm_core::Choice::new(0, format!("Hello Jane, your key is {SECRET}.")));
    answer.raw = RawReply::from(Bytes::from_static(b"Jane"));
    let fake = FakeProvider::new().complete(answer);
    assert_eq!(recorded(&place, request(SECRET, "Jane", "Jane"), fake, sanitizer()).await, None);
    let text = place.text();
    assert!(!text.contains("Jane") && !text.contains("very") && !text.contains("1700000000"), "{text}");

    let cassette = Cassette::replay(place.cassette(), sanitizer()).unwrap();
    // What was taken out may differ.
    let answer = cassette.generate(&request("another token", "Joe", "Jane")).await.unwrap();
    assert_eq!((answer.text(), answer.created), ("Hello [name], your key is [key].", Some(0)));
    assert!(answer.raw.is_empty());
}

#[tokio::test]
async fn media_can_be_left_out() {
    let place = Place::new();
    let request = ask("?").message(Message::user("this").with(Media::bytes(GIF)));
    let sanitizer = Sanitizer::new().without_media();
    assert_eq!(recorded(&place, request.clone(), FakeProvider::new(), sanitizer).await, None);
    assert!(place.media().is_empty());
    place.replay().generate(&request).await.unwrap();
}

#[tokio::test]
async fn a_sanitizer_that_breaks_the_form_is_an_error() {
    let place = Place::new();
    let said = recorded(
        &place,
        ask("?"),
        FakeProvider::new().fail(Error::new(ErrorKind::Auth, "no")),
        Sanitizer::new().field("kind"),
    );
    assert!(said.await.unwrap().contains("the sanitizer leaves nothing that can be read again"));
    assert!(!place.cassette().exists());
    let short = Cassette::record(place.cassette(), FakeProvider::new(), Sanitizer::new().secret("abc")).unwrap_err();
    assert!(short.message().contains("fewer than 6 bytes"), "{short}");
    assert!(Cassette::replay(place.cassette(), Sanitizer::new().secret("")).unwrap_err().message().contains("fewer"));
}

#[test]
fn debug_shows_no_secret() {
    let sanitizer = Sanitizer::new().secret(SECRET).field("token");
    let cassette = Cassette::record("x.json", FakeProvider::new(), sanitizer.clone()).unwrap();
    let shown = format!("{sanitizer:?} {cassette:?}");
    assert!(!shown.contains("very") && shown.contains("secrets: 1") && shown.contains("x.json"), "{shown}");
}

#[tokio::test]
async fn a_miss_shows_no_secret() {
    let place = Place::new();
    assert_eq!(recorded(&place, ask("Hello"), FakeProvider::new(), Sanitizer::new()).await, None);
    let cassette = Cassette::replay(place.cassette(), Sanitizer::new().secret(SECRET)).unwrap();
    let request = ask(&format!("{}{SECRET}", "long ".repeat(20))).extra("acme", SECRET, json!(1));
    let error = cassette.generate(&request).await.unwrap_err();
    assert!(!error.message().contains("very") && !error.message().contains("sk-"), "{error}");
    assert!(error.message().contains("messages[0].parts[0].text is [secret], was \"Hello\""), "{error}");
    assert!(error.message().contains("[secret] is 1, was nothing"), "{error}");
}
