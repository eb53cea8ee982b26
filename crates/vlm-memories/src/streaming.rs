//! A streamed answer: one event → neutral events. The service documents no event shape, so every shape that its other streams and
//! its upstreams use is taken, and the end is recognised by any of their marks.
//!
//! Pure: knows neither sockets nor prices.

use std::borrow::Cow;
use std::collections::{BTreeSet, VecDeque};

use serde_json::{Map, Value};
use vlm_core::{FinishReason, RawReply, StreamEvent, Usage, Warning, WarningKind};
use vlm_http::{AnswerReader, JsonIndex, RawJson, RawObject, RawValue, SseEvent, Step, StreamEnd};

use crate::error::{Ground, ReplyError};
use crate::reply::{self, classify, content, finish, metadata, not_understood};
use crate::settings::StreamText;

/// Named events that carry no content.
const SILENT_NAMES: &[&str] = &["started", "progress", "tool_call", "tool_result", "ping"];

/// The state of one stream.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    text_mode: StreamText,
    /// The text so far of each choice; kept in cumulative mode only.
    received: Vec<(u32, String)>,
    started: bool,
    not_understood: usize,
    choices: BTreeSet<u32>,
    has_text: bool,
    usage: Usage,
    odd_usage: bool,
    metadata: Map<String, Value>,
    index: JsonIndex,
}

impl Reader {
    pub(crate) fn new(text_mode: StreamText) -> Self {
        Self { text_mode, ..Self::default() }
    }
}

impl AnswerReader for Reader {
    type Fault = ReplyError;

    fn read(&mut self, event: &SseEvent, out: &mut VecDeque<StreamEvent>) -> Result<Step, ReplyError> {
        let name = event.event.as_deref();
        let data = event.data.trim();
        if data == "[DONE]" {
            return Ok(Step::End);
        }
        let json = match RawJson::parse_with(std::mem::take(&mut self.index), data) {
            Ok(json) => json,
            Err(_) if name != Some("error") && is_harmless(name, data) => {
                return Ok(if name == Some("complete") { Step::End } else { Step::More });
            }
            Err(_) => return Err(unreadable(event, data)),
        };
        let object = json.root();
        if let Some(error) = classify::refusal_in_event(&object) {
            return Err(error);
        }
        if name == Some("error") {
            return Err(ReplyError::new(Ground::EventError).with_words(object.text("message").unwrap_or_default()));
        }
        let done = self.object(&object, name, out)?;
        self.index = json.into_index();
        Ok(if done { Step::End } else { Step::More })
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
        let mut warn = |kind, message: String| {
            out.push_back(StreamEvent::Warning { warning: Warning::new(kind, message).at("stream") });
        };
        if end == StreamEnd::Framed {
            let message = "the stream ended without an end mark; the answer may be cut off";
            warn(WarningKind::UnmarkedEnd, message.to_owned());
        }
        if self.not_understood > 0 {
            let message = format!("{} events were not understood; see the raw reply", self.not_understood);
            warn(WarningKind::NotUnderstood, message);
        }
        if !self.has_text {
            warn(WarningKind::EmptyText, "the answer is empty".to_owned());
        }
        if !self.metadata.is_empty() {
            out.push_back(StreamEvent::Metadata { metadata: std::mem::take(&mut self.metadata) });
        }
        Ok(())
    }

    fn usage(&self) -> &Usage {
        &self.usage
    }
}

impl Reader {
    /// Reads an event; true when it is the end mark.
    fn object(
        &mut self,
        object: &RawObject<'_>,
        name: Option<&str>,
        out: &mut VecDeque<StreamEvent>,
    ) -> Result<bool, ReplyError> {
        let before = out.len();
        let [status, choices, token, usage] = object.get(["status", "choices", "token", "usage"]);
        let done = name == Some("complete") || status.and_then(|status| status.text()).as_deref() == Some("completed");
        if !self.started || done {
            self.start(object, out);
        }
        let last = self.choices.last().copied();
        let all = || choices.iter().flat_map(RawValue::objects);
        for (at, choice) in all().enumerate() {
            let [index, delta, reason] = choice.get(["index", "delta", "finish_reason"]);
            // Where an event holds all choices, their places tell what their indices do not.
            let places_tell = || last.is_none_or(|last| (last as usize) < all().count());
            if !is_there(index) && !places_tell() && says_anything(&choice) {
                return Err(ReplyError::new(Ground::WhoseChoice));
            }
            let index = reply::index(index, at as u32);
            self.choice(&choice, index, delta.and_then(|delta| delta.object()), out)?;
            let reason = finish(reason);
            if reason != FinishReason::Unknown {
                out.push_back(StreamEvent::Finish { choice: index, reason });
            }
        }
        if let Some(token) = token.and_then(|token| token.text()) {
            self.text(0, token, out)?;
        }
        if let Some(counts) = usage.and_then(|usage| usage.object()) {
            self.usage = reply::usage(&counts);
            out.push_back(StreamEvent::Usage { usage: self.usage.clone() });
        } else if is_there(usage) && !std::mem::replace(&mut self.odd_usage, true) {
            out.push_back(StreamEvent::Warning { warning: not_understood("usage") });
        }
        let silent = name.is_some_and(|name| SILENT_NAMES.contains(&name));
        if out.len() == before && !is_there(choices) && !silent && !done {
            self.not_understood += 1;
        }
        Ok(done)
    }

    fn start(&mut self, object: &RawObject<'_>, out: &mut VecDeque<StreamEvent>) {
        metadata(object, &mut self.metadata);
        let id = object.text("id").map(Cow::into_owned);
        let model = object.text("model").map(Cow::into_owned);
        let created = object.whole_number("created").or_else(|| object.whole_number("created_at"));
        if !self.started && (id.is_some() || model.is_some() || created.is_some()) {
            self.started = true;
            out.push_back(StreamEvent::Start { id, model, created });
        }
    }

    fn choice(
        &mut self,
        choice: &RawObject<'_>,
        index: u32,
        delta: Option<RawObject<'_>>,
        out: &mut VecDeque<StreamEvent>,
    ) -> Result<(), ReplyError> {
        self.choices.insert(index);
        if let Some(delta) = delta {
            let texts = delta.get(["reasoning_content", "content"]);
            let [reasoning, content] = texts.map(|text| text.and_then(|text| text.text()));
            if let Some(text) = reasoning.filter(|text| !text.is_empty()) {
                out.push_back(StreamEvent::Reasoning { choice: index, text: text.into_owned() });
            }
            if let Some(text) = content {
                self.text(index, text, out)?;
            }
        } else if let Some(text) = choice.text("text") {
            self.text(index, text, out)?;
        } else if let Some(text) = choice.object("message").as_ref().and_then(content) {
            self.text(index, Cow::Owned(text), out)?;
        }
        Ok(())
    }

    fn text(&mut self, choice: u32, text: Cow<'_, str>, out: &mut VecDeque<StreamEvent>) -> Result<(), ReplyError> {
        self.choices.insert(choice);
        let text = match self.text_mode {
            StreamText::Incremental => text.into_owned(),
            StreamText::Cumulative => self.news(choice, &text)?,
        };
        if !text.is_empty() {
            self.has_text = true;
            out.push_back(StreamEvent::Text { choice, text });
        }
        Ok(())
    }

    /// What a cumulative text adds to the one before.
    fn news(&mut self, choice: u32, text: &str) -> Result<String, ReplyError> {
        if !self.received.iter().any(|(index, _)| *index == choice) {
            self.received.push((choice, String::new()));
        }
        let received = self.received.iter_mut().find(|(index, _)| *index == choice).map(|(_, received)| received);
        let Some(received) = received else { return Ok(String::new()) };
        // An empty text closes some streams; it takes nothing back.
        if text.is_empty() {
            return Ok(String::new());
        }
        let news = text.strip_prefix(received.as_str()).ok_or_else(|| ReplyError::new(Ground::NotCumulative))?;
        received.push_str(news);
        Ok(news.to_owned())
    }
}

/// Data that is no JSON object and yet no fault: none at all, or of an event that carries no content.
fn is_harmless(name: Option<&str>, data: &str) -> bool {
    let silent = name.is_some_and(|name| SILENT_NAMES.contains(&name) || name == "complete");
    data.is_empty() || (silent && data != "\"Error\"")
}

/// Whether a field is there, and not null.
fn is_there(field: Option<RawValue<'_>>) -> bool {
    field.is_some_and(|value| !value.is_null())
}

/// Whether a choice of an event brings text, and not only its end.
fn says_anything(choice: &RawObject<'_>) -> bool {
    let part = choice.object("delta").or_else(|| choice.object("message"));
    let text = part.as_ref().and_then(content).or_else(|| choice.text("text").map(Cow::into_owned));
    text.is_some_and(|text| !text.is_empty())
}

/// The words of an error are kept; other data is not quoted, because it may be the answer's text.
fn unreadable(event: &SseEvent, data: &str) -> ReplyError {
    if event.event.as_deref() == Some("error") || data.trim_matches('"').eq_ignore_ascii_case("error") {
        return ReplyError::new(Ground::EventError).with_words(data.chars().take(200).collect::<String>());
    }
    ReplyError::new(if event.unterminated { Ground::CutShort } else { Ground::EventNotJson })
}

#[cfg(test)]
mod tests;
