//! The transport over reqwest, with the settings that the measured traps of that library ask for.

mod config;
pub(crate) mod errors;
pub(crate) mod guard;

use std::fmt;
use std::pin::Pin;
use std::sync::OnceLock;
use std::task::{Context, Poll};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_core::Stream;
use futures_util::StreamExt;
use http::HeaderValue;
use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use reqwest::{Client, ClientBuilder, Request, redirect};
use url::Url;
use vlm_core::{Error, ErrorKind};

use crate::base_url::is_loopback;
use crate::body::PieceStream;
use crate::forbid::forbids;
use crate::transport::{Transport, TransportError, TransportFault, Upload, WireRequest, WireResponse};
pub use config::{ProxyChoice, TransportConfig};
use guard::{Admits, Guard, Lookup};

/// A body of one piece up to this size is given to the HTTP layer at once: then that layer can resend what HTTP/2
/// provably refused. It fits into the socket's buffers, so its progress need not be followed.
const AT_ONCE: usize = 256 << 10;

/// The most that a head over HTTP/2 may hold in a guarded transport. Over HTTP/1 the layer's own limits stand.
const GUARDED_HEAD: u32 = 64 << 10;

/// Sends over reqwest. Each sort of host has a client of its own, made at first use:
/// the proxy and the system's certificates concern only hosts that are not this machine.
pub struct ReqwestTransport {
    config: TransportConfig,
    guarded: bool,
    plain: Client,
    local_tls: OnceLock<Client>,
    remote: OnceLock<Client>,
}

/// The sort of host that a request goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Route {
    /// http on this machine.
    Plain,
    /// https on this machine.
    LocalTls,
    /// https elsewhere.
    Remote,
}

impl ReqwestTransport {
    /// Checks the settings. The system's certificates are loaded at the first https request.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`] when a certificate or the proxy's address cannot be read, when the connect
    /// deadline is zero, when gzip is asked for in a build without it, or when the build leaves the choice of a crypto
    /// provider to the program and there is none.
    pub fn new(config: TransportConfig) -> Result<Self, Error> {
        Self::set_up(config, false)
    }

    /// A transport for addresses that strangers may have chosen: it finds names through `lookup`, connects to public
    /// addresses only (or to this machine, where the URL says so), uses no proxy, which would look names up by itself,
    /// and resends nothing.
    pub(crate) fn guarded(config: TransportConfig, lookup: Lookup) -> Result<Self, Error> {
        Self::set_up(config.proxy(ProxyChoice::None).accept_gzip(false).found_by(lookup), true)
    }

    fn set_up(config: TransportConfig, guarded: bool) -> Result<Self, Error> {
        if config.connect_timeout.is_zero() {
            return Err(refused("the connect deadline cannot be switched off; set it above zero"));
        }
        if config.accept_gzip && !cfg!(feature = "gzip") {
            return Err(refused(NO_GZIP));
        }
        if let Some(missing) = missing_provider() {
            return Err(refused(missing));
        }
        proxied(Client::builder(), &config.proxy).map(drop)?;
        check_roots(&config)?;
        let plain = build(&config, guarded, Route::Plain)?;
        Ok(Self { config, guarded, plain, local_tls: OnceLock::new(), remote: OnceLock::new() })
    }

    fn client(&self, url: &Url) -> Result<Client, TransportError> {
        let unusable = |what| TransportError::new(TransportFault::Configuration(what));
        let (route, cell) = match (url.scheme(), is_loopback(url)) {
            ("http", true) => return Ok(self.plain.clone()),
            ("https", true) => (Route::LocalTls, &self.local_tls),
            ("https", false) => (Route::Remote, &self.remote),
            _ => return Err(unusable("only https is possible, or http on this machine")),
        };
        if !HAS_TLS {
            return Err(unusable(NO_TLS));
        }
        if let Some(client) = cell.get() {
            return Ok(client.clone());
        }
        let built = build(&self.config, self.guarded, route)
            .map_err(|error| unusable("TLS cannot be set up on this machine").with_source(error))?;
        // Another call may have been faster; then its client, with its pool, is the one.
        Ok(cell.get_or_init(|| built).clone())
    }
}

impl fmt::Debug for ReqwestTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReqwestTransport").field("config", &self.config).finish_non_exhaustive()
    }
}

#[async_trait]
impl Transport for ReqwestTransport {
    async fn send(&self, request: WireRequest) -> Result<WireResponse, TransportError> {
        if tokio::runtime::Handle::try_current().is_err() {
            return Err(TransportError::new(TransportFault::NoRuntime));
        }
        if forbids(&request.url) {
            return Err(TransportError::new(TransportFault::Configuration(FORBIDDEN)));
        }
        let client = self.client(&request.url)?;
        let upload = request.upload.clone();
        let sent = client.execute(outgoing(request)).await;
        let mut reply = sent.map_err(|error| errors::before_head(error, &upload))?;
        let status = reply.status();
        let headers = std::mem::take(reply.headers_mut());
        let framed = reply.version() >= http::Version::HTTP_2
            || headers.contains_key(CONTENT_LENGTH)
            || headers.contains_key(TRANSFER_ENCODING);
        let body = reply.bytes_stream().map(|piece| piece.map_err(errors::in_body));
        Ok(WireResponse::new(status, headers, Box::pin(body)).framed(framed))
    }
}

/// What is told where [`forbid_real_requests`](crate::forbid_real_requests) was called.
const FORBIDDEN: &str =
    "real requests are forbidden in this process: use a base URL on this machine, or a provider that answers by itself";

fn outgoing(request: WireRequest) -> Request {
    let WireRequest { method, url, headers, body, upload } = request;
    let mut request = Request::new(method, url);
    *request.headers_mut() = headers;
    if body.is_empty() {
        upload.complete();
        return request;
    }
    let body = match body.as_plain() {
        Some(bytes) if bytes.len() <= AT_ONCE => {
            upload.took(bytes.len());
            upload.complete();
            reqwest::Body::from(bytes)
        }
        _ => {
            request.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
            reqwest::Body::wrap_stream(Reported { pieces: body.stream(), left: body.len(), upload })
        }
    };
    *request.body_mut() = Some(body);
    request
}

/// Tells [`Upload`] what the HTTP layer takes.
struct Reported {
    pieces: PieceStream,
    left: u64,
    upload: Upload,
}

impl Stream for Reported {
    type Item = Result<Bytes, BodyStopped>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.upload.touched();
        let next = std::task::ready!(self.pieces.as_mut().poll_next(cx));
        Poll::Ready(match next {
            Some(Ok(bytes)) => {
                self.upload.took(bytes.len());
                self.left = self.left.saturating_sub(bytes.len() as u64);
                if self.left == 0 {
                    // The HTTP layer knows the length and does not ask for the end.
                    self.upload.complete();
                }
                Some(Ok(bytes))
            }
            Some(Err(problem)) => {
                self.upload.failed(problem);
                Some(Err(BodyStopped))
            }
            None => {
                self.upload.complete();
                None
            }
        })
    }
}

/// What the HTTP layer is told when a file of the body cannot be read; the reason goes through [`Upload`].
#[derive(Debug, thiserror::Error)]
#[error("a file of the request cannot be sent")]
struct BodyStopped;

const NO_TLS: &str =
    "this build has no TLS: enable the feature `rustls` or `native-tls` of vlm-http to use https addresses";

const NO_GZIP: &str = "this build cannot read gzip: enable the feature `gzip` of vlm-http, or do not ask for it";

const HAS_TLS: bool = cfg!(any(feature = "rustls", feature = "native-tls", feature = "rustls-no-provider"));

/// Without a provider the library below would panic.
#[cfg(all(feature = "rustls-no-provider", not(feature = "rustls"), not(feature = "native-tls")))]
fn missing_provider() -> Option<&'static str> {
    rustls::crypto::CryptoProvider::get_default().is_none().then_some(
        "no crypto provider is installed: with the feature `rustls-no-provider` the program must install one \
         (`CryptoProvider::install_default`) before it makes a client",
    )
}

#[cfg(not(all(feature = "rustls-no-provider", not(feature = "rustls"), not(feature = "native-tls"))))]
fn missing_provider() -> Option<&'static str> {
    None
}

fn build(config: &TransportConfig, guarded: bool, route: Route) -> Result<Client, Error> {
    let mut builder = Client::builder()
        .redirect(redirect::Policy::none())
        .referer(false)
        .connect_timeout(config.connect_timeout)
        .pool_idle_timeout(config.pool_idle)
        .tcp_keepalive(Duration::from_secs(30))
        .http2_keep_alive_interval(Duration::from_secs(30))
        .http2_keep_alive_timeout(Duration::from_secs(10))
        .https_only(route != Route::Plain)
        // Another crate of the program may have switched these features on.
        .no_brotli()
        .no_zstd()
        .no_deflate();
    builder = compressed(builder, config.accept_gzip);
    builder = match route {
        Route::Plain | Route::LocalTls => builder.no_proxy(),
        Route::Remote => proxied(builder, &config.proxy)?,
    };
    if let Some(lookup) = config.addresses() {
        let admits = match route {
            // A name that means this machine must not lead elsewhere: plain http would go there, past every proxy.
            Route::Plain | Route::LocalTls => Admits::ThisMachine,
            Route::Remote if guarded => Admits::Public,
            Route::Remote => Admits::Anything,
        };
        builder = builder.dns_resolver(Guard::new(lookup.clone(), admits));
    }
    // Over HTTP/1 nothing is ever refused that was provably not looked at.
    if guarded || route == Route::Plain {
        builder = builder.retry(reqwest::retry::never());
    }
    if guarded {
        builder = builder.http2_max_header_list_size(GUARDED_HEAD);
    }
    trusting(builder, config, route)?
        .build()
        .map_err(|error| refused("the HTTP client cannot be set up").with_source(error.without_url()))
}

#[cfg(any(feature = "rustls", feature = "native-tls", feature = "rustls-no-provider"))]
fn trusting(builder: ClientBuilder, config: &TransportConfig, route: Route) -> Result<ClientBuilder, Error> {
    let roots = roots(config)?;
    Ok(match route {
        // No TLS is spoken there: do not load the system's certificates, which a bare container may not have.
        Route::Plain => builder.tls_certs_only(roots),
        Route::LocalTls | Route::Remote if roots.is_empty() => builder,
        Route::LocalTls | Route::Remote => builder.tls_certs_merge(roots),
    })
}

#[cfg(not(any(feature = "rustls", feature = "native-tls", feature = "rustls-no-provider")))]
fn trusting(builder: ClientBuilder, _config: &TransportConfig, _route: Route) -> Result<ClientBuilder, Error> {
    Ok(builder)
}

#[cfg(any(feature = "rustls", feature = "native-tls", feature = "rustls-no-provider"))]
fn roots(config: &TransportConfig) -> Result<Vec<reqwest::Certificate>, Error> {
    let mut roots = Vec::new();
    for pem in &config.extra_roots {
        let found = reqwest::Certificate::from_pem_bundle(pem)
            .map_err(|error| refused("an extra root certificate is not PEM").with_source(error.without_url()))?;
        if found.is_empty() {
            return Err(refused("an extra root certificate holds no certificate; pass a PEM file"));
        }
        roots.extend(found);
    }
    Ok(roots)
}

#[cfg(any(feature = "rustls", feature = "native-tls", feature = "rustls-no-provider"))]
fn check_roots(config: &TransportConfig) -> Result<(), Error> {
    roots(config).map(drop)
}

#[cfg(not(any(feature = "rustls", feature = "native-tls", feature = "rustls-no-provider")))]
fn check_roots(config: &TransportConfig) -> Result<(), Error> {
    if config.extra_roots.is_empty() { Ok(()) } else { Err(refused(NO_TLS)) }
}

#[cfg(feature = "gzip")]
fn compressed(builder: ClientBuilder, accept: bool) -> ClientBuilder {
    builder.gzip(accept)
}

#[cfg(not(feature = "gzip"))]
fn compressed(builder: ClientBuilder, _accept: bool) -> ClientBuilder {
    builder.no_gzip()
}

fn proxied(builder: ClientBuilder, proxy: &ProxyChoice) -> Result<ClientBuilder, Error> {
    match proxy {
        ProxyChoice::System if cfg!(feature = "system-proxy") => Ok(builder),
        ProxyChoice::System | ProxyChoice::None => Ok(builder.no_proxy()),
        ProxyChoice::Explicit(url) => match reqwest::Proxy::all(url.trim()) {
            // An explicit proxy switches the environment's off.
            Ok(proxy) => Ok(builder.proxy(proxy)),
            // The source would quote the address, with its password.
            Err(_) => Err(refused("the proxy's address is not a URL; write it as http://host:port")),
        },
    }
}

fn refused(message: &str) -> Error {
    Error::new(ErrorKind::Configuration, message)
}

#[cfg(test)]
mod tests;
