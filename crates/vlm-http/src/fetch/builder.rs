//! The settings of a fetcher of media.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use vlm_core::{Error, ErrorKind};

use super::{Inner, MediaFetcher};
use crate::reqwest_transport::guard::{self, Lookup};
use crate::reqwest_transport::{ReqwestTransport, TransportConfig};

/// Settings of a [`MediaFetcher`]. No deadline can be switched off.
#[must_use = "nothing exists until `build` is called"]
pub struct MediaFetcherBuilder {
    allow_loopback: bool,
    connect: Duration,
    first_byte: Duration,
    total: Duration,
    max_bytes: u64,
    user_agent: String,
    lookup: Lookup,
}

impl MediaFetcherBuilder {
    pub(super) fn new() -> Self {
        Self {
            allow_loopback: false,
            connect: Duration::from_secs(5),
            first_byte: Duration::from_secs(10),
            total: Duration::from_secs(20),
            max_bytes: 4 << 20,
            user_agent: concat!("vlm/", env!("CARGO_PKG_VERSION")).to_owned(),
            lookup: guard::system(),
        }
    }

    /// Allows http and https URLs of this machine as well: for tests and for services on it. Default no.
    ///
    /// A program that takes URLs from strangers must not: they could read what only this machine may.
    pub fn allow_loopback(mut self, yes: bool) -> Self {
        self.allow_loopback = yes;
        self
    }

    /// Sets how long one read may take, redirects included. Default 20 s.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.total = limit;
        self
    }

    /// Sets how long name lookup, TCP and TLS together may take. Default 5 s.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect = limit;
        self
    }

    /// Sets how long each request may take until the head of its reply is there, connecting included. Default 10 s.
    pub fn first_byte_timeout(mut self, limit: Duration) -> Self {
        self.first_byte = limit;
        self
    }

    /// Sets how many bytes may be read of one [`RemoteMedia`](crate::RemoteMedia), and so also by one read. Default
    /// 4 MiB.
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// Names the program in the `user-agent` header; some servers refuse who does not say who they are.
    pub fn user_agent(mut self, name: impl Into<String>) -> Self {
        self.user_agent = name.into();
        self
    }

    #[cfg(all(test, any(feature = "rustls", feature = "native-tls")))]
    pub(super) fn lookup(mut self, lookup: Lookup) -> Self {
        self.lookup = lookup;
        self
    }

    /// Checks the settings. Nothing is connected to.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`] when a deadline is zero, when the user agent cannot stand in a header, or when the
    /// build leaves the choice of a crypto provider to the program and there is none.
    pub fn build(self) -> Result<MediaFetcher, Error> {
        if [self.connect, self.first_byte, self.total].iter().any(Duration::is_zero) {
            return Err(refused("the deadlines for reading media cannot be switched off; set them above zero"));
        }
        let user_agent = HeaderValue::from_str(&self.user_agent)
            .map_err(|error| refused("the user agent cannot stand in a header").with_source(error))?;
        let config = TransportConfig::new().connect_timeout(self.connect);
        Ok(MediaFetcher(Arc::new(Inner {
            transport: ReqwestTransport::guarded(config, self.lookup)?,
            allow_loopback: self.allow_loopback,
            connect: self.connect,
            first_byte: self.first_byte,
            total: self.total,
            max_bytes: self.max_bytes,
            user_agent,
        })))
    }
}

impl fmt::Debug for MediaFetcherBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MediaFetcherBuilder")
            .field("allow_loopback", &self.allow_loopback)
            .field("connect", &self.connect)
            .field("first_byte", &self.first_byte)
            .field("total", &self.total)
            .field("max_bytes", &self.max_bytes)
            .field("user_agent", &self.user_agent)
            .finish_non_exhaustive()
    }
}

fn refused(message: &str) -> Error {
    Error::new(ErrorKind::Configuration, message)
}
