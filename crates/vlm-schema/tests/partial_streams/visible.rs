//! What each byte shows, and what is passed over or refused.

use serde_json::{Value, json};
use vlm_schema::decode::RepairKind::{self, *};
use vlm_schema::decode::{Completion, DecodeErrorKind, DecodeOptions, PartialJson, Root, decode};

/// The snapshots after each character.
fn snapshots(text: &str) -> Vec<Option<Value>> {
    let mut partial = PartialJson::default();
    text.chars()
        .map(|c| {
            partial.push(c.encode_utf8(&mut [0; 4])).unwrap_or_else(|error| panic!("{text}: {error}"));
            partial.value().cloned()
        })
        .collect()
}

fn read(text: &str) -> (Option<Value>, Vec<RepairKind>, Option<DecodeErrorKind>) {
    let mut partial = PartialJson::default();
    let error = partial.push(text).err().or_else(|| partial.finish().err());
    let kinds = partial.repairs().iter().map(|repair| repair.kind).collect();
    (partial.into_value(), kinds, error.map(|error| error.kind()))
}

#[test]
fn strings_grow_and_the_rest_waits() {
    let mut shown = snapshots(r#"{"a":"xy","n":12,"t":true,"l":["z"]}"#);
    shown.dedup();
    let steps = [
        json!({}),
        json!({"a": ""}),
        json!({"a": "x"}),
        json!({"a": "xy"}),
        json!({"a": "xy", "n": 12}),
        json!({"a": "xy", "n": 12, "t": true}),
        json!({"a": "xy", "n": 12, "t": true, "l": []}),
        json!({"a": "xy", "n": 12, "t": true, "l": [""]}),
        json!({"a": "xy", "n": 12, "t": true, "l": ["z"]}),
    ];
    assert_eq!(shown[0], None);
    assert_eq!(shown[1..].iter().flatten().collect::<Vec<_>>(), steps.iter().collect::<Vec<_>>());
}

#[test]
fn escapes_and_pairs_appear_whole() {
    let mut shown = snapshots(r#"["\n\u00e9\ud83d\ude00"]"#);
    shown.dedup();
    let steps = [json!([""]), json!(["\n"]), json!(["\né"]), json!(["\né😀"])];
    assert_eq!(shown.iter().flatten().collect::<Vec<_>>(), steps.iter().collect::<Vec<_>>());
}

#[test]
fn completion_follows_the_brackets() {
    let mut partial = PartialJson::default();
    assert_eq!(partial.completion(""), Completion::Absent);
    partial.push(r#"{"a": [{"x": 1}, {"y": "wor"#).expect("valid");
    for (pointer, completion) in [
        ("", Completion::Open),
        ("/a", Completion::Open),
        ("/a/0", Completion::Complete),
        ("/a/0/x", Completion::Complete),
        ("/a/1", Completion::Open),
        ("/a/1/y", Completion::Open),
        ("/a/2", Completion::Absent),
        ("/b", Completion::Absent),
        ("nonsense", Completion::Absent),
    ] {
        assert_eq!(partial.completion(pointer), completion, "{pointer}");
    }
    partial.push("d\"").expect("valid");
    assert!(partial.is_complete("/a/1/y") && !partial.is_complete("/a/1"));
    partial.push("}], \"c/d\": 5").expect("valid");
    assert!(partial.is_complete("/a") && !partial.is_complete("/c~1d") && !partial.is_done());
    partial.push("}").expect("valid");
    assert!(partial.is_complete("") && partial.is_complete("/c~1d") && partial.is_done());
}

#[test]
fn what_stands_around_is_passed_over_and_listed() {
    let value = Some(json!({"a": 1}));
    assert_eq!(read("```json\n{\"a\": 1}\n```\n"), (value.clone(), vec![Fence], None));
    assert_eq!(read("\u{feff} {\"a\": 1}"), (value.clone(), vec![ByteOrderMark], None));
    assert_eq!(
        read("I see [this] {thing}: {\"a\": 1} ok? {\"b\": 2}"),
        (value.clone(), vec![SurroundingText, SurroundingText], None)
    );
    assert_eq!(read("Here:\n```\n{\"a\": 1}\n```"), (value.clone(), vec![SurroundingText, Fence], None));
    assert_eq!(read("`{\"a\": 1}`"), (value.clone(), vec![SurroundingText, SurroundingText], None));

    let mut partial = PartialJson::default().starting_at(Root::Object);
    partial.push("As in [1]: {\"a\": 1}").expect("valid");
    assert_eq!(partial.finish().ok(), value.as_ref());
    let mut partial = PartialJson::default().starting_at(Root::Array);
    partial.push("{\"a\": [1").expect("valid");
    assert_eq!(partial.value(), Some(&json!([])));
}

#[test]
fn what_is_mended_is_mended_as_in_a_whole_answer() {
    for (text, kind) in [
        ("[1, 2,]", TrailingComma),
        ("{\"a\": 1,\n}", TrailingComma),
        ("[\"a\nb\tc\"]", ControlCharacter),
        (r#"["\d"]"#, UnknownEscape),
        (r#"["it\'s"]"#, UnknownEscape),
        (r#"["\u12G4"]"#, UnknownEscape),
        (r#"["\ud83dx"]"#, LoneSurrogate),
        (r#"["\ude00"]"#, LoneSurrogate),
        (r#"["\ud83d\n"]"#, LoneSurrogate),
        (r#"["\ud83d\u0041"]"#, LoneSurrogate),
        (r#"["\ud83d\ud83d\ude00"]"#, LoneSurrogate),
        (r#"{"a": "x", "a": [1]}"#, DuplicateKey),
        ("[123456789012345678901]", LargeInteger),
    ] {
        let (value, kinds, error) = read(text);
        let whole = decode(text, &DecodeOptions::default()).expect(text);
        assert_eq!((value, error), (Some(whole.value), None), "{text}");
        assert_eq!(kinds, [kind], "{text}");
        assert_eq!(whole.repairs.iter().map(|repair| repair.kind).collect::<Vec<_>>(), [kind], "{text}");
        let mut strict = PartialJson::new(&DecodeOptions::strict());
        assert_eq!(strict.push(text).is_ok(), kind.is_notice(), "{text}");
    }
}

#[test]
fn errors_name_the_place_and_end_it() {
    for (text, offset) in [
        ("[1, 2 3]", 6),
        ("{\"a\" 1}", 5),
        ("{\"a\": 'x'}", 6),
        ("[1, 01]", 4),
        ("[1.]", 1),
        ("[1, trux]", 4),
        ("[\"a\": 1]", 4),
        ("[1}", 2),
        ("[1, NaN", 4),
        ("{\"a\": {\"b\": [0, 1e999]}}", 16),
        ("{\"a\": 1 b", 8),
    ] {
        let mut partial = PartialJson::default();
        let error = partial.push(text).expect_err(text);
        assert_eq!((error.offset(), error.line(), error.column()), (offset, 1, offset + 1), "{text}");
        assert_eq!(partial.push("]").map_err(|error| error.offset()), Err(offset), "{text}");
        assert_eq!(partial.finish().map_err(|error| error.kind()), Err(error.kind()), "{text}");
    }
    let mut partial = PartialJson::default();
    partial.push("{\"marker\": \"é\",\n \"é\": [").expect("valid");
    let error = partial.push("1, marker]").expect_err("a word");
    assert_eq!((error.line(), error.column()), (2, 11));
    assert_eq!(partial.value(), Some(&json!({"marker": "é", "é": [1]})));
    assert!(!format!("{error:?} {error} {partial:?}").contains("marker"));
}

#[test]
fn an_end_inside_the_value_is_truncated() {
    for text in ["{", "{\"a\": \"x\\", "[1", "[\"\\ud83d", "[tru", "{\"a\"", "[[1], "] {
        let mut partial = PartialJson::default();
        partial.push(text).expect(text);
        let error = partial.finish().expect_err(text);
        assert!(error.is_truncated(), "{text}");
        assert_eq!(error.prefix(), partial.value(), "{text}");
    }
    let kind = |text: &str| read(text).2;
    assert_eq!(kind(""), Some(DecodeErrorKind::Empty));
    assert_eq!(kind(" \n"), Some(DecodeErrorKind::Empty));
    assert_eq!(kind("No."), Some(DecodeErrorKind::NoJson));
    assert_eq!(kind("42"), Some(DecodeErrorKind::NoJson));
}

#[test]
fn limits() {
    let error = PartialJson::default().push(&"[".repeat(200_000)).expect_err("deep");
    assert_eq!((error.kind(), error.offset()), (DecodeErrorKind::TooDeep { limit: 128 }, 128));
    assert!(PartialJson::default().push(&"{\"a\":".repeat(200_000)).is_err());

    let mut partial = PartialJson::new(&DecodeOptions::default().max_bytes(10));
    partial.push("[\"abcd").expect("short");
    let error = partial.push("éééé\"]").expect_err("long");
    assert_eq!((error.kind(), error.offset()), (DecodeErrorKind::TooLarge { limit: 10 }, 10));
    assert_eq!(partial.value(), Some(&json!(["abcdéé"])));

    let mut partial = PartialJson::default();
    let piece = "x".repeat(1 << 20);
    partial.push("[\"").expect("short");
    assert!((0..100).any(|_| partial.push(&piece).is_err()));
    assert!(partial.offset() <= 16 << 20);
}
