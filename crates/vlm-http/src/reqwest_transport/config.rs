//! Settings of the transport: what goes between this machine and a service.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::guard::Lookup;

/// Which proxy to use. Loopback hosts never use one: it would receive the key.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProxyChoice {
    /// What the environment says; without the feature `system-proxy`, none.
    #[default]
    System,
    /// No proxy.
    None,
    /// This one, for every host. May contain a user name and password; they are never shown.
    Explicit(String),
}

impl fmt::Debug for ProxyChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System => f.write_str("System"),
            Self::None => f.write_str("None"),
            Self::Explicit(url) => write!(f, "Explicit({})", crate::redact::url(url)),
        }
    }
}

/// Settings of a [`ReqwestTransport`](super::ReqwestTransport).
#[derive(Clone)]
#[non_exhaustive]
pub struct TransportConfig {
    /// Name lookup, TCP and TLS together. Default 5 s.
    pub connect_timeout: Duration,
    /// The proxy for hosts other than this machine.
    pub proxy: ProxyChoice,
    /// Certificates to trust besides the system's, as PEM.
    pub extra_roots: Vec<Bytes>,
    /// How long an idle connection is kept. Default 15 s.
    pub pool_idle: Duration,
    /// Whether replies may come compressed. Default no.
    pub accept_gzip: bool,
    lookup: Option<Lookup>,
}

impl Default for TransportConfig {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            proxy: ProxyChoice::default(),
            extra_roots: Vec::new(),
            pool_idle: Duration::from_secs(15),
            accept_gzip: false,
            lookup: None,
        }
    }
}

impl TransportConfig {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the connect deadline.
    #[must_use]
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = limit;
        self
    }

    /// Sets the proxy.
    #[must_use]
    pub fn proxy(mut self, proxy: ProxyChoice) -> Self {
        self.proxy = proxy;
        self
    }

    /// Trusts the certificates of a PEM file besides the system's.
    #[must_use]
    pub fn extra_root(mut self, pem: impl Into<Bytes>) -> Self {
        self.extra_roots.push(pem.into());
        self
    }

    /// Sets how long an idle connection is kept.
    #[must_use]
    pub fn pool_idle(mut self, limit: Duration) -> Self {
        self.pool_idle = limit;
        self
    }

    /// Says whether to ask for replies that are compressed as gzip, which needs the feature `gzip`.
    ///
    /// Text becomes a few times smaller on the wire; answers of a model are seldom long enough for that to matter.
    /// Limits count what the reply becomes, so a small reply that would become a huge one is cut off as any other. An
    /// encoding that was not asked for stays a fault.
    #[must_use]
    pub fn accept_gzip(mut self, yes: bool) -> Self {
        self.accept_gzip = yes;
        self
    }

    /// Finds the addresses of names in this way instead of the system's: to pin a host to addresses, or to ask a
    /// service of one's own. Addresses that stand in a URL do not come by here.
    ///
    /// Of several addresses the first of each family that answers is taken. The lookup counts for the connect deadline,
    /// runs off the async threads, and is asked again for each new connection. With a proxy it is asked for the proxy's
    /// name: the proxy finds the other one by itself. Of names that mean this machine only addresses of this machine
    /// are taken.
    ///
    /// ```
    /// use std::net::IpAddr;
    /// use vlm_http::TransportConfig;
    ///
    /// let gateway = [IpAddr::from([10, 0, 0, 7]), IpAddr::from([10, 0, 0, 8])];
    /// let config = TransportConfig::new().lookup(move |name| match name {
    ///     "models.example.com" => Ok(gateway.to_vec()),
    ///     _ => Err(std::io::Error::other("no other host is called")),
    /// });
    /// # let _ = config;
    /// ```
    #[must_use]
    pub fn lookup(self, lookup: impl Fn(&str) -> io::Result<Vec<IpAddr>> + Send + Sync + 'static) -> Self {
        // The port is filled in by the HTTP layer.
        self.found_by(Arc::new(move |name| {
            Ok(lookup(name)?.into_iter().map(|address| SocketAddr::new(address, 0)).collect())
        }))
    }

    /// The same with ports that do not count.
    pub(crate) fn found_by(mut self, lookup: Lookup) -> Self {
        self.lookup = Some(lookup);
        self
    }

    /// How names are found, if not in the system's way.
    pub(super) fn addresses(&self) -> Option<&Lookup> {
        self.lookup.as_ref()
    }
}

impl fmt::Debug for TransportConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransportConfig")
            .field("connect_timeout", &self.connect_timeout)
            .field("proxy", &self.proxy)
            .field("extra_roots", &self.extra_roots.len())
            .field("pool_idle", &self.pool_idle)
            .field("accept_gzip", &self.accept_gzip)
            .field("has_lookup", &self.lookup.is_some())
            .finish()
    }
}
