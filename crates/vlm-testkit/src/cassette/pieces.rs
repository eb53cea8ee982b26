//! The texts of a stream, which come in pieces: a name or a key may begin in one and end in the next.

use std::collections::BTreeMap;

use serde_json::Value;

/// A piece that gets another text, if it still has the one that it is expected to have.
pub(super) struct Change {
    index: usize,
    expected: String,
    text: String,
}

/// The indices of the events that belong together: by kind and choice.
fn groups(events: &[Value]) -> BTreeMap<(&str, u64), Vec<(usize, &str)>> {
    let mut groups: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (index, event) in events.iter().enumerate() {
        let kind = event.get("event").and_then(Value::as_str).filter(|kind| ["text", "reasoning"].contains(kind));
        let choice = event.get("choice").and_then(Value::as_u64);
        if let (Some(kind), Some(choice), Some(text)) = (kind, choice, event.get("text").and_then(Value::as_str)) {
            groups.entry((kind, choice)).or_default().push((index, text));
        }
    }
    groups
}

/// The whole text of each group.
pub(super) fn joined(events: &[Value]) -> Vec<String> {
    groups(events).values().map(|pieces| pieces.iter().map(|(_, text)| *text).collect()).collect()
}

/// Where `rewrite` makes something else of a whole text than of its pieces: the first piece becomes all of it.
pub(super) fn rewritten(events: &[Value], rewrite: impl Fn(&str) -> String) -> Vec<Change> {
    let mut changes = Vec::new();
    for pieces in groups(events).into_values() {
        let mut whole = rewrite(&pieces.iter().map(|(_, text)| *text).collect::<String>());
        let each: Vec<String> = pieces.iter().map(|(_, text)| rewrite(text)).collect();
        if each.concat() != whole {
            for ((index, _), expected) in pieces.into_iter().zip(each) {
                changes.push(Change { index, expected, text: std::mem::take(&mut whole) });
            }
        }
    }
    changes
}

/// Makes the changes. A piece that was taken out as a field stays so.
pub(super) fn replace(events: &mut [Value], changes: Vec<Change>) {
    for Change { index, expected, text } in changes {
        match events.get_mut(index).and_then(|event| event.get_mut("text")) {
            Some(piece) if *piece == Value::String(expected) => *piece = text.into(),
            _ => {}
        }
    }
}
