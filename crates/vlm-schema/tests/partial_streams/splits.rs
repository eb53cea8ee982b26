//! Cuts do not matter, nothing shown is taken back, and the work is linear.

use proptest::prelude::*;
use serde_json::{Value, json};
use vlm_schema::decode::{Elements, PartialJson};

use super::begins;
use super::values::container;

/// Reads the pieces; each snapshot begins the next one, and the last one is the value.
fn check(pieces: &[&str], value: &Value) -> Result<(), TestCaseError> {
    let mut partial = PartialJson::default();
    let mut before = None;
    for piece in pieces {
        let pushed = partial.push(piece);
        prop_assert!(pushed.is_ok(), "{:?}: {:?}", pieces, pushed);
        let now = partial.value();
        match (&before, now) {
            (Some(before), Some(now)) => prop_assert!(begins(before, now), "{} of {}", before, now),
            (Some(_), None) => prop_assert!(false, "the value went away"),
            (None, _) => {}
        }
        if let Some(now) = now {
            prop_assert!(begins(now, value), "{} of {}", now, value);
        }
        before = now.cloned();
    }
    prop_assert_eq!(partial.finish().ok(), Some(value));
    Ok(())
}

/// The texts of a value: compact, pretty, and with text around.
fn renderings(value: &Value) -> [String; 3] {
    let pretty = serde_json::to_string_pretty(value).unwrap_or_default();
    [value.to_string(), format!("So [here] it is:\n```json\n{pretty}\n```\nBye {{}}"), pretty]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn every_split_in_two_and_every_character_alone(value in container()) {
        for text in renderings(&value) {
            let value: Value = serde_json::from_str(&value.to_string()).unwrap_or_default();
            let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            let singles: Vec<&str> = ends.windows(2).map(|pair| &text[pair[0]..pair[1]]).collect();
            check(&singles, &value)?;
            for at in ends.iter().step_by(1 + ends.len() / 200) {
                check(&[&text[..*at], &text[*at..]], &value)?;
            }
        }
    }

    #[test]
    fn random_splits(value in container(), places in prop::collection::vec(any::<prop::sample::Index>(), 0..12)) {
        let again: Value = serde_json::from_str(&value.to_string()).unwrap_or_default();
        for text in renderings(&value) {
            check(&cut(&text, &places), &again)?;
        }
    }

    #[test]
    fn items_are_the_same_for_every_split(
        items in prop::collection::vec(super::values::value(), 0..8),
        places in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
    ) {
        let bare = serde_json::to_string(&items).unwrap_or_default();
        let pretty = serde_json::to_string_pretty(&json!({"a": [[1]], "items": &items, "z": {"items": [2]}}));
        for (text, whole) in [(bare.clone(), true), (format!("Here:\n```json\n{}\n```", pretty.unwrap_or_default()), false)] {
            let singles: Vec<&str> = text.char_indices().map(|(at, c)| &text[at..at + c.len_utf8()]).collect();
            for pieces in [vec![text.as_str()], cut(&text, &places), singles] {
                let mut elements = Elements::under("items", &Default::default());
                let mut seen = Vec::new();
                for piece in &pieces {
                    prop_assert!(elements.push(piece).is_ok(), "{}", text);
                    seen.extend(std::iter::from_fn(|| elements.next_element()));
                }
                prop_assert!(elements.finish().is_ok() && elements.is_complete());
                for (index, element) in seen.iter().enumerate() {
                    prop_assert_eq!(element.index, index);
                    prop_assert_eq!(&text[element.span.clone()], element.text.as_str());
                }
                let values: Vec<Value> =
                    seen.iter().map(|element| serde_json::from_str(&element.text).unwrap_or_default()).collect();
                let again: Vec<Value> = serde_json::from_str(&bare).unwrap_or_default();
                prop_assert_eq!(values, again);
                if whole {
                    let joined = seen.iter().map(|element| element.text.as_str()).collect::<Vec<_>>().join(",");
                    prop_assert_eq!(format!("[{joined}]"), text.clone());
                }
            }
        }
    }
}

/// Cuts a text at characters, at places that the numbers choose.
fn cut<'t>(text: &'t str, places: &[prop::sample::Index]) -> Vec<&'t str> {
    let mut cuts: Vec<usize> = places
        .iter()
        .map(|place| {
            let mut at = place.index(text.len() + 1);
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            at
        })
        .collect();
    cuts.push(0);
    cuts.push(text.len());
    cuts.sort_unstable();
    cuts.windows(2).map(|pair| &text[pair[0]..pair[1]]).collect()
}

/// About a mebibyte of objects as models write them.
fn mebibyte() -> String {
    let items: Vec<Value> = (0..8000)
        .map(|n| json!({"id": n, "label": format!("item number {n}"), "box": [0.125, 0.25, 0.5, 1.0], "note": "said \"é\" 😀 and a longer sentence without any escapes", "ok": true}))
        .collect();
    serde_json::to_string(&json!({"elements": items})).unwrap_or_default()
}

/// Pieces of at least that many bytes, cut at characters.
fn pieces(text: &str, size: usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let mut at = size.min(rest.len());
        while !rest.is_char_boundary(at) {
            at += 1;
        }
        let (piece, more) = rest.split_at(at);
        pieces.push(piece);
        rest = more;
    }
    pieces
}

#[test]
fn the_work_is_linear_whatever_the_pieces() {
    let text = mebibyte();
    assert!(text.len() > 1 << 20);
    let value: Value = serde_json::from_str(&text).unwrap_or_default();
    for size in [1, 20, 4096, text.len()] {
        let (mut partial, mut elements) = (PartialJson::default(), Elements::under("elements", &Default::default()));
        for piece in pieces(&text, size) {
            partial.push(piece).unwrap_or_else(|error| panic!("{error}"));
            elements.push(piece).unwrap_or_else(|error| panic!("{error}"));
        }
        assert_eq!(partial.finish().ok(), Some(&value));
        assert_eq!(elements.count(), 8000);
        let per_byte = |steps: u64| steps as f64 / text.len() as f64;
        println!("{size}: {:.2} and {:.2} steps per byte", per_byte(partial.steps()), per_byte(elements.steps()));
        if size >= 20 {
            assert!(per_byte(partial.steps()) <= 3.0, "{} steps for {} bytes", partial.steps(), text.len());
        }
        assert!(per_byte(partial.steps()) <= 6.0, "{} steps for {} bytes", partial.steps(), text.len());
        assert!(per_byte(elements.steps()) <= 4.0, "{} steps for {} bytes", elements.steps(), text.len());
    }
}
