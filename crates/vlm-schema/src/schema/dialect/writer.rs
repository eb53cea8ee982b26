//! Writes a schema by the rules of a dialect: the part that dialects share.

use std::collections::{HashMap, HashSet, VecDeque};
use std::marker::PhantomData;

use serde_json::{Map, Value, json};
use vlm_core::JsonSchema;

use super::super::error::shortened;
use super::super::{LoweringError, name, walk};
use super::Lost;
use super::node::{Kind, Node, Reader};
use super::rules::{References, Rules, Verdict, fields};
use super::uses::Use;

/// The longest note of what was lost, in characters.
const LONGEST_NOTE: usize = 600;

/// A schema as it was written.
pub(super) struct Written {
    pub(super) schema: Value,
    pub(super) lost: Vec<Lost>,
    uses: Vec<Use>,
}

impl Written {
    /// Where the schema contains itself, if it does. `through_optional` does not count what stands in a property that
    /// may be left out.
    pub(super) fn recursion(&self, through_optional: bool) -> Option<String> {
        super::uses::circle(&self.uses, through_optional)
    }
}

pub(super) struct Writer<'a, R> {
    reader: Reader<'a>,
    lost: Vec<Lost>,
    /// The name under which each reference is defined.
    names: HashMap<String, String>,
    taken: HashSet<String>,
    /// How often a name was wanted.
    counts: HashMap<String, usize>,
    queue: VecDeque<(String, String)>,
    uses: Vec<Use>,
    /// What is being defined; empty for the root.
    current: String,
    /// References being written in place.
    open: Vec<String>,
    rules: PhantomData<R>,
}

/// Where in the lowered schema.
#[derive(Clone)]
pub(super) struct Place {
    path: String,
    depth: usize,
    /// Within a property that may be left out.
    pub(super) optional: bool,
}

impl Place {
    pub(super) fn step(&self, steps: &[&str]) -> Self {
        let path = steps.iter().fold(self.path.clone(), |path, step| walk::join(&path, step));
        Self { path, depth: self.depth + 1, optional: self.optional }
    }
}

impl<'a, R: Rules> Writer<'a, R> {
    /// Writes a document.
    pub(super) fn write_root(root: &'a Value) -> Result<Written, LoweringError> {
        let mut writer = Self {
            reader: Reader::new(root, R::DIALECT),
            lost: Vec::new(),
            names: HashMap::new(),
            taken: HashSet::new(),
            counts: HashMap::new(),
            queue: VecDeque::new(),
            uses: Vec::new(),
            current: String::new(),
            open: vec!["#".to_owned()],
            rules: PhantomData,
        };
        let mut schema = writer.write(root, &Place { path: String::new(), depth: 0, optional: false })?;
        let mut definitions = Map::new();
        while let Some((reference, name)) = writer.queue.pop_front() {
            let target = walk::resolve(root, &reference).unwrap_or(&Value::Bool(true));
            let path = walk::join("/$defs", &name);
            writer.current.clone_from(&name);
            writer.open = vec![reference];
            let written = writer.write(target, &Place { path, depth: 0, optional: false })?;
            definitions.insert(name, written.into());
        }
        if !definitions.is_empty() {
            schema.insert("$defs".to_owned(), definitions.into());
        }
        Ok(Written { schema: schema.into(), lost: writer.lost, uses: writer.uses })
    }

    pub(super) fn write(&mut self, schema: &Value, place: &Place) -> Result<Map<String, Value>, LoweringError> {
        if place.depth > R::DEPTH {
            return Err(self.reader.limit(&place.path, "levels of schemas", R::DEPTH));
        }
        let Node { kind, keywords, nullable, lost } = self.reader.read(schema, &place.path)?;
        let mut notes = Notes { all: lost };
        let mut out = match kind {
            Kind::Reference(reference) => self.reference(reference, keywords, place)?,
            Kind::Null => {
                let mut out = R::null();
                annotate::<R>("null", keywords, &mut out, &mut notes);
                out
            }
            Kind::Anything if R::ANYTHING => {
                let mut out = Map::new();
                annotate::<R>("anything", keywords, &mut out, &mut notes);
                out
            }
            Kind::Anything => {
                return Err(unsupported::<R>(place, "a value of any type", "say what it is, or take it as text"));
            }
            Kind::Union(branches) => {
                let Some(written) = self.branches(&branches, place)? else {
                    // They are all the same here: that one stands in their place.
                    let only = branches.into_iter().next().unwrap_or(Value::Bool(true));
                    let mut alone = keywords;
                    alone.insert("allOf".to_owned(), json!([only]));
                    let mut out = self.write(&alone.into(), place)?;
                    self.note(notes, &mut out, place);
                    return Ok(if nullable { R::nullable(out) } else { out });
                };
                let mut out = fields([("anyOf", json!(written))]);
                annotate::<R>("union", keywords, &mut out, &mut notes);
                out
            }
            Kind::Typed(kind) => self.typed(kind, keywords, place, &mut notes)?,
        };
        self.note(notes, &mut out, place);
        Ok(if nullable { R::nullable(out) } else { out })
    }

    /// The branches as they are written, each once; `None` if that leaves one.
    fn branches(
        &mut self,
        branches: &[Value],
        place: &Place,
    ) -> Result<Option<Vec<Map<String, Value>>>, LoweringError> {
        let (lost, uses) = (self.lost.len(), self.uses.len());
        let mut all: Vec<Map<String, Value>> = Vec::new();
        for branch in branches {
            let before = (self.lost.len(), self.uses.len());
            let written = self.write(branch, &place.step(&["anyOf", &all.len().to_string()]))?;
            if all.contains(&written) {
                self.lost.truncate(before.0);
                self.uses.truncate(before.1);
            } else {
                all.push(written);
            }
        }
        if all.len() > 1 {
            return Ok(Some(all));
        }
        self.lost.truncate(lost);
        self.uses.truncate(uses);
        Ok(None)
    }

    fn reference(
        &mut self,
        reference: String,
        keywords: Map<String, Value>,
        place: &Place,
    ) -> Result<Map<String, Value>, LoweringError> {
        let mut said = Map::new();
        let mut notes = Notes::default();
        annotate::<R>("reference", keywords.clone(), &mut said, &mut notes);
        let is_bare = said.is_empty() && notes.all.is_empty();
        let in_place = match R::REFERENCES {
            References::Inlined => true,
            References::Kept => false,
            References::KeptBare => !(is_bare || self.open.contains(&reference)),
        };
        if in_place {
            return self.in_place(reference, keywords, place);
        }
        let target = self.define(&reference);
        let (from, optional) = (self.current.clone(), place.optional);
        self.uses.push(Use { from, to: target.clone(), optional, path: place.path.clone() });
        let target = if target.is_empty() { "#".to_owned() } else { format!("#/$defs/{target}") };
        let bare = fields([("$ref", json!(target))]);
        if R::REFERENCES == References::KeptBare || is_bare {
            return Ok(bare);
        }
        said.insert("anyOf".to_owned(), json!([bare]));
        self.note(notes, &mut said, place);
        Ok(said)
    }

    /// Writes what a reference leads to in its place; what is said beside the reference is nearer.
    fn in_place(
        &mut self,
        reference: String,
        keywords: Map<String, Value>,
        place: &Place,
    ) -> Result<Map<String, Value>, LoweringError> {
        if self.open.contains(&reference) {
            return Err(LoweringError::Recursive {
                dialect: R::DIALECT,
                path: place.path.clone(),
                advice: "say how deep it goes, with a type for each level",
            });
        }
        if self.open.len() > super::super::MAX_DEPTH {
            return Err(self.reader.limit(&place.path, "references within each other", super::super::MAX_DEPTH));
        }
        let mut target = walk::resolve(self.reader.root, &reference).cloned().unwrap_or(Value::Bool(true));
        if let Value::Object(target) = &mut target {
            target.extend(keywords);
        }
        self.open.push(reference);
        let written = self.write(&target, place);
        self.open.pop();
        written
    }

    /// The name under which a reference is defined; empty for the root.
    fn define(&mut self, reference: &str) -> String {
        if reference == "#" {
            return String::new();
        }
        if let Some(name) = self.names.get(reference) {
            return name.clone();
        }
        let base = name::plain_name(reference.rsplit('/').next().unwrap_or_default());
        let mut name = base.clone();
        while !self.taken.insert(name.clone()) {
            let count = self.counts.entry(base.clone()).or_insert(1);
            *count += 1;
            name = format!("{base}_{count}");
        }
        self.names.insert(reference.to_owned(), name.clone());
        self.queue.push_back((reference.to_owned(), name.clone()));
        name
    }

    fn typed(
        &mut self,
        kind: &'static str,
        mut keywords: Map<String, Value>,
        place: &Place,
        notes: &mut Notes,
    ) -> Result<Map<String, Value>, LoweringError> {
        let constant = keywords.remove("const").is_some();
        let choices = keywords.remove("enum");
        let mut out = fields([("type", json!(R::type_name(kind)))]);
        match kind {
            "object" => self.object(&mut keywords, &mut out, place, notes)?,
            "array" => self.array(&mut keywords, &mut out, place, notes)?,
            _ => {}
        }
        annotate::<R>(kind, keywords, &mut out, notes);
        if let Some(Value::Array(choices)) = choices {
            let is_scalar = !matches!(kind, "object" | "array");
            if !is_scalar || !R::choices(&choices, constant, &mut out) {
                notes.add("enum", choices.into());
            }
        }
        Ok(out)
    }

    /// Lists what was lost, and says it in the description.
    fn note(&mut self, notes: Notes, out: &mut Map<String, Value>, place: &Place) {
        if notes.all.is_empty() {
            return;
        }
        let said = |(keyword, value): &(String, Value)| match value {
            Value::String(word) if keyword == "format" => format!("{keyword}: {word}"),
            value => format!("{keyword}: {}", text(value)),
        };
        let all: Vec<String> = notes.all.iter().map(said).collect();
        let note = shortened(&format!("{{{}}}", all.join(", ")), LONGEST_NOTE);
        let description = match out.get("description").and_then(Value::as_str) {
            Some(description) => format!("{description}\n\n{note}"),
            None => note,
        };
        out.insert("description".to_owned(), description.into());
        for (keyword, value) in notes.all {
            self.lose(&keyword, value, place);
        }
    }

    pub(super) fn lose(&mut self, keyword: &str, value: Value, place: &Place) {
        self.lost.push(Lost { path: place.path.clone(), keyword: keyword.to_owned(), value });
    }
}

/// What a dialect could not say in one place.
#[derive(Default)]
pub(super) struct Notes {
    all: Vec<(String, Value)>,
}

impl Notes {
    pub(super) fn add(&mut self, keyword: &str, value: Value) {
        self.all.push((keyword.to_owned(), value));
    }
}

/// Writes the keywords that are no structure.
fn annotate<R: Rules>(kind: &str, keywords: Map<String, Value>, out: &mut Map<String, Value>, notes: &mut Notes) {
    for (keyword, value) in keywords {
        match R::verdict(kind, &keyword, &value) {
            Verdict::Kept => {
                out.insert(keyword, value);
            }
            Verdict::Silent => {}
            Verdict::Lost => notes.add(&keyword, value),
        }
    }
}

/// A keyword's value as text, schemas in it in their order.
fn text(value: &Value) -> String {
    let around = if value.is_array() { "allOf" } else { "not" };
    let schema = JsonSchema::new("", json!({ around: value }));
    let written = serde_json::to_string(&schema.in_order()).unwrap_or_else(|_| value.to_string());
    let inner = written.strip_prefix(&format!("{{\"{around}\":")).and_then(|rest| rest.strip_suffix('}'));
    inner.unwrap_or(&written).to_owned()
}

pub(super) fn unsupported<R: Rules>(place: &Place, what: &'static str, advice: &'static str) -> LoweringError {
    LoweringError::Unsupported { dialect: R::DIALECT, path: place.path.clone(), what, advice }
}
