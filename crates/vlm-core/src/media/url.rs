//! The little that the core must know of URLs: scheme, extension, and how to show one without its secrets.

use super::MediaType;
use crate::text::OneLine;

/// The scheme of `text`, when it is a URL: letters before `:`, followed by `//`, or `data:`.
///
/// One letter is a drive (`C:\photo.jpg`), and a name such as `16:9.jpg` is a path.
pub(super) fn scheme(text: &str) -> Option<&str> {
    let (scheme, rest) = text.split_once(':')?;
    let mut letters = scheme.bytes();
    let named = scheme.len() > 1
        && letters.next().is_some_and(|first| first.is_ascii_alphabetic())
        && letters.all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    if !named {
        return None;
    }
    if scheme.eq_ignore_ascii_case("data") {
        return Some("data");
    }
    rest.starts_with("//").then_some(scheme)
}

/// The extension of the last segment of a URL's path.
pub(super) fn extension(url: &str) -> Option<&str> {
    let end = url.bytes().position(|byte| byte == b'?' || byte == b'#').unwrap_or(url.len());
    let (_, behind_scheme) = url[..end].split_once("://")?;
    let slash = behind_scheme.bytes().rposition(|byte| byte == b'/')?;
    let name = &behind_scheme[slash + 1..];
    let dot = name.bytes().rposition(|byte| byte == b'.')?;
    Some(&name[dot + 1..])
}

/// A URL that may be shown: scheme, host and path, without user, query or fragment. Those may be secrets: a signed
/// URL is one. A `data:` URL shows its type and length, and what is no URL its length only.
///
/// Where it cannot be told what is secret, as with a password that has an unescaped `/` in it, the scheme alone is
/// shown.
///
/// ```
/// assert_eq!(vlm_core::redact_url("https://me:pw@host.example/a.png?sig=1#x"), "https://host.example/a.png");
/// assert_eq!(vlm_core::redact_url("data:image/png;base64,AAAA"), "data:image/png;base64,<4 chars>");
/// ```
pub fn redact_url(url: &str) -> String {
    let url = url.trim();
    match scheme(url) {
        Some("data") => redact_data_url(url),
        Some(scheme) => {
            let rest = &url[scheme.len() + "://".len()..];
            let shown = host_and_path(rest).unwrap_or_else(|| "…".to_owned());
            format!("{scheme}://{}", OneLine(&shown))
        }
        None => format!("<{} chars that are no URL>", url.chars().count()),
    }
}

fn redact_data_url(url: &str) -> String {
    let (head, payload) = url.split_once(',').unwrap_or(("", url));
    let mut words = head.get(5..).unwrap_or_default().split(';');
    let media_type = words.next().and_then(|essence| essence.parse::<MediaType>().ok());
    let media_type = media_type.as_ref().map_or("", |media_type| media_type.as_str());
    let encoding = if words.any(|word| word.eq_ignore_ascii_case("base64")) { ";base64" } else { "" };
    format!("data:{media_type}{encoding},<{} chars>", payload.len())
}

/// What may be shown of a URL's part behind `://`; `None` where user info may hide in it.
fn host_and_path(rest: &str) -> Option<String> {
    let (authority, tail) = rest.split_at(rest.find(['/', '\\', '?', '#']).unwrap_or(rest.len()));
    let host = authority.rsplit('@').next().unwrap_or_default();
    // A password with an unescaped delimiter ends the authority too early: a colon before an `@` behind it.
    let torn = rest.rfind('@').filter(|at| *at >= authority.len()).is_some_and(|at| rest[..at].contains(':'))
        || (tail.starts_with(['?', '#']) && tail.contains('@'));
    if torn || !is_host(host) {
        return None;
    }
    let path = tail.split(['?', '#']).next().unwrap_or_default();
    Some(format!("{host}{path}"))
}

/// A name or address with an optional port; empty as in `file:///…`.
fn is_host(host: &str) -> bool {
    let (name, port) = match host.rsplit_once(']') {
        Some((address, "")) => (address, ""),
        Some((address, after)) => match after.strip_prefix(':') {
            Some(port) => (address, port),
            None => return false,
        },
        None => host.split_once(':').unwrap_or((host, "")),
    };
    let name_is_sane = match name.strip_prefix('[') {
        Some(address) => address.bytes().all(|byte| byte.is_ascii_hexdigit() || b":.%".contains(&byte)),
        None => name.chars().all(|c| c.is_alphanumeric() || "-._~%".contains(c)),
    };
    name_is_sane && port.bytes().all(|byte| byte.is_ascii_digit())
}
