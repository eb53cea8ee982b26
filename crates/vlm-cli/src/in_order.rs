//! Writes an answer with its fields in the order of its schema: a JSON object in memory has no order of its own.

use std::collections::HashSet;

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::{Map, Value};

/// How many schemas are looked at for one value: a schema may lead back to itself.
const MOST: usize = 64;

/// A value, and what its schema says of it.
#[derive(Clone, Copy)]
pub(crate) struct InOrder<'a> {
    /// The whole schema, for its references.
    root: &'a Value,
    schema: Option<&'a Value>,
    value: &'a Value,
}

impl<'a> InOrder<'a> {
    /// An answer to the whole schema.
    pub(crate) fn new(root: &'a Value, value: &'a Value) -> Self {
        Self { root, schema: Some(root), value }
    }

    fn part(self, schema: Option<&'a Value>, value: &'a Value) -> Self {
        Self { schema, value, ..self }
    }

    /// Every schema that speaks of this value: what is referred to, all of `allOf`, of a union what the value may be.
    fn schemas(self) -> Vec<&'a Map<String, Value>> {
        let mut open: Vec<&Value> = self.schema.into_iter().collect();
        let mut found = Vec::new();
        for _ in 0..MOST {
            let Some(schema) = open.pop() else { break };
            let Some(node) = schema.as_object().filter(|node| may_be(node, self.value)) else { continue };
            found.push(node);
            for list in ["oneOf", "anyOf", "allOf"] {
                open.extend(node.get(list).and_then(Value::as_array).into_iter().flatten().rev());
            }
            let pointer = node.get("$ref").and_then(Value::as_str).and_then(|name| name.strip_prefix('#'));
            open.extend(pointer.and_then(|pointer| self.root.pointer(pointer)));
        }
        found
    }

    fn object<S: Serializer>(self, fields: &'a Map<String, Value>, serializer: S) -> Result<S::Ok, S::Error> {
        let schemas = self.schemas();
        let declared = schemas.iter().filter_map(|node| node.get("propertyOrdering")?.as_array()).flatten();
        let mut seen = HashSet::new();
        let names = declared.filter_map(Value::as_str).chain(fields.keys().map(String::as_str));
        let mut map = serializer.serialize_map(Some(fields.len()))?;
        for (name, value) in names.filter(|name| seen.insert(*name)).filter_map(|name| fields.get_key_value(name)) {
            let declared = schemas.iter().find_map(|node| node.get("properties")?.get(name));
            let others = || schemas.iter().find_map(|node| node.get("additionalProperties"));
            map.serialize_entry(name, &self.part(declared.or_else(others), value))?;
        }
        map.end()
    }

    fn list<S: Serializer>(self, items: &'a [Value], serializer: S) -> Result<S::Ok, S::Error> {
        let schemas = self.schemas();
        let mut list = serializer.serialize_seq(Some(items.len()))?;
        for (at, item) in items.iter().enumerate() {
            let first = schemas.iter().find_map(|node| node.get("prefixItems")?.get(at));
            let rest = || schemas.iter().find_map(|node| node.get("items"));
            list.serialize_element(&self.part(first.or_else(rest), item))?;
        }
        list.end()
    }
}

impl Serialize for InOrder<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.value {
            Value::Object(fields) => self.object(fields, serializer),
            Value::Array(items) => self.list(items, serializer),
            other => other.serialize(serializer),
        }
    }
}

/// Whether a value could be meant by a branch of a union, as far as can be seen without looking deeper.
fn may_be(node: &Map<String, Value>, value: &Value) -> bool {
    let wanted = match value {
        Value::Object(_) => "object",
        Value::Array(_) => "array",
        _ => return true,
    };
    let typed = match node.get("type") {
        Some(Value::String(name)) => name == wanted,
        Some(Value::Array(names)) => names.iter().any(|name| name == wanted),
        _ => true,
    };
    let required = node.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let constants = node.get("properties").and_then(Value::as_object).into_iter().flatten();
    typed
        && required.into_iter().all(|name| value.get(name).is_some())
        && constants.into_iter().all(|(name, schema)| match (schema.get("const"), value.get(name)) {
            (Some(constant), Some(value)) => constant == value,
            _ => true,
        })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn written(schema: &Value, value: &Value) -> String {
        serde_json::to_string(&InOrder::new(schema, value)).unwrap()
    }

    #[test]
    fn fields_stand_as_declared_and_others_behind_them() {
        let schema = json!({
            "properties": {
                "b": {"$ref": "#/$defs/pair"},
                "a": {"items": {"$ref": "#/$defs/pair"}, "prefixItems": [{"propertyOrdering": ["x"]}]},
            },
            "additionalProperties": {"propertyOrdering": ["two"]},
            "propertyOrdering": ["b", "a"],
            "$defs": {"pair": {"propertyOrdering": ["y", "x"]}},
        });
        let value = json!({
            "a": [{"x": 1, "y": 2}, {"x": 1, "y": 2}],
            "b": {"x": 1, "y": 2, "w": 3},
            "A": {"one": 1, "two": 2},
        });
        let expected = r#"{"b":{"y":2,"x":1,"w":3},"a":[{"x":1,"y":2},{"y":2,"x":1}],"A":{"two":2,"one":1}}"#;
        assert_eq!(written(&schema, &value), expected);
    }

    #[test]
    fn of_a_union_the_branch_that_fits_says_the_order() {
        let branch = |kind: &str, order: [&str; 2]| {
            json!({
                "type": "object", "required": ["kind"], "propertyOrdering": order,
                "properties": {"kind": {"const": kind}},
            })
        };
        let schema = json!({"anyOf": [branch("a", ["kind", "end"]), branch("b", ["end", "kind"])]});
        assert_eq!(written(&schema, &json!({"kind": "a", "end": 1})), r#"{"kind":"a","end":1}"#);
        assert_eq!(written(&schema, &json!({"kind": "b", "end": 1})), r#"{"end":1,"kind":"b"}"#);
    }

    #[test]
    fn a_schema_that_leads_to_itself_ends() {
        let schema = json!({"$ref": "#", "allOf": [{"$ref": "#"}], "propertyOrdering": ["b"]});
        assert_eq!(written(&schema, &json!({"a": {}, "b": {}})), r#"{"b":{},"a":{}}"#);
    }
}
