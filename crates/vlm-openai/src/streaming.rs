//! A streamed answer: one event → neutral events. Chunks of choices with deltas, an error at any point, usage in a chunk of its
//! own, `[DONE]` at the end.
//!
//! Pure: knows neither sockets nor prices.

use std::collections::{BTreeSet, VecDeque};
use std::fmt;
use std::sync::Arc;

use serde_json::{Map, Value};
use vlm_core::{Cost, ErrorKind, FinishReason, PriceSchedule, RawReply, StreamEvent, Usage, Warning, WarningKind};
use vlm_http::{AnswerReader, JsonIndex, RawJson, RawObject, RawValue, SseEvent, Step, StreamEnd};

use crate::error::{Ground, ReplyError};
use crate::pricing;
use crate::profile::Profile;
use crate::reply::{self, METADATA, classify};

/// What is read of every event, beside its errors.
const FIELDS: [&str; 2 + METADATA.len()] = ["choices", "usage", METADATA[0], METADATA[1], METADATA[2], METADATA[3]];

/// The state of one stream.
pub(crate) struct Reader {
    profile: Arc<Profile>,
    started: bool,
    not_understood: usize,
    choices: BTreeSet<u32>,
    /// The choices that gave text which is no refusal.
    answered: BTreeSet<u32>,
    /// The words of each refusal: they are the text of a choice that gives no other.
    refusals: Vec<(u32, String)>,
    usage: Usage,
    odd_usage: bool,
    service_tier: Option<String>,
    metadata: Map<String, Value>,
    index: JsonIndex,
}

impl Reader {
    pub(crate) fn new(profile: Arc<Profile>) -> Self {
        Self {
            profile,
            started: false,
            not_understood: 0,
            choices: BTreeSet::new(),
            answered: BTreeSet::new(),
            refusals: Vec::new(),
            usage: Usage::new(),
            odd_usage: false,
            service_tier: None,
            metadata: Map::new(),
            index: JsonIndex::default(),
        }
    }
}

impl AnswerReader for Reader {
    type Fault = ReplyError;

    fn read(&mut self, event: &SseEvent, out: &mut VecDeque<StreamEvent>) -> Result<Step, ReplyError> {
        let data = event.data.trim();
        match data {
            "[DONE]" => return Ok(Step::End),
            "" => return Ok(Step::More),
            _ => {}
        }
        let json = RawJson::parse_with(std::mem::take(&mut self.index), data).map_err(|_| unreadable(event, data))?;
        let chunk = json.root();
        if let Some(error) = classify::error_inside(&chunk, &self.profile) {
            return Err(error);
        }
        if event.event.as_deref() == Some("error") {
            let words = chunk.text("message").unwrap_or_default();
            return Err(ReplyError::new(Ground::Inside { kind: ErrorKind::Upstream }).with_words(words));
        }
        self.chunk(&chunk, out)?;
        self.index = json.into_index();
        Ok(Step::More)
    }

    fn end(&mut self, end: StreamEnd, _: &RawReply, out: &mut VecDeque<StreamEvent>) -> Result<(), ReplyError> {
        // Without an end mark, only the framing tells a whole answer from a cut one.
        if end == StreamEnd::Closed {
            return Err(ReplyError::new(Ground::CutShort));
        }
        let (Some(first), Some(last)) = (self.choices.first(), self.choices.last()) else {
            return Err(ReplyError::new(Ground::NoChoices));
        };
        if (last - first) as usize >= self.choices.len() {
            return Err(ReplyError::new(Ground::MissingChoice));
        }
        self.refuse(out)?;
        let mut warn = |warning| out.push_back(StreamEvent::Warning { warning });
        if end == StreamEnd::Framed {
            let message = "the stream ended without an end mark; the answer may be cut off";
            warn(Warning::new(WarningKind::UnmarkedEnd, message).at("stream"));
        }
        if self.not_understood > 0 {
            let message = format!("{} events were not understood; see the raw reply", self.not_understood);
            warn(Warning::new(WarningKind::NotUnderstood, message).at("stream"));
        }
        if self.choices.iter().any(|choice| !self.answered.contains(choice) && !self.refused(*choice)) {
            warn(reply::empty_text());
        }
        if !self.metadata.is_empty() {
            out.push_back(StreamEvent::Metadata { metadata: std::mem::take(&mut self.metadata) });
        }
        Ok(())
    }

    fn usage(&self) -> &Usage {
        &self.usage
    }

    fn cost(&self, prices: &PriceSchedule) -> Cost {
        pricing::charge(Some(prices), &self.usage, self.service_tier.as_deref())
    }
}

impl Reader {
    fn refused(&self, choice: u32) -> bool {
        self.refusals.iter().any(|(index, _)| *index == choice)
    }

    /// Refusals become text where there is no other; where there is nothing else at all, the call has failed.
    fn refuse(&mut self, out: &mut VecDeque<StreamEvent>) -> Result<(), ReplyError> {
        for (choice, words) in &self.refusals {
            if !self.answered.contains(choice) {
                out.push_back(StreamEvent::Text { choice: *choice, text: words.clone() });
            }
            out.push_back(StreamEvent::Finish { choice: *choice, reason: FinishReason::ContentFilter });
            self.metadata.insert("refusal".to_owned(), Value::from(words.as_str()));
        }
        if self.refusals.is_empty() {
            return Ok(());
        }
        if self.answered.is_empty() {
            return Err(ReplyError::new(Ground::Refusal));
        }
        out.push_back(StreamEvent::Warning { warning: reply::refused() });
        Ok(())
    }

    fn chunk(&mut self, chunk: &RawObject<'_>, out: &mut VecDeque<StreamEvent>) -> Result<(), ReplyError> {
        let before = out.len();
        let [choices, usage, metadata @ ..] = chunk.get(FIELDS);
        self.metadata(metadata);
        if !self.started {
            self.start(chunk, out);
        }
        let all = || choices.iter().flat_map(RawValue::objects);
        let last = self.choices.last().copied();
        for (at, choice) in all().enumerate() {
            let [index, delta, message, reason] = choice.get(["index", "delta", "message", "finish_reason"]);
            // A server that streams a whole message does so under its usual name.
            let delta = [delta, message].into_iter().flatten().find_map(|delta| delta.object());
            // Where an event holds all choices, their places tell what their indices do not.
            let places_tell = || last.is_none_or(|last| (last as usize) < all().count());
            if !is_there(index) && !places_tell() && says_anything(delta) {
                return Err(ReplyError::new(Ground::WhoseChoice));
            }
            let index = reply::index(index, at as u32);
            self.choices.insert(index);
            if let Some(delta) = delta {
                self.delta(index, &delta, out);
            }
            let reason = reply::finish(reason);
            if reason != FinishReason::Unknown {
                out.push_back(StreamEvent::Finish { choice: index, reason });
            }
        }
        if let Some(counts) = usage.and_then(|usage| usage.object()) {
            self.usage = reply::usage(&counts);
            self.metadata.extend(reply::charged(&counts));
            out.push_back(StreamEvent::Usage { usage: self.usage.clone() });
        } else if is_there(usage) && !std::mem::replace(&mut self.odd_usage, true) {
            out.push_back(StreamEvent::Warning { warning: reply::not_understood("usage") });
        }
        if out.len() == before && !is_there(choices) {
            self.not_understood += 1;
        }
        Ok(())
    }

    fn metadata(&mut self, fields: [Option<RawValue<'_>>; METADATA.len()]) {
        for (name, field) in METADATA.into_iter().zip(fields) {
            let Some(field) = field else { continue };
            field.copy_into(&mut self.metadata, name);
            let tier = if name == "service_tier" { field.text() } else { None };
            if let Some(tier) = tier.filter(|tier| self.service_tier.as_deref() != Some(tier)) {
                self.service_tier = Some(tier.into());
            }
        }
    }

    fn start(&mut self, chunk: &RawObject<'_>, out: &mut VecDeque<StreamEvent>) {
        let id = chunk.text("id").map(Into::into);
        let model = chunk.text("model").map(Into::into);
        let created = chunk.whole_number("created");
        if id.is_some() || model.is_some() || created.is_some() {
            self.started = true;
            out.push_back(StreamEvent::Start { id, model, created });
        }
    }

    fn delta(&mut self, choice: u32, delta: &RawObject<'_>, out: &mut VecDeque<StreamEvent>) {
        if let Some(text) = reply::reasoning(delta, &self.profile) {
            out.push_back(StreamEvent::Reasoning { choice, text: text.into() });
        }
        let [content, refusal, calls] = delta.get(["content", "refusal", "tool_calls"]);
        if let Some(text) = content.and_then(reply::content_of).filter(|text| !text.is_empty()) {
            self.answered.insert(choice);
            out.push_back(StreamEvent::Text { choice, text });
        }
        if let Some(words) = refusal.and_then(|refusal| refusal.text()).filter(|words| !words.is_empty()) {
            self.refusal(choice, &words);
        }
        if calls.is_some_and(|calls| calls.objects().next().is_some()) {
            self.not_understood += 1;
        }
    }

    fn refusal(&mut self, choice: u32, words: &str) {
        match self.refusals.iter_mut().find(|(index, _)| *index == choice) {
            Some((_, before)) => before.push_str(words),
            None => self.refusals.push((choice, words.to_owned())),
        }
    }
}

/// Whether a field is there, and not null.
fn is_there(field: Option<RawValue<'_>>) -> bool {
    field.is_some_and(|value| !value.is_null())
}

/// Whether a choice of an event brings text of any sort, and not only its end.
fn says_anything(delta: Option<RawObject<'_>>) -> bool {
    delta.is_some_and(|delta| reply::content(&delta).is_some_and(|text| !text.is_empty()))
}

impl fmt::Debug for Reader {
    /// Without what the model says.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").field("choices", &self.choices).field("usage", &self.usage).finish_non_exhaustive()
    }
}

/// The words of an error event are kept; other data is not quoted, because it may be the answer's text.
fn unreadable(event: &SseEvent, data: &str) -> ReplyError {
    if event.event.as_deref() == Some("error") {
        let words: String = data.chars().take(200).collect();
        return ReplyError::new(Ground::Inside { kind: ErrorKind::Upstream }).with_words(words);
    }
    ReplyError::new(if event.unterminated { Ground::CutShort } else { Ground::EventNotJson })
}

#[cfg(test)]
mod tests;
