//! A value that fits a JSON Schema: the same schema always gives the same value.
//!
//! Understood: types (lists of types, upper case, `nullable`), `enum`, `const`, objects, arrays, the limits of numbers,
//! strings and arrays, common formats, plain patterns, `anyOf`, `oneOf`, `allOf`, `$ref` inside the document. Not understood:
//! `not`, `if`, `dependentSchemas`, `contains` and `patternProperties`; a value then fits the rest.

mod merge;
mod pattern;
mod scalar;
mod ways;
mod wrong;

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use crate::doc::Doc;
use merge::flatten;
pub(crate) use wrong::{Wrong, extra_field, missing_field, of_value, wrong_type};

/// Values made in one answer; beyond, only what is required is filled in.
const MAX_VALUES: usize = 2000;
/// Arrays are not made longer, whatever `minItems` says.
const MAX_ITEMS: usize = 1000;
/// Nesting at which a value is cut off with null.
const MAX_DEPTH: usize = 48;

/// A value for `schema`; its strings begin with `mark` where their limits permit.
pub(crate) fn generate(schema: &Doc<'_>, mark: &str) -> Doc<'static> {
    let mut maker = Maker { root: schema, mark, values: 0 };
    maker.value(schema, &Place { name: "value", ..Place::default() })
}

/// Where in the value the maker is.
#[derive(Debug, Clone, Default)]
struct Place<'p> {
    name: &'p str,
    /// Position in an array whose items must differ; 0 elsewhere.
    nth: usize,
    depth: usize,
    /// References that led here, to see a recursion.
    references: Vec<String>,
}

struct Maker<'r> {
    root: &'r Doc<'r>,
    mark: &'r str,
    values: usize,
}

impl Maker<'_> {
    fn value(&mut self, schema: &Doc<'_>, place: &Place<'_>) -> Doc<'static> {
        self.values += 1;
        // A schema that asks for itself twice would double with every level.
        if place.depth > MAX_DEPTH || self.values > MAX_VALUES * 5 {
            return Doc::Null;
        }
        let mut place = place.clone();
        let schema = flatten(schema, self.root, &mut place.references, self.values > MAX_VALUES);
        if let Some(value) = schema.get("const") {
            return value.clone().into_owned();
        }
        if let Some(value) = pick(&schema, place.nth) {
            return value;
        }
        match kind(&schema) {
            "null" => Doc::Null,
            "boolean" => Doc::Bool(place.nth.is_multiple_of(2)),
            "integer" => scalar::integer(&schema, place.nth),
            "number" => scalar::number(&schema, place.nth),
            "array" => self.array(&schema, &place),
            "object" => self.object(&schema, &place),
            _ => scalar::string(&schema, self.mark, place.name, place.nth),
        }
    }

    /// Whether only what is required may still be made.
    fn sparing(&self, place: &Place<'_>) -> bool {
        self.values > MAX_VALUES || merge::recursive(&place.references)
    }

    fn array(&mut self, schema: &Doc<'_>, place: &Place<'_>) -> Doc<'static> {
        let items = schema.get("items");
        let first = match items {
            // The tuple of older drafts.
            Some(Doc::List(entries)) => entries,
            _ => schema.get("prefixItems").map_or(&[][..], Doc::entries),
        };
        let least = count(schema, "minItems").unwrap_or(0);
        let wanted = if self.sparing(place) { 0 } else { first.len().max(1) };
        let closed = matches!(items, Some(Doc::Bool(false)));
        let most = if closed { first.len() } else { count(schema, "maxItems").unwrap_or(MAX_ITEMS) };
        let length = wanted.max(least).min(most).min(MAX_ITEMS);
        let differ = matches!(schema.get("uniqueItems"), Some(Doc::Bool(true)));
        let any = Doc::Bool(true);
        let made = (0..length).map(|at| {
            let rest = match items {
                Some(Doc::List(_)) => schema.get("additionalItems"),
                other => other,
            };
            let item = first.get(at).or(rest).unwrap_or(&any);
            let below = Place { nth: if differ { at } else { 0 }, depth: place.depth + 1, ..place.clone() };
            self.value(item, &below)
        });
        Doc::List(made.collect())
    }

    fn object(&mut self, schema: &Doc<'_>, place: &Place<'_>) -> Doc<'static> {
        let properties = schema.get("properties").map_or(&[][..], Doc::members);
        let required: Vec<&str> =
            schema.get("required").map_or(&[][..], Doc::entries).iter().filter_map(Doc::text).collect();
        let extra = schema.get("additionalProperties");
        let most = count(schema, "maxProperties").unwrap_or(usize::MAX);
        let sparing = self.sparing(place);
        let any = Doc::Bool(true);
        let mut wanted: Vec<(Cow<'_, str>, &Doc<'_>)> = Vec::new();
        for (name, property) in properties {
            if required.contains(&name.as_ref()) {
                wanted.push((Cow::Borrowed(name), property));
            }
        }
        for name in &required {
            if !properties.iter().any(|(known, _)| known == name) {
                wanted.push((Cow::Borrowed(name), extra.unwrap_or(&any)));
            }
        }
        for (name, property) in properties {
            let closed = matches!(property, Doc::Bool(false));
            let missing = !required.contains(&name.as_ref()) && !closed;
            if missing && !sparing && wanted.len() < most {
                wanted.push((Cow::Borrowed(name), property));
            }
        }
        let least = count(schema, "minProperties").unwrap_or(0).min(MAX_ITEMS);
        let map = matches!(extra, Some(Doc::Object(_))) && properties.is_empty() && !sparing;
        if map && wanted.is_empty() && most > 0 {
            wanted.push((Cow::Borrowed("key"), extra.unwrap_or(&any)));
        }
        for at in wanted.len()..least {
            if !matches!(extra, Some(Doc::Bool(false))) {
                wanted.push((Cow::Owned(format!("key{at}")), extra.unwrap_or(&any)));
            }
        }
        wanted.sort_by_key(|(name, _)| properties.iter().position(|(known, _)| known == name).unwrap_or(usize::MAX));
        let made = wanted.into_iter().map(|(name, property)| {
            let below = Place { name: &name, depth: place.depth + 1, ..place.clone() };
            let value = self.value(property, &below);
            (Cow::Owned(name.clone().into_owned()), value)
        });
        Doc::Object(made.collect())
    }
}

/// The first entry of `enum` that is not null, or the `nth` of them.
fn pick(schema: &Doc<'_>, nth: usize) -> Option<Doc<'static>> {
    let fits = |value: &&Doc<'_>| schema.get("type").is_none_or(|kind| allows(kind, value));
    let values: Vec<_> = schema.get("enum")?.entries().iter().filter(fits).collect();
    let full: Vec<_> = values.iter().filter(|value| !matches!(value, Doc::Null)).collect();
    let chosen = match full.is_empty() {
        true => *values.first()?,
        false => **full.get(nth % full.len())?,
    };
    Some(chosen.clone().into_owned())
}

fn allows(kind: &Doc<'_>, value: &Doc<'_>) -> bool {
    let kinds: Vec<String> = kinds(kind);
    let own: &[&str] = match value {
        Doc::Null => &["null"],
        Doc::Bool(_) => &["boolean"],
        Doc::Number(number) if number.is_f64() => &["number"],
        Doc::Number(_) => &["integer", "number"],
        Doc::Text(_) => &["string"],
        Doc::List(_) => &["array"],
        Doc::Object(_) => &["object"],
    };
    kinds.iter().any(|kind| own.contains(&kind.as_str()))
}

/// Type names in lower case: Gemini writes them in upper case.
fn kinds(kind: &Doc<'_>) -> Vec<String> {
    match kind {
        Doc::Text(kind) => vec![kind.to_ascii_lowercase()],
        other => other.entries().iter().filter_map(Doc::text).map(str::to_ascii_lowercase).collect(),
    }
}

/// The type to make: the first that is not null, or what the keywords speak of.
fn kind(schema: &Doc<'_>) -> &'static str {
    const KNOWN: [&str; 7] = ["object", "array", "string", "integer", "number", "boolean", "null"];
    if let Some(kind) = schema.get("type") {
        let kinds = kinds(kind);
        let chosen = kinds.iter().find(|kind| *kind != "null").or(kinds.first());
        if let Some(known) = chosen.and_then(|chosen| KNOWN.into_iter().find(|known| known == chosen)) {
            return known;
        }
    }
    let speaks = |words: &[&str]| words.iter().any(|word| schema.get(word).is_some());
    if speaks(&["properties", "required", "additionalProperties", "minProperties"]) {
        "object"
    } else if speaks(&["items", "prefixItems", "minItems", "maxItems"]) {
        "array"
    } else if speaks(&["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]) {
        "number"
    } else {
        "string"
    }
}

/// A count; Gemini's schemas may carry it as a string.
fn count(schema: &Doc<'_>, name: &str) -> Option<usize> {
    let value = schema.get(name)?;
    let number = value.float().or_else(|| value.text()?.parse().ok())?;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    (number >= 0.0).then_some(number as usize)
}
