//! All the ways in which a value may fit a schema, so that what none of them allows is surely wrong.

use super::merge::resolve;
use super::{allows, kinds};
use crate::doc::Doc;

/// Ways followed at one place; where there are more, nothing is sure.
const MAX_WAYS: usize = 64;
/// References and branches followed at one place.
const MAX_STEPS: usize = 1000;
const MAX_DEPTH: usize = 64;

/// One way to fit: each of these schemas holds by its own keywords.
type Way<'d> = Vec<&'d Doc<'d>>;

/// The ways to fit at one place of a value; none where they cannot be told.
///
/// Keywords that are not understood can only refuse more: what these ways refuse is refused with them, too.
#[derive(Debug, Clone)]
pub(super) struct Ways<'d> {
    root: &'d Doc<'d>,
    known: Option<Vec<Way<'d>>>,
}

impl<'d> Ways<'d> {
    pub(super) fn of(root: &'d Doc<'d>) -> Self {
        let mut steps = MAX_STEPS;
        Self { root, known: ways(root, root, MAX_DEPTH, &mut steps) }
    }

    /// The ways of the property called `name`.
    pub(super) fn property(&self, name: &str) -> Self {
        self.below(|schema| {
            let property = schema.get("properties").and_then(|properties| properties.get(name));
            // Names that match a pattern are no additional ones, and patterns are not read here.
            let others = || schema.get("additionalProperties").filter(|_| schema.get("patternProperties").is_none());
            property.or_else(others)
        })
    }

    /// The ways of the entry at this position.
    pub(super) fn entry(&self, at: usize) -> Self {
        self.below(|schema| match (schema.get("prefixItems"), schema.get("items")) {
            (Some(first), rest) => first.entries().get(at).or(rest),
            (None, Some(Doc::List(first))) => first.get(at).or_else(|| schema.get("additionalItems")),
            (None, items) => items,
        })
    }

    fn below(&self, child: impl Fn(&'d Doc<'d>) -> Option<&'d Doc<'d>>) -> Self {
        let mut steps = MAX_STEPS;
        let mut follow = |way: &Way<'d>| {
            let mut all = vec![Vec::new()];
            for schema in way.iter().filter_map(|schema| child(schema)) {
                all = product(&all, &ways(schema, self.root, MAX_DEPTH, &mut steps)?)?;
            }
            Some(all)
        };
        let known = self.known.as_ref().and_then(|known| {
            let mut all = Vec::new();
            for way in known {
                all.extend(follow(way)?);
                if all.len() > MAX_WAYS {
                    return None;
                }
            }
            Some(all)
        });
        Self { root: self.root, known }
    }

    /// Whether surely no value of the kind of `value` may stand here.
    pub(super) fn refuse_kind(&self, value: &Doc<'_>) -> bool {
        self.refuse(|schema| !may_be(schema, value))
    }

    /// Whether the property called `name` is surely required.
    pub(super) fn require(&self, name: &str) -> bool {
        self.refuse(|schema| {
            schema.get("required").is_some_and(|names| names.entries().iter().any(|known| known.text() == Some(name)))
        })
    }

    /// Whether a property that is declared nowhere is surely refused.
    pub(super) fn refuse_more(&self) -> bool {
        let no = |schema: &Doc<'_>, keyword| matches!(schema.get(keyword), Some(Doc::Bool(false)));
        let patterns = |schema: &Doc<'_>| schema.get("patternProperties").is_some();
        // Any schema that holds counts for what is evaluated, whichever way it belongs to.
        let evaluated = self.schemas().any(|schema| patterns(schema) || schema.get("additionalProperties").is_some());
        self.refuse(|schema| {
            let closed = no(schema, "additionalProperties") && !patterns(schema);
            closed || (no(schema, "unevaluatedProperties") && !evaluated)
        })
    }

    /// Whether some schema declares a property with this name.
    pub(super) fn declare(&self, name: &str) -> bool {
        self.schemas().any(|schema| schema.get("properties").is_some_and(|known| known.get(name).is_some()))
    }

    /// Whether this is an object with properties of its own, not a map.
    pub(super) fn declare_any(&self) -> bool {
        self.schemas().any(|schema| schema.get("properties").is_some_and(|known| !known.members().is_empty()))
    }

    fn schemas(&self) -> impl Iterator<Item = &'d Doc<'d>> + '_ {
        self.known.iter().flatten().flatten().copied()
    }

    /// Whether every way has a schema that refuses.
    fn refuse(&self, by: impl Fn(&Doc<'_>) -> bool) -> bool {
        self.known.as_ref().is_some_and(|known| known.iter().all(|way| way.iter().any(|schema| by(schema))))
    }
}

/// The ways to fit one schema.
fn ways<'d>(schema: &'d Doc<'d>, root: &'d Doc<'d>, depth: usize, steps: &mut usize) -> Option<Vec<Way<'d>>> {
    *steps = steps.checked_sub(1)?;
    let depth = depth.checked_sub(1)?;
    let members = match schema {
        Doc::Bool(false) => return Some(Vec::new()),
        Doc::Object(members) => members,
        _ => return Some(vec![Vec::new()]),
    };
    let mut all = vec![vec![schema]];
    for (name, value) in members {
        match name.as_ref() {
            "$ref" => {
                let target = resolve(root, value.text()?)?;
                all = product(&all, &ways(target, root, depth, steps)?)?;
            }
            "allOf" => {
                for part in value.entries() {
                    all = product(&all, &ways(part, root, depth, steps)?)?;
                }
            }
            "anyOf" | "oneOf" => {
                let mut any = Vec::new();
                for branch in value.entries() {
                    any.extend(ways(branch, root, depth, steps)?);
                }
                all = product(&all, &any)?;
            }
            _ => {}
        }
    }
    Some(all)
}

/// Every way of the first with every way of the second; none where these are too many.
fn product<'d>(first: &[Way<'d>], second: &[Way<'d>]) -> Option<Vec<Way<'d>>> {
    if first.len().saturating_mul(second.len()) > MAX_WAYS {
        return None;
    }
    Some(first.iter().flat_map(|one| second.iter().map(|other| [one.as_slice(), other].concat())).collect())
}

/// Whether the keywords of `schema` leave room for values of this kind.
fn may_be(schema: &Doc<'_>, value: &Doc<'_>) -> bool {
    let same = |known: &Doc<'_>| same_kind(known, value);
    let nullable = matches!(schema.get("nullable"), Some(Doc::Bool(true))) && *value == Doc::Null;
    let typed = schema.get("type").is_none_or(|kind| kinds(kind).is_empty() || allows(kind, value));
    let listed = schema.get("enum").is_none_or(|known| known.entries().iter().any(same));
    let fixed = schema.get("const").is_none_or(same);
    (typed || nullable) && listed && fixed
}

pub(super) fn same_kind(one: &Doc<'_>, other: &Doc<'_>) -> bool {
    one.kind() == other.kind() || matches!((one, other), (Doc::Number(_), Doc::Number(_)))
}
