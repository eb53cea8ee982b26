//! Prices: every tier's edges, the documented examples, and what an incomplete usage still says.

use proptest::prelude::*;

use super::*;
use crate::tests::values::{any_money, cases, money, qwen3_vl_plus, tier};

fn usage(input: Option<u64>, output: Option<u64>, total: Option<u64>) -> Usage {
    Usage { input_tokens: input, output_tokens: output, total_tokens: total, ..Usage::default() }
}

fn one_tier(input: &str, output: &str) -> PriceSchedule {
    PriceSchedule::new(vec![tier(None, input, output)]).unwrap()
}

#[test]
fn known_calls_cost_what_their_price_lists_say() {
    let cases = [
        (qwen3_vl_plus(), 34_578, 561, "0.0121329"),
        (one_tier("0.0000003", "0.0000025"), 16_983, 37, "0.0051874"),
        (one_tier("0.00000006", "0.00000024"), 17_463, 290, "0.00111738"),
    ];
    for (schedule, input, output, expected) in cases {
        let cost = schedule.cost(&Usage::new().with_tokens(input, output));
        assert!(cost.is_exact());
        assert_eq!(cost.to_string(), format!("${expected}"));
    }
}

#[test]
fn a_bound_belongs_to_its_tier_and_the_tier_rates_the_whole_request() {
    let schedule = qwen3_vl_plus();
    let cases = [
        (0, Some("0.00000021")),
        (1, Some("0.00000021")),
        (31_999, Some("0.00000021")),
        (32_000, Some("0.00000021")),
        (32_001, Some("0.00000031")),
        (127_999, Some("0.00000031")),
        (128_000, Some("0.00000031")),
        (128_001, Some("0.00000063")),
        (255_999, Some("0.00000063")),
        (256_000, Some("0.00000063")),
        (256_001, None),
        (u64::MAX, None),
    ];
    for (input, rate) in cases {
        assert_eq!(schedule.tier(input).map(|tier| tier.input_per_token), rate.map(money), "{input}");
        let cost = schedule.cost(&Usage::new().with_tokens(input, 0));
        assert_eq!(cost.amount(), rate.map(|rate| money(rate).times(input)), "{input}");
    }
    // One token more costs far more than one token: the output too is rated by the next tier.
    let cost = |input| schedule.cost(&Usage::new().with_tokens(input, 1000)).amount().unwrap();
    assert_eq!(cost(32_000).to_decimal(), "0.0084");
    assert_eq!(cost(32_001).to_decimal(), "0.01244031");
}

#[test]
fn above_the_last_tier_no_price_is_guessed() {
    let cost = qwen3_vl_plus().cost(&Usage::new().with_tokens(256_001, 1));
    assert_eq!(cost.to_string(), "unknown (256001 input tokens are above the last price tier)");
    assert_eq!(cost.amount(), None);
    let open = PriceSchedule::new(vec![tier(Some(10), "1", "1"), tier(None, "2", "2")]).unwrap();
    assert_eq!(open.tier(u64::MAX).unwrap().input_per_token, money("2"));
}

#[test]
fn an_incomplete_usage_gives_a_marked_lower_bound() {
    let schedule = qwen3_vl_plus();
    let cases = [
        (usage(None, None, None), "unknown (the service reported no usage)"),
        (usage(Some(33_000), None, None), "at least $0.01023 (output tokens were not reported)"),
        (usage(Some(33_000), None, Some(34_000)), "at least $0.01023 (output tokens were not reported)"),
        (usage(None, Some(1000), None), "at least $0.00168 (input tokens were not reported)"),
        (usage(None, Some(1000), Some(34_000)), "at least $0.00168 (input tokens were not reported)"),
        (usage(None, None, Some(1000)), "at least $0.00021 (only the sum of tokens was reported)"),
        (usage(Some(1000), Some(0), None), "$0.00021"),
        (usage(Some(0), Some(0), Some(0)), "$0"),
    ];
    for (usage, expected) in cases {
        assert_eq!(schedule.cost(&usage).to_string(), expected, "{usage:?}");
    }
}

#[test]
fn a_schedule_has_tiers_in_rising_order() {
    let bound = |up_to| tier(up_to, "1", "1");
    let refused = [
        vec![],
        vec![bound(Some(2)), bound(Some(1))],
        vec![bound(Some(2)), bound(Some(2))],
        vec![bound(None), bound(Some(2))],
        vec![bound(None), bound(None)],
    ];
    for tiers in refused {
        assert_eq!(PriceSchedule::new(tiers.clone()), None);
        let json = serde_json::json!({"tiers": tiers}).to_string();
        assert!(serde_json::from_str::<PriceSchedule>(&json).is_err(), "read from JSON: {json}");
    }
    let json = serde_json::to_string(&qwen3_vl_plus()).unwrap();
    assert_eq!(serde_json::from_str::<PriceSchedule>(&json).unwrap(), qwen3_vl_plus());
}

fn schedules() -> impl Strategy<Value = PriceSchedule> {
    let rate = || prop_oneof![any_money(), (0u128..2_000_000).prop_map(Money::from_pico_usd)];
    let bounds = proptest::collection::btree_set(0u64..100, 1..4);
    (bounds, proptest::collection::vec((rate(), rate()), 4), any::<bool>()).prop_map(|(bounds, rates, open)| {
        let bounds = bounds.into_iter().map(Some).chain(open.then_some(None));
        let tiers = bounds.zip(rates).map(|(bound, (input, output))| PriceTier::new(bound, input, output));
        PriceSchedule::new(tiers.collect()).unwrap()
    })
}

proptest! {
    #![proptest_config(cases(512))]

    /// Whatever the missing counts turn out to be, the call did not cost less than was said.
    #[test]
    fn a_lower_bound_is_one(schedule in schedules(), input in 0u64..120, output in 0u64..120, hidden in 0u8..8) {
        let shown = |bit: u8, count: u64| (hidden & bit == 0).then_some(count);
        let known = usage(shown(1, input), shown(2, output), shown(4, input + output));
        let cost = schedule.cost(&known);
        let Some(exact) = schedule.cost(&Usage::new().with_tokens(input, output)).amount() else {
            // Above the last tier there is no price to compare with.
            prop_assert!(!cost.is_exact());
            return Ok(());
        };
        let is_complete = known.input_tokens.is_some() && known.output_tokens.is_some();
        prop_assert_eq!(cost.is_exact(), is_complete);
        if is_complete {
            prop_assert_eq!(cost.amount(), Some(exact));
        } else {
            prop_assert!(cost.amount().unwrap_or_default() <= exact, "{} > {}", cost, exact);
        }
    }

    #[test]
    fn no_usage_makes_it_panic(schedule in schedules(), usage in crate::tests::values::usage()) {
        let _ = schedule.cost(&usage).to_string();
    }
}
