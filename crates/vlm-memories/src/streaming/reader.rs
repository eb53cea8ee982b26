//! One streamed event → neutral events. The service documents no event shape, so every shape that its other streams and
//! its upstreams use is taken, and the end is recognised by any of their marks.
//!
//! Pure: knows neither sockets nor prices.

use std::borrow::Cow;
use std::collections::{BTreeSet, VecDeque};

use serde_json::{Map, Value};
use vlm_core::{FinishReason, StreamEvent, Usage, Warning, WarningKind};
use vlm_http::RawObject;

use crate::error::{Ground, ReplyError};
use crate::reply::{classify, content, finish, metadata, not_understood, usage};
use crate::settings::StreamText;

/// Named events that carry no content.
const SILENT_NAMES: &[&str] = &["started", "progress", "tool_call", "tool_result", "ping"];

/// What an event did to the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// More may come.
    More,
    /// The answer is complete.
    End,
}

/// One event as the HTTP layer hands it out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Event<'a> {
    pub(crate) name: Option<&'a str>,
    pub(crate) data: &'a str,
    /// The stream ended before the blank line that ends an event.
    pub(crate) unterminated: bool,
    /// Bytes that are not UTF-8 were replaced.
    pub(crate) lossy: bool,
}

/// The state of one stream.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    text_mode: StreamText,
    /// The text so far of each choice; kept in cumulative mode only.
    received: Vec<(u32, String)>,
    started: bool,
    lossy: bool,
    not_understood: usize,
    choices: BTreeSet<u32>,
    has_text: bool,
    usage: Usage,
    odd_usage: bool,
    metadata: Map<String, Value>,
}

impl Reader {
    pub(crate) fn new(text_mode: StreamText) -> Self {
        Self { text_mode, ..Self::default() }
    }

    /// The usage so far.
    pub(crate) fn usage(&self) -> &Usage {
        &self.usage
    }

    /// Reads one event; what it means is appended to `out`.
    pub(crate) fn read(&mut self, event: Event<'_>, out: &mut VecDeque<StreamEvent>) -> Result<Step, ReplyError> {
        if event.lossy && !self.lossy {
            self.lossy = true;
            let warning = Warning::new(WarningKind::LossyText, "bytes of the stream that are not UTF-8 were replaced");
            out.push_back(StreamEvent::Warning { warning });
        }
        let data = event.data.trim();
        if data == "[DONE]" {
            return Ok(Step::End);
        }
        let completes = event.name == Some("complete");
        let object = match RawObject::parse(data.as_bytes()) {
            Ok(object) => object,
            Err(_) if event.name != Some("error") && self.is_harmless(event, data) => {
                return Ok(if completes { Step::End } else { Step::More });
            }
            Err(_) => return Err(unreadable(event, data)),
        };
        if let Some(error) = classify::refusal_in_event(&object) {
            return Err(error);
        }
        if event.name == Some("error") {
            return Err(ReplyError::new(Ground::EventError).with_words(object.text("message").unwrap_or_default()));
        }
        let done = completes || object.text("status").as_deref() == Some("completed");
        self.object(&object, event.name, done, out)?;
        Ok(if done { Step::End } else { Step::More })
    }

    /// Ends the stream; `marked` says whether an end mark was seen.
    pub(crate) fn end(&mut self, marked: bool, out: &mut VecDeque<StreamEvent>) -> Result<(), ReplyError> {
        let (Some(first), Some(last)) = (self.choices.first(), self.choices.last()) else {
            return Err(ReplyError::new(Ground::NoChoices));
        };
        if (last - first) as usize >= self.choices.len() {
            return Err(ReplyError::new(Ground::MissingChoice));
        }
        let mut warn = |kind, message: String| {
            out.push_back(StreamEvent::Warning { warning: Warning::new(kind, message).at("stream") });
        };
        if !marked {
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

    /// Data that is no JSON object and yet no fault: none at all, or of an event that carries no content.
    fn is_harmless(&self, event: Event<'_>, data: &str) -> bool {
        let silent = event.name.is_some_and(|name| SILENT_NAMES.contains(&name) || name == "complete");
        data.is_empty() || (silent && data != "\"Error\"")
    }

    fn object(
        &mut self,
        object: &RawObject<'_>,
        name: Option<&str>,
        done: bool,
        out: &mut VecDeque<StreamEvent>,
    ) -> Result<(), ReplyError> {
        let before = out.len();
        if !self.started || done {
            self.start(object, out);
        }
        let choices = object.objects("choices");
        // Where an event holds all choices, their places tell what their indices do not.
        let places_tell = self.choices.last().is_none_or(|last| (*last as usize) < choices.len());
        for (at, choice) in choices.into_iter().enumerate() {
            if !places_tell && !choice.has("index") && says_anything(&choice) {
                return Err(ReplyError::new(Ground::WhoseChoice));
            }
            self.choice(&choice, at as u32, out)?;
        }
        if let Some(token) = object.text("token") {
            self.text(0, token, out)?;
        }
        if let Some(counts) = object.object("usage") {
            self.usage = usage(&counts);
            out.push_back(StreamEvent::Usage { usage: self.usage.clone() });
        } else if object.has("usage") && !std::mem::replace(&mut self.odd_usage, true) {
            out.push_back(StreamEvent::Warning { warning: not_understood("usage") });
        }
        let silent = name.is_some_and(|name| SILENT_NAMES.contains(&name));
        if out.len() == before && !object.has("choices") && !silent && !done {
            self.not_understood += 1;
        }
        Ok(())
    }

    fn start(&mut self, object: &RawObject<'_>, out: &mut VecDeque<StreamEvent>) {
        self.metadata.extend(metadata(object));
        let id = object.text("id").map(Cow::into_owned);
        let model = object.text("model").map(Cow::into_owned);
        let created = object.whole_number("created").or_else(|| object.whole_number("created_at"));
        if !self.started && (id.is_some() || model.is_some() || created.is_some()) {
            self.started = true;
            out.push_back(StreamEvent::Start { id, model, created });
        }
    }

    fn choice(&mut self, choice: &RawObject<'_>, at: u32, out: &mut VecDeque<StreamEvent>) -> Result<(), ReplyError> {
        let index = choice.whole_number("index").and_then(|index| u32::try_from(index).ok()).unwrap_or(at);
        self.choices.insert(index);
        if let Some(delta) = choice.object("delta") {
            if let Some(text) = delta.text("reasoning_content").filter(|text| !text.is_empty()) {
                out.push_back(StreamEvent::Reasoning { choice: index, text: text.into_owned() });
            }
            if let Some(text) = delta.text("content") {
                self.text(index, text, out)?;
            }
        } else if let Some(text) = choice.text("text") {
            self.text(index, text, out)?;
        } else if let Some(text) = choice.object("message").as_ref().and_then(content) {
            self.text(index, Cow::Owned(text), out)?;
        }
        let reason = finish(choice);
        if reason != FinishReason::Unknown {
            out.push_back(StreamEvent::Finish { choice: index, reason });
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

/// Whether a choice of an event brings text, and not only its end.
fn says_anything(choice: &RawObject<'_>) -> bool {
    let part = choice.object("delta").or_else(|| choice.object("message"));
    let text = part.as_ref().and_then(content).or_else(|| choice.text("text").map(Cow::into_owned));
    text.is_some_and(|text| !text.is_empty())
}

/// The words of an error are kept; other data is not quoted, because it may be the answer's text.
fn unreadable(event: Event<'_>, data: &str) -> ReplyError {
    if event.name == Some("error") || data.trim_matches('"').eq_ignore_ascii_case("error") {
        return ReplyError::new(Ground::EventError).with_words(data.chars().take(200).collect::<String>());
    }
    ReplyError::new(if event.unterminated { Ground::CutShort } else { Ground::EventNotJson })
}

#[cfg(test)]
mod tests;
