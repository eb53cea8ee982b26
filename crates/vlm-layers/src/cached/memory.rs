//! Answers in memory: those that were not asked for the longest make room.
//!
//! Of our own, because an answer is worth many seconds and some money: the lock and the two maps of this file cost nothing
//! beside that, and a crate would be one more in the tree.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::digest::Digest;
use super::entry::Entry;

/// A bounded number of bytes of answers.
#[derive(Default)]
pub(super) struct Memory {
    most: u64,
    held: u64,
    /// Rises with every use.
    time: u64,
    entries: HashMap<Digest, Slot>,
    /// By their last use, longest ago first.
    order: BTreeMap<u64, Digest>,
}

struct Slot {
    used: u64,
    bytes: u64,
    entry: Arc<Entry>,
}

impl Memory {
    pub(super) fn new(most: u64) -> Self {
        Self { most, ..Self::default() }
    }

    pub(super) fn get(&mut self, name: &Digest) -> Option<Arc<Entry>> {
        let slot = self.entries.get_mut(name)?;
        self.time += 1;
        self.order.remove(&slot.used);
        self.order.insert(self.time, *name);
        slot.used = self.time;
        Some(Arc::clone(&slot.entry))
    }

    /// Keeps an entry of so many bytes, unless it alone is too large.
    pub(super) fn put(&mut self, name: Digest, entry: Arc<Entry>, bytes: u64) {
        self.remove(&name);
        if bytes > self.most {
            return;
        }
        while self.held > self.most - bytes {
            let Some((_, oldest)) = self.order.first_key_value() else { break };
            let oldest = *oldest;
            self.remove(&oldest);
        }
        self.time += 1;
        self.held += bytes;
        self.order.insert(self.time, name);
        self.entries.insert(name, Slot { used: self.time, bytes, entry });
    }

    pub(super) fn remove(&mut self, name: &Digest) {
        if let Some(slot) = self.entries.remove(name) {
            self.order.remove(&slot.used);
            self.held -= slot.bytes;
        }
    }

    pub(super) fn bytes(&self) -> u64 {
        self.held
    }
}

#[cfg(test)]
mod tests {
    //! The bound holds, and who was used last stays.

    use std::time::UNIX_EPOCH;

    use proptest::prelude::*;
    use vlm_core::Completion;

    use super::*;

    fn entry() -> Arc<Entry> {
        Arc::new(Entry::new(Completion::new(), UNIX_EPOCH))
    }

    #[test]
    fn what_was_not_used_the_longest_goes_first() {
        let mut memory = Memory::new(30);
        for name in 1..=3 {
            memory.put([name; 32], entry(), 10);
        }
        assert!(memory.get(&[1; 32]).is_some());
        memory.put([4; 32], entry(), 10);
        assert!(memory.get(&[2; 32]).is_none() && memory.get(&[1; 32]).is_some());
        memory.put([5; 32], entry(), 31);
        assert_eq!((memory.get(&[5; 32]).is_none(), memory.bytes()), (true, 30), "too large for all of it");
        memory.put([6; 32], entry(), 30);
        assert_eq!((memory.entries.len(), memory.bytes()), (1, 30));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn it_never_holds_more(steps in prop::collection::vec((0..3u8, 0..12u8, 0..40u64), 0..200), most in 0..100u64) {
            let mut memory = Memory::new(most);
            for (what, name, bytes) in steps {
                match what {
                    0 => memory.put([name; 32], entry(), bytes),
                    1 => drop(memory.get(&[name; 32])),
                    _ => memory.remove(&[name; 32]),
                }
                prop_assert!(memory.held <= most);
                prop_assert_eq!(memory.held, memory.entries.values().map(|slot| slot.bytes).sum::<u64>());
                prop_assert!(memory.order.iter().all(|(used, name)| memory.entries[name].used == *used));
                prop_assert_eq!(memory.order.len(), memory.entries.len());
            }
        }
    }
}
