//! What can go wrong between a request and the end of its reply, below HTTP statuses.

use std::error::Error as StdError;
use std::fmt;

use vlm_core::{ConnectCause, Delivery, TransportPhase};

/// A request or a reply's body failed below HTTP.
///
/// Neither `Display` nor `Debug` holds a URL beyond what the transport put into the source; transports strip it.
#[derive(Debug)]
pub struct TransportError {
    fault: TransportFault,
    delivery: Delivery,
    source: Option<Box<dyn StdError + Send + Sync + 'static>>,
}

/// What failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransportFault {
    /// The client is not set up for this request; nothing was sent.
    Configuration(&'static str),
    /// No connection.
    Connect(ConnectCause),
    /// The connect deadline passed.
    ConnectTimeout,
    /// The server's certificate is not acceptable: repeating cannot help and would hide an attack.
    Certificate,
    /// The connection broke.
    Broken(TransportPhase),
    /// The service refused the request before looking at it, as HTTP/2 lets it do.
    RefusedUnprocessed,
    /// The service gave up this request, and no other, before it answered, as HTTP/2 lets it do.
    Reset,
    /// The head of the reply passes the HTTP layer's limits.
    HeadTooLarge,
    /// The reply is not HTTP.
    NotHttp,
    /// The body ended before its end.
    Truncated,
    /// The body is compressed as was asked for, and broken.
    Undecodable,
    /// A deadline of the system below passed, not one of ours.
    TimedOut(TransportPhase),
    /// There is no async runtime to work on.
    NoRuntime,
}

impl TransportError {
    /// A failure; how far the request got follows from it until told otherwise.
    pub fn new(fault: TransportFault) -> Self {
        use TransportFault::*;
        let delivery = match fault {
            Configuration(_) | Connect(_) | ConnectTimeout | Certificate | RefusedUnprocessed | NoRuntime => {
                Delivery::NotSent
            }
            Broken(TransportPhase::Body)
            | TimedOut(TransportPhase::Body)
            | Truncated
            | Undecodable
            | HeadTooLarge
            | NotHttp => Delivery::Answered,
            Broken(_) | TimedOut(_) | Reset => Delivery::MaybeSent,
        };
        Self { fault, delivery, source: None }
    }

    /// Says how far the request got.
    #[must_use]
    pub fn with_delivery(mut self, delivery: Delivery) -> Self {
        self.delivery = delivery;
        self
    }

    /// Adds the underlying error, whose text must not hold a URL.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync + 'static>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What failed.
    pub fn fault(&self) -> TransportFault {
        self.fault
    }

    /// How far the request got.
    pub fn delivery(&self) -> Delivery {
        self.delivery
    }

    pub(crate) fn into_source(self) -> Option<Box<dyn StdError + Send + Sync + 'static>> {
        self.source
    }
}

impl fmt::Display for TransportFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Configuration(what) => what,
            Self::Connect(ConnectCause::Dns) => "the host name does not resolve",
            Self::Connect(ConnectCause::Refused) => "the host refuses the connection",
            Self::Connect(ConnectCause::Unreachable) => "the host cannot be reached",
            Self::Connect(ConnectCause::Tls) => "the TLS handshake failed",
            Self::Connect(ConnectCause::Proxy) => "the proxy refuses",
            Self::Connect(_) => "no connection came about",
            Self::ConnectTimeout => "no connection came about within the deadline",
            Self::Certificate => "the server's certificate is not acceptable",
            Self::Broken(TransportPhase::Sending) => "the connection broke while the request was sent",
            Self::Broken(TransportPhase::AwaitingHead) => "the connection broke before a reply came",
            Self::Broken(_) => "the connection broke in the middle of the reply",
            Self::RefusedUnprocessed => "the service refused the request before looking at it",
            Self::Reset => "the service gave the request up before it answered",
            Self::HeadTooLarge => "the head of the reply is too large",
            Self::NotHttp => "the reply is not HTTP",
            Self::Truncated => "the reply ended before its end",
            Self::Undecodable => "the reply is compressed, and broken",
            Self::TimedOut(_) => "the connection timed out below HTTP",
            Self::NoRuntime => "there is no tokio runtime to send the request on",
        })
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fault.fmt(f)
    }
}

impl StdError for TransportError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}
