//! Which recording answers which request, and what is said when none does.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use vlm_core::{CallOptions, Delivery, ErrorKind, Media, Message, Request, VisionProvider, VisionProviderExt};
use vlm_testkit::fake::FakeProvider;

use crate::{GIF, Place, ask};

#[tokio::test]
async fn equal_requests_get_the_recordings_in_order_and_then_none() {
    let place = Place::new();
    let cassette = place.record(FakeProvider::new().answer("one").answer("other").answer("two"));
    for text in ["?", "!", "?"] {
        cassette.generate(&ask(text)).await.unwrap();
    }
    cassette.finish().unwrap();

    let cassette = place.replay();
    for (text, expected) in [("?", "one"), ("?", "two"), ("!", "other")] {
        assert_eq!(cassette.generate(&ask(text)).await.unwrap().text(), expected);
    }
    let error = cassette.generate(&ask("?")).await.unwrap_err();
    assert_eq!(
        place.shown(error.message()),
        "[folder]/cat.json has 2 of this request, and it is asked once more. To record it anew, open it with Mode::Record"
    );
}

#[tokio::test(flavor = "current_thread")]
async fn a_hundred_calls_at_once_get_the_same_answers_each_time() {
    let place = Place::new();
    let provider = FakeProvider::new().respond({
        let count = std::sync::atomic::AtomicUsize::new(0);
        move |request| {
            let mut answer = vlm_core::Completion::new();
            let count = count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            answer.choices.push(vlm_core::Choice::new(0, format!("{}: {count}", request.messages[0].text())));
            Ok(answer)
        }
    });
    let cassette = place.record(provider);
    // Ten different requests, each ten times.
    let texts: Vec<String> = (0..100).map(|number| format!("question {}", number % 10)).collect();
    let requests: Vec<Request> = texts.iter().map(|text| ask(text)).collect();
    let recorded = join_all(requests.iter().map(|request| cassette.generate(request))).await;
    let recorded: Vec<String> = recorded.into_iter().map(|answer| answer.unwrap().into_text()).collect();
    cassette.finish().unwrap();

    // All of one question, then all of the next: another order among different requests.
    let mut order: Vec<usize> = (0..100).collect();
    order.sort_by_key(|number| number % 10);
    for _ in 0..3 {
        let cassette = place.replay();
        let replayed = join_all(order.iter().map(|number| cassette.generate(&requests[*number]))).await;
        for (number, answer) in order.iter().zip(replayed) {
            assert_eq!(answer.unwrap().text(), recorded[*number]);
        }
        cassette.finish().unwrap();
    }
}

#[test]
fn threads_get_each_recording_once() {
    let place = Place::new();
    let block = |cassette: &vlm_testkit::cassette::Cassette, text: &str| {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(cassette.generate(&ask(text))).map(vlm_core::Completion::into_text)
    };
    let fake = (0..100).fold(FakeProvider::new(), |fake, number| fake.answer(number.to_string()));
    let cassette = place.record(fake);
    (0..100).for_each(|_| drop(block(&cassette, "?").unwrap()));
    cassette.finish().unwrap();

    let cassette = Arc::new(place.replay());
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let cassette = cassette.clone();
            std::thread::spawn(move || (0..25).map(|_| block(&cassette, "?").unwrap()).collect::<Vec<_>>())
        })
        .collect();
    let mut answers: Vec<usize> = Vec::new();
    for thread in threads {
        let of_one: Vec<usize> = thread.join().unwrap().iter().map(|text| text.parse().unwrap()).collect();
        assert!(of_one.is_sorted());
        answers.extend(of_one);
    }
    answers.sort_unstable();
    assert_eq!(answers, (0..100).collect::<Vec<_>>());
    cassette.finish().unwrap();
}

#[tokio::test]
async fn a_miss_shows_the_nearest_recording() {
    let place = Place::new();
    let cassette = place.record(FakeProvider::new());
    let long = |end: &str| format!("{}{end}", "Look closely at everything. ".repeat(20));
    let message = |text: &str, media: &[u8]| Message::user(text).with(Media::bytes(media.to_vec()));
    cassette.generate(&ask("Something else entirely.").temperature(1.0)).await.unwrap();
    cassette
        .generate(&Request::new("m").message(message(&long("What is this?"), GIF)).temperature(0.2).max_tokens(9))
        .await
        .unwrap();
    cassette.finish().unwrap();

    let cassette = place.replay();
    let other = [GIF, b"more"].concat();
    let asked = Request::new("m").message(message(&long("What is that?"), &other)).temperature(0.3);
    let error = cassette.generate(&asked).await.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Configuration, Delivery::NotSent));
    assert_eq!((error.provider(), error.model(), error.is_retryable()), (Some("fake"), Some("m"), false));
    assert!(error.advice().contains("VLM_CASSETTES=record"));
    insta::assert_snapshot!("nearest", place.shown(error.message()));

    let error = cassette.stream(&ask("Something else entirely.").temperature(1.0)).await.unwrap_err();
    insta::assert_snapshot!("another_operation", place.shown(error.message()));
}

#[tokio::test]
async fn an_empty_cassette_says_so() {
    let place = Place::new();
    place.record(FakeProvider::new()).finish().unwrap();
    let error = place.replay().generate(&ask("?")).await.unwrap_err();
    assert!(error.message().contains("has no recording. To record"), "{error}");
}

#[tokio::test]
async fn how_a_call_is_made_does_not_matter() {
    let place = Place::new();
    let cassette = place.record(FakeProvider::new());
    cassette.model("m").ask("?").timeout(Duration::from_secs(9)).await.unwrap();
    cassette.finish().unwrap();
    assert!(!place.text().contains("timeout"));
    place.replay().model("m").ask("?").await.unwrap();
    let mut strict = CallOptions::default();
    strict.strict = true;
    assert!(place.replay().generate(&ask("?").call(strict)).await.is_err());
}

#[tokio::test]
async fn what_nobody_asked_for_is_listed() {
    let place = Place::new();
    let cassette = place.record(FakeProvider::new());
    for text in ["a", "b", "c"] {
        cassette.generate(&ask(text)).await.unwrap();
    }
    assert!(cassette.unused().is_empty());
    cassette.finish().unwrap();
    let cassette = place.replay();
    cassette.generate(&ask("b")).await.unwrap();
    let unused = cassette.unused();
    assert_eq!(unused.iter().map(|recording| recording.number()).collect::<Vec<_>>(), [1, 3]);
    assert_eq!((unused[0].operation(), &unused[0].request()["model"]), ("generate", &"m".into()));
    assert_eq!(
        place.shown(cassette.finish().unwrap_err().message()),
        "[folder]/cat.json has what nobody asked for: recording 1 (generate of m), recording 3 (generate of m)"
    );
}
