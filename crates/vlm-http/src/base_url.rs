//! The address of a service, checked once, so that the key goes nowhere else.

use std::fmt;

use url::{Host, Url};
use vlm_core::{Error, ErrorKind};

use crate::redact;

/// Where a service is: https, or http on this machine; no user info, query, fragment or climbing path.
///
/// ```
/// let base = vlm_http::BaseUrl::parse("https://api.example.com/v1/")?;
/// assert_eq!(base.join("chat/completions").as_str(), "https://api.example.com/v1/chat/completions");
/// assert!(vlm_http::BaseUrl::parse("http://api.example.com").is_err());
/// # Ok::<(), vlm_core::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct BaseUrl(Url);

impl BaseUrl {
    /// Checks an address; white space around it and slashes at its end are dropped.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`], saying what is wrong without quoting more than scheme, host and path.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let text = text.trim();
        let refuse = |why: &str| {
            let shown = redact::url(text);
            Err(Error::new(ErrorKind::Configuration, format!("the base URL {shown} cannot be used: {why}")))
        };
        if text.contains('\\') || climbs(text) {
            return refuse("its path must not contain `..` or a backslash");
        }
        let Ok(mut url) = Url::parse(text) else {
            return refuse("it is not a URL; write it as https://host/path");
        };
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(&url) => {}
            "http" => return refuse("plain http would show the key to everyone on the way; use https"),
            _ => return refuse("only https is possible, or http on this machine"),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return refuse("it contains a user name or password; pass the key as a key");
        }
        if url.query().is_some() || url.fragment().is_some() {
            return refuse("it must not have a query or a fragment");
        }
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        Ok(Self(url))
    }

    /// The address of `path` under this one. Each segment is escaped, so a name in it cannot leave its segment.
    pub fn join(&self, path: &str) -> Url {
        let mut url = self.0.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path.split('/').filter(|segment| !segment.is_empty()));
        }
        url
    }

    /// Whether it is this machine.
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.0)
    }

    /// The address without a slash at its end.
    pub fn as_str(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }
}

/// Whether a path segment of `text` is `..`, in whichever spelling.
fn climbs(text: &str) -> bool {
    let plain = text.to_ascii_lowercase().replace("%2e", ".");
    plain.split(['/', '?', '#']).any(|segment| segment == "..")
}

/// Whether the host of `url` is a loopback address or `localhost`.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            let last = name.rsplit('.').next().unwrap_or_default();
            last.eq_ignore_ascii_case("localhost")
        }
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => {
            address.is_loopback() || address.to_ipv4_mapped().is_some_and(|address| address.is_loopback())
        }
        None => false,
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BaseUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_https_and_plain_loopback() {
        for (text, shown) in [
            ("https://api.example.com", "https://api.example.com"),
            (" https://api.example.com/v1// \n", "https://api.example.com/v1"),
            ("https://api.example.com:8443/a/b", "https://api.example.com:8443/a/b"),
            ("http://127.0.0.1:8787", "http://127.0.0.1:8787"),
            ("http://127.9.8.7/x/", "http://127.9.8.7/x"),
            ("http://localhost:1", "http://localhost:1"),
            ("http://[::1]:1", "http://[::1]:1"),
        ] {
            assert_eq!(BaseUrl::parse(text).expect(text).to_string(), shown);
        }
    }

    #[test]
    fn refuses_the_rest_without_quoting_secrets() {
        for text in [
            "http://example.com",
            "http://127.0.0.1.example.com",
            "http://localhost.example.com",
            "ftp://example.com",
            "file:///etc/passwd",
            "https://user:planted@example.com",
            "https://planted@example.com",
            "https://example.com/?key=planted",
            "https://example.com/#planted",
            "https://example.com/a/../b",
            "https://example.com/a/%2e%2E/b",
            "https://example.com/a/.%2e",
            "https://example.com\\..\\b",
            "example.com/planted",
            "https://",
            "",
            "planted words",
        ] {
            let error = BaseUrl::parse(text).expect_err(text);
            assert_eq!(error.kind(), ErrorKind::Configuration);
            assert!(!format!("{error} {error:?}").contains("planted"), "{error}");
        }
    }

    #[test]
    fn a_joined_name_stays_in_its_segment() {
        let base = BaseUrl::parse("https://example.com/v1/").expect("valid");
        assert_eq!(base.join("vu/chat/completions").as_str(), "https://example.com/v1/vu/chat/completions");
        assert_eq!(base.join("/models/").as_str(), "https://example.com/v1/models");
        assert_eq!(base.join("models/a?b#c").as_str(), "https://example.com/v1/models/a%3Fb%23c");
        assert_eq!(base.join("models/../../x").as_str(), "https://example.com/v1/models/x");
        let root = BaseUrl::parse("https://example.com").expect("valid");
        assert_eq!(root.join("x").as_str(), "https://example.com/x");
    }
}
