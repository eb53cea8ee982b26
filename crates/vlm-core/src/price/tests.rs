//! Prices: every tier's edges, the documented examples, and what an incomplete usage still says.

use std::ops::RangeInclusive;

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

#[test]
fn cached_tokens_have_a_rate_of_their_own_where_one_is_known() {
    let cached = |schedule: &PriceSchedule, input, cached| {
        let usage = Usage { cached_input_tokens: Some(cached), ..Usage::new().with_tokens(input, 10) };
        schedule.cost(&usage).to_string()
    };
    let plain = one_tier("0.001", "0.01");
    assert_eq!(cached(&plain, 100, 60), "$0.2");
    let tier = tier(None, "0.001", "0.01").with_cached_input(money("0.0001"));
    let schedule = PriceSchedule::new(vec![tier]).unwrap();
    assert_eq!(cached(&schedule, 100, 60), "$0.146");
    assert_eq!(cached(&schedule, 100, 0), "$0.2");
    // More cached than read is a slip of the service: no more than everything can be cached.
    assert_eq!(cached(&schedule, 100, 900), "$0.11");
    assert_eq!(
        schedule.cost(&usage(None, None, Some(100))).to_string(),
        "at least $0.01 (only the sum of tokens was reported)"
    );
}

#[test]
fn batch_calls_have_tiers_of_their_own() {
    assert_eq!(qwen3_vl_plus().batch(), None);
    let schedule = one_tier("0.002", "0.02").in_currency("EUR".parse().unwrap());
    let schedule = schedule.with_batch(vec![tier(None, "0.001", "0.01")]).unwrap();
    let usage = Usage::new().with_tokens(100, 10);
    assert_eq!(schedule.cost(&usage).to_string(), "0.4 EUR");
    assert_eq!(schedule.batch().unwrap().cost(&usage).to_string(), "0.2 EUR");
    let json = serde_json::to_string(&schedule).unwrap();
    assert_eq!(serde_json::from_str::<PriceSchedule>(&json).unwrap(), schedule);
    assert_eq!(schedule.clone().with_batch(vec![]), None);
    assert_eq!(schedule.with_batch(vec![tier(Some(2), "1", "1"), tier(Some(1), "1", "1")]), None);
}

#[test]
fn bounds_look_at_every_tier_between() {
    let schedule = qwen3_vl_plus();
    let shown = |input: RangeInclusive<u64>, output: RangeInclusive<u64>| {
        let bounds = schedule.bounds(&input, &output);
        let show = |amount: Option<Money>| amount.map_or_else(|| "?".to_owned(), |amount| amount.to_string());
        format!("{} to {}", show(bounds.low), show(bounds.high))
    };
    assert_eq!(shown(32_000..=32_000, 1000..=1000), "$0.0084 to $0.0084");
    assert_eq!(shown(32_000..=32_001, 1000..=1000), "$0.0084 to $0.01244031");
    assert_eq!(shown(0..=256_000, 0..=0), "$0 to $0.16128");
    assert_eq!(shown(256_000..=256_001, 0..=0), "$0.16128 to ?");
    assert_eq!(shown(256_001..=300_000, 0..=0), "? to ?");
    // A higher tier may be the cheaper one: the dearest call is then one of the lower tier.
    let falling = PriceSchedule::new(vec![tier(Some(10), "2", "2"), tier(None, "1", "1")]).unwrap();
    let bounds = falling.bounds(&(5..=12), &(1..=1));
    assert_eq!((bounds.low, bounds.high), (Some(money("12")), Some(money("22"))));
}

fn schedules() -> impl Strategy<Value = PriceSchedule> {
    let rate = || prop_oneof![any_money(), (0u128..2_000_000).prop_map(Money::from_pico_usd)];
    let bounds = proptest::collection::btree_set(0u64..100, 1..4);
    let rates = proptest::collection::vec((rate(), rate()), 4);
    (bounds, rates, any::<bool>(), any::<bool>()).prop_map(|(bounds, rates, open, cached)| {
        let bounds = bounds.into_iter().map(Some).chain(open.then_some(None));
        let tiers = bounds.zip(rates).map(|(bound, (input, output))| {
            let tier = PriceTier::new(bound, input, output);
            if cached { tier.with_cached_input(Money::from_pico_usd(input.pico_usd() / 4)) } else { tier }
        });
        PriceSchedule::new(tiers.collect()).unwrap()
    })
}

/// 2.5 Flash by its list, with sound.
fn with_sound() -> PriceSchedule {
    let flat = tier(None, "0.0000003", "0.0000025").with_cached_input(money("0.00000003"));
    PriceSchedule::new(vec![flat.with_audio_input(money("0.000001"), Some(money("0.0000001")))]).unwrap()
}

#[test]
fn sound_has_a_price_of_its_own() {
    let cost = |audio: Option<u64>, text: Option<u64>, cached: Option<u64>| {
        let mut usage = Usage::new().with_tokens(16_983, 37);
        (usage.input_by_modality.audio, usage.input_by_modality.text) = (audio, text);
        usage.cached_input_tokens = cached;
        with_sound().cost(&usage).to_string()
    };
    assert_eq!(cost(Some(1_000), None, None), "$0.0058874");
    assert_eq!(cost(None, Some(16_983), None), "$0.0051874");
    // All of it came from the cache, so all of the sound did.
    assert_eq!(cost(Some(1_000), None, Some(16_983)), "$0.00067199");
    let missing = "how much of the input was sound, or how much of the cached input, was not reported";
    assert_eq!(cost(None, None, None), format!("at least $0.0051874 ({missing})"));
    assert_eq!(cost(Some(1_000), None, Some(500)), format!("at least $0.0054374 ({missing})"));
    // Without a price of its own it costs what the rest does.
    let mut usage = Usage::new().with_tokens(1_000, 0);
    usage.input_by_modality.audio = Some(400);
    assert_eq!(one_tier("0.000001", "1").cost(&usage).to_string(), "$0.001");
}

#[test]
fn a_range_of_sound_is_a_range_of_cost() {
    let shown = |audio: RangeInclusive<u64>| {
        let bounds = with_sound().bounds_with_audio(&(1_000..=2_000), &audio, &(0..=0));
        [bounds.low, bounds.high].map(|end| end.unwrap().to_decimal())
    };
    assert_eq!(shown(0..=0), ["0.00003", "0.0006"]);
    assert_eq!(shown(500..=800), ["0.000065", "0.00116"]);
    assert_eq!(shown(0..=u64::MAX), ["0.00003", "0.002"]);
    let any = with_sound().bounds(&(1_000..=2_000), &(0..=0));
    assert_eq!(any.high.unwrap().to_decimal(), "0.002");
}

proptest! {
    #![proptest_config(cases(512))]

    /// What is not reported of sound and cache can be anything, and the cost stays at or above what was said, and within
    /// the bounds.
    #[test]
    fn sound_and_cache_cost_no_less_than_was_said(
        rates in proptest::array::uniform4(0u64..50), caches in any::<bool>(), tokens in 0u64..60,
        audio in 0u64..60, cached in 0u64..60, of_sound in 0u64..60, hidden in any::<bool>(),
    ) {
        let [text, cheap, sound, quiet] = rates.map(|rate| Money::from_pico_usd(rate.into()));
        let mut tier = PriceTier::new(None, text, Money::ZERO).with_audio_input(sound, caches.then_some(quiet));
        if caches {
            tier = tier.with_cached_input(cheap);
        }
        let audio = audio.min(tokens);
        let cached = if caches { cached.min(tokens) } else { 0 };
        let of_sound = of_sound.clamp(cached.saturating_sub(tokens - audio), cached.min(audio));
        let truth = text.times(tokens - audio - (cached - of_sound))
            + cheap.times(cached - of_sound)
            + sound.times(audio - of_sound)
            + quiet.times(of_sound);
        let schedule = PriceSchedule::new(vec![tier]).unwrap();
        let mut known = Usage::new().with_tokens(tokens, 0);
        known.cached_input_tokens = Some(cached);
        known.input_by_modality.audio = (!hidden).then_some(audio);
        let said = schedule.cost(&known);
        prop_assert!(said.amount().unwrap() <= truth);
        prop_assert!(!said.is_exact() || said.amount() == Some(truth), "{} is not {}", said, truth);
        let bounds = schedule.bounds_with_audio(&(tokens..=tokens), &(audio..=audio), &(0..=0));
        prop_assert!(bounds.low.unwrap() <= truth && truth <= bounds.high.unwrap());
    }

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

    /// Whatever the counts turn out to be inside their ranges, the cost lies between the bounds.
    #[test]
    fn bounds_hold_every_cost_between(
        schedule in schedules(), from in 0u64..120, more in 0u64..60, at in 0u64..60, out in 0u64..50, spread in 0u64..50,
        cached in 0u64..200,
    ) {
        let bounds = schedule.bounds(&(from..=from + more), &(out..=out + spread));
        let usage = Usage::new().with_tokens(from + at.min(more), out + at.min(spread));
        let usage = Usage { cached_input_tokens: Some(cached), ..usage };
        if let Some(amount) = schedule.cost(&usage).amount() {
            prop_assert!(bounds.low.unwrap() <= amount);
            prop_assert!(bounds.high.is_none_or(|high| amount <= high));
        } else {
            prop_assert_eq!(bounds.high, None);
        }
    }

    #[test]
    fn no_usage_makes_it_panic(schedule in schedules(), usage in crate::tests::values::usage()) {
        let _ = schedule.cost(&usage).to_string();
    }
}
