//! Streamed answers: what a provider's reader says comes out in order, and an error keeps what was paid for.

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::StreamExt;
use vlm_core::{
    Choice, Completion, CompletionStream, Cost, Error, ErrorKind, Money, PriceSchedule, PriceTier, RawReply, Result,
    StreamEvent, TimeoutPhase, Usage, WarningKind,
};
use vlm_http::{
    AnswerReader, AnswerStream, Fault, Opened, RawJson, Reply, RetryClass, SseEvent, Step, StreamEnd, TransportFault,
};

use crate::support::fake::{Fake, Piece, events, reply, text};
use crate::support::{call, scripted, secs};

const URL: &str = "https://example.com/v1/chat";
const TEXT: &str = "data: {\"text\":\"A cat\"}\n\n";
const USAGE: &str = "data: {\"usage\":{\"in\":3,\"out\":2}}\n\n";
const DONE: &str = "data: [DONE]\n\n";

/// Events are `{"text": …, "usage": …, "error": …}`; the end mark is `[DONE]`.
#[derive(Default)]
struct Reader {
    usage: Usage,
}

impl AnswerReader for Reader {
    type Fault = Fault;

    fn read(&mut self, event: &SseEvent, out: &mut VecDeque<StreamEvent>) -> Result<Step, Fault> {
        if &*event.data == "[DONE]" {
            return Ok(Step::End);
        }
        let json = RawJson::parse(event.data.as_bytes()).map_err(|_| Fault::new(ErrorKind::Protocol, "no JSON"))?;
        let object = json.root();
        if let Some(text) = object.text("text") {
            out.push_back(StreamEvent::Text { choice: 0, text: text.into() });
        }
        if let Some(counts) = object.object("usage") {
            let count = |name| counts.whole_number(name).unwrap_or_default();
            self.usage = Usage::new().with_tokens(count("in"), count("out"));
            out.push_back(StreamEvent::Usage { usage: self.usage.clone() });
        }
        match object.text("error") {
            Some(_) => Err(Fault::new(ErrorKind::Overloaded, "busy").with_class(RetryClass::R1)),
            None => Ok(Step::More),
        }
    }

    fn end(&mut self, end: StreamEnd, raw: &RawReply, out: &mut VecDeque<StreamEvent>) -> Result<(), Fault> {
        let metadata = serde_json::json!({ "end": format!("{end:?}"), "bytes": raw.len() });
        out.push_back(StreamEvent::Metadata { metadata: metadata.as_object().unwrap().clone() });
        match end {
            StreamEnd::Closed => Err(Fault::new(ErrorKind::Truncated, "cut short")),
            _ => Ok(()),
        }
    }

    fn usage(&self) -> &Usage {
        &self.usage
    }
}

/// A pico-dollar per token of input, two of output.
fn prices() -> Option<PriceSchedule> {
    PriceSchedule::new(vec![PriceTier::new(None, Money::from_pico_usd(1), Money::from_pico_usd(2))])
}

fn judge(reply: &Reply) -> Result<Completion, Fault> {
    let mut answer = Completion::new();
    answer.choices.push(Choice::new(0, String::from_utf8_lossy(reply.body())));
    Ok(answer)
}

async fn ask(fake: Arc<Fake>) -> Result<CompletionStream> {
    scripted(fake).build().unwrap().stream(call(URL), judge, Reader::default, prices()).await
}

async fn stream(pieces: Vec<Piece>) -> CompletionStream {
    ask(Fake::new([events(pieces)])).await.unwrap()
}

async fn failed(pieces: Vec<Piece>) -> Error {
    stream(pieces).await.collect().await.unwrap_err()
}

#[tokio::test(start_paused = true)]
async fn an_answer_has_its_cost_and_its_raw_reply() {
    let mut stream = stream(vec![text(TEXT), text(USAGE), text(DONE), text(TEXT)]).await;
    let mut events = Vec::new();
    while let Some(event) = stream.next().await {
        events.push(event.unwrap());
    }
    let answer = stream.partial();
    assert_eq!((answer.text(), answer.cost.amount(), events.len()), ("A cat", Some(Money::from_pico_usd(7)), 4));
    assert!(answer.raw.to_text().starts_with(&format!("{TEXT}{USAGE}{DONE}")));
    assert_eq!(answer.metadata["end"], "Marked");
    assert_eq!(answer.metadata["bytes"], answer.raw.len());
    assert!(stream.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn an_error_of_any_kind_keeps_what_came_and_what_it_cost() {
    let busy = "data: {\"error\":\"busy\"}\n\n";
    for (last, kind) in [
        (vec![Piece::Fail(TransportFault::Truncated)], ErrorKind::Truncated),
        (vec![Piece::Hang], ErrorKind::Timeout(TimeoutPhase::Idle)),
        (vec![text(busy), text(DONE)], ErrorKind::Overloaded),
        (vec![text("data: nonsense\n\n")], ErrorKind::Protocol),
    ] {
        let error = failed([vec![text(TEXT), text(USAGE)], last].concat()).await;
        assert_eq!((error.kind(), error.status(), error.is_retryable()), (kind, Some(200), false));
        let partial = error.partial().unwrap();
        assert_eq!((partial.text(), &partial.usage), ("A cat", &Usage::new().with_tokens(3, 2)), "{kind:?}");
        assert_eq!(partial.cost.amount(), Some(Money::from_pico_usd(7)), "{kind:?}");
        assert!(partial.raw.to_text().starts_with(&format!("{TEXT}{USAGE}")), "{kind:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_failing_event_says_comes_before_its_error() {
    let mut stream = stream(vec![text(TEXT), text("data: {\"text\":\".\",\"error\":\"busy\"}\n\n")]).await;
    assert_eq!(stream.next_text().await.unwrap().as_deref(), Some("A cat"));
    assert_eq!(stream.next_text().await.unwrap().as_deref(), Some("."));
    let error = stream.next_text().await.unwrap_err();
    assert_eq!((error.kind(), error.partial_text()), (ErrorKind::Overloaded, Some("A cat.")));
    assert!(stream.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn the_reader_learns_how_the_stream_ended() {
    let framed = stream(vec![text(TEXT)]).await.collect().await.unwrap();
    assert_eq!((framed.text(), &framed.metadata["end"]), ("A cat", &"Framed".into()));
    let closed = Fake::with_framing([events(vec![text(TEXT), text(USAGE)])], false);
    let error = ask(Arc::new(closed)).await.unwrap().collect().await.unwrap_err();
    let partial = error.partial().unwrap();
    assert_eq!((error.kind(), &partial.metadata["end"]), (ErrorKind::Truncated, &"Closed".into()));
    assert_eq!((partial.cost.amount(), partial.raw.len()), (Some(Money::from_pico_usd(7)), TEXT.len() + USAGE.len()));
}

#[tokio::test(start_paused = true)]
async fn replaced_bytes_are_warned_of_once() {
    let broken = Piece::Bytes(Bytes::from_static(b"data: {\"text\":\"\xFF\"}\n\n"));
    let answer = stream(vec![broken.clone(), broken, text(DONE)]).await.collect().await.unwrap();
    assert_eq!(answer.text(), "\u{FFFD}\u{FFFD}");
    let kinds: Vec<WarningKind> = answer.warnings.iter().map(|warning| warning.kind).collect();
    assert_eq!(kinds, [WarningKind::LossyText]);
}

#[tokio::test(start_paused = true)]
async fn only_events_that_say_something_are_progress() {
    let every_50_s = |data: &'static str| (0..10).flat_map(move |_| [Piece::Wait(secs(50)), text(data)]);
    let busy: Vec<Piece> = [text(TEXT)].into_iter().chain(every_50_s(TEXT)).chain([text(DONE)]).collect();
    assert_eq!(stream(busy).await.collect().await.unwrap().text(), "A cat".repeat(11));
    let idle: Vec<Piece> = [text(TEXT)].into_iter().chain(every_50_s("data: {}\n\n")).collect();
    let error = failed(idle).await;
    assert_eq!((error.kind(), error.partial_text()), (ErrorKind::Timeout(TimeoutPhase::Progress), Some("A cat")));
}

#[tokio::test(start_paused = true)]
async fn an_error_in_the_first_event_is_repeated_with_a_reader_of_its_own() {
    let busy = "data: {\"text\":\"lost\",\"usage\":{\"in\":9,\"out\":9},\"error\":\"busy\"}\n\n";
    let fake = Fake::new([events(vec![text(busy)]), events(vec![text(TEXT), text(DONE)])]);
    let answer = ask(fake.clone()).await.unwrap().collect().await.unwrap();
    assert_eq!((answer.text(), &answer.usage, fake.times().len()), ("A cat", &Usage::new(), 2));
    assert_eq!(ask(Fake::new([events(vec![text(busy)])])).await.unwrap_err().attempts(), 3);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_came_whole_is_streamed() {
    let whole = reply(200, &[("content-type", "application/json")], "A dog");
    let answer = ask(Fake::new([whole])).await.unwrap().collect().await.unwrap();
    assert_eq!(answer.text(), "A dog");
}

#[tokio::test(start_paused = true)]
async fn without_prices_the_cost_is_unknown_and_debug_shows_no_text() {
    let client = scripted(Fake::new([events(vec![text(TEXT), text(USAGE)])])).build().unwrap();
    let Opened::Events(opened) = client.open(call(URL), judge, |_| Ok(())).await.unwrap() else { panic!("whole") };
    let mut stream = AnswerStream::new(opened, Reader::default(), None);
    let mut last = None;
    while let Some(event) = stream.next().await {
        let shown = format!("{stream:?}");
        assert!(shown.starts_with("AnswerStream") && !shown.contains("cat"), "{shown}");
        last = Some(event.unwrap());
    }
    assert!(matches!(last, Some(StreamEvent::End { cost: Cost::Unknown { .. }, .. })));
}
