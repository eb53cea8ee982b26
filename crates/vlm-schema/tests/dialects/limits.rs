//! Each limit: one below, at it, one above.

use serde_json::{Map, Value, json};
use vlm_core::SchemaDialect::{self, Anthropic, GeminiSchema, OpenAiStrict};
use vlm_schema::schema::{LoweringError, Schema, lower};

fn schema(value: Value) -> Schema {
    Schema::from_value("limits", value).unwrap()
}

fn check(dialect: SchemaDialect, limit: usize, what: &str, make: impl Fn(usize) -> Value) {
    for (size, fits) in [(limit - 1, true), (limit, true), (limit + 1, false)] {
        match lower(&schema(make(size)), dialect) {
            Ok(_) => assert!(fits, "{size} {what} should be refused"),
            Err(error) => {
                assert!(!fits, "{size}: {error}");
                let LoweringError::Limit { what: named, limit: stated, found, path, .. } = &error else {
                    panic!("{error}")
                };
                assert_eq!((*named, *stated, *found), (what, limit, limit + 1), "{error}");
                assert!(error.to_string().contains(&limit.to_string()), "{error}");
                assert_eq!(error.path(), path);
            }
        }
    }
}

fn object(properties: impl IntoIterator<Item = (String, Value)>) -> Value {
    let properties: Map<String, Value> = properties.into_iter().collect();
    let required: Vec<String> = properties.keys().cloned().collect();
    json!({"type": "object", "properties": properties, "required": required})
}

fn choices(count: usize, letters: usize) -> Vec<String> {
    (0..count).map(|at| format!("{at:0letters$}")).collect()
}

#[test]
fn openai_properties() {
    check(OpenAiStrict, 5_000, "properties", |count| {
        object((0..count).map(|at| (format!("p{at}"), json!({"type": "null"}))))
    });
}

#[test]
fn openai_levels() {
    let levels = |count: usize| {
        let leaf = object([("leaf".to_owned(), json!({"type": "string"}))]);
        (1..count).fold(leaf, |inner, at| match at % 2 {
            1 if at + 1 < count => json!({"type": "array", "items": inner}),
            _ => object([("inner".to_owned(), inner)]),
        })
    };
    check(OpenAiStrict, 10, "levels of objects and lists", levels);
}

#[test]
fn openai_levels_through_definitions() {
    let levels = |count: usize| {
        let mut definitions = Map::new();
        for at in 1..count {
            let inner = if at + 1 < count {
                json!({"$ref": format!("#/$defs/d{}", at + 1)})
            } else {
                json!({"type": "string"})
            };
            definitions.insert(format!("d{at}"), object([("inner".to_owned(), inner)]));
        }
        let mut root = object([("inner".to_owned(), json!({"$ref": "#/$defs/d1"}))]);
        root["$defs"] = definitions.into();
        root
    };
    check(OpenAiStrict, 10, "levels of objects and lists", levels);
}

#[test]
fn openai_choices() {
    check(OpenAiStrict, 1_000, "enum values", |count| {
        let (first, second) = (choices(count / 5, 1), choices(count - count / 5 * 4, 1));
        let mut fields: Vec<Value> = (0..4).map(|_| json!({"type": "string", "enum": first})).collect();
        fields.push(json!({"type": "string", "enum": second}));
        object(fields.into_iter().enumerate().map(|(at, field)| (format!("f{at}"), field)))
    });
}

#[test]
fn openai_characters() {
    // One property of 1 letter, the rest are choices of 1000 letters and one that fills up.
    check(OpenAiStrict, 120_000, "characters of names and enum values", |count| {
        let mut all = choices(119, 1_000);
        all.push("x".repeat(count - 119_000 - 1));
        object([("f".to_owned(), json!({"type": "string", "enum": all}))])
    });
}

#[test]
fn openai_long_choices() {
    check(OpenAiStrict, 15_000, "characters of the values of one long enum", |count| {
        let mut all = choices(250, 50);
        all.push("x".repeat(count - 12_500));
        object([("f".to_owned(), json!({"type": "string", "enum": all}))])
    });
    // Only lists of more than 250 choices are long.
    let mut all = choices(249, 50);
    all.push("x".repeat(20_000));
    lower(&schema(object([("f".to_owned(), json!({"type": "string", "enum": all}))])), OpenAiStrict).unwrap();
}

#[test]
fn anthropic_optional_properties() {
    check(Anthropic, 24, "properties that may be left out", |count| {
        let mut value = object((0..count).map(|at| (format!("p{at}"), json!({"type": "string"}))));
        value.as_object_mut().unwrap().remove("required");
        value
    });
}

#[test]
fn anthropic_unions() {
    check(Anthropic, 16, "schemas of several types (`null` included)", |count| {
        object((0..count).map(|at| {
            let union =
                if at % 2 == 0 { json!({"type": ["string", "null"]}) } else { json!({"type": ["string", "integer"]}) };
            (format!("p{at}"), union)
        }))
    });
}

#[test]
fn gemini_levels() {
    // A list within a list: each is one level, the text in the last is one more.
    check(GeminiSchema, 32, "levels of schemas", |count| {
        let inner = (2..count).fold(json!({"type": "string"}), |inner, _| json!({"type": "array", "items": inner}));
        object([("a".to_owned(), json!({"type": "array", "items": inner}))])
    });
}

#[test]
fn references_that_multiply_are_refused() {
    let mut definitions = Map::new();
    for at in 0..40 {
        let next = json!({"$ref": format!("#/$defs/d{}", at + 1)});
        definitions.insert(format!("d{at}"), object([("a".to_owned(), next.clone()), ("b".to_owned(), next)]));
    }
    definitions.insert("d40".to_owned(), json!({"type": "string"}));
    let mut root = object([("a".to_owned(), json!({"$ref": "#/$defs/d20"}))]);
    root["$defs"] = definitions.into();
    assert!(matches!(lower(&schema(root), GeminiSchema), Err(LoweringError::Limit { .. })));
}

#[test]
fn a_chain_of_references_is_bounded() {
    let mut definitions = Map::new();
    for at in 0..5_000 {
        definitions.insert(format!("d{at}"), json!({"$ref": format!("#/$defs/d{}", at + 1)}));
    }
    definitions.insert("d5000".to_owned(), json!({"type": "string"}));
    let mut root = object([("a".to_owned(), json!({"$ref": "#/$defs/d0"}))]);
    root["$defs"] = definitions.into();
    let schema = schema(root);
    assert!(matches!(lower(&schema, GeminiSchema), Err(LoweringError::Limit { .. })));
    for dialect in super::snapshots::DIALECTS {
        let _ = lower(&schema, dialect);
    }
}

#[test]
fn unions_that_multiply_are_refused() {
    let union = |name: &str| {
        let branch = |at: usize| object([(format!("{name}{at}"), json!({"type": "string"}))]);
        json!({"anyOf": (0..12).map(branch).collect::<Vec<_>>()})
    };
    let all: Vec<Value> = ["a", "b", "c", "d", "e"].into_iter().map(union).collect();
    let root = object([("f".to_owned(), json!({"type": "object", "allOf": all}))]);
    for dialect in [OpenAiStrict, GeminiSchema, Anthropic] {
        assert!(matches!(lower(&schema(root.clone()), dialect), Err(LoweringError::Limit { .. })));
    }
}
