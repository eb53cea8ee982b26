//! The embedded list is readable and says what the file says; tier edges are exact; sound is counted.

use serde_json::Value;

use super::*;

fn entries() -> Vec<Value> {
    serde_json::from_str(BUILT_IN).unwrap()
}

#[test]
fn the_built_in_list_holds_every_figure_of_its_file() {
    let list = PriceList::from_json(BUILT_IN).unwrap();
    assert_eq!(list.iter().count(), entries().len());
    assert_eq!(&list, PriceList::built_in());
    for entry in entries() {
        let name = entry["model"].as_str().unwrap();
        assert!(entry["source"].as_str().unwrap().starts_with("https://"), "{name}");
        assert_eq!(entry["read"].as_str().unwrap().len(), "2026-11-27".len(), "{name}");
        let schedule = list.schedule(name).unwrap();
        let tiers = entry["tiers"].as_array().unwrap();
        assert_eq!(schedule.tiers().len(), tiers.len(), "{name}");
        for (tier, written) in schedule.tiers().iter().zip(tiers) {
            assert_eq!(tier.up_to_input_tokens, written["up_to_input_tokens"].as_u64(), "{name}");
            let figure = |key: &str| written[key].as_str().map(|text| text.parse::<Money>().unwrap());
            assert_eq!(Some(tier.input_per_token.times(1_000_000)), figure("input"), "{name}");
            assert_eq!(Some(tier.output_per_token.times(1_000_000)), figure("output"), "{name}");
            let cached = tier.cached_input_per_token.map(|price| price.times(1_000_000));
            assert_eq!(cached, figure("cached_input"), "{name}");
        }
    }
}

#[test]
fn a_tier_edge_belongs_to_the_lower_tier_and_rates_the_whole_request() {
    let cost = |input| PriceList::built_in().cost("gemini-2.5-pro", &Usage::new().with_tokens(input, 1000)).to_string();
    assert_eq!(cost(200_000), "$0.26");
    assert_eq!(cost(200_001), "$0.5150025");
    assert_eq!(cost(1_000_000), "$2.515");
}

#[test]
fn cached_input_has_its_own_rate() {
    let mut usage = Usage::new().with_tokens(100_000, 0);
    usage.cached_input_tokens = Some(90_000);
    assert_eq!(PriceList::built_in().cost("gemini-2.5-flash", &usage).to_string(), "$0.0057");
}

#[test]
fn sound_costs_more_where_it_does_and_is_never_guessed() {
    let list = PriceList::built_in();
    let mut usage = Usage::new().with_tokens(10_000, 0);
    usage.input_by_modality.audio = Some(4_000);
    assert_eq!(list.cost("gemini-2.5-flash", &usage).to_string(), "$0.0058");
    assert_eq!(list.cost("gemini-2.5-pro", &usage).to_string(), "$0.0125");
    usage.cached_input_tokens = Some(5_000);
    let unclear = list.cost("gemini-2.5-flash", &usage);
    assert!(!unclear.is_exact() && unclear.to_string().starts_with("at least $"), "{unclear}");
    assert!(list.cost("gemini-2.5-pro", &usage).is_exact());
    // More sound than input is nonsense; it costs no more than all of it.
    let mut odd = Usage::new().with_tokens(10, 0);
    odd.input_by_modality.audio = Some(u64::MAX);
    assert_eq!(list.cost("gemini-2.5-flash", &odd).to_string(), "$0.00001");
    assert!(list.cost("no-such-model", &usage).amount().is_none());
}

#[test]
fn wrong_lists_are_refused_with_the_model_they_are_wrong_about() {
    let list = |change: &str| {
        let entry = r#"[{"model":"m","currency":"USD","unit":"per_1k_tokens","tiers":[{"up_to_input_tokens":5,"input":"1","output":"2"},{"up_to_input_tokens":null,"input":"3","output":"4"}]}]"#;
        let (from, to) = change.split_once('>').unwrap();
        assert!(entry.contains(from));
        PriceList::from_json(&entry.replacen(from, to, 1)).map(|_| ()).map_err(|error| error.to_string())
    };
    assert_eq!(list("USD>EUR"), Ok(()));
    assert!(list("USD>dollars").unwrap_err().contains("three capital letters"));
    assert!(list(r#""1">"0.0000000001""#).unwrap_err().contains("finer than a millionth of a millionth"));
    assert!(list(r#""2"}>"2","batch_input":"1"}"#).unwrap_err().contains("both batch_input and batch_output"));
    assert!(list(r#""2"}>"2","batch_input":"1","batch_output":"1"}"#).unwrap_err().contains("some tiers only"));
    assert!(list(r#""2"}>"2","audio_input":"1"}"#).unwrap_err().contains("sound stand in some tiers only"));
    assert!(list("per_1k_tokens>per_token").unwrap_err().contains("not readable"));
    assert!(list("null>5").unwrap_err().contains("rising order"));
    let twice = BUILT_IN.replacen("gemini-2.5-flash-lite", "gemini-2.5-flash", 1);
    assert!(PriceList::from_json(&twice).unwrap_err().to_string().contains("listed twice"));
}

#[test]
fn a_list_of_ones_own_stands_in_front_of_the_built_in_one() {
    let own = r#"[{"model": "gemini-2.5-flash", "currency": "EUR", "unit": "per_1m_tokens", "tiers": [
        {"up_to_input_tokens": null, "input": "2", "output": "8", "batch_input": "1", "batch_output": "4"}]}]"#;
    let list = PriceList::built_in().clone().overridden_by(PriceList::from_json(own).unwrap());
    assert_eq!(list.iter().count(), PriceList::built_in().iter().count());
    let usage = Usage::new().with_tokens(1_000_000, 100_000);
    assert_eq!(list.cost("gemini-2.5-flash", &usage).to_string(), "2.8 EUR");
    let batch = list.schedule("gemini-2.5-flash").unwrap().batch().unwrap();
    assert_eq!(batch.cost(&usage).to_string(), "1.4 EUR");
    let set = PriceList::default().with("x", list.schedule("gemini-2.5-flash").unwrap().clone());
    assert_eq!(set.cost("x", &usage).to_string(), "2.8 EUR");
}
