//! Where the value stands in the answer, and which of several is taken.

use serde_json::{Value, json};
use vlm_schema::decode::{DecodeErrorKind, DecodeOptions, RepairKind::*, decode, decode_with};

use super::{mended, read};

#[test]
fn a_whole_document_of_any_type() {
    for text in ["{\"a\": 1}", " [1]\n", "\"x {} y\"", "-0.5e3", "true", "null"] {
        let decoded = read(text).expect(text);
        assert_eq!(decoded.value, serde_json::from_str::<Value>(text).expect(text));
        assert_eq!((decoded.repairs.len(), &text[decoded.span]), (0, text.trim()));
    }
}

#[test]
fn fences() {
    assert_eq!(mended("```json\n{\"a\": 1}\n```"), (json!({"a": 1}), vec![Fence]));
    assert_eq!(mended("```\n[1]\n```\n"), (json!([1]), vec![Fence]));
    assert_eq!(mended("~ ```JSON {\"a\": 1}```"), (json!({"a": 1}), vec![SurroundingText, Fence]));
    assert_eq!(mended("```json\n42\n```"), (json!(42), vec![Fence]));
    assert_eq!(mended("```json\n\"a {} b\"\n```"), (json!("a {} b"), vec![Fence]));
    assert_eq!(mended("```json\n{\"a\": 1}"), (json!({"a": 1}), vec![Fence]));
    assert_eq!(mended("```\nthe list:\n[1]\n```\n"), (json!([1]), vec![Fence, SurroundingText]));
    assert_eq!(mended("`{\"a\": 1}`").0, json!({"a": 1}));
}

#[test]
fn fences_inside_strings_are_text() {
    let value = json!({"code": "```json\n{\"x\": 1}\n```"});
    for text in [value.to_string(), format!("Here: {value}"), format!("```json\n{value}\n```\n")] {
        assert_eq!(read(&text).expect(&text).value, value, "{text}");
    }
    // With a raw line break the inner fence begins a line.
    let (value, kinds) = mended("{\"code\": \"```js\n{}\n```\", \"n\": 1}");
    assert_eq!((value, kinds), (json!({"code": "```js\n{}\n```", "n": 1}), vec![ControlCharacter]));
}

#[test]
fn a_fence_goes_before_text_and_other_languages_are_text() {
    assert_eq!(read("```json\n{\"a\": 1}\n```\nas in [2]").expect("a value").value, json!({"a": 1}));
    assert_eq!(read("```python\nx = {\"a\": 1}\n```\nSo: {\"a\": 2}").expect("a value").value, json!({"a": 2}));
    assert_eq!(read("```python\nx = {\"a\": 1}\n```").expect("a value").value, json!({"a": 1}));
}

#[test]
fn prose_around() {
    let text = "I don't see {much}. It's [roughly] this: {\"a\": {\"b\": [1]}} :-} [see note]";
    assert_eq!(mended(text), (json!({"a": {"b": [1]}}), vec![SurroundingText, SurroundingText]));
    assert_eq!(mended("x in [0, 1) gives {\"a\": 1}").0, json!({"a": 1}));
    assert_eq!(mended("{{\"a\": 1}}").0, json!({"a": 1}));
    assert_eq!(mended("Result: {ok: yes}").0, json!({"ok": "yes"}));
    assert_eq!(mended("{\"a\": 1} hope this helps :{").0, json!({"a": 1}));
}

#[test]
fn the_last_value_is_the_answer() {
    let text = "The sign says {\"total\": 0}. My answer: {\"total\": 7}";
    assert_eq!(mended(text), (json!({"total": 7}), vec![SurroundingText, OtherValue]));
    assert_eq!(mended("```json\n[1]\n```\n```json\n[2]\n```").0, json!([2]));
    assert_eq!(mended("{\"a\": 1}\n{\"a\": 2}\n").1, vec![SurroundingText, OtherValue]);
    assert_eq!(mended("```\n[1]\n```\n```\n['2']\n```").0, json!(["2"]));
}

#[test]
fn the_caller_may_choose() {
    let options = DecodeOptions::default();
    let text = "{\"a\": 1} {\"b\": 2} {'a': 3} [4]";
    let choose = |text: &str, key: &'static str| {
        decode_with(text, &options, move |value| value.get(key).is_some()).map(|decoded| decoded.value).ok()
    };
    assert_eq!(choose(text, "a"), Some(json!({"a": 3})));
    assert_eq!(choose(text, "b"), Some(json!({"b": 2})));
    // None fits: what `decode` gives.
    assert_eq!(choose(text, "c"), Some(json!([4])));
    assert_eq!(choose("{\"a\": 1} ```json\n{\"b\": 2}\n```", "a"), Some(json!({"a": 1})));
}

#[test]
fn a_cut_answer_is_not_replaced_by_an_echo() {
    let text = "The sign says {\"total\": 0}. My answer: {\"total\": 7, \"curr";
    let error = read(text).expect_err("cut");
    assert_eq!(error.kind(), DecodeErrorKind::Truncated);
    assert_eq!(error.prefix(), Some(&json!({"total": 7})));
    let closing = DecodeOptions::default().close_truncated(true);
    assert_eq!(decode(text, &closing).expect("closed").value, json!({"total": 7}));
    let fits = |value: &Value| value["total"] == 0;
    assert_eq!(decode_with(text, &closing, fits).expect("the other").value, json!({"total": 0}));
}

#[test]
fn nothing_inside_an_unreadable_value_is_the_answer() {
    let error = read("{\"a\": *, \"b\": [1, 2], \"c\": {\"d\": 1}}").expect_err("unreadable");
    assert_eq!((error.offset(), error.pointer()), (6, "/a"));
    assert_eq!(mended("{\"a\": *, \"b\": [1]} and {\"c\": 1}").0, json!({"c": 1}));
}

#[test]
fn no_value_at_all() {
    assert_eq!(read(" \n").expect_err("blank").kind(), DecodeErrorKind::Empty);
    assert_eq!(read("\u{feff}").expect_err("a mark").kind(), DecodeErrorKind::Empty);
    assert_eq!(read("I cannot help with that.").expect_err("prose").kind(), DecodeErrorKind::NoJson);
    assert_eq!(read("\"Sure\", he said.").expect_err("prose").kind(), DecodeErrorKind::NoJson);
}

#[test]
fn strict_takes_one_document_only() {
    let strict = DecodeOptions::strict();
    for text in
        ["```json\n{}\n```", "{} {}", "x {}", "{\"a\":1}garbage", "{'a':1}", "[1,]", "[\"\\ud83d\"]", "NaN", "[01]"]
    {
        assert!(decode(text, &strict).is_err(), "{text}");
    }
    assert!(decode("[1", &strict).expect_err("cut").is_truncated());
    assert_eq!(decode("\u{feff} {\"a\": 1}\n", &strict).expect("valid").value, json!({"a": 1}));
}

#[test]
fn an_error_names_the_place_and_shows_no_text() {
    let text = "{\n  \"secret\": \"marker\",\n  \"é\": {\"x\": [1, *marker]}\n}";
    let error = read(text).expect_err("unreadable");
    assert_eq!((error.line(), error.column(), error.offset()), (3, 18, text.find('*').unwrap_or(0)));
    assert_eq!(error.pointer(), "/é/x/1");
    assert_eq!(error.to_string(), "expected a value, line 3 column 18, at `/é/x/1`");
    assert!(error.excerpt().contains("*marker") && error.excerpt().chars().count() <= 80);
    assert!(!format!("{error:?} {error}").contains("marker"));
    let decoded = read("{\"a\": \"marker\"}").expect("valid");
    assert!(!format!("{decoded:?}").contains("marker"));
}
