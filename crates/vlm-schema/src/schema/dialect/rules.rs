//! What one dialect knows and how it says it: the part of the writer that differs.

use serde_json::{Map, Value, json};
use vlm_core::SchemaDialect;

/// What becomes of a keyword.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is written.
    Kept,
    /// It says nothing that the dialect, or the reader, would miss.
    Silent,
    /// It goes into the description and into the list of what was lost.
    Lost,
}

/// How references are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum References {
    /// `{"$ref": …}`; with a description as `{"anyOf": [{"$ref": …}], "description": …}`.
    Kept,
    /// `{"$ref": …}`; with a description what it refers to is written in its place.
    KeptBare,
    /// What it refers to is written in its place.
    Inlined,
}

/// How objects are closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Closing {
    /// `additionalProperties: false` on every object; there are no maps.
    Forced,
    /// The keyword is not known; there are no maps, and no objects without properties.
    Unsaid,
    /// As the schema says.
    Free,
}

/// A dialect.
pub(super) trait Rules {
    const DIALECT: SchemaDialect;
    const REFERENCES: References;
    const CLOSING: Closing;
    /// Whether properties that may be left out are written as required and nullable.
    const ALL_REQUIRED: bool = false;
    /// Whether there are `prefixItems`.
    const TUPLES: bool = false;
    /// Whether there is a schema for a value of any type.
    const ANYTHING: bool = false;
    /// How deeply lowered schemas may be nested.
    const DEPTH: usize = super::super::MAX_DEPTH;

    /// What becomes of a keyword on a value of a type; structure is not asked for.
    fn verdict(kind: &str, keyword: &str, value: &Value) -> Verdict;

    /// The type's name.
    fn type_name(name: &str) -> String {
        name.to_owned()
    }

    /// The schema of null alone.
    fn null() -> Map<String, Value> {
        fields([("type", json!("null"))])
    }

    /// Writes the choices. They have one type and are not null; `constant` says they came as `const`.
    /// False if they cannot be written.
    fn choices(choices: &[Value], constant: bool, out: &mut Map<String, Value>) -> bool;

    /// Allows null besides.
    fn nullable(out: Map<String, Value>) -> Map<String, Value>;
}

/// Keywords that are dropped unlisted in each dialect that has a form of its own.
pub(super) fn is_silent(kind: &str, keyword: &str, value: &Value) -> bool {
    match keyword {
        "deprecated" | "readOnly" | "writeOnly" | "propertyOrdering" => true,
        "default" => value.is_null(),
        "format" => matches!(kind, "integer" | "number"),
        "uniqueItems" => value == &Value::Bool(false),
        "minItems" | "minLength" | "minProperties" => value.as_f64() == Some(0.0),
        other => other.starts_with("x-"),
    }
}

/// Null as one more type, as JSON Schema says it.
pub(super) fn nullable_type(mut out: Map<String, Value>) -> Map<String, Value> {
    if let Some(Value::Array(branches)) = out.get_mut("anyOf") {
        let null = json!({"type": "null"});
        if !branches.contains(&null) {
            branches.push(null);
        }
        return out;
    }
    if out.contains_key("$ref") {
        return nullable_union(out);
    }
    let Some(Value::String(name)) = out.get("type") else { return out };
    if name == "null" {
        return out;
    }
    out.insert("type".to_owned(), json!([name, "null"]));
    if let Some(constant) = out.remove("const") {
        out.insert("enum".to_owned(), json!([constant, null]));
    } else if let Some(Value::Array(choices)) = out.get_mut("enum") {
        choices.push(Value::Null);
    }
    out
}

/// Null as one more branch; title and description stay outside.
pub(super) fn nullable_union(mut out: Map<String, Value>) -> Map<String, Value> {
    let mut outer = Map::new();
    for keyword in ["title", "description"] {
        if let Some(value) = out.remove(keyword) {
            outer.insert(keyword.to_owned(), value);
        }
    }
    outer.insert("anyOf".to_owned(), json!([out, {"type": "null"}]));
    outer
}

/// Writes choices as JSON Schema says them.
pub(super) fn plain_choices(choices: &[Value], constant: bool, out: &mut Map<String, Value>) -> bool {
    match choices {
        [only] if constant => out.insert("const".to_owned(), only.clone()),
        several => out.insert("enum".to_owned(), several.into()),
    };
    true
}

/// A map of a few fields.
pub(super) fn fields<const N: usize>(fields: [(&str, Value); N]) -> Map<String, Value> {
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
