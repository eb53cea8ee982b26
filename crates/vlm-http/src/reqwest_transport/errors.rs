//! What an error of reqwest means.
//!
//! Its own flags mislead: a time-out in a body is also "decode", a cut body is "decode" and not "body". So the order
//! is fixed: time-out, then connect, then whatever the chain of sources says. The URL is stripped from every error.

use std::error::Error as StdError;
use std::io;

use vlm_core::{ConnectCause, Delivery, TransportPhase};

use crate::transport::{TransportError, TransportFault, Upload};

/// A request that brought no head of a reply.
pub(super) fn before_head(error: reqwest::Error, upload: &Upload) -> TransportError {
    let error = error.without_url();
    let phase = if upload.is_complete() { TransportPhase::AwaitingHead } else { TransportPhase::Sending };
    let fault = if error.is_connect() {
        connect(&error)
    } else if error.is_timeout() {
        TransportFault::TimedOut(phase)
    } else if error.is_builder() {
        TransportFault::Configuration("the request cannot be built; check the address and the headers")
    } else {
        sent(&error, phase)
    };
    TransportError::new(fault).with_source(error)
}

/// A body that broke.
pub(super) fn in_body(error: reqwest::Error) -> TransportError {
    let error = error.without_url();
    let fault = if error.is_timeout() {
        TransportFault::TimedOut(TransportPhase::Body)
    } else {
        match io_kind(&error) {
            Some(io::ErrorKind::UnexpectedEof) => TransportFault::Truncated,
            // Without the HTTP layer's word on it the fault is one of the decompression that comes after that layer.
            _ if hyper(&error).is_none() => TransportFault::Undecodable,
            Some(io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData) => TransportFault::NotHttp,
            Some(_) => TransportFault::Broken(TransportPhase::Body),
            None if hyper(&error).is_some_and(hyper::Error::is_incomplete_message) => TransportFault::Truncated,
            None => TransportFault::Broken(TransportPhase::Body),
        }
    };
    TransportError::new(fault).with_delivery(Delivery::Answered).with_source(error)
}

/// Without a connection nothing can have reached the service.
fn connect(error: &reqwest::Error) -> TransportFault {
    use io::ErrorKind::*;
    if error.is_timeout() {
        return TransportFault::ConnectTimeout;
    }
    if error.is_dns() {
        return TransportFault::Connect(ConnectCause::Dns);
    }
    let text = chain(error);
    if text.contains("certificate") {
        return TransportFault::Certificate;
    }
    if text.contains("proxy") || text.contains("tunnel") {
        return TransportFault::Connect(ConnectCause::Proxy);
    }
    let cause = match io_kind(error) {
        Some(ConnectionRefused) => ConnectCause::Refused,
        Some(HostUnreachable | NetworkUnreachable | NetworkDown | AddrNotAvailable) => ConnectCause::Unreachable,
        // Behind a connection that came about there is nothing but the handshake: cut, reset, or not understood.
        Some(_) if !text.contains("tcp connect error") => ConnectCause::Tls,
        _ if text.contains("tls") || text.contains("ssl") || text.contains("handshake") => ConnectCause::Tls,
        _ => ConnectCause::Other,
    };
    TransportFault::Connect(cause)
}

/// There was a connection: the request may have been read.
fn sent(error: &reqwest::Error, phase: TransportPhase) -> TransportFault {
    let text = chain(error);
    if hyper(error).is_some_and(hyper::Error::is_parse) {
        // The method that tells the two apart exists for servers only.
        let large = text.contains("too large");
        return if large { TransportFault::HeadTooLarge } else { TransportFault::NotHttp };
    }
    // A connection that goes away without an error names the requests that it has looked at; the others fail so.
    if text.contains("refused stream") || text.contains("connection error received: not a result of an error") {
        return TransportFault::RefusedUnprocessed;
    }
    if text.contains("stream error received") {
        return TransportFault::Reset;
    }
    // A head over HTTP/2 that passes the limits is reset by our own side.
    if text.contains("header list") || text.contains("header size") {
        return TransportFault::HeadTooLarge;
    }
    TransportFault::Broken(phase)
}

/// Every error below this one.
pub(crate) fn sources<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(error.source(), |error| {
        // An input/output error that wraps another error names that one's source as its own, and so skips it.
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        match wrapped {
            Some(wrapped) => Some(wrapped),
            None => StdError::source(*error),
        }
    })
}

fn hyper(error: &reqwest::Error) -> Option<&hyper::Error> {
    sources(error).find_map(|source| source.downcast_ref())
}

/// The innermost input/output error says most.
fn io_kind(error: &reqwest::Error) -> Option<io::ErrorKind> {
    sources(error).filter_map(|source| source.downcast_ref::<io::Error>()).last().map(io::Error::kind)
}

/// All texts of the chain in lower case, for what no type tells.
fn chain(error: &reqwest::Error) -> String {
    sources(error).map(|source| source.to_string().to_ascii_lowercase()).collect::<Vec<_>>().join(": ")
}
