//! Brings an answer in a dialect's form back to the neutral form: the nulls of left-out properties, choices as text.
//!
//! Which branch of a union an answer follows is decided by its shape: types, choices, required properties. Work is
//! bounded by a number of steps, so that a schema that branches at each level of a deep answer costs no more than that;
//! what is not reached stays as it came.

use serde_json::{Map, Value};

use super::{MAX_DEPTH, walk};

const STEPS: usize = 2_000_000;

/// What a dialect changed in the values that its schemas allow.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Adaption {
    /// A property that may be left out is written as null.
    pub(super) nulls: bool,
    /// Choices that are no strings are written as strings.
    pub(super) words: bool,
}

/// Undoes `adaption` in `value`, an answer to `root`.
pub(super) fn restore(root: &Value, value: &mut Value, adaption: Adaption) {
    if adaption != Adaption::default() {
        Fit { root, adaption, steps: STEPS }.restore(root, value, 0);
    }
}

struct Fit<'a> {
    root: &'a Value,
    adaption: Adaption,
    steps: usize,
}

impl<'a> Fit<'a> {
    /// False when there is nothing left to work with.
    fn spend(&mut self, steps: usize, depth: usize) -> bool {
        self.steps = self.steps.saturating_sub(steps.max(1));
        self.steps > 0 && depth <= 2 * MAX_DEPTH
    }

    fn restore(&mut self, schema: &'a Value, value: &mut Value, depth: usize) {
        let Some(node) = schema.as_object().filter(|_| self.spend(1, depth)) else { return };
        if let Some(target) = self.target(node) {
            self.restore(target, value, depth + 1);
        }
        for part in list(node, "allOf") {
            self.restore(part, value, depth + 1);
        }
        for union in ["anyOf", "oneOf"] {
            self.restore_branch(list(node, union), value, depth + 1);
        }
        if self.adaption.words {
            self.restore_choice(node, value);
        }
        match value {
            Value::Object(fields) => self.restore_fields(node, fields, depth),
            Value::Array(items) => {
                let first = list(node, "prefixItems");
                let rest = node.get("items");
                for (at, item) in items.iter_mut().enumerate() {
                    if let Some(schema) = first.get(at).or(rest) {
                        self.restore(schema, item, depth + 1);
                    }
                }
            }
            _ => {}
        }
    }

    fn restore_fields(&mut self, node: &'a Map<String, Value>, fields: &mut Map<String, Value>, depth: usize) {
        let properties = node.get("properties").and_then(Value::as_object);
        let required = walk::strings(node, "required");
        let mut absent = Vec::new();
        for (name, schema) in properties.into_iter().flatten() {
            let Some(field) = fields.get_mut(name) else { continue };
            let may_be_absent = self.adaption.nulls && field.is_null() && !required.contains(&name.as_str());
            if may_be_absent && !self.accepts(schema, &Value::Null, depth + 1) {
                absent.push(name);
            } else {
                self.restore(schema, field, depth + 1);
            }
        }
        for name in absent {
            fields.remove(name);
        }
        if let Some(others @ Value::Object(_)) = node.get("additionalProperties") {
            for (name, field) in fields.iter_mut() {
                if properties.is_none_or(|properties| !properties.contains_key(name)) {
                    self.restore(others, field, depth + 1);
                }
            }
        }
    }

    /// Follows the first branch that the restored value fits.
    fn restore_branch(&mut self, branches: &'a [Value], value: &mut Value, depth: usize) {
        for branch in branches {
            if !self.spend(size(value), depth) {
                return;
            }
            let mut candidate = value.clone();
            self.restore(branch, &mut candidate, depth);
            if self.accepts(branch, &candidate, depth) {
                *value = candidate;
                return;
            }
        }
    }

    fn restore_choice(&mut self, node: &Map<String, Value>, value: &mut Value) {
        let Value::String(text) = &*value else { return };
        let constant = node.get("const").into_iter();
        let mut choices = constant.chain(node.get("enum").and_then(Value::as_array).into_iter().flatten());
        if choices.clone().any(|choice| choice.as_str() == Some(text)) {
            return;
        }
        if let Some(choice) = choices.find(|choice| !choice.is_string() && choice.to_string() == *text) {
            *value = choice.clone();
        }
    }

    /// Whether a value has the shape that the schema asks for.
    fn accepts(&mut self, schema: &'a Value, value: &Value, depth: usize) -> bool {
        if !self.spend(1, depth) {
            return false;
        }
        let Value::Object(node) = schema else { return schema.as_bool() != Some(false) };
        if !has_type(node, value) || !is_choice(node, value) {
            return false;
        }
        if self.target(node).is_some_and(|target| !self.accepts(target, value, depth + 1)) {
            return false;
        }
        if !list(node, "allOf").iter().all(|part| self.accepts(part, value, depth + 1)) {
            return false;
        }
        for union in ["anyOf", "oneOf"] {
            let branches = list(node, union);
            if !branches.is_empty() && !branches.iter().any(|branch| self.accepts(branch, value, depth + 1)) {
                return false;
            }
        }
        match value {
            Value::Object(fields) => self.accepts_fields(node, fields, depth),
            Value::Array(items) => {
                let first = list(node, "prefixItems");
                let rest = node.get("items");
                items
                    .iter()
                    .enumerate()
                    .all(|(at, item)| first.get(at).or(rest).is_none_or(|schema| self.accepts(schema, item, depth + 1)))
            }
            _ => true,
        }
    }

    fn accepts_fields(&mut self, node: &'a Map<String, Value>, fields: &Map<String, Value>, depth: usize) -> bool {
        if !walk::strings(node, "required").into_iter().all(|name| fields.contains_key(name)) {
            return false;
        }
        let properties = node.get("properties").and_then(Value::as_object);
        fields.iter().all(|(name, field)| {
            let schema = properties.and_then(|properties| properties.get(name));
            let schema = schema.or_else(|| {
                // A name that matches a pattern is not one of the others.
                node.get("additionalProperties").filter(|_| !node.contains_key("patternProperties"))
            });
            schema.is_none_or(|schema| self.accepts(schema, field, depth + 1))
        })
    }

    fn target(&self, node: &Map<String, Value>) -> Option<&'a Value> {
        walk::resolve(self.root, node.get("$ref")?.as_str()?)
    }
}

fn list<'a>(node: &'a Map<String, Value>, keyword: &str) -> &'a [Value] {
    node.get(keyword).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn has_type(node: &Map<String, Value>, value: &Value) -> bool {
    let is = |name: &str| match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|number| number.fract() == 0.0),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    };
    match node.get("type") {
        Some(Value::String(name)) => is(name),
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).any(is),
        _ => true,
    }
}

fn is_choice(node: &Map<String, Value>, value: &Value) -> bool {
    node.get("const").is_none_or(|constant| constant == value)
        && node.get("enum").and_then(Value::as_array).is_none_or(|choices| choices.contains(value))
}

/// How many JSON values there are.
fn size(value: &Value) -> usize {
    let mut open = vec![value];
    let mut count = 0;
    while let Some(value) = open.pop() {
        count += 1;
        match value {
            Value::Array(items) => open.extend(items),
            Value::Object(fields) => open.extend(fields.values()),
            _ => {}
        }
    }
    count
}
