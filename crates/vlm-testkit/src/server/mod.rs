//! A server on loopback that plays a script, byte by byte: whatever a service can do wrong, it can be made to do.
//!
//! No HTTP framework: half of the faults cannot be said in one. What a request is answered with is a [`Turn`]: most are
//! made from a [`Reply`], the rest from its [`Step`]s.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> std::io::Result<()> {
//! use vlm_testkit::server::{Reply, Server};
//!
//! // The first request meets a rate limit, the second an answer that breaks off after 10 bytes.
//! let limited = Reply::new(429).header("retry-after", "2").into_turn();
//! let broken = Reply::json(r#"{"text": "never read to its end"}"#).cut_at(10).into_turn();
//! let server = Server::start([limited, broken]).await?;
//! assert!(server.url().starts_with("http://127.0.0.1:"));
//! # Ok(())
//! # }
//! ```
//!
//! # Limits
//!
//! Of a request 64 MiB are kept; a head has at most 1 MiB. A step that waits gives up after 30 seconds, an endless one
//! after 1 GiB. Everything stops when the server is dropped.

mod gate;
mod gzip;
mod nobody;
mod peer;
mod recorded;
mod reply;
mod script;

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

pub use gate::Gate;
pub use gzip::gzip;
pub use nobody::{Refusing, Silent};
pub use recorded::Recorded;
pub use reply::{Framing, Reply};
pub use script::{Step, Turn};

use peer::Peer;
use script::Script;

/// The longest that anything here waits for the other side.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// How long a client may take to close a connection that it has given up.
const CLOSING: Duration = Duration::from_secs(3);

/// A server that plays a script, on a port of its own. Needs a tokio runtime; stops when it is dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    _tasks: JoinSet<()>,
}

/// What the connections of a server have in common.
#[derive(Debug)]
pub(crate) struct Shared {
    script: Mutex<Script>,
    log: Mutex<Log>,
    /// Counts what happened, so that one can wait for more.
    changed: watch::Sender<u64>,
}

/// What happened so far.
#[derive(Debug, Default)]
pub(crate) struct Log {
    pub(crate) connections: usize,
    pub(crate) requests: Vec<Recorded>,
    /// Connections that the client ended, in the order in which it did.
    pub(crate) closed: Vec<usize>,
    /// Bytes that were handed to the system.
    pub(crate) written: u64,
}

impl Server {
    /// Plays `turns`, one per request in the order in which requests come, and the last one again for every further
    /// request. Without any turn connections are accepted and closed.
    ///
    /// # Errors
    /// No port of loopback can be had.
    pub async fn start(turns: impl IntoIterator<Item = Turn>) -> io::Result<Self> {
        Self::run(Script::listed(turns)).await
    }

    /// Answers each request with what `answer` makes of it.
    ///
    /// # Errors
    /// No port of loopback can be had.
    pub async fn answering(answer: impl Fn(&Recorded) -> Turn + Send + Sync + 'static) -> io::Result<Self> {
        Self::run(Script::made(answer)).await
    }

    async fn run(script: Script) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let (changed, _) = watch::channel(0);
        let shared = Arc::new(Shared { script: Mutex::new(script), log: Mutex::default(), changed });
        let mut tasks = JoinSet::new();
        tasks.spawn(accept(listener, shared.clone()));
        Ok(Self { address, shared, _tasks: tasks })
    }

    /// `http://127.0.0.1:PORT`, without a slash at its end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The requests so far, in the order in which their heads came.
    pub fn requests(&self) -> Vec<Recorded> {
        self.shared.log().requests.clone()
    }

    /// How many connections were opened so far.
    pub fn connections(&self) -> usize {
        self.shared.log().connections
    }

    /// How many bytes were written so far, on all connections together. The system takes some before the client does.
    pub fn written(&self) -> u64 {
        self.shared.log().written
    }

    /// Waits until `count` requests have come whole; false when they did not within half a minute.
    pub async fn arrived(&self, count: usize) -> bool {
        self.until(PATIENCE, |log| log.requests.iter().filter(|request| request.is_whole()).count() >= count).await
    }

    /// Waits until the heads of `count` requests have come, for a moment.
    pub(crate) async fn heard(&self, count: usize) {
        self.until(CLOSING, |log| log.requests.len() >= count).await;
    }

    /// Waits until the client has ended `count` connections; false when it did not within three seconds.
    ///
    /// A connection counts when its turn was waiting or writing while the client went away, not when a whole reply was
    /// sent and the connection stayed idle.
    pub async fn closed(&self, count: usize) -> bool {
        self.until(CLOSING, |log| log.closed.len() >= count).await
    }

    async fn until(&self, patience: Duration, mut reached: impl FnMut(&Log) -> bool) -> bool {
        let mut changes = self.shared.changed.subscribe();
        let wait = async {
            while !reached(&self.shared.log()) {
                if changes.changed().await.is_err() {
                    return false;
                }
            }
            true
        };
        tokio::time::timeout(patience, wait).await.unwrap_or(false)
    }
}

impl Shared {
    pub(crate) fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the log and tells those who wait for it.
    pub(crate) fn note<T>(&self, change: impl FnOnce(&mut Log) -> T) -> T {
        let made = change(&mut self.log());
        self.changed.send_modify(|count| *count += 1);
        made
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut peers = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        // A piece that is written is a piece that is sent.
        let _ = stream.set_nodelay(true);
        let connection = shared.note(|log| {
            log.connections += 1;
            log.connections - 1
        });
        peers.spawn(Peer::new(stream, connection, shared.clone()).play());
        while peers.try_join_next().is_some() {}
    }
}
