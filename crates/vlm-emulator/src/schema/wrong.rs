//! Values that are wrong in one place: of another type, with a property too few, with one too many.
//!
//! The place is the first where the schema surely refuses the change. Where it refuses none, the first place that can
//! be changed at all is: a schema may say less than its sender knows.

use std::borrow::Cow;

use super::ways::{Ways, same_kind};
use crate::doc::Doc;

/// A changed value.
#[derive(Debug)]
pub(crate) struct Wrong {
    pub(crate) value: Doc<'static>,
    /// Whether the schema surely refuses it.
    pub(crate) sure: bool,
}

/// One place of a value.
struct Place<'v, 'd> {
    /// Positions of members and entries on the way there.
    path: Vec<usize>,
    name: &'v str,
    value: &'v Doc<'static>,
    ways: Ways<'d>,
}

impl Place<'_, '_> {
    fn is_leaf(&self) -> bool {
        self.value.members().is_empty() && self.value.entries().is_empty()
    }
}

/// `value` with one leaf of another type; a string is the last to be chosen, since strings carry the mark.
pub(crate) fn wrong_type(mut value: Doc<'static>, schema: &Doc<'_>, mark: &str) -> Wrong {
    let places = places(&value, schema);
    let text = |place: &Place<'_, '_>| matches!(place.value, Doc::Text(_));
    let leaves = places.iter().filter(|place| place.is_leaf());
    let (strings, others): (Vec<_>, Vec<_>) = leaves.partition(|place| text(place));
    // Where every leaf is free, what holds them need not be.
    let holders = places.iter().rev().filter(|place| !place.is_leaf());
    let order: Vec<_> = others.into_iter().chain(strings).chain(holders).collect();
    let surely = order.iter().find_map(|place| {
        let other = others_than(place, mark).into_iter().find(|other| place.ways.refuse_kind(other))?;
        Some((place.path.clone(), other, true))
    });
    let anyhow = || {
        let place = order.first()?;
        Some((place.path.clone(), others_than(place, mark).into_iter().next()?, false))
    };
    let Some((path, other, sure)) = surely.or_else(anyhow) else {
        return Wrong { value, sure: false };
    };
    if let Some(place) = find(&mut value, &path) {
        *place = other;
    }
    Wrong { value, sure }
}

/// `value` with one required property left out.
pub(crate) fn missing_field(mut value: Doc<'static>, schema: &Doc<'_>) -> Wrong {
    let places = places(&value, schema);
    let surely = places.iter().find_map(|place| {
        let last = place.value.members().iter().rposition(|(name, _)| place.ways.require(name))?;
        Some((place.path.clone(), last, true))
    });
    let anyhow = || {
        let place = places.iter().find(|place| !place.value.members().is_empty())?;
        Some((place.path.clone(), place.value.members().len() - 1, false))
    };
    let Some((path, last, sure)) = surely.or_else(anyhow) else {
        return Wrong { value, sure: false };
    };
    if let Some(Doc::Object(members)) = find(&mut value, &path) {
        members.remove(last);
    }
    Wrong { value, sure }
}

/// `value` with one property that no schema declares.
pub(crate) fn extra_field(mut value: Doc<'static>, schema: &Doc<'_>, mark: &str) -> Wrong {
    let places = places(&value, schema);
    let objects: Vec<_> = places.iter().filter(|place| matches!(place.value, Doc::Object(_))).collect();
    let surely = objects.iter().find(|place| place.ways.refuse_more());
    let sure = surely.is_some();
    let chosen = surely.or_else(|| objects.iter().find(|place| place.ways.declare_any())).or(objects.first());
    let Some(place) = chosen else {
        return Wrong { value, sure: false };
    };
    let taken = |name: &str| place.ways.declare(name) || place.value.get(name).is_some();
    let numbered = (2..).map(|nth| format!("note{nth}"));
    let name = std::iter::once("note".to_owned()).chain(numbered).find(|name| !taken(name)).unwrap_or_default();
    let path = place.path.clone();
    if let Some(Doc::Object(members)) = find(&mut value, &path) {
        let text = Doc::from_text(format!("{mark} {name}"));
        members.push((Cow::Owned(name), text));
    }
    Wrong { value, sure }
}

/// The schema of values like this one: every property required, no other allowed, every type as it is.
pub(crate) fn of_value(value: &Doc<'_>) -> Doc<'static> {
    let kind = match value {
        Doc::Null => "null",
        Doc::Bool(_) => "boolean",
        Doc::Number(number) if number.is_f64() => "number",
        Doc::Number(_) => "integer",
        Doc::Text(_) => "string",
        Doc::List(_) => "array",
        Doc::Object(_) => "object",
    };
    let mut schema = vec![(Cow::Borrowed("type"), Doc::from_text(kind))];
    match value {
        Doc::List(entries) => {
            let items = entries.iter().map(of_value).collect();
            schema.push((Cow::Borrowed("prefixItems"), Doc::List(items)));
        }
        Doc::Object(members) => {
            let own = |name: &Cow<'_, str>| Cow::Owned(name.clone().into_owned());
            let properties = members.iter().map(|(name, value)| (own(name), of_value(value))).collect();
            let required = members.iter().map(|(name, _)| Doc::Text(own(name))).collect();
            schema.push((Cow::Borrowed("properties"), Doc::Object(properties)));
            schema.push((Cow::Borrowed("required"), Doc::List(required)));
            schema.push((Cow::Borrowed("additionalProperties"), Doc::Bool(false)));
        }
        _ => {}
    }
    Doc::Object(schema)
}

/// What may stand for the value of `place` and is of another kind, the likeliest first.
fn others_than(place: &Place<'_, '_>, mark: &str) -> Vec<Doc<'static>> {
    let text = Doc::from_text(format!("{mark} {}", place.name));
    let all = vec![text, Doc::from_integer(1), Doc::Bool(true), Doc::Null, Doc::List(Vec::new())];
    all.into_iter().filter(|other| !same_kind(other, place.value)).collect()
}

/// Every place of `value`, in its order, what holds others before these.
fn places<'v, 'd>(value: &'v Doc<'static>, schema: &'d Doc<'d>) -> Vec<Place<'v, 'd>> {
    let mut found = Vec::new();
    collect(value, "value", Vec::new(), Ways::of(schema), &mut found);
    found
}

fn collect<'v, 'd>(
    value: &'v Doc<'static>,
    name: &'v str,
    path: Vec<usize>,
    ways: Ways<'d>,
    found: &mut Vec<Place<'v, 'd>>,
) {
    let below = |at: usize| [path.as_slice(), &[at]].concat();
    found.push(Place { path: path.clone(), name, value, ways: ways.clone() });
    for (at, (name, member)) in value.members().iter().enumerate() {
        collect(member, name, below(at), ways.property(name), found);
    }
    for (at, entry) in value.entries().iter().enumerate() {
        collect(entry, name, below(at), ways.entry(at), found);
    }
}

fn find<'v>(value: &'v mut Doc<'static>, path: &[usize]) -> Option<&'v mut Doc<'static>> {
    path.iter().try_fold(value, |value, at| match value {
        Doc::List(entries) => entries.get_mut(*at),
        Doc::Object(members) => members.get_mut(*at).map(|(_, value)| value),
        _ => None,
    })
}
