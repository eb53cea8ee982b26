//! One streamed event → neutral events. Each event is a reply of its own that holds the next piece of each candidate;
//! usage is cumulative, and the last piece of a candidate says why it ended. There is no other end mark.
//!
//! Pure: knows neither sockets nor prices.

use std::borrow::Cow;
use std::collections::VecDeque;

use serde_json::{Map, Value};
use vlm_core::{Choice, Completion, FinishReason, StreamEvent, Usage, Warning, WarningKind};
use vlm_http::RawObject;

use crate::error::{Ground, ReplyError};
use crate::reply::status::Status;
use crate::reply::{Pieces, candidate_metadata, classify, empty_text, finish, index, metadata, odd_usage, usage};

/// One event as the HTTP layer hands it out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Event<'a> {
    pub(crate) data: &'a str,
    /// The stream ended before the blank line that ends an event.
    pub(crate) unterminated: bool,
    /// Bytes that are not UTF-8 were replaced.
    pub(crate) lossy: bool,
}

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
    candidates: Vec<Candidate>,
    started: bool,
    lossy: bool,
    odd_usage: bool,
    not_understood: usize,
    usage: Usage,
    metadata: Map<String, Value>,
}

impl Reader {
    /// The usage so far.
    pub(crate) fn usage(&self) -> &Usage {
        &self.usage
    }

    /// Reads one event; what it means is appended to `out`.
    pub(crate) fn read(&mut self, event: Event<'_>, out: &mut VecDeque<StreamEvent>) -> Result<(), ReplyError> {
        if event.lossy && !self.lossy {
            self.lossy = true;
            let warning = Warning::new(WarningKind::LossyText, "bytes of the stream that are not UTF-8 were replaced");
            out.push_back(StreamEvent::Warning { warning });
        }
        let data = event.data.trim();
        // Some gateways add the end mark of another protocol.
        if data == "[DONE]" || (data.is_empty() && !event.unterminated) {
            return Ok(());
        }
        let reply = match RawObject::parse(data.as_bytes()) {
            Ok(reply) => reply,
            // Behind the end, half an event is nothing that is missed.
            Err(_) if event.unterminated && self.has_ended() => return Ok(()),
            Err(_) if event.unterminated => return Err(ReplyError::new(Ground::CutShort)),
            Err(_) => return Err(ReplyError::new(Ground::EventNotJson)),
        };
        if let Some(error) = Status::within(&reply) {
            return Err(error.into_inner_error());
        }
        self.reply(&reply, out);
        match classify::prompt_blocked(&reply).filter(|_| self.candidates.is_empty()) {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    /// Ends the stream.
    pub(crate) fn end(&mut self, out: &mut VecDeque<StreamEvent>) -> Result<(), ReplyError> {
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
        self.metadata.extend(metadata(reply));
        for (at, candidate) in reply.objects("candidates").into_iter().enumerate() {
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
            self.metadata.extend(candidate_metadata(candidate));
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

#[cfg(test)]
mod tests;
