//! Which definition uses which, and whether that comes back to where it began.

use std::collections::HashMap;

/// A reference that was written.
#[derive(Clone, Debug)]
pub(super) struct Use {
    /// The definition that has it; empty for the root.
    pub(super) from: String,
    /// The definition it leads to; empty for the root.
    pub(super) to: String,
    /// Within a property that may be left out.
    pub(super) optional: bool,
    /// Where it stands.
    pub(super) path: String,
}

/// The path of a reference on a circle, if there is one. With `through_optional`, a circle that passes a property that
/// may be left out is none.
pub(super) fn circle(uses: &[Use], through_optional: bool) -> Option<String> {
    let mut left: Vec<&Use> = uses.iter().filter(|one| !(through_optional && one.optional)).collect();
    // What uses nothing is on no circle, and neither is a use of it.
    let mut using: HashMap<&str, usize> = HashMap::new();
    let mut used_by: HashMap<&str, Vec<&str>> = HashMap::new();
    for one in &left {
        *using.entry(&one.from).or_default() += 1;
        using.entry(&one.to).or_default();
        used_by.entry(&one.to).or_default().push(&one.from);
    }
    let mut done: Vec<&str> = using.iter().filter(|(_, count)| **count == 0).map(|(name, _)| *name).collect();
    while let Some(name) = done.pop() {
        for user in used_by.remove(name).unwrap_or_default() {
            if let Some(count) = using.get_mut(user) {
                *count -= 1;
                if *count == 0 {
                    done.push(user);
                }
            }
        }
    }
    left.retain(|one| using.get(one.to.as_str()).is_some_and(|count| *count > 0));
    // From any of those left the way leads on for ever; after as many steps as there are, it is on a circle.
    let next: HashMap<&str, &Use> = left.iter().map(|one| (one.from.as_str(), *one)).collect();
    let mut at = *left.first()?;
    for _ in 0..left.len() {
        at = next.get(at.to.as_str())?;
    }
    Some(at.path.clone())
}
