//! Why content cannot be told: each error says what is missing and what to do.

use std::io;
use std::path::{Path, PathBuf};

use vlm_core::{MediaType, Problem, ProblemKind};

use crate::input::Fault;

/// Why content is no picture or film whose facts can be read. `Display` says what to do, and names a path as it was
/// given.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProbeError {
    /// There is not one byte.
    #[error("the content is empty; check that it was written completely")]
    Empty,
    /// The first bytes are those of no known picture or film.
    #[error("the content is no picture or film that is known here; convert it to JPEG, PNG, MP4 or WebM")]
    Unknown,
    /// The content ends before what must stand in it.
    #[error("this {media_type} ends before {missing}; it was not written or downloaded completely, so get it again")]
    Truncated {
        /// What the first bytes say it is.
        media_type: MediaType,
        /// What is not there.
        missing: &'static str,
    },
    /// The content contradicts the rules of its own type.
    #[error("this {media_type} is damaged: {what}; open it in another program and save it anew")]
    Damaged {
        /// What the first bytes say it is.
        media_type: MediaType,
        /// What is wrong.
        what: &'static str,
    },
    /// The header is not to be found within as many bytes as may be read of such content.
    #[error(
        "the header of this {media_type} is not within the {limit} bytes that may be read for it; save it anew, or \
         state its facts"
    )]
    TooMuch {
        /// What the first bytes say it is.
        media_type: MediaType,
        /// Bytes that may be read.
        limit: u64,
    },
    /// The pieces of [`Sparse`](crate::Sparse) content would be too many.
    #[error(
        "the facts are scattered over more pieces than may be fetched ({limit}); load the content whole, or state its \
         facts"
    )]
    Scattered {
        /// Pieces that may be asked for.
        limit: u32,
    },
    /// The reader failed.
    #[error("the content cannot be read; check the disk or the network drive")]
    Read(#[source] io::Error),
    /// No such file.
    #[error("there is no file at {path:?}; check the path")]
    NotFound {
        /// The path as given.
        path: PathBuf,
    },
    /// Not readable for this user.
    #[error("the file {path:?} may not be read by this user; change its permissions or copy it")]
    Forbidden {
        /// The path as given.
        path: PathBuf,
    },
    /// A directory, device, pipe or socket.
    #[error("{path:?} is {what}, not a regular file; pass a picture or film file")]
    NotAFile {
        /// The path as given.
        path: PathBuf,
        /// What it is, with its article.
        what: &'static str,
    },
    /// Any other error, of the file at a path.
    #[error("{path:?}: {error}")]
    File {
        /// The path as given.
        path: PathBuf,
        /// What is wrong with its content.
        #[source]
        error: Box<ProbeError>,
    },
}

impl ProbeError {
    /// The path as the caller gave it, where one was given.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::NotFound { path }
            | Self::Forbidden { path }
            | Self::NotAFile { path, .. }
            | Self::File { path, .. } => Some(path),
            _ => None,
        }
    }

    /// What the first bytes say the content is, where they say it.
    pub fn media_type(&self) -> Option<&MediaType> {
        match self {
            Self::Truncated { media_type, .. }
            | Self::Damaged { media_type, .. }
            | Self::TooMuch { media_type, .. } => Some(media_type),
            Self::File { error, .. } => error.media_type(),
            _ => None,
        }
    }

    /// Says which file this is about.
    pub(crate) fn of_file(self, path: &Path) -> Self {
        Self::File { path: path.to_owned(), error: Box::new(self) }
    }

    pub(crate) fn from_fault(fault: Fault, media_type: MediaType, limit: u64) -> Self {
        match fault {
            Fault::Cut(missing) => Self::Truncated { media_type, missing },
            Fault::Damaged(what) => Self::Damaged { media_type, what },
            Fault::Spent => Self::TooMuch { media_type, limit },
            Fault::Read(error) => Self::Read(error),
            // Only Sparse content misses pieces, and it looks for them before it asks for an error.
            Fault::Missing { .. } => Self::Truncated { media_type, missing: "its header" },
        }
    }
}

impl From<ProbeError> for vlm_core::Error {
    fn from(error: ProbeError) -> Self {
        Self::refused(vec![Problem::new(ProblemKind::Media, "attachment", error.to_string())])
    }
}
