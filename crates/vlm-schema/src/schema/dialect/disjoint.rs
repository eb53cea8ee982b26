//! Whether no value fits two branches of a union: then `oneOf` and `anyOf` say the same.

use serde_json::{Map, Value};

use super::super::walk;
use super::merge;

/// Larger unions are not looked at.
const LARGEST: usize = 300;

/// True if each value surely fits one branch at most.
pub(super) fn are_disjoint(root: &Value, branches: &[Value]) -> bool {
    if branches.len() > LARGEST {
        return false;
    }
    let resolved: Vec<Option<Map<String, Value>>> = branches.iter().map(|branch| resolved(root, branch)).collect();
    resolved.iter().enumerate().all(|(at, first)| {
        resolved[at + 1..].iter().all(|other| match (first, other) {
            (Some(first), Some(other)) => differ(first, other),
            _ => false,
        })
    })
}

/// The branch with what it refers to: enough of it to see tags and types.
fn resolved(root: &Value, branch: &Value) -> Option<Map<String, Value>> {
    let mut found = branch.as_object()?.clone();
    for _ in 0..8 {
        let Some(Value::String(reference)) = found.remove("$ref") else { break };
        let target = walk::resolve(root, &reference)?.as_object()?.clone();
        if !merge::merge(&mut found, target, &mut Vec::new()) {
            break;
        }
    }
    Some(found)
}

fn differ(first: &Map<String, Value>, other: &Map<String, Value>) -> bool {
    if let (Some(first), Some(other)) = (types(first), types(other))
        && apart(&first, &other)
    {
        return true;
    }
    if let (Some(first), Some(other)) = (choices(first), choices(other)) {
        return first.iter().all(|choice| !other.contains(choice));
    }
    tags_differ(first, other) || lacks_required(first, other) || lacks_required(other, first)
}

fn types(node: &Map<String, Value>) -> Option<Vec<&str>> {
    match node.get("type")? {
        Value::String(name) => Some(vec![name]),
        Value::Array(names) => Some(names.iter().filter_map(Value::as_str).collect()),
        _ => None,
    }
}

fn apart(first: &[&str], other: &[&str]) -> bool {
    let number = |name: &str| matches!(name, "number" | "integer");
    let overlap = |a: &str, b: &str| a == b || (number(a) && number(b));
    !first.iter().any(|a| other.iter().any(|b| overlap(a, b)))
}

fn choices(node: &Map<String, Value>) -> Option<Vec<&Value>> {
    match (node.get("const"), node.get("enum")) {
        (Some(constant), _) => Some(vec![constant]),
        (None, Some(Value::Array(several))) => Some(several.iter().collect()),
        _ => None,
    }
}

/// Both need a property that has other choices in each.
fn tags_differ(first: &Map<String, Value>, other: &Map<String, Value>) -> bool {
    let property = |node: &'_ Map<String, Value>, name: &str| -> Option<Vec<Value>> {
        let schema = node.get("properties")?.get(name)?.as_object()?;
        Some(choices(schema)?.into_iter().cloned().collect())
    };
    let needed = walk::strings(other, "required");
    walk::strings(first, "required").into_iter().filter(|name| needed.contains(name)).any(|name| {
        match (property(first, name), property(other, name)) {
            (Some(first), Some(other)) => first.iter().all(|choice| !other.contains(choice)),
            _ => false,
        }
    })
}

/// Objects only, and one needs a property that the other forbids.
fn lacks_required(closed: &Map<String, Value>, other: &Map<String, Value>) -> bool {
    let are_objects = [closed, other].iter().all(|node| node.get("type") == Some(&Value::from("object")));
    let is_closed = closed.get("additionalProperties") == Some(&Value::Bool(false));
    let known = closed.get("properties").and_then(Value::as_object);
    are_objects
        && is_closed
        && !closed.contains_key("patternProperties")
        && walk::strings(other, "required").into_iter().any(|name| known.is_none_or(|known| !known.contains_key(name)))
}
