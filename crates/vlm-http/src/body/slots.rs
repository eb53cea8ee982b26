//! Placeholders for media in a wire struct, replaced by the media after the struct was serialized once.
//!
//! A picture of ten megabytes never becomes a JSON string: the struct is serialized with a short placeholder, cut at
//! the placeholder, and the pieces are sent with the encoded media between them.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use bytes::Bytes;
use memchr::memmem;
use serde::Serialize;
use vlm_core::{Error, ErrorKind};

use super::{Body, Piece};
use crate::file::LocalFile;

/// The media behind a placeholder.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Payload {
    /// A file, read from disk while it is sent.
    File(LocalFile),
    /// Bytes in memory.
    Bytes(Bytes),
}

impl Payload {
    /// The length in bytes, before any encoding.
    pub fn len(&self) -> u64 {
        match self {
            Self::File(file) => file.len(),
            Self::Bytes(bytes) => bytes.len() as u64,
        }
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Collects the media of one request.
///
/// ```
/// use vlm_http::{MediaSlots, Payload};
///
/// let mut media = MediaSlots::new();
/// let picture = media.add("data:image/png;base64,", Payload::Bytes("pixels".into()));
/// let body = media.finish(&serde_json::json!({ "image_url": picture, "detail": "low" }))?;
/// assert_eq!(body.preview(), r#"{"detail":"low","image_url":"data:image/png;base64,<base64 of 6 bytes>"}"#);
/// # Ok::<(), vlm_core::Error>(())
/// ```
pub struct MediaSlots {
    /// What every placeholder of this request begins with, drawn for the first one. It cannot be guessed, so text that
    /// was written before does not contain it.
    stem: String,
    slots: Vec<Slot>,
}

struct Slot {
    prefix: String,
    payload: Piece,
}

impl MediaSlots {
    /// No media yet.
    pub fn new() -> Self {
        Self { stem: String::new(), slots: Vec::new() }
    }

    /// Adds media and returns the text that stands for it: put it into the wire struct as a whole string value.
    /// `prefix` is plain text before the base64.
    pub fn add(&mut self, prefix: impl Into<String>, payload: Payload) -> String {
        let payload = match payload {
            Payload::File(file) => Piece::File(Arc::new(file)),
            Payload::Bytes(bytes) => Piece::Encoded(bytes),
        };
        if self.stem.is_empty() {
            // Keyed by the operating system's generator.
            let draw = || RandomState::new().hash_one(0_u8);
            self.stem = format!("vlm-media-{:016x}{:016x}-", draw(), draw());
        }
        self.slots.push(Slot { prefix: prefix.into(), payload });
        format!("{}{}", self.stem, self.slots.len() - 1)
    }

    /// Serializes the wire struct once and puts the media in.
    ///
    /// Only a string value that is a placeholder and nothing else is replaced; text that merely contains one is not.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Internal`] when the struct does not serialize or a placeholder is not in it: media is never dropped
    /// in silence.
    pub fn finish<W: Serialize + ?Sized>(self, wire: &W) -> Result<Body, Error> {
        let json = serde_json::to_vec(wire)
            .map_err(|error| internal("the request does not serialize as JSON").with_source(error))?;
        let json = Bytes::from(json);
        if self.slots.is_empty() {
            return Ok(Body::from_json_bytes(json));
        }
        let mut pieces = Vec::with_capacity(2 * self.slots.len() + 1);
        let mut used = vec![false; self.slots.len()];
        let mut sent = 0;
        for place in self.places(&json) {
            let slot = &self.slots[place.slot];
            let mut before = json.slice(sent..place.start).to_vec();
            before.extend_from_slice(escaped(&slot.prefix)?.as_bytes());
            pieces.push(Piece::Plain(before.into()));
            pieces.push(slot.payload.clone());
            used[place.slot] = true;
            sent = place.end;
        }
        if used.contains(&false) {
            return Err(internal("a picture or film was not put into the request"));
        }
        pieces.push(Piece::Plain(json.slice(sent..)));
        Ok(Body::from_pieces(pieces))
    }

    /// Where placeholders stand in the serialized struct, without their quotation marks.
    fn places(&self, json: &[u8]) -> Vec<Place> {
        let opening = format!("\"{}", self.stem);
        memmem::find_iter(json, &opening).filter_map(|at| self.place(json, at + 1)).collect()
    }

    fn place(&self, json: &[u8], start: usize) -> Option<Place> {
        // A quotation mark inside text is escaped: after a backslash no string begins.
        if start >= 2 && json[start - 2] == b'\\' {
            return None;
        }
        let digits = &json[start + self.stem.len()..];
        let length = digits.iter().position(|byte| !byte.is_ascii_digit())?;
        if digits[length] != b'"' {
            return None;
        }
        let slot: usize = std::str::from_utf8(&digits[..length]).ok()?.parse().ok()?;
        (slot < self.slots.len()).then_some(Place { slot, start, end: start + self.stem.len() + length })
    }
}

struct Place {
    slot: usize,
    start: usize,
    end: usize,
}

/// The inside of a JSON string.
fn escaped(text: &str) -> Result<String, Error> {
    let quoted =
        serde_json::to_string(text).map_err(|error| internal("a prefix does not serialize").with_source(error))?;
    Ok(quoted[1..quoted.len() - 1].to_owned())
}

fn internal(message: &str) -> Error {
    Error::new(ErrorKind::Internal, message)
}

impl Default for MediaSlots {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MediaSlots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MediaSlots({} of them)", self.slots.len())
    }
}
