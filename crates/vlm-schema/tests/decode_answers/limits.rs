//! Bad input: a clear error, bounded time and memory, no panic.

use serde_json::json;
use vlm_schema::decode::{DecodeErrorKind, DecodeOptions, RepairKind, decode};

use super::read;

#[test]
fn a_hundred_megabytes_are_refused_unread() {
    let text = " ".repeat(100 << 20);
    assert_eq!(read(&text).expect_err("large").kind(), DecodeErrorKind::TooLarge { limit: 16 << 20 });
}

#[test]
fn two_hundred_thousand_brackets() {
    for bracket in ["[", "{\"a\":", "[{\"a\":", "{a:[", "{", "[ // \n"] {
        let text = bracket.repeat(200_000);
        let error = read(&text).expect_err(bracket);
        assert!(
            matches!(error.kind(), DecodeErrorKind::TooDeep { .. } | DecodeErrorKind::Truncated),
            "{bracket}: {error}"
        );
        assert!(decode(&text, &DecodeOptions::strict()).is_err(), "{bracket}");
        assert!(decode(&text, &DecodeOptions::default().max_depth(usize::MAX)).is_err(), "{bracket}");
    }
    let closed = "[".repeat(200_000) + &"]".repeat(200_000);
    assert_eq!(read(&closed).expect_err("deep").kind(), DecodeErrorKind::TooDeep { limit: 128 });
}

#[test]
fn depth() {
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    assert!(read(&nested(128)).is_ok());
    assert_eq!(read(&nested(129)).expect_err("deep").offset(), 128);
    assert!(decode(&nested(512), &DecodeOptions::default().max_depth(9999)).is_ok());
    assert!(decode(&nested(513), &DecodeOptions::default().max_depth(9999)).is_err());
}

#[test]
fn numbers_out_of_range_name_their_path() {
    for text in ["{\"a\": [0, 1e999]}", "{'a': [0, -1e999,],}", "So: {\"a\": [0, 1e400]}"] {
        let error = read(text).expect_err(text);
        assert_eq!((error.kind(), error.pointer()), (DecodeErrorKind::NumberOutOfRange, "/a/1"), "{text}");
    }
    assert_eq!(read("[1e-999, 1e308]").expect("in range").value, json!([0.0, 1e308]));
}

#[test]
fn the_number_of_repairs_is_bounded() {
    let text = format!("[{}", ",".repeat(100_000));
    assert!(matches!(read(&text).expect_err("commas").kind(), DecodeErrorKind::TooManyRepairs { .. }));
}

#[test]
fn of_many_values_the_last_are_kept() {
    let text: String = (0..1000).map(|n| format!("{{\"n\": {n}}}\n")).collect();
    let decoded = decode(&text, &DecodeOptions::default().max_candidates(0)).expect("a value");
    assert_eq!(decoded.value, json!({"n": 999}));
    assert!(decoded.repairs.iter().any(|repair| repair.kind == RepairKind::OtherValue && repair.at == 0));
}

/// Half a mebibyte each, read in a moment; a quadratic step would make some of them take minutes.
#[test]
fn nasty_texts_come_to_an_end() {
    let nasty = [
        "[",
        "{",
        "{\"a\"",
        "[1,",
        "```",
        "```json\n[",
        "\"",
        "{\"a\": \"x\" y \"",
        "{'a",
        "[a, ",
        "/*",
        "// [",
        "{\"a\": * ",
        "[{\"a\":1",
        "{a: b, ",
        "[\"a\", b ",
        "`{",
        "[] ",
        "{\"a\":1} [",
        "\u{201c}[",
        "[\\",
        "[1 {",
        "\n```\n{",
    ];
    for piece in nasty {
        // Whatever it is read as, the text is gone through a bounded number of times.
        let text = piece.repeat((512 << 10) / piece.len());
        if let Ok(decoded) = read(&text) {
            assert!(decoded.span.end <= text.len(), "{piece:?}");
        }
    }
}
