//! Reads a JSON Schema from text, and keeps the order in which it declares its properties.
//!
//! A JSON object has no order once it is read, but models answer in the order of the schema, and so does this program.
//! Therefore every list of properties that says nothing of its order gets `propertyOrdering`, as it stands in the text.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

const ORDER: &str = "propertyOrdering";

/// The schema in a text, with the order of its properties.
pub(crate) fn schema(text: &str) -> serde_json::Result<Value> {
    serde_json::from_str(text).map(of_schema)
}

/// JSON with its objects in the order of the text.
enum Node {
    Leaf(Value),
    List(Vec<Node>),
    Object(Vec<(String, Node)>),
}

fn of_schema(node: Node) -> Value {
    match node {
        Node::Leaf(value) => value,
        Node::List(schemas) => schemas.into_iter().map(of_schema).collect(),
        Node::Object(keywords) => {
            let names = keywords.iter().find_map(|(keyword, value)| match value {
                Node::Object(named) if keyword == "properties" && !named.is_empty() => {
                    Some(named.iter().map(|(name, _)| Value::from(name.as_str())).collect::<Value>())
                }
                _ => None,
            });
            let mut schema: Map<String, Value> =
                keywords.into_iter().map(|(keyword, value)| of_keyword(keyword, value)).collect();
            if let Some(names) = names {
                schema.entry(ORDER).or_insert(names);
            }
            schema.into()
        }
    }
}

fn of_keyword(keyword: String, value: Node) -> (String, Value) {
    let value = match (keyword.as_str(), value) {
        ("properties" | "patternProperties" | "dependentSchemas" | "$defs" | "definitions", Node::Object(named)) => {
            named.into_iter().map(|(name, schema)| (name, of_schema(schema))).collect::<Map<_, _>>().into()
        }
        // Data that may look like schemas.
        ("enum" | "const" | "default" | "example" | "examples" | ORDER, value) => plain(value),
        (_, value) => of_schema(value),
    };
    (keyword, value)
}

fn plain(node: Node) -> Value {
    match node {
        Node::Leaf(value) => value,
        Node::List(items) => items.into_iter().map(plain).collect(),
        Node::Object(fields) => {
            fields.into_iter().map(|(name, value)| (name, plain(value))).collect::<Map<_, _>>().into()
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Node, E> {
        Ok(Node::Leaf(Value::Null))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Leaf(value.into()))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Leaf(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Leaf(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Node, E> {
        Ok(Node::Leaf(value.into()))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Node, E> {
        Ok(Node::Leaf(value.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Node, A::Error> {
        let mut object = Vec::new();
        while let Some(field) = fields.next_entry()? {
            object.push(field);
        }
        Ok(Node::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn properties_keep_the_order_of_the_text() {
        let text = r##"{
            "properties": {"b": {"$ref": "#/$defs/x"}, "a": {"items": {"properties": {"z": {}, "y": true}}}},
            "$defs": {"x": {"properties": {"properties": {}, "enum": {}}}}
        }"##;
        assert_eq!(
            schema(text).unwrap(),
            json!({
                "properties": {
                    "a": {"items": {"properties": {"y": true, "z": {}}, ORDER: ["z", "y"]}},
                    "b": {"$ref": "#/$defs/x"},
                },
                "$defs": {"x": {"properties": {"enum": {}, "properties": {}}, ORDER: ["properties", "enum"]}},
                ORDER: ["b", "a"],
            })
        );
    }

    #[test]
    fn what_says_its_order_and_what_is_no_schema_stay() {
        for text in [
            r#"{"properties":{"a":{},"b":{}},"propertyOrdering":["b","a"]}"#,
            r#"{"const":{"properties":{"b":1,"a":[{}]}},"default":{"properties":{"c":null}},"minimum":-1.5}"#,
            r#"{"properties":{}}"#,
            "[1,2]",
        ] {
            assert_eq!(schema(text).unwrap(), serde_json::from_str::<Value>(text).unwrap());
        }
    }

    #[test]
    fn depth_is_bounded() {
        assert!(schema(&"[".repeat(100_000)).is_err());
    }
}
