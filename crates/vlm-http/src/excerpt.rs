//! The beginning of a body that is no reply of the service, as words for a person.

/// The most that is looked at, in bytes.
const LOOKED_AT: usize = 4096;

/// The most that is shown.
const CHARACTERS: usize = 200;

/// The first 200 characters of a body that is not the service's own, on one line; of an HTML page its title, else its text.
///
/// ```
/// let page = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>";
/// assert_eq!(vlm_http::excerpt(page), "502 Bad Gateway");
/// ```
pub fn excerpt(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(&body[..body.len().min(LOOKED_AT)]);
    let page = text.trim_start().starts_with('<');
    let title = || Some(text.split_once("<title>")?.1.split_once("</title>")?.0.to_owned());
    let words = if page { title().unwrap_or_else(|| without_tags(&text)) } else { text.into_owned() };
    words.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(CHARACTERS).collect()
}

fn without_tags(page: &str) -> String {
    page.split('<').map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text)).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_told_by_their_words_and_nothing_is_long() {
        assert_eq!(excerpt(b""), "");
        assert_eq!(excerpt(b" upstream\n\n timed  out "), "upstream timed out");
        assert_eq!(excerpt(b"<h1>Sign in</h1><p>to this network</p>"), "Sign in to this network");
        assert_eq!(excerpt(b"<title>open"), "open");
        assert_eq!(excerpt(b"caf\xC3"), "caf\u{FFFD}");
        assert_eq!(excerpt("\u{8336}".repeat(5000).as_bytes()).chars().count(), 200);
    }
}
