//! Replaying: finds the recording of a request, each once, equal ones in the order in which they were recorded.

use std::fmt;
use std::path::PathBuf;
use std::sync::Mutex;

use serde_json::Value;
use vlm_core::{Capabilities, Request, Result};

use super::file::File;
use super::miss::miss;
use super::reply::{Operation, Reply};
use super::request::neutral;
use super::sanitizer::Sanitizer;
use super::{lock, trouble};

/// One request of a cassette that was, or was not, asked for.
#[derive(Clone)]
pub struct Recording {
    number: usize,
    operation: Operation,
    request: Value,
}

impl Recording {
    /// Its number in the file, from 1.
    pub fn number(&self) -> usize {
        self.number
    }

    /// `generate` or `stream`.
    pub fn operation(&self) -> &'static str {
        self.operation.name()
    }

    /// The request as it stands in the file: sanitized, content by its hash.
    pub fn request(&self) -> &Value {
        &self.request
    }
}

impl fmt::Display for Recording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let model = self.request.get("model").and_then(Value::as_str).unwrap_or_default();
        write!(f, "recording {} ({} of {model})", self.number, self.operation.name())
    }
}

impl fmt::Debug for Recording {
    /// Without the request.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Recording({self})")
    }
}

pub(super) struct Player {
    path: PathBuf,
    sanitizer: Sanitizer,
    file: File,
    /// Which recordings were played.
    played: Mutex<Vec<bool>>,
}

impl Player {
    pub(super) fn open(path: PathBuf, sanitizer: Sanitizer) -> Result<Self> {
        sanitizer.check()?;
        let file = File::read(&path)?;
        let played = Mutex::new(vec![false; file.recordings.len()]);
        Ok(Self { path, sanitizer, file, played })
    }

    pub(super) fn provider(&self) -> &str {
        &self.file.provider
    }

    pub(super) fn path(&self) -> &PathBuf {
        &self.path
    }

    pub(super) fn capabilities(&self, model: &str) -> Result<Capabilities> {
        self.file.capabilities.get(model).cloned().ok_or_else(|| {
            let known: Vec<_> = self.file.capabilities.keys().map(String::as_str).collect();
            let message = format!("{} knows the models [{}], not `{model}`", self.path.display(), known.join(", "));
            trouble(format!("{message}. To record it anew, open it with Mode::Record")).with_model(model)
        })
    }

    /// The reply to a request, and the name of its recording.
    pub(super) fn play(&self, operation: Operation, request: &Request) -> Result<(Reply, String)> {
        let mut asked = neutral(request)?.value;
        self.sanitizer.request(&mut asked);
        let entries = &self.file.recordings;
        let found = {
            let mut played = lock(&self.played);
            let fits = |index: &usize| {
                let entry = &entries[*index];
                !played[*index] && entry.operation == operation && entry.request == asked
            };
            let found = (0..entries.len()).find(fits);
            if let Some(index) = found {
                played[index] = true;
            }
            found
        };
        match found {
            Some(index) => Ok((entries[index].reply()?, format!("recording {} of {}", index + 1, self.path.display()))),
            None => Err(miss(&self.path, operation, &asked, entries, self.sanitizer.secrets())
                .with_provider(self.provider().to_owned())
                .with_model(request.model.clone())),
        }
    }

    pub(super) fn unused(&self) -> Vec<Recording> {
        let played = lock(&self.played);
        let entries = self.file.recordings.iter().enumerate().filter(|(index, _)| !played[*index]);
        entries
            .map(|(index, entry)| Recording {
                number: index + 1,
                operation: entry.operation,
                request: entry.request.clone(),
            })
            .collect()
    }

    pub(super) fn finish(&self) -> Result<()> {
        let unused = self.unused();
        if unused.is_empty() {
            return Ok(());
        }
        let names: Vec<String> = unused.iter().map(Recording::to_string).collect();
        let message = format!("{} has what nobody asked for: {}", self.path.display(), names.join(", "));
        Err(trouble(message).with_advice("Record the cassette anew, or take these recordings out of the file."))
    }
}
