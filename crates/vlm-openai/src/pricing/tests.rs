//! The embedded list is readable and says what the file says; tier edges are exact.

use serde_json::Value;
use vlm_core::Money;

use super::*;

fn entries() -> Vec<Value> {
    serde_json::from_str(BUILT_IN).unwrap()
}

#[test]
fn the_built_in_list_holds_every_figure_of_its_file() {
    let list = PriceList::from_json(BUILT_IN).unwrap();
    assert_eq!(list.iter().count(), entries().len());
    assert_eq!(&list, built_in());
    for entry in entries() {
        let (service, model) = (entry["service"].as_str().unwrap(), entry["model"].as_str().unwrap());
        let schedule = list.get(service, model).unwrap();
        let tiers = entry["tiers"].as_array().unwrap();
        assert_eq!(schedule.tiers().len(), tiers.len(), "{model}");
        for (tier, written) in schedule.tiers().iter().zip(tiers) {
            assert_eq!(tier.up_to_input_tokens, written["up_to_input_tokens"].as_u64(), "{model}");
            let figure = |key: &str| written[key].as_str().map(|text| text.parse::<Money>().unwrap());
            assert_eq!(Some(tier.input_per_token.times(1_000_000)), figure("input"), "{model}");
            assert_eq!(Some(tier.output_per_token.times(1_000_000)), figure("output"), "{model}");
            assert_eq!(tier.cached_input_per_token.map(|price| price.times(1_000_000)), figure("cached_input"));
        }
        assert!(entry["source"].as_str().unwrap().starts_with("https://"), "{model}");
        assert_eq!(entry["date"].as_str().unwrap().len(), "2026-11".len(), "{model}");
    }
}

#[test]
fn every_priced_model_is_listed() {
    let listed =
        |profile: crate::Profile| -> Vec<String> { profile.models.iter().map(|model| model.model.clone()).collect() };
    let (openai, dashscope) = (listed(crate::Profile::openai()), listed(crate::Profile::dashscope()));
    for (service, model, _) in built_in().iter() {
        let names = if service == "openai" { &openai } else { &dashscope };
        assert!(names.iter().any(|name| name == model), "{service} {model}");
    }
}

#[test]
fn every_model_costs_what_its_figures_say_around_every_edge() {
    for entry in entries() {
        let (service, model) = (entry["service"].as_str().unwrap(), entry["model"].as_str().unwrap());
        let schedule = built_in().get(service, model).unwrap();
        let tiers = entry["tiers"].as_array().unwrap();
        let edges = tiers.iter().filter_map(|tier| tier["up_to_input_tokens"].as_u64());
        for input in edges.flat_map(|edge| [edge - 1, edge, edge + 1]).chain([0, 1, 10_000_000]) {
            let tier = tiers.iter().find(|tier| tier["up_to_input_tokens"].as_u64().is_none_or(|end| input <= end));
            // By hand, in whole pico-dollars: the figures have at most six decimals.
            let expected = tier.map(|tier| {
                let figure = |key: &str| tier[key].as_str().unwrap().parse::<Money>().unwrap().pico_usd();
                (figure("input") * u128::from(input) + figure("output") * 777) / 1_000_000
            });
            let cost = schedule.cost(&Usage::new().with_tokens(input, 777));
            assert_eq!(cost.amount().map(Money::pico_usd), expected, "{model} {input}");
            assert_eq!(cost.is_exact(), expected.is_some(), "{model} {input}");
        }
    }
}

#[test]
fn cached_input_is_cheaper_where_the_vendor_says_so() {
    let mut usage = Usage::new().with_tokens(1_000_000, 100_000);
    usage.cached_input_tokens = Some(400_000);
    let cost = |model| built_in().get("openai", model).unwrap().cost(&usage).to_string();
    assert_eq!(cost("gpt-4o"), "$3");
    assert_eq!(cost("gpt-4-turbo"), "$13");
}

#[test]
fn other_tiers_of_service_have_no_price_here() {
    let schedule = built_in().get("openai", "gpt-5");
    let usage = Usage::new().with_tokens(10, 10);
    assert!(charge(schedule, &usage, None).is_exact() && charge(schedule, &usage, Some("default")).is_exact());
    for tier in ["flex", "priority"] {
        assert!(charge(schedule, &usage, Some(tier)).to_string().contains(tier));
    }
    assert_eq!(charge(None, &usage, Some("flex")), Cost::default());
}
