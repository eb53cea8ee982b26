//! Faults on real sockets, and that the layers below behave as the loop believes.

use std::io::Read as _;
use std::net::TcpListener;
use std::sync::Arc;

use futures_util::StreamExt;
use tokio::runtime::Runtime;
use vlm_core::{ConnectCause, Delivery, Error, ErrorKind, LimitedPart, TimeoutPhase, TransportPhase};
use vlm_http::{
    Body, Call, Deadlines, FixedRandom, HttpClient, HttpClientBuilder, Limits, MediaSlots, Opened, Payload,
    ProxyChoice, RetryPolicy, TransportConfig,
};

use crate::support::server::{Server, Step, json, write};
use crate::support::{call, judge, ms};

/// A client over real sockets that waits next to nothing between attempts.
fn builder() -> HttpClientBuilder {
    HttpClient::builder("test")
        .retry(RetryPolicy::new().backoff(ms(1), ms(1)).rate_limit_backoff(ms(1), ms(1)))
        .random(Arc::new(FixedRandom::new(0.5)))
}

fn client() -> HttpClient {
    builder().build().unwrap()
}

/// The error of a call against a server that plays `script` on every connection, and how many requests it saw.
async fn error(script: Vec<Step>) -> (Error, usize) {
    let server = Server::start(vec![script]).await;
    let error = client().send(call(&server.url()), judge).await.expect_err("the script has a fault");
    assert!(!format!("{error:?}").contains("planted"), "{error:?}");
    (error, server.seen().len())
}

fn refusals(listener: &TcpListener) -> bool {
    listener.set_nonblocking(true).unwrap();
    matches!(listener.accept(), Err(error) if error.kind() == std::io::ErrorKind::WouldBlock)
}

#[tokio::test]
async fn what_goes_over_the_wire() {
    let server =
        Server::start(vec![vec![Step::Read, json("200 OK", "", "{}"), Step::Read, json("200 OK", "", "[]")]]).await;
    let client = client();
    let (body, stats) = client.send(call(&server.url()).header("x-own", "1"), judge).await.unwrap();
    assert_eq!((body.as_ref(), stats.attempts), (b"{}".as_slice(), 1));
    assert_eq!(client.send(call(&server.url()), judge).await.unwrap().0, "[]");
    let seen = server.seen();
    // Both on one connection.
    assert_eq!((seen.len(), seen[1].connection, seen[0].body), (2, 0, 14));
    let head = seen[0].head.to_ascii_lowercase();
    assert!(head.starts_with("post /v1/chat?planted=query http/1.1\r\n"), "{head}");
    for expected in ["content-type: application/json", "accept: application/json", "x-own: 1", "user-agent: vlm/"] {
        assert!(head.contains(expected), "{expected}\n{head}");
    }
    for forbidden in ["accept-encoding", "referer", "cookie", "transfer-encoding"] {
        assert!(!head.contains(forbidden), "{forbidden}\n{head}");
    }
}

#[tokio::test]
async fn nobody_listens() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let error = client().send(call(&format!("http://127.0.0.1:{port}/?planted")), judge).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect(ConnectCause::Refused));
    assert_eq!((error.delivery(), error.attempts(), error.is_retryable()), (Delivery::NotSent, 3, true));
    assert!(error.message().contains(&format!("127.0.0.1:{port}")), "{error}");
    assert!(!format!("{error:?}").contains("planted"), "{error:?}");
}

#[tokio::test]
async fn a_name_that_does_not_resolve() {
    let error = client().send(call("http://no-such-host.localhost.:9/"), judge).await.unwrap_err();
    // Some resolvers answer for every name below `localhost`; then nobody listens there.
    let expected = [ConnectCause::Dns, ConnectCause::Refused].map(ErrorKind::Connect);
    assert!(expected.contains(&error.kind()), "{error:?}");
    assert_eq!(error.delivery(), Delivery::NotSent);
}

#[tokio::test]
async fn connections_that_die() {
    for script in [vec![], vec![Step::Read], vec![Step::Read, Step::Reset], vec![Step::Read, write("HTTP/1.1 20")]] {
        let reads = script.iter().any(|step| matches!(step, Step::Read));
        let (error, requests) = error(script).await;
        assert_eq!(error.kind(), ErrorKind::Transport(TransportPhase::AwaitingHead), "{error:?}");
        // Repeated once, because it died at once; what was seen is what is reported.
        assert_eq!((error.attempts(), error.is_retryable()), (2, false));
        assert_eq!(error.delivery(), Delivery::MaybeSent);
        assert_eq!(requests, if reads { 2 } else { 0 });
    }
}

#[tokio::test]
async fn a_reused_connection_that_dies_is_replaced() {
    let fine = || json("200 OK", "", "{}");
    let server = Server::start(vec![vec![Step::Read, fine(), Step::Read], vec![Step::Read, fine()]]).await;
    let client = client();
    client.send(call(&server.url()), judge).await.unwrap();
    let (_, stats) = client.send(call(&server.url()), judge).await.unwrap();
    assert_eq!((stats.attempts, server.seen().len()), (2, 3));
}

#[tokio::test]
async fn an_idle_connection_that_was_closed_goes_unnoticed() {
    // The reply promises to keep the connection open, and right behind it the server closes it.
    let server = Server::start(vec![vec![Step::Read, json("200 OK", "", "{}")]]).await;
    let client = client();
    for _ in 0..5 {
        assert_eq!(client.send(call(&server.url()), judge).await.unwrap().1.attempts, 1);
        // The pool gets its turns to see it.
        for _ in 0..1000 {
            tokio::task::yield_now().await;
        }
    }
    let connections: Vec<usize> = server.seen().iter().map(|seen| seen.connection).collect();
    assert_eq!(connections, [0, 1, 2, 3, 4]);
}

#[tokio::test]
async fn a_rate_limit_with_a_delay() {
    let limited = json("429 Too Many Requests", "retry-after-ms: 50\r\n", "{}");
    let server = Server::start(vec![vec![Step::Read, limited, Step::Read, json("200 OK", "", "{}")]]).await;
    let (_, stats) = client().send(call(&server.url()), judge).await.unwrap();
    assert_eq!(stats.attempts, 2);
    assert!(stats.elapsed >= ms(50), "{:?}", stats.elapsed);
    // The error's body was read, so its connection was used again.
    assert_eq!(server.seen()[1].connection, 0);
}

#[tokio::test]
async fn redirects_are_not_followed() {
    for code in ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"] {
        let elsewhere = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = elsewhere.local_addr().unwrap().port();
        let location = format!("location: http://127.0.0.1:{port}/planted?planted\r\n");
        let (error, requests) = error(vec![Step::Read, json(code, &location, "{}")]).await;
        assert_eq!((error.kind(), error.attempts(), requests), (ErrorKind::Redirected, 1, 1));
        assert!(error.message().contains(&format!("127.0.0.1:{port},")), "{error}");
        assert!(refusals(&elsewhere), "a second request was sent");
    }
    // The same server would answer the second one.
    for target in ["/elsewhere", "elsewhere", "//127.0.0.1/", "?again", "file:///etc/hostname"] {
        let (error, requests) =
            error(vec![Step::Read, json("302 Found", &format!("location: {target}\r\n"), "{}")]).await;
        assert_eq!((error.kind(), error.attempts(), requests), (ErrorKind::Redirected, 1, 1), "{target}");
    }
}

#[tokio::test]
async fn truncated_bodies() {
    for reply in [
        "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"a\":",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{\"a\":\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{\"",
    ] {
        let (error, requests) = error(vec![Step::Read, write(reply)]).await;
        assert_eq!((error.kind(), error.attempts(), requests), (ErrorKind::Truncated, 1, 1), "{reply}: {error:?}");
        assert_eq!((error.delivery(), error.status()), (Delivery::Answered, Some(200)));
    }
    // Without framing only the parser can notice.
    let server = Server::start(vec![vec![Step::Read, write("HTTP/1.1 200 OK\r\n\r\n{\"a\":")]]).await;
    let parsed = client().send(call(&server.url()), |reply| reply.decode_json::<serde_json::Value>()).await;
    assert_eq!(parsed.unwrap_err().kind(), ErrorKind::Truncated);
}

#[tokio::test]
async fn a_reset_in_the_body() {
    let (error, _) = error(vec![Step::Read, write("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{"), Step::Reset]).await;
    let expected = [ErrorKind::Transport(TransportPhase::Body), ErrorKind::Truncated];
    // The reset may overtake the bytes that were written before it.
    let lost = ErrorKind::Transport(TransportPhase::AwaitingHead);
    assert!(expected.contains(&error.kind()) || error.kind() == lost, "{error:?}");
}

#[tokio::test]
async fn an_endless_body_is_cut_off() {
    let mut server = Server::start(vec![vec![
        Step::Read,
        write("HTTP/1.1 200 OK\r\n\r\n"),
        Step::WriteForEver(vec![b'a'; 64 << 10]),
    ]])
    .await;
    let client = builder().limits(Limits::new().body(1 << 20)).build().unwrap();
    let error = client.send(call(&server.url()), judge).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ResponseTooLarge(LimitedPart::Body));
    // The connection is closed: the server's writes fail.
    server.closed().await;
}

#[tokio::test]
async fn an_endless_error_body_keeps_its_status() {
    let head = write("HTTP/1.1 401 Unauthorized\r\n\r\nwho are you? ");
    let mut server = Server::start(vec![vec![Step::Read, head, Step::WriteForEver(vec![b'a'; 64 << 10])]]).await;
    let error = client().send(call(&server.url()), judge).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Auth, 1));
    assert!(error.service_message().unwrap().starts_with("who are you?"));
    server.closed().await;
}

#[tokio::test]
async fn an_error_body_that_lies_about_its_length_keeps_its_status() {
    for reply in [
        "HTTP/1.1 403 Forbidden\r\ncontent-length: 100\r\n\r\nno",
        "HTTP/1.1 403 Forbidden\r\ntransfer-encoding: chunked\r\n\r\nzz",
        "HTTP/1.1 403 Forbidden\r\ncontent-encoding: gzip\r\ncontent-length: 2\r\n\r\nno",
        "HTTP/1.1 403 Forbidden\r\ncontent-length: 10737418240\r\n\r\nno",
    ] {
        let (error, _) = error(vec![Step::Read, write(reply)]).await;
        assert_eq!((error.kind(), error.status()), (ErrorKind::Permission, Some(403)), "{reply}");
    }
}

#[tokio::test]
async fn what_is_not_http() {
    let (garbage, _) = error(vec![Step::Read, write("SSH-2.0-OpenSSH_9.2\r\n\r\n")]).await;
    assert_eq!((garbage.kind(), garbage.attempts()), (ErrorKind::Protocol, 1), "{garbage:?}");
    let fields: String = (0..200).map(|index| format!("x-{index}: 1\r\n")).collect();
    let (many, _) = error(vec![Step::Read, write(format!("HTTP/1.1 200 OK\r\n{fields}\r\n"))]).await;
    assert_eq!(many.kind(), ErrorKind::ResponseTooLarge(LimitedPart::Head), "{many:?}");
    let long = format!("HTTP/1.1 200 OK\r\nx: {}\r\n\r\n", "a".repeat(600 << 10));
    let (large, _) = error(vec![Step::Read, write(long)]).await;
    assert_eq!(large.kind(), ErrorKind::ResponseTooLarge(LimitedPart::Head), "{large:?}");
}

#[tokio::test]
async fn informational_replies_come_first() {
    let hints = write("HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n");
    let server = Server::start(vec![vec![Step::Read, hints, json("200 OK", "", "{}")]]).await;
    assert_eq!(client().send(call(&server.url()), judge).await.unwrap().1.attempts, 1);
}

#[tokio::test]
async fn compression_that_nobody_asked_for_is_refused_unread() {
    let reply = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 20\r\n\r\n\x1f\x8b\x08\0\0\0\0\0\0\x03\x03\0\0\0\0\0\0\0\0\0";
    let (error, _) = error(vec![Step::Read, write(reply.as_slice())]).await;
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Protocol, 1));
    assert!(error.message().contains("gzip"), "{error}");
}

#[tokio::test]
async fn a_head_that_never_comes() {
    let mut server = Server::start(vec![vec![Step::Read, Step::AwaitClose]]).await;
    let client = builder().deadlines(Deadlines::new().first_byte(ms(50))).build().unwrap();
    let error = client.send(call(&server.url()), judge).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Timeout(TimeoutPhase::FirstByte), 1));
    assert_eq!(error.delivery(), Delivery::MaybeSent);
    server.closed().await;
}

#[tokio::test]
async fn a_service_that_stops_reading() {
    // Connections are accepted by the system, and nobody reads.
    let stuck = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://127.0.0.1:{}/", stuck.local_addr().unwrap().port());
    let client = builder().deadlines(Deadlines::new().idle(ms(100))).build().unwrap();
    let mut media = MediaSlots::new();
    let film = media.add("", Payload::Bytes(vec![7; 64 << 20].into()));
    let call = Call::post(url.parse().unwrap(), media.finish(&[film]).unwrap());
    let error = client.send(call, judge).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout(TimeoutPhase::Idle), "{error:?}");
    assert_eq!((error.delivery(), error.attempts()), (Delivery::MaybeSent, 1));
}

#[tokio::test]
async fn a_service_that_reads_slowly_meets_the_total_deadline() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://127.0.0.1:{}/", listener.local_addr().unwrap().port());
    // A kibibyte at a time, for ever: bytes move all the while.
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut piece = [0; 1024];
        while matches!(stream.read(&mut piece), Ok(count) if count > 0) {
            std::thread::sleep(ms(1));
        }
    });
    let client = builder().deadlines(Deadlines::new().total(ms(200))).build().unwrap();
    let mut media = MediaSlots::new();
    let film = media.add("", Payload::Bytes(vec![7; 64 << 20].into()));
    let call = Call::post(url.parse().unwrap(), media.finish(&[film]).unwrap()).retry_ambiguous(Some(true));
    let error = client.send(call, judge).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout(TimeoutPhase::Total), "{error:?}");
    assert_eq!((error.delivery(), error.attempts(), error.is_retryable()), (Delivery::MaybeSent, 1, false));
}

#[tokio::test]
async fn dropping_a_call_closes_its_connection() {
    let mut server = Server::start(vec![vec![Step::Read, Step::AwaitClose]]).await;
    let client = client();
    let url = server.url();
    let pending = tokio::spawn(async move { client.send(call(&url), judge).await });
    while server.seen().is_empty() {
        tokio::task::yield_now().await;
    }
    pending.abort();
    assert_eq!(server.closed().await, 0);
}

const STREAM: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";

#[tokio::test]
async fn a_stream_that_stalls_and_one_that_is_dropped() {
    let script = vec![Step::Read, write(format!("{STREAM}b\r\ndata: one\n\n\r\n")), Step::AwaitClose];
    let mut server = Server::start(vec![script]).await;
    let client = builder().deadlines(Deadlines::new().idle(ms(300))).build().unwrap();
    let opened = client.open(call(&server.url()), judge, |_| Ok(())).await.unwrap();
    let Opened::Events(mut events) = opened else { panic!("a stream") };
    assert_eq!(events.next().await.unwrap().unwrap().data, "one");
    let error = events.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout(TimeoutPhase::Idle));
    assert!(events.next().await.is_none());
    // The error alone closes the connection, although the stream is still held.
    server.closed().await;

    let opened = client.open(call(&server.url()), judge, |_| Ok(())).await.unwrap();
    drop(opened);
    server.closed().await;
}

#[tokio::test]
async fn ends_of_streams() {
    for (reply, framed, broken) in [
        (format!("{STREAM}b\r\ndata: one\n\n\r\n0\r\n\r\n"), true, false),
        (format!("{STREAM}b\r\ndata: one\n\n\r\n"), false, true),
        ("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\ndata: one\n\n".to_owned(), false, false),
    ] {
        let server = Server::start(vec![vec![Step::Read, write(reply.clone())]]).await;
        let opened = client().open(call(&server.url()), judge, |_| Ok(())).await.unwrap();
        let Opened::Events(mut events) = opened else { panic!("a stream") };
        assert_eq!(events.next().await.unwrap().unwrap().data, "one");
        let last = events.next().await;
        assert_eq!(last.is_some(), broken, "{reply}");
        if let Some(last) = last {
            assert_eq!(last.unwrap_err().kind(), ErrorKind::Truncated);
        }
        assert_eq!(events.ended_framed(), framed, "{reply}");
    }
}

#[tokio::test]
async fn loopback_never_uses_a_proxy() {
    let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://user:planted@127.0.0.1:{}", proxy.local_addr().unwrap().port());
    let config = TransportConfig::new().proxy(ProxyChoice::Explicit(address));
    let server = Server::start(vec![vec![Step::Read, json("200 OK", "", "{}")]]).await;
    let client = builder().transport_config(config).build().unwrap();
    client.send(call(&server.url()), judge).await.unwrap();
    assert!(refusals(&proxy));
}

#[cfg(any(feature = "rustls", feature = "native-tls"))]
#[tokio::test]
async fn a_proxy_that_refuses() {
    for refusal in ["403 Forbidden", "407 Proxy Authentication Required"] {
        let proxy = Server::start(vec![vec![Step::ReadHead, json(refusal, "", "{}")]]).await;
        let address = format!("http://user:planted@127.0.0.1:{}", proxy.port);
        let config = TransportConfig::new().proxy(ProxyChoice::Explicit(address));
        let client = builder().transport_config(config).build().unwrap();
        let error = client.send(call("https://service.example/path?planted"), judge).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connect(ConnectCause::Proxy), "{error:?}");
        assert_eq!((error.delivery(), error.attempts()), (Delivery::NotSent, 1));
        assert!(!format!("{error:?} {client:?}").contains("planted"), "{error:?}");
        // The proxy learns host and port only.
        let head = &proxy.seen()[0].head;
        assert!(head.starts_with("CONNECT service.example:443 HTTP/1.1\r\n") && !head.contains("path"), "{head}");
        // `user:planted`
        assert!(head.to_ascii_lowercase().contains("proxy-authorization: basic dxnlcjpwbgfudgvk"), "{head}");
    }
}

#[tokio::test]
async fn plain_http_to_another_machine_is_refused_unsent() {
    let error = client().send(call("http://192.0.2.1/?planted"), judge).await.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Configuration, Delivery::NotSent));
    assert_eq!((error.attempts(), error.is_retryable()), (1, false));
}

#[cfg(not(any(feature = "rustls", feature = "native-tls", feature = "rustls-no-provider")))]
#[tokio::test]
async fn without_tls_an_https_address_says_which_feature_to_enable() {
    let error = client().send(call("https://127.0.0.1:1/"), judge).await.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Configuration, Delivery::NotSent));
    assert!(error.message().contains("`rustls`"), "{error}");
}

#[cfg(any(feature = "rustls", feature = "native-tls"))]
#[tokio::test]
async fn a_port_that_does_not_speak_tls() {
    // Silent: the connect deadline covers the handshake.
    let server = Server::start(vec![vec![Step::AwaitClose]]).await;
    let https = |server: &Server| format!("https://127.0.0.1:{}/", server.port);
    let client = builder().deadlines(Deadlines::new().connect(ms(100))).build().unwrap();
    let error = client.send(call(&https(&server)).max_attempts(Some(1)), judge).await.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Timeout(TimeoutPhase::Connect), Delivery::NotSent));
    assert!(error.is_retryable());
    // Talking nonsense.
    let server = Server::start(vec![vec![write("HTTP/1.1 400 Bad Request\r\n\r\n"), Step::AwaitClose]]).await;
    let client = self::client();
    let error = client.send(call(&https(&server)), judge).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.delivery()),
        (ErrorKind::Connect(ConnectCause::Tls), Delivery::NotSent),
        "{error:?}"
    );
}

#[cfg(any(feature = "rustls", feature = "native-tls"))]
#[tokio::test]
async fn a_handshake_that_is_cut() {
    // Before the client's first words are read, after them, with a reset, and in the middle of the answer to them.
    let begun = || write(b"\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03".as_slice());
    for script in [
        vec![],
        vec![Step::ReadSome],
        vec![Step::ReadSome, Step::Reset],
        vec![Step::ReadSome, begun()],
        vec![Step::ReadSome, begun(), Step::Reset],
    ] {
        let server = Server::start(vec![script.clone()]).await;
        let error = client().send(call(&format!("https://127.0.0.1:{}/", server.port)), judge).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connect(ConnectCause::Tls), "{script:?}: {error:?}");
        assert_eq!((error.delivery(), error.attempts(), error.is_retryable()), (Delivery::NotSent, 3, true));
    }
}

/// The head of an early refusal is lost in some runs; then the second attempt shows it in most.
#[tokio::test]
async fn a_refusal_in_the_middle_of_an_upload() {
    let refusal = json("413 Payload Too Large", "connection: close\r\n", "{}");
    let server = Server::start(vec![vec![Step::ReadHead, refusal]]).await;
    let mut media = MediaSlots::new();
    let film = media.add("", Payload::Bytes(vec![7; 8 << 20].into()));
    let call = Call::post(server.url().parse().unwrap(), media.finish(&[film]).unwrap());
    let error = client().send(call, judge).await.unwrap_err();
    match error.kind() {
        ErrorKind::TooLarge => assert_eq!(error.status(), Some(413)),
        ErrorKind::Transport(TransportPhase::Sending) => {
            assert_eq!(error.attempts(), 2);
            assert!(error.message().contains("refused the size"), "{error}");
        }
        other => panic!("{other}: {error:?}"),
    }
}

/// A runtime of one thread of its own.
fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
}

#[test]
fn a_runtime_that_ends_during_a_call_cancels_it() {
    let services = runtime();
    let mut server = services.block_on(Server::start(vec![vec![Step::Read, Step::AwaitClose]]));
    let calls = runtime();
    let (client, url) = (client(), server.url());
    let pending = calls.spawn(async move { client.send(call(&url), judge).await });
    services.block_on(until(|| !server.seen().is_empty()));
    calls.shutdown_background();
    // Neither a panic nor a wait for ever: the call is gone, and so is its connection.
    assert!(services.block_on(pending).unwrap_err().is_cancelled());
    assert_eq!(services.block_on(server.closed()), 0);
}

#[test]
fn a_runtime_that_ends_under_anothers_call_breaks_it() {
    let services = runtime();
    let script = vec![Step::Read, json("200 OK", "", "{}"), Step::Read, Step::AwaitClose];
    let mut server = services.block_on(Server::start(vec![script]));
    let client = builder().retry(RetryPolicy::none().fast_retry(false)).build().unwrap();
    // The connection is made on a runtime of its own, and driven by it.
    let connections = runtime();
    connections.block_on(client.send(call(&server.url()), judge)).unwrap();
    let calls = runtime();
    let url = server.url();
    let pending = calls.spawn(async move { client.send(call(&url), judge).await });
    services.block_on(until(|| server.seen().len() == 2));
    connections.shutdown_background();
    let error = calls.block_on(pending).unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport(TransportPhase::AwaitingHead), "{error:?}");
    assert_eq!((error.delivery(), error.attempts()), (Delivery::MaybeSent, 1));
    assert_eq!(services.block_on(server.closed()), 0);
}

/// Waits for what another thread does.
async fn until(holds: impl Fn() -> bool) {
    while !holds() {
        tokio::task::yield_now().await;
    }
}

#[test]
fn a_client_outlives_its_runtime() {
    let client = client();
    for _ in 0..2 {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let server = Server::start(vec![vec![Step::Read, json("200 OK", "", "{}")]]).await;
            let call = Call::post(server.url().parse().unwrap(), Body::from_json_bytes("{}"));
            client.send(call, judge).await.unwrap();
        });
    }
}
