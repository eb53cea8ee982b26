//! The schema of an answer, as a plain JSON value, and how it is written in order. The one form of schemas that is no JSON
//! Schema stands in `gemini.rs`.
//!
//! `serde_json` sorts an object's keys, but models answer in the order in which a schema names its properties: evidence
//! before verdict gives better verdicts. So the order travels as data, in `propertyOrdering`, and is applied on writing.

mod gemini;

use std::fmt;

use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value};

pub use gemini::GeminiSchema;

/// The annotation that names an object's properties in order.
const ORDER: &str = "propertyOrdering";

/// A JSON Schema with its name, as a plain JSON value.
///
/// An object schema may carry `"propertyOrdering": [names]`; [`in_order`](Self::in_order) applies it. `Debug` shows the
/// name only.
///
/// ```
/// use serde_json::json;
/// use vlm_core::JsonSchema;
///
/// let schema = JsonSchema::new(
///     "verdict",
///     json!({"type": "object", "properties": {"evidence": {}, "answer": {}}, "required": ["evidence", "answer"]}),
/// );
/// let written = serde_json::to_string(&schema.in_order()).unwrap();
/// assert!(written.find("evidence") < written.find("answer"));
/// ```
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JsonSchema {
    /// A short name of letters, digits, `_` and `-`, at most 64.
    pub name: String,
    /// What it describes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The schema.
    pub schema: Value,
}

impl JsonSchema {
    /// A schema with its name.
    pub fn new(name: impl Into<String>, schema: Value) -> Self {
        Self { name: name.into(), description: None, schema }
    }

    /// Says what it describes.
    #[must_use]
    pub fn with_description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// The schema as a provider writes it: properties in the order of `propertyOrdering`, else of `required`, the rest
    /// after them by name. The annotation itself is left out.
    pub fn in_order(&self) -> impl Serialize + fmt::Debug + '_ {
        InOrder(&self.schema)
    }

    /// True for a name that every service takes.
    pub(crate) fn has_plain_name(&self) -> bool {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        (1..=64).contains(&self.name.len()) && self.name.bytes().all(plain)
    }
}

impl fmt::Debug for JsonSchema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JsonSchema").field("name", &self.name).finish_non_exhaustive()
    }
}

/// A schema.
struct InOrder<'a>(&'a Value);

/// A map from names to schemas.
struct Named<'a>(&'a Map<String, Value>, Vec<&'a str>);

/// A list of schemas.
struct Listed<'a>(&'a [Value]);

impl fmt::Debug for InOrder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a schema in order")
    }
}

impl Serialize for InOrder<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Value::Object(keywords) = self.0 else { return self.0.serialize(serializer) };
        let mut map = serializer.serialize_map(None)?;
        for (keyword, value) in keywords.iter().filter(|(keyword, _)| *keyword != ORDER) {
            match (keyword.as_str(), value) {
                ("properties", Value::Object(named)) => map.serialize_entry(keyword, &Named(named, order(keywords)))?,
                ("$defs" | "definitions" | "patternProperties" | "dependentSchemas", Value::Object(named)) => {
                    map.serialize_entry(keyword, &Named(named, Vec::new()))?;
                }
                ("anyOf" | "oneOf" | "allOf" | "prefixItems", Value::Array(schemas)) => {
                    map.serialize_entry(keyword, &Listed(schemas))?;
                }
                // Elsewhere a value is data: an `enum` may hold an object that looks like a schema.
                ("enum" | "const" | "default" | "example" | "examples" | "required" | "type", _) => {
                    map.serialize_entry(keyword, value)?;
                }
                _ => map.serialize_entry(keyword, &InOrder(value))?,
            }
        }
        map.end()
    }
}

impl Serialize for Named<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, schema) in self.1.iter().filter_map(|name| Some((name, self.0.get(*name)?))) {
            map.serialize_entry(name, &InOrder(schema))?;
        }
        for (name, schema) in self.0.iter().filter(|(name, _)| !self.1.contains(&name.as_str())) {
            map.serialize_entry(name, &InOrder(schema))?;
        }
        map.end()
    }
}

impl Serialize for Listed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.0.len()))?;
        for schema in self.0 {
            list.serialize_element(&InOrder(schema))?;
        }
        list.end()
    }
}

/// The names of an object's properties in order, each once.
fn order(keywords: &Map<String, Value>) -> Vec<&str> {
    let names = |keyword| keywords.get(keyword).and_then(Value::as_array);
    let mut order = Vec::new();
    for name in names(ORDER).or_else(|| names("required")).into_iter().flatten().filter_map(Value::as_str) {
        if !order.contains(&name) {
            order.push(name);
        }
    }
    order
}

#[cfg(test)]
mod tests {
    //! The order is applied where schemas are, data stay as they are, and nothing but the annotation is lost.

    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn written(schema: Value) -> String {
        serde_json::to_string(&JsonSchema::new("s", schema).in_order()).unwrap()
    }

    #[test]
    fn the_annotation_goes_before_required_and_names_before_the_rest() {
        let schema = json!({
            "properties": {"a": {}, "b": {}, "c": {}, "d": {}},
            "required": ["d", "c"],
            "propertyOrdering": ["c", "b", "c", "unknown"],
        });
        assert_eq!(written(schema), r#"{"properties":{"c":{},"b":{},"a":{},"d":{}},"required":["d","c"]}"#);
        let required = json!({"properties": {"a": {}, "b": {}}, "required": ["b"]});
        assert_eq!(written(required), r#"{"properties":{"b":{},"a":{}},"required":["b"]}"#);
    }

    #[test]
    fn it_is_applied_at_every_depth() {
        let inner = || json!({"properties": {"a": {}, "b": {}}, "propertyOrdering": ["b", "a"]});
        let schema = json!({
            "$defs": {"d": inner()},
            "anyOf": [inner()],
            "items": inner(),
            "additionalProperties": inner(),
            "properties": {"properties": inner()},
        });
        assert_eq!(written(schema).matches(r#"{"b":{},"a":{}}"#).count(), 5);
    }

    #[test]
    fn data_that_looks_like_a_schema_stays_as_it_is() {
        let data = json!({"properties": {"a": 1, "b": 2}, "propertyOrdering": ["b"]});
        let text = written(json!({"const": data, "enum": [data], "properties": {"propertyOrdering": {}}}));
        assert_eq!(text.matches(r#""propertyOrdering":["b"]"#).count(), 2);
        assert!(text.contains(r#""properties":{"propertyOrdering":{}}"#));
        assert_eq!(written(json!(true)), "true");
    }

    fn json_value() -> impl Strategy<Value = Value> {
        let leaf =
            prop_oneof![Just(Value::Null), any::<bool>().prop_map(Value::from), "[a-z]{0,4}".prop_map(Value::from)];
        leaf.prop_recursive(4, 40, 5, |inner| {
            let key = prop_oneof![Just("properties".to_owned()), Just("required".to_owned()), "[a-d]"];
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::btree_map(key, inner, 0..5)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_value_without_the_annotation_comes_back(schema in json_value()) {
            prop_assert_eq!(serde_json::from_str::<Value>(&written(schema.clone())).unwrap(), schema);
        }
    }
}
