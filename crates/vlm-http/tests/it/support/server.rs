//! A server on a real socket that plays one script per connection and notes what it received.

use std::hash::{DefaultHasher, Hasher as _};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// One step of a connection.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// Reads one request, head and body.
    Read,
    /// Reads the head of a request only.
    ReadHead,
    /// Reads whatever comes first.
    ReadSome,
    /// Writes bytes.
    Write(Vec<u8>),
    /// Writes the same bytes until the client goes away.
    WriteForEver(Vec<u8>),
    /// Waits until the client closes the connection, and reports it.
    AwaitClose,
    /// Closes the connection so that the client sees a reset.
    Reset,
}

pub(crate) fn write(text: impl Into<Vec<u8>>) -> Step {
    Step::Write(text.into())
}

/// A complete reply of JSON.
pub(crate) fn json(status: &str, headers: &str, body: &str) -> Step {
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n{headers}\r\n");
    write(head + body)
}

/// What a server received.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) connection: usize,
    pub(crate) head: String,
    pub(crate) body: usize,
    /// What [`digest`] says of the body.
    pub(crate) digest: u64,
}

/// Tells bodies apart.
pub(crate) fn digest(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(bytes);
    hasher.finish()
}

pub(crate) struct Server {
    pub(crate) port: u16,
    seen: Arc<Mutex<Vec<Seen>>>,
    closed: mpsc::UnboundedReceiver<usize>,
}

impl Server {
    /// Plays `scripts`, one per connection, and the last one for every further connection.
    pub(crate) async fn start(scripts: Vec<Vec<Step>>) -> Self {
        Self::start_at(SocketAddr::from(([127, 0, 0, 1], 0)), scripts).await
    }

    /// The same at an address of its own.
    pub(crate) async fn start_at(address: SocketAddr, scripts: Vec<Vec<Step>>) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (report, closed) = mpsc::unbounded_channel();
        let log = seen.clone();
        tokio::spawn(async move {
            for connection in 0.. {
                let Ok((stream, _)) = listener.accept().await else { return };
                let script = scripts[connection.min(scripts.len() - 1)].clone();
                let peer = Peer { stream, connection, log: log.clone(), buffer: Vec::new() };
                tokio::spawn(peer.play(script, report.clone()));
            }
        });
        Self { port, seen, closed }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/v1/chat?planted=query", self.port)
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// Waits until a client has closed a connection on which [`Step::AwaitClose`] was reached.
    pub(crate) async fn closed(&mut self) -> usize {
        self.closed.recv().await.unwrap()
    }
}

struct Peer {
    stream: TcpStream,
    connection: usize,
    log: Arc<Mutex<Vec<Seen>>>,
    buffer: Vec<u8>,
}

impl Peer {
    async fn play(mut self, script: Vec<Step>, report: mpsc::UnboundedSender<usize>) {
        for step in script {
            let going = match step {
                Step::Read => self.read(true).await,
                Step::ReadHead => self.read(false).await,
                Step::ReadSome => self.more().await,
                Step::Write(bytes) => self.stream.write_all(&bytes).await.ok(),
                Step::WriteForEver(bytes) => {
                    while self.stream.write_all(&bytes).await.is_ok() {}
                    None
                }
                Step::AwaitClose => {
                    let mut rest = [0; 4096];
                    while matches!(self.stream.read(&mut rest).await, Ok(count) if count > 0) {}
                    None
                }
                Step::Reset => {
                    self.stream.set_zero_linger().unwrap();
                    None
                }
            };
            if going.is_none() {
                // Whichever step found out: where the script did not close it, the client went away.
                let _ = report.send(self.connection);
                return;
            }
        }
    }

    /// Reads a request; none when the client went away first.
    async fn read(&mut self, with_body: bool) -> Option<()> {
        let end = loop {
            if let Some(at) = self.buffer.windows(4).position(|window| window == b"\r\n\r\n") {
                break at + 4;
            }
            self.more().await?;
        };
        let head = String::from_utf8_lossy(&self.buffer[..end]).into_owned();
        self.buffer.drain(..end);
        let length = head
            .lines()
            .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok())
            .unwrap_or(0);
        let mut body = 0;
        let mut hasher = DefaultHasher::new();
        while with_body && body < length {
            let take = self.buffer.len().min(length - body);
            hasher.write(&self.buffer[..take]);
            self.buffer.drain(..take);
            body += take;
            if body < length {
                self.more().await?;
            }
        }
        self.log.lock().unwrap().push(Seen { connection: self.connection, head, body, digest: hasher.finish() });
        Some(())
    }

    async fn more(&mut self) -> Option<()> {
        let count = self.stream.read_buf(&mut self.buffer).await.ok()?;
        (count > 0).then_some(())
    }
}
