//! What makes a request another one, and what does not.

use std::time::Duration;

use serde_json::json;
use vlm_core::{MediaFacts, Message, Thinking};

use super::*;

const GIF: &[u8] = b"GIF89a\x01\0\x01\0\0\0\0;";
const KEY: Digest = [1; 32];

fn about(media: Media) -> Request {
    Request::new("m").message(Message::user("?").with(media))
}

fn named(request: &Request) -> Digest {
    name(&KEY, request, false).unwrap().name
}

#[test]
fn everything_that_is_asked_makes_a_difference() {
    let picture = || Media::bytes(GIF);
    let base = about(picture());
    let mut strict = base.clone();
    strict.call.strict = true;
    let others = [
        Request::new("n").message(Message::user("?").with(picture())),
        Request::new("m").message(Message::user("!").with(picture())),
        Request::new("m").message(Message::assistant("?").with(picture())),
        Request::new("m")
            .message(Message::user("?"))
            .message(Message::new(vlm_core::Role::User, vec![picture().into()])),
        Request::new("m").message(Message::new(vlm_core::Role::User, vec![picture().into(), "?".into()])),
        about(Media::bytes(&b"GIF89a\x01\0\x01\0\0\0\x01;"[..])),
        about(picture().image()),
        about(picture().with_media_type("image/png".parse().unwrap())),
        about(picture().max_pixels(100)),
        about(picture().with_facts(MediaFacts::picture(1, 1))),
        about(Media::file_id("")),
        about(Media::file_id("f")),
        base.clone().temperature(0.0),
        base.clone().temperature(1.0),
        base.clone().max_tokens(5),
        base.clone().thinking(Thinking::off()),
        base.clone().output(vlm_core::Output::Json),
        base.clone().json_schema("s", json!({"type": "object"})),
        base.clone().extra("service", "a", json!(1)),
        base.clone().extra("service", "a", json!(2)),
        strict,
    ];
    let mut names: Vec<Digest> = others.iter().chain([&base]).map(named).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
    assert_ne!(name(&[2; 32], &base, false).unwrap().name, named(&base), "another customer");
}

#[test]
fn how_the_call_is_made_makes_none_for_the_answer() {
    let mut other = about(Media::bytes(GIF));
    other.call.timeout = Some(Duration::from_secs(1));
    other.call.max_attempts = Some(1);
    let base = about(Media::bytes(GIF));
    assert_eq!(named(&base), named(&other));
    assert_ne!(of_call(&KEY, &base.call), of_call(&KEY, &other.call));
}

#[test]
fn a_file_is_its_content_wherever_it_lies() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (folder.path().join("a"), folder.path().join("b.gif"));
    std::fs::write(&one, GIF).unwrap();
    std::fs::write(&other, GIF).unwrap();
    let by_path = name(&KEY, &about(Media::path(&one)), false).unwrap();
    assert_eq!(by_path.name, named(&about(Media::path(&other))));
    assert_eq!(by_path.name, named(&about(Media::bytes(GIF))));
    assert!(by_path.is_current());
    std::fs::write(&one, [GIF, b"more"].concat()).unwrap();
    assert!(!by_path.is_current());
    assert_ne!(by_path.name, named(&about(Media::path(&one))));
    std::fs::remove_file(&one).unwrap();
    assert!(!by_path.is_current());
}

#[test]
fn what_cannot_be_read_or_trusted_has_no_name() {
    let folder = tempfile::tempdir().unwrap();
    for media in
        [Media::path(folder.path()), Media::path(folder.path().join("none")), Media::url("https://h.org/a.png")]
    {
        assert!(name(&KEY, &about(media), false).is_none());
    }
    #[cfg(unix)]
    assert!(name(&KEY, &about(Media::path("/dev/zero")), false).is_none());
    let (one, other) = (about(Media::url("https://h.org/a.png")), about(Media::url("https://h.org/b.png")));
    let named = |request| name(&KEY, request, true).unwrap().name;
    assert_ne!(named(&one), named(&other));
}
