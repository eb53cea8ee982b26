//! Faults that only HTTP/2 has: requests that were provably not looked at, and connections with many requests on them.

use vlm_core::{Billed, Delivery, Error, ErrorKind, TransportPhase};
use vlm_http::{HttpClient, RetryPolicy};

use crate::support::http2::{Act, Http2};
use crate::support::{call, judge, ms};

const NO_ERROR: u32 = 0;
const INTERNAL_ERROR: u32 = 2;
const REFUSED_STREAM: u32 = 7;
const CANCEL: u32 = 8;
const ENHANCE_YOUR_CALM: u32 = 11;

fn client(server: &Http2) -> HttpClient {
    let builder = HttpClient::builder("test").retry(RetryPolicy::new().backoff(ms(1), ms(1)));
    builder.transport_config(server.trusted()).build().unwrap()
}

/// The error of a call for which the server does `acts`, and how many requests it saw.
async fn error(acts: &[Act]) -> (Error, usize) {
    let server = Http2::start(acts.iter().copied()).await;
    let error = client(&server).send(call(&server.url()), judge).await.unwrap_err();
    (error, server.seen().0)
}

#[tokio::test]
async fn what_http2_did_not_look_at_is_resent_unseen_and_twice_at_most() {
    for refusal in [Act::Reset(REFUSED_STREAM), Act::GoAway(0, NO_ERROR)] {
        for refusals in 1..=2 {
            let mut acts = vec![refusal; refusals];
            acts.push(Act::Answer);
            let server = Http2::start(acts).await;
            let (body, stats) = client(&server).send(call(&server.url()), judge).await.unwrap();
            // One attempt that a service looked at.
            assert_eq!((body.as_ref(), stats.attempts), (b"{}".as_slice(), 1), "{refusal:?}");
            assert_eq!(server.seen().0, refusals + 1, "{refusal:?}");
        }
        // From the third refusal on they are attempts like any other: counted, waited for, and as safe.
        let server = Http2::start([refusal, refusal, refusal, Act::Answer]).await;
        let (_, stats) = client(&server).send(call(&server.url()), judge).await.unwrap();
        assert_eq!((stats.attempts, server.seen().0), (2, 4), "{refusal:?}");
        let (error, requests) = error(&[refusal]).await;
        assert_eq!(error.kind(), ErrorKind::Transport(TransportPhase::AwaitingHead), "{refusal:?}: {error:?}");
        assert_eq!((error.attempts(), error.is_retryable(), requests), (3, true, 9), "{refusal:?}");
        assert_eq!((error.delivery(), error.billed()), (Delivery::NotSent, Billed::No), "{refusal:?}");
    }
}

#[tokio::test]
async fn a_stream_that_http2_resets_may_have_been_billed() {
    for code in [INTERNAL_ERROR, CANCEL, ENHANCE_YOUR_CALM, NO_ERROR] {
        let (error, requests) = error(&[Act::Reset(code), Act::Answer]).await;
        assert_eq!(error.kind(), ErrorKind::Transport(TransportPhase::AwaitingHead), "{code}: {error:?}");
        // The connection lives, and the service chose to end this request: no idle connection looks like that.
        assert_eq!((error.attempts(), error.is_retryable(), requests), (1, false, 1), "{code}");
        assert_eq!((error.delivery(), error.billed()), (Delivery::MaybeSent, Billed::Maybe), "{code}");
    }
    let (error, requests) = error(&[Act::Begin(INTERNAL_ERROR), Act::Answer]).await;
    assert_eq!(error.kind(), ErrorKind::Transport(TransportPhase::Body), "{error:?}");
    assert_eq!((error.delivery(), error.status()), (Delivery::Answered, Some(200)));
    assert_eq!((error.attempts(), requests), (1, 1));
    // Only who asks for it gets another try.
    let server = Http2::start([Act::Reset(INTERNAL_ERROR), Act::Answer]).await;
    let again = call(&server.url()).retry_ambiguous(Some(true));
    assert_eq!(client(&server).send(again, judge).await.unwrap().1.attempts, 2);
}

/// The outcomes of many calls at once on one connection; each call has a model of its own.
async fn many(server: &Http2, client: &HttpClient, count: usize) -> Vec<Result<u32, Error>> {
    // The first call makes the connection.
    client.send(call(&server.url()), judge).await.unwrap();
    let calls = (0..count).map(|at| {
        let (client, call) = (client.clone(), call(&server.url()).model(format!("m:{at}")));
        tokio::spawn(async move { client.send(call, judge).await.map(|(_, stats)| stats.attempts) })
    });
    let mut outcomes = Vec::new();
    for call in calls.collect::<Vec<_>>() {
        outcomes.push(call.await.unwrap());
    }
    outcomes
}

#[tokio::test]
async fn a_lost_connection_gives_each_of_its_calls_an_error_of_its_own() {
    for end in [Act::Close, Act::GoAway(0, ENHANCE_YOUR_CALM)] {
        let mut acts = vec![Act::Answer];
        acts.extend([Act::Keep; 7]);
        acts.extend([end, Act::Answer]);
        let server = Http2::start(acts).await;
        let policy = RetryPolicy::new().fast_retry(false);
        let client = HttpClient::builder("test").retry(policy).transport_config(server.trusted()).build().unwrap();
        for (at, outcome) in many(&server, &client, 8).await.into_iter().enumerate() {
            let error = outcome.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Transport(TransportPhase::AwaitingHead), "{error:?}");
            assert_eq!((error.delivery(), error.attempts()), (Delivery::MaybeSent, 1));
            assert_eq!(error.model(), Some(format!("m:{at}").as_str()));
        }
        // Nothing was resent, and the client goes on with another connection.
        assert_eq!(server.seen(), (9, 1));
        client.send(call(&server.url()), judge).await.unwrap();
        assert_eq!(server.seen(), (10, 2));
    }
}

#[tokio::test]
async fn a_connection_that_goes_away_answers_what_it_has_looked_at() {
    // The streams of a client have odd numbers, and the first call had number one.
    let server = Http2::start([Act::Answer, Act::Keep, Act::Keep, Act::GoAway(7, NO_ERROR), Act::Answer]).await;
    let client = client(&server);
    for outcome in many(&server, &client, 3).await {
        assert_eq!(outcome.unwrap(), 1);
    }
    assert_eq!(server.seen(), (4, 1));
    // Two of three were looked at: the third is resent on another connection, and nobody sees it.
    let server = Http2::start([Act::Answer, Act::Keep, Act::Keep, Act::GoAway(5, NO_ERROR), Act::Answer]).await;
    let client = self::client(&server);
    for outcome in many(&server, &client, 3).await {
        assert_eq!(outcome.unwrap(), 1);
    }
    assert_eq!(server.seen(), (5, 2));
}

#[tokio::test]
async fn what_was_looked_at_before_a_connection_went_away_is_not_resent() {
    let server = Http2::start([Act::Answer, Act::Keep, Act::Leave(5), Act::Answer]).await;
    let policy = RetryPolicy::new().fast_retry(false);
    let client = HttpClient::builder("test").retry(policy).transport_config(server.trusted()).build().unwrap();
    for outcome in many(&server, &client, 2).await {
        let error = outcome.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Transport(TransportPhase::AwaitingHead), "{error:?}");
        assert_eq!((error.delivery(), error.attempts(), error.is_retryable()), (Delivery::MaybeSent, 1, false));
    }
    assert_eq!(server.seen(), (3, 1));
}
