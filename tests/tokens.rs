//! Two independent readings of the token rules: what `vlm-tokens` says beforehand, and what the emulator bills.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::PathBuf;

use vlm_core::{Media, VisionProviderExt};
use vlm_emulator::Emulator;
use vlm_memories::Memories;
use vlm_memories::pricing;
use vlm_tokens::{Clip, Size, Timing, Tokens, rules_for};

const PROMPT: &str = "What is in this?";
const PICTURES: [(&str, u32, u32); 3] = [("coffee.png", 600, 400), ("chelsea.png", 451, 300), ("rocket.jpg", 640, 427)];
const FILM: (&str, u32, u32) = ("launch-and-coffee.mp4", 640, 426);

fn media() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../media"))
}

async fn billed(memories: &Memories, model: &str, attached: Media) -> u64 {
    memories.model(model).ask(PROMPT).attach(attached).await.unwrap().usage.input_tokens.unwrap()
}

#[track_caller]
fn assert_within(what: &str, expected: Tokens, billed: u64) {
    assert!((expected.low..=expected.high).contains(&billed), "{what}: {billed} tokens billed, expected {expected:?}");
}

#[tokio::test]
async fn every_priced_model_bills_what_the_rules_say() {
    let emulator = Emulator::builder().media_root(media()).start().await.unwrap();
    let memories = Memories::builder("any-key").base_url(emulator.base_url()).build().unwrap();
    for (family, id, _) in pricing::built_in().iter() {
        let model = format!("{family}:{id}");
        let rules = rules_for(&model).unwrap();
        let words = rules.text(PROMPT) + rules.message_overhead(1);
        for (name, width, height) in PICTURES {
            let expected = rules.image(Size::new(width, height)).unwrap().tokens + words;
            let billed = billed(&memories, &model, Media::path(media().join(name))).await;
            assert_within(&format!("{model} {name}"), expected, billed);
        }
        let (name, width, height) = FILM;
        let clip = Clip::with_frames(Size::new(width, height), Timing::new(144, 24.0)).silent();
        if let (true, Ok(film)) = (family != "gpt", rules.video(&clip)) {
            let billed = billed(&memories, &model, Media::url(emulator.media_url(name))).await;
            assert_within(&format!("{model} {name}"), film.tokens + words, billed);
        }
    }
}
