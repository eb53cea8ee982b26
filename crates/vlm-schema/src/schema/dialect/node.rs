//! One schema read: whatever way it was said, as one type with its keywords, one union, or one reference.

use serde_json::{Map, Value, json};
use vlm_core::SchemaDialect;

use super::super::{LoweringError, walk};
use super::{disjoint, merge};

/// How much is read for one lowering: references written out again and again would grow without end.
const BUDGET: usize = 400_000;
/// How many branches a product of unions may have.
const BRANCHES: usize = 1_000;
/// How many references may be merged into each other.
const NESTING: usize = 64;

const CONTRADICTION: &str = "a contradiction";

/// A schema as it is read.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) kind: Kind,
    /// What is said besides: of its one type, or annotations only.
    pub(super) keywords: Map<String, Value>,
    /// Whether null is allowed too.
    pub(super) nullable: bool,
    /// What reading could not keep.
    pub(super) lost: Vec<(String, Value)>,
}

/// What a schema is of.
#[derive(Debug)]
pub(super) enum Kind {
    /// Any value.
    Anything,
    /// Null alone.
    Null,
    /// What stands elsewhere.
    Reference(String),
    /// One of several schemas, none of them null alone.
    Union(Vec<Value>),
    /// Values of one type.
    Typed(&'static str),
}

/// Reads schemas of one document.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    pub(super) root: &'a Value,
    dialect: SchemaDialect,
    budget: usize,
}

/// A schema whose parts are put together but for its unions.
#[derive(Default)]
struct Flat {
    keywords: Map<String, Value>,
    reference: Option<String>,
    unions: Vec<Vec<Value>>,
    lost: Vec<(String, Value)>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(root: &'a Value, dialect: SchemaDialect) -> Self {
        Self { root, dialect, budget: BUDGET }
    }

    /// Reads the schema that is to be written at `path`.
    pub(super) fn read(&mut self, schema: &Value, path: &str) -> Result<Node, LoweringError> {
        self.read_nested(schema, path, 0)
    }

    fn read_nested(&mut self, schema: &Value, path: &str, nesting: usize) -> Result<Node, LoweringError> {
        let flat = self.flat(schema, path, false, &mut Vec::new())?;
        if let Some(reference) = flat.reference {
            let kind = Kind::Reference(reference);
            return Ok(Node { kind, keywords: flat.keywords, nullable: false, lost: flat.lost });
        }
        if flat.unions.is_empty() {
            return self.typed(flat.keywords, flat.lost, path);
        }
        self.union(flat, path, nesting)
    }

    /// Merges `allOf`, and a reference that something stands beside.
    fn flat(
        &mut self,
        schema: &Value,
        path: &str,
        merging: bool,
        open: &mut Vec<String>,
    ) -> Result<Flat, LoweringError> {
        let Value::Object(node) = schema else {
            return if schema == &Value::Bool(false) { Err(self.nothing(path)) } else { Ok(Flat::default()) };
        };
        self.spend(node, path)?;
        let mut flat = Flat { keywords: node.clone(), ..Flat::default() };
        let keywords = &mut flat.keywords;
        keywords.retain(|keyword, _| !matches!(keyword.as_str(), "$defs" | "definitions"));
        if let Some(closing) = keywords.remove("unevaluatedProperties") {
            keywords.entry("additionalProperties").or_insert(closing);
        }
        let mut parts = list(keywords.remove("allOf"));
        for union in ["anyOf", "oneOf"] {
            let Some(Value::Array(branches)) = keywords.remove(union) else { continue };
            if union == "oneOf" && !disjoint::are_disjoint(self.root, &branches) {
                // The branches themselves are all written; that they exclude each other is not.
                flat.lost.push((union.to_owned(), json!("exactly one")));
            }
            flat.unions.push(branches);
        }
        let mut reference = match keywords.remove("$ref") {
            Some(Value::String(reference)) => Some(reference),
            _ => None,
        };
        let is_bare = keywords.keys().all(|keyword| walk::ANNOTATIONS.contains(&keyword.as_str()));
        // A single part that only refers is a reference with something said beside it.
        if let ([part], None, true) = (parts.as_slice(), &reference, is_bare && flat.unions.is_empty())
            && let Some(fields) = part.as_object().filter(|fields| fields.len() == 1)
            && let Some(Value::String(only)) = fields.get("$ref")
        {
            (reference, parts) = (Some(only.clone()), Vec::new());
        }
        if let Some(reference) = reference {
            if is_bare && parts.is_empty() && flat.unions.is_empty() && !merging {
                flat.reference = Some(reference);
                return Ok(flat);
            }
            if open.len() >= NESTING || open.contains(&reference) {
                let advice = "a schema that contains itself cannot have more said beside the reference";
                return Err(LoweringError::Recursive { dialect: self.dialect, path: path.to_owned(), advice });
            }
            let target = walk::resolve(self.root, &reference).cloned().unwrap_or(Value::Bool(true));
            open.push(reference);
            self.add(&mut flat, &target, path, open)?;
            open.pop();
        }
        for part in &parts {
            self.add(&mut flat, part, path, open)?;
        }
        Ok(flat)
    }

    fn add(&mut self, flat: &mut Flat, part: &Value, path: &str, open: &mut Vec<String>) -> Result<(), LoweringError> {
        let part = self.flat(part, path, true, open)?;
        flat.unions.extend(part.unions);
        flat.lost.extend(part.lost);
        match merge::merge(&mut flat.keywords, part.keywords, &mut flat.lost) {
            true => Ok(()),
            false => Err(self.nothing(path)),
        }
    }

    fn union(&mut self, flat: Flat, path: &str, nesting: usize) -> Result<Node, LoweringError> {
        if nesting > NESTING {
            return Err(self.limit(path, "unions within each other", NESTING));
        }
        let (mut outer, inner): (Map<_, _>, Map<_, _>) =
            flat.keywords.into_iter().partition(|(keyword, _)| walk::ANNOTATIONS.contains(&keyword.as_str()));
        let mut nullable = false;
        let mut branches: Vec<Value> = Vec::new();
        for branch in self.branches(inner, flat.unions, path)? {
            let spread = match self.read_nested(&branch, path, nesting + 1) {
                // No value follows such a branch.
                Err(LoweringError::Unsupported { what: CONTRADICTION, .. }) => continue,
                Err(error) => return Err(error),
                Ok(Node { kind: Kind::Null, .. }) => {
                    nullable = true;
                    continue;
                }
                // A union within a union is its branches.
                Ok(Node { kind: Kind::Union(inner), keywords, nullable: too, lost })
                    if keywords.is_empty() && lost.is_empty() =>
                {
                    nullable |= too;
                    inner
                }
                Ok(_) => vec![branch],
            };
            for branch in spread {
                if !branches.contains(&branch) {
                    branches.push(branch);
                }
            }
        }
        match branches.as_slice() {
            [] if nullable => Ok(Node { kind: Kind::Null, keywords: outer, nullable: false, lost: flat.lost }),
            [] => Err(self.nothing(path)),
            [only] => {
                let mut node = self.read_nested(only, path, nesting + 1)?;
                outer.extend(
                    node.keywords.into_iter().filter(|(keyword, _)| !outer.contains_key(keyword)).collect::<Vec<_>>(),
                );
                nullable |= node.nullable;
                node.lost.extend(flat.lost);
                Ok(Node { kind: node.kind, keywords: outer, nullable, lost: node.lost })
            }
            several => {
                if let Some(merged) = merged_choices(several, &mut outer) {
                    let mut node = self.typed(merged, flat.lost, path)?;
                    node.nullable |= nullable;
                    return Ok(node);
                }
                Ok(Node { kind: Kind::Union(branches), keywords: outer, nullable, lost: flat.lost })
            }
        }
    }

    /// The branches of all unions with each other, each with what stands beside them.
    fn branches(
        &mut self,
        beside: Map<String, Value>,
        unions: Vec<Vec<Value>>,
        path: &str,
    ) -> Result<Vec<Value>, LoweringError> {
        let mut product: Vec<Vec<Value>> = vec![if beside.is_empty() { Vec::new() } else { vec![beside.into()] }];
        for union in unions {
            let mut spread = Vec::new();
            flatten(union, &mut spread);
            if product.len() * spread.len() > BRANCHES {
                return Err(self.limit(path, "branches of unions", BRANCHES));
            }
            product = product
                .iter()
                .flat_map(|parts| spread.iter().map(|branch| [parts.as_slice(), std::slice::from_ref(branch)].concat()))
                .collect();
        }
        let mut branches = Vec::new();
        for mut parts in product {
            let branch = if parts.len() == 1 { parts.remove(0) } else { json!({"allOf": parts}) };
            if branch != Value::Bool(false) && !branches.contains(&branch) {
                branches.push(branch);
            }
        }
        Ok(branches)
    }

    /// A schema without references and unions, as of one type.
    fn typed(
        &mut self,
        mut keywords: Map<String, Value>,
        lost: Vec<(String, Value)>,
        path: &str,
    ) -> Result<Node, LoweringError> {
        let choices = choices(&mut keywords);
        let mut types = super::types::of(&mut keywords, choices.as_deref());
        let mut nullable = types.contains(&"null");
        types.retain(|name| *name != "null");
        if let Some(choices) = &choices {
            nullable &= choices.contains(&Value::Null);
        }
        let fitting = |kind: &str| -> Option<Vec<Value>> {
            let choices = choices.as_ref()?;
            Some(choices.iter().filter(|choice| super::types::is(kind, choice)).cloned().collect())
        };
        types.retain(|kind| fitting(kind).is_none_or(|choices| !choices.is_empty()));
        match types.as_slice() {
            [] if nullable => {
                keywords.retain(|keyword, _| walk::ANNOTATIONS.contains(&keyword.as_str()));
                Ok(Node { kind: Kind::Null, keywords, nullable: false, lost })
            }
            [] => Err(self.nothing(path)),
            ["anything"] => Ok(Node { kind: Kind::Anything, keywords, nullable: false, lost }),
            [kind] => {
                keywords.retain(|keyword, _| super::types::applies(keyword, kind));
                super::types::whole_bounds(kind, &mut keywords);
                if let Some(choices) = fitting(kind) {
                    keywords.insert("enum".to_owned(), choices.into());
                }
                Ok(Node { kind: Kind::Typed(kind), keywords, nullable, lost })
            }
            several => {
                let is_outer = |keyword: &str| walk::ANNOTATIONS.contains(&keyword);
                let branch = |kind: &&'static str| {
                    let mut branch: Map<String, Value> = keywords
                        .iter()
                        .filter(|(keyword, _)| !is_outer(keyword) && super::types::applies(keyword, kind))
                        .map(|(keyword, value)| (keyword.clone(), value.clone()))
                        .collect();
                    branch.insert("type".to_owned(), json!(kind));
                    if let Some(choices) = fitting(kind) {
                        branch.insert("enum".to_owned(), choices.into());
                    }
                    Value::Object(branch)
                };
                let kind = Kind::Union(several.iter().map(branch).collect());
                keywords.retain(|keyword, _| is_outer(keyword));
                Ok(Node { kind, keywords, nullable, lost })
            }
        }
    }

    fn spend(&mut self, node: &Map<String, Value>, path: &str) -> Result<(), LoweringError> {
        let entries = |value: &Value| match value {
            Value::Array(items) => items.len(),
            Value::Object(fields) => fields.len(),
            _ => 0,
        };
        let cost = 1 + node.values().map(entries).sum::<usize>();
        self.budget = match self.budget.checked_sub(cost) {
            Some(left) => left,
            None => return Err(self.limit(path, "schemas once each reference is followed", BUDGET)),
        };
        Ok(())
    }

    fn nothing(&self, path: &str) -> LoweringError {
        let advice = "no value fits it";
        LoweringError::Unsupported { dialect: self.dialect, path: path.to_owned(), what: "a contradiction", advice }
    }

    pub(super) fn limit(&self, path: &str, what: &'static str, limit: usize) -> LoweringError {
        LoweringError::Limit { dialect: self.dialect, path: path.to_owned(), what, found: limit + 1, limit }
    }
}

/// Takes `const` and `enum` together.
fn choices(keywords: &mut Map<String, Value>) -> Option<Vec<Value>> {
    let constant = keywords.remove("const");
    let several = keywords.remove("enum").map(|several| list(Some(several)));
    match (constant, several) {
        (Some(constant), Some(several)) => Some(several.into_iter().filter(|choice| *choice == constant).collect()),
        (Some(constant), None) => {
            keywords.insert("const".to_owned(), Value::Bool(true));
            Some(vec![constant])
        }
        (None, several) => several,
    }
}

/// Unions directly within a union are its branches.
fn flatten(branches: Vec<Value>, out: &mut Vec<Value>) {
    for branch in branches {
        match branch {
            Value::Object(mut fields)
                if fields.len() == 1 && (fields.contains_key("anyOf") || fields.contains_key("oneOf")) =>
            {
                let inner = fields.remove("anyOf").or_else(|| fields.remove("oneOf"));
                flatten(list(inner), out);
            }
            branch => out.push(branch),
        }
    }
}

/// A union of choices of one type (documented unit variants) as one list of choices; what is said of each goes into
/// the description.
fn merged_choices(branches: &[Value], outer: &mut Map<String, Value>) -> Option<Map<String, Value>> {
    let mut choices: Vec<Value> = Vec::new();
    let mut notes = Vec::new();
    let mut kinds = Vec::new();
    for branch in branches {
        let node = branch.as_object()?;
        let mut node = node.clone();
        let said = node.remove("description");
        let kind = node.remove("type");
        let mine = match (node.remove("const"), node.remove("enum")) {
            (Some(constant), None) => vec![constant],
            (None, Some(Value::Array(several))) => several,
            _ => return None,
        };
        node.retain(|keyword, _| !matches!(keyword.as_str(), "title" | "deprecated"));
        let is_scalar = |choice: &Value| choice.is_string() || choice.is_number() || choice.is_boolean();
        if !node.is_empty() || !mine.iter().all(is_scalar) {
            return None;
        }
        let fits =
            |choice: &Value| kind.as_ref().and_then(Value::as_str).is_none_or(|kind| super::types::is(kind, choice));
        for choice in mine.into_iter().filter(fits) {
            kinds.push(std::mem::discriminant(&choice));
            if let Some(Value::String(said)) = &said {
                notes.push(format!("- {choice}: {said}"));
            }
            if !choices.contains(&choice) {
                choices.push(choice);
            }
        }
    }
    if kinds.windows(2).any(|pair| pair[0] != pair[1]) {
        return None;
    }
    let mut merged = std::mem::take(outer);
    if !notes.is_empty() {
        let said = merged.get("description").and_then(Value::as_str).map(|said| format!("{said}\n\n"));
        merged.insert("description".to_owned(), (said.unwrap_or_default() + &notes.join("\n")).into());
    }
    merged.insert("enum".to_owned(), choices.into());
    Some(merged)
}

fn list(value: Option<Value>) -> Vec<Value> {
    match value {
        Some(Value::Array(items)) => items,
        _ => Vec::new(),
    }
}
