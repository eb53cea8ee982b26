//! The embedded list is readable and says what the file says; tier edges are exact.

use serde_json::Value;

use vlm_core::Money;

use super::*;
use crate::Family;

#[test]
fn the_built_in_list_holds_every_figure_of_its_file() {
    let entries: Vec<Value> = serde_json::from_str(BUILT_IN).unwrap();
    let list = PriceList::from_json(BUILT_IN).unwrap();
    assert_eq!(list.iter().count(), entries.len());
    assert_eq!(&list, built_in());
    assert!(list.iter().all(|(family, _, _)| Family::ALL.iter().any(|known| known.prefix() == family)));
    for entry in entries {
        let name = format!("{}:{}", entry["family"].as_str().unwrap(), entry["model"].as_str().unwrap());
        let schedule = list.get(entry["family"].as_str().unwrap(), entry["model"].as_str().unwrap()).unwrap();
        let per = if entry["unit"] == "per_1k_tokens" { 1_000 } else { 1_000_000 };
        let tiers = entry["tiers"].as_array().unwrap();
        assert_eq!(schedule.tiers().len(), tiers.len(), "{name}");
        for (tier, written) in schedule.tiers().iter().zip(tiers) {
            assert_eq!(tier.up_to_input_tokens, written["up_to_input_tokens"].as_u64(), "{name}");
            let figure = |key: &str| written[key].as_str().unwrap().parse::<Money>().unwrap();
            assert_eq!(tier.input_per_token.times(per), figure("input"), "{name}");
            assert_eq!(tier.output_per_token.times(per), figure("output"), "{name}");
        }
    }
}

#[test]
fn every_tier_edge_belongs_to_the_lower_tier() {
    for (family, id, schedule) in built_in().iter() {
        for (at, tier) in schedule.tiers().iter().enumerate() {
            let Some(edge) = tier.up_to_input_tokens else { continue };
            assert_eq!(schedule.tier(edge - 1), Some(tier), "{family}:{id}");
            assert_eq!(schedule.tier(edge), Some(tier), "{family}:{id}");
            assert_eq!(schedule.tier(edge + 1), schedule.tiers().get(at + 1), "{family}:{id}");
        }
    }
}

#[test]
fn the_documented_sample_usages_cost_what_their_rates_say() {
    let cost = |model: &str, input, output| {
        let (family, id) = model.split_once(':').unwrap();
        let schedule = built_in().get(family, id).unwrap();
        schedule.cost(&vlm_core::Usage::new().with_tokens(input, output)).amount().unwrap().to_string()
    };
    assert_eq!(cost("qwen:qwen3-vl-plus", 34_578, 561), "$0.0121329");
    assert_eq!(cost("gemini:gemini-2.5-flash", 16_983, 37), "$0.0051874");
    assert_eq!(cost("nova:us.amazon.nova-lite-v1:0", 17_463, 290), "$0.00111738");
}

#[test]
fn every_model_costs_what_its_figures_say_around_every_edge() {
    let entries: Vec<Value> = serde_json::from_str(BUILT_IN).unwrap();
    let mut vectors = 0;
    for entry in entries {
        let name = format!("{}:{}", entry["family"].as_str().unwrap(), entry["model"].as_str().unwrap());
        let schedule = built_in().get(entry["family"].as_str().unwrap(), entry["model"].as_str().unwrap()).unwrap();
        let tiers = entry["tiers"].as_array().unwrap();
        let per = if entry["unit"] == "per_1k_tokens" { 1_000 } else { 1_000_000 };
        let edges = tiers.iter().filter_map(|tier| tier["up_to_input_tokens"].as_u64());
        let counts = edges.flat_map(|edge| [edge - 1, edge, edge + 1]).chain([0, 1, 10_000_000]);
        for input in counts {
            let tier = tiers.iter().find(|tier| tier["up_to_input_tokens"].as_u64().is_none_or(|end| input <= end));
            // By hand, in whole pico-dollars: the figures have at most six decimals.
            let expected = tier.map(|tier| {
                let figure = |key: &str| tier[key].as_str().unwrap().parse::<Money>().unwrap().pico_usd();
                (figure("input") * u128::from(input) + figure("output") * 777) / per
            });
            let cost = schedule.cost(&vlm_core::Usage::new().with_tokens(input, 777));
            assert_eq!(cost.amount().map(Money::pico_usd), expected, "{name} {input}");
            assert_eq!(cost.is_exact(), expected.is_some(), "{name} {input}");
            vectors += 1;
        }
    }
    assert_eq!(vectors, 60 * 3 + 5 * 9 + 2 * 3);
}
