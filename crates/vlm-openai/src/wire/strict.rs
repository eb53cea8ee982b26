//! OpenAI's strict subset of JSON Schema: does a schema keep to it, and if not, why not? (Its guide to structured
//! outputs, as of August 2026.)

use serde_json::{Map, Value};

/// What a strict schema may not contain.
const REFUSED: &[&str] = &[
    "allOf",
    "oneOf",
    "not",
    "if",
    "then",
    "else",
    "dependentRequired",
    "dependentSchemas",
    "default",
    "minLength",
    "maxLength",
    "patternProperties",
    "unevaluatedProperties",
    "propertyNames",
    "minProperties",
    "maxProperties",
    "unevaluatedItems",
    "contains",
    "minContains",
    "maxContains",
    "uniqueItems",
];

/// The forms of text that a strict schema may ask for.
const FORMATS: &[&str] = &["date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"];

/// The largest number of levels of objects and lists.
const DEPTH: usize = 10;
const MAX_PROPERTIES: usize = 5000;
const MAX_CHOICES: usize = 1000;

/// The first thing that keeps a schema from being strict.
pub(super) fn obstacle(schema: &Value) -> Option<String> {
    let Value::Object(root) = schema else { return Some("the schema is no object".to_owned()) };
    if root.contains_key("anyOf") || root.get("type").is_none_or(|kind| kind != "object") {
        return Some("the outermost type of a strict schema is one object".to_owned());
    }
    let mut walk = Walk { properties: 0, choices: 0 };
    walk.schema(schema, 0).err()
}

struct Walk {
    properties: usize,
    choices: usize,
}

impl Walk {
    fn schema(&mut self, schema: &Value, depth: usize) -> Result<(), String> {
        let Value::Object(keywords) = schema else {
            return Err("in a strict schema every schema is an object with a type".to_owned());
        };
        if let Some(keyword) = REFUSED.iter().find(|keyword| keywords.contains_key(**keyword)) {
            return Err(format!("a strict schema may not contain `{keyword}`"));
        }
        if keywords.contains_key("$ref") && keywords.keys().any(|keyword| keyword != "$ref") {
            return Err("in a strict schema nothing stands beside `$ref`".to_owned());
        }
        if keywords.get("items").is_some_and(|items| !items.is_object()) || keywords.contains_key("prefixItems") {
            return Err("in a strict schema the items of a list have one schema".to_owned());
        }
        let nests = keywords.contains_key("properties") || keywords.contains_key("items");
        let depth = depth + usize::from(nests);
        if depth > DEPTH {
            return Err(format!("a strict schema has {DEPTH} levels at most"));
        }
        self.text(keywords)?;
        if is_object(keywords) {
            self.object(keywords)?;
        }
        self.inner(keywords, depth)
    }

    fn text(&mut self, keywords: &Map<String, Value>) -> Result<(), String> {
        self.choices += keywords.get("enum").and_then(Value::as_array).map_or(0, Vec::len);
        if self.choices > MAX_CHOICES {
            return Err(format!("a strict schema has {MAX_CHOICES} values of enumerations at most"));
        }
        let text = |keyword| keywords.get(keyword).and_then(Value::as_str);
        if let Some(format) = text("format").filter(|format| !FORMATS.contains(format)) {
            return Err(format!("a strict schema does not know the format `{format}`"));
        }
        let looks_around = |pattern: &str| ["(?=", "(?!", "(?<=", "(?<!"].iter().any(|mark| pattern.contains(mark));
        match text("pattern").is_some_and(looks_around) {
            true => Err("in a strict schema a pattern may not look around".to_owned()),
            false => Ok(()),
        }
    }

    fn object(&mut self, keywords: &Map<String, Value>) -> Result<(), String> {
        if keywords.get("additionalProperties") != Some(&Value::Bool(false)) {
            return Err("in a strict schema every object has `additionalProperties: false`".to_owned());
        }
        let required = keywords.get("required").and_then(Value::as_array);
        let is_required = |name: &String| required.is_some_and(|names| names.iter().any(|known| known == name));
        let Some(Value::Object(properties)) = keywords.get("properties") else { return Ok(()) };
        self.properties += properties.len();
        if self.properties > MAX_PROPERTIES {
            return Err(format!("a strict schema has {MAX_PROPERTIES} properties at most"));
        }
        match properties.keys().find(|name| !is_required(name)) {
            Some(name) => Err(format!("in a strict schema every property is required, and `{name}` is not")),
            None => Ok(()),
        }
    }

    /// The schemas inside a schema.
    fn inner(&mut self, keywords: &Map<String, Value>, depth: usize) -> Result<(), String> {
        for (keyword, value) in keywords {
            match (keyword.as_str(), value) {
                ("properties" | "$defs" | "definitions", Value::Object(named)) => {
                    named.values().try_for_each(|schema| self.schema(schema, depth))?;
                }
                ("anyOf", Value::Array(choices)) => {
                    choices.iter().try_for_each(|schema| self.schema(schema, depth + 1))?
                }
                ("items", schema) => self.schema(schema, depth)?,
                _ => {}
            }
        }
        Ok(())
    }
}

fn is_object(keywords: &Map<String, Value>) -> bool {
    let said = match keywords.get("type") {
        Some(Value::String(kind)) => kind == "object",
        Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == "object"),
        _ => false,
    };
    said || keywords.contains_key("properties")
}

#[cfg(test)]
mod tests {
    //! Schemas that keep to the subset, and one obstacle each.

    use serde_json::json;

    use super::*;

    #[test]
    fn a_strict_schema_is_recognized() {
        let schema = json!({
            "type": "object",
            "description": "What is seen",
            "properties": {
                "things": {"type": "array", "items": {"$ref": "#/$defs/Thing"}, "maxItems": 5},
                "note": {"anyOf": [{"type": "string", "pattern": "^a(?:b)$"}, {"type": "null"}]},
                "day": {"type": "string", "format": "date"},
                "child": {"$ref": "#"},
            },
            "required": ["things", "note", "day", "child"],
            "additionalProperties": false,
            "$defs": {"Thing": {
                "type": "object",
                "properties": {"name": {"type": "string", "enum": ["default", "oneOf"]}},
                "required": ["name"],
                "additionalProperties": false,
            }},
        });
        assert_eq!(obstacle(&schema), None);
    }

    #[test]
    fn each_obstacle_is_named() {
        let object = |properties: Value, required: Value| json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false});
        let mut deep = json!({"type": "string"});
        for _ in 0..11 {
            deep = object(json!({"x": deep}), json!(["x"]));
        }
        for (schema, words) in [
            (json!(true), "no object"),
            (json!({"type": "array", "items": {"type": "string"}}), "outermost"),
            (json!({"anyOf": [{"type": "object"}]}), "outermost"),
            (json!({"type": "object", "properties": {}}), "additionalProperties"),
            (object(json!({"a": {"type": "string"}}), json!([])), "`a` is not"),
            (object(json!({"a": {"type": "string", "minLength": 1}}), json!(["a"])), "`minLength`"),
            (object(json!({"a": {"oneOf": []}}), json!(["a"])), "`oneOf`"),
            (object(json!({"a": {"$ref": "#", "description": "x"}}), json!(["a"])), "beside `$ref`"),
            (object(json!({"a": {"type": "array", "items": true}}), json!(["a"])), "one schema"),
            (object(json!({"a": {"type": "object"}}), json!(["a"])), "additionalProperties"),
            (object(json!({"a": {"type": ["object", "null"]}}), json!(["a"])), "additionalProperties"),
            (object(json!({"a": true}), json!(["a"])), "every schema is an object"),
            (deep, "levels"),
            (object(json!({"a": {"type": "string", "format": "uri"}}), json!(["a"])), "format `uri`"),
            (object(json!({"a": {"type": "string", "pattern": "a(?!b)"}}), json!(["a"])), "look around"),
            (object(json!({"a": {"enum": vec!["x"; 1001]}}), json!(["a"])), "enumerations"),
        ] {
            let said = obstacle(&schema).unwrap_or_default();
            assert!(said.contains(words), "{said} for {schema}");
        }
    }
}
