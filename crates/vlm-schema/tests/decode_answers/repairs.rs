//! Each repair helps where it should, is listed, and is refused by `strict`. That none touches a valid document is in
//! `properties` for all documents, and here for the nearest valid one.

use serde_json::{Value, json};
use vlm_schema::decode::RepairKind::{self, *};
use vlm_schema::decode::{DecodeOptions, decode};

use super::{mended, read};

/// The broken text gives the value by these repairs, `strict` refuses it, and the valid neighbour is left alone.
#[track_caller]
fn case(broken: &str, value: Value, kinds: &[RepairKind], neighbour: &str) {
    assert_eq!(mended(broken), (value, kinds.to_vec()), "{broken}");
    assert!(decode(broken, &DecodeOptions::strict()).is_err(), "strict took {broken}");
    let plain = read(neighbour).unwrap_or_else(|error| panic!("{neighbour}: {error}"));
    assert_eq!(plain.value, serde_json::from_str::<Value>(neighbour).unwrap_or_else(|e| panic!("{neighbour}: {e}")));
    assert_eq!(plain.repairs, [], "{neighbour}");
}

#[test]
fn quotes() {
    case("{'a': 'b'}", json!({"a": "b"}), &[Quotes, Quotes], r#"{"'a'": "'b'"}"#);
    case("{'a': 'it's'}", json!({"a": "it's"}), &[Quotes, Quotes, InnerQuote], r#"{"a": "it's"}"#);
    case(r#"{"a": 'say "hi"'}"#, json!({"a": "say \"hi\""}), &[Quotes], r#"{"a": "'say \"hi\"'"}"#);
    case("[`a`, 1]", json!(["a", 1]), &[Quotes], r#"["`a`", 1]"#);
    case(r"['a\'b']", json!(["a'b"]), &[Quotes, UnknownEscape], r#"["a'b"]"#);
    case(
        "{\u{201c}a\u{201d}: \u{201c}b\u{201d}}",
        json!({"a": "b"}),
        &[Quotes, Quotes],
        "{\"\u{201c}a\u{201d}\": \"\u{201c}b\u{201d}\"}",
    );
    case("[\u{2018}a\u{2019}s b\u{2019}]", json!(["a\u{2019}s b"]), &[Quotes, InnerQuote], "[\"\u{2019}\"]");
}

#[test]
fn unquoted_keys_and_strings() {
    case("{a: 1, b-c: 2}", json!({"a": 1, "b-c": 2}), &[UnquotedKey, UnquotedKey], r#"{"a": 1}"#);
    case(r#"{"a": red}"#, json!({"a": "red"}), &[UnquotedString], r#"{"a": "red"}"#);
    case(
        r#"{"a": hello, world, "b": 1}"#,
        json!({"a": "hello, world", "b": 1}),
        &[UnquotedString],
        r#"{"a": "hello, world", "b": 1}"#,
    );
    case(
        "{\"a\": http://x.y/z?q=1\n, \"b\": 2024-01-31}",
        json!({"a": "http://x.y/z?q=1", "b": "2024-01-31"}),
        &[UnquotedString, UnquotedString],
        r#"{"a": "http://x.y/z"}"#,
    );
    case("[red, true north, 12 px]", json!(["red", "true north", "12 px"]), &[UnquotedString; 3], r#"["red"]"#);
    case("[007]", json!(["007"]), &[UnquotedString], "[7]");
}

#[test]
fn commas() {
    case("[1, 2,]", json!([1, 2]), &[TrailingComma], "[1, 2]");
    case("{\"a\": 1,\n}", json!({"a": 1}), &[TrailingComma], "{\"a\": 1\n}");
    case("[1,, 2]", json!([1, 2]), &[ExtraComma], r#"[1, ",,", 2]"#);
    case("[,1]", json!([1]), &[ExtraComma], "[1]");
    case("{,\"a\": 1}", json!({"a": 1}), &[ExtraComma], "{\"a\": 1}");
    case("[1 2 \"a\" {} []]", json!([1, 2, "a", {}, []]), &[MissingComma; 4], "[1, 2]");
    case(
        "{\"a\": 1 \"b\": \"x\" \"c\": true\n\"d\": null}",
        json!({"a": 1, "b": "x", "c": true, "d": null}),
        &[MissingComma; 3],
        r#"{"a": 1, "b": 2}"#,
    );
    case("{\"a\": \"x\"\nb: 2}", json!({"a": "x", "b": 2}), &[MissingComma, UnquotedKey], r#"{"a": "x"}"#);
}

#[test]
fn comments() {
    case("{ // the first\n\"a\": 1 /* two */}", json!({"a": 1}), &[Comment, Comment], r#"{"a": "// no /* no */"}"#);
    case("[\"a\" // b\n, 2]", json!(["a", 2]), &[Comment], r#"["a // b", 2]"#);
    case("{\"a\": x // y\n}", json!({"a": "x"}), &[UnquotedString, Comment], r#"{"a": "x // y"}"#);
}

#[test]
fn strings() {
    case("[\"a\nb\tc\", \"\u{1}\"]", json!(["a\nb\tc", "\u{1}"]), &[ControlCharacter; 2], r#"["a\nb\u0001"]"#);
    case(r#"["\d\x"]"#, json!(["\\d\\x"]), &[UnknownEscape; 2], r#"["\\d"]"#);
    case(r#"["\u12G4"]"#, json!(["\\u12G4"]), &[UnknownEscape], r#"["\u1234"]"#);
    case("[\"a\\\nb\"]", json!(["ab"]), &[UnknownEscape], r#"["ab"]"#);
    case(r#"["\ud83d"]"#, json!(["\u{fffd}"]), &[LoneSurrogate], r#"["\ud83d\ude00"]"#);
    case(
        r#"["\ude00\ud83d\ud83d\ude00x"]"#,
        json!(["\u{fffd}\u{fffd}😀x"]),
        &[LoneSurrogate; 2],
        r#"["\ud83d\ude00"]"#,
    );
    case(r#"["\ud83dA\ud83dB"]"#, json!(["\u{fffd}A\u{fffd}B"]), &[LoneSurrogate; 2], r#"["\u0041"]"#);
}

#[test]
fn inner_quotes() {
    case(
        r#"{"a": "He said "hi" to me", "b": 1}"#,
        json!({"a": "He said \"hi\" to me", "b": 1}),
        &[InnerQuote; 2],
        r#"{"a": "He said \"hi\" to me", "b": 1}"#,
    );
    case(
        r#"{"a": "say "hi", then go", "b": 1}"#,
        json!({"a": "say \"hi\", then go", "b": 1}),
        &[InnerQuote; 2],
        r#"{"a": "say \"hi\", then go", "b": 1}"#,
    );
    case(r#"["a "b" c", "d"]"#, json!(["a \"b\" c", "d"]), &[InnerQuote; 2], r#"["a \"b\" c", "d"]"#);
    case(r#"{"a"b": 1}"#, json!({"a\"b": 1}), &[InnerQuote], r#"{"a\"b": 1}"#);
}

#[test]
fn words_and_numbers() {
    case("[True, False, None]", json!([true, false, null]), &[Literal; 3], "[true, false, null]");
    case("{\"a\": undefined, \"b\": NULL}", json!({"a": null, "b": null}), &[Literal; 2], r#"{"a": "NULL"}"#);
    case("[NaN, -Infinity, Infinity]", json!([null, null, null]), &[NotANumber; 3], r#"["NaN"]"#);
    case("[+1, .5, 5., -.5]", json!([1, 0.5, 5, -0.5]), &[NumberSpelling; 4], "[1, 0.5, 5e0, -0.5]");
    case("True", json!(true), &[Literal], "true");
    case("'a b'", json!("a b"), &[Quotes], "\"a b\"");
}

#[test]
fn brackets_and_space() {
    case(r#"[{"a": 1]"#, json!([{"a": 1}]), &[MissingBracket], r#"[{"a": 1}]"#);
    case(r#"{"a": [1, 2}"#, json!({"a": [1, 2]}), &[MissingBracket], r#"{"a": [1, 2]}"#);
    case("[1,\u{a0}\u{200b}2]", json!([1, 2]), &[Whitespace], "[1, \"\u{a0}\"]");
    case("\u{a0}None\u{2003}", Value::Null, &[Whitespace, Literal, Whitespace], "null");
    case("\u{a0}[1]", json!([1]), &[SurroundingText], "[1]");
}

#[test]
fn notices_are_no_repairs() {
    let decoded = decode("\u{feff} {\"a\": 1, \"a\": 2, \"b\": 123456789012345678901}", &DecodeOptions::strict());
    let decoded = decoded.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(
        decoded.value,
        serde_json::from_str::<Value>("{\"a\": 2, \"b\": 123456789012345678901}").expect("valid")
    );
    let kinds: Vec<RepairKind> = decoded.repairs.iter().map(|repair| repair.kind).collect();
    assert_eq!(kinds, [ByteOrderMark, DuplicateKey, LargeInteger]);
    assert_eq!(decoded.repairs[1].at, 13);
    assert!(decoded.is_verbatim() && decoded.repairs.iter().all(|repair| repair.is_notice()));
}

#[test]
fn a_cut_value_is_closed_only_on_request() {
    let cases = [
        (r#"{"a": [1, 2"#, json!({"a": [1]})),
        (r#"{"a": [1, 2,"#, json!({"a": [1, 2]})),
        (r#"{"a": "x y"#, json!({"a": "x y"})),
        (r#"{"a": "x\"#, json!({"a": "x"})),
        (r#"{"a": "x\ud83d"#, json!({"a": "x"})),
        (r#"{"a": "x\ud83d\ude"#, json!({"a": "x"})),
        (r#"{"a": 1, "b"#, json!({"a": 1})),
        (r#"{"a": 1, "b":"#, json!({"a": 1})),
        (r#"{"a": 1, "b": tr"#, json!({"a": 1})),
        (r#"{"a": true"#, json!({"a": true})),
        ("{'a': 1, b: {c: [", json!({"a": 1, "b": {"c": []}})),
        ("```json\n[{\"a\": 1}, {\"a", json!([{"a": 1}, {}])),
        ("[1, // so", json!([1])),
        ("{", json!({})),
    ];
    for (text, value) in cases {
        let error = read(text).expect_err(text);
        assert!(error.is_truncated(), "{text}: {error}");
        assert_eq!(error.prefix(), Some(&value), "{text}");
        assert!(!error.prefix_repairs().is_empty(), "{text}");
        let closed = decode(text, &DecodeOptions::default().close_truncated(true)).expect(text);
        assert_eq!(closed.value, value, "{text}");
        assert!(closed.is_closed(), "{text}");
        let strict = decode(text, &DecodeOptions::strict().close_truncated(true));
        assert!(strict.is_err(), "{text}");
    }
}

#[test]
fn what_would_be_a_guess_is_refused() {
    for text in [
        r#"{"a" 1}"#,
        r#"{"a": }"#,
        r#"{"a", "b"}"#,
        "[1, ...]",
        "{\"a\":: 1}",
        "{]",
        "[1}",
        "{a b: 1}",
        "[a\"b]",
        "[{\"a\": 1}, *]",
        "{\"a\": (1)[2]}",
    ] {
        assert!(read(text).is_err(), "{text} gave {:?}", read(text).map(|decoded| decoded.value));
    }
}

#[test]
fn every_repair_has_a_note_and_a_place() {
    let decoded = read("Sure: {'a': True,}").unwrap_or_else(|error| panic!("{error}"));
    let lines: Vec<String> = decoded.repairs.iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        [
            "byte 0: text around the value was left aside",
            "byte 7: unusual quotes were read as `\"`",
            "byte 12: a foreign word was read as true, false or null",
            "byte 16: a trailing comma was dropped",
        ]
    );
    assert_eq!(
        serde_json::to_value(decoded.repairs[3]).unwrap_or_default(),
        json!({"kind": "trailing_comma", "at": 16})
    );
}
