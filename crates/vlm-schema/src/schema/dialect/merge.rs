//! `allOf` as one schema: what both parts say, together.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::super::walk;

/// Adds to `into` what `other` says. False if no value can fit both.
///
/// What two parts say differently and one schema cannot say at once goes to `lost`.
pub(super) fn merge(into: &mut Map<String, Value>, other: Map<String, Value>, lost: &mut Vec<(String, Value)>) -> bool {
    for (keyword, theirs) in other {
        let Some(mine) = into.get_mut(&keyword) else {
            into.insert(keyword, theirs);
            continue;
        };
        if *mine == theirs || walk::ANNOTATIONS.contains(&keyword.as_str()) {
            continue;
        }
        let fits = match keyword.as_str() {
            "properties" | "patternProperties" => named(mine, theirs),
            "required" | "propertyOrdering" => append(mine, theirs),
            "type" => types(mine, &theirs),
            "enum" => retain(mine, &theirs),
            "const" => false,
            "minimum" | "exclusiveMinimum" | "minLength" | "minItems" | "minProperties" | "minContains" => {
                bound(mine, theirs, |mine, theirs| theirs > mine)
            }
            "maximum" | "exclusiveMaximum" | "maxLength" | "maxItems" | "maxProperties" | "maxContains" => {
                bound(mine, theirs, |mine, theirs| theirs < mine)
            }
            "items" | "additionalProperties" | "propertyNames" => both(mine, theirs),
            "prefixItems" => tuple(mine, theirs, lost),
            "uniqueItems" => {
                *mine = json!(true);
                true
            }
            _ => {
                lost.push((keyword, theirs));
                true
            }
        };
        if !fits {
            return false;
        }
    }
    true
}

/// A schema that is both.
fn both(mine: &mut Value, theirs: Value) -> bool {
    match (&*mine, &theirs) {
        (Value::Bool(false), _) | (_, Value::Bool(true)) => {}
        (_, Value::Bool(false)) | (Value::Bool(true), _) => *mine = theirs,
        _ => *mine = json!({"allOf": [mine.take(), theirs]}),
    }
    true
}

fn named(mine: &mut Value, theirs: Value) -> bool {
    if let (Value::Object(mine), Value::Object(theirs)) = (mine, theirs) {
        for (name, schema) in theirs {
            match mine.get_mut(&name) {
                Some(known) if *known == schema => {}
                Some(known) => {
                    both(known, schema);
                }
                None => {
                    mine.insert(name, schema);
                }
            }
        }
    }
    true
}

fn append(mine: &mut Value, theirs: Value) -> bool {
    if let (Value::Array(mine), Value::Array(theirs)) = (mine, theirs) {
        let known: HashSet<String> = mine.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        mine.extend(theirs.into_iter().filter(|name| name.as_str().is_none_or(|name| !known.contains(name))));
    }
    true
}

fn types(mine: &mut Value, theirs: &Value) -> bool {
    let list = |value: &Value| -> Vec<String> {
        let one = value.as_str().into_iter();
        let many = value.as_array().into_iter().flatten().filter_map(Value::as_str);
        one.chain(many).map(str::to_owned).collect()
    };
    let (ours, theirs) = (list(mine), list(theirs));
    let has = |list: &[String], name: &str| list.iter().any(|known| known == name);
    let mut common: Vec<String> = Vec::new();
    for name in ours.iter().chain(&theirs) {
        let fits = |list: &[String]| has(list, name) || (name == "integer" && has(list, "number"));
        if fits(&ours) && fits(&theirs) && !common.contains(name) {
            common.push(name.clone());
        }
    }
    let known = !common.is_empty();
    *mine = match common.as_slice() {
        [one] => json!(one),
        several => json!(several),
    };
    known
}

fn retain(mine: &mut Value, theirs: &Value) -> bool {
    if let (Value::Array(mine), Value::Array(theirs)) = (mine, theirs) {
        mine.retain(|choice| theirs.contains(choice));
        return !mine.is_empty();
    }
    true
}

fn bound(mine: &mut Value, theirs: Value, tighter: impl Fn(f64, f64) -> bool) -> bool {
    if let (Some(ours), Some(other)) = (mine.as_f64(), theirs.as_f64())
        && tighter(ours, other)
    {
        *mine = theirs;
    }
    true
}

/// Place by place; lists of different lengths cannot be said at once.
fn tuple(mine: &mut Value, theirs: Value, lost: &mut Vec<(String, Value)>) -> bool {
    match (mine, theirs) {
        (Value::Array(mine), Value::Array(theirs)) if mine.len() == theirs.len() => {
            for (mine, theirs) in mine.iter_mut().zip(theirs) {
                if *mine != theirs {
                    both(mine, theirs);
                }
            }
        }
        (_, theirs) => lost.push(("prefixItems".to_owned(), theirs)),
    }
    true
}
