//! The wire form of the made-up service.
//!
//! A request is `{"model", "stream", "parts": [{"role", "text" | "url", "options"}], "settings", "thinking", "schema"}`, an
//! answer `{"id", "model", "text", "finish", "more": [texts], "usage": {"in", "out"}}`, an error
//! `{"error": {"kind", "words", "delay_ms"}}`. A stream has answers whose texts are pieces, each of a `"choice"`, and ends
//! with `[DONE]`.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_core::Stream;
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};
use vlm_core::{
    Choice, Completion, Error, ErrorKind, FinishReason, Output, PriceSchedule, Request, Result, StreamEvent, Usage,
    Warning, WarningKind,
};
use vlm_http::{EventStream, Fault, Reply, RetryClass, SseEvent};

use crate::defect::Defect;
use crate::plain::{Plain, again};

/// The body of a request; the schema as text, which keeps its order.
#[derive(Serialize)]
pub(crate) struct Body {
    #[serde(flatten)]
    rest: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    schema: Option<Box<RawValue>>,
}

/// Writes a request.
pub(crate) fn request(request: &Request, parts: Vec<Value>, stream: bool, defect: Defect, key: &str) -> Body {
    let mut body = json!({ "model": request.model, "parts": parts });
    body["stream"] = json!(stream && defect != Defect::ForgetsToAskForAStream);
    body["settings"] = serde_json::to_value(&request.sampling).unwrap();
    body["thinking"] = serde_json::to_value(request.thinking).unwrap();
    let schema = match (&request.output, defect) {
        (Output::JsonSchema(_), Defect::LosesTheSchema) => None,
        (Output::JsonSchema(schema), Defect::SortsTheSchema) => {
            to_raw_value(&serde_json::to_value(schema.in_order()).unwrap()).ok()
        }
        (Output::JsonSchema(schema), _) => to_raw_value(&schema.in_order()).ok(),
        _ => None,
    };
    match defect {
        Defect::PutsTheKeyIntoTheBody => body["key"] = json!(key),
        Defect::SendsTheExtrasOfOthers => body["extras"] = json!(request.extras),
        _ => {}
    }
    Body { rest: body, schema }
}

/// What a whole reply says.
pub(crate) fn answer(reply: &Reply, defect: Defect) -> Result<Completion, Fault> {
    if reply.status() != 200 {
        return Err(refusal(reply, defect));
    }
    let value = match defect {
        Defect::ReadsLossily => {
            let text = String::from_utf8_lossy(reply.json_bytes());
            serde_json::from_str(&text).map_err(|error| reply.not_json(&error))?
        }
        Defect::IgnoresWhatFollows => {
            let mut values = serde_json::Deserializer::from_slice(reply.json_bytes()).into_iter::<Value>();
            values.next().unwrap_or(Ok(Value::Null)).map_err(|error| reply.not_json(&error))?
        }
        _ => reply.decode_json::<Value>()?,
    };
    if !value["usage"].is_object() && !value["usage"].is_null() && defect == Defect::DiesOfOddUsage {
        return Err(Fault::new(ErrorKind::Protocol, "the usage cannot be read"));
    }
    if !value.is_object() {
        return Err(Fault::new(ErrorKind::Protocol, "the reply has another shape than documented"));
    }
    if let (Some(fault), true) = (reported(&value), defect != Defect::TakesErrorsForAnswers) {
        return Err(fault);
    }
    check_fields(&value, defect)?;
    let mut answer = facts(&value);
    match value["text"].as_str() {
        Some(text) => {
            let mut choice = Choice::new(0, read_text(text, defect));
            choice.finish = finish(&value, defect);
            choice.reasoning = value["thought"].as_str().map(str::to_owned);
            answer.choices.push(choice);
            answer.choices.extend(more(&value, defect));
        }
        None if matches!(defect, Defect::AnswersWithoutAChoice | Defect::TakesErrorsForAnswers) => {
            answer.choices.push(Choice::new(0, ""));
        }
        None => return Err(Fault::new(ErrorKind::Empty, "the reply holds no choice")),
    }
    answer.usage = usage(&value, defect).unwrap_or_else(|| match defect {
        Defect::CountsMissingUsageAsZero => Usage::new().with_tokens(0, 0),
        _ => Usage::new(),
    });
    Ok(answer)
}

/// The choices after the first.
fn more(value: &Value, defect: Defect) -> Vec<Choice> {
    let texts = value["more"].as_array().filter(|_| defect != Defect::ReadsOneChoice).into_iter().flatten();
    let choice = |(at, text): (u32, &Value)| {
        let mut choice = Choice::new(at, read_text(text.as_str().unwrap_or_default(), defect));
        choice.finish = finish(value, defect);
        choice
    };
    (1..).zip(texts).map(choice).collect()
}

fn refusal(reply: &Reply, defect: Defect) -> Fault {
    let status = match (reply.status(), defect) {
        (401, Defect::TakesAuthForAFailure) => 500,
        (402, Defect::TakesQuotaForARateLimit) => 429,
        (status, _) => status,
    };
    let body: Value = serde_json::from_slice(reply.json_bytes()).unwrap_or_default();
    let words = body["error"]["words"].as_str().map_or_else(|| reply.excerpt(200), str::to_owned);
    let mut fault = Fault::from_status(status).with_status(reply.status()).with_service_message(words);
    if let (Some(delay), true) = (body["error"]["delay_ms"].as_u64(), defect != Defect::IgnoresDelaysInBodies) {
        fault = fault.with_retry_after(Duration::from_millis(delay));
    }
    match body["error"]["kind"].as_str() {
        Some("blocked") => fault.with_kind(ErrorKind::Blocked).with_class(RetryClass::R0),
        _ => fault,
    }
}

/// An error inside a successful reply or an event.
fn reported(value: &Value) -> Option<Fault> {
    let error = value.get("error")?;
    let kind = serde_json::from_value(error["kind"].clone()).unwrap_or(ErrorKind::Upstream);
    let words = error["words"].as_str().unwrap_or_default();
    Some(Fault::new(kind, "the service reports an error").with_service_message(words))
}

fn check_fields(value: &Value, defect: Defect) -> Result<(), Fault> {
    let known = ["id", "model", "text", "thought", "finish", "more", "choice", "usage"];
    let unknown = value.as_object().into_iter().flatten().any(|(name, _)| !known.contains(&name.as_str()));
    match defect {
        Defect::DeniesUnknownFields if unknown => Err(Fault::new(ErrorKind::Protocol, "a field is not known")),
        _ => Ok(()),
    }
}

fn facts(value: &Value) -> Completion {
    let mut answer = Completion::new();
    answer.id = value["id"].as_str().map(str::to_owned);
    answer.model = value["model"].as_str().map(str::to_owned);
    answer
}

fn read_text(text: &str, defect: Defect) -> String {
    match defect {
        Defect::PanicsWithoutText => assert!(!text.is_empty(), "an answer has a text"),
        Defect::TrimsTexts => return text.trim().to_owned(),
        _ => {}
    }
    text.to_owned()
}

fn finish(value: &Value, defect: Defect) -> FinishReason {
    match defect {
        Defect::AlwaysStops => FinishReason::Stop,
        _ => FinishReason::from(value["finish"].as_str().unwrap_or_default().to_owned()),
    }
}

fn usage(value: &Value, defect: Defect) -> Option<Usage> {
    if defect == Defect::MakesUpCounts && value["usage"].is_object() {
        let count = |name: &str| value["usage"][name].as_f64().unwrap_or(1.0).abs() as u64;
        return Some(Usage::new().with_tokens(count("in"), count("out")));
    }
    Some(Usage::new().with_tokens(value["usage"]["in"].as_u64()?, value["usage"]["out"].as_u64()?))
}

type Again = Pin<Box<dyn Future<Output = Result<Completion>> + Send>>;

/// The events of a stream.
pub(crate) struct Events {
    events: EventStream,
    ready: VecDeque<StreamEvent>,
    usage: Usage,
    price: Option<PriceSchedule>,
    defect: Defect,
    told: bool,
    failed: Option<Error>,
    ended: bool,
    again: Option<(Plain, Request)>,
    repeating: Option<Again>,
}

impl Events {
    pub(crate) fn new(
        events: EventStream,
        price: Option<PriceSchedule>,
        defect: Defect,
        again: Option<(Plain, Request)>,
    ) -> Self {
        let (ready, usage) = (VecDeque::new(), Usage::new());
        Self { events, ready, usage, price, defect, told: false, failed: None, ended: false, again, repeating: None }
    }

    /// An error in the first event can still be repeated.
    pub(crate) fn judge_first(event: &SseEvent, _: Defect) -> Result<(), Fault> {
        match serde_json::from_str::<Value>(&event.data) {
            Ok(value) => reported(&value).map_or(Ok(()), Err),
            Err(_) => Ok(()),
        }
    }

    fn take(&mut self, event: &SseEvent) -> Result<(), Fault> {
        if event.lossy && self.defect != Defect::HidesLostCharacters {
            let message = "bytes of the stream that are not UTF-8 were replaced";
            let warning = Warning::new(WarningKind::LossyText, message);
            self.ready.push_back(StreamEvent::Warning { warning });
        }
        if &*event.data == "[DONE]" {
            if self.defect != Defect::ReadsPastTheEnd {
                self.end();
            }
            return Ok(());
        }
        let value: Value = match serde_json::from_str(&event.data) {
            Ok(value) => value,
            Err(_) if event.unterminated => return Err(cut()),
            Err(_) => return Err(Fault::new(ErrorKind::Protocol, "an event is not JSON")),
        };
        if let (Some(fault), true) = (reported(&value), self.defect != Defect::IgnoresErrorsInStreams) {
            return Err(fault);
        }
        check_fields(&value, self.defect)?;
        let known = ["text", "thought", "finish"].iter().any(|name| value[*name].is_string());
        if !known && self.defect == Defect::DiesOfUnknownEvents {
            return Err(Fault::new(ErrorKind::Protocol, "an event has no text"));
        }
        self.tell(&value);
        Ok(())
    }

    fn tell(&mut self, value: &Value) {
        let choice = value["choice"].as_u64().map_or(0, |choice| u32::try_from(choice).unwrap());
        if choice > 0 && self.defect == Defect::ReadsOneChoice {
            return;
        }
        if !self.told {
            self.told = true;
            let Completion { id, model, created, .. } = facts(value);
            self.ready.push_back(StreamEvent::Start { id, model, created });
        }
        if let Some(text) = value["thought"].as_str().map(str::to_owned) {
            self.events.note_content();
            self.ready.push_back(match self.defect {
                Defect::SaysItsThoughts => StreamEvent::Text { choice: 0, text },
                _ => StreamEvent::Reasoning { choice: 0, text },
            });
        }
        if let Some(text) = value["text"].as_str() {
            self.events.note_content();
            self.ready.push_back(StreamEvent::Text { choice, text: read_text(text, self.defect) });
        }
        if value["finish"].is_string() {
            self.ready.push_back(StreamEvent::Finish { choice, reason: finish(value, self.defect) });
        }
        if let (Some(usage), true) = (usage(value, self.defect), self.defect != Defect::LosesTheUsageOfStreams) {
            self.usage = usage.clone();
            self.ready.push_back(StreamEvent::Usage { usage });
        }
    }

    fn end(&mut self) {
        if self.usage.is_empty() && self.defect == Defect::CountsMissingUsageAsZero {
            self.usage = Usage::new().with_tokens(0, 0);
            self.ready.push_back(StreamEvent::Usage { usage: self.usage.clone() });
        }
        let Completion { cost, raw, .. } = self.late();
        self.ready.push_back(StreamEvent::End { cost, raw });
        self.ended = true;
    }

    /// What no event has said.
    fn late(&mut self) -> Completion {
        let mut usage = self.usage.clone();
        if self.defect == Defect::ForgetsThePriceOfInput && usage.input_tokens.is_some() {
            usage.input_tokens = Some(0);
        }
        let mut late = Completion::new();
        late.cost = self.price.as_ref().map(|price| price.cost(&usage)).unwrap_or_default();
        let raw = self.events.take_raw().reply;
        late.raw = if self.defect == Defect::DropsTheRawReply { Default::default() } else { raw };
        late
    }

    fn fail(&mut self, error: Error) {
        match self.again.take() {
            Some((provider, request)) => self.repeating = Some(Box::pin(again(provider, request))),
            None => {
                self.failed = Some(match self.defect {
                    Defect::ForgetsWhatABrokenStreamCost => error,
                    _ => error.with_partial(self.late()),
                });
                self.ended = true;
            }
        }
    }

    /// Without `[DONE]` nothing proves that the answer is whole.
    fn over(&mut self) {
        match self.defect {
            Defect::SwallowsCuts | Defect::ReadsPastTheEnd => self.end(),
            _ => {
                let error = self.events.error(cut());
                self.fail(error);
            }
        }
    }
}

fn cut() -> Fault {
    Fault::new(ErrorKind::Truncated, "the stream ended without its end mark")
}

impl Stream for Events {
    type Item = Result<StreamEvent>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            if let Some(event) = this.ready.pop_front() {
                return Poll::Ready(Some(Ok(event)));
            }
            if this.ended {
                return Poll::Ready(this.failed.take().map(Err));
            }
            if let Some(repeating) = &mut this.repeating {
                match ready!(repeating.as_mut().poll(context)) {
                    Ok(answer) => {
                        this.ready = StreamEvent::unfold(answer).into();
                        this.ended = true;
                    }
                    Err(error) => this.failed = Some(error),
                }
                this.repeating = None;
                this.ended = true;
                continue;
            }
            match ready!(Pin::new(&mut this.events).poll_next(context)) {
                Some(Ok(event)) => {
                    if let Err(fault) = this.take(&event) {
                        let error = this.events.error(fault);
                        this.fail(error);
                    }
                }
                Some(Err(_)) if this.defect == Defect::SwallowsCuts => this.end(),
                Some(Err(error)) => this.fail(error),
                None => this.over(),
            }
        }
    }
}

/// The same events, read by a task that goes on when nobody wants them any more.
pub(crate) fn in_a_task(mut events: Events) -> impl Stream<Item = Result<StreamEvent>> + Send {
    let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Some(event) = futures_util::StreamExt::next(&mut events).await {
            let _ = sender.send(event);
        }
    });
    futures_util::stream::poll_fn(move |context| receiver.poll_recv(context))
}
