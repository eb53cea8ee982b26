//! A request's body, read as it comes: the base64 of a picture goes through a checksum, the rest is kept.

use memchr::{memchr, memmem};
use serde_json::Value;

/// What stands before a picture.
const MARK: &[u8] = b";base64,";
/// The most that is kept of what is no picture.
const KEPT: usize = 64 << 10;

#[derive(Debug, Default)]
enum Place {
    /// Before a picture.
    #[default]
    Head,
    Media,
    Tail,
}

/// A body that is being received.
#[derive(Debug, Default)]
pub(super) struct Received {
    place: Place,
    /// The body without the base64 of its picture.
    kept: Vec<u8>,
    checksum: crc32fast::Hasher,
    media_bytes: u64,
    body_bytes: u64,
}

impl Received {
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.body_bytes += bytes.len() as u64;
        match self.place {
            Place::Head => {
                // The mark may lie across two pieces.
                let from = self.kept.len().saturating_sub(MARK.len());
                self.keep(bytes);
                if let Some(at) = memmem::find(&self.kept[from..], MARK) {
                    let rest = self.kept.split_off(from + at + MARK.len());
                    self.place = Place::Media;
                    self.media(&rest);
                }
            }
            Place::Media => self.media(bytes),
            Place::Tail => self.keep(bytes),
        }
    }

    fn media(&mut self, bytes: &[u8]) {
        let end = memchr(b'"', bytes);
        let (media, tail) = bytes.split_at(end.unwrap_or(bytes.len()));
        self.checksum.update(media);
        self.media_bytes += media.len() as u64;
        if end.is_some() {
            self.place = Place::Tail;
            self.keep(tail);
        }
    }

    fn keep(&mut self, bytes: &[u8]) {
        let room = KEPT.max(bytes.len()).saturating_sub(self.kept.len());
        self.kept.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    pub(super) fn body_bytes(&self) -> u64 {
        self.body_bytes
    }

    pub(super) fn media_bytes(&self) -> u64 {
        self.media_bytes
    }

    pub(super) fn media_checksum(&self) -> u32 {
        self.checksum.clone().finalize()
    }

    /// What is wrong with the request, looked at in full.
    pub(super) fn problem(&self) -> Option<String> {
        let body: Value = match serde_json::from_slice(&self.kept) {
            Ok(body) => body,
            Err(error) => return Some(format!("the body is not JSON: {error}")),
        };
        let content = &body["messages"][0]["content"];
        let items: Vec<&Value> = content.as_array().into_iter().flatten().collect();
        let asks = content.is_string() || items.iter().any(|item| item["text"].is_string());
        let limited = ["max_tokens", "max_completion_tokens"].iter().any(|name| body[*name].is_u64());
        match (body["model"].as_str(), asks, limited) {
            (None, ..) => Some("no model is named".to_owned()),
            (_, false, _) => Some("nothing is asked".to_owned()),
            (_, _, false) => Some("the answer's length is not limited".to_owned()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn received(body: &[u8], step: usize) -> Received {
        let mut received = Received::default();
        body.chunks(step).for_each(|piece| received.push(piece));
        received
    }

    #[test]
    fn a_picture_is_found_however_the_body_is_cut() {
        let body = br#"{"model":"m","max_tokens":1,"messages":[{"content":[{"text":"a"},{"image":"data:image/png;base64,QUJD"}]}]}"#;
        for step in 1..=body.len() {
            let received = received(body, step);
            assert_eq!(received.media_bytes(), 4, "{step}");
            assert_eq!(received.media_checksum(), crc32fast::hash(b"QUJD"), "{step}");
            assert_eq!(received.body_bytes(), body.len() as u64);
            assert_eq!(received.problem(), None, "{step}");
        }
    }

    #[test]
    fn what_is_missing_is_named() {
        for (body, said) in [
            ("", "the body is not JSON"),
            (r#"{"messages":[{"content":"a"}],"max_tokens":1}"#, "no model"),
            (r#"{"model":"m","max_tokens":1}"#, "nothing is asked"),
            (r#"{"model":"m","messages":[{"content":"a"}]}"#, "length"),
        ] {
            let problem = received(body.as_bytes(), 64).problem().expect(body);
            assert!(problem.contains(said), "{problem}");
        }
    }
}
