//! All faults ordered for one request, folded into one plan.

use std::time::Duration;

use http::{HeaderName, HeaderValue};

use crate::fault::{ErrorBody, Fault, StreamShape};
use crate::json_form::JsonForm;

/// What to do with one request.
#[derive(Debug, Clone, Default)]
pub(crate) struct Plan {
    pub(crate) failure: Option<Failure>,
    pub(crate) message: Option<String>,
    pub(crate) body: ErrorBody,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) delay: Option<Duration>,
    pub(crate) pace: Pace,
    pub(crate) double_end: bool,
    pub(crate) malformed: bool,
    pub(crate) stream_error: bool,
    pub(crate) shape: Option<StreamShape>,
    pub(crate) empty_choices: bool,
    pub(crate) empty_text: bool,
    pub(crate) no_usage: bool,
    pub(crate) text: Option<String>,
    pub(crate) prose: bool,
    /// How JSON comes; [`JsonForm::Prose`] is kept apart.
    pub(crate) json: Vec<JsonForm>,
    pub(crate) tool_calls: bool,
}

/// An ordered error instead of an answer.
#[derive(Debug, Clone)]
pub(crate) enum Failure {
    Status(u16),
    Envelope(String),
    Errored(String),
}

/// How the bytes of a body go out.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Pace {
    pub(crate) between: Option<Duration>,
    pub(crate) split: Option<usize>,
    pub(crate) end: End,
}

/// How a body ends.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) enum End {
    #[default]
    Whole,
    /// The connection breaks after so many bytes.
    Cut(usize),
    /// Nothing comes after so many bytes.
    Stall(usize),
}

impl Plan {
    /// The plan of these faults; of two that exclude each other the later holds.
    pub(crate) fn of(faults: Vec<Fault>) -> Self {
        let mut plan = Self::default();
        for fault in faults {
            plan.add(fault);
        }
        plan
    }

    fn add(&mut self, fault: Fault) {
        match fault {
            Fault::Status(status) => self.failure = Some(Failure::Status(status)),
            Fault::Envelope(code) => self.failure = Some(Failure::Envelope(code)),
            Fault::Errored(code) => self.failure = Some(Failure::Errored(code)),
            Fault::Message(message) => self.message = Some(message),
            Fault::Body(body) => self.body = body,
            Fault::RetryAfter(value) => {
                if let Ok(value) = HeaderValue::try_from(value) {
                    self.headers.push((http::header::RETRY_AFTER, value));
                }
            }
            Fault::Header(name, value) => self.headers.push((name, value)),
            Fault::Delay(time) => self.delay = Some(time),
            Fault::EventDelay(time) => self.pace.between = Some(time),
            Fault::Cut(bytes) => self.pace.end = End::Cut(bytes),
            Fault::Stall(bytes) => self.pace.end = End::Stall(bytes),
            Fault::Split(bytes) => self.pace.split = Some(bytes.max(1)),
            Fault::DoubleEnd => self.double_end = true,
            Fault::MalformedJson => self.malformed = true,
            Fault::StreamError => self.stream_error = true,
            Fault::Shape(shape) => self.shape = Some(shape),
            Fault::EmptyChoices => self.empty_choices = true,
            Fault::EmptyText => {
                self.empty_text = true;
                self.no_usage = true;
            }
            Fault::NoUsage => self.no_usage = true,
            Fault::Text(text) => self.text = Some(text),
            Fault::Prose | Fault::Json(JsonForm::Prose) => self.prose = true,
            Fault::Fenced => self.json.push(JsonForm::Fenced),
            Fault::Json(JsonForm::Valid) => {
                self.prose = false;
                self.json.clear();
            }
            Fault::Json(form) => self.json.push(form),
            Fault::ToolCalls => self.tool_calls = true,
        }
    }
}
