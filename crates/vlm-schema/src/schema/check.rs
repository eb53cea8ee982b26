//! Whether each keyword has a value that it can have, and each reference leads somewhere.

use serde_json::{Map, Value};

use super::error::shortened;
use super::{SchemaError, walk};

const TYPES: &[&str] = &["null", "boolean", "object", "array", "number", "integer", "string"];

/// Checks a normalised schema and all within it.
pub(super) fn check(root: &Value) -> Result<(), SchemaError> {
    schema(root, root, "")
}

fn schema(root: &Value, value: &Value, path: &str) -> Result<(), SchemaError> {
    let Value::Object(node) = value else { return Ok(()) };
    for (keyword, value) in node {
        if let Some(expected) = fault(keyword, value) {
            return Err(SchemaError::Malformed { path: path.to_owned(), keyword: keyword.clone(), expected });
        }
    }
    references(root, node, path)?;
    for (step, child) in walk::children(node) {
        schema(root, child, &format!("{path}{step}"))?;
    }
    Ok(())
}

fn references(root: &Value, node: &Map<String, Value>, path: &str) -> Result<(), SchemaError> {
    for keyword in ["$ref", "$dynamicRef", "$recursiveRef"] {
        let Some(reference) = node.get(keyword).and_then(Value::as_str) else { continue };
        if keyword != "$ref" || walk::resolve(root, reference).is_none() {
            return Err(SchemaError::Reference { path: path.to_owned(), reference: shortened(reference, 200) });
        }
    }
    Ok(())
}

/// What the keyword's value must be, if it is not that.
fn fault(keyword: &str, value: &Value) -> Option<&'static str> {
    let is_schema = |value: &Value| value.is_object() || value.is_boolean();
    let are_strings = |value: &Value| value.as_array().is_some_and(|all| all.iter().all(Value::is_string));
    let (fits, expected) = match keyword {
        _ if walk::SINGLE.contains(&keyword) => (is_schema(value), "a schema: an object or a boolean"),
        _ if walk::LIST.contains(&keyword) => {
            let fits = value.as_array().is_some_and(|all| !all.is_empty() && all.iter().all(is_schema));
            (fits, "a list of one or more schemas")
        }
        _ if walk::NAMED.contains(&keyword) => {
            let fits = value.as_object().is_some_and(|all| all.values().all(is_schema));
            (fits, "an object of schemas")
        }
        "type" => (is_type(value), "one of null, boolean, object, array, number, integer, string, or a list of them"),
        "enum" | "examples" => (value.is_array(), "a list"),
        "required" | "propertyOrdering" => (are_strings(value), "a list of strings"),
        "dependentRequired" => {
            (value.as_object().is_some_and(|all| all.values().all(are_strings)), "an object of lists of strings")
        }
        "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" => (value.is_number(), "a number"),
        "multipleOf" => (value.as_f64().is_some_and(|number| number > 0.0), "a number above 0"),
        "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties" | "maxProperties" | "minContains"
        | "maxContains" => (is_count(value), "a whole number, 0 or more"),
        "uniqueItems" | "deprecated" | "readOnly" | "writeOnly" => (value.is_boolean(), "a boolean"),
        "title" | "description" | "format" | "pattern" | "$ref" | "$dynamicRef" | "$recursiveRef" => {
            (value.is_string(), "a string")
        }
        _ => return None,
    };
    (!fits).then_some(expected)
}

fn is_type(value: &Value) -> bool {
    let known = |value: &Value| value.as_str().is_some_and(|name| TYPES.contains(&name));
    match value {
        Value::Array(names) => !names.is_empty() && names.iter().all(known),
        one => known(one),
    }
}

fn is_count(value: &Value) -> bool {
    value.is_u64() || value.as_f64().is_some_and(|number| number >= 0.0 && number.fract() == 0.0)
}
