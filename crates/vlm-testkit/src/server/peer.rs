//! One connection: reads requests, takes the steps of their turns.

use std::sync::Arc;

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::recorded::Recorded;
use super::script::{Step, Turn};
use super::{PATIENCE, Shared};

const MAX_HEAD: usize = 1 << 20;
const MAX_BODY: usize = 64 << 20;
const MAX_ENDLESS: usize = 1 << 30;
/// Room for one read.
const ROOM: usize = 64 << 10;

/// The other side is gone, or the script ended the connection.
struct Over;

pub(super) struct Peer {
    stream: TcpStream,
    connection: usize,
    shared: Arc<Shared>,
    buffer: BytesMut,
    /// The request whose turn it is, by its place in the log; none before the first one.
    request: Option<usize>,
}

impl Peer {
    pub(super) fn new(stream: TcpStream, connection: usize, shared: Arc<Shared>) -> Self {
        Self { stream, connection, shared, buffer: BytesMut::new(), request: None }
    }

    pub(super) async fn play(mut self) {
        let first = self.shared.script().at_accept();
        if let Some(turn) = first
            && self.take(turn).await.is_err()
        {
            return;
        }
        while let Some(turn) = self.next_turn().await {
            if self.take(turn).await.is_err() {
                return;
            }
        }
    }

    /// Reads the next head and finds its turn; none when the client wants nothing more.
    async fn next_turn(&mut self) -> Option<Turn> {
        let head = self.head().await?;
        let request = Recorded::from_head(self.connection, &head);
        let at = self.shared.note(|log| {
            log.requests.push(request);
            log.requests.len() - 1
        });
        self.request = Some(at);
        let reads_first = self.shared.script().reads_first();
        if reads_first {
            self.read_body().await.ok()?;
        }
        let request = self.shared.log().requests[at].clone();
        Some(self.shared.script().for_request(&request))
    }

    async fn take(&mut self, turn: Turn) -> Result<(), Over> {
        for step in turn.steps {
            match self.step(step).await {
                Some(true) => {}
                Some(false) => return Err(Over),
                None => {
                    self.shared.note(|log| log.closed.push(self.connection));
                    return Err(Over);
                }
            }
        }
        Ok(())
    }

    /// Takes one step: true goes on, false ends the connection, none says that the client ended it.
    async fn step(&mut self, step: Step) -> Option<bool> {
        match step {
            Step::ReadBody => self.read_body().await.ok()?,
            Step::Write(bytes) => self.write(&bytes).await?,
            Step::WriteForEver(bytes) => return self.write_for_ever(&bytes).await,
            Step::Wait(gate) => {
                let gone = self.gone();
                return match timeout(PATIENCE, futures_util::future::select(Box::pin(gate.wait()), Box::pin(gone)))
                    .await
                {
                    Ok(futures_util::future::Either::Left(_)) => Some(true),
                    Ok(futures_util::future::Either::Right(_)) => None,
                    Err(_) => Some(false),
                };
            }
            Step::Sleep(time) => tokio::time::sleep(time.min(PATIENCE)).await,
            Step::AwaitClose => return if timeout(PATIENCE, self.gone()).await.is_ok() { None } else { Some(false) },
            Step::Hold => {
                tokio::time::sleep(PATIENCE).await;
                return Some(false);
            }
            Step::Reset => {
                let _ = self.stream.set_zero_linger();
                return Some(false);
            }
            Step::Close => {
                let _ = self.stream.shutdown().await;
                return Some(false);
            }
        }
        Some(true)
    }

    async fn write(&mut self, bytes: &[u8]) -> Option<()> {
        timeout(PATIENCE, self.stream.write_all(bytes)).await.ok()?.ok()?;
        self.shared.log().written += bytes.len() as u64;
        // The client's tasks get their turn: a piece is then seen as a piece where nothing else frames it.
        tokio::task::yield_now().await;
        Some(())
    }

    async fn write_for_ever(&mut self, bytes: &[u8]) -> Option<bool> {
        let mut written = 0;
        while written < MAX_ENDLESS && !bytes.is_empty() {
            self.write(bytes).await?;
            written += bytes.len();
        }
        Some(false)
    }

    /// Waits until the client goes away; what it still sends is dropped.
    async fn gone(&mut self) {
        let mut rest = [0; 4096];
        while matches!(self.stream.read(&mut rest).await, Ok(count) if count > 0) {}
    }

    async fn head(&mut self) -> Option<Bytes> {
        loop {
            if let Some(at) = self.buffer.windows(4).position(|window| window == b"\r\n\r\n") {
                let head = self.buffer.split_to(at).freeze();
                self.buffer.advance(4);
                return Some(head);
            }
            if self.buffer.len() > MAX_HEAD {
                return None;
            }
            self.more().await?;
        }
    }

    /// Reads the body of the request whose turn it is, unless it was read.
    async fn read_body(&mut self) -> Result<(), Over> {
        let Some(at) = self.request else { return Ok(()) };
        let request = self.shared.log().requests[at].clone();
        if request.is_whole() {
            return Ok(());
        }
        let chunked = request.header("transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked"));
        let length = request.header("content-length").and_then(|value| value.parse().ok()).unwrap_or(0);
        let body = if chunked { self.chunks().await } else { self.exactly(length).await };
        let body = body.ok_or(Over)?;
        self.shared.note(|log| log.requests[at].complete(body));
        Ok(())
    }

    /// So many bytes; what is above the limit is read and dropped.
    async fn exactly(&mut self, length: usize) -> Option<Bytes> {
        let mut body = BytesMut::new();
        let mut left = length;
        while left > 0 {
            if self.buffer.is_empty() {
                self.more().await?;
            }
            let piece = self.buffer.split_to(self.buffer.len().min(left));
            left -= piece.len();
            let room = MAX_BODY - body.len().min(MAX_BODY);
            body.extend_from_slice(&piece[..piece.len().min(room)]);
        }
        Some(body.freeze())
    }

    async fn chunks(&mut self) -> Option<Bytes> {
        let mut body = BytesMut::new();
        loop {
            let line = self.line().await?;
            let size = usize::from_str_radix(line.split(';').next()?.trim(), 16).ok()?;
            let chunk = self.exactly(size).await?;
            let room = MAX_BODY - body.len().min(MAX_BODY);
            body.extend_from_slice(&chunk[..chunk.len().min(room)]);
            self.line().await?;
            if size == 0 {
                return Some(body.freeze());
            }
        }
    }

    async fn line(&mut self) -> Option<String> {
        loop {
            if let Some(at) = self.buffer.windows(2).position(|window| window == b"\r\n") {
                let line = self.buffer.split_to(at);
                self.buffer.advance(2);
                return Some(String::from_utf8_lossy(&line).into_owned());
            }
            if self.buffer.len() > MAX_HEAD {
                return None;
            }
            self.more().await?;
        }
    }

    async fn more(&mut self) -> Option<()> {
        // Without room it would be read in pieces of 64 bytes.
        self.buffer.reserve(ROOM);
        let count = timeout(PATIENCE, self.stream.read_buf(&mut self.buffer)).await.ok()?.ok()?;
        (count > 0).then_some(())
    }
}
