//! Which hosts and addresses are not on the public internet, and what they are instead.
//!
//! After the registries of special-purpose addresses of IANA (RFC 6890 and its successors), and with the addresses
//! under which clouds give credentials to whoever asks.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::Host;

/// What sort of host it is, if it is not a public one. A name is judged as it is written, not looked up.
pub(crate) fn host_not_public(host: &Host<&str>) -> Option<&'static str> {
    match host {
        Host::Domain(name) => name_not_public(name),
        Host::Ipv4(address) => v4_not_public(*address),
        Host::Ipv6(address) => v6_not_public(*address),
    }
}

/// What sort of address it is, if it is not a public one.
pub(crate) fn ip_not_public(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(address) => v4_not_public(address),
        IpAddr::V6(address) => v6_not_public(address),
    }
}

fn name_not_public(name: &str) -> Option<&'static str> {
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

fn v4_not_public(address: Ipv4Addr) -> Option<&'static str> {
    let [a, b, c, d] = address.octets();
    match (a, b, c) {
        (127, ..) => Some("it is this machine"),
        (10, ..) | (192, 168, _) | (172, 16..=31, _) => Some("a private address"),
        (169, 254, _) => Some("a link-local address"),
        (100, 64..=127, _) => Some("an address behind a carrier's NAT"),
        (192, 0, 2) | (198, 51, 100) | (203, 0, 113) => Some("an address for documentation"),
        // The old relays of 6to4 lead anywhere.
        (0, ..) | (192, 0, 0) | (192, 88, 99) | (198, 18..=19, _) | (224.., ..) => Some("a reserved address"),
        // Looks public and is not: Azure answers there to its own machines only.
        (168, 63, 129) if d == 16 => Some("a cloud's metadata address"),
        _ => None,
    }
}

fn v6_not_public(address: Ipv6Addr) -> Option<&'static str> {
    if let Some(inner) = embedded_v4(address) {
        return v4_not_public(inner);
    }
    let [a, b, ..] = address.segments();
    if address.is_loopback() {
        Some("it is this machine")
    } else if a & 0xfe00 == 0xfc00 {
        Some("a private address")
    } else if a & 0xffc0 == 0xfe80 || a & 0xffc0 == 0xfec0 {
        Some("a link-local address")
    } else if (a == 0x2001 && b == 0x0db8) || (a == 0x3fff && b < 0x1000) {
        Some("an address for documentation")
    } else if a & 0xe000 != 0x2000 || (a == 0x2001 && b < 0x0200) {
        // Everything public lies in 2000::/3; in it, 2001::/23 is for protocols, tunnels (Teredo) among them. Outside
        // lie also `::a.b.c.d` and the other old ways to write an IPv4 address.
        Some("a reserved address")
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

    fn why(address: &str) -> Option<&'static str> {
        ip_not_public(address.parse().expect(address))
    }

    #[test]
    fn public_addresses_pass() {
        for address in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "168.63.129.15",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.0.3.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2001:200::1",
            "2606:4700::1111",
            "2a00::1",
            "3fff:1000::1",
            "::ffff:1.1.1.1",
            "64:ff9b::1.1.1.1",
            "2002:101:101::1",
        ] {
            assert_eq!(why(address), None, "{address}");
        }
    }

    #[test]
    fn the_rest_is_named() {
        for (address, expected) in [
            ("127.0.0.1", "it is this machine"),
            ("127.255.255.255", "it is this machine"),
            ("::1", "it is this machine"),
            ("::ffff:127.0.0.1", "it is this machine"),
            ("10.0.0.0", "a private address"),
            ("172.16.0.0", "a private address"),
            ("172.31.255.255", "a private address"),
            ("192.168.255.255", "a private address"),
            ("fc00::1", "a private address"),
            ("fd00:ec2::254", "a private address"),
            ("64:ff9b::10.0.0.1", "a private address"),
            ("2002:a00:1::1", "a private address"),
            ("169.254.169.254", "a link-local address"),
            ("::ffff:169.254.169.254", "a link-local address"),
            ("fe80::1", "a link-local address"),
            ("febf::1", "a link-local address"),
            ("fec0::1", "a link-local address"),
            ("100.64.0.0", "an address behind a carrier's NAT"),
            ("100.100.100.200", "an address behind a carrier's NAT"),
            ("192.0.2.1", "an address for documentation"),
            ("198.51.100.1", "an address for documentation"),
            ("203.0.113.255", "an address for documentation"),
            ("2001:db8:1::1", "an address for documentation"),
            ("3fff::1", "an address for documentation"),
            ("168.63.129.16", "a cloud's metadata address"),
            ("0.0.0.0", "a reserved address"),
            ("0.1.2.3", "a reserved address"),
            ("192.0.0.192", "a reserved address"),
            ("192.88.99.1", "a reserved address"),
            ("198.18.0.0", "a reserved address"),
            ("198.19.255.255", "a reserved address"),
            ("224.0.0.1", "a reserved address"),
            ("240.0.0.1", "a reserved address"),
            ("255.255.255.255", "a reserved address"),
            ("::", "a reserved address"),
            ("::127.0.0.1", "a reserved address"),
            ("::1.1.1.1", "a reserved address"),
            ("::ffff:0:127.0.0.1", "a reserved address"),
            ("64:ff9b:1::1", "a reserved address"),
            ("100::1", "a reserved address"),
            ("2001::1", "a reserved address"),
            ("2001:20::1", "a reserved address"),
            ("5f00::1", "a reserved address"),
            ("ff02::1", "a reserved address"),
        ] {
            assert_eq!(why(address), Some(expected), "{address}");
        }
    }
}
