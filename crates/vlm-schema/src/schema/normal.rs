//! One way of saying each thing: what older drafts and OpenAPI write differently is rewritten.

use serde_json::{Map, Value, json};

use super::walk;

/// Keywords that say nothing about the value. References are pointers, so addresses are not needed.
const DROPPED: &[&str] = &["$schema", "$id", "$anchor", "$comment", "$vocabulary", "discriminator"];

/// Rewrites a schema, and all within it, as draft 2020-12 says it.
pub(super) fn normalise(schema: &mut Value) {
    let Value::Object(node) = schema else { return };
    node.retain(|keyword, _| !DROPPED.contains(&keyword.as_str()));
    tuple(node);
    exclusive(node, "minimum", "exclusiveMinimum");
    exclusive(node, "maximum", "exclusiveMaximum");
    nullable(node);
    for child in walk::children_mut(node) {
        normalise(child);
    }
}

/// `items` as a list is `prefixItems`, and `additionalItems` is then `items`.
fn tuple(node: &mut Map<String, Value>) {
    let more = node.remove("additionalItems");
    if node.get("items").is_some_and(Value::is_array) {
        if let Some(items) = node.remove("items") {
            node.insert("prefixItems".to_owned(), items);
        }
        if let Some(more) = more {
            node.insert("items".to_owned(), more);
        }
    }
}

/// `exclusiveMinimum: true` turns `minimum` into it.
fn exclusive(node: &mut Map<String, Value>, bound: &str, exclusive: &str) {
    let Some(Value::Bool(is_exclusive)) = node.get(exclusive) else { return };
    let is_exclusive = *is_exclusive;
    node.remove(exclusive);
    if is_exclusive && let Some(limit) = node.remove(bound) {
        node.insert(exclusive.to_owned(), limit);
    }
}

/// `nullable: true` is one more type.
fn nullable(node: &mut Map<String, Value>) {
    let Some(Value::Bool(is_nullable)) = node.get("nullable") else { return };
    let is_nullable = *is_nullable;
    node.remove("nullable");
    if !is_nullable {
        return;
    }
    if let Some(Value::String(name)) = node.get("type") {
        node.insert("type".to_owned(), json!([name, "null"]));
    } else if !node.contains_key("type") && (node.contains_key("anyOf") || node.contains_key("$ref")) {
        let inner = std::mem::take(node);
        node.insert("anyOf".to_owned(), json!([inner, {"type": "null"}]));
    }
    if let Some(Value::Array(choices)) = node.get_mut("enum")
        && !choices.contains(&Value::Null)
    {
        choices.push(Value::Null);
    }
}

/// Puts what the root refers to in its place, and says that a root with properties is an object.
///
/// The root's own annotations are nearer than those of what it refers to.
pub(super) fn lift_root(mut root: Value) -> Value {
    // A chain of references is at most as long as there are definitions; a circle is left as it is.
    for _ in 0..super::MAX_DEPTH {
        let Some(node) = root.as_object() else { break };
        let only_refers = node.keys().all(|keyword| {
            matches!(keyword.as_str(), "$ref" | "$defs" | "definitions")
                || walk::ANNOTATIONS.contains(&keyword.as_str())
        });
        let Some(reference) = node.get("$ref").and_then(Value::as_str).filter(|_| only_refers) else { break };
        let Some(Value::Object(target)) = walk::resolve(&root, reference).filter(|target| *target != &root) else {
            break;
        };
        let mut lifted = target.clone();
        for (keyword, value) in node {
            if keyword != "$ref" {
                lifted.insert(keyword.clone(), value.clone());
            }
        }
        root = Value::Object(lifted);
    }
    if let Value::Object(node) = &mut root
        && !node.contains_key("type")
        && node.contains_key("properties")
    {
        node.insert("type".to_owned(), json!("object"));
    }
    root
}
