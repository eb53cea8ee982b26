//! The file of a cassette and the folder of contents beside it: reading, checking, writing whole or not at all.

use std::collections::BTreeMap;
use std::fs;
use std::io::{ErrorKind as IoErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use vlm_core::{Capabilities, Result};

use super::pieces;
use super::reply::{Operation, Reply};
use super::request::{hash, is_hash, references};
use super::secrets::Secrets;
use super::trouble;

/// The version that is written, and the only one that is read.
const VERSION: u32 = 1;

/// The folder beside a cassette.
const MEDIA: &str = "media";

/// A cassette as it is written. Fields stand in the order in which a reader wants them.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    version: u32,
    pub(super) provider: String,
    /// What each model that was asked about can do.
    pub(super) capabilities: BTreeMap<String, Capabilities>,
    /// In the order in which the calls began.
    pub(super) recordings: Vec<Entry>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    pub(super) operation: Operation,
    pub(super) request: Value,
    /// A [`Reply`]; as JSON, because that is what is sanitized.
    pub(super) reply: Value,
}

impl Entry {
    /// The reply, if it is one.
    pub(super) fn reply(&self) -> Result<Reply> {
        let reply: Reply = serde_json::from_value(self.reply.clone())
            .map_err(|error| trouble("its reply is not as it should be".to_owned()).with_source(error))?;
        match reply.mistake(self.operation) {
            Some(mistake) => Err(trouble(mistake.to_owned())),
            None => Ok(reply),
        }
    }
}

impl File {
    pub(super) fn new(provider: String, capabilities: BTreeMap<String, Capabilities>, recordings: Vec<Entry>) -> Self {
        Self { version: VERSION, provider, capabilities, recordings }
    }

    /// Reads a cassette. The folder beside it is not looked at.
    pub(super) fn read(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path).map_err(|error| {
            let what = match error.kind() {
                IoErrorKind::NotFound => "does not exist; record it first, with Mode::Record",
                _ => "cannot be read",
            };
            trouble(format!("the cassette {} {what}", path.display())).with_source(error)
        })?;
        Self::parse(&text, path)
    }

    fn parse(text: &str, path: &Path) -> Result<Self> {
        let name = path.display();
        let broken = |error| {
            trouble(format!("{name} is no cassette, or a damaged one; correct or record it anew")).with_source(error)
        };
        #[derive(Deserialize)]
        struct Versioned {
            version: u64,
        }
        let Versioned { version } = serde_json::from_str(text).map_err(broken)?;
        if version != u64::from(VERSION) {
            return Err(trouble(format!(
                "the cassette {name} has version {version}, and only version {VERSION} can be read; record it anew"
            )));
        }
        let file: Self = serde_json::from_str(text).map_err(broken)?;
        for (index, entry) in file.recordings.iter().enumerate() {
            let number = index + 1;
            if let Err(error) = entry.reply() {
                let message = format!("recording {number} of {name} cannot be played: {}", error.message());
                return Err(also_source(trouble(message), &error));
            }
            if !references(&entry.request).iter().all(|reference| is_hash(reference)) {
                return Err(trouble(format!(
                    "recording {number} of {name} refers to content by something that is no SHA-256 hash"
                )));
            }
        }
        Ok(file)
    }

    /// Writes everything, or nothing and an error: when a secret is in it, or when it could not be read again.
    pub(super) fn write(&self, path: &Path, media: &BTreeMap<String, Bytes>, secrets: &Secrets) -> Result<()> {
        self.search(secrets)?;
        for (hash, content) in media {
            found(secrets.find(content).map(|number| (format!("{MEDIA}/{hash}"), number)))?;
        }
        let mut text = serde_json::to_string_pretty(self)
            .map_err(|error| trouble("the cassette cannot be written as JSON".to_owned()).with_source(error))?;
        text.push('\n');
        found(secrets.find(text.as_bytes()).map(|number| (path.display().to_string(), number)))?;
        Self::parse(&text, path).map_err(|error| {
            let message = format!("the sanitizer leaves nothing that can be read again: {}", error.message());
            also_source(trouble(message), &error)
        })?;
        for (hash, content) in media {
            let place = media_path(path, hash);
            let is_there =
                fs::symlink_metadata(&place).is_ok_and(|is| is.is_file() && is.len() == content.len() as u64);
            if !is_there {
                put(&place, content)?;
            }
        }
        put(path, text.as_bytes())
    }

    /// Looks for secrets in every value, and in the texts of streams as a whole.
    fn search(&self, secrets: &Secrets) -> Result<()> {
        for (index, entry) in self.recordings.iter().enumerate() {
            let at = format!("recordings[{index}]");
            found(secrets.find_in(&entry.request, &format!("{at}.request")))?;
            found(secrets.find_in(&entry.reply, &format!("{at}.reply")))?;
            let events = entry.reply.get("events").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            for text in pieces::joined(events) {
                let place = || format!("{at}.reply.events (across pieces)");
                found(secrets.find(text.as_bytes()).map(|number| (place(), number)))?;
            }
        }
        Ok(())
    }
}

fn found(place: Option<(String, usize)>) -> Result<()> {
    let Some((place, number)) = place else { return Ok(()) };
    Err(trouble(format!("nothing was written, because secret {number} of the sanitizer stands in {place}"))
        .with_advice("Take it out with Sanitizer::field or Sanitizer::text, or keep it out of what is asked."))
}

fn also_source(error: vlm_core::Error, from: &vlm_core::Error) -> vlm_core::Error {
    match std::error::Error::source(from) {
        Some(source) => error.with_source(source.to_string()),
        None => error,
    }
}

fn media_path(cassette: &Path, hash: &str) -> PathBuf {
    cassette.with_file_name(MEDIA).join(hash)
}

/// The content under a hash. No reference leads out of the folder, and what lies there must be what it is called.
pub(super) fn content(cassette: &Path, reference: &str) -> Result<Bytes> {
    if !is_hash(reference) {
        return Err(trouble("content is named by a SHA-256 hash of 64 lower case hexadecimal digits".to_owned()));
    }
    let path = media_path(cassette, reference);
    let unreadable = |error| trouble(format!("{} cannot be read", path.display())).with_source(error);
    if !fs::symlink_metadata(&path).map_err(unreadable)?.is_file() {
        return Err(trouble(format!("{} is no plain file", path.display())));
    }
    let content = fs::read(&path).map_err(unreadable)?;
    if hash(&content) != reference {
        return Err(trouble(format!("{} was changed: its hash is another", path.display())));
    }
    Ok(content.into())
}

/// Puts a file in place in one step: a reader sees the old one or the new one.
fn put(path: &Path, content: &[u8]) -> Result<()> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let temporary = path.with_file_name(format!(".vlm-cassette-{}-{count}.tmp", std::process::id()));
    let write = || {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut file = fs::File::create_new(&temporary)?;
        file.write_all(content)?;
        drop(file);
        fs::rename(&temporary, path)
    };
    write().map_err(|error| {
        // It may not even exist; the first failure is the one to report.
        let _ = fs::remove_file(&temporary);
        trouble(format!("{} cannot be written", path.display())).with_source(error)
    })
}
