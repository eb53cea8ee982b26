//! Answers that come in pieces: what is visible when, whatever the pieces; items one by one; linear work.

mod elements;
mod splits;
#[path = "../decode_answers/values.rs"]
mod values;
mod visible;

use serde_json::Value;

/// Whether a value is the beginning of another: strings and arrays only grow, objects only get keys.
fn begins(part: &Value, whole: &Value) -> bool {
    match (part, whole) {
        (Value::String(part), Value::String(whole)) => whole.starts_with(part.as_str()),
        (Value::Array(part), Value::Array(whole)) => {
            let closed = part.len().saturating_sub(1);
            part.len() <= whole.len()
                && part.iter().zip(whole).take(closed).all(|(part, whole)| part == whole)
                && part.last().is_none_or(|last| begins(last, &whole[closed]))
        }
        (Value::Object(part), Value::Object(whole)) => {
            part.iter().all(|(key, part)| whole.get(key).is_some_and(|whole| begins(part, whole)))
        }
        (part, whole) => part == whole,
    }
}
