//! The declared order of properties, written beside them as `propertyOrdering`.
//!
//! JSON objects are sorted here, but the schema of what serde *writes* lists a field in `required` unless it may be
//! left out, options included, and that list is in declared order. The schema of what serde *reads* is the one that
//! is used; the other, its twin, only lends the order. The two are walked side by side.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use serde_json::{Map, Value};

use super::walk;

/// Whether this program's JSON objects keep the order in which fields were put in (a feature of `serde_json` that any
/// crate in the program can switch on).
static KEEPS_ORDER: LazyLock<bool> = LazyLock::new(|| {
    let mut probe = Map::new();
    probe.insert("b".to_owned(), Value::Null);
    probe.insert("a".to_owned(), Value::Null);
    probe.keys().next().is_some_and(|first| first == "b")
});

/// Writes the order of properties into a schema and all within it.
pub(super) fn annotate(schema: &mut Value, twin: Option<&Value>) {
    let Value::Object(node) = schema else { return };
    let twin = twin.and_then(Value::as_object);
    if node.get("properties").and_then(Value::as_object).is_some_and(|properties| !properties.is_empty()) {
        let names = order(node, twin);
        node.insert("propertyOrdering".to_owned(), names.into());
    } else {
        node.remove("propertyOrdering");
    }
    for (keyword, value) in node.iter_mut() {
        let keyword = keyword.as_str();
        let twin = twin.and_then(|twin| twin.get(keyword));
        if walk::SINGLE.contains(&keyword) {
            annotate(value, twin);
        } else if walk::NAMED.contains(&keyword) {
            for (name, child) in value.as_object_mut().into_iter().flatten() {
                annotate(child, twin.and_then(|twin| twin.get(name)));
            }
        } else if walk::LIST.contains(&keyword) {
            let children = value.as_array_mut().map_or(&mut [] as &mut [Value], Vec::as_mut_slice);
            let twins = twin.and_then(Value::as_array).map_or(&[] as &[Value], Vec::as_slice);
            let same_length = children.len() == twins.len();
            for (at, child) in children.iter_mut().enumerate() {
                let twin = if same_length { twins.get(at) } else { alike(child, twins) };
                annotate(child, twin);
            }
        }
    }
}

/// The twin of a variant where one of the two lists has more variants than the other.
fn alike<'a>(child: &Value, twins: &'a [Value]) -> Option<&'a Value> {
    let names = |schema: &Value| -> Vec<(String, Option<Value>)> {
        let properties = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
        properties.map(|(name, schema)| (name.clone(), schema.get("const").cloned())).collect()
    };
    let wanted = names(child);
    twins.iter().find(|twin| names(twin) == wanted)
}

fn order(node: &Map<String, Value>, twin: Option<&Map<String, Value>>) -> Vec<String> {
    let properties = node.get("properties").and_then(Value::as_object);
    let mut all: Vec<&str> = properties.into_iter().flat_map(Map::keys).map(String::as_str).collect();
    let known: HashSet<&str> = all.iter().copied().collect();
    let listed = |node: &Map<String, Value>, keyword: &str| -> Vec<String> {
        let names = walk::strings(node, keyword).into_iter().filter(|name| known.contains(name));
        names.map(str::to_owned).collect()
    };
    let mut names = merged(&[], &listed(node, "propertyOrdering"));
    let mut declared = Vec::new();
    if !*KEEPS_ORDER {
        let written = twin.map(|twin| listed(twin, "required")).unwrap_or_default();
        declared = merged(&merged(&[], &written), &listed(node, "required"));
    }
    if !*KEEPS_ORDER {
        all.sort_unstable();
    }
    let mut placed: HashSet<String> = names.iter().cloned().collect();
    let others = declared.into_iter().chain(all.into_iter().map(str::to_owned));
    names.extend(others.filter(|name| placed.insert(name.clone())));
    names
}

/// `first`, with each name that only `second` has behind the one that it follows there.
fn merged(first: &[String], second: &[String]) -> Vec<String> {
    let mut placed: HashSet<&str> = first.iter().map(String::as_str).collect();
    let mut behind: HashMap<Option<&str>, Vec<&str>> = HashMap::new();
    let mut anchor = None;
    let mut seen = HashSet::new();
    for name in second.iter().map(String::as_str).filter(|name| seen.insert(*name)) {
        if placed.insert(name) {
            behind.entry(anchor).or_default().push(name);
        } else {
            anchor = Some(name);
        }
    }
    let mut names: Vec<String> = Vec::with_capacity(placed.len());
    for anchor in std::iter::once(None).chain(first.iter().map(|name| Some(name.as_str()))) {
        names.extend(anchor.map(str::to_owned));
        names.extend(behind.remove(&anchor).into_iter().flatten().map(str::to_owned));
    }
    names
}
