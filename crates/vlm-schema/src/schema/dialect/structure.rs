//! Writes objects and lists by the rules of a dialect.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::super::{LoweringError, walk};
use super::rules::{Closing, Rules};
use super::writer::{Notes, Place, Writer, unsupported};

impl<R: Rules> Writer<'_, R> {
    pub(super) fn object(
        &mut self,
        keywords: &mut Map<String, Value>,
        out: &mut Map<String, Value>,
        place: &Place,
        notes: &mut Notes,
    ) -> Result<(), LoweringError> {
        let properties = match keywords.remove("properties") {
            Some(Value::Object(properties)) => properties,
            _ => Map::new(),
        };
        let required: HashSet<String> = walk::strings(keywords, "required").into_iter().map(str::to_owned).collect();
        let names: Vec<String> = walk::ordered(keywords, &properties).into_iter().cloned().collect();
        let undeclared: Vec<&str> =
            walk::strings(keywords, "required").into_iter().filter(|name| !properties.contains_key(*name)).collect();
        if !undeclared.is_empty() {
            notes.add("required", json!(undeclared));
        }
        keywords.retain(|keyword, _| !matches!(keyword.as_str(), "required" | "propertyOrdering"));
        let mut written = Map::new();
        for name in &names {
            let is_required = required.contains(name);
            let mut inner = place.step(&["properties", name]);
            inner.optional |= !is_required;
            let mut property = self.write(properties.get(name).unwrap_or(&Value::Bool(true)), &inner)?;
            if R::ALL_REQUIRED && !is_required {
                property = R::nullable(property);
            }
            written.insert(name.clone(), property.into());
        }
        self.closing(keywords, &names, out, place, notes)?;
        let listed: Vec<&String> = names.iter().filter(|name| R::ALL_REQUIRED || required.contains(*name)).collect();
        if !listed.is_empty() || R::ALL_REQUIRED {
            out.insert("required".to_owned(), json!(listed));
        }
        if !names.is_empty() {
            out.insert("propertyOrdering".to_owned(), json!(names));
        }
        if !written.is_empty() || R::ALL_REQUIRED {
            out.insert("properties".to_owned(), written.into());
        }
        Ok(())
    }

    /// What properties there may be besides.
    fn closing(
        &mut self,
        keywords: &mut Map<String, Value>,
        names: &[String],
        out: &mut Map<String, Value>,
        place: &Place,
        notes: &mut Notes,
    ) -> Result<(), LoweringError> {
        let open = keywords.remove("additionalProperties");
        let patterns = match keywords.remove("patternProperties") {
            Some(Value::Object(patterns)) if !patterns.is_empty() => Some(patterns),
            _ => None,
        };
        let is_anything = |open: &Value| open == &Value::Bool(true) || open.as_object().is_some_and(Map::is_empty);
        let is_map = patterns.is_some() || open.as_ref().is_some_and(|open| open.is_object() && !is_anything(open));
        let advice = "use a list of pairs: objects with a key and a value";
        match R::CLOSING {
            Closing::Forced => {
                if is_map || (names.is_empty() && open.as_ref().is_some_and(is_anything)) {
                    return Err(unsupported::<R>(place, "a map", advice));
                }
                if open.as_ref().is_some_and(is_anything) || (names.is_empty() && open.is_none()) {
                    self.lose("additionalProperties", json!(true), place);
                }
                out.insert("additionalProperties".to_owned(), json!(false));
            }
            Closing::Unsaid if names.is_empty() => {
                return Err(unsupported::<R>(place, "a map, or an object without properties", advice));
            }
            Closing::Unsaid => {
                for (keyword, value) in
                    [("additionalProperties", open), ("patternProperties", patterns.map(Value::Object))]
                {
                    match value {
                        Some(Value::Bool(true)) => self.lose(keyword, json!(true), place),
                        Some(value) if value.is_object() => notes.add(keyword, value),
                        _ => {}
                    }
                }
            }
            Closing::Free => {
                let open = match (open, patterns) {
                    (open, None) => open,
                    (open, Some(patterns)) => {
                        let mut any: Vec<Value> = patterns.values().cloned().collect();
                        any.extend(open.filter(|open| open != &Value::Bool(false)));
                        notes.add("patternProperties", patterns.into());
                        Some(json!({"anyOf": any}))
                    }
                };
                match open {
                    Some(Value::Bool(open)) => out.insert("additionalProperties".to_owned(), json!(open)),
                    Some(open) => {
                        let mut inner = place.step(&["additionalProperties"]);
                        // A map may be empty.
                        inner.optional = true;
                        let written = self.write(&open, &inner)?;
                        out.insert("additionalProperties".to_owned(), written.into())
                    }
                    None => None,
                };
            }
        }
        Ok(())
    }

    pub(super) fn array(
        &mut self,
        keywords: &mut Map<String, Value>,
        out: &mut Map<String, Value>,
        place: &Place,
        notes: &mut Notes,
    ) -> Result<(), LoweringError> {
        let first = match keywords.remove("prefixItems") {
            Some(Value::Array(first)) => first,
            _ => Vec::new(),
        };
        let mut rest = keywords.remove("items");
        if rest == Some(Value::Bool(false)) {
            // Nothing may follow: as a bound, every dialect or its reader knows it.
            let most = keywords.get("maxItems").and_then(Value::as_u64).unwrap_or(u64::MAX);
            keywords.insert("maxItems".to_owned(), json!(most.min(first.len() as u64)));
            // A list that stays empty needs items of some type.
            rest = first.is_empty().then(|| json!({"type": "string"}));
        }
        let most = keywords.get("maxItems").and_then(Value::as_u64);
        let nothing_follows = most.is_some_and(|most| most <= first.len() as u64);
        if R::TUPLES && !first.is_empty() {
            let mut written = Vec::new();
            for (at, item) in first.iter().enumerate() {
                written.push(self.write(item, &place.step(&["prefixItems", &at.to_string()]))?);
            }
            out.insert("prefixItems".to_owned(), json!(written));
            if let Some(rest) = rest.filter(|_| !nothing_follows) {
                let rest = self.write(&rest, &place.step(&["items"]))?;
                out.insert("items".to_owned(), rest.into());
            }
            return Ok(());
        }
        let mut kinds: Vec<Value> = Vec::new();
        let follows = rest.filter(|_| first.is_empty() || !nothing_follows);
        let follows = follows.or_else(|| (first.is_empty() || !nothing_follows).then_some(Value::Bool(true)));
        for item in first.iter().cloned().chain(follows) {
            if !kinds.contains(&item) {
                kinds.push(item);
            }
        }
        if kinds.len() > 1 {
            notes.add("prefixItems", first.into());
        }
        let items = if kinds.len() == 1 { kinds.remove(0) } else { json!({"anyOf": kinds}) };
        let written = self.write(&items, &place.step(&["items"]))?;
        if !(R::ANYTHING && written.is_empty()) {
            out.insert("items".to_owned(), written.into());
        }
        Ok(())
    }
}
