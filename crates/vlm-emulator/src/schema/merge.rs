//! Making one flat schema of a schema: references followed, `allOf` merged, one branch of `anyOf` and `oneOf` taken.

use std::borrow::Cow;

use super::kinds;
use crate::doc::Doc;

/// References and branches followed for one schema.
const MAX_STEPS: usize = 64;

/// Whether some reference was followed twice on the way down.
pub(super) fn recursive(references: &[String]) -> bool {
    references.iter().enumerate().any(|(at, reference)| references[..at].contains(reference))
}

/// The flat form of `schema`. References taken are added to `references`; where they repeat, or when `sparing`, a
/// branch that ends is preferred.
pub(super) fn flatten(schema: &Doc<'_>, root: &Doc<'_>, references: &mut Vec<String>, sparing: bool) -> Doc<'static> {
    Flattener { root, references, sparing, steps: MAX_STEPS }.flat(schema)
}

struct Flattener<'f> {
    root: &'f Doc<'f>,
    references: &'f mut Vec<String>,
    sparing: bool,
    steps: usize,
}

impl Flattener<'_> {
    /// Every part is made flat before it is joined, so that no two references or choices meet under one name.
    fn flat(&mut self, schema: &Doc<'_>) -> Doc<'static> {
        let Doc::Object(members) = schema.clone().into_owned() else {
            return Doc::Object(Vec::new());
        };
        let joins = |name: &str| matches!(name, "$ref" | "allOf" | "anyOf" | "oneOf");
        let (parts, own): (Vec<_>, Vec<_>) = members.into_iter().partition(|(name, _)| joins(name));
        let mut flat = Doc::Object(own);
        for (name, value) in parts {
            for branch in self.branches(&name, &value) {
                if self.steps == 0 {
                    return flat;
                }
                self.steps -= 1;
                flat = merge(flat, self.flat(&branch));
            }
        }
        flat
    }

    /// The schemas that hold beside the one that has this keyword.
    fn branches(&mut self, name: &str, value: &Doc<'static>) -> Vec<Doc<'static>> {
        match name {
            "$ref" => {
                let reference = value.text().unwrap_or_default();
                self.references.push(reference.to_owned());
                resolve(self.root, reference).map(|target| target.clone().into_owned()).into_iter().collect()
            }
            "allOf" => value.entries().to_vec(),
            _ => {
                let careful = self.sparing || recursive(self.references);
                choose(value.entries(), careful).cloned().into_iter().collect()
            }
        }
    }
}

/// The branch to take: the first that is not null, or, where a recursion must end, the shortest.
fn choose<'d>(branches: &'d [Doc<'static>], careful: bool) -> Option<&'d Doc<'static>> {
    let null = |branch: &&Doc<'_>| {
        branch.get("type").and_then(Doc::text).is_some_and(|kind| kind.eq_ignore_ascii_case("null"))
    };
    if careful {
        return branches
            .iter()
            .find(null)
            .or_else(|| branches.iter().find(|branch| !refers(branch, MAX_STEPS)))
            .or(branches.first());
    }
    branches.iter().find(|branch| !null(branch) && !matches!(branch, Doc::Bool(false))).or(branches.first())
}

/// Whether a reference stands anywhere in `schema`.
fn refers(schema: &Doc<'_>, depth: usize) -> bool {
    if depth == 0 {
        return true;
    }
    schema.get("$ref").is_some()
        || schema.members().iter().any(|(_, value)| refers(value, depth - 1))
        || schema.entries().iter().any(|value| refers(value, depth - 1))
}

/// The schema that a reference inside the document names.
pub(super) fn resolve<'d>(root: &'d Doc<'d>, reference: &str) -> Option<&'d Doc<'d>> {
    let pointer = reference.strip_prefix('#')?;
    let mut found = root;
    for step in pointer.split('/').skip(1) {
        let step = step.replace("%24", "$").replace("~1", "/").replace("~0", "~");
        found = match found {
            Doc::List(entries) => entries.get(step.parse::<usize>().ok()?)?,
            object => object.get(&step)?,
        };
    }
    Some(found)
}

/// Both schemas at once, as far as their keywords can be joined; the second wins where they cannot.
fn merge(into: Doc<'static>, from: Doc<'static>) -> Doc<'static> {
    let (mut members, added) = match (into, from) {
        (Doc::Object(members), Doc::Object(added)) => (members, added),
        (into @ Doc::Object(_), _) => return into,
        (_, from) => return from,
    };
    for (name, value) in added {
        match members.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => {
                let old = std::mem::replace(known, Doc::Null);
                *known = join(&name, old, value);
            }
            None => members.push((name, value)),
        }
    }
    Doc::Object(members)
}

fn join(name: &str, old: Doc<'static>, new: Doc<'static>) -> Doc<'static> {
    match name {
        "properties" | "$defs" | "definitions" => join_members(old, new),
        "required" => {
            let mut both = entries(old);
            both.extend(entries(new).into_iter().filter(|entry| !both.contains(entry)).collect::<Vec<_>>());
            Doc::List(both)
        }
        "enum" => {
            let allowed = entries(new);
            Doc::List(entries(old).into_iter().filter(|entry| allowed.contains(entry)).collect())
        }
        "type" => {
            // A whole number is a number: `integer` is what both allow.
            let (first, second) = (kinds(&old), kinds(&new));
            let has = |kinds: &[String], kind: &str| kinds.iter().any(|known| known == kind);
            let both = first.iter().chain(&second).filter(|kind| {
                let wide = |kinds: &[String]| has(kinds, kind) || (*kind == "integer" && has(kinds, "number"));
                wide(&first) && wide(&second)
            });
            let mut common: Vec<Doc<'static>> = Vec::new();
            for kind in both {
                let kind = Doc::from_text(kind.clone());
                if !common.contains(&kind) {
                    common.push(kind);
                }
            }
            Doc::List(common)
        }
        "minimum" | "exclusiveMinimum" | "minLength" | "minItems" | "minProperties" => larger(old, new),
        "maximum" | "exclusiveMaximum" | "maxLength" | "maxItems" | "maxProperties" => larger(new, old),
        "items" | "additionalProperties" => match (old, new) {
            (old @ Doc::Object(_), new @ Doc::Object(_)) => {
                let both = vec![old, new];
                Doc::Object(vec![(Cow::Borrowed("allOf"), Doc::List(both))])
            }
            (Doc::Bool(false), _) | (_, Doc::Bool(false)) => Doc::Bool(false),
            (Doc::Bool(true), other) | (other, Doc::Bool(true)) => other,
            (_, new) => new,
        },
        _ => new,
    }
}

fn join_members(old: Doc<'static>, new: Doc<'static>) -> Doc<'static> {
    let (Doc::Object(mut members), Doc::Object(added)) = (old, new) else {
        return Doc::Object(Vec::new());
    };
    for (name, value) in added {
        match members.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => {
                let both = vec![std::mem::replace(known, Doc::Null), value];
                *known = Doc::Object(vec![(Cow::Borrowed("allOf"), Doc::List(both))]);
            }
            None => members.push((name, value)),
        }
    }
    Doc::Object(members)
}

fn entries(doc: Doc<'static>) -> Vec<Doc<'static>> {
    match doc {
        Doc::List(entries) => entries,
        _ => Vec::new(),
    }
}

/// The larger of two numbers; with the arguments turned round, the smaller of two upper limits.
fn larger(a: Doc<'static>, b: Doc<'static>) -> Doc<'static> {
    if a.float() >= b.float() { a } else { b }
}
