//! The value of a streamed answer as far as it is known, changed in place.

use serde_json::{Map, Value};

use super::event::{Event, Sink};

/// A container that is still open.
#[derive(Debug)]
struct Frame {
    /// In an object, the key whose value is being read.
    key: String,
    key_at: usize,
}

/// The value, and the way from its root to the container that is being read.
#[derive(Debug, Default)]
pub(super) struct Tree {
    root: Option<Value>,
    frames: Vec<Frame>,
    /// What came of the open string and is not in the tree yet.
    text: String,
    string: OpenString,
    /// Later keys that stood before, by place.
    duplicates: Vec<usize>,
    steps: u64,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum OpenString {
    #[default]
    None,
    /// Begun, and not in the tree.
    New,
    /// Its beginning is in the tree.
    Placed,
}

/// How much of the value at a path is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Completion {
    /// Nothing is there, or nothing yet.
    Absent,
    /// It may still grow.
    Open,
    /// It will not change, save that a later duplicate of a key may replace it.
    Complete,
}

impl Tree {
    pub(super) fn value(&self) -> Option<&Value> {
        self.root.as_ref()
    }

    pub(super) fn into_value(self) -> Option<Value> {
        self.root
    }

    pub(super) fn steps(&self) -> u64 {
        self.steps
    }

    /// The places of keys that stood before in their object.
    pub(super) fn duplicates(&self) -> &[usize] {
        &self.duplicates
    }

    /// Shows what has come of the open string.
    pub(super) fn flush(&mut self) {
        match self.string {
            OpenString::None => {}
            OpenString::New => {
                let text = std::mem::take(&mut self.text);
                self.put(Value::String(text));
                self.string = OpenString::Placed;
            }
            OpenString::Placed => {
                let Self { root, frames, text, steps, .. } = self;
                if !text.is_empty() {
                    *steps += frames.len() as u64;
                    let leaf = root.as_mut().and_then(|root| frames.iter().try_fold(root, child));
                    if let Some(Value::String(string)) = leaf {
                        string.push_str(text);
                    }
                    text.clear();
                }
            }
        }
    }

    /// Puts a value into the innermost open container, or makes it the root.
    fn put(&mut self, value: Value) {
        let Self { root, frames, duplicates, steps, .. } = self;
        let Some((last, outer)) = frames.split_last() else {
            *root = Some(value);
            return;
        };
        *steps += frames.len() as u64;
        match root.as_mut().and_then(|root| outer.iter().try_fold(root, child)) {
            Some(Value::Array(items)) => items.push(value),
            Some(Value::Object(members)) => {
                let earlier = members.insert(last.key.clone(), value);
                duplicates.extend(earlier.map(|_| last.key_at));
            }
            _ => {}
        }
    }

    /// How much of the value at a JSON pointer is known: what is on the way to the place being read is open.
    pub(super) fn completion(&self, pointer: &str) -> Completion {
        let Some(root) = &self.root else { return Completion::Absent };
        let Some(found) = root.pointer(pointer) else { return Completion::Absent };
        // The open values: the root, and the child being read of each frame but the last, whose child is open only if
        // it is a string in the tree.
        let last_is_open = self.string == OpenString::Placed;
        let open = if last_is_open { self.frames.len() } else { self.frames.len().saturating_sub(1) };
        if self.frames.is_empty() {
            return Completion::Complete;
        }
        let mut here = root;
        let mut frames = self.frames.iter().take(open);
        loop {
            if std::ptr::eq(here, found) {
                return Completion::Open;
            }
            let next = frames.next().and_then(|frame| match here {
                Value::Array(items) => items.last(),
                Value::Object(members) => members.get(&frame.key),
                _ => None,
            });
            match next {
                Some(next) => here = next,
                None => return Completion::Complete,
            }
        }
    }
}

impl Sink for Tree {
    fn event(&mut self, event: Event<'_>, at: usize, _end: usize) {
        match event {
            Event::Open { array } => {
                self.put(if array { Value::Array(Vec::new()) } else { Value::Object(Map::new()) });
                self.frames.push(Frame { key: String::new(), key_at: at });
            }
            Event::Close => {
                self.frames.pop();
            }
            Event::Key(key) => {
                if let Some(frame) = self.frames.last_mut() {
                    frame.key.clear();
                    frame.key.push_str(key);
                    frame.key_at = at;
                }
            }
            Event::StringStart => self.string = OpenString::New,
            Event::Text(text) => {
                self.steps += text.len() as u64;
                self.text.push_str(text);
            }
            Event::StringEnd => {
                self.flush();
                self.string = OpenString::None;
            }
            Event::ScalarStart => {}
            Event::Scalar(value) => self.put(value),
            Event::Abandon => {
                self.root = None;
                self.frames.clear();
            }
        }
    }
}

/// The value in the frame's container that is being read.
fn child<'v>(container: &'v mut Value, frame: &Frame) -> Option<&'v mut Value> {
    match container {
        Value::Array(items) => items.last_mut(),
        Value::Object(members) => members.get_mut(&frame.key),
        _ => None,
    }
}
