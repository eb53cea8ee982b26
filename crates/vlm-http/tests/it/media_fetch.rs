//! Pieces of media over real sockets: ranges given, ignored and twisted, redirects, deadlines, limits, and silence.

use std::error::Error as StdError;
use std::io::ErrorKind as IoErrorKind;
use std::net::TcpListener;
use std::time::Duration;

use tracing::instrument::WithSubscriber;
use vlm_core::{MediaType, TimeoutPhase};
use vlm_http::{FetchProblem, MediaFetcher, MediaFetcherBuilder, RemoteMedia};

use crate::support::log::Log;
use crate::support::server::{Server, Step, write};
use crate::support::{ms, now, secs};

const FAR: u64 = (256 << 10) + 1;

fn builder() -> MediaFetcherBuilder {
    MediaFetcher::builder().allow_loopback(true)
}

fn open(server: &Server) -> RemoteMedia {
    builder().build().unwrap().open(&address(server)).unwrap()
}

fn address(server: &Server) -> String {
    format!("http://127.0.0.1:{}/film.mp4?planted=query#planted", server.port)
}

/// A 206 whose body may be something else than its headers say.
fn part(range: &str, length: usize, body: impl AsRef<[u8]>) -> Step {
    let headers = format!("content-type: video/mp4\r\ncontent-range: {range}\r\ncontent-length: {length}\r\n");
    let head = format!("HTTP/1.1 206 Partial Content\r\n{headers}\r\n");
    write([head.as_bytes(), body.as_ref()].concat())
}

fn moved(status: u16, to: &str) -> Vec<Step> {
    let head = format!("HTTP/1.1 {status} Moved\r\nlocation: {to}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    vec![Step::Read, write(head)]
}

async fn served(script: Vec<Step>) -> Server {
    Server::start(vec![script]).await
}

/// Reads 10 bytes from the start of what `script` serves.
async fn failure(script: Vec<Step>) -> FetchProblem {
    open(&served(script).await).read(0..10).await.expect_err("no piece")
}

#[tokio::test]
async fn pieces_come_as_asked_over_one_connection() {
    let server =
        served(vec![Step::Read, part("bytes 0-3/1000", 4, "head"), Step::Read, part("bytes 996-999/1000", 4, "tail")])
            .await;
    let mut media = open(&server);
    let head = media.read(0..4).await.unwrap();
    assert_eq!((head.offset, &*head.bytes, head.total), (0, &b"head"[..], Some(1000)));
    assert_eq!(head.media_type, Some(MediaType::MP4));
    // More than there is: the rest of it.
    let tail = media.read(996..1100).await.unwrap();
    assert_eq!((tail.offset, &*tail.bytes, tail.total), (996, &b"tail"[..], Some(1000)));
    assert_eq!(media.bytes_left(), (4 << 20) - 8);
    let seen = server.seen();
    assert!(seen[0].head.to_ascii_lowercase().contains("\r\nrange: bytes=0-3\r\n"), "{}", seen[0].head);
    assert!(seen[1].head.to_ascii_lowercase().contains("\r\nrange: bytes=996-1099\r\n"), "{}", seen[1].head);
    assert_eq!((seen.len(), seen[1].connection), (2, 0));
}

#[tokio::test]
async fn no_header_says_more_than_it_must() {
    let server = Server::start(vec![
        moved(302, "/b"),
        vec![Step::Read, write("HTTP/1.1 307 x\r\nset-cookie: a=planted\r\nlocation: /c\r\nconnection: close\r\n\r\n")],
        vec![Step::Read, part("bytes 0-0/1", 1, "x")],
    ])
    .await;
    open(&server).read(0..1).await.unwrap();
    assert_eq!(server.seen().len(), 3);
    for seen in server.seen() {
        let mut names: Vec<String> =
            seen.head.lines().skip(1).filter_map(|line| Some(line.split_once(':')?.0.to_ascii_lowercase())).collect();
        names.sort();
        assert_eq!(names, ["accept", "accept-encoding", "host", "range", "user-agent"], "{}", seen.head);
        assert!(seen.head.to_ascii_lowercase().contains("accept-encoding: identity\r\n"), "{}", seen.head);
        assert!(seen.head.starts_with("GET /") && seen.body == 0, "{}", seen.head);
    }
}

#[tokio::test]
async fn a_server_without_ranges_is_read_up_to_the_piece() {
    let script = vec![
        Step::Read,
        write("HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ncontent-length: 9999999\r\n\r\n0123456789abcdef"),
        Step::AwaitClose,
    ];
    let mut server = served(script).await;
    let mut media = open(&server);
    let piece = media.read(10..14).await.unwrap();
    assert_eq!((piece.offset, &*piece.bytes, piece.total), (10, &b"abcd"[..], Some(9_999_999)));
    assert_eq!(piece.media_type, Some(MediaType::PNG));
    // What was dropped counts, and the rest is not waited for.
    assert_eq!(media.bytes_left(), (4 << 20) - 14);
    assert_eq!(server.closed().await, 0);
}

#[tokio::test]
async fn a_server_without_ranges_does_not_reach_far() {
    let mut server = served(vec![Step::Read, write("HTTP/1.1 200 OK\r\n\r\n"), Step::WriteForEver(vec![0; 999])]).await;
    let problem = open(&server).read(FAR..FAR + 1).await.unwrap_err();
    assert!(matches!(problem, FetchProblem::NoRanges { offset: FAR, .. }), "{problem:?}");
    assert!(problem.to_string().contains("gives no ranges"), "{problem}");
    server.closed().await;
}

#[tokio::test]
async fn the_end_of_a_body_without_a_length_is_the_end_of_the_media() {
    let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
    let piece = open(&served(vec![Step::Read, write(chunked)]).await).read(1..100).await.unwrap();
    assert_eq!((&*piece.bytes, piece.total), (&b"ello"[..], Some(5)));
    let problem = open(&served(vec![Step::Read, write(chunked)]).await).read(5..100).await.unwrap_err();
    assert!(matches!(problem, FetchProblem::PastEnd { offset: 5, total: Some(5), .. }), "{problem:?}");
    // Without chunks, a connection that broke looks the same: the length stays unknown.
    let bare = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\nhello";
    let piece = open(&served(vec![Step::Read, write(bare)]).await).read(0..100).await.unwrap();
    assert_eq!((&*piece.bytes, piece.total, piece.media_type), (&b"hello"[..], None, None));
}

#[tokio::test]
async fn parts_that_do_not_fit_are_refused() {
    for range in ["bytes 1-9/1000", "bytes 0-10/1000", "bytes 0-9/5", "bytes 5-1/9", "bytes */1000", "planted"] {
        let problem = failure(vec![Step::Read, part(range, 10, "0123456789")]).await;
        assert!(matches!(problem, FetchProblem::WrongRange { .. }), "{range}: {problem:?}");
    }
    let bare = write("HTTP/1.1 206 Partial Content\r\ncontent-length: 10\r\n\r\n0123456789");
    assert!(matches!(failure(vec![Step::Read, bare]).await, FetchProblem::WrongRange { .. }));
}

#[tokio::test]
async fn lengths_that_lie_are_found_out() {
    // Longer than what comes.
    let problem = failure(vec![Step::Read, part("bytes 0-9/1000", 10, "01234")]).await;
    assert!(matches!(problem, FetchProblem::Transport { .. }), "{problem:?}");
    assert!(problem.to_string().contains("ended before its end"), "{problem}");
    // Shorter than the range that the same head promises.
    let problem = failure(vec![Step::Read, part("bytes 0-9/1000", 5, "0123456789")]).await;
    assert!(matches!(problem, FetchProblem::Transport { .. }), "{problem:?}");
    // Longer than the range: cut off, and not waited for.
    let long = vec![Step::Read, part("bytes 0-9/1000", 1 << 40, "0123456789abc"), Step::AwaitClose];
    let piece = open(&served(long).await).read(0..10).await.unwrap();
    assert_eq!(piece.bytes, "0123456789");
    // A promise as large as a number can be allocates nothing.
    let huge = vec![Step::Read, part("bytes 0-3999999/18446744073709551615", 4_000_000, "x")];
    assert!(open(&served(huge).await).read(0..4_000_000).await.is_err());
}

#[tokio::test]
async fn an_endless_body_is_cut_off() {
    for head in ["HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 206 x\r\ncontent-range: bytes 0-99999/*\r\n\r\n"] {
        let mut server = served(vec![Step::Read, write(head), Step::WriteForEver(vec![7; 10_000])]).await;
        let mut media = open(&server);
        let piece = media.read(0..100_000).await.unwrap();
        assert_eq!((piece.bytes.len(), piece.total), (100_000, None));
        assert_eq!(media.bytes_left(), (4 << 20) - 100_000);
        server.closed().await;
    }
}

#[tokio::test]
async fn the_limit_of_bytes_holds_for_all_reads_together() {
    let server = served(vec![
        Step::Read,
        part("bytes 0-5/1000", 6, "012345"),
        Step::Read,
        write("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n01234567"),
    ])
    .await;
    let mut media = builder().max_bytes(10).build().unwrap().open(&address(&server)).unwrap();
    let over = |problem: FetchProblem| match problem {
        FetchProblem::OverLimit { needed, left, .. } => (needed, left),
        other => panic!("{other:?}"),
    };
    assert_eq!(over(media.read(0..11).await.unwrap_err()), (11, 10));
    assert_eq!(over(media.read(0..u64::MAX).await.unwrap_err()), (u64::MAX, 10));
    assert!(server.seen().is_empty(), "what cannot be afforded is not asked for");
    media.read(0..6).await.unwrap();
    assert_eq!(over(media.read(0..5).await.unwrap_err()), (5, 4));
    // Affordable as a range, not with what lies before it.
    assert_eq!(over(media.read(4..8).await.unwrap_err()), (8, 4));
    assert_eq!((media.bytes_left(), server.seen().len()), (4, 2));
    let problem = media.read(3..3).await.unwrap_err();
    assert!(matches!(problem, FetchProblem::EmptyRange { .. }), "{problem:?}");
}

#[tokio::test]
async fn a_range_past_the_end_gives_the_length() {
    let head = "HTTP/1.1 416 x\r\ncontent-range: bytes */5\r\ncontent-length: 0\r\n\r\n";
    let problem = failure(vec![Step::Read, write(head)]).await;
    assert!(matches!(problem, FetchProblem::PastEnd { offset: 0, total: Some(5), .. }), "{problem:?}");
    assert!(problem.to_string().contains("5 bytes"), "{problem}");
}

#[tokio::test]
async fn statuses_are_named_and_their_bodies_are_not_read() {
    for status in [403, 404, 429, 500, 503] {
        let head = write(format!("HTTP/1.1 {status} x\r\nretry-after: 1\r\n\r\nplanted"));
        let mut server = served(vec![Step::Read, head, Step::AwaitClose]).await;
        let problem = open(&server).read(0..10).await.unwrap_err();
        assert!(matches!(problem, FetchProblem::Status { status: named, .. } if named == status), "{problem:?}");
        assert!(problem.to_string().contains(&status.to_string()), "{problem}");
        server.closed().await;
        assert_eq!(server.seen().len(), 1, "nothing is retried");
    }
}

#[tokio::test]
async fn compressed_media_are_refused() {
    let head = "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\n\x1f\u{0}ab";
    assert!(matches!(failure(vec![Step::Read, write(head)]).await, FetchProblem::Encoded { .. }));
}

#[tokio::test]
async fn five_redirects_are_followed_and_six_are_not() {
    let chain = |length: usize| {
        let mut scripts: Vec<_> = [301, 302, 303, 307, 308, 302][..length]
            .iter()
            .enumerate()
            .map(|(index, status)| moved(*status, &format!("/hop{index}?planted")))
            .collect();
        scripts.push(vec![Step::Read, part("bytes 0-3/4", 4, "film")]);
        Server::start(scripts)
    };
    let server = chain(5).await;
    let piece = open(&server).read(0..4).await.unwrap();
    assert_eq!(piece.bytes, "film");
    assert_eq!(server.seen().len(), 6);
    assert!(server.seen()[5].head.starts_with("GET /hop4?planted HTTP/1.1\r\n"));
    assert!(server.seen().iter().all(|seen| seen.head.to_ascii_lowercase().contains("\r\nrange: bytes=0-3\r\n")));

    let server = chain(6).await;
    let problem = open(&server).read(0..4).await.unwrap_err();
    assert!(matches!(problem, FetchProblem::TooManyRedirects { limit: 5, .. }), "{problem:?}");
    assert_eq!(server.seen().len(), 6, "the sixth target was not asked");
}

#[tokio::test]
async fn redirects_to_where_nobody_may_look_are_refused_without_a_connection() {
    let target = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = target.local_addr().unwrap().port();
    for (to, why) in [
        (format!("http://me:planted@127.0.0.1:{port}/"), "user name"),
        (format!("ftp://127.0.0.1:{port}/"), "not https"),
        ("http://10.0.0.1/".into(), "private"),
        ("https://10.0.0.1/".into(), "private"),
        ("http://169.254.169.254/latest/meta-data".into(), "link-local"),
        ("https://[::ffff:10.0.0.1]/".into(), "private"),
        ("https://vault.internal/".into(), "internal"),
        ("http://example.com/?planted".into(), "plain http"),
        ("file:///etc/passwd".into(), "not https"),
        ("data:image/png;base64,AAAA".into(), "not https"),
        ("https://[".into(), "no usable target"),
    ] {
        let server = Server::start(vec![moved(302, &to)]).await;
        let problem = open(&server).read(0..10).await.unwrap_err();
        assert!(matches!(problem, FetchProblem::Redirect { .. }), "{to}: {problem:?}");
        assert!(problem.to_string().contains(why), "{to}: {problem}");
        assert!(!format!("{problem} {problem:?}").contains("planted"), "{to}: {problem:?}");
    }
    target.set_nonblocking(true).unwrap();
    assert_eq!(target.accept().unwrap_err().kind(), IoErrorKind::WouldBlock, "somebody connected");
}

#[tokio::test]
async fn urls_that_may_not_be_read_are_refused_without_a_connection() {
    let target = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = target.local_addr().unwrap().port();
    let fetcher = MediaFetcher::builder().build().unwrap();
    for url in [
        format!("http://127.0.0.1:{port}/?planted"),
        format!("https://127.0.0.1:{port}/?planted"),
        format!("https://localhost:{port}/?planted"),
        format!("https://[::ffff:127.0.0.1]:{port}/?planted"),
        "https://10.0.0.1/?planted".into(),
        "https://203.0.113.1/?planted".into(),
        "https://[64:ff9b::10.0.0.1]/?planted".into(),
        "https://nas/?planted".into(),
    ] {
        let problem = fetcher.read(&url, 0..10).await.unwrap_err();
        assert!(matches!(problem, FetchProblem::PrivateHost { .. }), "{url}: {problem:?}");
        assert!(!format!("{problem} {problem:?}").contains("planted"), "{url}: {problem:?}");
    }
    let other = |url: &str| fetcher.open(url).unwrap_err();
    assert!(matches!(other("https://me:planted@example.com/"), FetchProblem::UserInfo { .. }));
    assert!(matches!(other("https://planted@example.com/"), FetchProblem::UserInfo { .. }));
    assert!(matches!(other("http://example.com/"), FetchProblem::NotHttps { .. }));
    assert!(matches!(other("file:///etc/passwd"), FetchProblem::NotHttps { .. }));
    assert!(other("data:image/png;base64,AAAA").to_string().starts_with("data:image/png (26 bytes) is not read"));
    assert!(matches!(other("film.mp4"), FetchProblem::Malformed));
    target.set_nonblocking(true).unwrap();
    assert_eq!(target.accept().unwrap_err().kind(), IoErrorKind::WouldBlock, "somebody connected");
}

async fn phase_of(media: &mut RemoteMedia) -> (TimeoutPhase, Duration) {
    match media.read(0..10).await {
        Err(FetchProblem::TimedOut { phase, limit, .. }) => (phase, limit),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn every_wait_has_its_deadline() {
    let silent = vec![Step::Read, Step::AwaitClose];
    let mut server = served(silent).await;
    let fetcher = builder().first_byte_timeout(ms(30)).build().unwrap();
    assert_eq!(phase_of(&mut fetcher.open(&address(&server)).unwrap()).await, (TimeoutPhase::FirstByte, ms(30)));
    server.closed().await;

    let stalled = vec![Step::Read, part("bytes 0-9/10", 10, "01234"), Step::AwaitClose];
    let mut server = served(stalled).await;
    let mut media = builder().timeout(ms(700)).build().unwrap().open(&address(&server)).unwrap();
    assert_eq!(phase_of(&mut media).await, (TimeoutPhase::Total, ms(700)));
    assert_eq!(media.bytes_left(), (4 << 20) - 5, "what came counts");
    server.closed().await;
}

/// TLS is spoken to somebody who never answers.
#[cfg(any(feature = "rustls", feature = "native-tls"))]
#[tokio::test]
async fn connecting_has_a_deadline_of_its_own() {
    let mut server = served(vec![Step::AwaitClose]).await;
    let url = format!("https://127.0.0.1:{}/", server.port);
    let fetcher = builder().connect_timeout(ms(30)).build().unwrap();
    assert_eq!(phase_of(&mut fetcher.open(&url).unwrap()).await, (TimeoutPhase::Connect, ms(30)));
    server.closed().await;
}

#[tokio::test]
async fn redirects_do_not_lengthen_the_deadline() {
    let scripts = [vec![moved(302, "/a"); 3], vec![vec![Step::Read, Step::AwaitClose]]].concat();
    let server = Server::start(scripts).await;
    let mut media = builder().timeout(ms(300)).build().unwrap().open(&address(&server)).unwrap();
    assert_eq!(phase_of(&mut media).await, (TimeoutPhase::Total, ms(300)));
}

#[tokio::test]
async fn a_dropped_read_closes_its_connection() {
    let mut server = served(vec![Step::Read, part("bytes 0-9/10", 10, "01234"), Step::AwaitClose]).await;
    let mut media = open(&server);
    let reading = tokio::spawn(async move { media.read(0..10).await });
    while server.seen().is_empty() {
        tokio::task::yield_now().await;
    }
    reading.abort();
    let closed = tokio::time::timeout(secs(30), server.closed()).await;
    assert_eq!(closed.expect("the connection stays open"), 0);
}

#[tokio::test]
async fn broken_servers_are_errors() {
    let refused = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let problem = builder().build().unwrap().read(&format!("http://127.0.0.1:{refused}/a?planted"), 0..1).await;
    assert!(problem.unwrap_err().to_string().contains("refuses the connection"));
    for script in [
        vec![Step::Read],
        vec![Step::Read, Step::Reset],
        vec![Step::Read, write("planted garbage\r\n\r\n")],
        vec![Step::Read, write("HTTP/1.1 200 OK\r\n"), Step::WriteForEver(b"x-planted: planted\r\n".to_vec())],
    ] {
        let problem = failure(script.clone()).await;
        assert!(matches!(problem, FetchProblem::Transport { .. }), "{script:?}: {problem:?}");
        let mut text = format!("{problem} {problem:?}");
        let mut source = problem.source();
        while let Some(cause) = source {
            text.push_str(&format!(" {cause} {cause:?}"));
            source = cause.source();
        }
        assert!(!text.contains("planted"), "{script:?}: {text}");
    }
}

#[tokio::test]
async fn nothing_that_is_shown_holds_a_query_or_content() {
    let server = served(vec![Step::Read, part("bytes 0-6/9", 7, "planted")]).await;
    let fetcher = builder().build().unwrap();
    let mut media = fetcher.open(&address(&server)).unwrap();
    let log = Log::default();
    let piece = media.read(0..7).with_subscriber(log.clone()).await.unwrap();
    assert_eq!(piece.bytes, "planted");
    assert!(!log.text().contains("planted"), "{}", log.text());
    let shown = format!("{:?} {fetcher:?} {media:?} {piece:?}", builder());
    assert!(!shown.contains("planted"), "{shown}");
    assert!(shown.contains("/film.mp4") && shown.contains("7 bytes"), "{shown}");
    assert!(server.seen()[0].head.contains("/film.mp4?planted=query HTTP/1.1"), "the query itself is sent");
}

#[test]
fn a_refusal_needs_no_runtime() {
    let fetcher = builder().build().unwrap();
    assert!(now(fetcher.read("http://10.0.0.1/", 0..1)).is_err());
}
