//! The running emulator: its handle, its listener and what the two share.

use std::collections::VecDeque;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::serve::ListenerExt as _;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::PREFIX;
use crate::builder::{EmulatorBuilder, Settings};
use crate::fault::{Fault, Script, StreamShape};
use crate::handler;
use crate::journal::{Journal, Recorded};
use crate::media::{Home, serve};
use crate::reply::Stamp;

/// How long a shutdown waits for connections that are still answered.
const PATIENCE: Duration = Duration::from_secs(2);

/// State of a running emulator.
pub(crate) struct App {
    pub(crate) settings: Settings,
    pub(crate) address: SocketAddr,
    pub(crate) journal: Journal,
    pub(crate) closing: watch::Receiver<bool>,
    script: Mutex<VecDeque<Vec<Fault>>>,
    shape: Mutex<StreamShape>,
    replies: AtomicU64,
    connections: AtomicU64,
}

impl App {
    /// A stamp for the next reply.
    pub(crate) fn stamp(&self) -> Stamp {
        let counter = self.replies.fetch_add(1, Ordering::Relaxed);
        Stamp::new(self.settings.seed, counter, (self.settings.clock)())
    }

    /// The faults that the script has for the next request.
    pub(crate) fn next_step(&self) -> Vec<Fault> {
        lock(&self.script).pop_front().unwrap_or_default()
    }

    pub(crate) fn shape(&self) -> StreamShape {
        *lock(&self.shape)
    }

    /// What media URLs may name: this address by its number, by `localhost`, or as the client called it.
    pub(crate) fn home(&self, host: Option<&str>) -> Home {
        let port = self.address.port();
        let mut authorities = vec![reachable(self.address).to_string()];
        if self.address.ip().is_loopback() || self.address.ip().is_unspecified() {
            authorities.extend([format!("localhost:{port}"), format!("127.0.0.1:{port}"), format!("[::1]:{port}")]);
        }
        let suffix = format!(":{port}");
        authorities.extend(host.map(str::to_ascii_lowercase).filter(|host| host.ends_with(&suffix)));
        Home { authorities, root: self.settings.media_root.clone() }
    }
}

/// A panic while a lock was held leaves plain data: it can be used on.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The address that a client on this machine can use.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

/// Serves on `listener` in the background.
pub(crate) fn start(listener: TcpListener, address: SocketAddr, mut settings: Settings) -> Emulator {
    let (close, closing) = watch::channel(false);
    let app = Arc::new(App {
        script: Mutex::new(std::mem::take(&mut settings.script).steps),
        shape: Mutex::new(settings.shape),
        settings,
        address,
        journal: Journal::default(),
        closing: closing.clone(),
        replies: AtomicU64::new(0),
        connections: AtomicU64::new(0),
    });
    let router = Router::new().fallback(handler::handle).with_state(Arc::clone(&app));
    let counter = Arc::clone(&app);
    let listener = listener.tap_io(move |stream| {
        counter.connections.fetch_add(1, Ordering::Relaxed);
        // Events shall leave when they are sent.
        let _ = stream.set_nodelay(true);
    });
    let mut closed = closing;
    let serving = axum::serve(listener, router).with_graceful_shutdown(async move {
        let _ = closed.wait_for(|closing| *closing).await;
    });
    let task = tokio::spawn(async move {
        if let Err(error) = serving.await {
            tracing::error!(%error, "the emulator stopped");
        }
    });
    tracing::debug!(%address, "the emulator listens");
    Emulator { app, close, task: Some(task) }
}

/// A running emulator. Dropping it stops it.
pub struct Emulator {
    app: Arc<App>,
    close: watch::Sender<bool>,
    task: Option<JoinHandle<()>>,
}

impl fmt::Debug for Emulator {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Emulator")
            .field("address", &self.app.address)
            .field("media_root", &self.app.settings.media_root)
            .field("connections", &self.connections())
            .finish_non_exhaustive()
    }
}

impl Emulator {
    /// Settings for a new emulator.
    #[must_use]
    pub fn builder() -> EmulatorBuilder {
        EmulatorBuilder::default()
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.app.address
    }

    /// The base URL for a client: `http://127.0.0.1:PORT/serve/api/v2`.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}{PREFIX}", reachable(self.app.address))
    }

    /// The URL of a file in the media folder, by its relative path.
    #[must_use]
    pub fn media_url(&self, path: impl AsRef<str>) -> String {
        let path = serve::percent_encode(path.as_ref().trim_start_matches('/'));
        format!("http://{}/media/{path}", reachable(self.app.address))
    }

    /// The requests received, oldest first; at most the last 10 000.
    #[must_use]
    pub fn journal(&self) -> Vec<Recorded> {
        self.app.journal.all()
    }

    /// Forgets the requests received; counting goes on.
    pub fn clear_journal(&self) {
        self.app.journal.clear();
    }

    /// TCP connections accepted since the start.
    #[must_use]
    pub fn connections(&self) -> u64 {
        self.app.connections.load(Ordering::Relaxed)
    }

    /// Replaces what is left of the script.
    pub fn set_script(&self, script: Script) {
        *lock(&self.app.script) = script.steps;
    }

    /// Steps of the script that no request has used yet.
    #[must_use]
    pub fn script_steps_left(&self) -> usize {
        lock(&self.app.script).len()
    }

    /// Changes the form of streams.
    pub fn set_stream_shape(&self, shape: StreamShape) {
        *lock(&self.app.shape) = shape;
    }

    /// Stops: no new connections, stalled answers are broken off, others may finish within two seconds.
    pub async fn shutdown(mut self) {
        let _ = self.close.send(true);
        if let Some(mut task) = self.task.take()
            && tokio::time::timeout(PATIENCE, &mut task).await.is_err()
        {
            task.abort();
        }
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        let _ = self.close.send(true);
    }
}
