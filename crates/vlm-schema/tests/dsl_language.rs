//! The schema language: what texts become, every kind of error, and that no text does harm.

#![allow(clippy::unwrap_used, reason = "a failing test may panic, in its helpers too")]

use std::fmt::Write;

use proptest::prelude::*;
use serde_json::{Value, json};
use vlm_schema::dsl::{DslErrorKind, MAX_BYTES, MAX_DEPTH, MAX_QUOTED, parse};

#[test]
fn texts_become_schemas() {
    let texts = [
        "name",
        "name, price: number, tags: [string], kind: enum(a|b)",
        "a: string, b: number, c: integer, d: boolean, e: date, f: time, g: datetime, h: any",
        "a?, b?: number, c: date?, d?: [string]?, e: [string?], f: enum(x|y)?, g: {h}?, i: any?",
        r#"kind: enum(a|b-c|"with space"|1|-2.5|'it''s'|true)"#.replace("'it''s'", r"'it\'s'").leak(),
        "a: integer(1..10), b: number(0..1), c: number(-0.5..), d: integer(..-3), e: number(1e3..2.5e3)",
        "a: string(..80), b: string(3..), c: string(2..2), d: [string(1..)](1..5), e: [[integer](3..3)]",
        "seller: { name, address: { city, zip?: string(5..5) } }, lines: [{ sku, count: integer(1..) }]",
        r#"price: number "in euros, with tax", name 'the "brand"', "unit price": number, 'ключ': any "\t\\""#,
        "# a file\nname   # what it is called\n\nprice: number,\nkind: enum(\n  a |\n  b\n)\nrows: [\n  {\n    a\n    b: date,\n  }\n],\n",
        "größe: number\r\n_x-1: string?\r\n",
        "\u{feff}name",
    ];
    let mut listing = String::new();
    for text in texts {
        let schema = parse(text).unwrap_or_else(|error| panic!("{}", error.report()));
        assert!(jsonschema::meta::is_valid(&schema), "{schema}");
        writeln!(listing, "{text}\n{schema:#}\n").unwrap();
    }
    insta::assert_snapshot!(listing);
}

#[test]
fn errors_say_where_and_what() {
    let long_name = "n".repeat(MAX_QUOTED + 1);
    let many: String = (0..30).map(|field| format!("field_{field}, ")).collect();
    let long_line = format!("{many}price: nubmer, {}", "z".repeat(300));
    let texts = [
        "",
        " \n # nothing\n",
        "a: {}",
        "a: { # nothing\n }",
        ",a",
        "a b",
        "a: number \"one\" \"two\"",
        "a:",
        "a:\n number",
        "a: ]",
        "a: [string",
        "a: [string}",
        "a: {b",
        "a }",
        "a: 5",
        "5",
        "a: string; b",
        "a: $ref",
        "a: -",
        "a \"never closed",
        "a \"never\nclosed\"",
        "a \"never closed\\",
        r#"a "\x""#,
        "a: nubmer",
        "a: int, b",
        "a: String",
        "a: strng",
        "a: sting",
        "a: whatever",
        "a, b, a: number",
        "a: { b, 'b' }",
        "a: enum(x|y|\"x\")",
        "a: enum",
        "a: enum()",
        "a: enum(x y)",
        "a: enum(x|)",
        "a: enum(x",
        "'': string",
        "a: boolean(1..2)",
        "a: date(..5)",
        "a: any(1..)",
        "a: enum(x)(1..2)",
        "a: {b}(1..2)",
        "a: number(..)",
        "a: number()",
        "a: number(5)",
        "a: number(1..x)",
        "a: number(2..1)",
        "a: integer(0.5..)",
        "a: integer(..99999999999999999999)",
        "a: string(-1..)",
        "a: string(..1.5)",
        "a: number(..1e999)",
        "a: number??",
        "first: string,\n  second: nubmer \"of the second\"",
        "größe: nubmer",
        "\ta: nubmer",
        "a: \u{1b}[31m",
        "a \"never\\\nclosed\"",
        "'\u{1b}\\n', '\u{1b}\\n'",
        long_line.as_str(),
    ];
    let mut listing = String::new();
    for text in texts {
        let Err(error) = parse(text) else { panic!("`{text}` should not be read") };
        writeln!(listing, "{text:?}\n{}\n", error.report()).unwrap();
    }
    insta::assert_snapshot!(listing);

    let limits = [
        long_name.clone(),
        format!("'{long_name}'"),
        format!("a \"{long_name}\""),
        format!("a: enum({long_name})"),
        format!("a: {}string{}", "[".repeat(MAX_DEPTH + 1), "]".repeat(MAX_DEPTH + 1)),
        format!("a: {}", "{a: ".repeat(20_000)),
        format!("a: {}", "[".repeat(60_000)),
        " ".repeat(MAX_BYTES + 1),
        format!("a: enum({}x)", (0..3000).map(|value| format!("v{value}|")).collect::<String>()),
    ];
    for text in limits {
        let error = parse(&text).expect_err("over a limit");
        assert!(matches!(error.kind(), DslErrorKind::TooLarge { .. }), "{error}");
        assert!(error.report().len() < 500, "{}", error.report());
    }
    let deepest = format!("a: {}string{}", "[".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH));
    assert!(parse(&deepest).is_ok());
}

#[test]
fn places_are_counted_in_characters() {
    let error = parse("größe,\r\n 'ключ': nubmer").unwrap_err();
    assert_eq!((error.line(), error.column()), (2, 10));
    assert_eq!(error.to_string(), "line 2, column 10: there is no type `nubmer`; did you mean `number`?");
    assert!(error.expected().is_some());
}

#[test]
fn many_fields_are_read_in_linear_time() {
    let text: String = (0..8_000).map(|field| format!("f{field},")).collect();
    assert!(text.len() < MAX_BYTES);
    assert_eq!(parse(&text).unwrap()["required"].as_array().unwrap().len(), 8_000);
}

#[test]
fn schemas_judge_values() {
    let text = "name: string(2..5), stars: integer(1..5), share?: number(0..1), day: date, kind: enum(a|b)?, \
                tags: [string](1..2), at: { x: number, y: number? }, extra?: any";
    let schema = parse(text).unwrap();
    let checker = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    let good = json!({
        "name": "abc", "stars": 5, "share": null, "day": "2026-02-28", "kind": null, "tags": ["x"],
        "at": { "x": 1.5 }, "extra": { "anything": [1] }
    });
    assert!(checker.is_valid(&good), "{:?}", checker.validate(&good));
    let wrong = [
        ("/name", json!("a")),
        ("/name", json!("abcdef")),
        ("/name", json!(null)),
        ("/stars", json!(0)),
        ("/stars", json!(1.5)),
        ("/share", json!(1.01)),
        ("/day", json!("28.02.2026")),
        ("/kind", json!("c")),
        ("/tags", json!([])),
        ("/tags", json!(["a", "b", "c"])),
        ("/tags/0", json!(null)),
        ("/at", json!({ "y": 1 })),
        ("/at", json!({ "x": 1, "z": 1 })),
    ];
    for (path, value) in wrong {
        let mut bad = good.clone();
        *bad.pointer_mut(path).unwrap() = value;
        assert!(!checker.is_valid(&bad), "{path}: {bad}");
    }
    let mut missing = good.clone();
    missing.as_object_mut().unwrap().remove("name");
    assert!(!checker.is_valid(&missing));
}

/// A type as text, and the values that fit and do not fit it.
#[derive(Clone, Debug)]
struct Typed {
    text: String,
    fits: Value,
    misfit: Value,
}

fn typed() -> impl Strategy<Value = Typed> {
    let leaf = prop_oneof![
        "[a-z]{0,8}".prop_map(|value| Typed { text: "string".into(), fits: value.into(), misfit: json!(1) }),
        (-50i64..50, 0i64..50).prop_map(|(low, width)| Typed {
            text: format!("integer({low}..{})", low + width),
            fits: (low + width / 2).into(),
            misfit: (low + width + 1).into(),
        }),
        (-1e6f64..1e6).prop_map(|bound| Typed {
            text: format!("number(..{bound})"),
            fits: json!(bound - 1.0),
            misfit: json!(bound + 1.0),
        }),
        any::<bool>().prop_map(|value| Typed { text: "boolean".into(), fits: value.into(), misfit: json!("no") }),
        proptest::collection::btree_set("[ -~]{1,6}", 1..4).prop_map(|values| {
            let quoted: Vec<_> = values.iter().map(|value| quote(value)).collect();
            Typed {
                text: format!("enum({})", quoted.join(" | ")),
                fits: values.first().unwrap().as_str().into(),
                misfit: json!("longer than any value"),
            }
        }),
    ];
    leaf.prop_recursive(3, 16, 3, |inner| {
        prop_oneof![
            (inner.clone(), 0usize..3).prop_map(|(item, count)| Typed {
                text: format!("[{}](..{count})", item.text),
                fits: vec![item.fits; count].into(),
                misfit: if count > 0 { json!([item.misfit]) } else { json!([1]) },
            }),
            inner.clone().prop_map(|value| Typed {
                text: format!("{}?", value.text.trim_end_matches('?')),
                fits: Value::Null,
                misfit: value.misfit,
            }),
            proptest::collection::btree_map("[ -~]{1,8}", inner, 1..4).prop_map(|fields| {
                let text: Vec<_> =
                    fields.iter().map(|(name, field)| format!("{}: {}", quote(name), field.text)).collect();
                let mut misfit: serde_json::Map<_, _> =
                    fields.iter().map(|(name, field)| (name.clone(), field.fits.clone())).collect();
                let fits = misfit.clone();
                let (name, field) = fields.first_key_value().unwrap();
                misfit.insert(name.clone(), field.misfit.clone());
                Typed { text: format!("{{ {} }}", text.join(", ")), fits: fits.into(), misfit: misfit.into() }
            }),
        ]
    })
}

fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

proptest! {
    #[test]
    fn no_text_panics(text in any::<String>()) {
        if let Err(error) = parse(&text) {
            prop_assert!(error.line() > 0 && error.column() > 0);
            prop_assert!(!error.report().is_empty());
        }
    }

    #[test]
    fn no_text_of_this_alphabet_panics(text in r#"([a-c]|string|enum|number|[\[\](){}|:?,"'\\.#\n\r 0-9é-]|\.\.){0,40}"#) {
        match parse(&text) {
            Ok(schema) => prop_assert!(jsonschema::meta::is_valid(&schema), "{schema}"),
            Err(error) => {
                let report = error.report();
                let lines: Vec<_> = report.lines().collect();
                prop_assert!((3..=4).contains(&lines.len()), "{report}");
                prop_assert!(lines[2].trim_start().chars().all(|char| char == '^'), "{report}");
            }
        }
    }

    #[test]
    fn values_that_fit_are_accepted_and_others_are_not(value in typed()) {
        let schema = parse(&format!("value: {}", value.text)).map_err(|error| TestCaseError::fail(error.report()))?;
        let checker = jsonschema::validator_for(&schema).unwrap();
        let (good, bad) = (json!({ "value": value.fits }), json!({ "value": value.misfit }));
        prop_assert!(checker.is_valid(&good), "{schema} {good}");
        prop_assert!(!checker.is_valid(&bad), "{schema} {bad}");
        let more = json!({ "value": value.fits, "other": 1 });
        prop_assert!(!checker.is_valid(&more));
    }
}
