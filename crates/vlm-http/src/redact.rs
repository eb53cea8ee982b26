//! What may be shown of URLs and of a service's words.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::Arc;

use crate::secret::Secret;

/// Stands where a secret stood.
const REDACTED: &str = "[redacted]";

/// From this length on, a run of base64 characters is taken for media.
const BASE64_RUN: usize = 256;

/// Within this many characters a `data:` URL has the comma before its content.
const DATA_URL_HEAD: usize = 128;

/// Beginnings of keys, and how many characters must follow for it to be one.
const KEY_SHAPES: [(&str, usize); 10] = [
    ("sk-", 8),
    ("sk_", 8),
    ("pk_", 16),
    ("rk_", 16),
    ("AIza", 30),
    ("AKIA", 12),
    ("ghp_", 16),
    ("github_pat_", 16),
    ("eyJ", 32),
    ("xoxb-", 16),
];

/// A URL reduced to scheme, host, port and path: query and user info may be secrets. A `data:` URL is shown as its type
/// and length.
pub fn url(text: &str) -> String {
    let text = text.trim();
    if text.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("data:")) {
        let head = text[5..].split(',').next().unwrap_or_default();
        let media_type = head.split(';').next().unwrap_or_default();
        let sane = media_type.len() <= 64
            && media_type.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '+' | '.'));
        return format!("data:{} ({} bytes)", if sane { media_type } else { "" }, text.len());
    }
    match url::Url::parse(text) {
        Ok(parsed) => short(&parsed),
        Err(_) => format!("[{} bytes that are not a URL]", text.len()),
    }
}

/// [`url`] of a parsed one.
pub(crate) fn short(parsed: &url::Url) -> String {
    let scheme = parsed.scheme();
    match parsed.host_str() {
        Some(host) if !host.is_empty() => {
            let port = parsed.port().map(|port| format!(":{port}")).unwrap_or_default();
            format!("{scheme}://{host}{port}{}", parsed.path())
        }
        _ => format!("{scheme}: ({} bytes)", parsed.as_str().len()),
    }
}

/// Scheme, host and port only: what a log and a redirect's target show.
pub(crate) fn origin(parsed: &url::Url) -> String {
    let mut text = String::with_capacity(parsed.as_str().len());
    text.push_str(parsed.scheme());
    text.push(':');
    if let Some(host) = parsed.host_str() {
        text.push_str("//");
        text.push_str(host);
    }
    if let Some(port) = parsed.port() {
        let _ = write!(text, ":{port}");
    }
    text
}

/// Takes secrets out of text that came from elsewhere, before it is stored.
///
/// Known secrets, everything of key shape, queries of URLs, `data:` URLs and long runs of base64 go.
#[derive(Clone, Debug, Default)]
pub struct Scrubber {
    secrets: Vec<Secret>,
    limit: Option<usize>,
}

impl Scrubber {
    /// A scrubber that knows `secrets`.
    pub fn new<S: AsRef<Secret>>(secrets: impl IntoIterator<Item = S>) -> Self {
        let mut scrubber = Self::default();
        for secret in secrets {
            scrubber.secrets.push(secret.as_ref().clone());
        }
        // Longest first: a secret that contains another one must go as a whole.
        scrubber.secrets.sort_by_key(|secret| std::cmp::Reverse(secret.expose().len()));
        scrubber
    }

    /// Sets how many bytes of a text are kept; 4 KiB unless set.
    #[must_use]
    pub fn limit(mut self, bytes: usize) -> Self {
        self.limit = Some(bytes);
        self
    }

    /// This scrubber, knowing more secrets; the same one when it knows them already.
    pub(crate) fn and(this: &Arc<Self>, more: &[Secret]) -> Arc<Self> {
        let knows = |secret: &Secret| this.secrets.iter().any(|known| known.expose() == secret.expose());
        if more.iter().all(knows) {
            return this.clone();
        }
        let all = Self::new(this.secrets.iter().chain(more));
        Arc::new(Self { limit: this.limit, ..all })
    }

    /// The text without secrets, and not longer than the limit.
    pub fn scrub(&self, text: &str) -> String {
        let limit = self.limit.unwrap_or(4 << 10);
        bounded(&self.clean(text, limit), limit)
    }

    /// The first `characters` of the text, after scrubbing: a secret must not survive by being cut in two.
    pub(crate) fn excerpt(&self, text: &str, characters: usize) -> String {
        let clean = self.clean(text, 4 * characters);
        match clean.char_indices().nth(characters) {
            Some((end, _)) => format!("{}…", &clean[..end]),
            None => clean,
        }
    }

    /// The text without secrets, at least its first `enough` bytes.
    fn clean(&self, text: &str, enough: usize) -> String {
        let mut known: Cow<'_, str> = Cow::Borrowed(text);
        for secret in &self.secrets {
            if known.contains(secret.expose()) {
                known = Cow::Owned(known.replace(secret.expose(), REDACTED));
            }
        }
        let mut out = String::with_capacity(known.len().min(enough));
        let mut rest = &*known;
        let mut after_word = false;
        while let Some(first) = rest.chars().next()
            && out.len() <= enough
        {
            let taken = if after_word { 0 } else { shaped(rest, &mut out) };
            let step = if taken > 0 { taken } else { plain_run(rest, first) };
            if taken == 0 {
                out.push_str(&rest[..step]);
            }
            after_word = rest[..step].chars().next_back().is_some_and(is_word);
            rest = &rest[step..];
        }
        out
    }
}

/// Characters that keys are made of.
fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-')
}

/// Characters of base64 in either alphabet.
fn is_base64(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '-' | '_' | '=')
}

/// Where the characters that fulfil `test` end.
fn run(text: &str, test: impl Fn(char) -> bool) -> usize {
    text.find(|c| !test(c)).unwrap_or(text.len())
}

/// How far the text may be copied before the next place where a secret could begin.
fn plain_run(rest: &str, first: char) -> usize {
    if is_word(first) { run(rest, is_word) } else { first.len_utf8() }
}

/// If a secret begins here, writes what stands for it and says how many bytes it took; else 0.
fn shaped(rest: &str, out: &mut String) -> usize {
    let blob = run(rest, is_base64);
    if blob >= BASE64_RUN {
        out.push_str(&format!("[{blob} characters of base64]"));
        return blob;
    }
    if starts_with(rest, "data:") {
        let inside = |c: char| !c.is_whitespace() && !matches!(c, '"' | '\'' | '<' | '>' | ')');
        // Not far: text that repeats the beginning must not cost its square.
        let head = rest.chars().take(DATA_URL_HEAD).take_while(|c| inside(*c)).any(|c| c == ',');
        if head {
            let end = run(rest, inside);
            out.push_str(&format!("[data URL of {end} bytes]"));
            return end;
        }
    }
    if starts_with(rest, "bearer ") {
        let key = run(&rest[7..], |c| !c.is_whitespace() && !matches!(c, '"' | '\'' | ',' | '<' | '>'));
        if key >= 6 {
            out.push_str(&rest[..7]);
            out.push_str(REDACTED);
            return 7 + key;
        }
    }
    if starts_with(rest, "http://") || starts_with(rest, "https://") {
        return web_address(rest, out);
    }
    for (prefix, least) in KEY_SHAPES {
        if let Some(tail) = rest.strip_prefix(prefix) {
            let length = run(tail, |c| is_word(c) || c == '.');
            if length >= least {
                out.push_str(REDACTED);
                return prefix.len() + length;
            }
        }
    }
    0
}

/// Drops user info and query of the address that begins here.
fn web_address(rest: &str, out: &mut String) -> usize {
    let end = run(rest, |c| !c.is_whitespace() && !matches!(c, '"' | '\'' | '<' | '>'));
    let address = &rest[..end];
    let scheme_end = address.find("//").map_or(0, |at| at + 2);
    let (path, query) = address.split_at(address.find(['?', '#']).unwrap_or(end));
    let host_end = path[scheme_end..].find('/').map_or(path.len(), |at| scheme_end + at);
    let user_end = path[scheme_end..host_end].rfind('@').map_or(scheme_end, |at| scheme_end + at + 1);
    out.push_str(&path[..scheme_end]);
    out.push_str(&path[user_end..]);
    if !query.is_empty() {
        out.push_str("?[redacted]");
    }
    end
}

fn starts_with(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

/// At most `limit` bytes of the text, cut between characters.
pub(crate) fn bounded(text: &str, limit: usize) -> String {
    if text.len() <= limit {
        return text.to_owned();
    }
    let mut end = limit.saturating_sub('…'.len_utf8());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}…", &text[..end])
}

#[cfg(test)]
mod tests;
