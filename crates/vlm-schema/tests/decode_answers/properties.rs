//! What holds for every document and every text.

use proptest::prelude::*;
use serde_json::Value;
use vlm_schema::decode::{DecodeOptions, Repair, decode, decode_with};

use super::values::{container, value};
use super::{fuzz_entry, read};

fn renderings(value: &Value) -> [String; 2] {
    [value.to_string(), serde_json::to_string_pretty(value).unwrap_or_default()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_valid_document_is_never_changed(value in value()) {
        for text in renderings(&value) {
            let mended = read(&text).expect(&text);
            let strict = decode(&text, &DecodeOptions::strict()).expect(&text);
            prop_assert_eq!(&mended, &strict);
            let again: Value = serde_json::from_str(&text).expect(&text);
            prop_assert_eq!(&mended.value, &again);
            prop_assert!(mended.is_verbatim());
        }
    }

    #[test]
    fn nor_is_one_in_prose_or_in_a_fence(value in container()) {
        for text in renderings(&value) {
            let again: Value = serde_json::from_str(&text).expect(&text);
            for (before, after) in [
                ("Sure! Here's what I don't doubt:\n", "\nHope it \"helps\"."),
                ("```json\n", "\n```"),
                ("So [maybe] {this}:\n\n```\n", "\n```\nDone."),
                ("```json ", "```"),
                ("\u{feff}Answer: ", ""),
            ] {
                let wrapped = format!("{before}{text}{after}");
                let decoded = read(&wrapped).expect(&wrapped);
                prop_assert_eq!(&decoded.value, &again, "{}", wrapped);
                prop_assert_eq!(&wrapped[decoded.span], text.as_str());
            }
        }
    }

    /// One fault elsewhere turns repair on for the whole document; the valid rest stays as it is.
    #[test]
    fn repair_leaves_the_valid_rest_alone(value in container()) {
        for text in renderings(&value) {
            let again: Value = serde_json::from_str(&text).expect(&text);
            let wrapped = format!("{{'x': 1, \"value\": {text},\n\"list\": [{text}, {text},],}}");
            let decoded = read(&wrapped).expect(&wrapped);
            prop_assert_eq!(&decoded.value["value"], &again, "{}", wrapped);
            prop_assert_eq!(&decoded.value["list"], &Value::Array(vec![again.clone(), again]), "{}", wrapped);
            prop_assert_eq!(decoded.repairs.iter().filter(|repair| !repair.is_notice()).count(), 3, "{}", wrapped);
        }
    }

    #[test]
    fn a_cut_document_is_truncated_and_keeps_its_beginning(value in container(), at in any::<prop::sample::Index>()) {
        let text = value.to_string();
        let mut cut = 1 + at.index(text.len() - 1);
        while !text.is_char_boundary(cut) { cut -= 1; }
        let again: Value = serde_json::from_str(&text).expect(&text);
        let error = read(&text[..cut]).expect_err(&text[..cut]);
        prop_assert!(error.is_truncated(), "{}: {}", &text[..cut], error);
        let prefix = error.prefix().expect("a prefix");
        prop_assert!(begins(prefix, &again), "{} of {}", prefix, again);
    }

    #[test]
    fn no_text_panics(text in jsonish(), noise in any::<String>()) {
        fuzz_entry::run(text.as_bytes());
        fuzz_entry::run(noise.as_bytes());
    }

    #[test]
    fn no_bytes_panic(data in prop::collection::vec(any::<u8>(), 0..64)) {
        fuzz_entry::run(&data);
    }

    #[test]
    fn what_is_mended_is_listed(text in jsonish()) {
        if let Ok(decoded) = read(&text) {
            let same = serde_json::from_str::<Value>(text.trim_start_matches('\u{feff}')).is_ok();
            prop_assert!(same || decoded.repairs.iter().any(|repair| !Repair::is_notice(repair)), "{}", text);
            prop_assert!(decoded.repairs.is_sorted_by_key(|repair| repair.at), "{}: {:?}", text, decoded.repairs);
        }
        let _ = decode_with(&text, &DecodeOptions::default(), Value::is_object);
    }
}

/// Whether a value is the beginning of another.
fn begins(part: &Value, whole: &Value) -> bool {
    match (part, whole) {
        (Value::String(part), Value::String(whole)) => whole.starts_with(part.as_str()),
        (Value::Array(part), Value::Array(whole)) => {
            part.len() <= whole.len() && part.iter().zip(whole).all(|(part, whole)| begins(part, whole))
        }
        (Value::Object(part), Value::Object(whole)) => {
            part.iter().all(|(key, part)| whole.get(key).is_some_and(|whole| begins(part, whole)))
        }
        (part, whole) => part == whole,
    }
}

/// Text that looks a little like JSON.
fn jsonish() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(
            &[
                "{",
                "}",
                "[",
                "]",
                ",",
                ":",
                "\"",
                "'",
                "`",
                "```",
                "```json\n",
                "\n```\n",
                "//",
                "/*",
                "*/",
                "\\",
                "\\u",
                "\\ud83d",
                "\\ude00",
                "\n",
                " ",
                "true",
                "True",
                "nul",
                "NaN",
                "-",
                "1",
                "1e999",
                "0.5",
                "key",
                "\"a\"",
                "\"a\": ",
                "a: ",
                "\u{201c}",
                "\u{201d}",
                "é",
                "\u{a0}",
                "\u{feff}",
                "{\"a\":",
                "[1,",
                "\u{1}",
            ][..]
        )
        .prop_map(String::from),
        any::<char>().prop_map(String::from),
        value().prop_map(|value| value.to_string()),
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}
