//! Input tokens part by part, for each family of rules, and what the options of a part change.

use std::time::Duration;

use insta::{assert_json_snapshot, assert_snapshot};
use serde_json::json;
use vlm_core::{Media, MediaFacts};
use vlm_estimate::{Estimate, EstimateExt, What};

use crate::support::{by_rules, qwen, sample};

async fn estimate(model: &crate::support::Silent, media: Media) -> Estimate {
    model.model().ask("What is in this?").attach(media).estimate().await.unwrap()
}

#[tokio::test]
async fn text_pictures_films_and_what_surrounds_them() {
    let film = MediaFacts::film(1280, 720, Duration::from_secs(60)).with_frames(1800, 30.0);
    let estimate = qwen()
        .model()
        .ask("What happens here?")
        .attach(sample("coffee.png"))
        .attach(Media::url("https://example.org/clip.mp4").with_facts(film))
        .attach("https://example.org/unknown.jpg")
        .system("Answer briefly.")
        .estimate()
        .await
        .unwrap();
    assert_json_snapshot!("all_parts", estimate);
    assert_snapshot!("one_line", estimate.to_string());
    assert_eq!(estimate.parts[2].tokens.to_string(), "230", "600 x 400 becomes 608 x 384, and two marks");
    assert_eq!(estimate.parts[3].tokens.to_string(), "35642");
    assert_eq!(estimate.tokens_of(What::Image).likely, 230 + estimate.parts[4].tokens.likely);
    let again: Estimate = serde_json::from_value(json!(estimate)).unwrap();
    assert_eq!(again, estimate);
}

#[tokio::test]
async fn every_family_of_rules_counts_the_sample_media() {
    let rules = [
        "qwen:qwen3-vl-plus",
        "qwen:qwen-vl-max",
        "gemini:gemini-2.5-flash",
        "gemini:gemini-3-pro-preview",
        "nova:us.amazon.nova-lite-v1:0",
        "nova:us.amazon.nova-2-lite-v1:0",
        "gpt:gpt-4o",
        "gpt:gpt-5.2",
        "a-model-without-rules",
    ];
    let mut lines = String::new();
    for name in rules {
        let model = by_rules(name);
        for file in ["coffee.png", "rocket.jpg", "launch-and-coffee.mp4"] {
            let line = match model.model().ask("What is in this?").attach(sample(file)).estimate().await {
                Ok(estimate) => {
                    let part = &estimate.parts[1];
                    format!(
                        "{} {:?} resized {:?} frames {:?}",
                        part.tokens, part.tokens.confidence, part.resized, part.frames
                    )
                }
                Err(error) => error.problems()[0].to_string(),
            };
            lines.push_str(&format!("{name} {file}: {line}\n"));
        }
    }
    assert_snapshot!("families", lines);
}

#[tokio::test]
async fn options_of_a_part_change_its_tokens() {
    let large = || Media::url("https://example.org/a.jpg").with_facts(MediaFacts::picture(4000, 3000));
    let tokens = |estimate: &Estimate| estimate.parts[1].tokens.likely;
    let plain = tokens(&estimate(&qwen(), large()).await);
    let small = tokens(&estimate(&qwen(), large().max_pixels(262_144)).await);
    assert!(plain > 2400 && small <= 258, "{plain} {small}");
    let gpt = by_rules("gpt:gpt-4o");
    assert_eq!(tokens(&estimate(&gpt, large().detail(vlm_core::Detail::Low)).await), 85);
    assert_eq!(tokens(&estimate(&gpt, large().detail(vlm_core::Detail::High)).await), 765);

    let minute = MediaFacts::film(1280, 720, Duration::from_secs(60)).with_frames(1800, 30.0);
    let film = || Media::url("https://example.org/a.mp4").with_facts(minute.clone());
    assert_eq!(tokens(&estimate(&qwen(), film()).await), 35_642);
    assert_eq!(tokens(&estimate(&qwen(), film().fps(0.5)).await), 8912);
    let cut = film().start(Duration::from_secs(10)).end(Duration::from_secs(40));
    assert_eq!(tokens(&estimate(&qwen(), cut).await), 30 * 594 + 2);
}

#[tokio::test]
async fn settings_in_the_extras_count() {
    let ask = |value| {
        let picture = Media::url("https://example.org/a.jpg").with_facts(MediaFacts::picture(4096, 4096));
        qwen().model().ask("?").attach(picture).extra("silent", "body", json!({"vl_high_resolution_images": value}))
    };
    assert_eq!(ask(false).estimate().await.unwrap().parts[1].tokens.likely, 2502);
    assert_eq!(ask(true).estimate().await.unwrap().parts[1].tokens.likely, 16_386);
}

#[tokio::test]
async fn a_schema_is_counted_as_a_guess() {
    let schema = json!({"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]});
    let estimate = qwen().model().ask("?").json_schema("thing", schema).estimate().await.unwrap();
    let schema = estimate.tokens_of(What::Schema);
    assert!(schema.low == 0 && schema.likely > 10 && schema.high.unwrap() > schema.likely, "{schema:?}");
    assert_eq!(estimate.parts.last().unwrap().what, What::Overhead);
}
