//! The little that the core must know of URLs: scheme, extension, and how to show one without its secrets.

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
    let bare = url.split(['?', '#']).next()?;
    let (_, after_scheme) = bare.split_once("://")?;
    let (_, path) = after_scheme.split_once('/')?;
    let name = path.rsplit('/').next()?;
    name.rsplit_once('.').map(|(_, extension)| extension)
}

/// A URL that may be shown: scheme, host and path, without user, query or fragment. Those may be secrets: a signed
/// URL is one. A `data:` URL shows its type and length.
///
/// ```
/// assert_eq!(vlm_core::redact_url("https://me:pw@host.example/a.png?sig=1#x"), "https://host.example/a.png");
/// assert_eq!(vlm_core::redact_url("data:image/png;base64,AAAA"), "data:image/png;base64,<4 chars>");
/// ```
pub fn redact_url(url: &str) -> String {
    if scheme(url) == Some("data") {
        let (head, payload) = url.split_once(',').unwrap_or(("data:", url));
        let head: String = head.chars().take(60).collect();
        return format!("{head},<{} chars>", payload.len());
    }
    let bare = url.split(['?', '#']).next().unwrap_or_default();
    match bare.split_once("://") {
        Some((scheme, rest)) => {
            let (authority, path) = match rest.find('/') {
                Some(at) => rest.split_at(at),
                None => (rest, ""),
            };
            let host = authority.rsplit('@').next().unwrap_or_default();
            format!("{scheme}://{host}{path}")
        }
        None => bare.to_owned(),
    }
}
