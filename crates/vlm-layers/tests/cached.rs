//! A provider behind a cache: what is kept and for whom, what it costs, and that equal calls at once are one.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

#[path = "cached/disk.rs"]
mod disk;
#[path = "cached/flights.rs"]
mod flights;
#[path = "support/service.rs"]
mod service;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use service::{FAILURES, SLOW, Service, answer, ask};
use vlm_core::{ErrorKind, Media, Message, Request, VisionProvider, VisionProviderExt};
use vlm_layers::{Cache, CacheBuilder, Cached, Hit, Origin};

const GIF: &[u8] = b"GIF89a\x01\0\x01\0\0\0\0;";

fn origin() -> Origin {
    Origin::new("https://api.example.org/v1", "key of one")
}

fn cached(settings: CacheBuilder) -> (Cached<Service>, Service) {
    let service = Service::default();
    (settings.build().unwrap().wrap(service.clone(), &origin()).unwrap(), service)
}

fn about(words: &str, media: Media) -> Request {
    Request::new("m").message(Message::user(words).with(media))
}

#[tokio::test]
async fn a_hit_costs_nothing_and_says_what_it_had_cost() {
    let now = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let (provider, service) = cached(Cache::builder().clock(move || now));
    let paid = provider.generate(&ask("ok")).await.unwrap();
    assert_eq!((paid.cost.to_string(), Hit::of(&paid), paid.raw.len()), ("$0.00002".to_owned(), None, 3));
    let streamed = async |provider: &Cached<Service>| provider.stream(&ask("ok")).await.unwrap().collect().await;
    for hit in [provider.generate(&ask("ok")).await.unwrap(), streamed(&provider).await.unwrap()] {
        assert_eq!((hit.text(), hit.finish()), (paid.text(), paid.finish()));
        assert_eq!((hit.cost.to_string(), hit.usage.total(), hit.raw.len()), ("$0".to_owned(), Some(0), 0));
        assert!(hit.cost.is_exact());
        let said = Hit::of(&hit).unwrap();
        assert_eq!((said.cost, said.usage, said.stored), (paid.cost.clone(), paid.usage.clone(), Some(now)));
    }
    assert_eq!((service.calls(), provider.id()), (1, "service"));
    assert_eq!(provider.clone().model("m").ask("ok").await.unwrap().cost.to_string(), "$0");
    assert_eq!(provider.model("n").ask("ok").await.unwrap().cost.to_string(), "$0.00002", "another model");
}

#[tokio::test]
async fn errors_cut_and_filtered_answers_are_not_kept() {
    for words in FAILURES.into_iter().chain(["cut", "filtered", "empty", "unsaid"]) {
        let (provider, service) = cached(Cache::builder());
        for _ in 0..2 {
            let outcome = provider.generate(&ask(words)).await;
            assert_eq!(outcome.is_err(), FAILURES.contains(&words), "{words}");
            match provider.stream(&ask(words)).await {
                Ok(stream) => drop(stream.collect().await.unwrap()),
                Err(error) => drop(error),
            }
        }
        assert_eq!((service.calls(), provider.cache().memory_used()), (4, 0), "{words}");
    }
}

#[tokio::test]
async fn an_end_without_a_reason_is_trusted_only_where_that_is_said() {
    // It takes five tokens.
    for (most, calls) in [(None, 1), (Some(6), 1), (Some(5), 4)] {
        let (provider, service) = cached(Cache::builder().trust_missing_reasons());
        let mut request = ask("unsaid");
        request.sampling.max_tokens = most;
        for _ in 0..2 {
            provider.stream(&request).await.unwrap().collect().await.unwrap();
            provider.generate(&request).await.unwrap();
        }
        assert_eq!(service.calls(), calls, "{most:?}");
    }
}

#[tokio::test]
async fn a_stream_is_kept_once_it_has_ended_whole() {
    let (provider, service) = cached(Cache::builder());
    let mut stream = provider.stream(&ask("ok")).await.unwrap();
    assert_eq!(stream.next_text().await.unwrap().as_deref(), Some("ok"));
    drop(stream);
    let stream = provider.stream(&ask("late server")).await.unwrap();
    assert_eq!(stream.collect().await.unwrap_err().partial_text(), Some("server"));
    assert_eq!(provider.cache().memory_used(), 0);

    let paid = provider.stream(&ask("ok")).await.unwrap().collect().await.unwrap();
    assert_eq!((paid.cost.clone(), paid.warnings.len()), (answer("ok").cost, 0));
    let calls = service.calls();
    let mut replayed = provider.stream(&ask("ok")).await.unwrap();
    assert_eq!(replayed.next_text().await.unwrap().as_deref(), Some("ok"));
    assert_eq!(Hit::of(&replayed.collect().await.unwrap()).unwrap().cost, paid.cost);
    assert!(Hit::of(&provider.generate(&ask("ok")).await.unwrap()).is_some());
    assert_eq!(service.calls(), calls);
}

#[tokio::test]
async fn media_are_their_content_and_urls_only_where_they_are_trusted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.gif");
    std::fs::write(&path, GIF).unwrap();
    let (provider, service) = cached(Cache::builder());
    for media in [Media::path(&path), Media::bytes(GIF), Media::path(&path)] {
        provider.generate(&about("?", media)).await.unwrap();
    }
    assert_eq!(service.calls(), 1);
    provider.generate(&about("?", Media::bytes(&b"GIF89a\x02\0\x01\0\0\0\0;"[..]))).await.unwrap();
    // What cannot be read is the provider's to refuse.
    let missing = about("?", Media::path(folder.path().join("none.gif")));
    provider.generate(&missing).await.unwrap();
    provider.generate(&missing).await.unwrap();
    assert_eq!(service.calls(), 4);

    let by_url = about("?", Media::url("https://h.org/a.gif"));
    for (settings, calls) in [(Cache::builder(), 4), (Cache::builder().trust_urls(), 1)] {
        let (provider, service) = cached(settings);
        for _ in 0..2 {
            provider.generate(&by_url).await.unwrap();
            provider.stream(&by_url).await.unwrap().collect().await.unwrap();
        }
        assert_eq!(service.calls(), calls);
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_about_a_file_that_changed_meanwhile_is_not_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.gif");
    std::fs::write(&path, GIF).unwrap();
    let (provider, service) = cached(Cache::builder());
    let request = about("slow", Media::path(&path));
    let call = tokio::spawn({
        let (provider, request) = (provider.clone(), request.clone());
        async move { provider.generate(&request).await }
    });
    tokio::time::sleep(SLOW / 2).await;
    std::fs::write(&path, [GIF, b"more"].concat()).unwrap();
    call.await.unwrap().unwrap();
    std::fs::write(&path, GIF).unwrap();
    provider.generate(&request).await.unwrap();
    assert_eq!(service.calls(), 2, "the first answer may be about either content");
    provider.generate(&request).await.unwrap();
    assert_eq!(service.calls(), 2);
}

#[tokio::test]
async fn answers_grow_too_old() {
    let folder = tempfile::tempdir().unwrap();
    let seconds = Arc::new(AtomicU64::new(1_000_000));
    let clock = {
        let seconds = Arc::clone(&seconds);
        move || UNIX_EPOCH + Duration::from_secs(seconds.load(Ordering::SeqCst))
    };
    let hour = Duration::from_secs(3600);
    for settings in [Cache::builder(), Cache::builder().memory(0).directory(folder.path().join("cache"))] {
        let (provider, service) = cached(settings.clock(clock.clone()).max_age(hour));
        for (later, calls) in [(0, 1), (3599, 1), (1, 2), (3599, 2), (1, 3)] {
            seconds.fetch_add(later, Ordering::SeqCst);
            provider.generate(&ask("ok")).await.unwrap();
            assert_eq!(service.calls(), calls);
        }
        // A clock that was far ahead leaves nothing that lasts.
        seconds.fetch_sub(7200, Ordering::SeqCst);
        provider.generate(&ask("ok")).await.unwrap();
        assert_eq!(service.calls(), 4);
    }
}

#[tokio::test]
async fn the_memory_has_a_bound() {
    let (provider, service) = cached(Cache::builder().memory(2000));
    for _ in 0..2 {
        for number in 0..20 {
            provider.generate(&ask(&format!("ok {number}"))).await.unwrap();
            assert!(provider.cache().memory_used() <= 2000);
        }
    }
    assert_eq!(service.calls(), 40);
    assert!(provider.cache().memory_used() > 1000);
    provider.generate(&ask("ok 19")).await.unwrap();
    assert_eq!(service.calls(), 40, "the last one is there");
}

#[tokio::test]
async fn no_customer_sees_anothers_answer() {
    let cache = Cache::builder().build().unwrap();
    let address = "https://api.example.org/v1";
    let origins = [
        origin(),
        Origin::new(address, "key of another"),
        Origin::new("https://other.example.org/v1", "key of one"),
        Origin::for_everyone(address),
    ];
    for (at, origin) in origins.iter().enumerate() {
        let service = Service::default();
        let provider = cache.wrap(service.clone(), origin).unwrap();
        provider.generate(&ask("ok")).await.unwrap();
        assert_eq!(service.calls(), 1, "origin {at}");
    }
    let same = Service::default();
    let provider = cache.wrap(same.clone(), &Origin::new(format!(" {address}/ "), "key of one")).unwrap();
    assert!(Hit::of(&provider.generate(&ask("ok")).await.unwrap()).is_some());
    assert_eq!(same.calls(), 0);
    let error = cache.wrap(same, &Origin::new(address, "")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(error.advice().contains("for_everyone"));
}

#[tokio::test]
async fn nothing_shows_a_secret() {
    const MARKS: [&str; 4] = ["marked-key", "marked-prompt", "marked-user", "marked-query"];
    let folder = tempfile::tempdir().unwrap();
    let directory = folder.path().join("cache");
    let cache = Cache::builder().directory(&directory).build().unwrap();
    let origin = Origin::new("https://marked-user:x@api.example.org/v1?k=marked-query", "marked-key");
    let provider = cache.wrap(Service::default(), &origin).unwrap();
    let answer = provider.generate(&ask("ok marked-prompt")).await.unwrap();
    let shown = format!("{origin:?} {provider:?} {cache:?} {:?} {answer:?}", Cache::builder());
    for file in std::fs::read_dir(&directory).unwrap() {
        let file = file.unwrap();
        let (name, content) = (file.file_name().into_string().unwrap(), std::fs::read(file.path()).unwrap());
        assert!(name == "secret" || name.len() == 64, "{name}");
        // The answer is what the cache is for; this one repeats the prompt.
        let content = String::from_utf8_lossy(&content).replace("ok marked-prompt", "");
        assert!(MARKS.iter().all(|mark| !content.contains(mark) && !name.contains(mark)), "{name}");
    }
    assert!(MARKS.iter().all(|mark| !shown.contains(mark)), "{shown}");
}
