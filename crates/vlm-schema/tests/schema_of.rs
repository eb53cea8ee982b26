//! Schemas of types and of data: names, order, wrapping, and what is refused.
#![allow(clippy::unwrap_used, reason = "a failing test panics")]

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use vlm_schema::schema::{MAX_DEPTH, MAX_NODES, Root, Schema, SchemaError};

fn order(schema: &Value) -> Vec<&str> {
    schema["propertyOrdering"].as_array().unwrap().iter().filter_map(Value::as_str).collect()
}

#[allow(dead_code, reason = "only its schema is looked at")]
#[derive(Deserialize, JsonSchema)]
struct Order {
    zebra: u8,
    mango: Option<u8>,
    #[serde(rename = "10th")]
    tenth: u8,
    #[serde(default)]
    apple: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    hidden_place: Option<u8>,
    #[serde(flatten)]
    within: Within,
    banana: Inner,
    #[serde(skip_serializing)]
    read: u8,
}

#[allow(dead_code, reason = "only its schema is looked at")]
#[derive(Deserialize, JsonSchema)]
struct Within {
    y: u8,
    x: Option<u8>,
}

#[allow(dead_code, reason = "only its schema is looked at")]
#[derive(Deserialize, JsonSchema)]
struct Inner {
    evidence: Option<String>,
    answer: bool,
}

#[allow(dead_code, reason = "only its schema is looked at")]
#[derive(Deserialize, JsonSchema)]
struct Page<T> {
    items: Vec<T>,
}

#[test]
fn properties_are_in_declared_order() {
    let schema = Schema::of::<Order>().unwrap();
    let said = order(schema.value());
    assert_eq!(said, ["zebra", "mango", "10th", "apple", "y", "x", "banana", "read", "hidden_place"]);
    assert_eq!(order(&schema.value()["$defs"]["Inner"]), ["evidence", "answer"]);
    let text = schema.text();
    let places: Vec<usize> = said.iter().map(|name| text.find(&format!("\"{name}\":{{")).unwrap()).collect();
    assert!(places.is_sorted(), "{text}");
}

#[test]
fn data_is_in_the_order_that_it_says() {
    let schema = |order: Value| {
        let mut value = json!({
            "type": "object",
            "properties": {"a": {}, "b": {}, "c": {}, "d": {}},
            "required": ["d", "b", "unknown"],
        });
        if order.is_array() {
            value["propertyOrdering"] = order;
        }
        Schema::from_value("data", value).unwrap()
    };
    assert_eq!(order(schema(Value::Null).value()), ["d", "b", "a", "c"]);
    assert_eq!(order(schema(json!(["c", "x", "a", "c"])).value()), ["c", "a", "d", "b"]);
}

#[test]
fn what_is_no_object_is_wrapped() {
    let field = |schema: Result<Schema, SchemaError>| match schema.unwrap().root() {
        Root::Wrapped { field, .. } => field,
        root => panic!("{root:?}"),
    };
    assert_eq!(field(Schema::of::<Vec<u8>>()), "elements");
    assert_eq!(field(Schema::elements_of::<Inner>()), "elements");
    assert_eq!(field(Schema::of::<(u8, u8)>()), "elements");
    assert_eq!(field(Schema::of::<str>()), "result");
    assert_eq!(field(Schema::of::<Option<Inner>>()), "result");
    assert_eq!(field(Schema::from_value("any", json!({}))), "result");
    let list = Schema::elements_of::<Inner>().unwrap();
    assert_eq!(list.answer()["type"], "array");
    assert_eq!(list.value()["properties"]["elements"]["items"], json!({"$ref": "#/$defs/Inner"}));
    let tree = json!({"anyOf": [{"type": "string"}, {"type": "array", "items": {"$ref": "#"}}]});
    let tree = Schema::from_value("tree", tree).unwrap();
    assert_eq!(tree.value().pointer("/properties/result/anyOf/1/items/$ref"), Some(&json!("#/properties/result")));
}

#[test]
fn a_root_that_refers_is_lifted() {
    #[allow(dead_code, reason = "only its schema is looked at")]
    #[derive(Deserialize, JsonSchema)]
    struct Outer(Inner);
    let schema = Schema::of::<Outer>().unwrap();
    assert_eq!(schema.root(), Root::Object);
    assert_eq!(order(schema.value()), ["evidence", "answer"]);
}

#[test]
fn names_are_plain() {
    assert_eq!(Schema::of::<Page<Inner>>().unwrap().name(), "Page");
    assert_eq!(Schema::of::<Vec<Inner>>().unwrap().name(), "Array_of_Inner");
    assert_eq!(
        Schema::of::<BTreeMap<String, (u8, Option<char>)>>().unwrap().name(),
        "Map_of_Tuple_of_uint8_and_Nullable_Character"
    );
    for name in ["", "a b", "ä", "a.b", &"x".repeat(65), "a\n"] {
        let refused = Schema::from_value(name, json!({"type": "object"})).unwrap_err();
        assert!(matches!(refused, SchemaError::Name { .. }), "{name:?}");
        assert!(refused.to_string().contains("1 to 64"));
    }
    for name in ["a", "A-z_09", &"x".repeat(64)] {
        assert_eq!(Schema::from_value(name, json!({"type": "object"})).unwrap().name(), name);
    }
}

#[test]
fn types_of_the_same_name_have_their_own_schemas() {
    let first = {
        #[allow(dead_code, reason = "only its schema is looked at")]
        #[derive(JsonSchema)]
        struct Local {
            a: u8,
        }
        Schema::of::<Local>().unwrap()
    };
    let second = {
        #[allow(dead_code, reason = "only its schema is looked at")]
        #[derive(JsonSchema)]
        struct Local {
            b: String,
        }
        Schema::of::<Local>().unwrap()
    };
    assert_ne!(first, second);
    assert_eq!(first.name(), second.name());
}

#[test]
fn a_type_with_a_lifetime_has_a_schema() {
    #[allow(dead_code, reason = "only its schema is looked at")]
    #[derive(JsonSchema)]
    struct Borrowed<'a> {
        text: &'a str,
    }
    fn of<'a>(_: &'a str) -> Schema {
        Schema::of::<Borrowed<'a>>().unwrap()
    }
    assert_eq!(order(of("x").value()), ["text"]);
}

#[test]
fn older_drafts_and_openapi_are_understood() {
    let schema = Schema::from_value(
        "old",
        json!({
            "$schema": "http://json-schema.org/draft-07/schema#",
            "$id": "https://example.com/old",
            "type": "object",
            "properties": {
                "pair": {"type": "array", "items": [{"type": "string"}, {"type": "integer"}], "additionalItems": false},
                "above": {"type": "number", "minimum": 0, "exclusiveMinimum": true},
                "maybe": {"type": "string", "enum": ["a"], "nullable": true},
                "other": {"$ref": "#/definitions/Other"},
                // A property, not a keyword.
                "$id": {"type": "string"},
            },
            "definitions": {"Other": {"type": "boolean"}},
        }),
    )
    .unwrap();
    let properties = &schema.value()["properties"];
    assert_eq!(
        properties["pair"],
        json!({"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}], "items": false})
    );
    assert_eq!(properties["above"], json!({"type": "number", "exclusiveMinimum": 0}));
    assert_eq!(properties["maybe"], json!({"type": ["string", "null"], "enum": ["a", null]}));
    assert_eq!(properties["$id"], json!({"type": "string"}));
    assert!(schema.value().get("$id").is_none());
}

#[test]
fn what_is_no_schema_is_refused_with_its_place() {
    for (value, path, keyword) in [
        (json!({"type": "text"}), "", "type"),
        (json!({"properties": {"a": {"type": []}}}), "/properties/a", "type"),
        (json!({"properties": {"a": 5}}), "", "properties"),
        (json!({"items": {"required": "a"}}), "/items", "required"),
        (json!({"anyOf": []}), "", "anyOf"),
        (json!({"$defs": {"a/b": {"minLength": -1}}}), "/$defs/a~1b", "minLength"),
        (json!({"minimum": "1"}), "", "minimum"),
        (json!({"multipleOf": 0}), "", "multipleOf"),
        (json!({"enum": "a"}), "", "enum"),
        (json!({"pattern": 1}), "", "pattern"),
    ] {
        match Schema::from_value("s", value.clone()) {
            Err(SchemaError::Malformed { path: at, keyword: named, .. }) => {
                assert_eq!((at.as_str(), named.as_str()), (path, keyword), "{value}");
            }
            other => panic!("{value}: {other:?}"),
        }
    }
    for value in [json!(null), json!(true), json!([]), json!("object"), json!(1)] {
        assert!(matches!(Schema::from_value("s", value), Err(SchemaError::NotAnObject { .. })));
    }
}

#[test]
fn a_reference_stays_within_the_schema() {
    for reference in
        ["https://example.com/a.json", "a.json#/b", "#/$defs/none", "#anchor", "file:///etc/passwd", "#/%zz", ""]
    {
        let value = json!({"type": "object", "properties": {"a": {"$ref": reference}}});
        let refused = Schema::from_value("s", value).unwrap_err();
        assert!(matches!(refused, SchemaError::Reference { .. }), "{reference}: {refused}");
    }
    let value = json!({
        "type": "object",
        "properties": {"a": {"$ref": "#/$defs/x%20y~1z"}, "b": {"$ref": "#"}, "c": {"$ref": "#/properties/a"}},
        "$defs": {"x y/z": {"type": "string"}},
    });
    Schema::from_value("s", value).unwrap();
}

#[test]
fn size_is_bounded() {
    let nested = |levels: usize| (1..levels).fold(json!({}), |inner, _| json!({ "not": inner }));
    // Wrapping takes two levels more.
    Schema::from_value("s", nested(MAX_DEPTH - 2)).unwrap();
    assert!(matches!(
        Schema::from_value("s", nested(MAX_DEPTH + 1)),
        Err(SchemaError::TooDeep { limit: MAX_DEPTH, .. })
    ));
    let bomb = (0..300_000).fold(Value::Null, |inner, _| Value::Array(vec![inner]));
    assert!(matches!(Schema::from_value("s", bomb), Err(SchemaError::TooDeep { limit: MAX_DEPTH, .. })));
    let bomb = (0..300_000).fold(Value::Null, |inner, _| Value::Array(vec![inner]));
    assert!(matches!(Schema::from_value("no name", bomb), Err(SchemaError::Name { .. })));
    let wide = json!({"type": "object", "enum": vec![1; MAX_NODES]});
    assert!(matches!(Schema::from_value("s", wide), Err(SchemaError::TooLarge { .. })));
    let long = json!({"type": "object", "description": "x".repeat(5 << 20)});
    assert!(matches!(Schema::from_value("s", long), Err(SchemaError::TooLarge { .. })));
}

#[test]
fn nothing_of_it_is_shown_in_debug() {
    let schema = Schema::from_value("s", json!({"type": "object", "description": "a secret plan"})).unwrap();
    assert!(!format!("{schema:?}").contains("secret"));
    let lowered = vlm_schema::schema::lower(&schema, vlm_core::SchemaDialect::Prompt).unwrap();
    assert!(!format!("{lowered:?}").contains("secret"));
    assert!(lowered.prompt.unwrap().contains("JSON"));
}
