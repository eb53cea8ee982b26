//! How large a schema may be: checked before anything walks it, without recursion.

use serde_json::Value;

use super::SchemaError;

/// The deepest nesting of JSON values in a schema.
pub const MAX_DEPTH: usize = 128;
/// The most JSON values in a schema.
pub const MAX_NODES: usize = 100_000;
/// The most bytes in the texts and names of a schema.
pub const MAX_TEXT: usize = 4 << 20;

/// Checks the size of a value, however deep it is.
pub(super) fn check(value: &Value) -> Result<(), SchemaError> {
    let (mut nodes, mut text) = (0_usize, 0_usize);
    let mut open = vec![(value, 1_usize)];
    while let Some((value, depth)) = open.pop() {
        if depth > MAX_DEPTH {
            return Err(SchemaError::TooDeep { limit: MAX_DEPTH });
        }
        nodes += 1;
        match value {
            Value::String(string) => text += string.len(),
            Value::Array(items) => open.extend(items.iter().map(|item| (item, depth + 1))),
            Value::Object(fields) => {
                text += fields.keys().map(String::len).sum::<usize>();
                open.extend(fields.values().map(|field| (field, depth + 1)));
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
        if nodes + open.len() > MAX_NODES {
            return Err(SchemaError::TooLarge { what: "values", limit: MAX_NODES });
        }
        if text > MAX_TEXT {
            return Err(SchemaError::TooLarge { what: "bytes of text", limit: MAX_TEXT });
        }
    }
    Ok(())
}

/// True if a value is nested deeper than `limit`.
#[cfg(feature = "validate")]
pub(super) fn is_deeper(value: &Value, limit: usize) -> bool {
    let mut open = vec![(value, 1_usize)];
    while let Some((value, depth)) = open.pop() {
        if depth > limit {
            return true;
        }
        match value {
            Value::Array(items) => open.extend(items.iter().map(|item| (item, depth + 1))),
            Value::Object(fields) => open.extend(fields.values().map(|field| (field, depth + 1))),
            _ => {}
        }
    }
    false
}

/// Drops a value level by level: dropping a very deep one as a whole would overflow the stack.
pub(super) fn discard(value: Value) {
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        match value {
            Value::Array(items) => open.extend(items),
            Value::Object(fields) => open.extend(fields.into_iter().map(|(_, field)| field)),
            _ => {}
        }
    }
}

/// What kind of JSON value it is, in words.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
