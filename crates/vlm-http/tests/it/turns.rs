//! Large media are sent in small steps: on a runtime of one thread every other task gets its turn between them.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use vlm_http::{
    Body, Call, HttpClient, LocalFile, MediaSlots, Payload, ReqwestTransport, Transport, TransportConfig,
    TransportError, Upload, WireRequest, WireResponse,
};

use crate::support::judge;

const MIB: u64 = 1 << 20;

/// How much of a body may be taken while no other task has its turn: a mebibyte and the piece that passes it, for each
/// of the sixteen times that the HTTP layer asks on before it lets go of the thread.
const STEP: u64 = 16 * (MIB + (192 << 10));

/// A transport that shows how far the body of its request is.
#[derive(Debug)]
struct Watched {
    inner: ReqwestTransport,
    upload: Mutex<Option<Upload>>,
}

impl Watched {
    fn taken(&self) -> Option<u64> {
        self.upload.lock().unwrap().as_ref().map(Upload::taken)
    }
}

#[async_trait]
impl Transport for Watched {
    async fn send(&self, request: WireRequest) -> Result<WireResponse, TransportError> {
        *self.upload.lock().unwrap() = Some(request.upload.clone());
        self.inner.send(request).await
    }
}

/// A server on a thread of its own that reads a request to its end and answers it.
fn reader() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut piece = vec![0; 256 << 10];
        let count = stream.read(&mut piece).unwrap();
        let text = String::from_utf8_lossy(&piece[..count]).into_owned();
        let (head, rest) = text.split_once("\r\n\r\n").unwrap();
        let length =
            head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
        let mut left: u64 = length.unwrap_or(0) - rest.len() as u64;
        while left > 0 {
            left -= stream.read(&mut piece).unwrap() as u64;
        }
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").unwrap();
    });
    port
}

/// Sends a body while another task looks, at each of its turns, how far it is: how many turns that task had, and the
/// most that was taken between two of them.
async fn sent(body: Body) -> (u64, u64) {
    let inner = ReqwestTransport::new(TransportConfig::new()).unwrap();
    let watched = Arc::new(Watched { inner, upload: Mutex::default() });
    let client = HttpClient::builder("test").transport(watched.clone()).build().unwrap();
    let length = body.len();
    let call = Call::post(format!("http://127.0.0.1:{}/", reader()).parse().unwrap(), body);
    let other = tokio::spawn(async move {
        let (mut turns, mut most, mut last) = (0, 0, 0);
        loop {
            let taken = watched.taken().unwrap_or(0);
            (turns, most, last) = (turns + 1, most.max(taken - last), taken);
            if taken == length {
                return (turns, most);
            }
            tokio::task::yield_now().await;
        }
    });
    client.send(call, judge).await.unwrap();
    other.await.unwrap()
}

#[tokio::test]
async fn other_tasks_go_on_while_large_media_are_sent() {
    let film = vec![7; 64 << 20];
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("film.mp4");
    std::fs::write(&path, &film).unwrap();
    let file = || LocalFile::open(&path);
    let encoded = |payload| {
        let mut media = MediaSlots::new();
        let film = media.add("data:video/mp4;base64,", payload);
        media.finish(&[film]).unwrap()
    };
    for (name, body) in [
        ("bytes as base64", encoded(Payload::Bytes(film.clone().into()))),
        ("a file as base64", encoded(Payload::File(file().await.unwrap()))),
        ("bytes", Body::from_payload(Payload::Bytes(film.clone().into()), 0)),
        ("a file", Body::from_payload(Payload::File(file().await.unwrap()), 0)),
    ] {
        let length = body.len();
        let (turns, most) = sent(body).await;
        assert!(most <= STEP && turns >= length / STEP, "{name}: {turns} turns, {most} bytes between two of them");
    }
}
