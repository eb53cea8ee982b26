//! Where schemas stand within a schema, and how references lead to them.

use std::collections::HashSet;

use serde_json::{Map, Value};

/// Keywords that hold one schema.
pub(super) const SINGLE: &[&str] = &[
    "items",
    "additionalProperties",
    "unevaluatedItems",
    "unevaluatedProperties",
    "contains",
    "propertyNames",
    "not",
    "if",
    "then",
    "else",
    "contentSchema",
];
/// Keywords that hold a list of schemas.
pub(super) const LIST: &[&str] = &["anyOf", "oneOf", "allOf", "prefixItems"];
/// Keywords that hold schemas by name.
pub(super) const NAMED: &[&str] = &["properties", "patternProperties", "$defs", "definitions", "dependentSchemas"];
/// Keywords that say something about the schema, nothing about the value.
pub(super) const ANNOTATIONS: &[&str] =
    &["title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly"];

/// A schema within `node`, with the way to it as a JSON pointer.
pub(super) fn children(node: &Map<String, Value>) -> Vec<(String, &Value)> {
    let mut found = Vec::new();
    for (keyword, value) in node {
        let keyword = keyword.as_str();
        if SINGLE.contains(&keyword) {
            found.push((join("", keyword), value));
        } else if LIST.contains(&keyword) {
            for (at, value) in value.as_array().into_iter().flatten().enumerate() {
                found.push((format!("/{keyword}/{at}"), value));
            }
        } else if NAMED.contains(&keyword) {
            for (name, value) in value.as_object().into_iter().flatten() {
                found.push((join(&join("", keyword), name), value));
            }
        }
    }
    found
}

/// Every schema directly within `node`.
pub(super) fn children_mut(node: &mut Map<String, Value>) -> Vec<&mut Value> {
    let mut found = Vec::new();
    for (keyword, value) in node {
        let keyword = keyword.as_str();
        if SINGLE.contains(&keyword) {
            found.push(value);
        } else if LIST.contains(&keyword) {
            found.extend(value.as_array_mut().into_iter().flatten());
        } else if NAMED.contains(&keyword) {
            found.extend(value.as_object_mut().into_iter().flat_map(Map::values_mut));
        }
    }
    found
}

/// The pointer with one more step.
pub(super) fn join(path: &str, step: &str) -> String {
    let step = step.replace('~', "~0").replace('/', "~1");
    format!("{path}/{step}")
}

/// Where a local reference leads: `#`, or `#` with a JSON pointer.
pub(super) fn resolve<'a>(root: &'a Value, reference: &str) -> Option<&'a Value> {
    let pointer = reference.strip_prefix('#')?;
    let target = root.pointer(&percent_decoded(pointer)?)?;
    (target.is_object() || target.is_boolean()).then_some(target)
}

fn percent_decoded(text: &str) -> Option<String> {
    if !text.contains('%') {
        return Some(text.to_owned());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let high = char::from(rest.next()?).to_digit(16)?;
        let low = char::from(rest.next()?).to_digit(16)?;
        bytes.push(u8::try_from(high * 16 + low).ok()?);
    }
    String::from_utf8(bytes).ok()
}

/// After a schema moved into the property `field`: its references to itself follow it.
pub(super) fn move_references(schema: &mut Value, field: &str) {
    let Value::Object(node) = schema else { return };
    if let Some(Value::String(reference)) = node.get_mut("$ref")
        && let Some(pointer) = reference.strip_prefix('#')
        && !pointer.starts_with("/$defs/")
        && !pointer.starts_with("/definitions/")
    {
        *reference = format!("#/properties/{field}{pointer}");
    }
    for child in children_mut(node) {
        move_references(child, field);
    }
}

/// True for a schema that is of objects, with nothing around it that makes it one of several.
pub(super) fn is_plain_object(schema: &Value) -> bool {
    let around = ["anyOf", "oneOf", "allOf", "$ref", "enum", "const"];
    schema.get("type").and_then(Value::as_str) == Some("object")
        && around.iter().all(|keyword| schema.get(keyword).is_none())
}

/// The strings of a list such as `required`.
pub(super) fn strings<'a>(node: &'a Map<String, Value>, keyword: &str) -> Vec<&'a str> {
    node.get(keyword).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}

/// Property names in the order that the schema says, the unnamed ones last.
pub(super) fn ordered<'a>(node: &Map<String, Value>, properties: &'a Map<String, Value>) -> Vec<&'a String> {
    let said = strings(node, "propertyOrdering");
    let said = said.into_iter().filter_map(|name| Some(properties.get_key_value(name)?.0));
    let mut seen = HashSet::new();
    said.chain(properties.keys()).filter(|name| seen.insert(name.as_str())).collect()
}
