//! Event streams: what is repeated, which deadline fires, and that an end is an end.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::StreamExt;
use vlm_core::{Delivery, Error, ErrorKind, LimitedPart, TimeoutPhase};
use vlm_http::{
    Call, Clock, Deadlines, EventStream, Fault, HttpClient, Limits, Opened, RetryClass, Sleep, SseEvent, TokioClock,
    TransportFault,
};

use crate::support::fake::{Answer, Fake, Piece, events, reply, status, text};
use crate::support::{call, judge, ms, scripted, secs};

const URL: &str = "https://example.com/v1/chat";

fn client(fake: &Arc<Fake>) -> HttpClient {
    scripted(fake.clone()).build().unwrap()
}

fn first(event: &SseEvent) -> Result<(), Fault> {
    match event.event.as_deref() {
        Some("error") => Err(Fault::new(ErrorKind::Overloaded, "the service says so")),
        _ => Ok(()),
    }
}

async fn open(client: &HttpClient, call: Call) -> Result<EventStream, Error> {
    match client.open(call, judge, first).await? {
        Opened::Events(events) => Ok(events),
        Opened::Whole(..) => panic!("not a stream"),
    }
}

async fn data(events: &mut EventStream) -> String {
    events.next().await.expect("an event").expect("no error").data.to_string()
}

#[tokio::test(start_paused = true)]
async fn events_come_out_and_the_end_stays_the_end() {
    let fake = Fake::new([events(vec![text("data: one\n\nda"), Piece::Wait(secs(1)), text("ta: two\n\n")])]);
    let mut stream = open(&client(&fake), call(URL)).await.unwrap();
    assert_eq!(data(&mut stream).await, "one");
    assert!(!stream.ended_framed());
    assert_eq!(data(&mut stream).await, "two");
    for _ in 0..3 {
        assert!(stream.next().await.is_none());
    }
    assert!(stream.ended_framed());
    assert_eq!((stream.stats().attempts, stream.stats().elapsed), (1, secs(1)));
    let raw = stream.take_raw();
    assert!(raw.complete);
    assert_eq!(raw.reply.to_text(), "data: one\n\ndata: two\n\n");
}

#[tokio::test(start_paused = true)]
async fn a_closed_connection_proves_nothing() {
    let fake = Arc::new(Fake::with_framing([events(vec![text("data: one\n\n")])], false));
    let mut stream = open(&client(&fake), call(URL)).await.unwrap();
    while stream.next().await.is_some() {}
    assert!(!stream.ended_framed());
}

#[tokio::test(start_paused = true)]
async fn an_error_event_before_any_content_is_repeated() {
    let error = || events(vec![text(": hello\n\nevent: error\ndata: busy\n\n"), Piece::Hang]);
    let fake = Fake::new([error(), status(503), events(vec![text("data: one\n\n")])]);
    let mut stream = open(&client(&fake), call(URL)).await.unwrap();
    assert_eq!((data(&mut stream).await, stream.stats().attempts), ("one".to_owned(), 3));
    let fake = Fake::new([error()]);
    let error = open(&client(&fake), call(URL)).await.unwrap_err();
    assert_eq!((error.kind(), error.status(), error.attempts()), (ErrorKind::Overloaded, Some(200), 3));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_repeated_after_the_first_event() {
    let fake = Fake::new([events(vec![text("data: one\n\ndata: tw"), Piece::Fail(TransportFault::Truncated)])]);
    let client = client(&fake);
    let mut stream = open(&client, call(URL).retry_ambiguous(Some(true))).await.unwrap();
    assert_eq!(data(&mut stream).await, "one");
    let error = stream.next().await.unwrap().unwrap_err();
    assert_eq!((error.kind(), error.is_retryable(), error.attempts()), (ErrorKind::Truncated, false, 1));
    assert_eq!((error.delivery(), error.status()), (Delivery::Answered, Some(200)));
    assert_eq!((error.provider(), error.model()), (Some("test"), Some("m:one")));
    // The transport would say the same error for ever.
    for _ in 0..3 {
        assert!(stream.next().await.is_none());
    }
    assert!(!stream.ended_framed());
    assert_eq!(fake.times().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_break_before_the_first_event_follows_the_policy() {
    let cut = || events(vec![text("data: on"), Piece::Fail(TransportFault::Truncated)]);
    let fake = Fake::new([cut()]);
    let error = open(&client(&fake), call(URL)).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts(), error.is_retryable()), (ErrorKind::Truncated, 1, false));
    let fake = Fake::new([cut(), events(vec![text("data: one\n\n")])]);
    let stream = open(&client(&fake), call(URL).retry_ambiguous(Some(true))).await.unwrap();
    assert_eq!(stream.stats().attempts, 2);
}

#[tokio::test(start_paused = true)]
async fn streams_without_an_event() {
    let fake = Fake::new([events(vec![])]);
    let error = open(&client(&fake), call(URL)).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Protocol, 3));
    let fake = Fake::new([events(vec![text(": ping\n\n")])]);
    let error = open(&client(&fake), call(URL)).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Truncated, 1));
}

#[tokio::test(start_paused = true)]
async fn a_reply_that_is_no_stream_is_read_whole() {
    let fake = Fake::new([status(503), reply(200, &[("content-type", "application/json")], "{}")]);
    match client(&fake).open(call(URL), judge, first).await.unwrap() {
        Opened::Whole(body, stats) => assert_eq!((body.as_ref(), stats.attempts), (b"{}".as_slice(), 2)),
        Opened::Events(_) => panic!("not a stream"),
    }
    // An error with the content type of a stream is an error.
    let fake = Fake::new([reply(401, &[("content-type", "text/event-stream")], "data: no\n\n")]);
    let error = client(&fake).open(call(URL), judge, first).await.unwrap_err();
    assert_eq!((error.kind(), error.service_message()), (ErrorKind::Auth, Some("data: no")));
    // And a call that asked for none gets none.
    let fake = Fake::new([events(vec![text("data: one\n\n")])]);
    assert_eq!(client(&fake).send(call(URL), judge).await.unwrap().0, "data: one\n\n");
}

#[tokio::test(start_paused = true)]
async fn silence_meets_the_idle_deadline() {
    let fake = Fake::new([events(vec![text("data: one\n\n"), Piece::Hang])]);
    let mut stream = open(&client(&fake), call(URL)).await.unwrap();
    data(&mut stream).await;
    let error = stream.next().await.unwrap().unwrap_err();
    assert_eq!((error.kind(), error.elapsed()), (ErrorKind::Timeout(TimeoutPhase::Idle), Some(secs(60))));
    assert!(stream.next().await.is_none());
    // No head at all: a stream waits a minute for it, not five.
    let fake = Fake::new([Answer::Hang]);
    let error = open(&client(&fake), call(URL)).await.unwrap_err();
    assert_eq!((error.kind(), error.elapsed()), (ErrorKind::Timeout(TimeoutPhase::FirstByte), Some(secs(60))));
}

/// tokio's clock, and how many timers it made.
#[derive(Debug, Default)]
struct Counting(TokioClock, AtomicUsize);

impl Clock for Counting {
    fn now(&self) -> Duration {
        self.0.now()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        self.1.fetch_add(1, Ordering::SeqCst);
        self.0.sleep(duration)
    }
}

#[tokio::test(start_paused = true)]
async fn one_timer_serves_many_waits_and_the_deadline_is_exact_all_the_same() {
    let drip = (0..1000).flat_map(|_| [Piece::Wait(ms(130)), text("data: x\n\n")]);
    let fake = Fake::new([events(drip.chain([Piece::Hang]).collect())]);
    let clock = Arc::new(Counting::default());
    let client = scripted(fake).clock(clock.clone()).build().unwrap();
    let mut stream = open(&client, call(URL)).await.unwrap();
    for _ in 0..1000 {
        data(&mut stream).await;
        stream.note_content();
    }
    let error = stream.next().await.unwrap().unwrap_err();
    assert_eq!((error.kind(), error.elapsed()), (ErrorKind::Timeout(TimeoutPhase::Idle), Some(secs(130 + 60))));
    // One a minute, and one for the head.
    assert!(clock.1.load(Ordering::SeqCst) <= 6, "{clock:?}");
}

fn pings(count: usize) -> Vec<Piece> {
    (0..count).flat_map(|_| [Piece::Wait(secs(10)), text(": ping\n\n")]).collect()
}

#[tokio::test(start_paused = true)]
async fn pings_alone_meet_the_progress_deadline() {
    let mut pieces = vec![text("data: one\n\n")];
    pieces.extend(pings(100));
    let fake = Fake::new([events(pieces)]);
    let mut stream = open(&client(&fake), call(URL)).await.unwrap();
    data(&mut stream).await;
    let error = stream.next().await.unwrap().unwrap_err();
    assert_eq!((error.kind(), error.elapsed()), (ErrorKind::Timeout(TimeoutPhase::Progress), Some(secs(300))));
}

#[tokio::test(start_paused = true)]
async fn content_resets_the_progress_deadline() {
    let pieces: Vec<Piece> = (0..4).flat_map(|_| [pings(20), vec![text("data: more\n\n")]].concat()).collect();
    let fake = Fake::new([events(pieces)]);
    let mut stream = open(&client(&fake), call(URL)).await.unwrap();
    let mut count = 0;
    while let Some(event) = stream.next().await {
        event.expect("800 s of stream with content every 200 s");
        stream.note_content();
        count += 1;
    }
    assert_eq!((count, stream.stats().elapsed), (4, secs(800)));
}

#[tokio::test(start_paused = true)]
async fn a_slow_reader_is_no_error() {
    let pieces: Vec<Piece> = (0..5).flat_map(|_| [Piece::Wait(secs(50)), text("data: more\n\n")]).collect();
    let fake = Fake::new([events(pieces)]);
    let mut stream = open(&client(&fake), call(URL)).await.unwrap();
    let mut count = 0;
    while let Some(event) = stream.next().await {
        event.expect("the reader is slow, not the network");
        // Longer than the idle and the progress deadline; content is never noted, so only waiting may count.
        tokio::time::sleep(secs(1000)).await;
        count += 1;
    }
    assert_eq!(count, 5);
}

#[tokio::test(start_paused = true)]
async fn a_total_limit_holds_for_streams_too() {
    let endless: Vec<Piece> = (0..1000).flat_map(|_| [text("data: x\n\n"), Piece::Wait(secs(1))]).collect();
    let fake = Fake::new([events(endless)]);
    let mut stream = open(&client(&fake), call(URL).total(Some(ms(7500)))).await.unwrap();
    let mut last = None;
    while let Some(event) = stream.next().await {
        stream.note_content();
        last = Some(event);
    }
    let error = last.unwrap().unwrap_err();
    assert_eq!((error.kind(), error.elapsed()), (ErrorKind::Timeout(TimeoutPhase::Total), Some(ms(7500))));
}

#[tokio::test(start_paused = true)]
async fn limits_end_a_stream() {
    let limits = Limits::new().sse_line(20).sse_event(40).stream(200);
    for (flood, part) in [
        (": 345678901234567890x\n", LimitedPart::Line),
        ("data: 0123456789\n", LimitedPart::Event),
        (": ping\n\n", LimitedPart::Stream),
    ] {
        let mut pieces = vec![text("data: one\n\n")];
        pieces.extend(std::iter::repeat_n(text(flood), 100));
        let fake = Fake::new([events(pieces)]);
        let client = scripted(fake).limits(limits).build().unwrap();
        let mut stream = open(&client, call(URL)).await.unwrap();
        assert_eq!(data(&mut stream).await, "one");
        let error = stream.next().await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ResponseTooLarge(part), "{flood}");
        assert!(stream.next().await.is_none());
    }
}

#[tokio::test(start_paused = true)]
async fn raw_bytes_are_kept_up_to_a_limit() {
    let fake = Fake::new([events(vec![text("data: one\n\n"), text("data: two\n\n"), text("data: three\n\n")])]);
    let client = scripted(fake).limits(Limits::new().raw_stream(25)).build().unwrap();
    let mut stream = open(&client, call(URL)).await.unwrap();
    while stream.next().await.is_some() {}
    let raw = stream.take_raw();
    assert!(!raw.complete);
    assert_eq!(raw.reply.to_text(), "data: one\n\ndata: two\n\n");
}

#[tokio::test(start_paused = true)]
async fn an_unterminated_last_event_is_handed_out_flagged() {
    let fake = Fake::new([events(vec![text("data: one\n\ndata: end")])]);
    let mut stream = open(&client(&fake), call(URL)).await.unwrap();
    assert!(!stream.next().await.unwrap().unwrap().unterminated);
    let last = stream.next().await.unwrap().unwrap();
    assert_eq!((&*last.data, last.unterminated), ("end", true));
    assert!(stream.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_decoder_makes_errors_with_the_calls_context() {
    let fake = Fake::new([events(vec![text("data: one\n\n")])]);
    let stream = open(&client(&fake), call(URL)).await.unwrap();
    let fault = Fault::new(ErrorKind::Server, "broke").with_class(RetryClass::R2).with_code("0001");
    let error = stream.error(fault);
    assert_eq!((error.kind(), error.is_retryable(), error.status()), (ErrorKind::Server, false, Some(200)));
    assert_eq!((error.operation(), error.code()), (Some("generate"), Some("0001")));
}

#[tokio::test(start_paused = true)]
async fn a_compressed_stream_is_refused() {
    let headers = [("content-type", "text/event-stream"), ("content-encoding", "gzip")];
    let fake = Fake::new([reply(200, &headers, "data: one\n\n")]);
    assert_eq!(open(&client(&fake), call(URL)).await.unwrap_err().kind(), ErrorKind::Protocol);
    let deadlines = Deadlines::new().first_byte_streaming(ms(10));
    let fake = Fake::new([Answer::Hang]);
    let client = scripted(fake).deadlines(deadlines).build().unwrap();
    assert_eq!(open(&client, call(URL)).await.unwrap_err().elapsed(), Some(ms(10)));
}
