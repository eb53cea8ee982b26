//! Recording: a slot for each call in the order in which calls begin, filled when the reply is there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_util::Stream;
use serde_json::Value;
use vlm_core::{Capabilities, Completion, CompletionStream, Request, Result, StreamEvent, VisionProvider};

use super::file::{Entry, File};
use super::reply::{Operation, Reply};
use super::request::{neutral, references};
use super::sanitizer::Sanitizer;
use super::{lock, trouble};

/// A provider, and what it has replied.
pub(super) struct Recorder {
    provider: Box<dyn VisionProvider>,
    tape: Arc<Tape>,
}

struct Tape {
    path: PathBuf,
    provider: String,
    sanitizer: Sanitizer,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    slots: Vec<Slot>,
    media: BTreeMap<String, Bytes>,
    capabilities: BTreeMap<String, Capabilities>,
    /// Something was recorded that no file holds.
    unsaved: bool,
}

enum Slot {
    Running,
    /// The call was dropped before its reply: there is nothing to replay.
    Empty,
    Done(Box<Entry>),
}

impl Recorder {
    pub(super) fn new(path: PathBuf, provider: Box<dyn VisionProvider>, sanitizer: Sanitizer) -> Result<Self> {
        sanitizer.check()?;
        let name = provider.id().to_owned();
        Ok(Self { provider, tape: Arc::new(Tape { path, provider: name, sanitizer, state: Mutex::default() }) })
    }

    pub(super) fn id(&self) -> &str {
        &self.tape.provider
    }

    pub(super) fn path(&self) -> &PathBuf {
        &self.tape.path
    }

    pub(super) fn capabilities(&self, model: &str) -> Result<Capabilities> {
        let capabilities = self.provider.capabilities(model)?;
        lock(&self.tape.state).capabilities.insert(model.to_owned(), capabilities.clone());
        Ok(capabilities)
    }

    pub(super) async fn generate(&self, request: &Request) -> Result<Completion> {
        let running = self.begin(Operation::Generate, request)?;
        let outcome = self.provider.generate(request).await;
        running.done(match &outcome {
            Ok(answer) => Reply::answered(answer),
            Err(error) => Reply::failed(error),
        });
        outcome
    }

    pub(super) async fn stream(&self, request: &Request) -> Result<CompletionStream> {
        let running = self.begin(Operation::Stream, request)?;
        match self.provider.stream(request).await {
            Ok(events) => Ok(CompletionStream::new(Taped { events, reply: Reply::streamed(), running: Some(running) })),
            Err(error) => {
                running.done(Reply::failed(&error));
                Err(error)
            }
        }
    }

    pub(super) fn finish(&self) -> Result<()> {
        self.tape.finish()
    }

    fn begin(&self, operation: Operation, request: &Request) -> Result<Running> {
        // A layer above may want to know it of any model that is asked; a replay then knows it as well.
        if let Err(error) = self.capabilities(&request.model) {
            tracing::debug!(%error, "a model without capabilities is recorded");
        }
        let neutral = neutral(request)?;
        let mut value = neutral.value;
        self.tape.sanitizer.request(&mut value);
        let mut state = lock(&self.tape.state);
        if self.tape.sanitizer.keeps_media() {
            state.media.extend(neutral.media.into_iter().map(|content| (content.hash, content.bytes)));
        }
        state.slots.push(Slot::Running);
        Ok(Running { tape: self.tape.clone(), index: state.slots.len() - 1, operation, request: value })
    }
}

/// A call under way; dropped, it leaves an empty slot.
struct Running {
    tape: Arc<Tape>,
    index: usize,
    operation: Operation,
    request: Value,
}

impl Running {
    fn done(mut self, reply: Reply) {
        let sanitizer = &self.tape.sanitizer;
        let reply = if sanitizer.keeps_raw_reply() { reply } else { reply.without_raw() };
        // Plain data always is JSON; should it not be, `finish` says that it cannot be read again.
        let mut reply = serde_json::to_value(reply).unwrap_or_default();
        sanitizer.reply(&mut reply);
        let request = std::mem::take(&mut self.request);
        let entry = Entry { operation: self.operation, request, reply };
        let mut state = lock(&self.tape.state);
        state.slots[self.index] = Slot::Done(Box::new(entry));
        state.unsaved = true;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let slot = &mut lock(&self.tape.state).slots[self.index];
        if matches!(slot, Slot::Running) {
            *slot = Slot::Empty;
        }
    }
}

/// A stream that is recorded as it is read.
struct Taped {
    events: CompletionStream,
    reply: Reply,
    /// `None` once its end is recorded.
    running: Option<Running>,
}

impl Taped {
    fn record(&mut self) {
        if let Some(running) = self.running.take() {
            running.done(std::mem::take(&mut self.reply));
        }
    }
}

impl Stream for Taped {
    type Item = Result<StreamEvent>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let item = ready!(Pin::new(&mut self.events).poll_next(context));
        if item.as_ref().is_none_or(|item| self.reply.push(item)) {
            self.record();
        }
        Poll::Ready(item)
    }
}

impl Drop for Taped {
    /// As far as it was read.
    fn drop(&mut self) {
        self.record();
    }
}

impl Tape {
    fn finish(&self) -> Result<()> {
        let mut state = lock(&self.state);
        let running = state.slots.iter().filter(|slot| matches!(slot, Slot::Running)).count();
        if running > 0 {
            let message = format!("{running} calls that {} records are still under way", self.path.display());
            return Err(trouble(message).with_advice("Await the calls and read or drop the streams, then finish."));
        }
        self.write(&self.path, &state)?;
        state.unsaved = false;
        Ok(())
    }

    fn write(&self, path: &Path, state: &State) -> Result<()> {
        let done = state.slots.iter().filter_map(|slot| match slot {
            Slot::Done(entry) => Some(Entry::clone(entry)),
            Slot::Running | Slot::Empty => None,
        });
        let file = File::new(self.provider.clone(), state.capabilities.clone(), done.collect());
        // Not the content of calls that were dropped.
        let named: BTreeSet<_> = file.recordings.iter().flat_map(|entry| references(&entry.request)).collect();
        let mut media = state.media.clone();
        media.retain(|hash, _| named.contains(hash));
        file.write(path, &media, self.sanitizer.secrets())
    }
}

impl Drop for Tape {
    /// The answers were paid for: they are kept beside the cassette, which stays as it was.
    fn drop(&mut self) {
        let state = lock(&self.state);
        if !state.unsaved {
            return;
        }
        let beside = self.path.with_extension("unfinished.json");
        match self.write(&beside, &state) {
            Ok(()) => tracing::warn!(
                cassette = %self.path.display(),
                kept = %beside.display(),
                "a recording was dropped without finish(): the cassette is as it was"
            ),
            Err(error) => tracing::warn!(
                cassette = %self.path.display(),
                %error,
                "a recording was dropped without finish() and is lost"
            ),
        }
    }
}
