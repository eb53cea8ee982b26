//! Which type a schema is of, and which keywords say something about a type.

use serde_json::{Map, Value, json};

const OBJECT: &[&str] = &[
    "properties",
    "patternProperties",
    "additionalProperties",
    "required",
    "propertyOrdering",
    "propertyNames",
    "minProperties",
    "maxProperties",
    "dependentRequired",
    "dependentSchemas",
];
const ARRAY: &[&str] = &[
    "items",
    "prefixItems",
    "minItems",
    "maxItems",
    "uniqueItems",
    "contains",
    "minContains",
    "maxContains",
    "unevaluatedItems",
];
const STRING: &[&str] = &["minLength", "maxLength", "pattern", "contentEncoding", "contentMediaType", "contentSchema"];
const NUMBER: &[&str] = &["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"];

/// Takes the types out of a schema's keywords. Where none is said they are inferred, from the choices or from the
/// keywords; `anything` if there is nothing to infer from.
pub(super) fn of(keywords: &mut Map<String, Value>, choices: Option<&[Value]>) -> Vec<&'static str> {
    let said = keywords.remove("type");
    let mut types: Vec<&'static str> = match &said {
        Some(Value::String(name)) => known(name).into_iter().collect(),
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).filter_map(known).collect(),
        _ => inferred(keywords, choices),
    };
    let mut seen = Vec::new();
    types.retain(|name| {
        !seen.contains(name) && {
            seen.push(name);
            true
        }
    });
    if types.contains(&"number") {
        types.retain(|name| *name != "integer");
    }
    types
}

fn known(name: &str) -> Option<&'static str> {
    ["null", "boolean", "object", "array", "number", "integer", "string"].into_iter().find(|known| *known == name)
}

fn inferred(keywords: &Map<String, Value>, choices: Option<&[Value]>) -> Vec<&'static str> {
    if let Some(choices) = choices {
        return choices.iter().map(type_of).collect();
    }
    let has = |list: &[&str]| list.iter().any(|keyword| keywords.contains_key(*keyword));
    let mut types = Vec::new();
    for (kind, list) in [("object", OBJECT), ("array", ARRAY), ("string", STRING), ("number", NUMBER)] {
        if has(list) {
            types.push(kind);
        }
    }
    if types.is_empty() {
        types.push(if keywords.contains_key("format") { "string" } else { "anything" });
    }
    types
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// Whether a value is of a type.
pub(super) fn is(kind: &str, value: &Value) -> bool {
    match (type_of(value), kind) {
        (_, "anything") | ("integer", "number") => true,
        ("number", "integer") => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        (one, other) => one == other,
    }
}

/// Whether a keyword says something about a type. One that is not known may.
pub(super) fn applies(keyword: &str, kind: &str) -> bool {
    let lists = [("object", OBJECT), ("array", ARRAY), ("string", STRING), ("number", NUMBER)];
    let group = if kind == "integer" { "number" } else { kind };
    match lists.iter().find(|(_, list)| list.contains(&keyword)) {
        Some((of, _)) => *of == group,
        None if keyword == "format" => matches!(group, "string" | "number"),
        None => true,
    }
}

/// An integer above 0 is one of 1 or more: most dialects have no exclusive bounds.
pub(super) fn whole_bounds(kind: &str, keywords: &mut Map<String, Value>) {
    if kind != "integer" {
        return;
    }
    for (exclusive, inclusive, step) in [("exclusiveMinimum", "minimum", 1), ("exclusiveMaximum", "maximum", -1)] {
        let Some(bound) = keywords.get(exclusive).and_then(Value::as_i64).and_then(|bound| bound.checked_add(step))
        else {
            continue;
        };
        let known = keywords.get(inclusive).and_then(Value::as_i64);
        if keywords.contains_key(inclusive) && known.is_none() {
            continue;
        }
        let tighter = match known {
            Some(known) if step > 0 => bound.max(known),
            Some(known) => bound.min(known),
            None => bound,
        };
        keywords.remove(exclusive);
        keywords.insert(inclusive.to_owned(), json!(tighter));
    }
}
