//! Names that lead inside, redirects from https, settings: what cannot be shown from outside.

// Without TLS, or without a crypto provider, https ends before a name is looked up.
#![cfg(any(feature = "rustls", feature = "native-tls"))]

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};

use http::HeaderValue;
use url::Url;
use vlm_core::{Delivery, ErrorKind, Problem, ProblemKind};

use super::*;
use crate::reqwest_transport::guard::Lookup;

/// Answers every name with one address and notes the names.
fn always(address: &str) -> (Lookup, Arc<Mutex<Vec<String>>>) {
    let address: SocketAddr = SocketAddr::new(address.parse().expect(address), 0);
    let names = Arc::new(Mutex::new(Vec::new()));
    let noted = names.clone();
    let lookup: Lookup = Arc::new(move |name| {
        noted.lock().expect("unpoisoned").push(name.to_owned());
        Ok(vec![address])
    });
    (lookup, names)
}

fn listener() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("bound").port();
    (listener, port)
}

/// Whether nobody has connected.
fn untouched(listener: &TcpListener) -> bool {
    listener.set_nonblocking(true).expect("possible");
    matches!(listener.accept(), Err(error) if error.kind() == io::ErrorKind::WouldBlock)
}

/// Gives one reply to one connection.
fn reply_once(listener: TcpListener, reply: String) -> std::thread::JoinHandle<String> {
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).expect("a head");
            request.push(byte[0]);
        }
        stream.write_all(reply.as_bytes()).expect("a reader");
        String::from_utf8(request).expect("ASCII")
    })
}

#[tokio::test]
async fn a_name_that_leads_inside_is_refused_without_a_connection() {
    let (listener, port) = listener();
    for allowed in [false, true] {
        let (lookup, names) = always("127.0.0.1");
        let fetcher = MediaFetcher::builder().allow_loopback(allowed).lookup(lookup).build().expect("valid");
        let problem = fetcher.read(&format!("https://media.example.com:{port}/a?planted"), 0..10).await;
        assert!(matches!(problem, Err(FetchProblem::PrivateHost { why: "it is this machine", .. })), "{problem:?}");
        assert_eq!(*names.lock().expect("unpoisoned"), ["media.example.com"]);
    }
    assert!(untouched(&listener));
}

#[tokio::test]
async fn every_sort_of_inside_is_refused_at_once() {
    for address in ["10.0.0.1", "169.254.169.254", "100.64.0.1", "168.63.129.16", "fd00::1", "::ffff:192.168.0.1"] {
        let fetcher = MediaFetcher::builder().lookup(always(address).0).build().expect("valid");
        let problem = fetcher.read("https://media.example.com/a", 0..10).await.expect_err(address);
        assert!(matches!(problem, FetchProblem::PrivateHost { .. }), "{address}: {problem:?}");
    }
}

#[tokio::test]
async fn localhost_is_this_machine_or_nothing() {
    let (listener, port) = listener();
    let url = format!("http://media.localhost:{port}/a");
    let fetcher = |address| MediaFetcher::builder().allow_loopback(true).lookup(always(address).0).build();
    let problem = fetcher("8.8.8.8").expect("valid").read(&url, 0..2).await.expect_err("elsewhere");
    assert!(matches!(problem, FetchProblem::PrivateHost { why: "it is not this machine", .. }), "{problem:?}");

    let server = reply_once(listener, "HTTP/1.1 206 x\r\ncontent-range: bytes 0-1/2\r\n\r\nok".into());
    let piece = fetcher("127.0.0.1").expect("valid").read(&url, 0..2).await.expect("here");
    assert_eq!(piece.bytes, "ok");
    assert!(server.join().expect("served").contains(&format!("host: media.localhost:{port}\r\n")));
}

/// The first hop is fine, the second is a public name that leads inside.
#[tokio::test]
async fn a_redirect_to_a_name_that_leads_inside_is_refused_without_a_connection() {
    let (target, target_port) = listener();
    let (first, port) = listener();
    let location = format!("https://media.example.com:{target_port}/b?planted");
    let server = reply_once(first, format!("HTTP/1.1 302 x\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n"));
    let (lookup, names) = always("127.0.0.1");
    let fetcher = MediaFetcher::builder().allow_loopback(true).lookup(lookup).build().expect("valid");
    let problem = fetcher.read(&format!("http://127.0.0.1:{port}/a"), 0..10).await.expect_err("inside");
    server.join().expect("served");
    assert!(matches!(problem, FetchProblem::PrivateHost { .. }), "{problem:?}");
    assert!(problem.to_string().contains("media.example.com") && !problem.to_string().contains("planted"));
    assert_eq!(*names.lock().expect("unpoisoned"), ["media.example.com"]);
    assert!(untouched(&target));
}

#[test]
fn redirects_are_judged_by_both_ends() {
    let next = |from: &str, to: &str, loopback| {
        run::next(&Url::parse(from).expect(from), Some(&HeaderValue::from_str(to).expect(to)), loopback)
            .map(String::from)
            .map_err(|problem| match problem {
                FetchProblem::Redirect { why, .. } => why,
                other => panic!("{other:?}"),
            })
    };
    let from = "https://a.example.com/x/y?planted";
    let followed = |url: &str| Ok(url.to_owned());
    assert_eq!(next(from, "z?q", false), followed("https://a.example.com/x/z?q"));
    assert_eq!(next(from, "/z", false), followed("https://a.example.com/z"));
    assert_eq!(next(from, "//b.example.com/z", false), followed("https://b.example.com/z"));
    assert_eq!(next(from, "https://b.example.com/z", false), followed("https://b.example.com/z"));
    assert_eq!(next(from, "http://a.example.com/z", false), Err("it is plain http"));
    assert_eq!(next(from, "file:///etc/passwd", false), Err("it is not https"));
    assert_eq!(next(from, "data:image/png;base64,AAAA", false), Err("it is not https"));
    assert_eq!(next(from, "https://me:planted@b.example.com/", false), Err("it contains a user name or password"));
    assert_eq!(next(from, "https://[fd00::1]/", false), Err("a private address"));
    assert_eq!(next(from, "https://metadata.google.internal/", false), Err("an internal name"));
    assert_eq!(next(from, "https://2130706433/", false), Err("it is this machine"));
    assert_eq!(next(from, "https://[", false), Err("the server gives no usable target"));
    // Loopback that is allowed to the caller is not allowed to a stranger's server.
    assert_eq!(next(from, "https://127.0.0.1/", true), Err("it is this machine"));
    assert_eq!(next(from, "http://localhost/", true), Err("it is plain http"));
    assert_eq!(next("https://localhost/", "http://localhost/z", true), Err("it is plain http"));
    assert_eq!(next("http://localhost/", "http://127.0.0.1/z", true), followed("http://127.0.0.1/z"));
    assert_eq!(next("http://localhost/", "https://a.example.com/", true), followed("https://a.example.com/"));

    let missing = run::next(&Url::parse(from).expect(from), None, false).expect_err("no target");
    assert!(!format!("{missing} {missing:?}").contains("planted"), "{missing:?}");
}

#[test]
fn settings_that_make_no_sense_are_refused() {
    for builder in [
        MediaFetcher::builder().timeout(Duration::ZERO),
        MediaFetcher::builder().connect_timeout(Duration::ZERO),
        MediaFetcher::builder().first_byte_timeout(Duration::ZERO),
        MediaFetcher::builder().user_agent("two\r\nlines"),
    ] {
        assert_eq!(builder.build().expect_err("refused").kind(), ErrorKind::Configuration);
    }
}

#[test]
fn a_problem_becomes_an_error_of_which_nothing_was_sent() {
    let fetcher = MediaFetcher::builder().build().expect("valid");
    let problem = fetcher.open("https://me:planted@example.com/a?planted").expect_err("user info");
    let listed = Problem::from(&problem);
    assert_eq!(listed.kind, ProblemKind::Media);
    let error = vlm_core::Error::from(problem);
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::InvalidRequest, Delivery::NotSent));
    assert!(error.message().contains("https://example.com/a "), "{error}");
    assert!(!format!("{error} {error:?}").contains("planted"), "{error:?}");
}

#[test]
fn without_a_runtime_there_is_an_error_and_no_panic() {
    let fetcher = MediaFetcher::builder().build().expect("valid");
    let mut media = fetcher.open("https://example.com/a").expect("valid");
    let read = std::pin::pin!(media.read(0..1)).poll(&mut std::task::Context::from_waker(std::task::Waker::noop()));
    assert!(matches!(read, std::task::Poll::Ready(Err(FetchProblem::Transport { .. }))), "{read:?}");
}
