//! JSON Schema → Gemini's `responseSchema`: an OpenAPI subset with upper-case types and `nullable`.
//!
//! Local references are inlined, unions with `null` become `nullable`, `const` becomes an `enum`. An order of properties
//! that `required` alone names is written as `propertyOrdering`. A keyword that Gemini does not know is left out and named;
//! a schema that refers to itself cannot be written at all.

use serde_json::{Map, Value};

use super::{JsonSchema, ORDER, order};

const DEPTH_LIMIT: usize = 32;

/// Keywords that carry over as they are.
const KEPT: &[&str] = &[
    "format",
    "title",
    "description",
    "default",
    "example",
    "minItems",
    "maxItems",
    "required",
    "propertyOrdering",
    "minProperties",
    "maxProperties",
    "minLength",
    "maxLength",
    "pattern",
    "minimum",
    "maximum",
    "nullable",
];

/// Keywords that say nothing about the value.
const SILENT: &[&str] = &["$schema", "$id", "$defs", "definitions", "$comment", "additionalProperties", "examples"];

/// A schema in the form of [`GeminiSchema`](crate::SchemaDialect::GeminiSchema).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct GeminiSchema {
    /// The schema.
    pub schema: Value,
    /// What could not be said, each as `path: keyword`.
    pub lost: Vec<String>,
}

impl JsonSchema {
    /// The schema as Gemini's `responseSchema` takes it. One that is in that form already, and says the order of its
    /// properties, stays as it is; the order is that of [`in_order`](Self::in_order).
    ///
    /// # Errors
    /// A schema that refers to itself, is nested too deeply, or has a reference to something else than its own
    /// definitions: the message says where.
    ///
    /// ```
    /// use serde_json::json;
    /// use vlm_core::JsonSchema;
    ///
    /// let schema = JsonSchema::new("tag", json!({"type": ["number", "null"], "multipleOf": 5}));
    /// let gemini = schema.to_gemini_schema()?;
    /// assert_eq!(gemini.schema, json!({"type": "NUMBER", "nullable": true}));
    /// assert_eq!(gemini.lost, ["#: multipleOf"]);
    /// # Ok::<(), String>(())
    /// ```
    pub fn to_gemini_schema(&self) -> Result<GeminiSchema, String> {
        let mut lowering = Lowering { root: &self.schema, lost: Vec::new(), open: Vec::new() };
        let schema = lowering.schema(&self.schema, "#", 0)?;
        Ok(GeminiSchema { schema, lost: lowering.lost })
    }
}

struct Lowering<'a> {
    root: &'a Value,
    lost: Vec<String>,
    /// References being inlined just now; meeting one again is a recursion.
    open: Vec<String>,
}

impl<'a> Lowering<'a> {
    fn schema(&mut self, schema: &'a Value, path: &str, depth: usize) -> Result<Value, String> {
        if depth > DEPTH_LIMIT {
            return Err(format!("the schema is nested more than {DEPTH_LIMIT} levels deep at {path}"));
        }
        let Some(object) = schema.as_object() else {
            // `true` allows anything, which is what an empty schema says.
            return Ok(Value::Object(Map::new()));
        };
        match object.get("$ref").and_then(Value::as_str) {
            Some(reference) => self.reference(object, reference, path, depth),
            None => self.object(object, path, depth).map(Value::Object),
        }
    }

    fn reference(
        &mut self,
        object: &'a Map<String, Value>,
        reference: &str,
        path: &str,
        depth: usize,
    ) -> Result<Value, String> {
        if self.open.iter().any(|open| open == reference) {
            return Err(format!("the schema refers to itself at {path}, which Gemini cannot express: limit its depth"));
        }
        let pointer = reference.strip_prefix('#').filter(|pointer| !pointer.is_empty());
        let target = pointer.and_then(|pointer| self.root.pointer(pointer));
        let target = target.ok_or_else(|| format!("the reference at {path} does not lead to a definition"))?;
        self.open.push(reference.to_owned());
        let inlined = self.schema(target, path, depth + 1);
        self.open.pop();
        let mut inlined = inlined?;
        // A description beside the reference is nearer to the field than that of the definition.
        if let (Some(fields), Some(description)) = (inlined.as_object_mut(), object.get("description")) {
            fields.insert("description".to_owned(), description.clone());
        }
        Ok(inlined)
    }

    fn object(
        &mut self,
        object: &'a Map<String, Value>,
        path: &str,
        depth: usize,
    ) -> Result<Map<String, Value>, String> {
        let mut out = Map::new();
        for (keyword, value) in object {
            match keyword.as_str() {
                "type" => self.types(value, &mut out, path),
                "properties" => {
                    let properties = self.properties(value, path, depth)?;
                    out.insert("properties".to_owned(), properties);
                }
                "items" => {
                    let items = self.schema(value, &format!("{path}/items"), depth + 1)?;
                    out.insert("items".to_owned(), items);
                }
                "anyOf" | "oneOf" => self.union(value, &mut out, path, depth)?,
                "enum" => choices(value.as_array().map_or(&[], Vec::as_slice), &mut out),
                "const" => choices(std::slice::from_ref(value), &mut out),
                kept if KEPT.contains(&kept) => {
                    out.insert(kept.to_owned(), value.clone());
                }
                silent if SILENT.contains(&silent) => {}
                lost => self.lost.push(format!("{path}: {lost}")),
            }
        }
        if let Some(names) = ordering(object) {
            out.insert(ORDER.to_owned(), names.into());
        }
        Ok(out)
    }

    fn types(&mut self, value: &Value, out: &mut Map<String, Value>, path: &str) {
        let names: Vec<&str> = match value {
            Value::String(name) => vec![name],
            Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        let (nulls, others): (Vec<&str>, Vec<&str>) =
            names.into_iter().partition(|name| name.eq_ignore_ascii_case("null"));
        if !nulls.is_empty() {
            out.insert("nullable".to_owned(), true.into());
        }
        match others.as_slice() {
            [] => {}
            [one] => {
                out.insert("type".to_owned(), one.to_ascii_uppercase().into());
            }
            [first, ..] => {
                self.lost.push(format!("{path}: type as one of several"));
                out.insert("type".to_owned(), first.to_ascii_uppercase().into());
            }
        }
    }

    fn properties(&mut self, value: &'a Value, path: &str, depth: usize) -> Result<Value, String> {
        let mut out = Map::new();
        for (name, schema) in value.as_object().into_iter().flatten() {
            out.insert(name.clone(), self.schema(schema, &format!("{path}/properties/{name}"), depth + 1)?);
        }
        Ok(Value::Object(out))
    }

    /// A union with `null` is the other branch made nullable.
    fn union(
        &mut self,
        value: &'a Value,
        out: &mut Map<String, Value>,
        path: &str,
        depth: usize,
    ) -> Result<(), String> {
        let branches = value.as_array().map_or(&[] as &[Value], Vec::as_slice);
        let is_null = |branch: &&Value| branch.get("type").and_then(Value::as_str) == Some("null");
        let others: Vec<&Value> = branches.iter().filter(|branch| !is_null(branch)).collect();
        if others.len() < branches.len() {
            out.insert("nullable".to_owned(), true.into());
        }
        let mut lowered = Vec::new();
        for (at, branch) in others.into_iter().enumerate() {
            lowered.push(self.schema(branch, &format!("{path}/anyOf/{at}"), depth + 1)?);
        }
        match lowered.as_mut_slice() {
            [] => {}
            [Value::Object(only)] => only.iter().for_each(|(key, value)| {
                out.entry(key.clone()).or_insert_with(|| value.clone());
            }),
            _ => {
                out.insert("anyOf".to_owned(), lowered.into());
            }
        }
        Ok(())
    }
}

/// All properties in the order of `required`, the rest by name, where nothing else says an order: Gemini takes it from the
/// annotation alone.
fn ordering(object: &Map<String, Value>) -> Option<Vec<&str>> {
    let properties = object.get("properties")?.as_object().filter(|_| !object.contains_key(ORDER))?;
    let mut names = order(object);
    names.retain(|name| properties.contains_key(*name));
    if names.is_empty() {
        return None;
    }
    let rest: Vec<&str> = properties.keys().map(String::as_str).filter(|name| !names.contains(name)).collect();
    names.extend(rest);
    Some(names)
}

/// Gemini's choices are strings.
fn choices(values: &[Value], out: &mut Map<String, Value>) {
    let word = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let (nulls, others): (Vec<&Value>, Vec<&Value>) = values.iter().partition(|value| value.is_null());
    if !nulls.is_empty() {
        out.insert("nullable".to_owned(), true.into());
    }
    let words: Vec<String> = others.iter().map(|value| word(value)).collect();
    if !words.is_empty() {
        out.insert("type".to_owned(), "STRING".into());
        out.insert("format".to_owned(), "enum".into());
        out.insert("enum".to_owned(), words.into());
    }
}

#[cfg(test)]
mod tests {
    //! The order that a schema has in its own form is told in Gemini's.

    use serde_json::json;

    use super::*;

    fn lowered(schema: Value) -> Value {
        JsonSchema::new("s", schema).to_gemini_schema().unwrap().schema
    }

    #[test]
    fn an_order_that_only_required_names_is_told() {
        let inner = || json!({"properties": {"a": {}, "b": {}, "c": {}}, "required": ["c", "b", "c", "unknown"]});
        let schema =
            lowered(json!({"properties": {"inner": inner(), "maybe": {"anyOf": [inner(), {"type": "null"}]}}}));
        for name in ["inner", "maybe"] {
            assert_eq!(schema["properties"][name]["propertyOrdering"], json!(["c", "b", "a"]), "{name}");
            assert_eq!(schema["properties"][name]["required"], inner()["required"], "{name}");
        }
        assert_eq!(schema.get("propertyOrdering"), None, "nothing says one");
        let listed = lowered(json!({"items": {"$ref": "#/$defs/d"}, "$defs": {"d": inner()}}));
        assert_eq!(listed["items"]["propertyOrdering"], json!(["c", "b", "a"]));
    }

    #[test]
    fn an_order_that_is_said_stays_as_it_is() {
        let said = json!({"properties": {"a": {}, "b": {}}, "required": ["b", "a"], "propertyOrdering": ["a", "b"]});
        assert_eq!(lowered(said.clone()), said);
        for unordered in [json!({"properties": {"a": {}, "b": {}}}), json!({"properties": {}, "required": ["a"]})] {
            assert_eq!(lowered(unordered.clone()), unordered);
        }
    }
}
