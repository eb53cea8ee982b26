//! Looks names up in a way that was set, and lets only those answers through that may be connected to.
//!
//! The HTTP layer connects to the very addresses that come out of here and asks nobody again, so a name cannot lead
//! elsewhere between the check and the connection. Addresses that stand in a URL do not come by here: whoever sends
//! checks them.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use thiserror::Error;

use crate::address;

/// How names become addresses. Called off the async threads.
pub(crate) type Lookup = Arc<dyn Fn(&str) -> io::Result<Vec<SocketAddr>> + Send + Sync>;

/// The system's own way.
pub(crate) fn system() -> Lookup {
    // The port is filled in by the HTTP layer.
    Arc::new(|name| (name, 0).to_socket_addrs().map(Iterator::collect))
}

/// A name has addresses, but none that may be connected to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the name leads to no address that may be read from ({why})")]
pub(crate) struct Forbidden {
    /// What sort of address the first one is.
    pub(crate) why: &'static str,
}

/// Which addresses of a name are let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Admits {
    ThisMachine,
    /// The public internet.
    Public,
    Anything,
}

/// The resolver of one client.
pub(super) struct Guard {
    lookup: Lookup,
    admits: Admits,
}

impl Guard {
    pub(super) fn new(lookup: Lookup, admits: Admits) -> Self {
        Self { lookup, admits }
    }
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let (lookup, admits) = (self.lookup.clone(), self.admits);
        Box::pin(async move {
            let found = tokio::task::spawn_blocking(move || lookup(name.as_str())).await??;
            let addresses = admitted(found, admits)?;
            if addresses.is_empty() {
                // The HTTP layer would call it a network that cannot be reached.
                return Err(io::Error::new(io::ErrorKind::NotFound, "the name has no address").into());
            }
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

/// The addresses that may be connected to; an error where there are others only.
fn admitted(found: Vec<SocketAddr>, admits: Admits) -> Result<Vec<SocketAddr>, Forbidden> {
    let mut refused = None;
    let mut kept = Vec::new();
    for address in found {
        match against(address, admits) {
            None => kept.push(address),
            Some(why) => refused = refused.or(Some(why)),
        }
    }
    match refused {
        Some(why) if kept.is_empty() => Err(Forbidden { why }),
        _ => Ok(kept),
    }
}

fn against(address: SocketAddr, admits: Admits) -> Option<&'static str> {
    match admits {
        Admits::ThisMachine => (!address.ip().to_canonical().is_loopback()).then_some("it is not this machine"),
        Admits::Public => address::ip_not_public(address.ip()),
        Admits::Anything => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(texts: &[&str]) -> Vec<SocketAddr> {
        texts.iter().map(|text| SocketAddr::new(text.parse().expect(text), 0)).collect()
    }

    #[test]
    fn only_public_answers_are_let_through() {
        let mixed = addresses(&["10.0.0.1", "8.8.8.8", "::1", "2606:4700::1111", "::ffff:127.0.0.1"]);
        assert_eq!(admitted(mixed, Admits::Public), Ok(addresses(&["8.8.8.8", "2606:4700::1111"])));
        let private = addresses(&["192.168.0.1", "127.0.0.1"]);
        assert_eq!(admitted(private, Admits::Public), Err(Forbidden { why: "a private address" }));
        let metadata = addresses(&["169.254.169.254"]);
        assert_eq!(admitted(metadata, Admits::Public), Err(Forbidden { why: "a link-local address" }));
    }

    #[test]
    fn a_client_of_this_machine_reaches_this_machine_only() {
        let mixed = addresses(&["8.8.8.8", "127.0.0.1", "::1", "10.0.0.1"]);
        assert_eq!(admitted(mixed, Admits::ThisMachine), Ok(addresses(&["127.0.0.1", "::1"])));
        assert_eq!(
            admitted(addresses(&["8.8.8.8"]), Admits::ThisMachine),
            Err(Forbidden { why: "it is not this machine" })
        );
    }

    #[test]
    fn a_name_without_addresses_is_not_called_forbidden() {
        assert_eq!(admitted(Vec::new(), Admits::Public), Ok(Vec::new()));
        assert_eq!(admitted(Vec::new(), Admits::ThisMachine), Ok(Vec::new()));
    }
}
