//! The embedded list is readable and says what the file says; tier edges are exact; sound is counted.

use serde_json::Value;

use vlm_core::{Cost, Money, Usage};

use super::*;

fn cost(model: &str, usage: &Usage) -> Cost {
    built_in().get(GROUP, model).map(|schedule| schedule.cost(usage)).unwrap_or_default()
}

fn entries() -> Vec<Value> {
    serde_json::from_str(BUILT_IN).unwrap()
}

#[test]
fn the_built_in_list_holds_every_figure_of_its_file() {
    let list = PriceList::from_json(BUILT_IN).unwrap();
    assert_eq!(list.iter().count(), entries().len());
    assert_eq!(&list, built_in());
    for entry in entries() {
        let name = entry["model"].as_str().unwrap();
        assert!(entry["source"].as_str().unwrap().starts_with("https://"), "{name}");
        assert_eq!(entry["read"].as_str().unwrap().len(), "2026-11-27".len(), "{name}");
        let schedule = list.get(GROUP, name).unwrap();
        let tiers = entry["tiers"].as_array().unwrap();
        assert_eq!(schedule.tiers().len(), tiers.len(), "{name}");
        for (tier, written) in schedule.tiers().iter().zip(tiers) {
            assert_eq!(tier.up_to_input_tokens, written["up_to_input_tokens"].as_u64(), "{name}");
            let figure = |key: &str| written[key].as_str().map(|text| text.parse::<Money>().unwrap());
            assert_eq!(Some(tier.input_per_token.times(1_000_000)), figure("input"), "{name}");
            assert_eq!(Some(tier.output_per_token.times(1_000_000)), figure("output"), "{name}");
            let cached = tier.cached_input_per_token.map(|price| price.times(1_000_000));
            assert_eq!(cached, figure("cached_input"), "{name}");
            let sound = tier.audio_input_per_token.map(|price| price.times(1_000_000));
            assert_eq!(sound, figure("audio_input"), "{name}");
            let cached = tier.cached_audio_input_per_token.map(|price| price.times(1_000_000));
            assert_eq!(cached, figure("cached_audio_input"), "{name}");
        }
    }
}

#[test]
fn a_tier_edge_belongs_to_the_lower_tier_and_rates_the_whole_request() {
    let of = |input| cost("gemini-2.5-pro", &Usage::new().with_tokens(input, 1000)).to_string();
    assert_eq!(of(200_000), "$0.26");
    assert_eq!(of(200_001), "$0.5150025");
    assert_eq!(of(1_000_000), "$2.515");
}

#[test]
fn cached_input_has_its_own_rate() {
    let mut usage = Usage::new().with_tokens(100_000, 0);
    (usage.cached_input_tokens, usage.input_by_modality.text) = (Some(90_000), Some(100_000));
    assert_eq!(cost("gemini-2.5-flash", &usage).to_string(), "$0.0057");
}

#[test]
fn sound_costs_more_where_it_does_and_is_never_guessed() {
    let mut usage = Usage::new().with_tokens(10_000, 0);
    usage.input_by_modality.audio = Some(4_000);
    assert_eq!(cost("gemini-2.5-flash", &usage).to_string(), "$0.0058");
    assert_eq!(cost("gemini-2.5-pro", &usage).to_string(), "$0.0125");
    usage.cached_input_tokens = Some(5_000);
    let unclear = cost("gemini-2.5-flash", &usage);
    assert!(!unclear.is_exact() && unclear.to_string().starts_with("at least $"), "{unclear}");
    assert!(cost("gemini-2.5-pro", &usage).is_exact());
    // More sound than input is nonsense; it costs no more than all of it.
    let mut odd = Usage::new().with_tokens(10, 0);
    odd.input_by_modality.audio = Some(u64::MAX);
    assert_eq!(cost("gemini-2.5-flash", &odd).to_string(), "$0.00001");
    assert!(cost("no-such-model", &usage).amount().is_none());
}
