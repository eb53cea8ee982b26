//! What a provider replied, as a cassette holds it: an answer, an error, or the events of a stream. The form of errors
//! stands in `failure.rs`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use vlm_core::{Completion, CompletionStream, Delivery, Error, ErrorKind, RawReply, Result, StreamEvent};

use super::failure::Failure;

/// Which method was called. Its reply answers no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Operation {
    Generate,
    Stream,
}

impl Operation {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Generate => "generate",
            Self::Stream => "stream",
        }
    }
}

/// A reply. Which fields it has says what it is.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Reply {
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<Completion>,
    #[serde(skip_serializing_if = "Option::is_none")]
    events: Option<Vec<StreamEvent>>,
    /// Of a stream: what it ended with.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Failure>,
    /// Of a stream: nobody read on.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    dropped: bool,
    /// The raw reply of the answer, or of the stream's end.
    #[serde(skip_serializing_if = "Option::is_none")]
    raw: Option<Raw>,
}

/// A raw reply: text where it is UTF-8.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Raw {
    Text(String),
    Base64(String),
}

impl Raw {
    pub(super) fn of(raw: &RawReply) -> Option<Self> {
        let bytes = raw.to_bytes();
        match std::str::from_utf8(&bytes) {
            Ok("") => None,
            Ok(text) => Some(Self::Text(text.to_owned())),
            Err(_) => Some(Self::Base64(STANDARD.encode(&bytes))),
        }
    }

    pub(super) fn reply(&self) -> RawReply {
        // `check` has seen that it decodes.
        Bytes::from(self.bytes().unwrap_or_default()).into()
    }

    pub(super) fn is_sound(&self) -> bool {
        self.bytes().is_some()
    }

    fn bytes(&self) -> Option<Vec<u8>> {
        match self {
            Self::Text(text) => Some(text.clone().into_bytes()),
            Self::Base64(digits) => STANDARD.decode(digits).ok(),
        }
    }
}

impl Reply {
    pub(super) fn answered(answer: &Completion) -> Self {
        Self { raw: Raw::of(&answer.raw), answer: Some(answer.clone()), ..Self::default() }
    }

    pub(super) fn failed(error: &Error) -> Self {
        Self { error: Some(Failure::of(error)), ..Self::default() }
    }

    /// A stream that has begun. Until it ends it counts as dropped.
    pub(super) fn streamed() -> Self {
        Self { events: Some(Vec::new()), dropped: true, ..Self::default() }
    }

    /// Adds what a stream yields; says whether this is its end.
    pub(super) fn push(&mut self, item: &Result<StreamEvent>) -> bool {
        match item {
            Ok(event) => {
                if let StreamEvent::End { raw, .. } = event {
                    self.raw = Raw::of(raw);
                    self.dropped = false;
                }
                self.events.get_or_insert_default().push(event.clone());
            }
            Err(error) => {
                self.error = Some(Failure::of(error));
                self.dropped = false;
            }
        }
        !self.dropped
    }

    pub(super) fn without_raw(mut self) -> Self {
        self.raw = None;
        self.error = self.error.map(Failure::without_raw);
        self
    }

    /// Why this cannot be the reply to `operation`, if so.
    pub(super) fn mistake(&self, operation: Operation) -> Option<&'static str> {
        let has = (self.answer.is_some(), self.events.is_some(), self.error.is_some(), self.dropped);
        let sound = self.raw.as_ref().is_none_or(Raw::is_sound) && self.error.as_ref().is_none_or(Failure::is_sound);
        match (operation, has) {
            _ if !sound => Some("its raw reply is no base64"),
            (_, (false, false, true, false)) | (Operation::Generate, (true, false, false, false)) => None,
            (Operation::Generate, _) => Some("it needs an answer or an error, and nothing else"),
            (Operation::Stream, (false, true, error, dropped)) => {
                let ends = self.events.iter().flatten().position(|event| matches!(event, StreamEvent::End { .. }));
                let count = self.events.as_ref().map_or(0, Vec::len);
                match (ends, error, dropped) {
                    (Some(at), false, false) if at + 1 == count => None,
                    (None, true, false) | (None, false, true) => None,
                    _ => Some("its events need one end: the end event as the last, an error, or `dropped`"),
                }
            }
            (Operation::Stream, _) => Some("it needs events or an error"),
        }
    }

    /// The answer to a call that waited for all of it.
    pub(super) fn completion(self) -> Result<Completion> {
        match (self.answer, self.error) {
            (_, Some(error)) => Err(error.error()),
            (Some(mut answer), None) => {
                answer.raw = self.raw.map(|raw| raw.reply()).unwrap_or_default();
                Ok(answer)
            }
            (None, None) => Err(Error::new(ErrorKind::Internal, "a recording without a reply was played")),
        }
    }

    /// The same events again, with what they ended with. `place` names the recording.
    pub(super) fn stream(self, place: &str) -> Result<CompletionStream> {
        let error = self.error.map(Failure::error);
        let Some(mut events) = self.events else {
            return Err(
                error.unwrap_or_else(|| Error::new(ErrorKind::Internal, "a recording without a reply was played"))
            );
        };
        if let (Some(StreamEvent::End { raw, .. }), Some(kept)) = (events.last_mut(), self.raw) {
            *raw = kept.reply();
        }
        let rest = error.or_else(|| self.dropped.then(|| dropped(place)));
        let items: Vec<_> = events.into_iter().map(Ok).chain(rest.map(Err)).collect();
        Ok(CompletionStream::new(futures_util::stream::iter(items)))
    }
}

fn dropped(place: &str) -> Error {
    Error::new(
        ErrorKind::Configuration,
        format!("{place} goes no further: when it was recorded, its stream was dropped here"),
    )
    .with_delivery(Delivery::NotSent)
    .with_advice("Read no further than the recorded program did, or record the cassette anew.")
}
