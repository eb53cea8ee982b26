//! Files: what is refused, what is sent, and that memory does not grow with the file.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use vlm_core::{Delivery, Error, ErrorKind};
use vlm_http::{
    Body, Call, FileProblem, HttpClient, LocalFile, MediaSlots, Payload, ReqwestTransport, RetryPolicy, TokioClock,
    Transport, TransportConfig, Upload, WireRequest,
};

use crate::support::fake::{Answer, Fake, status};
use crate::support::server::{Server, Step, digest, json};
use crate::support::{judge, ms, scripted, secs};

const URL: &str = "https://example.com/v1/chat";

fn file_in(folder: &TempDir, name: &str, content: &[u8]) -> std::path::PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, content).unwrap();
    path
}

async fn body_of(path: &Path) -> Body {
    let mut media = MediaSlots::new();
    let slot = media.add("data:video/mp4;base64,", Payload::File(LocalFile::open(path).await.unwrap()));
    media.finish(&serde_json::json!({ "video": slot })).unwrap()
}

async fn refused(path: impl AsRef<Path>) -> FileProblem {
    let problem = LocalFile::open(path.as_ref()).await.expect_err("refused");
    assert_eq!(problem.path(), path.as_ref());
    assert!(problem.to_string().contains(&format!("{:?}", path.as_ref())), "{problem}");
    problem
}

fn what(problem: &FileProblem) -> &'static str {
    match problem {
        FileProblem::NotAFile { what, .. } => what,
        _ => panic!("{problem}"),
    }
}

#[tokio::test]
async fn what_is_not_a_readable_file_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(refused(folder.path().join("none.jpg")).await, FileProblem::NotFound { .. }));
    assert!(matches!(refused(file_in(&folder, "empty.jpg", b"")).await, FileProblem::Empty { .. }));
    assert_eq!(what(&refused(folder.path()).await), "a directory");
    let error = Error::from(refused(folder.path()).await);
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::InvalidRequest, Delivery::NotSent));
}

#[cfg(unix)]
#[tokio::test]
async fn devices_pipes_and_sockets_are_refused_without_hanging() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(what(&refused("/dev/zero").await), "a device");
    let pipe = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    // Opened the usual way, this waits for a writer for ever.
    let problem = tokio::time::timeout(secs(30), refused(&pipe)).await.expect("opening a pipe hangs");
    assert_eq!(what(&problem), "a named pipe");
    let socket = folder.path().join("socket");
    let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    assert_eq!(what(&refused(&socket).await), "a socket");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_file_without_a_length_is_refused() {
    assert!(matches!(refused("/proc/self/status").await, FileProblem::Empty { .. }));
}

#[tokio::test]
async fn a_file_is_what_it_was_when_opened() {
    let folder = tempfile::tempdir().unwrap();
    let content: Vec<u8> = (0..10_000_u32).map(|index| index as u8).collect();
    let file = LocalFile::open(file_in(&folder, "a.mp4", &content)).await.unwrap();
    assert_eq!((file.len(), file.is_empty()), (10_000, false));
    assert_eq!(file.head(), &content[..4096]);
    assert_eq!(file.read(10_000).await.unwrap(), content);
    assert!(matches!(file.read(9_999).await, Err(FileProblem::TooLarge { len: 10_000, limit: 9_999, .. })));
    assert_eq!(format!("{file:?}"), "LocalFile(10000 bytes)");
}

#[tokio::test]
async fn a_file_is_sent_as_base64_and_again_on_a_retry() {
    let folder = tempfile::tempdir().unwrap();
    let content: Vec<u8> = (0..1_000_003_u32).map(|index| (index % 251) as u8).collect();
    let body = body_of(&file_in(&folder, "a.mp4", &content)).await;
    let expected = format!("{{\"video\":\"data:video/mp4;base64,{}\"}}", STANDARD.encode(&content));
    assert_eq!(body.collect().await.unwrap(), expected);

    let busy = json("503 Busy", "retry-after-ms: 1\r\n", "{}");
    let server = Server::start(vec![vec![Step::Read, busy, Step::Read, json("200 OK", "", "{}")]]).await;
    let client = vlm_http::HttpClient::builder("test").build().unwrap();
    let call = Call::post(server.url().parse().unwrap(), body.clone());
    assert_eq!(client.send(call, judge).await.unwrap().1.attempts, 2);
    let seen = server.seen();
    assert_eq!(seen.iter().map(|seen| seen.body).collect::<Vec<_>>(), [expected.len(); 2]);
    assert!(seen[0].head.to_ascii_lowercase().contains(&format!("content-length: {}\r\n", expected.len())));
}

/// Changes a file between two attempts.
/// There is no body that can be read once only: whatever a request is made of, a retry sends the same bytes.
#[tokio::test]
async fn every_form_of_body_is_sent_again_byte_for_byte() {
    let folder = tempfile::tempdir().unwrap();
    let content: Vec<u8> = (0..500_000_u32).map(|at| (at % 251) as u8).collect();
    let path = file_in(&folder, "film.mp4", &content);
    let file = LocalFile::open(&path).await.unwrap();
    let encoded = STANDARD.encode(&content);
    let slotted = |payload| {
        let mut media = MediaSlots::new();
        let slot = media.add("data:video/mp4;base64,", payload);
        media.finish(&serde_json::json!({ "video": slot })).unwrap()
    };
    let whole = format!("{{\"video\":\"data:video/mp4;base64,{encoded}\"}}").into_bytes();
    for (name, body, expected) in [
        ("none", Body::empty(), &[][..]),
        ("JSON", Body::from_json_bytes("{\"a\":1}"), b"{\"a\":1}"),
        ("bytes as base64", slotted(Payload::Bytes(content.clone().into())), &whole),
        ("a file as base64", slotted(Payload::File(file.clone())), &whole),
        ("bytes from an offset", Body::from_payload(Payload::Bytes(content.clone().into()), 99), &content[99..]),
        ("a file from an offset", Body::from_payload(Payload::File(file.clone()), 99), &content[99..]),
    ] {
        let busy = json("503 Service Unavailable", "", "{}");
        let script = vec![Step::Read, busy.clone(), Step::Read, busy, Step::Read, json("200 OK", "", "{}")];
        let server = Server::start(vec![script]).await;
        let policy = RetryPolicy::new().backoff(ms(1), ms(1));
        let client = HttpClient::builder("test").retry(policy).build().unwrap();
        let (_, stats) = client.send(Call::post(server.url().parse().unwrap(), body), judge).await.unwrap();
        let seen: Vec<(usize, u64)> = server.seen().iter().map(|seen| (seen.body, seen.digest)).collect();
        assert_eq!((stats.attempts, seen), (3, vec![(expected.len(), digest(expected)); 3]), "{name}");
    }
}

async fn changed_between_attempts(change: impl FnOnce(&Path)) -> (Error, usize) {
    let folder = tempfile::tempdir().unwrap();
    let path = file_in(&folder, "a.mp4", &[7; 1000]);
    let fake = Fake::new([status(503), status(200)]);
    let client = scripted(fake.clone()).build().unwrap();
    let sending = tokio::spawn({
        let call = Call::post(URL.parse().unwrap(), body_of(&path).await);
        async move { client.send(call, judge).await }
    });
    while fake.times().is_empty() {
        tokio::task::yield_now().await;
    }
    change(&path);
    (sending.await.unwrap().unwrap_err(), fake.times().len())
}

#[tokio::test]
async fn a_file_that_changed_between_attempts_is_refused() {
    let changes: [fn(&Path); 3] = [
        |path| File::options().append(true).open(path).unwrap().write_all(b"more").unwrap(),
        |path| File::options().write(true).open(path).unwrap().set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap(),
        |path| fs::remove_file(path).unwrap(),
    ];
    for change in changes {
        let (error, attempts) = changed_between_attempts(change).await;
        assert_eq!((error.kind(), attempts), (ErrorKind::InvalidRequest, 1), "{error:?}");
        assert_eq!((error.attempts(), error.delivery()), (1, Delivery::Answered));
        assert!(error.message().contains("a.mp4"), "{error}");
    }
}

#[tokio::test]
async fn a_file_that_changed_before_the_first_attempt_is_refused_unsent() {
    let folder = tempfile::tempdir().unwrap();
    let path = file_in(&folder, "a.mp4", &[7; 1000]);
    let body = body_of(&path).await;
    fs::write(&path, b"other").unwrap();
    let fake = Fake::new([Answer::Hang]);
    let client = scripted(fake.clone()).build().unwrap();
    let error = client.send(Call::post(URL.parse().unwrap(), body), judge).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::InvalidRequest, 0));
    assert_eq!((error.delivery(), fake.times().len()), (Delivery::NotSent, 0));
}

/// The server starts reading, then the file changes, then it reads on: the body must break off.
#[tokio::test]
async fn a_file_that_changes_while_it_is_sent_breaks_the_call_off() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.mp4");
    File::create(&path).unwrap().set_len(64 << 20).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://127.0.0.1:{}/", listener.local_addr().unwrap().port());
    let client = vlm_http::HttpClient::builder("test").build().unwrap();
    let call = Call::post(url.parse().unwrap(), body_of(&path).await);
    let sending = tokio::spawn(async move { client.send(call, judge).await });
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut buffer = vec![0; 64 << 10];
    let mut received = 0;
    while received < buffer.len() {
        received += stream.read(&mut buffer).await.unwrap();
    }
    File::options().write(true).open(&path).unwrap().set_len(1 << 20).unwrap();
    loop {
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => break,
            Ok(count) => received += count,
        }
    }
    let error = sending.await.unwrap().unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::InvalidRequest, 1), "{error:?}");
    assert_eq!(error.delivery(), Delivery::MaybeSent);
    assert!(error.message().contains("shorter"), "{error}");
    assert!(received < 80 << 20, "the service got a whole body");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_mebibytes_are_never_in_memory() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("film.mp4");
    File::create(&path).unwrap().set_len(64 << 20).unwrap();
    let file = LocalFile::open(&path).await.unwrap();
    for body in [body_of(&path).await, Body::from_payload(Payload::File(file), 1000)] {
        let most = in_flight(body).await;
        // Most of it is the system's socket buffers.
        assert!(most < 16 << 20, "{most} bytes were on their way at once");
    }
}

/// What the transport took minus what the server received, at most: all that can be in memory or in the system's
/// buffers.
async fn in_flight(body: Body) -> u64 {
    let total = body.len();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://127.0.0.1:{}/", listener.local_addr().unwrap().port());
    let upload = Upload::new(Arc::new(TokioClock::new()));
    let request = WireRequest::new(http::Method::POST, url.parse().unwrap(), body, upload.clone());
    let transport = ReqwestTransport::new(TransportConfig::new()).unwrap();
    let sending = tokio::spawn(async move { transport.send(request).await.map(|reply| reply.status) });

    let (mut stream, _) = listener.accept().await.unwrap();
    let mut buffer = vec![0; 256 << 10];
    let (mut received, mut most, mut head) = (0_u64, 0_u64, None);
    while head.is_none_or(|head| received < head + total) {
        let count = stream.read(&mut buffer).await.unwrap() as u64;
        assert!(count > 0, "the body ended after {received} bytes");
        if head.is_none() {
            let end = buffer.windows(4).position(|window| window == b"\r\n\r\n").expect("a head in one piece");
            head = Some(end as u64 + 4);
        }
        received += count;
        most = most.max(upload.taken().saturating_sub(received));
    }
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.unwrap();
    assert_eq!(sending.await.unwrap().unwrap(), 200);
    assert!(upload.is_complete());
    most
}
