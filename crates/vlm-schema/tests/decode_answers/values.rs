//! Generated JSON values and texts.

use proptest::prelude::*;
use serde_json::{Map, Number, Value};

/// Strings that a careless parser trips over.
pub(crate) fn string() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-z ]{0,6}",
        2 => any::<char>().prop_map(String::from),
        3 => prop::sample::select(&[
            "\"", "\\", "'", "`", "```", ",", ":", "{", "}", "[", "]", "//", "/*", "*/", "\n", "\t", "\u{7f}", "\u{0}",
            "true", "null", "1e5", "\", \"", "\": ", "```json\n", "é", "😀", "\u{201c}", "\u{201d}", "\u{feff}",
            "\u{2028}", "\\u", "\\ud83d", "a: b",
        ][..]).prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

/// Any JSON value.
pub(crate) fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_filter_map("finite", |float| Number::from_f64(float).map(Value::Number)),
        string().prop_map(Value::String),
    ];
    leaf.prop_recursive(5, 48, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
            prop::collection::vec((string(), inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// Any array or object.
pub(crate) fn container() -> impl Strategy<Value = Value> {
    value().prop_map(|value| match value {
        Value::Array(_) | Value::Object(_) => value,
        leaf => Value::Array(vec![leaf]),
    })
}
