//! Reads pieces of a picture or film behind a URL: to learn its size or duration without downloading it.

mod builder;
mod head;
mod problem;
mod run;

use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::HeaderValue;
use url::Url;
use vlm_core::MediaType;

use crate::redact;
use crate::reqwest_transport::ReqwestTransport;
pub use builder::MediaFetcherBuilder;
pub use problem::FetchProblem;

/// Reads pieces of media behind URLs by HTTP range requests.
///
/// The URL may come from a stranger, so this is a client of its own that has nothing to lose and reaches nothing
/// internal:
///
/// * It holds no key and no cookies, and sends no header but `range`, `accept`, `accept-encoding: identity`,
///   `user-agent` and the `host` that HTTP needs.
/// * Only https, without user info. Hosts and addresses that are not on the public internet are refused: as they are
///   written in the URL, and as names resolve. What was checked is what is connected to.
/// * At most five redirects are followed, each judged like a first URL, never from https to http and never from
///   elsewhere to this machine.
/// * Every read has deadlines and every URL a limit of bytes, whatever the server says or sends.
/// * No proxy is used: it would look names up by itself.
/// * Nothing is retried. Dropping the future closes the connection.
///
/// A clone shares its connections. It needs a tokio runtime with timers.
///
/// ```no_run
/// use vlm_http::MediaFetcher;
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let fetcher = MediaFetcher::builder().build()?;
/// let mut film = fetcher.open("https://example.com/film.mp4")?;
/// let head = film.read(0..4096).await?;
/// println!("{} bytes of {:?}, declared as {:?}", head.bytes.len(), head.total, head.media_type);
/// if let Some(total) = head.total.filter(|total| *total > 4096) {
///     let tail = film.read(total - 4096..total).await?;
///     println!("and its last {} bytes", tail.bytes.len());
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct MediaFetcher(Arc<Inner>);

struct Inner {
    transport: ReqwestTransport,
    allow_loopback: bool,
    connect: Duration,
    first_byte: Duration,
    total: Duration,
    max_bytes: u64,
    user_agent: HeaderValue,
}

impl MediaFetcher {
    /// Starts to set a fetcher up.
    pub fn builder() -> MediaFetcherBuilder {
        MediaFetcherBuilder::new()
    }

    /// Checks a URL, as far as it can be checked without a connection. All reads of the returned media together are
    /// held to [`MediaFetcherBuilder::max_bytes`].
    ///
    /// # Errors
    ///
    /// [`FetchProblem`] when it is not an https URL, contains user info, or names a host that is not public.
    pub fn open(&self, url: &str) -> Result<RemoteMedia, FetchProblem> {
        let url = run::admitted(url, self.0.allow_loopback)?;
        Ok(RemoteMedia { fetcher: self.clone(), url, left: self.0.max_bytes })
    }

    /// Reads one piece: [`MediaFetcher::open`] and [`RemoteMedia::read`], for who needs no second one.
    ///
    /// # Errors
    ///
    /// As both.
    pub async fn read(&self, url: &str, range: Range<u64>) -> Result<FetchedPiece, FetchProblem> {
        self.open(url)?.read(range).await
    }
}

impl fmt::Debug for MediaFetcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MediaFetcher")
            .field("allow_loopback", &self.0.allow_loopback)
            .field("connect", &self.0.connect)
            .field("first_byte", &self.0.first_byte)
            .field("total", &self.0.total)
            .field("max_bytes", &self.0.max_bytes)
            .finish_non_exhaustive()
    }
}

/// Media behind one URL, and how much of it may still be read. `Debug` shows neither query nor content.
pub struct RemoteMedia {
    fetcher: MediaFetcher,
    url: Url,
    left: u64,
}

impl RemoteMedia {
    /// Reads the bytes of `range`, or fewer where the media end earlier or the server gives less: look at the length.
    /// At least one byte is returned.
    ///
    /// A server that ignores ranges sends everything from the start. Then what lies before the range is read and
    /// dropped, up to 256 KiB, and the connection is closed once the range is complete; dropped bytes count as read.
    ///
    /// # Errors
    ///
    /// [`FetchProblem`]: each variant says what is wrong and what to do.
    pub async fn read(&mut self, range: Range<u64>) -> Result<FetchedPiece, FetchProblem> {
        run::read(&self.fetcher.0, &self.url, range, &mut self.left).await
    }

    /// How many bytes may still be read. Failed reads count with what had arrived.
    pub fn bytes_left(&self) -> u64 {
        self.left
    }
}

impl fmt::Debug for RemoteMedia {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RemoteMedia").field("url", &redact::short(&self.url)).field("left", &self.left).finish()
    }
}

/// A piece of media, as the server sent it. `Debug` shows lengths only.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FetchedPiece {
    /// Where it begins in the media: the start of the range.
    pub offset: u64,
    /// Its bytes, never more than were asked for.
    pub bytes: Bytes,
    /// The length of the whole media in bytes, where the server tells it.
    pub total: Option<u64>,
    /// What the server says it is; `None` for what is no type of a picture or film. The bytes know better.
    pub media_type: Option<MediaType>,
}

impl fmt::Debug for FetchedPiece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FetchedPiece")
            .field("offset", &self.offset)
            .field("bytes", &format_args!("{} bytes", self.bytes.len()))
            .field("total", &self.total)
            .field("media_type", &self.media_type)
            .finish()
    }
}

#[cfg(test)]
mod tests;
