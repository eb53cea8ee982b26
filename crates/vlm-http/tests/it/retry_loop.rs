//! The loop under a paused clock: exact times, no sockets.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use vlm_core::{Billed, ConnectCause, Delivery, ErrorKind, TimeoutPhase, TransportPhase};
use vlm_http::{
    Body, Call, Clock, Deadlines, Fault, HttpClient, Reply, RetryClass, RetryPolicy, RetryQuota, Secret, Sleep,
    SseEvent, TokioClock, TransportFault,
};

use crate::support::fake::{Answer, Fake, Piece, events, reply, status, text};
use crate::support::{call, judge, ms, now, scripted, secs};

const URL: &str = "https://example.com/v1/chat";

fn client(fake: &Arc<Fake>) -> HttpClient {
    scripted(fake.clone()).build().unwrap()
}

#[tokio::test(start_paused = true)]
async fn retries_at_exact_times() {
    let fake = Fake::new([status(503), status(500), status(200)]);
    let (body, stats) = client(&fake).send(call(URL), judge).await.unwrap();
    assert_eq!(body, "{}");
    assert_eq!(fake.times(), [ms(0), ms(250), ms(750)]);
    assert_eq!((stats.attempts, stats.elapsed), (3, ms(750)));
}

#[tokio::test(start_paused = true)]
async fn rate_limits_without_a_hint_wait_longer() {
    let fake = Fake::new([status(429), status(429), status(200)]);
    client(&fake).send(call(URL), judge).await.unwrap();
    assert_eq!(fake.times(), [ms(0), ms(500), ms(1500)]);
}

#[tokio::test(start_paused = true)]
async fn the_last_error_says_everything() {
    let headers = [("x-request-id", "req-17"), ("content-type", "text/html")];
    let fake = Fake::new([reply(500, &headers, "<html>sk-planted12345 broke</html>")]);
    let error = client(&fake).send(call(URL), judge).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Server);
    assert_eq!((error.provider(), error.operation(), error.model()), (Some("test"), Some("generate"), Some("m:one")));
    assert_eq!((error.status(), error.request_id()), (Some(500), Some("req-17")));
    assert_eq!((error.attempts(), error.elapsed()), (3, Some(ms(750))));
    assert_eq!((error.delivery(), error.is_retryable()), (Delivery::Answered, true));
    assert_eq!(error.service_message(), Some("<html>[redacted] broke</html>"));
}

#[tokio::test(start_paused = true)]
async fn what_cannot_help_is_not_repeated() {
    for code in [400, 401, 402, 403, 404, 405, 409, 413, 415, 422, 501, 524, 204, 301] {
        let fake = Fake::new([status(code)]);
        let error = client(&fake).send(call(URL), judge).await.unwrap_err();
        assert_eq!((error.attempts(), error.is_retryable(), error.status()), (1, false, Some(code)), "{code}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_inside_a_successful_reply_is_repeated_by_its_kind() {
    let envelope = |reply: &Reply| match reply.body().as_ref() {
        b"limit" => Err(Fault::new(ErrorKind::RateLimited, "slow down").with_code("0429")),
        b"refused" => Err(Fault::new(ErrorKind::Auth, "no").with_code("0401")),
        _ => Ok(()),
    };
    let fake = Fake::new([reply(200, &[], "limit"), reply(200, &[], "limit"), reply(200, &[], "fine")]);
    client(&fake).send(call(URL), envelope).await.unwrap();
    assert_eq!(fake.times(), [ms(0), ms(500), ms(1500)]);
    let fake = Fake::new([reply(200, &[], "refused")]);
    let error = client(&fake).send(call(URL), envelope).await.unwrap_err();
    assert_eq!((error.kind(), error.code(), error.status()), (ErrorKind::Auth, Some("0401"), Some(200)));
    assert_eq!(error.attempts(), 1);
}

#[tokio::test(start_paused = true)]
async fn ordered_delays() {
    let after = |headers: &[(&'static str, &str)]| Fake::new([reply(429, headers, "{}"), status(200)]);
    for (headers, expected) in [
        (vec![("retry-after", "2")], ms(2100)),
        (vec![("retry-after", "0")], ms(500)),
        (vec![("retry-after", "1.5")], ms(1575)),
        (vec![("retry-after", "9"), ("retry-after-ms", "1500")], ms(1575)),
        (vec![("date", "Sun, 06 Nov 1994 08:49:37 GMT"), ("retry-after", "Sun, 06 Nov 1994 08:49:40 GMT")], ms(3150)),
        (vec![("retry-after", "soon")], ms(500)),
        (vec![("retry-after", "2"), ("retry-after", "5")], ms(5250)),
    ] {
        let fake = after(&headers);
        client(&fake).send(call(URL), judge).await.unwrap();
        assert_eq!(fake.times(), [ms(0), expected], "{headers:?}");
    }
}

/// tokio's clock beside a calendar that stands an hour ahead of the dates below, an hour behind, and so on.
#[derive(Debug, Default)]
struct Jumping(TokioClock, AtomicBool);

impl Clock for Jumping {
    fn now(&self) -> Duration {
        self.0.now()
    }

    fn wall(&self) -> SystemTime {
        let date = SystemTime::UNIX_EPOCH + secs(784_111_777);
        if self.1.fetch_not(Ordering::SeqCst) { date - secs(3600) } else { date + secs(3600) }
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        self.0.sleep(duration)
    }
}

#[tokio::test(start_paused = true)]
async fn a_calendar_that_jumps_moves_dates_only() {
    let fake = Fake::new([reply(429, &[("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT")], "{}")]);
    let client = scripted(fake.clone()).clock(Arc::new(Jumping::default())).build().unwrap();
    let error = client.send(call(URL), judge).await.unwrap_err();
    // Past at the first look, and so ignored; an hour away at the second, and so told and not waited for.
    assert_eq!((error.attempts(), error.retry_after()), (2, Some(secs(3600))));
    assert_eq!((error.elapsed(), fake.times()), (Some(ms(500)), vec![ms(0), ms(500)]));
}

#[tokio::test(start_paused = true)]
async fn a_delay_above_the_cap_or_the_rest_of_the_time_ends_the_call() {
    let fake = Fake::new([reply(429, &[("retry-after", "3600")], "{}")]);
    let error = client(&fake).send(call(URL), judge).await.unwrap_err();
    assert_eq!((error.attempts(), error.retry_after(), error.is_retryable()), (1, Some(secs(3600)), true));
    assert_eq!(error.elapsed(), Some(ms(0)));
    let fake = Fake::new([reply(503, &[("retry-after", "30")], "{}")]);
    let error = client(&fake).send(call(URL).total(Some(secs(20))), judge).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Overloaded, 1));
    assert_eq!((error.elapsed(), error.retry_after()), (Some(ms(0)), Some(secs(30))));
}

#[tokio::test(start_paused = true)]
async fn a_delay_on_another_status_is_ignored() {
    let fake = Fake::new([reply(400, &[("retry-after", "2")], "{}")]);
    let error = client(&fake).send(call(URL), judge).await.unwrap_err();
    assert_eq!((error.attempts(), error.retry_after()), (1, None));
    let fake = Fake::new([reply(200, &[("retry-after", "2")], "{}")]);
    let client = client(&fake);
    client.send(call(URL), judge).await.unwrap();
    client.send(call(URL), judge).await.unwrap();
    assert_eq!(fake.times(), [ms(0), ms(0)]);
}

#[tokio::test(start_paused = true)]
async fn one_pause_for_all_clones() {
    let fake = Fake::new([reply(429, &[("retry-after", "2")], "{}"), status(200)]);
    let client = client(&fake);
    let first = tokio::spawn({
        let client = client.clone();
        async move { client.send(call(URL), judge).await }
    });
    while fake.times().is_empty() {
        tokio::task::yield_now().await;
    }
    tokio::task::yield_now().await;
    let mut calls = vec![first];
    for _ in 0..9 {
        let client = client.clone();
        calls.push(tokio::spawn(async move { client.send(call(URL), judge).await }));
    }
    for call in calls {
        call.await.unwrap().unwrap();
    }
    let times = fake.times();
    assert_eq!(times.len(), 11);
    assert!(times[1..].iter().all(|time| *time >= secs(2) && *time <= ms(2200)), "{times:?}");
}

#[tokio::test(start_paused = true)]
async fn a_pause_longer_than_a_call_may_take_refuses_it_unsent() {
    let fake = Fake::new([reply(429, &[("retry-after", "30")], "{}")]);
    let client = client(&fake);
    let once = call(URL).max_attempts(Some(1));
    assert_eq!(client.send(once, judge).await.unwrap_err().attempts(), 1);
    let error = client.send(call(URL).total(Some(secs(10))), judge).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts(), error.delivery()), (ErrorKind::RateLimited, 0, Delivery::NotSent));
    assert_eq!((error.retry_after(), error.billed(), error.is_retryable()), (Some(secs(30)), Billed::No, true));
    assert_eq!(fake.times().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_total_limit_covers_waits_and_keeps_the_real_error() {
    let fake = Fake::new([status(503)]);
    let policy = RetryPolicy::new().max_attempts(100).backoff(secs(4), secs(4)).quota(None);
    let client = scripted(fake.clone()).retry(policy).build().unwrap();
    let error = client.send(call(URL).total(Some(secs(5))), judge).await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Overloaded, Some(503)));
    assert!(error.elapsed().unwrap() <= secs(5));
    assert_eq!(fake.times(), [secs(0), secs(2), secs(4)]);
}

#[tokio::test(start_paused = true)]
async fn deadlines_fire_on_time() {
    let fake = Fake::new([Answer::Hang]);
    let error = client(&fake).send(call(URL), judge).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout(TimeoutPhase::FirstByte));
    assert_eq!((error.elapsed(), error.attempts()), (Some(secs(300)), 1));
    assert_eq!((error.delivery(), error.billed(), error.is_retryable()), (Delivery::MaybeSent, Billed::Maybe, false));

    let error = client(&fake).send(call(URL).total(Some(secs(7))), judge).await.unwrap_err();
    assert_eq!((error.kind(), error.elapsed()), (ErrorKind::Timeout(TimeoutPhase::Total), Some(secs(7))));

    let stall = Answer::Reply(200, vec![], vec![text("{\"a\":"), Piece::Hang]);
    let fake = Fake::new([stall]);
    let error = client(&fake).send(call(URL), judge).await.unwrap_err();
    assert_eq!((error.kind(), error.elapsed()), (ErrorKind::Timeout(TimeoutPhase::Idle), Some(secs(60))));
    assert_eq!((error.delivery(), error.status()), (Delivery::Answered, Some(200)));
}

#[tokio::test(start_paused = true)]
async fn a_drip_meets_the_total_limit_not_the_idle_one() {
    let drip: Vec<Piece> = (0..10_000).flat_map(|_| [text("x"), Piece::Wait(ms(100))]).collect();
    let fake = Fake::new([Answer::Reply(200, vec![], drip)]);
    let error = client(&fake).send(call(URL), judge).await.unwrap_err();
    assert_eq!((error.kind(), error.elapsed()), (ErrorKind::Timeout(TimeoutPhase::Total), Some(secs(600))));
}

#[tokio::test(start_paused = true)]
async fn a_deadline_of_zero_is_off() {
    let deadlines = Deadlines::new().first_byte(Duration::ZERO).total(None);
    let fake = Fake::new([Answer::Fail(secs(100_000), TransportFault::NotHttp)]);
    let client = scripted(fake).deadlines(deadlines.idle(None)).build().unwrap();
    let error = client.send(call(URL), judge).await.unwrap_err();
    assert_eq!((error.kind(), error.elapsed()), (ErrorKind::Protocol, Some(secs(100_000))));
}

#[tokio::test(start_paused = true)]
async fn an_upload_has_its_own_clock() {
    // Slow but moving for 100 s, then stuck: the idle deadline counts from the last byte taken.
    let fake = Fake::new([Answer::Take(vec![1; 100])]);
    let error = client(&fake).send(call(URL), judge).await.unwrap_err();
    assert_eq!((error.kind(), error.elapsed()), (ErrorKind::Timeout(TimeoutPhase::Idle), Some(secs(160))));
    assert_eq!(error.delivery(), Delivery::MaybeSent);
}

#[tokio::test(start_paused = true)]
async fn an_error_reply_that_never_ends_does_not_hide_its_status() {
    let fake = Fake::new([Answer::Reply(401, vec![], vec![text("{\"msg\":\"bad key\"}"), Piece::Hang])]);
    let error = client(&fake).send(call(URL), judge).await.unwrap_err();
    assert_eq!((error.kind(), error.service_message()), (ErrorKind::Auth, Some("{\"msg\":\"bad key\"}")));
    assert_eq!(error.elapsed(), Some(secs(5)));
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_dies_at_once_is_tried_again_once() {
    let reset = |after| Answer::Fail(after, TransportFault::Broken(TransportPhase::AwaitingHead));
    let fake = Fake::new([reset(ms(10))]);
    let error = client(&fake).send(call(URL), judge).await.unwrap_err();
    assert_eq!((error.attempts(), error.is_retryable()), (2, false));
    assert_eq!(error.kind(), ErrorKind::Transport(TransportPhase::AwaitingHead));
    let fake = Fake::new([reset(secs(1))]);
    assert_eq!(client(&fake).send(call(URL), judge).await.unwrap_err().attempts(), 1);
    let fake = Fake::new([reset(secs(1))]);
    let error = client(&fake).send(call(URL).retry_ambiguous(Some(true)), judge).await.unwrap_err();
    assert_eq!((error.attempts(), error.is_retryable()), (3, true));
}

#[tokio::test(start_paused = true)]
async fn a_later_refusal_does_not_hide_that_an_earlier_attempt_may_have_worked() {
    let refused = Answer::Fail(ms(1), TransportFault::Connect(ConnectCause::Refused));
    let fake = Fake::new([status(502), refused.clone()]);
    let error = client(&fake).send(call(URL), judge).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect(ConnectCause::Refused));
    assert_eq!((error.delivery(), error.billed()), (Delivery::MaybeSent, Billed::Maybe));
    let fake = Fake::new([status(503), refused]);
    let error = client(&fake).send(call(URL), judge).await.unwrap_err();
    assert_eq!((error.delivery(), error.billed(), error.attempts()), (Delivery::NotSent, Billed::No, 3));
}

#[tokio::test(start_paused = true)]
async fn the_services_own_word_wins() {
    let fake = Fake::new([reply(503, &[("x-should-retry", "false")], "{}")]);
    let error = client(&fake).send(call(URL), judge).await.unwrap_err();
    assert_eq!((error.attempts(), error.is_retryable()), (1, false));
    let fake = Fake::new([reply(409, &[("x-should-retry", "true")], "{}"), status(200)]);
    assert_eq!(client(&fake).send(call(URL), judge).await.unwrap().1.attempts, 2);
}

#[tokio::test(start_paused = true)]
async fn a_dead_service_is_not_stormed() {
    let fake = Fake::new([status(503)]);
    let client = client(&fake);
    let calls: Vec<_> = (0..1000)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.send(call(URL), judge).await })
        })
        .collect();
    let mut attempts = 0;
    for call in calls {
        attempts += call.await.unwrap().unwrap_err().attempts() as usize;
    }
    assert_eq!(fake.times().len(), attempts, "what was sent is what was reported");
    assert!(attempts <= 1000 + 500 / 14, "{attempts}");
}

#[tokio::test(start_paused = true)]
async fn the_quota_refills_by_successes() {
    let fake = Fake::new([status(503), status(200), status(503), status(503), status(200), status(503)]);
    let policy = RetryPolicy::new().quota(RetryQuota::new(14));
    let client = scripted(fake.clone()).retry(policy).build().unwrap();
    // Spent, given back by the success of the retry, spent again and not enough for another one.
    assert_eq!(client.send(call(URL), judge).await.unwrap().1.attempts, 2);
    assert_eq!(client.send(call(URL), judge).await.unwrap_err().attempts(), 2);
    assert_eq!(client.send(call(URL), judge).await.unwrap().1.attempts, 1);
    assert_eq!(client.send(call(URL), judge).await.unwrap_err().attempts(), 1);
}

#[tokio::test(start_paused = true)]
async fn cancelling_during_a_wait_sends_nothing_more() {
    let fake = Fake::new([status(503)]);
    let client = client(&fake);
    let cancelled = tokio::time::timeout(ms(100), client.send(call(URL), judge)).await;
    assert!(cancelled.is_err());
    tokio::time::sleep(secs(100)).await;
    assert_eq!(fake.times().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_callback_that_panics_takes_nobody_down() {
    let fake = Fake::new([status(200), events(vec![text("data: one\n\n")]), status(200)]);
    let client = client(&fake);
    let (judging, looking) = (client.clone(), client.clone());
    let judged = |_: &Reply| -> Result<(), Fault> { panic!("on purpose") };
    let panicked = tokio::spawn(async move { judging.send(call(URL), judged).await });
    assert!(panicked.await.unwrap_err().is_panic());
    let first = |_: &SseEvent| -> Result<(), Fault> { panic!("on purpose") };
    let panicked = tokio::spawn(async move { looking.open(call(URL), judge, first).await });
    assert!(panicked.await.unwrap_err().is_panic());
    assert_eq!(client.send(call(URL), judge).await.unwrap().1.attempts, 1);
    assert_eq!(fake.times().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn replies_that_must_not_be_read() {
    for (headers, kind) in [
        (("content-encoding", "gzip"), ErrorKind::Protocol),
        (("content-type", "application/json; charset=gb18030"), ErrorKind::Protocol),
        (("content-length", "10737418240"), ErrorKind::ResponseTooLarge(vlm_core::LimitedPart::Body)),
        (("content-length", "3"), ErrorKind::Truncated),
    ] {
        let fake = Fake::new([reply(200, &[headers], "{}")]);
        let error = client(&fake).send(call(URL), judge).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts(), error.status()), (kind, 1, Some(200)), "{headers:?}");
    }
    let fake = Fake::new([reply(200, &[("content-encoding", "identity"), ("content-type", "text/html")], "{}")]);
    client(&fake).send(call(URL), judge).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_fault_may_carry_its_own_class_and_delay() {
    let ambiguous = |_: &Reply| -> Result<(), Fault> {
        Err(Fault::new(ErrorKind::AmbiguousLimit, "limit").with_class(RetryClass::R1).with_retry_after(secs(4)))
    };
    let fake = Fake::new([status(400)]);
    let error = client(&fake).send(call(URL).max_attempts(Some(2)), ambiguous).await.unwrap_err();
    assert_eq!((error.attempts(), error.elapsed()), (2, Some(ms(4200))));
}

#[test]
fn without_a_runtime_there_is_an_error_not_a_panic() {
    let client = HttpClient::builder("test").build().unwrap();
    let error = now(client.send(call("http://127.0.0.1:1/"), judge)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport(TransportPhase::Sending));
    assert_eq!((error.delivery(), error.attempts()), (Delivery::NotSent, 0));
}

#[tokio::test]
async fn a_header_that_cannot_be_sent_is_reported_unsent() {
    let fake = Fake::new([status(200)]);
    for call in [call(URL).header("x-name", "two\nplanted"), call(URL).header("bad name", "x")] {
        let error = client(&fake).send(call, judge).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Configuration, 0));
        assert!(!format!("{error} {error:?}").contains("planted"));
    }
    assert!(fake.times().is_empty());
}

#[tokio::test]
async fn a_zero_connect_deadline_is_refused() {
    let error = HttpClient::builder("test").deadlines(Deadlines::new().connect(Duration::ZERO)).build().unwrap_err();
    assert_eq!((error.kind(), error.provider()), (ErrorKind::Configuration, Some("test")));
}

#[test]
fn calls_can_be_sent_from_any_thread() {
    fn sendable<T: Send>(_: &T) {}
    let secret = Secret::new("sk-example").unwrap();
    let client = HttpClient::builder("test").secrets([&secret]).build().unwrap();
    sendable(&client.send(Call::get(URL.parse().unwrap()), judge));
    sendable(&client.open(Call::post(URL.parse().unwrap(), Body::empty()), judge, |_| Ok(())));
}
