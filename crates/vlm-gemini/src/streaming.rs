//! A streamed answer: one event → neutral events. Each event is a reply of its own that holds the next piece of each candidate;
//! usage is cumulative, and the last piece of a candidate says why it ended. There is no other end mark.
//!
//! Pure: knows neither sockets nor prices.

use std::borrow::Cow;
use std::collections::VecDeque;

use serde_json::{Map, Value};
use vlm_core::{Choice, Completion, FinishReason, RawReply, StreamEvent, Usage, Warning, WarningKind};
use vlm_http::{AnswerReader, JsonIndex, RawJson, RawObject, SseEvent, Step, StreamEnd};

use crate::error::{Ground, ReplyError};
use crate::reply::status::Status;
use crate::reply::{Pieces, candidate_metadata, classify, empty_text, finish, index, metadata, odd_usage, usage};

/// What is known of one candidate.
#[derive(Clone, Debug, Default)]
struct Candidate {
    index: u32,
    has_text: bool,
    finish: FinishReason,
}

/// The state of one stream.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    /// What is known before the first event, and not yet said.
    known: Map<String, Value>,
    candidates: Vec<Candidate>,
    started: bool,
    odd_usage: bool,
    not_understood: usize,
    usage: Usage,
    metadata: Map<String, Value>,
    index: JsonIndex,
}

impl Reader {
    /// A reader; `known` is metadata that is known before the first event.
    pub(crate) fn new(known: Map<String, Value>) -> Self {
        Self { known, ..Self::default() }
    }

    /// Reads the data of one event; `unterminated` when the stream ended before the blank line that ends an event.
    fn data(&mut self, data: &str, unterminated: bool, out: &mut VecDeque<StreamEvent>) -> Result<(), ReplyError> {
        let data = data.trim();
        // Some gateways add the end mark of another protocol.
        if data == "[DONE]" || (data.is_empty() && !unterminated) {
            return Ok(());
        }
        let json = match RawJson::parse_with(std::mem::take(&mut self.index), data) {
            Ok(json) => json,
            // Behind the end, half an event is nothing that is missed.
            Err(_) if unterminated && self.has_ended() => return Ok(()),
            Err(_) if unterminated => return Err(ReplyError::new(Ground::CutShort)),
            Err(_) => return Err(ReplyError::new(Ground::EventNotJson)),
        };
        let reply = json.root();
        if let Some(error) = Status::within(&reply) {
            return Err(error.into_inner_error());
        }
        self.reply(&reply, out);
        if let Some(error) = classify::prompt_blocked(&reply).filter(|_| self.candidates.is_empty()) {
            return Err(error);
        }
        self.index = json.into_index();
        Ok(())
    }

    /// No more comes.
    fn close(&mut self, out: &mut VecDeque<StreamEvent>) -> Result<(), ReplyError> {
        if self.candidates.is_empty() {
            return Err(ReplyError::new(Ground::NoCandidates));
        }
        if !self.has_ended() {
            return Err(ReplyError::new(Ground::CutShort));
        }
        if let Some(error) = classify::answer_blocked(&self.outline()) {
            return Err(error);
        }
        if self.not_understood > 0 {
            let message = format!("{} events were not understood; see the raw reply", self.not_understood);
            let warning = Warning::new(WarningKind::NotUnderstood, message).at("stream");
            out.push_back(StreamEvent::Warning { warning });
        }
        if self.candidates.iter().any(|candidate| !candidate.has_text) {
            out.push_back(StreamEvent::Warning { warning: empty_text() });
        }
        if !self.metadata.is_empty() {
            out.push_back(StreamEvent::Metadata { metadata: std::mem::take(&mut self.metadata) });
        }
        Ok(())
    }

    /// Every candidate said why it ended.
    fn has_ended(&self) -> bool {
        let ended = |candidate: &Candidate| candidate.finish != FinishReason::Unknown;
        !self.candidates.is_empty() && self.candidates.iter().all(ended)
    }

    /// The answer without its words.
    fn outline(&self) -> Completion {
        let mut answer = Completion::new();
        answer.metadata = self.metadata.clone();
        for candidate in &self.candidates {
            let mut choice = Choice::new(candidate.index, if candidate.has_text { "…" } else { "" });
            choice.finish = candidate.finish.clone();
            answer.choices.push(choice);
        }
        answer
    }

    fn reply(&mut self, reply: &RawObject<'_>, out: &mut VecDeque<StreamEvent>) {
        let id = reply.text("responseId").map(Cow::into_owned);
        let model = reply.text("modelVersion").map(Cow::into_owned);
        if !self.started && (id.is_some() || model.is_some()) {
            self.started = true;
            out.push_back(StreamEvent::Start { id, model, created: None });
        }
        metadata(reply, &mut self.metadata);
        for (at, candidate) in reply.objects("candidates").enumerate() {
            self.candidate(&candidate, at, out);
        }
        let counts = reply.object("usageMetadata");
        if let Some(counts) = &counts {
            self.usage = usage(counts);
            out.push_back(StreamEvent::Usage { usage: self.usage.clone() });
        } else if reply.has("usageMetadata") && !std::mem::replace(&mut self.odd_usage, true) {
            out.push_back(StreamEvent::Warning { warning: odd_usage() });
        }
        if counts.is_none() && !reply.has("candidates") && !reply.has("promptFeedback") {
            self.not_understood += 1;
        }
    }

    fn candidate(&mut self, candidate: &RawObject<'_>, at: usize, out: &mut VecDeque<StreamEvent>) {
        let choice = index(candidate, at);
        let Pieces { text, reasoning } = Pieces::of(candidate);
        let reason = finish(candidate);
        let place = match self.candidates.iter().position(|known| known.index == choice) {
            Some(place) => place,
            None => {
                self.candidates.push(Candidate { index: choice, ..Candidate::default() });
                self.candidates.len() - 1
            }
        };
        let known = &mut self.candidates[place];
        known.has_text |= !text.is_empty();
        if reason != FinishReason::Unknown {
            known.finish = reason.clone();
        }
        if place == 0 {
            candidate_metadata(candidate, &mut self.metadata);
        }
        if !reasoning.is_empty() {
            out.push_back(StreamEvent::Reasoning { choice, text: reasoning });
        }
        if !text.is_empty() {
            out.push_back(StreamEvent::Text { choice, text });
        }
        if reason != FinishReason::Unknown {
            out.push_back(StreamEvent::Finish { choice, reason });
        }
    }
}

impl AnswerReader for Reader {
    type Fault = ReplyError;

    fn read(&mut self, event: &SseEvent, out: &mut VecDeque<StreamEvent>) -> Result<Step, ReplyError> {
        if !self.known.is_empty() {
            out.push_back(StreamEvent::Metadata { metadata: std::mem::take(&mut self.known) });
        }
        self.data(&event.data, event.unterminated, out)?;
        Ok(Step::More)
    }

    /// Whether the answer is whole, its candidates tell, and not the way in which the stream ended.
    fn end(&mut self, _: StreamEnd, raw: &RawReply, out: &mut VecDeque<StreamEvent>) -> Result<(), ReplyError> {
        self.close(out).map_err(|error| bare_error(&raw.to_bytes()).unwrap_or(error))
    }

    fn usage(&self) -> &Usage {
        &self.usage
    }
}

/// An error that stands in a stream line by line, and not as an event: the service's own clients read it there. No line
/// of an event begins as JSON does.
fn bare_error(raw: &[u8]) -> Option<ReplyError> {
    let begins = |at: &usize| matches!(raw[*at], b'{' | b'[') && (*at == 0 || matches!(raw[at - 1], b'\n' | b'\r'));
    let start = (0..raw.len()).find(begins)?;
    Status::parse(&raw[start..]).map(Status::into_inner_error)
}

/// The answer of a stream whose pieces came all at once.
pub(crate) fn fold<'a>(pieces: impl Iterator<Item = &'a str>) -> Result<Completion, ReplyError> {
    let mut reader = Reader::default();
    let (mut events, mut answer) = (VecDeque::new(), Completion::new());
    let mut outcome = Ok(());
    for data in pieces {
        outcome = reader.data(data, false, &mut events);
        if outcome.is_err() {
            break;
        }
    }
    let outcome = outcome.and_then(|()| reader.close(&mut events));
    events.iter().for_each(|event| event.fold_into(&mut answer));
    match outcome {
        Ok(()) => Ok(answer),
        Err(error) => Err(error.with_partial(answer)),
    }
}

#[cfg(test)]
mod tests;
