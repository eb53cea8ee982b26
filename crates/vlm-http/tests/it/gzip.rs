//! Replies that were asked to come compressed: what they become is what counts, and broken ones are faults.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::StreamExt;
use vlm_core::{Delivery, Error, ErrorKind, LimitedPart};
use vlm_http::{EventStream, HttpClient, Limits, Opened, RetryPolicy, TransportConfig};

use crate::support::server::{Server, Step, write};
use crate::support::{call, judge, ms};

const MIB: usize = 1 << 20;

/// A client that asks for gzip and waits next to nothing between attempts.
fn client(limits: Limits) -> HttpClient {
    let builder = HttpClient::builder("test").limits(limits).retry(RetryPolicy::new().backoff(ms(1), ms(1)));
    builder.transport_config(TransportConfig::new().accept_gzip(true)).build().unwrap()
}

/// Compresses each part so that it can be read before the next one is there; the end of the whole is in the last one.
fn compressed(parts: &[&[u8]]) -> Vec<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let mut pieces = Vec::new();
    for part in parts {
        encoder.write_all(part).unwrap();
        encoder.flush().unwrap();
        pieces.push(std::mem::take(encoder.get_mut()));
    }
    pieces.push(encoder.finish().unwrap());
    pieces
}

fn gzip(text: &[u8]) -> Vec<u8> {
    compressed(&[text]).concat()
}

/// A whole reply with this body, as it stands.
fn reply(status: &str, encoding: &str, body: &[u8]) -> Step {
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\ncontent-encoding: {encoding}\r\ncontent-length: {length}\r\n\r\n");
    write([head.as_bytes(), body].concat())
}

const STREAM: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-encoding: gzip\r\n\
                      transfer-encoding: chunked\r\n\r\n";

fn chunk(bytes: &[u8]) -> Vec<u8> {
    [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat()
}

/// A stream of these compressed pieces, with a clean end.
fn stream(pieces: &[Vec<u8>]) -> Step {
    let chunks: Vec<u8> = pieces.iter().filter(|piece| !piece.is_empty()).flat_map(|piece| chunk(piece)).collect();
    write([STREAM.as_bytes(), &chunks, b"0\r\n\r\n"].concat())
}

async fn open(client: &HttpClient, server: &Server) -> Result<EventStream, Error> {
    match client.open(call(&server.url()), judge, |_| Ok(())).await? {
        Opened::Events(events) => Ok(events),
        Opened::Whole(..) => panic!("not a stream"),
    }
}

/// What a stream says until its end or its error.
async fn read(mut events: EventStream) -> (Vec<String>, Option<ErrorKind>) {
    let mut texts = Vec::new();
    while let Some(event) = events.next().await {
        match event {
            Ok(event) => texts.push(event.data.to_string()),
            Err(error) => {
                assert_eq!((error.delivery(), error.is_retryable()), (Delivery::Answered, false), "{error:?}");
                assert!(events.next().await.is_none());
                return (texts, Some(error.kind()));
            }
        }
    }
    (texts, None)
}

#[tokio::test]
async fn compression_is_asked_for_and_read() {
    let limited = reply("503 Service Unavailable", "gzip", &gzip(b"busy just now"));
    let server = Server::start(vec![vec![
        Step::Read,
        reply("200 OK", "gzip", &gzip(b"{\"a\":1}")),
        Step::Read,
        reply("200 OK", "identity", b"{}"),
        Step::Read,
        limited,
    ]])
    .await;
    let client = client(Limits::new());
    assert_eq!(client.send(call(&server.url()), judge).await.unwrap().0, "{\"a\":1}");
    assert_eq!(client.send(call(&server.url()), judge).await.unwrap().0, "{}");
    // The words of an error are read as well.
    let error = client.send(call(&server.url()).max_attempts(Some(1)), judge).await.unwrap_err();
    assert_eq!((error.kind(), error.service_message()), (ErrorKind::Overloaded, Some("busy just now")));
    for seen in server.seen() {
        assert!(seen.head.to_ascii_lowercase().contains("\r\naccept-encoding: gzip\r\n"), "{}", seen.head);
    }
}

#[tokio::test]
async fn another_encoding_than_the_one_asked_for_is_refused() {
    for encoding in ["br", "deflate", "zstd", "gzip, gzip"] {
        let server = Server::start(vec![vec![Step::Read, reply("200 OK", encoding, &gzip(b"{}"))]]).await;
        let error = client(Limits::new()).send(call(&server.url()), judge).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Protocol, 1), "{encoding}");
        assert!(error.message().contains("not asked for"), "{error}");
    }
}

#[tokio::test]
async fn a_reply_that_unpacks_without_end_is_cut_off() {
    let bomb = gzip(&vec![b'a'; 64 * MIB]);
    assert!(bomb.len() < MIB);
    let mut server = Server::start(vec![vec![Step::Read, reply("200 OK", "gzip", &bomb), Step::AwaitClose]]).await;
    let error = client(Limits::new().body(4 * MIB)).send(call(&server.url()), judge).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::ResponseTooLarge(LimitedPart::Body), 1));
    assert!(!error.is_retryable());
    server.closed().await;

    let lines = b"data: x\n\n".repeat(MIB);
    let line = [b"data: one\n\ndata: ".as_slice(), &vec![b'a'; 8 * MIB]].concat();
    for (text, part) in [(lines, LimitedPart::Stream), (line, LimitedPart::Line)] {
        let server = Server::start(vec![vec![Step::Read, stream(&compressed(&[&text]))]]).await;
        let client = client(Limits::new().sse_line(MIB).stream(4 << 20));
        let (texts, error) = read(open(&client, &server).await.unwrap()).await;
        assert_eq!(error, Some(ErrorKind::ResponseTooLarge(part)));
        assert!(!texts.is_empty() && texts.len() <= 4 * MIB / 9, "{}", texts.len());
    }
}

#[tokio::test]
async fn a_compressed_reply_that_is_broken_or_cut_may_have_been_billed() {
    let whole = gzip(b"{\"text\": \"a picture of a cup of coffee\"}");
    let (mut turned, mut trailer) = (whole.clone(), whole.clone());
    turned[14] ^= 0xff;
    *trailer.last_mut().unwrap() ^= 1;
    let cases = [
        (b"{\"plain\": 1}".to_vec(), ErrorKind::Protocol),
        (turned, ErrorKind::Protocol),
        (trailer, ErrorKind::Protocol),
        (whole[..whole.len() - 3].to_vec(), ErrorKind::Truncated),
        (whole[..whole.len() - 9].to_vec(), ErrorKind::Truncated),
        (whole[..14].to_vec(), ErrorKind::Truncated),
        (whole[..5].to_vec(), ErrorKind::Truncated),
    ];
    for (body, kind) in cases {
        let server = Server::start(vec![vec![Step::Read, reply("200 OK", "gzip", &body)]]).await;
        let client = client(Limits::new());
        let error = client.send(call(&server.url()), judge).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts(), error.is_retryable()), (kind, 1, false), "{body:?}: {error:?}");
        assert_eq!((error.delivery(), error.status()), (Delivery::Answered, Some(200)));
        let again = call(&server.url()).retry_ambiguous(Some(true));
        let error = client.send(again, judge).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts(), error.is_retryable()), (kind, 3, true), "{body:?}");
        assert_eq!(server.seen().len(), 4);
    }
    // What stands behind the end is not read.
    let longer = [whole.as_slice(), b"and more behind its end"].concat();
    let server = Server::start(vec![vec![Step::Read, reply("200 OK", "gzip", &longer)]]).await;
    let (text, _) = client(Limits::new()).send(call(&server.url()), judge).await.unwrap();
    assert_eq!(text, "{\"text\": \"a picture of a cup of coffee\"}");
    // The connection is cut below the compression.
    let cut = format!("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n", whole.len());
    let server = Server::start(vec![vec![Step::Read, write([cut.as_bytes(), &whole[..20]].concat())]]).await;
    let error = client(Limits::new()).send(call(&server.url()), judge).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Truncated, 1), "{error:?}");
    // An error that cannot be unpacked is still known by its status.
    let server = Server::start(vec![vec![Step::Read, reply("401 Unauthorized", "gzip", b"no")]]).await;
    let error = client(Limits::new()).send(call(&server.url()), judge).await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Auth, Some(401)));
}

#[tokio::test]
async fn compressed_events_come_as_they_are_sent() {
    let pieces = compressed(&[b"data: one\n\n", b"data: two\n\n"]);
    // The second event is never sent, and the first one is there all the same.
    let first = write([STREAM.as_bytes(), &chunk(&pieces[0])].concat());
    let mut server = Server::start(vec![vec![Step::Read, first, Step::AwaitClose]]).await;
    let mut events = open(&client(Limits::new()), &server).await.unwrap();
    assert_eq!(events.next().await.unwrap().unwrap().data, "one");
    drop(events);
    server.closed().await;

    for (pieces, expected, error) in [
        (pieces.clone(), &["one", "two"][..], None),
        (pieces[..2].to_vec(), &["one", "two"], Some(ErrorKind::Truncated)),
        (vec![pieces[0].clone(), b"no gzip".to_vec()], &["one"], Some(ErrorKind::Protocol)),
    ] {
        let server = Server::start(vec![vec![Step::Read, stream(&pieces)]]).await;
        let events = open(&client(Limits::new()), &server).await.unwrap();
        assert_eq!(read(events).await, (expected.iter().map(|text| (*text).to_owned()).collect(), error));
        assert_eq!(server.seen().len(), 1);
    }
}
