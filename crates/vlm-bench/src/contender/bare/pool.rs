//! Connections that are kept while nobody uses them.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::body::Outgoing;
use crate::Result;

pub(super) type Sender = SendRequest<Outgoing>;

/// Idle connections to one address.
pub(super) struct Pool {
    address: String,
    idle: Mutex<Vec<Sender>>,
}

impl Pool {
    pub(super) fn new(address: String) -> Self {
        Self { address, idle: Mutex::default() }
    }

    pub(super) fn address(&self) -> &str {
        &self.address
    }

    /// An idle connection, or a new one.
    pub(super) async fn take(&self) -> Result<Sender> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        if let Some(mut sender) = idle {
            sender.ready().await?;
            return Ok(sender);
        }
        let socket = TcpStream::connect(&self.address).await?;
        socket.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(socket)).await?;
        // What goes wrong on it is said to whoever uses it.
        drop(tokio::spawn(connection));
        Ok(sender)
    }

    pub(super) fn put_back(&self, sender: Sender) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(sender);
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").field("address", &self.address).finish_non_exhaustive()
    }
}
