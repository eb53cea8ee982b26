//! What the tokens cost: the range, the tier and its reason, and when nothing can be said.

use vlm_core::{Media, MediaFacts, PriceSchedule};
use vlm_estimate::{Estimate, EstimateExt};

use crate::support::{Silent, by_rules, money, qwen, tier};

/// An estimate for a model by words alone: the input is known to the token.
async fn of_words(model: &Silent, words: usize) -> Estimate {
    let facts = MediaFacts::picture(640, 640);
    let mut ask = model.model().ask("?");
    for _ in 0..words {
        ask = ask.attach(Media::url("https://example.org/a.jpg").with_facts(facts.clone()));
    }
    ask.max_tokens(1000).estimate().await.unwrap()
}

#[tokio::test]
async fn the_range_goes_from_no_answer_to_the_longest() {
    let estimate = of_words(&qwen(), 1).await;
    let input = estimate.input;
    let rate = |tokens: u64| money("0.00000021").times(tokens);
    assert_eq!(estimate.cost.low, Some(rate(input.low)));
    assert_eq!(estimate.cost.high, Some(rate(input.high.unwrap()) + money("0.00000168").times(1000)));
    assert_eq!(estimate.cost.likely, Some(rate(input.likely) + money("0.00000168").times(256)));
    assert!(estimate.cost.low < estimate.cost.likely && estimate.cost.likely < estimate.cost.high);
    let reason = estimate.cost.tier_reason.unwrap();
    assert_eq!(reason, format!("{} input tokens fall into the tier up to 32000", input.likely));
}

#[tokio::test]
async fn a_range_over_a_border_says_so() {
    // 402 tokens each: 79 of them end a little below 32,000, 80 lie between the two readings of 32K.
    let estimate = of_words(&qwen(), 80).await;
    let reason = estimate.cost.tier_reason.unwrap();
    assert!(reason.contains("fall into the tier up to 128000"), "{reason}");
    assert!(reason.contains("up to 32768 tokens it is the lower one if the service means 1,024 by K"), "{reason}");

    let film = Media::url("https://example.org/a.mp4").video();
    let open = qwen().model().ask("?").attach(film).estimate().await.unwrap();
    let reason = open.cost.tier_reason.unwrap();
    assert!(reason.contains("within the range it may be the tier up to"), "{reason}");
    assert_eq!(open.cost.high.unwrap(), {
        let most = open.input.high.unwrap();
        let rates = if most <= 128_000 { ("0.00000031", "0.00000252") } else { ("0.00000063", "0.00000503") };
        money(rates.0).times(most) + money(rates.1).times(1024)
    });
}

#[tokio::test]
async fn above_the_last_tier_the_most_is_not_known() {
    let mut model = qwen();
    model.0.price = PriceSchedule::new(vec![tier(Some(100), "0.001", "0.001")]);
    let estimate = of_words(&model, 1).await;
    assert_eq!((estimate.cost.low, estimate.cost.high), (None, None));
    assert!(estimate.unknown.iter().any(|unknown| unknown.message.contains("ends at 100 tokens")));
    assert_eq!(estimate.cost.to_string(), "unknown");
}

#[tokio::test]
async fn without_a_price_there_is_none() {
    let mut model = qwen();
    model.0.price = None;
    let estimate = of_words(&model, 1).await;
    assert_eq!(estimate.cost, vlm_estimate::CostEstimate::default());
    assert!(estimate.unknown.iter().any(|unknown| unknown.message.contains("no price is known")));
}

#[tokio::test]
async fn another_currency_stays_what_it_is() {
    let mut model = qwen();
    let schedule = PriceSchedule::new(vec![tier(None, "0.001", "0.01")]).unwrap();
    model.0.price = Some(schedule.in_currency("EUR".parse().unwrap()));
    let estimate = of_words(&model, 1).await;
    assert!(estimate.cost.to_string().ends_with(" EUR"), "{}", estimate.cost);
    assert_eq!(estimate.cost.tier_reason, None, "one tier needs no reason");
}

#[tokio::test]
async fn sound_is_rated_by_its_own_price() {
    let mut model = by_rules("gemini:gemini-2.5-flash").0;
    let sound = money("0.000001");
    let flat = tier(None, "0.0000003", "0.0000025").with_audio_input(sound, None);
    model.price = PriceSchedule::new(vec![flat]);
    let model = Silent(model);
    let of = |sound: Option<bool>| {
        let mut facts = MediaFacts::film(1280, 720, std::time::Duration::from_secs(60));
        facts.sound = sound;
        let film = Media::url("https://example.org/a.mp4").with_facts(facts);
        model.model().ask("What happens?").attach(film).max_tokens(10).estimate()
    };
    let (heard, silent, either) =
        (of(Some(true)).await.unwrap(), of(Some(false)).await.unwrap(), of(None).await.unwrap());
    // 32 tokens a second, and $0.70 a million more than other input.
    let tokens = heard.parts.iter().find_map(|part| part.sound).unwrap();
    assert!(tokens.contains(1920), "{tokens:?}");
    assert_eq!(silent.parts.iter().find_map(|part| part.sound), None);
    let apart = heard.cost.likely.unwrap().checked_sub(silent.cost.likely.unwrap());
    assert_eq!(apart, Some(sound.times(tokens.likely)));
    assert_eq!((either.cost.low, either.cost.high), (silent.cost.low, heard.cost.high));
}
