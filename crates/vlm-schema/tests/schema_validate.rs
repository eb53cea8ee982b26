//! The full check of answers.
#![cfg(feature = "validate")]
#![allow(clippy::unwrap_used, reason = "a failing test panics")]

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use vlm_schema::schema::{MAX_DEPTH, Schema, SchemaError, Validator};

fn validator(value: Value) -> Validator {
    Validator::new(&Schema::from_value("s", value).unwrap()).unwrap()
}

#[allow(dead_code, reason = "only its schema is looked at")]
#[derive(Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum What {
    Person {
        #[schemars(range(max = 150))]
        age: u8,
    },
    Thing {
        #[schemars(length(min = 2), regex(pattern = "^[a-z]+$"))]
        name: String,
    },
}

#[test]
fn each_fault_is_named_with_its_place() {
    let validator = validator(json!({
        "type": "object",
        "properties": {
            "a/b": {"type": "integer", "minimum": 1, "maximum": 5},
            "word": {"type": "string", "minLength": 2, "maxLength": 3, "pattern": "^[a-z]+$"},
            "list": {"type": "array", "items": {"enum": ["x", 1]}, "maxItems": 2, "uniqueItems": true},
            "exact": {"const": 7},
            "step": {"type": "number", "multipleOf": 0.5, "exclusiveMinimum": 0},
            "either": {"type": ["string", "null"]},
        },
        "required": ["a/b"],
        "additionalProperties": false,
    }));
    for (answer, expected) in [
        (json!({"a/b": 9}), r#"at "/a~1b": expected at most 5, found 9"#),
        (json!({"a/b": "1"}), r#"at "/a~1b": expected integer, found "1""#),
        (json!({}), r#"at "": expected the property "a/b", found none"#),
        (json!({"a/b": 1, "c": 2}), r#"at "": expected no other properties, found "c""#),
        (json!({"a/b": 1, "word": "a"}), r#"at "/word": expected at least 2 characters, found "a""#),
        (json!({"a/b": 1, "word": "AB"}), r#"at "/word": expected text that matches ^[a-z]+$, found "AB""#),
        (json!({"a/b": 1, "list": ["x", "y"]}), r#"at "/list/1": expected one of "x", 1, found "y""#),
        (json!({"a/b": 1, "list": [1, 1]}), r#"at "/list": expected items that all differ, found a list of 2"#),
        (json!({"a/b": 1, "exact": {"a": 1}}), r#"at "/exact": expected 7, found an object of 1"#),
        (json!({"a/b": 1, "step": 0.7}), r#"at "/step": expected a multiple of 0.5, found 0.7"#),
        (json!({"a/b": 1, "step": 0}), r#"at "/step": expected more than 0, found 0"#),
        (json!({"a/b": 1, "either": false}), r#"at "/either": expected null or string, found false"#),
    ] {
        let faults = validator.check(&answer);
        assert_eq!(faults.iter().map(ToString::to_string).collect::<Vec<_>>(), [expected], "{answer}");
        assert!(!validator.fits(&answer));
    }
    assert!(
        validator.fits(&json!({"a/b": 1, "word": "abc", "list": ["x", 1], "exact": 7, "step": 1.5, "either": null}))
    );
}

#[test]
fn of_a_union_the_branch_that_was_meant_is_judged() {
    let validator = Validator::new(&Schema::of::<Vec<What>>().unwrap()).unwrap();
    let answer = json!([
        {"kind": "person", "age": 30},
        {"kind": "person", "age": 151},
        {"kind": "thing", "name": "A"},
        {"kind": "thing"},
    ]);
    let faults: Vec<String> = validator.check(&answer).iter().map(ToString::to_string).collect();
    assert_eq!(
        faults,
        [
            r#"at "/1/age": expected at most 150, found 151"#,
            r#"at "/2/name": expected at least 2 characters, found "A""#,
            r#"at "/2/name": expected text that matches ^[a-z]+$, found "A""#,
            r#"at "/3": expected the property "name", found none"#,
        ]
    );
}

#[test]
fn formats_are_checked() {
    for (format, good, bad) in [
        ("date", "2026-02-28", "2026-02-30"),
        ("date-time", "2026-02-28T10:00:00Z", "2026-02-28 10:00"),
        ("time", "10:00:00Z", "25:00:00Z"),
        ("uuid", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "f81d4fae"),
        ("email", "a@example.com", "a.example.com"),
        ("uri", "https://example.com/a", "not a uri"),
        ("ipv4", "127.0.0.1", "127.0.0.256"),
        ("duration", "PT1H", "an hour"),
    ] {
        let validator = validator(json!({"type": "string", "format": format}));
        assert!(validator.fits(&json!(good)), "{format}");
        assert!(!validator.fits(&json!(bad)), "{format}");
    }
    // A format of another vocabulary holds nothing back.
    assert!(validator(json!({"type": "integer", "format": "uint8"})).fits(&json!(300)));
}

#[test]
fn the_answer_is_judged_without_its_wrapper() {
    let validator = Validator::new(&Schema::elements_of::<u8>().unwrap()).unwrap();
    assert!(validator.fits(&json!([1, 2])));
    assert_eq!(validator.check(&json!([1, 256]))[0].path, "/1");
    assert!(!validator.fits(&json!({"elements": [1]})));
    let recursive = json!({"anyOf": [{"type": "string"}, {"type": "array", "items": {"$ref": "#"}}]});
    let validator = self::validator(recursive);
    assert!(validator.fits(&json!(["a", ["b"]])));
    assert!(!validator.fits(&json!(["a", [1]])));
}

#[test]
fn reports_and_depth_are_bounded() {
    let validator = validator(json!({"type": "array", "items": {"type": "string", "maxLength": 1}}));
    assert_eq!(validator.check(&json!(vec![1; 1000])).len(), 64);
    let long = validator.check(&json!(["ä".repeat(100_000)]));
    assert!(long[0].found.chars().count() < 100, "{}", long[0].found);
    let validator = self::validator(json!({"type": "array", "items": {"$ref": "#"}}));
    let nested = |levels: usize| (1..levels).fold(json!([]), |inner, _| json!([inner]));
    assert!(validator.fits(&nested(MAX_DEPTH)));
    assert_eq!(validator.check(&nested(MAX_DEPTH + 1)).len(), 1);
}

#[test]
fn a_pattern_that_is_none_is_refused() {
    for pattern in ["(", r"^(?:[a-z]{1,900}\d){3000}$"] {
        let schema = Schema::from_value("s", json!({"type": "string", "pattern": pattern})).unwrap();
        assert!(matches!(Validator::new(&schema), Err(SchemaError::Unusable { .. })), "{pattern}");
    }
}
