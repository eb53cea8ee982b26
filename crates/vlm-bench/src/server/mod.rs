//! A small fast server on loopback: replies are written out beforehand, and what comes in is counted and checked.
//!
//! The first folder of a path names the [`Case`]; `/iu/` or `/vu/` in it says memories.ai. `GET /seen` gives what came in
//! since it was last asked ([`Seen`]), so that no contender can leave out what it is measured by.

mod connection;
mod intake;
mod seen;

use std::collections::HashMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::Notify;

use crate::case::{Case, Shape};
use crate::replies;
pub use seen::Seen;

/// Connections that may wait to be accepted.
const BACKLOG: u32 = 16 << 10;

/// How large the replies are, and how they are held back.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Events of a long stream.
    pub events: usize,
    /// Events of a stream of large events.
    pub large_events: usize,
    /// How long [`Case::Slow`] waits before it answers.
    pub latency: Duration,
    /// How many requests of [`Case::Held`] must be there before they are answered.
    pub held: usize,
}

impl Settings {
    /// Reads arguments such as `events=200000 large-events=64 latency-ms=20 held=10000`.
    ///
    /// # Errors
    /// An argument that is not known.
    pub fn from_arguments(arguments: impl IntoIterator<Item = String>) -> crate::Result<Self> {
        let mut settings = Self { events: 1000, large_events: 2, latency: Duration::from_millis(20), held: 1 };
        for argument in arguments {
            match argument.split_once('=') {
                Some(("events", value)) => settings.events = value.parse()?,
                Some(("large-events", value)) => settings.large_events = value.parse()?,
                Some(("latency-ms", value)) => settings.latency = Duration::from_millis(value.parse()?),
                Some(("held", value)) => settings.held = value.parse()?,
                _ => return Err(format!("`{argument}` is no argument of the server").into()),
            }
        }
        Ok(settings)
    }

    /// The arguments that say the same to another process.
    pub fn to_arguments(self) -> Vec<String> {
        vec![
            format!("events={}", self.events),
            format!("large-events={}", self.large_events),
            format!("latency-ms={}", self.latency.as_millis()),
            format!("held={}", self.held),
        ]
    }

    /// The events that a case's streams have.
    pub fn events_of(&self, case: Case) -> usize {
        if case == Case::Large { self.large_events } else { self.events }
    }
}

/// A server that listens, not yet running.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    shared: Arc<Shared>,
}

/// What all connections have in common.
#[derive(Debug)]
struct Shared {
    settings: Settings,
    /// Written when first asked for: a long stream is tens of megabytes.
    replies: Mutex<HashMap<(&'static str, &'static str), Bytes>>,
    seen: Mutex<Seen>,
    /// How many requests of [`Case::Held`] have come in.
    held: AtomicUsize,
    all_held: Notify,
}

impl Server {
    /// Listens on a port of its own on loopback.
    ///
    /// # Errors
    /// The port cannot be opened.
    pub fn bind(settings: Settings) -> io::Result<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
        let shared = Shared {
            settings,
            replies: Mutex::default(),
            seen: Mutex::default(),
            held: AtomicUsize::new(0),
            all_held: Notify::new(),
        };
        Ok(Self { listener: socket.listen(BACKLOG)?, shared: Arc::new(shared) })
    }

    /// Where it listens.
    ///
    /// # Errors
    /// The system does not say.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until it is dropped.
    ///
    /// # Errors
    /// Connections cannot be accepted, such as for want of file descriptors.
    pub async fn run(self) -> io::Result<()> {
        loop {
            let (socket, _) = self.listener.accept().await?;
            socket.set_nodelay(true)?;
            // A connection that breaks off is the client's business.
            drop(tokio::spawn(connection::serve(socket, Arc::clone(&self.shared))));
        }
    }
}

impl Shared {
    fn reply(&self, case: Case, shape: Shape) -> Bytes {
        let mut replies = self.replies.lock().unwrap_or_else(PoisonError::into_inner);
        let write = || replies::reply(case, shape, self.settings.events_of(case)).into();
        replies.entry((case.name(), shape.name())).or_insert_with(write).clone()
    }

    fn note(&self, change: impl FnOnce(&mut Seen)) {
        change(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn take_seen(&self) -> Seen {
        self.held.store(0, Ordering::SeqCst);
        std::mem::take(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Holds a reply back as its case says.
    async fn wait(&self, case: Case) {
        match case {
            Case::Slow => tokio::time::sleep(self.settings.latency).await,
            Case::Held => {
                let mut released = pin!(self.all_held.notified());
                // From here on no call is missed.
                let _ = released.as_mut().enable();
                if self.held.fetch_add(1, Ordering::SeqCst) + 1 >= self.settings.held {
                    self.all_held.notify_waiters();
                } else {
                    released.await;
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests;
