//! Which URLs of pictures and films may be handed to a service, which fetches them itself.

use thiserror::Error;
use url::Url;

use crate::address;
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
    check(&url, allow_loopback)
}

/// The same for a URL that is already parsed.
pub(crate) fn check(url: &Url, allow_loopback: bool) -> Result<(), MediaUrlProblem> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(MediaUrlProblem::Scheme { scheme: crate::redact::bounded(url.scheme(), 32) });
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(MediaUrlProblem::UserInfo);
    }
    if is_loopback(url) && allow_loopback {
        return Ok(());
    }
    let host = url.host().ok_or(MediaUrlProblem::Malformed)?;
    if let Some(why) = address::host_not_public(&host) {
        return Err(MediaUrlProblem::PrivateHost { host: crate::redact::bounded(&host.to_string(), 256), why });
    }
    if url.scheme() == "http" { Err(MediaUrlProblem::PlainHttp) } else { Ok(()) }
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
            "https://203.0.113.7/a",
            "https://[2001:db8::1]/a",
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
