//! Amounts: parsing, printing, sums and their limits.

use proptest::prelude::*;

use super::*;
use crate::tests::values::{any_money, cases};

#[test]
fn prints_without_rounding_and_without_trailing_zeros() {
    let cases = [
        (0, "0"),
        (1, "0.000000000001"),
        (PICO_PER_DOLLAR, "1"),
        (PICO_PER_DOLLAR + 500_000_000_000, "1.5"),
        (12_132_900_000, "0.0121329"),
        (10 * PICO_PER_DOLLAR, "10"),
        (u128::MAX, "340282366920938463463374607.431768211455"),
    ];
    for (pico, text) in cases {
        let money = Money::from_pico_usd(pico);
        assert_eq!(money.to_decimal(), text);
        assert_eq!(money.to_string(), format!("${text}"));
        assert_eq!(text.parse(), Ok(money), "{text}");
    }
    assert_eq!(format!("{:>6}|", Money::from_pico_usd(2 * PICO_PER_DOLLAR)), "    $2|");
}

#[test]
fn parses_plain_decimals_only() {
    for (text, pico) in [("$1.50", 1_500_000_000_000), (".5", 500_000_000_000), ("007", 7_000_000_000_000), ("0.0", 0)]
    {
        assert_eq!(text.parse(), Ok(Money::from_pico_usd(pico)), "{text}");
    }
    let refused = [
        "",
        "$",
        ".",
        "$.",
        "1.",
        "-1",
        "+1",
        "1e3",
        "1,5",
        "1.5.0",
        " 1",
        "1 ",
        "NaN",
        "inf",
        "0x1",
        "١",
        "$$1",
        "1_000",
        "0.0000000000001",
        "0.0000000000010",
        // One more than the largest amount, in the last place and in front.
        "340282366920938463463374607.431768211456",
        "340282366920938463463374608",
        "999999999999999999999999999999999999999999",
    ];
    for text in refused {
        let error = text.parse::<Money>().unwrap_err();
        assert!(error.to_string().contains("plain decimals such as 0.00021"), "{text}: {error}");
    }
    let error = "9".repeat(1000).parse::<Money>().unwrap_err();
    assert!(error.to_string().len() < 200, "a refusal does not repeat all of it");
}

#[test]
fn adds_exactly_and_saturates() {
    let cents: Money = std::iter::repeat_n("0.01".parse::<Money>().unwrap(), 100).sum();
    assert_eq!(cents.to_decimal(), "1");
    let none: Money = std::iter::empty().sum();
    assert_eq!(none, Money::ZERO);
    let most = Money::from_pico_usd(u128::MAX);
    assert_eq!(most + Money::from_pico_usd(1), most);
    assert_eq!(most.times(2), most);
    assert_eq!(most.times(0), Money::ZERO);
    assert_eq!(Money::from_pico_usd(3).times(u64::MAX).pico_usd(), 3 * u128::from(u64::MAX));
}

#[test]
fn is_a_string_in_json_never_a_number() {
    let money: Money = "0.00021".parse().unwrap();
    assert_eq!(serde_json::to_string(&money).unwrap(), r#""0.00021""#);
    assert!(serde_json::from_str::<Money>("0.00021").is_err());
    assert!(serde_json::from_str::<Money>(r#""-1""#).is_err());
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn what_is_printed_is_parsed_back(money in any_money()) {
        prop_assert_eq!(money.to_decimal().parse(), Ok(money));
        prop_assert_eq!(money.to_string().parse(), Ok(money));
        let json = serde_json::to_string(&money).unwrap();
        prop_assert_eq!(serde_json::from_str::<Money>(&json).unwrap(), money);
    }

    #[test]
    fn order_is_that_of_the_amounts(a in any::<u128>(), b in any::<u128>()) {
        prop_assert_eq!(Money::from_pico_usd(a).cmp(&Money::from_pico_usd(b)), a.cmp(&b));
    }

    #[test]
    fn no_text_makes_it_panic(text in "[0-9.$]{0,45}|\\PC{0,20}") {
        if let Ok(money) = text.parse::<Money>() {
            prop_assert_eq!(money.to_decimal().parse(), Ok(money));
        }
    }
}
