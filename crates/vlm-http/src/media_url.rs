//! Which URLs of pictures and films may be handed to a service, which fetches them itself.

use std::net::{Ipv4Addr, Ipv6Addr};

use thiserror::Error;
use url::{Host, Url};

use crate::base_url::is_loopback;

/// Why a URL cannot be handed to a service. `Display` says what to do instead.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum MediaUrlProblem {
    /// It is not a URL.
    #[error("this is not a URL; write it as https://host/path, or attach the file itself")]
    Malformed,
    /// Neither https nor anything a service could fetch.
    #[error(
        "`{scheme}:` URLs cannot be fetched by the service; use an https URL, or download it and attach the file itself"
    )]
    Scheme {
        /// The scheme.
        scheme: String,
    },
    /// Plain http.
    #[error("plain http URLs are not passed on; use https, or download it and attach the file itself")]
    PlainHttp,
    /// User name or password in it.
    #[error("the URL contains a user name or password; use a signed https URL, or attach the file itself")]
    UserInfo,
    /// A host that only this machine or this network knows.
    #[error("the service cannot reach `{host}` ({why}); use a public https URL, or attach the file itself")]
    PrivateHost {
        /// The host as written.
        host: String,
        /// What sort of host it is.
        why: &'static str,
    },
}

/// Whether a service can be asked to fetch `url`.
///
/// With `allow_loopback`, http and https URLs of this machine are allowed as well: for a service on this machine.
///
/// # Errors
///
/// The first reason against it.
pub fn check_media_url(url: &str, allow_loopback: bool) -> Result<(), MediaUrlProblem> {
    let url = Url::parse(url.trim()).map_err(|_| MediaUrlProblem::Malformed)?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(MediaUrlProblem::Scheme { scheme: crate::redact::bounded(url.scheme(), 32) });
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(MediaUrlProblem::UserInfo);
    }
    if is_loopback(&url) && allow_loopback {
        return Ok(());
    }
    let host = url.host().ok_or(MediaUrlProblem::Malformed)?;
    if let Some(why) = private(&host) {
        return Err(MediaUrlProblem::PrivateHost { host: crate::redact::bounded(&host.to_string(), 256), why });
    }
    if url.scheme() == "http" { Err(MediaUrlProblem::PlainHttp) } else { Ok(()) }
}

fn private(host: &Host<&str>) -> Option<&'static str> {
    match host {
        Host::Domain(name) => private_name(name),
        Host::Ipv4(address) => private_v4(*address),
        Host::Ipv6(address) => private_v6(*address),
    }
}

fn private_name(name: &str) -> Option<&'static str> {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let last = name.rsplit('.').next().unwrap_or_default();
    match last {
        "localhost" => Some("it is this machine"),
        "local" | "internal" | "intranet" | "lan" | "localdomain" => Some("an internal name"),
        _ if name.ends_with(".home.arpa") => Some("an internal name"),
        _ if !name.contains('.') => Some("a name without a domain"),
        _ => None,
    }
}

fn private_v4(address: Ipv4Addr) -> Option<&'static str> {
    let [a, b, c, _] = address.octets();
    match (a, b, c) {
        (127, ..) => Some("it is this machine"),
        (10, ..) | (192, 168, _) | (172, 16..=31, _) => Some("a private address"),
        (169, 254, _) => Some("a link-local address"),
        (100, 64..=127, _) => Some("an address behind a carrier's NAT"),
        (0, ..) | (192, 0, 0) | (198, 18..=19, _) | (224.., ..) => Some("a reserved address"),
        _ => None,
    }
}

fn private_v6(address: Ipv6Addr) -> Option<&'static str> {
    if let Some(inner) = embedded_v4(address) {
        return private_v4(inner);
    }
    let first = address.segments()[0];
    if address.is_loopback() {
        Some("it is this machine")
    } else if address.is_unspecified() || address.is_multicast() {
        Some("a reserved address")
    } else if first & 0xfe00 == 0xfc00 {
        Some("a private address")
    } else if first & 0xffc0 == 0xfe80 || first & 0xffc0 == 0xfec0 {
        Some("a link-local address")
    } else {
        None
    }
}

/// The IPv4 address inside a mapped, NAT64 or 6to4 address.
fn embedded_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let [a, b, c, d, e, f, g, h] = address.segments();
    let join = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match (a, b, c, d, e, f) {
        (0, 0, 0, 0, 0, 0xffff) | (0x64, 0xff9b, 0, 0, 0, 0) => Some(join(g, h)),
        (0x2002, ..) => Some(join(b, c)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_https_is_fine() {
        for url in [
            "https://example.com/a.jpg",
            "https://EXAMPLE.com:8443/a.jpg?signature=x",
            "https://8.8.8.8/a",
            "https://[2606:4700::1111]/a",
            "https://local.example.com/a",
            "https://100.63.0.1/a",
            "https://172.32.0.1/a",
        ] {
            assert_eq!(check_media_url(url, false), Ok(()), "{url}");
        }
    }

    #[test]
    fn hosts_that_cannot_work_are_refused() {
        for url in [
            "https://localhost/a",
            "https://x.localhost/a",
            "https://127.0.0.1/a",
            "https://127.1/a",
            "https://0x7f000001/a",
            "https://2130706433/a",
            "https://10.0.0.1/a",
            "https://172.16.0.1/a",
            "https://192.168.1.1/a",
            "https://169.254.169.254/latest/meta-data",
            "https://100.64.0.1/a",
            "https://0.0.0.0/a",
            "https://255.255.255.255/a",
            "https://[::1]/a",
            "https://[::]/a",
            "https://[fd00::1]/a",
            "https://[fe80::1]/a",
            "https://[::ffff:10.0.0.1]/a",
            "https://[64:ff9b::a00:1]/a",
            "https://[2002:a00:1::]/a",
            "https://printer.local/a",
            "https://vault.internal/a",
            "https://vault.internal./a",
            "https://intranet/a",
        ] {
            let problem = check_media_url(url, false).expect_err(url);
            assert!(matches!(problem, MediaUrlProblem::PrivateHost { .. }), "{url}: {problem}");
        }
    }

    #[test]
    fn loopback_only_where_allowed_and_only_loopback() {
        for url in ["http://127.0.0.1:80/a", "http://localhost/a", "https://[::1]/a"] {
            assert_eq!(check_media_url(url, true), Ok(()), "{url}");
            assert!(check_media_url(url, false).is_err(), "{url}");
        }
        assert!(check_media_url("https://10.0.0.1/a", true).is_err());
        assert_eq!(check_media_url("http://example.com/a", true), Err(MediaUrlProblem::PlainHttp));
    }

    #[test]
    fn other_trouble_is_named() {
        assert_eq!(check_media_url("photo.jpg", false), Err(MediaUrlProblem::Malformed));
        assert_eq!(check_media_url("http://example.com/a", false), Err(MediaUrlProblem::PlainHttp));
        assert_eq!(check_media_url("https://me:planted@example.com/a", false), Err(MediaUrlProblem::UserInfo));
        let problem = check_media_url("gopher://example.com/a", false).expect_err("no such scheme");
        assert!(problem.to_string().contains("`gopher:`"), "{problem}");
        assert!(problem.to_string().contains("https"), "{problem}");
    }
}
