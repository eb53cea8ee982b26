//! Scripted faults: what may be ordered for a request, and how an order is written.

use std::collections::VecDeque;
use std::time::Duration;

use http::{HeaderName, HeaderValue};
use serde_json::Value;

use crate::error::EmulatorError;
use crate::json_form::JsonForm;

/// The form in which an answer to `stream: true` comes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StreamShape {
    /// `data: {chat.completion.chunk}` with `choices[].delta.content`, usage in the last chunk, `data: [DONE]`.
    #[default]
    OpenAiChunks,
    /// `choices[].text` with new text only; the last event has `status: "completed"` and the usage.
    TextDeltas,
    /// `choices[].text` with all text so far; the last event has `status: "completed"` and the usage.
    TextCumulative,
    /// `event: started`, `event: progress`, `event: complete`, with comment lines between; no `[DONE]`.
    NamedEvents,
    /// `data: {"token": "…"}`, then the body ends.
    TokenLines,
    /// The plain JSON reply, although a stream was asked for.
    JsonBody,
    /// Chunks with `choices[].delta.content`, then the body ends without finish reason, usage or marker.
    Unmarked,
}

impl StreamShape {
    /// Every shape.
    pub const ALL: [Self; 7] = [
        Self::OpenAiChunks,
        Self::TextDeltas,
        Self::TextCumulative,
        Self::NamedEvents,
        Self::TokenLines,
        Self::JsonBody,
        Self::Unmarked,
    ];

    /// The name used in orders.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::OpenAiChunks => "openai-chunks",
            Self::TextDeltas => "text-deltas",
            Self::TextCumulative => "text-cumulative",
            Self::NamedEvents => "named-events",
            Self::TokenLines => "token-lines",
            Self::JsonBody => "json-body",
            Self::Unmarked => "unmarked",
        }
    }

    /// The shape with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|shape| shape.name() == name)
    }
}

/// The form of a body that an HTTP error status is sent with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorBody {
    /// The documented form of the status: Spring's for 404 and 503, the envelope otherwise.
    #[default]
    Documented,
    /// `{"code", "msg", "data"}`.
    Envelope,
    /// `{"timestamp", "path", "status", "error", "requestId"}`.
    Spring,
    /// A page, as a gateway in front of the service sends it.
    Html,
    /// Nothing.
    Empty,
}

/// One thing ordered for a request. The crate's front page has the table of how each is written.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Fault {
    /// Answer with this HTTP status.
    Status(u16),
    /// Answer HTTP 200 with this code in the envelope.
    Envelope(String),
    /// Answer HTTP 200 with `status: "errored"` and this error code.
    Errored(String),
    /// The message of an ordered error.
    Message(String),
    /// The body of an ordered HTTP status.
    Body(ErrorBody),
    /// A `Retry-After` header.
    RetryAfter(String),
    /// Any header.
    Header(HeaderName, HeaderValue),
    /// Wait before the head is sent.
    Delay(Duration),
    /// Wait before each event of a stream, or before each piece of a split body.
    EventDelay(Duration),
    /// Send this many bytes of the body, then break the connection.
    Cut(usize),
    /// Send this many bytes of the body, then nothing until the client goes away.
    Stall(usize),
    /// Send the body in pieces of this many bytes.
    Split(usize),
    /// Send the end marker of a stream twice.
    DoubleEnd,
    /// Break the JSON of the reply, or of an event in the middle of a stream.
    MalformedJson,
    /// Send an error event after some text, and end.
    StreamError,
    /// Stream in this shape.
    Shape(StreamShape),
    /// Send `choices: []`.
    EmptyChoices,
    /// Send an empty text and `usage: null`.
    EmptyText,
    /// Send `usage: null`.
    NoUsage,
    /// Send this text; the mark comes before it unless it looks like JSON or a code fence.
    Text(String),
    /// Answer in prose although a schema was given, as [`JsonForm::Prose`] does.
    Prose,
    /// Put JSON into a Markdown code fence, as [`JsonForm::Fenced`] does.
    Fenced,
    /// Answer JSON in this form.
    Json(JsonForm),
    /// Answer a tool as `tool_calls` instead of in `content`.
    ToolCalls,
}

/// What an order may begin with.
const ORDERS: [&str; 24] = [
    "status",
    "body",
    "envelope",
    "errored",
    "message",
    "retry-after",
    "header",
    "delay",
    "event-delay",
    "cut",
    "stall",
    "split",
    "shape",
    "double-end",
    "stream-error",
    "malformed-json",
    "empty-choices",
    "empty-text",
    "no-usage",
    "text",
    "json",
    "prose",
    "fenced",
    "tool-calls",
];

impl Fault {
    /// The faults of an order such as `status=429; retry-after=2`.
    ///
    /// # Errors
    /// [`EmulatorError::Order`] names the part that is wrong.
    pub fn parse(order: &str) -> Result<Vec<Self>, EmulatorError> {
        order
            .split(';')
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(|part| {
                let (name, value) =
                    part.split_once('=').map_or((part, None), |(name, value)| (name.trim(), Some(value.trim())));
                Self::one(name, value)
            })
            .collect()
    }

    fn one(name: &str, value: Option<&str>) -> Result<Self, EmulatorError> {
        let wrong = |why: &str| EmulatorError::Order(format!("`{name}` {why}"));
        if let Some(fault) = Self::bare(name) {
            return value.map_or(Ok(fault), |_| Err(wrong("takes no value")));
        }
        let need = || value.filter(|value| !value.is_empty()).ok_or_else(|| wrong("needs a value"));
        let count = || need()?.parse::<usize>().map_err(|_| wrong("needs a whole number"));
        Ok(match name {
            "status" => {
                let status = need()?.parse::<u16>().ok().filter(|status| (200..=599).contains(status));
                Self::Status(status.ok_or_else(|| wrong("needs an HTTP status from 200 to 599"))?)
            }
            "envelope" => Self::Envelope(need()?.to_owned()),
            "errored" => Self::Errored(need()?.to_owned()),
            "message" => Self::Message(unescape(need()?)),
            "text" => Self::Text(unescape(need()?)),
            "body" => Self::Body(match need()? {
                "envelope" => ErrorBody::Envelope,
                "spring" => ErrorBody::Spring,
                "html" => ErrorBody::Html,
                "empty" => ErrorBody::Empty,
                _ => return Err(wrong("is one of envelope, spring, html, empty")),
            }),
            "retry-after" => {
                HeaderValue::from_str(need()?).map_err(|_| wrong("is no header value"))?;
                Self::RetryAfter(need()?.to_owned())
            }
            "header" => {
                let (name, text) = need()?.split_once(':').ok_or_else(|| wrong("needs name:value"))?;
                let name =
                    HeaderName::try_from(name.trim()).map_err(|_| wrong("has no header name before its colon"))?;
                Self::Header(name, HeaderValue::from_str(text.trim()).map_err(|_| wrong("is no header value"))?)
            }
            "delay" => Self::Delay(duration(need()?).ok_or_else(|| wrong("needs a time such as 250ms or 2s"))?),
            "event-delay" => {
                Self::EventDelay(duration(need()?).ok_or_else(|| wrong("needs a time such as 250ms or 2s"))?)
            }
            "cut" => Self::Cut(count()?),
            "stall" => Self::Stall(count()?),
            "split" => Self::Split(count()?.max(1)),
            "shape" => Self::Shape(StreamShape::from_name(need()?).ok_or_else(|| wrong(&shapes()))?),
            "json" => Self::Json(JsonForm::from_name(need()?).ok_or_else(|| wrong(&forms()))?),
            _ => return Err(wrong(&format!("is no order; the orders are {}", ORDERS.join(", ")))),
        })
    }

    fn bare(name: &str) -> Option<Self> {
        Some(match name {
            "double-end" => Self::DoubleEnd,
            "malformed-json" => Self::MalformedJson,
            "stream-error" => Self::StreamError,
            "empty-choices" => Self::EmptyChoices,
            "empty-text" => Self::EmptyText,
            "no-usage" => Self::NoUsage,
            "prose" => Self::Prose,
            "fenced" => Self::Fenced,
            "tool-calls" => Self::ToolCalls,
            _ => return None,
        })
    }
}

fn shapes() -> String {
    format!("is one of {}", StreamShape::ALL.map(StreamShape::name).join(", "))
}

fn forms() -> String {
    let names = JsonForm::ALL.map(JsonForm::name).join(", ");
    format!("is one of {names}; truncated may have a size such as truncated:120 or truncated:60% (1 to 99)")
}

fn duration(text: &str) -> Option<Duration> {
    if let Some(millis) = text.strip_suffix("ms") {
        return millis.trim().parse().ok().map(Duration::from_millis);
    }
    let seconds: f64 = text.strip_suffix('s')?.trim().parse().ok()?;
    Duration::try_from_secs_f64(seconds).ok()
}

/// `%XX` in a header's value stands for a byte, so that a text can hold `;` and what no header holds.
fn unescape(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let digit = |at: usize| tail.get(at).and_then(|byte| char::from(*byte).to_digit(16));
        match (*first, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push(u8::try_from(high * 16 + low).unwrap_or(b'?'));
                rest = &tail[2..];
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Orders for the chat requests to come: one step each, in this order; afterwards requests are answered normally.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Script {
    pub(crate) steps: VecDeque<Vec<Fault>>,
}

impl Script {
    /// A script of these steps; an empty step is a normal answer.
    #[must_use]
    pub fn new(steps: impl IntoIterator<Item = Vec<Fault>>) -> Self {
        Self { steps: steps.into_iter().collect() }
    }

    /// A script in JSON: an array of steps. A step is an order (`"status=429; retry-after=2"`, `""` for a normal
    /// answer), an object (`{"status": 429, "retry-after": 2, "double-end": true, "header": {"x-a": "b"}}`, or
    /// `{"json": ["fenced", "trailing-comma"]}`), or null.
    ///
    /// # Errors
    /// [`EmulatorError::Script`] names the step that is wrong, or says why the script cannot be read at all.
    pub fn from_json(json: impl AsRef<[u8]>) -> Result<Self, EmulatorError> {
        let wrong = |step: usize, why: String| EmulatorError::Script { step, why };
        let script: Value = serde_json::from_slice(json.as_ref())
            .map_err(|error| wrong(0, format!("the script is not readable JSON: {error}")))?;
        let Value::Array(steps) = script else {
            let kind = kind(&script);
            return Err(wrong(
                0,
                format!("the script is {kind}; it must be a JSON array with a step for each request"),
            ));
        };
        let steps = steps
            .iter()
            .enumerate()
            .map(|(at, step)| read_step(step).map_err(|error| wrong(at + 1, error.to_string())))
            .collect::<Result<_, _>>()?;
        Ok(Self { steps })
    }

    /// Steps left.
    #[must_use]
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// Whether no step is left.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }
}

fn read_step(step: &Value) -> Result<Vec<Fault>, EmulatorError> {
    match step {
        Value::Null => Ok(Vec::new()),
        Value::String(order) => Fault::parse(order),
        Value::Object(members) => {
            let mut faults = Vec::new();
            for (name, value) in members {
                read_member(name, value, &mut faults)?;
            }
            Ok(faults)
        }
        other => {
            let why = format!("it is {}; a step is a string, an object or null", kind(other));
            Err(EmulatorError::Order(why))
        }
    }
}

/// The kind of a value, as it reads in a sentence.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

fn read_member(name: &str, value: &Value, faults: &mut Vec<Fault>) -> Result<(), EmulatorError> {
    match value {
        Value::Bool(true) => faults.push(Fault::one(name, None)?),
        Value::Bool(false) | Value::Null => {}
        // A JSON string needs no escapes of ours.
        Value::String(text) if name == "text" => faults.push(Fault::Text(text.clone())),
        Value::String(text) if name == "message" => faults.push(Fault::Message(text.clone())),
        Value::String(text) => faults.push(Fault::one(name, Some(text))?),
        Value::Number(number) => faults.push(Fault::one(name, Some(&number.to_string()))?),
        // They add up, and an object has each name once.
        Value::Array(forms) if name == "json" => {
            for form in forms {
                read_member(name, form, faults)?;
            }
        }
        Value::Object(headers) if name == "header" => {
            for (name, value) in headers {
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                faults.push(Fault::one("header", Some(&format!("{name}:{text}")))?);
            }
        }
        _ => return Err(EmulatorError::Order(format!("`{name}` cannot have this value"))),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::json_form::CutAt;

    #[test]
    fn an_order_names_its_faults() {
        let faults = Fault::parse("status=429; retry-after=2;delay=250ms ; double-end;; text=a%3Bb").unwrap();
        assert_eq!(
            faults,
            [
                Fault::Status(429),
                Fault::RetryAfter("2".into()),
                Fault::Delay(Duration::from_millis(250)),
                Fault::DoubleEnd,
                Fault::Text("a;b".into()),
            ]
        );
    }

    #[test]
    fn a_wrong_order_is_named() {
        for (order, part) in [
            ("stauts=429", "stauts"),
            ("status=99", "status"),
            ("delay=soon", "delay"),
            ("shape=round", "openai-chunks"),
            ("double-end=2", "takes no value"),
            ("cut", "needs a value"),
            ("header=a b:c", "header name"),
            ("json", "needs a value"),
            ("json=yaml", "wrong-types"),
            ("json=truncated:0", "truncated:60%"),
            ("json=truncated:100%", "truncated:60%"),
            ("json=fenced:3", "one of"),
            ("stauts=429", "status, body, envelope"),
        ] {
            let error = Fault::parse(order).unwrap_err().to_string();
            assert!(error.contains(part), "{order}: {error}");
        }
    }

    #[test]
    fn every_order_is_in_the_list() {
        for name in ORDERS {
            let text = Fault::one(name, None).err().map(|error| error.to_string()).unwrap_or_default();
            assert!(!text.contains("is no order"), "{text}");
        }
        let page = include_str!("lib.rs");
        for name in ORDERS.into_iter().chain(JsonForm::ALL.map(JsonForm::name)) {
            let written = [format!("`{name}`"), format!("`{name}=")];
            assert!(written.iter().any(|name| page.contains(name)), "{name} is not described");
        }
    }

    #[test]
    fn forms_of_json_are_read() {
        for form in JsonForm::ALL {
            assert_eq!(Fault::parse(&format!("json={}", form.name())).unwrap(), [Fault::Json(form)]);
        }
        let faults = Fault::parse("json=truncated:120; json = truncated: 7%").unwrap();
        let sizes = [CutAt::Bytes(120), CutAt::Percent(7)].map(|size| Fault::Json(JsonForm::Truncated(size)));
        assert_eq!(faults, sizes);
    }

    #[test]
    fn an_unreadable_script_is_not_blamed_on_a_step() {
        for (script, part) in [
            ("", "the script is not readable JSON: EOF"),
            ("status=429", "the script is not readable JSON: expected"),
            (r#"{"status": 429}"#, "the script is an object; it must be a JSON array"),
        ] {
            let error = Script::from_json(script).unwrap_err().to_string();
            assert!(error.starts_with(part), "{error}");
        }
        let error = Script::from_json("[7]").unwrap_err().to_string();
        assert!(error.starts_with("step 1 of the script: ") && error.contains("is a number"), "{error}");
    }

    #[test]
    fn a_script_takes_orders_and_objects() {
        let script =
            Script::from_json(r#"["status=500", null, {"status": 429, "header": {"x-a": "b"}}, "", {"text": "a;b"}]"#)
                .unwrap();
        assert_eq!(script.len(), 5);
        assert_eq!(script.steps[2].len(), 2);
        assert_eq!(script.steps[4], [Fault::Text("a;b".into())]);
        let error = Script::from_json(r#"["", "never=1"]"#).unwrap_err().to_string();
        assert!(error.contains("step 2") && error.contains("never"), "{error}");
    }
}
