//! From the schema of an item to that of a list, and back: definitions stay at the root, references follow.

use serde_json::{Map, Value, json};

use super::{Schema, SchemaError};

/// Keywords whose definitions stay at the root, where references to them lead.
const DEFINITIONS: [&str; 2] = ["$defs", "definitions"];
const ITEMS: &str = "#/items";

impl Schema {
    /// The schema of a list of what this one describes.
    ///
    /// # Errors
    /// As [`Schema::from_value`].
    pub fn list(&self) -> Result<Self, SchemaError> {
        let mut item = self.answer().clone();
        let definitions = take_definitions(&mut item);
        let mut list = Map::from_iter([("type".to_owned(), json!("array")), ("items".to_owned(), item)]);
        list.extend(definitions);
        let mut list = Value::Object(list);
        // What led to the whole item now leads to the items of the list.
        references(&mut list, &|reference| {
            let rest = reference.strip_prefix('#').filter(|_| !leads_to_definition(reference))?;
            Some(format!("{ITEMS}{rest}"))
        });
        Self::from_value(self.name(), list)
    }

    /// The schema of one item of a list; one that takes anything where this is no list of one kind of item.
    ///
    /// # Errors
    /// As [`Schema::from_value`].
    pub fn item(&self) -> Result<Self, SchemaError> {
        let mut list = self.answer().clone();
        let definitions = take_definitions(&mut list);
        let mut item = list.get_mut("items").map_or_else(|| json!({}), Value::take);
        if let Value::Object(fields) = &mut item {
            fields.extend(definitions);
        }
        references(&mut item, &|reference| Some(format!("#{}", reference.strip_prefix(ITEMS)?)));
        Self::from_value(self.name(), item)
    }
}

fn leads_to_definition(reference: &str) -> bool {
    let keyword = reference.strip_prefix("#/").and_then(|path| path.split('/').next());
    keyword.is_some_and(|keyword| DEFINITIONS.contains(&keyword))
}

fn take_definitions(schema: &mut Value) -> Map<String, Value> {
    let Value::Object(fields) = schema else { return Map::new() };
    let taken = DEFINITIONS.iter().filter_map(|keyword| Some(((*keyword).to_owned(), fields.remove(*keyword)?)));
    taken.collect()
}

/// Changes every local reference; the depth of a schema is bounded when it is made.
fn references(value: &mut Value, change: &dyn Fn(&str) -> Option<String>) {
    match value {
        Value::Object(fields) => {
            for (keyword, value) in fields {
                match value {
                    Value::String(reference) if keyword == "$ref" => {
                        if let Some(changed) = change(reference) {
                            *reference = changed;
                        }
                    }
                    // Data, not schemas: a `$ref` in them is a word.
                    _ if matches!(keyword.as_str(), "enum" | "const" | "default" | "examples" | "example") => {}
                    inner => references(inner, change),
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| references(value, change)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    //! A list's item is the item it was made of, wherever its references lead.

    use super::*;

    #[track_caller]
    fn check(item: Value) {
        let schema = Schema::from_value("thing", item).unwrap();
        let list = schema.list().unwrap();
        assert_eq!(list.answer()["type"], "array");
        assert_eq!(list.item().unwrap().answer(), schema.answer());
    }

    #[test]
    fn items_come_back() {
        check(json!({"type": "object", "properties": {"a": {"type": "string"}}}));
        check(json!({"type": "string"}));
        check(json!({
            "type": "object",
            "properties": {"a": {"$ref": "#/$defs/word"}},
            "$defs": {"word": {"type": "string", "enum": ["#"]}},
        }));
        check(
            json!({"type": "object", "properties": {"child": {"$ref": "#"}, "same": {"$ref": "#/properties/child"}}}),
        );
    }

    #[test]
    fn a_reference_to_the_whole_leads_to_the_items() {
        let item = json!({"type": "object", "properties": {"child": {"$ref": "#"}}});
        let list = Schema::from_value("tree", item).unwrap().list().unwrap();
        assert_eq!(list.answer()["items"]["properties"]["child"]["$ref"], "#/items");
    }
}
