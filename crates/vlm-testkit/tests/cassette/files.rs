//! The file and its folder: their form, what is damaged, what is unfinished.

use std::fs;

use vlm_core::{Media, Message, Request, VisionProvider, VisionProviderExt};
use vlm_testkit::cassette::{Cassette, Mode, Sanitizer};
use vlm_testkit::fake::FakeProvider;

use crate::{GIF, Place, ask};

fn with_picture(media: Media) -> Request {
    Request::new("m").message(Message::user("What is this?").with(media))
}

#[tokio::test]
async fn the_form_of_the_file() {
    let place = Place::new();
    let fake = FakeProvider::new().answer("A cat.").answer("A dog.").with_capabilities(|model| {
        let mut capabilities = vlm_core::Capabilities::text_only(model);
        capabilities.image = vlm_core::MediaCapability::url_and_inline(1000);
        capabilities
    });
    let cassette = place.record(fake.fail(vlm_core::Error::new(vlm_core::ErrorKind::RateLimited, "slow down")));
    cassette.generate(&with_picture(Media::bytes(GIF)).temperature(0.2)).await.unwrap();
    cassette.stream(&ask("And now?")).await.unwrap().collect().await.unwrap();
    cassette.generate(&ask("And then?")).await.unwrap_err();
    cassette.finish().unwrap();
    let first = place.text();
    // What a model can do has a form of its own, which the core's tests hold.
    let (head, rest) = first.split_once("\"capabilities\": {").unwrap();
    let (capabilities, recordings) = rest.split_once("  \"recordings\"").unwrap();
    assert!(capabilities.contains("\"max_inline_bytes\": 1000"));
    insta::assert_snapshot!("file", format!("{head}\"capabilities\": {{…}},\n  \"recordings\"{recordings}"));
    cassette.finish().unwrap();
    assert_eq!(place.text(), first);
}

#[tokio::test]
async fn content_is_stored_once() {
    let place = Place::new();
    let path = place.folder().join("picture.gif");
    fs::write(&path, GIF).unwrap();
    let cassette = place.record(FakeProvider::new());
    for media in [Media::bytes(GIF), Media::path(&path), Media::bytes(GIF).image()] {
        cassette.generate(&with_picture(media)).await.unwrap();
    }
    cassette.generate(&with_picture(Media::bytes([GIF, b"!"].concat()))).await.unwrap();
    cassette.finish().unwrap();
    assert_eq!(place.media().len(), 2);

    let cassette = place.replay();
    // A path stands for its content, so a file that is elsewhere, or only bytes now, is the same.
    cassette.generate(&with_picture(Media::path(&path))).await.unwrap();
    fs::remove_file(&path).unwrap();
    cassette.generate(&with_picture(Media::bytes(GIF))).await.unwrap();
    let request = cassette.unused()[0].request().clone();
    let source = &request["messages"][0]["parts"][1]["source"];
    assert_eq!(source["bytes"], 14);
    assert_eq!(cassette.content(source["sha256"].as_str().unwrap()).unwrap(), GIF);
    // The folder is not needed.
    fs::remove_dir_all(place.folder().join("media")).unwrap();
    place.replay().generate(&with_picture(Media::bytes(GIF))).await.unwrap();
}

#[tokio::test]
async fn nothing_outside_the_folder_can_be_read() {
    let place = Place::new();
    let cassette = place.record(FakeProvider::new());
    cassette.generate(&with_picture(Media::bytes(GIF))).await.unwrap();
    cassette.finish().unwrap();
    let hash = place.media().remove(0);
    let outside = place.folder().join("outside");
    fs::write(&outside, GIF).unwrap();
    for reference in ["../outside", "..", "", "/etc/passwd", outside.to_str().unwrap(), &hash.to_uppercase()] {
        let error = place.replay().content(reference).unwrap_err();
        assert!(error.message().contains("64 lower case hexadecimal digits"), "{error}");
        fs::write(place.folder().join("crafted.json"), place.text().replace(&hash, reference)).unwrap();
        let error = Cassette::replay(place.folder().join("crafted.json"), Sanitizer::new()).unwrap_err();
        assert!(error.message().contains("by something that is no SHA-256 hash"), "{error}");
    }
    let stored = place.folder().join("media").join(&hash);
    fs::write(&stored, b"something else").unwrap();
    assert!(place.replay().content(&hash).unwrap_err().message().contains("its hash is another"));
    #[cfg(unix)]
    {
        fs::remove_file(&stored).unwrap();
        std::os::unix::fs::symlink(&outside, &stored).unwrap();
        assert!(place.replay().content(&hash).unwrap_err().message().contains("is no plain file"));
    }
}

#[tokio::test]
async fn damaged_older_and_missing_files_are_clear_errors() {
    let place = Place::new();
    let opened = || Cassette::replay(place.cassette(), Sanitizer::new()).map(|_| ()).unwrap_err();
    assert!(opened().message().contains("does not exist; record it first"));
    let cassette = place.record(FakeProvider::new());
    cassette.generate(&ask("?")).await.unwrap();
    cassette.stream(&ask("?")).await.unwrap().collect().await.unwrap();
    cassette.finish().unwrap();
    let good = place.text();
    let damage = [
        (good.replace("\"version\": 1", "\"version\": 0"), "has version 0, and only version 1 can be read"),
        (good.replace("\"version\": 1", "\"version\": 2"), "has version 2, and only version 1 can be read"),
        (good.replace("\"version\": 1,", ""), "is no cassette, or a damaged one"),
        (good[..good.len() / 2].to_owned(), "is no cassette, or a damaged one"),
        (String::new(), "is no cassette, or a damaged one"),
        ("[]".to_owned(), "is no cassette, or a damaged one"),
        (good.replace("\"answer\":", "\"anwser\":"), "recording 1 of "),
        (good.replace("\"operation\": \"generate\"", "\"operation\": \"stream\""), "recording 1 of "),
        (good.replace("\"event\": \"end\"", "\"event\": \"applause\""), "recording 2 of "),
        (good.replace("\"event\": \"usage\"", "\"event\": \"end\",\n\"cost\": {}"), "recording 2 of "),
    ];
    for (text, expected) in damage {
        assert_ne!(text, good, "{expected}");
        fs::write(place.cassette(), text).unwrap();
        let error = opened();
        assert!(error.message().contains(expected), "{error} / {expected}");
        assert_eq!(error.kind(), vlm_core::ErrorKind::Configuration);
    }
    // An answer may be edited by hand.
    fs::write(place.cassette(), good.replace("An answer to", "Another for")).unwrap();
    assert!(place.replay().generate(&ask("?")).await.unwrap().text().starts_with("Another for"));
}

#[tokio::test]
async fn an_unfinished_recording_is_kept_beside_the_cassette() {
    let place = Place::new();
    fs::write(place.cassette(), "the old one").unwrap();
    let cassette = place.record(FakeProvider::new().answer("paid for"));
    let panicked = tokio::spawn(async move {
        cassette.model("m").ask("?").await.unwrap();
        assert!(cassette.unused().len() > 1, "a test that fails");
    });
    assert!(panicked.await.unwrap_err().is_panic());
    assert_eq!(place.text(), "the old one");
    let kept = place.folder().join("cat.unfinished.json");
    assert_eq!(
        Cassette::replay(&kept, Sanitizer::new()).unwrap().generate(&ask("?")).await.unwrap().text(),
        "paid for"
    );
    // With nothing recorded there is nothing to keep; and a secret is not kept either.
    fs::remove_file(&kept).unwrap();
    drop(place.record(FakeProvider::new()));
    let secret = Sanitizer::new().secret("paid for");
    let cassette = Cassette::record(place.cassette(), FakeProvider::new().answer("paid for"), secret).unwrap();
    cassette.generate(&ask("?")).await.unwrap();
    drop(cassette);
    assert!(!kept.exists());
}

#[tokio::test]
async fn the_mode_chooses_and_a_replay_makes_no_provider() {
    let place = Place::new();
    let open = |mode| Cassette::open(place.cassette(), mode, Sanitizer::new(), || Ok(FakeProvider::new()));
    let cassette = open(Mode::Record).unwrap();
    cassette.generate(&ask("?")).await.unwrap();
    cassette.finish().unwrap();
    assert_eq!((cassette.mode(), open(Mode::default()).unwrap().mode()), (Mode::Record, Mode::Replay));
    let never = || -> vlm_core::Result<FakeProvider> { unreachable!("a replay needs no provider") };
    Cassette::open(place.cassette(), Mode::Replay, Sanitizer::new(), never).unwrap().generate(&ask("?")).await.unwrap();
    // A folder that cannot be made: nothing is lost silently.
    let nowhere = place.cassette().join("below/a/file.json");
    let cassette = Cassette::record(nowhere, FakeProvider::new(), Sanitizer::new()).unwrap();
    cassette.generate(&ask("?")).await.unwrap();
    assert!(cassette.finish().unwrap_err().message().contains("cannot be written"));
}
