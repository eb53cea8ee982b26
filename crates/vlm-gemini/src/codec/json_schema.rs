//! JSON Schema → `responseJsonSchema`: JSON Schema as it is, with the keywords that the service documents.
//!
//! A keyword that it does not know is left out and named; `const` becomes an `enum` of one. References stay: a schema may
//! refer to itself.

use serde_json::{Map, Value};

/// A schema is walked this deep; a deeper one is refused.
const DEPTH_LIMIT: usize = 32;

/// Keywords whose value carries over as it is.
const KEPT: &[&str] = &[
    "$id",
    "$anchor",
    "type",
    "format",
    "title",
    "description",
    "enum",
    "minItems",
    "maxItems",
    "minimum",
    "maximum",
    "required",
    "propertyOrdering",
];

/// Keywords that say nothing about the value.
const SILENT: &[&str] = &["$schema", "$comment", "examples", "default"];

/// A schema as the service reads it, and what could not be said, each as `path: keyword`.
#[derive(Debug, PartialEq)]
pub(super) struct Lowered {
    pub(super) schema: Value,
    pub(super) lost: Vec<String>,
}

/// Writes `schema` in the service's form.
///
/// # Errors
/// A schema that is nested too deeply.
pub(super) fn lower(schema: &Value) -> Result<Lowered, String> {
    let mut lost = Vec::new();
    let schema = walk(schema, "#", 0, &mut lost)?;
    Ok(Lowered { schema, lost })
}

fn walk(schema: &Value, path: &str, depth: usize, lost: &mut Vec<String>) -> Result<Value, String> {
    if depth > DEPTH_LIMIT {
        return Err(format!("the schema is nested more than {DEPTH_LIMIT} levels deep at {path}"));
    }
    // `true` and `false` are schemas too.
    let Some(object) = schema.as_object() else { return Ok(schema.clone()) };
    let refers = object.contains_key("$ref");
    let mut out = Map::new();
    for (keyword, value) in object {
        let below = format!("{path}/{keyword}");
        let lowered = match (keyword.as_str(), value) {
            // Beside a reference only what begins with a dollar sign may stand.
            (other, _) if refers && !other.starts_with('$') && other != "definitions" => {
                if !matches!(other, "title" | "description") && !SILENT.contains(&other) {
                    lost.push(format!("{path}: {other} beside $ref"));
                }
                continue;
            }
            ("properties" | "$defs", Value::Object(named)) => named_schemas(named, &below, depth, lost)?,
            // An older name of `$defs`, which the service does not know.
            ("definitions", Value::Object(named)) => {
                let Value::Object(named) = named_schemas(named, &below, depth, lost)? else { continue };
                if let Value::Object(known) = out.entry("$defs").or_insert_with(|| Map::new().into()) {
                    known.extend(named);
                }
                continue;
            }
            ("$ref", Value::String(target)) => match target.strip_prefix("#/definitions/") {
                Some(name) => format!("#/$defs/{name}").into(),
                None => value.clone(),
            },
            ("anyOf" | "oneOf" | "prefixItems", Value::Array(schemas)) => listed(schemas, &below, depth, lost)?,
            ("items" | "additionalProperties", schema) => walk(schema, &below, depth + 1, lost)?,
            ("const", value) => {
                out.insert("enum".to_owned(), Value::Array(vec![value.clone()]));
                continue;
            }
            (kept, value) if KEPT.contains(&kept) => value.clone(),
            (silent, _) if SILENT.contains(&silent) => continue,
            (unknown, _) => {
                lost.push(format!("{path}: {unknown}"));
                continue;
            }
        };
        out.insert(keyword.clone(), lowered);
    }
    Ok(Value::Object(out))
}

fn named_schemas(
    named: &Map<String, Value>,
    path: &str,
    depth: usize,
    lost: &mut Vec<String>,
) -> Result<Value, String> {
    let mut out = Map::new();
    for (name, schema) in named {
        out.insert(name.clone(), walk(schema, &format!("{path}/{name}"), depth + 1, lost)?);
    }
    Ok(Value::Object(out))
}

fn listed(schemas: &[Value], path: &str, depth: usize, lost: &mut Vec<String>) -> Result<Value, String> {
    let lowered = schemas.iter().enumerate().map(|(at, schema)| walk(schema, &format!("{path}/{at}"), depth + 1, lost));
    Ok(Value::Array(lowered.collect::<Result<_, _>>()?))
}
