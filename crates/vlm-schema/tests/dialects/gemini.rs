//! Gemini's `responseSchema` has only keywords that the service knows, in the form that providers pass on unchanged.

use serde_json::Value;
use vlm_core::SchemaDialect;
use vlm_schema::schema::{Schema, lower};

use super::types::*;

const KNOWN: &[&str] = &[
    "type",
    "format",
    "title",
    "description",
    "nullable",
    "default",
    "enum",
    "items",
    "minItems",
    "maxItems",
    "properties",
    "required",
    "propertyOrdering",
    "minProperties",
    "maxProperties",
    "minLength",
    "maxLength",
    "pattern",
    "minimum",
    "maximum",
    "anyOf",
];
const TYPES: &[&str] = &["STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY", "OBJECT"];

/// Walks a lowered schema.
pub(crate) fn is_known(schema: &Value) {
    let node = schema.as_object().unwrap();
    for keyword in node.keys() {
        assert!(KNOWN.contains(&keyword.as_str()), "{keyword} in {schema}");
    }
    match node.get("type").and_then(Value::as_str) {
        Some(name) => assert!(TYPES.contains(&name), "{schema}"),
        None => assert!(node.contains_key("anyOf"), "a schema has a type: {schema}"),
    }
    if let Some(Value::Array(choices)) = node.get("enum") {
        assert!(choices.iter().all(Value::is_string), "{schema}");
        assert_eq!((&node["type"], &node["format"]), (&"STRING".into(), &"enum".into()), "{schema}");
    }
    match node.get("type").and_then(Value::as_str) {
        Some("OBJECT") => assert!(!node["properties"].as_object().unwrap().is_empty(), "{schema}"),
        Some("ARRAY") => assert!(node.contains_key("items"), "{schema}"),
        _ => assert!(!node.contains_key("properties") && !node.contains_key("items"), "{schema}"),
    }
    if let Some(Value::Array(branches)) = node.get("anyOf") {
        assert!(branches.len() > 1, "{schema}");
        branches.iter().for_each(is_known);
    }
    node.get("properties").and_then(Value::as_object).into_iter().flatten().for_each(|(_, schema)| is_known(schema));
    node.get("items").into_iter().for_each(is_known);
}

#[test]
fn there_are_only_known_keywords() {
    let schemas = [
        Schema::of::<Offer>(),
        Schema::of::<Nested>(),
        Schema::of::<Painted>(),
        Schema::of::<Enums>(),
        Schema::of::<Car>(),
        Schema::of::<Tuples>(),
        Schema::of::<Flattened>(),
        Schema::of::<FlattenedTwice>(),
        Schema::of::<Numbers>(),
        Schema::of::<Bounded>(),
        Schema::of::<Dated>(),
        Schema::of::<Defaults>(),
        Schema::of::<Extended>(),
        Schema::of::<Options>(),
        Schema::of::<Strict>(),
        Schema::of::<HoldsNothing>(),
        Schema::of::<Outcome>(),
        Schema::of::<Film>(),
        Schema::of::<Vec<Offer>>(),
    ];
    for schema in schemas {
        let schema = schema.unwrap();
        let lowered = lower(&schema, SchemaDialect::GeminiSchema).unwrap();
        is_known(lowered.schema.as_ref().unwrap());
    }
}
