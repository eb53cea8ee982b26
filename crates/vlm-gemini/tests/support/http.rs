//! As much of HTTP/1.1 as a test server needs: heads, bodies of a known length, replies that can break anywhere.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A request as it arrived.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recorded {
    pub(crate) method: String,
    /// Path and query.
    pub(crate) target: String,
    headers: Vec<(String, String)>,
    /// As much of the body as was taken.
    pub(crate) body: Vec<u8>,
}

impl Recorded {
    /// A header's value.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// All names and values, for tests of silence.
    pub(crate) fn headers(&self) -> String {
        format!("{:?}", self.headers)
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    fn length(&self) -> usize {
        self.header("content-length").map_or(0, |length| length.parse().unwrap())
    }
}

/// What a request gets.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// A whole reply.
    Reply { status: u16, headers: Vec<(String, String)>, body: Vec<u8> },
    /// Events in chunks of so many bytes, and a proper end.
    Events { body: Vec<u8>, chunk: usize },
    /// Events, and then the connection breaks inside the chunked body.
    CutEvents(Vec<u8>),
    /// Events, and then nothing until the client goes.
    OpenEvents(Vec<u8>),
    /// Nothing until the client goes.
    Hang,
    /// The connection is closed without a reply.
    Close,
}

impl Answer {
    /// A whole reply of JSON.
    pub(crate) fn json(status: u16, body: &serde_json::Value) -> Self {
        let headers = vec![("content-type".to_owned(), "application/json; charset=UTF-8".to_owned())];
        Self::Reply { status, headers, body: body.to_string().into_bytes() }
    }

    /// The same with one header more.
    pub(crate) fn with_header(mut self, name: &str, value: &str) -> Self {
        if let Self::Reply { headers, .. } = &mut self {
            headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }
}

/// Reads a head; `None` when the client is gone.
pub(crate) async fn read_head(socket: &mut TcpStream) -> Option<Recorded> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(socket.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).ok()?;
    let mut lines = head.lines();
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?.to_owned());
    let header = |line: &str| {
        let (name, value) = line.split_once(':')?;
        Some((name.trim().to_ascii_lowercase(), value.trim().to_owned()))
    };
    Some(Recorded { method, target, headers: lines.filter_map(header).collect(), body: Vec::new() })
}

/// Reads the body, or its first `most` bytes; false when the client went before.
pub(crate) async fn read_body(socket: &mut TcpStream, request: &mut Recorded, most: usize) -> bool {
    request.body = vec![0; request.length().min(most)];
    socket.read_exact(&mut request.body).await.is_ok()
}

/// Writes the reply; true when the client went before it was over.
pub(crate) async fn write(socket: &mut TcpStream, answer: &Answer) -> bool {
    match answer {
        Answer::Reply { status, headers, body } => {
            let mut head = format!("HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
            for (name, value) in headers {
                head.push_str(&format!("{name}: {value}\r\n"));
            }
            head.push_str("\r\n");
            let _ = socket.write_all(head.as_bytes()).await;
            let _ = socket.write_all(body).await;
            false
        }
        Answer::Events { body, chunk } => {
            write_chunks(socket, body, *chunk).await;
            let _ = socket.write_all(b"0\r\n\r\n").await;
            false
        }
        Answer::CutEvents(body) => {
            write_chunks(socket, body, body.len()).await;
            false
        }
        Answer::OpenEvents(body) => {
            write_chunks(socket, body, body.len()).await;
            client_leaves(socket).await
        }
        Answer::Hang => client_leaves(socket).await,
        Answer::Close => false,
    }
}

async fn write_chunks(socket: &mut TcpStream, body: &[u8], chunk: usize) {
    let head =
        "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
    let _ = socket.write_all(head.as_bytes()).await;
    for piece in body.chunks(chunk.max(1)) {
        let _ = socket.write_all(format!("{:x}\r\n", piece.len()).as_bytes()).await;
        let _ = socket.write_all(piece).await;
        let _ = socket.write_all(b"\r\n").await;
        let _ = socket.flush().await;
    }
}

/// Waits until the client closes its side.
async fn client_leaves(socket: &mut TcpStream) -> bool {
    let mut ignored = [0; 1024];
    while matches!(socket.read(&mut ignored).await, Ok(1..)) {}
    true
}
