//! A value that fits a JSON Schema: the smallest that is allowed, the same each time.

use serde_json::{Map, Value, json};

/// Schemas within schemas that are followed; beyond, a value is null.
const MAX_DEPTH: usize = 32;

/// A value that fits `schema`, for schemas that are made from types: objects, arrays, strings, numbers, enums, unions and
/// references inside the document. Patterns and the more unusual keywords are not followed.
///
/// ```
/// use serde_json::json;
///
/// let schema = json!({
///     "type": "object",
///     "properties": {"name": {"type": "string", "minLength": 3}, "stars": {"type": "integer", "minimum": 1}},
///     "required": ["name", "stars"],
/// });
/// assert_eq!(vlm_testkit::fake::sample(&schema), json!({"name": "aaa", "stars": 1}));
/// ```
pub fn sample(schema: &Value) -> Value {
    value(schema, schema, 0)
}

fn value(schema: &Value, root: &Value, depth: usize) -> Value {
    if depth > MAX_DEPTH {
        return Value::Null;
    }
    let schema = resolved(schema, root);
    if let Some(constant) = schema.get("const") {
        return constant.clone();
    }
    if let Some(first) = schema.get("enum").and_then(Value::as_array).and_then(|values| values.first()) {
        return first.clone();
    }
    for union in ["anyOf", "oneOf"] {
        if let Some(ways) = schema.get(union).and_then(Value::as_array).filter(|ways| !ways.is_empty()) {
            // What is not null says more, and cannot lead back to itself once it is too deep.
            let told = ways
                .iter()
                .find(|way| depth < MAX_DEPTH / 2 && resolved(way, root).get("type") != Some(&json!("null")));
            let null = ways.iter().find(|way| resolved(way, root).get("type") == Some(&json!("null")));
            return value(told.or(null).unwrap_or(&ways[0]), root, depth + 1);
        }
    }
    if let Some(all) = schema.get("allOf").and_then(Value::as_array) {
        return merged(all, schema, root, depth);
    }
    by_type(schema, root, depth)
}

/// Follows references, a bounded number of times.
fn resolved<'a>(mut schema: &'a Value, root: &'a Value) -> &'a Value {
    for _ in 0..MAX_DEPTH {
        let pointer = schema.get("$ref").and_then(Value::as_str).and_then(|name| name.strip_prefix('#'));
        match pointer.and_then(|pointer| root.pointer(pointer)) {
            Some(target) => schema = target,
            None => break,
        }
    }
    schema
}

/// The fields of all parts together; of other values that of the first part.
fn merged(all: &[Value], schema: &Value, root: &Value, depth: usize) -> Value {
    let mut fields = Map::new();
    for part in all {
        match value(part, root, depth + 1) {
            Value::Object(more) => fields.extend(more),
            other => return other,
        }
    }
    fields.extend(object(schema, root, depth));
    Value::Object(fields)
}

fn by_type(schema: &Value, root: &Value, depth: usize) -> Value {
    let named = match schema.get("type") {
        Some(Value::String(name)) => name.to_ascii_lowercase(),
        Some(Value::Array(names)) => {
            let name = names.iter().filter_map(Value::as_str).find(|name| *name != "null");
            name.unwrap_or("null").to_owned()
        }
        _ if schema.get("properties").is_some() => "object".to_owned(),
        _ => return Value::Null,
    };
    match named.as_str() {
        "object" => Value::Object(object(schema, root, depth)),
        "array" => Value::Array(array(schema, root, depth)),
        "string" => text(schema).into(),
        "integer" => whole(schema).into(),
        "number" => schema.get("minimum").cloned().unwrap_or_else(|| whole(schema).into()),
        "boolean" => true.into(),
        _ => Value::Null,
    }
}

/// Only what is required: a value of a type that refers to itself ends there.
fn object(schema: &Value, root: &Value, depth: usize) -> Map<String, Value> {
    let required = schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let of = |name: &str| schema.get("properties").and_then(|properties| properties.get(name)).unwrap_or(&Value::Null);
    required.map(|name| (name.to_owned(), value(of(name), root, depth + 1))).collect()
}

fn array(schema: &Value, root: &Value, depth: usize) -> Vec<Value> {
    let first = schema.get("prefixItems").and_then(Value::as_array).into_iter().flatten();
    let mut items: Vec<Value> = first.map(|item| value(item, root, depth + 1)).collect();
    // One item where none is asked for says more than none, unless it would lead on and on.
    let usual = u64::from(items.is_empty() && depth < 4 && schema.get("maxItems") != Some(&json!(0)));
    let least = schema.get("minItems").and_then(Value::as_u64).unwrap_or(usual).min(100);
    let rest = schema.get("items").unwrap_or(&Value::Null);
    while (items.len() as u64) < least {
        items.push(value(rest, root, depth + 1));
    }
    items
}

fn text(schema: &Value) -> String {
    let formatted = match schema.get("format").and_then(Value::as_str) {
        Some("date") => "2026-01-31",
        Some("time") => "12:00:00Z",
        Some("date-time") => "2026-01-31T12:00:00Z",
        Some("uri" | "url") => "https://example.org/",
        Some("email") => "someone@example.org",
        Some("uuid") => "00000000-0000-4000-8000-000000000000",
        _ => "",
    };
    if !formatted.is_empty() {
        return formatted.to_owned();
    }
    let least = schema.get("minLength").and_then(Value::as_u64).unwrap_or(1).min(10_000);
    let most = schema.get("maxLength").and_then(Value::as_u64).unwrap_or(u64::MAX);
    "a".repeat(usize::try_from(least.min(most)).unwrap_or(1))
}

fn whole(schema: &Value) -> i64 {
    let bound = |name: &str| schema.get(name).and_then(Value::as_f64);
    let least = bound("minimum").map(f64::ceil).or_else(|| bound("exclusiveMinimum").map(|least| least.floor() + 1.0));
    let most = bound("maximum").map(f64::floor).or_else(|| bound("exclusiveMaximum").map(|most| most.ceil() - 1.0));
    let wanted = least.unwrap_or_else(|| most.map_or(1.0, |most| most.min(1.0)));
    wanted as i64
}
