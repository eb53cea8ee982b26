//! Why media behind a URL cannot be read. URLs are shown without query and user info.

use std::time::Duration;

use thiserror::Error;
use url::Url;
use vlm_core::{ErrorKind, Problem, ProblemKind, TimeoutPhase};

use crate::redact;
use crate::reqwest_transport::errors::sources;
use crate::reqwest_transport::guard::Forbidden;
use crate::transport::{TransportError, TransportFault};

/// Longer URLs are cut where they are shown.
const SHOWN: usize = 300;

/// Why media behind a URL cannot be read. `Display` says what to do; URLs stand in it as scheme, host and path only.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FetchProblem {
    /// It is not a URL.
    #[error("this is not a URL; write it as https://host/path, or pass the file itself")]
    Malformed,
    /// Another scheme, plain http among them.
    #[error("{url} is not read: only https URLs are; use one, or download it and pass the file itself")]
    NotHttps {
        /// The URL.
        url: String,
    },
    /// User name or password in it.
    #[error("{url} is not read: it contains a user name or password; use a signed https URL, or pass the file itself")]
    UserInfo {
        /// The URL, without them.
        url: String,
    },
    /// The host is not on the public internet, by what is written or by the addresses that its name has.
    #[error("{url} is not read: its host is not public ({why}); use a public https URL, or pass the file itself")]
    PrivateHost {
        /// The URL.
        url: String,
        /// What sort of host it is.
        why: &'static str,
    },
    /// A redirect to somewhere that is not read.
    #[error("{url} redirects to {to}, which is not followed ({why}); use the final URL if it is public and https")]
    Redirect {
        /// The URL that redirects.
        url: String,
        /// Where to.
        to: String,
        /// Why that is not followed.
        why: &'static str,
    },
    /// One redirect after the other.
    #[error("{url} redirects more than {limit} times; use the final URL")]
    TooManyRedirects {
        /// The URL that was to be read.
        url: String,
        /// How many are followed.
        limit: usize,
    },
    /// No connection, or one that broke.
    #[error("{url} cannot be read: {source}; check the URL and the network, or pass the file itself")]
    Transport {
        /// The URL.
        url: String,
        /// What failed.
        source: TransportError,
    },
    /// A deadline passed.
    #[error(
        "{url} cannot be read within {limit:?} ({phase}); raise that deadline, try later, or pass the file itself",
        phase = phase_words(*phase)
    )]
    TimedOut {
        /// The URL.
        url: String,
        /// Which deadline.
        phase: TimeoutPhase,
        /// How long it is.
        limit: Duration,
    },
    /// Neither the piece nor a redirect.
    #[error("the server answers {url} with status {status}; check the URL and whether its signature has run out")]
    Status {
        /// The URL.
        url: String,
        /// The status.
        status: u16,
    },
    /// The server ignores ranges, and the piece lies too far from the start to read up to it.
    #[error(
        "the server of {url} gives no ranges, so byte {offset} is out of reach; download it and pass the file itself"
    )]
    NoRanges {
        /// The URL.
        url: String,
        /// The first byte that was asked for.
        offset: u64,
    },
    /// The server says that it sends another range than asked for.
    #[error("the server of {url} answers a request for a range with {what}; download it and pass the file itself")]
    WrongRange {
        /// The URL.
        url: String,
        /// What is wrong, as a noun.
        what: &'static str,
    },
    /// There is nothing at that offset.
    #[error(
        "{url} has nothing at byte {offset}{}; ask for an earlier range, or check that the file is complete",
        has(*total)
    )]
    PastEnd {
        /// The URL.
        url: String,
        /// The first byte that was asked for.
        offset: u64,
        /// The length of the whole, if the server tells it.
        total: Option<u64>,
    },
    /// Compressed although that was ruled out: offsets would mean nothing.
    #[error("the server of {url} sends it compressed, so no range can be read; download it and pass the file itself")]
    Encoded {
        /// The URL.
        url: String,
    },
    /// More bytes than may be read.
    #[error(
        "reading {url} takes {needed} more bytes of which {left} are allowed; raise `max_bytes`, or pass the file itself"
    )]
    OverLimit {
        /// The URL.
        url: String,
        /// How many bytes would have to be read.
        needed: u64,
        /// How many may still be read.
        left: u64,
    },
    /// The range holds no byte.
    #[error("the range of {url} that is to be read is empty; ask for at least one byte")]
    EmptyRange {
        /// The URL.
        url: String,
    },
}

impl FetchProblem {
    /// A failure of the transport; `connect` is the connect deadline.
    pub(super) fn from_transport(url: &Url, source: TransportError, connect: Duration) -> Self {
        let url = shown(url);
        if source.fault() == TransportFault::ConnectTimeout {
            return Self::TimedOut { url, phase: TimeoutPhase::Connect, limit: connect };
        }
        let forbidden = sources(&source).find_map(|error| error.downcast_ref::<Forbidden>()).copied();
        match forbidden {
            Some(Forbidden { why }) => Self::PrivateHost { url, why },
            None => Self::Transport { url, source },
        }
    }
}

/// What an error shows of a URL. As text, because only so a `data:` URL is shown as its type and length.
pub(super) fn shown(url: &Url) -> String {
    redact::bounded(&redact::url(url.as_str()), SHOWN)
}

fn phase_words(phase: TimeoutPhase) -> &'static str {
    match phase {
        TimeoutPhase::Connect => "no connection",
        TimeoutPhase::FirstByte => "no answer",
        _ => "not complete",
    }
}

fn has(total: Option<u64>) -> String {
    total.map(|total| format!(", for it has {total} bytes")).unwrap_or_default()
}

impl From<FetchProblem> for vlm_core::Error {
    fn from(problem: FetchProblem) -> Self {
        Self::new(ErrorKind::InvalidRequest, problem.to_string()).with_source(problem)
    }
}

impl From<&FetchProblem> for Problem {
    fn from(problem: &FetchProblem) -> Self {
        Self::new(ProblemKind::Media, "", problem.to_string())
    }
}
