//! Media behind URLs: unknown sizes are ranges that hold the bill, and looking at a URL tells what the file tells.

use vlm_core::{Media, MediaFacts, Request, VisionProvider};
use vlm_estimate::{Confidence, Estimator};
use vlm_http::MediaFetcher;
use vlm_memories::pricing;

use crate::held::Bench;
use crate::support::film::Film;
use crate::support::samples;

const FILM: &str = "launch-and-coffee.mp4";

/// An estimator that may look at URLs of this machine, and read so many bytes of each.
fn looking(most: u64) -> Estimator {
    let fetcher = MediaFetcher::builder().allow_loopback(true).max_bytes(most).build().unwrap();
    Estimator::new().probe_urls(fetcher)
}

#[tokio::test]
async fn of_a_url_that_nobody_looked_at_the_range_holds_the_bill() {
    let bench = Bench::start(&samples()).await;
    for (family, id, _) in pricing::built_in().iter() {
        let model = format!("{family}:{id}");
        let films = (family != "gpt").then_some(FILM);
        for name in ["coffee.png", "rocket.jpg"].into_iter().chain(films) {
            let what = format!("{model} {name}");
            let held = bench.hold(&model, Media::url(bench.emulator.media_url(name))).await;
            assert!(held.estimate.input.contains(held.billed()), "{what}: {} billed, {}", held.billed(), held.estimate);
            let told = held.estimate.unknown.iter().any(|unknown| unknown.path.as_deref() == Some(&held.media().path));
            // Gemini 3 and Nova 2 bill every picture alike: nothing of it needs to be known.
            assert!(told || held.media().tokens.confidence != Confidence::Unknown, "{what}");
        }
    }
}

#[tokio::test]
async fn looking_at_a_url_tells_what_the_file_tells() {
    let folder = tempfile::tempdir().unwrap();
    let hour = Film::lasting(3600, (60_000, 1001), (1920, 1080)).with_sound().write(folder.path());
    for (root, name) in [
        (samples(), "coffee.png"),
        (samples(), "rocket.jpg"),
        (samples(), FILM),
        (folder.path().to_owned(), hour.file_name().unwrap().to_str().unwrap()),
    ] {
        let bench = Bench::start(&root).await;
        let mut request = bench.request("qwen:qwen3-vl-plus", Media::url(bench.emulator.media_url(name)));
        let local = vlm_media::probe_file(root.join(name)).unwrap();
        let told = attached(&request).clone().with_facts(local.facts.clone());
        let told = bench.request("qwen:qwen3-vl-plus", told);
        let known = Estimator::new().estimate(&bench.memories, &told).await.unwrap();
        // A tenth of a megabyte is enough for each, however long it is.
        let looking = looking(100_000);
        let seen = looking.estimate(&bench.memories, &request).await.unwrap();
        assert_eq!((&seen.parts, &seen.unknown), (&known.parts, &known.unknown), "{name}");
        looking.inspect(&mut request).await;
        assert_eq!(facts(&request), local.facts, "{name}");
        assert_eq!(attached(&request).media_type(), Some(local.media_type), "{name}");
        let answer = bench.memories.generate(&request).await.unwrap();
        assert_eq!(seen.input.likely, answer.usage.input_tokens.unwrap(), "{name}");
        let read = bench.emulator.journal().iter().filter(|seen| seen.endpoint == Some("media")).count();
        assert!((2..=8).contains(&read), "{name}: {read} reads for two looks");
    }
}

fn attached(request: &Request) -> &Media {
    request.media().next().unwrap()
}

fn facts(request: &Request) -> MediaFacts {
    attached(request).facts().cloned().unwrap_or_default()
}

#[tokio::test]
async fn a_url_that_cannot_be_looked_at_stays_unknown_and_says_why() {
    let bench = Bench::start(&samples()).await;
    let request = bench.request("gpt:gpt-4o", Media::url(bench.emulator.media_url("no-such-picture.png")));
    let estimate = looking(100_000).estimate(&bench.memories, &request).await.unwrap();
    assert!(estimate.unknown.iter().any(|unknown| unknown.message.contains("could not be looked at")), "{estimate:?}");
    let not_allowed = MediaFetcher::builder().build().unwrap();
    let estimator = Estimator::new().probe_urls(not_allowed);
    let request = bench.request("gpt:gpt-4o", Media::url(bench.emulator.media_url("coffee.png")));
    let connections = bench.emulator.connections();
    let estimate = estimator.estimate(&bench.memories, &request).await.unwrap();
    assert!(estimate.input.contains(bench.memories.generate(&request).await.unwrap().usage.input_tokens.unwrap()));
    assert!(estimate.unknown.iter().any(|unknown| unknown.message.contains("could not be looked at")), "{estimate:?}");
    assert_eq!(bench.emulator.connections(), connections + 1, "the answer, and no look");
}
