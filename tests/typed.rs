//! Typed answers over real HTTP, for all four families: what models get wrong is mended, asked again, or told.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;
use vlm_core::{Ask, ErrorKind, Money, VisionProviderExt};
use vlm_emulator::{Emulator, Recorded, Script};
use vlm_memories::Memories;
use vlm_schema::extract::{AskExt, AttemptKind, ExtractErrorKind, ReaskPolicy};
use vlm_schema::media::Segment;
use vlm_schema::schema::Schema;

const MODELS: [&str; 4] =
    ["qwen:qwen3-vl-plus", "gemini:gemini-2.5-flash", "nova:us.amazon.nova-lite-v1:0", "gpt:gpt-4.1-mini"];

/// What a picture shows.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Scene {
    /// The main thing.
    subject: String,
    /// How many are seen.
    #[schemars(range(min = 1, max = 3))]
    count: u8,
    /// Its colours.
    colours: Vec<String>,
}

struct Bench {
    emulator: Emulator,
    memories: Memories,
}

impl Bench {
    async fn start(orders: &[&str]) -> Self {
        let emulator = Emulator::builder().media_root(media()).start().await.unwrap();
        emulator.set_script(Script::from_json(serde_json::to_vec(orders).unwrap()).unwrap());
        let memories = Memories::builder("any-key").base_url(emulator.base_url()).build().unwrap();
        Self { emulator, memories }
    }

    fn ask(&self, model: &str) -> Ask {
        self.memories.model(model).ask("Describe the scene.").attach(media().join("coffee.png"))
    }

    /// How many of the requests carried the picture.
    fn with_picture(&self) -> usize {
        let has_picture = |recorded: &Recorded| recorded.body.to_string().contains("data:image/png");
        self.emulator.journal().iter().filter(|recorded| has_picture(recorded)).count()
    }
}

fn media() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../media"))
}

#[tokio::test]
async fn every_family_answers_with_a_value() {
    for model in MODELS {
        let bench = Bench::start(&[]).await;
        let scene = bench.ask(model).extract::<Scene>().await.unwrap();
        assert!(scene.subject.starts_with("[emulated]"), "{model}: {}", scene.subject);
        assert!((1..=3).contains(&scene.count) && !scene.colours.is_empty(), "{model}");
        assert_eq!((scene.ledger.attempts().len(), scene.repairs.len()), (1, 0), "{model}");
        assert!(scene.ledger.is_exact() && scene.ledger.total_cost() > Money::ZERO, "{model}");
    }
}

#[tokio::test]
async fn slips_of_spelling_are_mended_and_listed() {
    let slips = ["fenced", "wrapped", "single-quotes", "trailing-comma", "comments", "python", "twice"];
    for model in MODELS {
        for slip in slips {
            let bench = Bench::start(&[&format!("json={slip}")]).await;
            let scene = bench.ask(model).extract::<Scene>().await.unwrap_or_else(|e| panic!("{model} {slip}: {e}"));
            assert!((1..=3).contains(&scene.count));
            assert!(!scene.repairs.is_empty(), "{model} {slip}");
            assert_eq!(bench.emulator.journal().len(), 1, "{model} {slip}");
        }
    }
}

#[tokio::test]
async fn what_is_wrong_twice_is_recovered_with_the_media_sent_once() {
    for model in MODELS {
        let bench = Bench::start(&["json=wrong-types", "json=missing-field"]).await;
        let policy = ReaskPolicy::default().repairs(2);
        let scene = bench.ask(model).extract::<Scene>().reask(policy).await.unwrap_or_else(|e| panic!("{model}: {e}"));
        assert!(scene.subject.starts_with("[emulated]"));
        let kinds: Vec<AttemptKind> = scene.ledger.attempts().iter().map(|attempt| attempt.kind).collect();
        assert_eq!(kinds, [AttemptKind::First, AttemptKind::Repair, AttemptKind::Repair], "{model}");
        assert!(scene.ledger.attempts()[0].rejected.is_some() && scene.ledger.attempts()[2].rejected.is_none());
        assert_eq!((bench.emulator.journal().len(), bench.with_picture()), (3, 1), "{model}");
    }
}

#[tokio::test]
async fn a_full_question_sends_the_media_again() {
    let bench = Bench::start(&["json=prose", "json=prose"]).await;
    let policy = ReaskPolicy::default().full(1);
    let scene = bench.ask(MODELS[2]).extract::<Scene>().reask(policy).await.unwrap();
    let kinds: Vec<AttemptKind> = scene.ledger.attempts().iter().map(|attempt| attempt.kind).collect();
    assert_eq!(kinds, [AttemptKind::First, AttemptKind::Repair, AttemptKind::Full]);
    assert_eq!(bench.with_picture(), 2);
}

#[tokio::test]
async fn what_stays_wrong_comes_back_with_everything_that_was_paid_for() {
    for model in MODELS {
        let bench = Bench::start(&["json=missing-field", "json=missing-field"]).await;
        let error = bench.ask(model).extract::<Scene>().await.unwrap_err();
        assert!(matches!(error.kind(), ExtractErrorKind::Misfit(_)), "{model}: {error}");
        assert!(!error.mismatches().is_empty());
        assert!(error.text().is_some_and(|text| text.contains("[emulated]")), "{model}");
        assert_eq!(error.ledger().attempts().len(), 2);
        assert!(error.ledger().attempts().iter().all(|attempt| attempt.rejected.is_some()));
        let shared = vlm_core::Error::from(error);
        assert_eq!(shared.kind(), ErrorKind::Schema);
        assert!(shared.usage().is_some());
    }
}

#[tokio::test]
async fn an_answer_that_is_cut_off_is_no_broken_json_and_not_asked_again() {
    for model in MODELS {
        let bench = Bench::start(&["json=truncated"]).await;
        let error = bench.ask(model).extract::<Scene>().await.unwrap_err();
        assert!(matches!(error.kind(), ExtractErrorKind::CutOff), "{model}: {error}");
        assert_eq!(bench.emulator.journal().len(), 1, "{model}");
        assert_eq!(vlm_core::Error::from(error).kind(), ErrorKind::Truncated);
    }
}

#[tokio::test]
async fn strict_takes_json_and_nothing_else() {
    let bench = Bench::start(&["json=fenced", "json=fenced"]).await;
    let error = bench.ask(MODELS[0]).extract::<Scene>().strict().await.unwrap_err();
    assert!(matches!(error.kind(), ExtractErrorKind::NotJson(_)), "{error}");
}

#[tokio::test]
async fn a_check_of_ones_own_is_asked_again_like_anything_else() {
    let bench = Bench::start(&[r#"text={"subject": "x", "count": 2, "colours": []}"#]).await;
    let coloured = |scene: &Scene| if scene.colours.is_empty() { Err("name a colour".to_owned()) } else { Ok(()) };
    let scene = bench.ask(MODELS[1]).extract::<Scene>().check(coloured).await.unwrap();
    assert!(!scene.colours.is_empty());
    assert!(scene.ledger.attempts()[0].rejected.as_ref().unwrap().contains("name a colour"));
}

#[tokio::test]
async fn bounds_that_only_the_schema_knows_are_checked() {
    let bench = Bench::start(&[r#"text={"subject": "x", "count": 200, "colours": []}"#]).await;
    let error = bench.ask(MODELS[0]).extract::<Scene>().reask(ReaskPolicy::never()).await.unwrap_err();
    assert_eq!(error.mismatches()[0].path, "/count", "{error}");
}

#[tokio::test]
async fn limits_stop_asking_again() {
    for policy in [ReaskPolicy::default().max_cost(Money::from_pico_usd(1)), ReaskPolicy::default().max_tokens(1)] {
        let bench = Bench::start(&["json=missing-field"]).await;
        let error = bench.ask(MODELS[0]).extract::<Scene>().reask(policy).await.unwrap_err();
        assert_eq!((error.ledger().attempts().len(), bench.emulator.journal().len()), (1, 1), "{error}");
    }
}

#[tokio::test]
async fn another_model_can_repair() {
    let bench = Bench::start(&["json=wrong-types"]).await;
    let policy = ReaskPolicy::default().repair_model(bench.memories.model(MODELS[3]));
    let scene = bench.ask(MODELS[2]).extract::<Scene>().reask(policy).await.unwrap();
    let models: Vec<&str> = scene.ledger.attempts().iter().map(|attempt| attempt.model.as_str()).collect();
    assert_eq!(models, [MODELS[2], MODELS[3]]);
}

#[tokio::test]
async fn a_failed_call_keeps_the_books() {
    let bench = Bench::start(&["json=missing-field", "status=402"]).await;
    let error = bench.ask(MODELS[0]).extract::<Scene>().await.unwrap_err();
    assert_eq!(error.ledger().attempts().len(), 2);
    assert!(error.ledger().total_cost() > Money::ZERO);
    assert_eq!(vlm_core::Error::from(error).kind(), ErrorKind::Quota);
}

#[tokio::test]
async fn films_in_segments() {
    for model in &MODELS[..3] {
        let bench = Bench::start(&[]).await;
        let film = bench.emulator.media_url("launch-and-coffee.mp4");
        let ask = bench.memories.model(*model).ask("What happens when?").attach(film);
        let segments = ask.extract::<Vec<Segment<String>>>().await.unwrap_or_else(|error| panic!("{model}: {error}"));
        assert!(!segments.is_empty(), "{model}");
    }
}

#[tokio::test]
async fn a_growing_value_is_the_beginning_of_the_finished_one() {
    for model in MODELS {
        let bench = Bench::start(&[]).await;
        let mut growing = bench.ask(model).extract::<Scene>().stream().await.unwrap();
        let mut subjects = Vec::new();
        while let Some(value) = growing.next().await.unwrap() {
            subjects.extend(value["subject"].as_str().map(str::to_owned));
        }
        assert!(growing.is_complete("/subject") && growing.is_complete(""));
        let scene = growing.finish().await.unwrap();
        assert!(!subjects.is_empty(), "{model}");
        assert!(subjects.iter().all(|part| scene.subject.starts_with(part)), "{model}: {subjects:?}");
    }
}

/// Something that is seen.
#[derive(Debug, Deserialize, JsonSchema)]
struct Thing {
    name: String,
    #[schemars(range(min = 1))]
    count: u32,
}

#[tokio::test]
async fn elements_come_one_by_one() {
    for model in MODELS {
        let bench = Bench::start(&[]).await;
        let mut things = bench.ask(model).extract_each::<Thing>().elements().await.unwrap();
        let mut seen = 0;
        while let Some(thing) = things.next().await {
            let thing = thing.unwrap_or_else(|error| panic!("{model}: {error}"));
            assert!(!thing.name.is_empty() && thing.count >= 1);
            seen += 1;
        }
        assert!(seen > 0, "{model}");
        assert!(things.completion().cost.is_exact() && things.ledger().total_tokens() > 0, "{model}");
        assert!(things.next().await.is_none());
    }
}

#[tokio::test]
async fn elements_by_a_schema_that_is_data_may_have_definitions() {
    let item = serde_json::json!({
        "type": "object",
        "properties": {"name": {"$ref": "#/$defs/word"}, "parts": {"type": "array", "items": {"$ref": "#"}}},
        "required": ["name"],
        "$defs": {"word": {"type": "string", "minLength": 3}},
    });
    let schema = Schema::from_value("part", item).unwrap();
    let list = r#"text={"elements": [{"name": "lid", "parts": [{"name": "knob"}]}, {"name": "ab"}]}"#;
    let bench = Bench::start(&[list]).await;
    let mut parts = bench.ask(MODELS[0]).extract_each_json(&schema).elements().await.unwrap();
    assert_eq!(parts.next().await.unwrap().unwrap()["parts"][0]["name"], "knob");
    let wrong = parts.next().await.unwrap().unwrap_err();
    assert_eq!(wrong.mismatches()[0].path, "/1/name", "{wrong}");
    assert!(parts.next().await.is_none());
}

#[tokio::test]
async fn a_wrong_element_is_an_error_in_its_place() {
    let list =
        r#"text={"elements": [{"name": "a", "count": 1}, {"name": "b", "count": 0}, {"name": "c", "count": 3}]}"#;
    let bench = Bench::start(&[list]).await;
    let mut things = bench.ask(MODELS[0]).extract_each::<Thing>().elements().await.unwrap();
    assert_eq!(things.next().await.unwrap().unwrap().name, "a");
    let wrong = things.next().await.unwrap().unwrap_err();
    assert_eq!(wrong.mismatches()[0].path, "/1/count", "{wrong}");
    assert_eq!(things.next().await.unwrap().unwrap().name, "c");
    assert!(things.next().await.is_none());
}

#[tokio::test]
async fn elements_that_are_cut_off_say_so_after_the_whole_ones() {
    let bench = Bench::start(&["json=truncated:90%"]).await;
    let mut things = bench.ask(MODELS[2]).extract_each::<Thing>().elements().await.unwrap();
    let mut last = None;
    while let Some(thing) = things.next().await {
        last = Some(thing);
    }
    let error = last.unwrap().unwrap_err();
    assert!(matches!(error.kind(), ExtractErrorKind::CutOff), "{error}");
    assert!(error.ledger().total_tokens() > 0);
}
