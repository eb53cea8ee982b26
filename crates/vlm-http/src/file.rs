//! Local files: opened without hanging, looked at through the opened handle, refused when they are not plain files.

use std::fmt;
use std::fs::{File, FileType, Metadata, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use bytes::Bytes;
use thiserror::Error;
use vlm_core::{ErrorKind, Problem, ProblemKind};

/// How much of a file's beginning is kept, for whoever asks what it is.
const HEAD: u64 = 4 << 10;

/// Why a file cannot be used. `Display` names the path as the caller gave it and says what to do.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FileProblem {
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
    /// Zero bytes.
    #[error("the file {path:?} is empty; check that it was written completely")]
    Empty {
        /// The path as given.
        path: PathBuf,
    },
    /// More bytes than asked for.
    #[error("the file {path:?} has {len} bytes, more than the limit of {limit}; use a smaller one or pass it by URL")]
    TooLarge {
        /// The path as given.
        path: PathBuf,
        /// Its length.
        len: u64,
        /// The limit.
        limit: u64,
    },
    /// Other bytes than when it was first opened.
    #[error("the file {path:?} changed while it was used ({what}); send it again once it is complete")]
    Changed {
        /// The path as given.
        path: PathBuf,
        /// What changed.
        what: &'static str,
    },
    /// Anything else.
    #[error("the file {path:?} cannot be read; check the disk or the network drive")]
    Unreadable {
        /// The path as given.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl FileProblem {
    /// The path as the caller gave it.
    pub fn path(&self) -> &Path {
        match self {
            Self::NotFound { path }
            | Self::Forbidden { path }
            | Self::NotAFile { path, .. }
            | Self::Empty { path }
            | Self::TooLarge { path, .. }
            | Self::Changed { path, .. }
            | Self::Unreadable { path, .. } => path,
        }
    }

    fn from_io(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::NotFound => Self::NotFound { path },
            io::ErrorKind::PermissionDenied => Self::Forbidden { path },
            io::ErrorKind::IsADirectory => Self::NotAFile { path, what: "a directory" },
            _ => Self::Unreadable { path, source },
        }
    }

    fn changed(path: &Path, what: &'static str) -> Self {
        Self::Changed { path: path.to_owned(), what }
    }
}

impl From<FileProblem> for vlm_core::Error {
    fn from(problem: FileProblem) -> Self {
        Self::new(ErrorKind::InvalidRequest, problem.to_string()).with_source(problem)
    }
}

impl From<&FileProblem> for Problem {
    fn from(problem: &FileProblem) -> Self {
        Self::new(ProblemKind::Media, "", problem.to_string())
    }
}

/// A regular file that was there, readable and not empty when it was opened.
///
/// It holds no open handle: each attempt opens the file again and refuses it when length or modification time differ.
/// `Debug` shows the length only.
#[derive(Clone)]
pub struct LocalFile {
    path: PathBuf,
    len: u64,
    modified: Option<SystemTime>,
    head: Bytes,
}

impl LocalFile {
    /// Opens a file, off the async threads and without ever hanging on a pipe.
    ///
    /// # Errors
    ///
    /// A [`FileProblem`] that says what the path is instead of a readable regular file.
    pub async fn open(path: impl Into<PathBuf>) -> Result<Self, FileProblem> {
        let path = path.into();
        let shown = path.clone();
        off_thread(&shown, move || Self::open_blocking(path)).await
    }

    /// [`LocalFile::open`] on this thread.
    ///
    /// # Errors
    ///
    /// As [`LocalFile::open`].
    pub fn open_blocking(path: impl Into<PathBuf>) -> Result<Self, FileProblem> {
        let path = path.into();
        let (file, metadata) = open_regular(&path)?;
        if metadata.len() == 0 {
            return Err(FileProblem::Empty { path });
        }
        let mut head = Vec::new();
        if let Err(source) = file.take(HEAD).read_to_end(&mut head) {
            return Err(FileProblem::from_io(&path, source));
        }
        if head.is_empty() {
            // A file of /proc claims a length and gives nothing, or the other way round.
            return Err(FileProblem::Empty { path });
        }
        Ok(Self { path, len: metadata.len(), modified: metadata.modified().ok(), head: head.into() })
    }

    /// The length in bytes.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Never true: an empty file is refused.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Its first 4 KiB, or all of it.
    pub fn head(&self) -> &Bytes {
        &self.head
    }

    /// The path as given.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The whole content, off the async threads; refuses a file longer than `limit` without reading it.
    ///
    /// # Errors
    ///
    /// A [`FileProblem`] when it cannot be read, changed since it was opened, or is longer than `limit`.
    pub async fn read(&self, limit: u64) -> Result<Bytes, FileProblem> {
        if self.len > limit {
            return Err(FileProblem::TooLarge { path: self.path.clone(), len: self.len, limit });
        }
        let this = self.clone();
        off_thread(&self.path, move || {
            let mut reader = Reader::open(&this)?;
            let mut all = Vec::new();
            while reader.fill(1 << 20)? {
                all.extend_from_slice(reader.filled());
            }
            Ok(Bytes::from(all))
        })
        .await
    }

    /// Whether the file is still the one that was opened.
    pub(crate) fn check_blocking(&self) -> Result<(), FileProblem> {
        Reader::open(self).map(drop)
    }

    fn same(&self, metadata: &Metadata) -> Result<(), FileProblem> {
        if metadata.len() != self.len {
            return Err(FileProblem::changed(&self.path, "its length"));
        }
        if metadata.modified().ok() != self.modified {
            return Err(FileProblem::changed(&self.path, "its modification time"));
        }
        Ok(())
    }
}

impl fmt::Debug for LocalFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LocalFile({} bytes)", self.len)
    }
}

/// Reads a file piece by piece through one buffer and gives exactly the bytes that were announced, or an error.
pub(crate) struct Reader {
    file: File,
    source: LocalFile,
    buffer: Vec<u8>,
    left: u64,
}

impl Reader {
    pub(crate) fn open(source: &LocalFile) -> Result<Self, FileProblem> {
        Self::open_at(source, 0)
    }

    /// Leaves the first `from` bytes out.
    pub(crate) fn open_at(source: &LocalFile, from: u64) -> Result<Self, FileProblem> {
        let (mut file, metadata) = open_regular(&source.path)?;
        source.same(&metadata)?;
        let from = from.min(source.len);
        file.seek(SeekFrom::Start(from)).map_err(|error| FileProblem::from_io(&source.path, error))?;
        Ok(Self { file, source: source.clone(), buffer: Vec::new(), left: source.len - from })
    }

    /// Fills the buffer with the next `size` bytes, fewer only at the end; false when all have been given.
    ///
    /// Before the last piece is given, the opened file is looked at once more: a service never gets a whole body that
    /// is a mixture of two states.
    pub(crate) fn fill(&mut self, size: usize) -> Result<bool, FileProblem> {
        let want = usize::try_from(self.left).unwrap_or(size).min(size);
        if want == 0 {
            return Ok(false);
        }
        self.buffer.resize(want, 0);
        let path = &self.source.path;
        self.file.read_exact(&mut self.buffer).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => FileProblem::changed(path, "it became shorter"),
            _ => FileProblem::from_io(path, error),
        })?;
        self.left -= want as u64;
        if self.left == 0 {
            self.finish()?;
        }
        Ok(true)
    }

    /// The bytes of the last [`Reader::fill`].
    pub(crate) fn filled(&self) -> &[u8] {
        &self.buffer
    }

    fn finish(&mut self) -> Result<(), FileProblem> {
        let path = &self.source.path;
        match self.file.read(&mut [0]) {
            Ok(0) => {}
            Ok(_) => return Err(FileProblem::changed(path, "it became longer")),
            Err(error) => return Err(FileProblem::from_io(path, error)),
        }
        let metadata = self.file.metadata().map_err(|error| FileProblem::from_io(path, error))?;
        self.source.same(&metadata)
    }
}

/// Does file work off the async threads; where there is no runtime there is nobody to keep waiting.
pub(crate) async fn off_thread<T: Send + 'static>(
    path: &Path,
    work: impl FnOnce() -> Result<T, FileProblem> + Send + 'static,
) -> Result<T, FileProblem> {
    let Ok(runtime) = tokio::runtime::Handle::try_current() else {
        return work();
    };
    match runtime.spawn_blocking(work).await {
        Ok(result) => result,
        Err(source) => Err(FileProblem::Unreadable { path: path.to_owned(), source: io::Error::other(source) }),
    }
}

/// Opens without blocking, then asks the *opened handle* what it is.
fn open_regular(path: &Path) -> Result<(File, Metadata), FileProblem> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        // Without it, opening a named pipe waits for a writer, perhaps for ever; a terminal must not become ours.
        options.custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY);
    }
    let file = options.open(path).map_err(|error| refused_at_open(path, error))?;
    let metadata = file.metadata().map_err(|error| FileProblem::from_io(path, error))?;
    match not_a_file(metadata.file_type()) {
        Some(what) => Err(FileProblem::NotAFile { path: path.to_owned(), what }),
        None => Ok((file, metadata)),
    }
}

/// Some things cannot even be opened (sockets, devices without hardware): say what they are.
fn refused_at_open(path: &Path, error: io::Error) -> FileProblem {
    let what = std::fs::metadata(path).ok().and_then(|metadata| not_a_file(metadata.file_type()));
    match what {
        Some(what) => FileProblem::NotAFile { path: path.to_owned(), what },
        None => FileProblem::from_io(path, error),
    }
}

fn not_a_file(kind: FileType) -> Option<&'static str> {
    if kind.is_file() {
        return None;
    }
    if kind.is_dir() {
        return Some("a directory");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if kind.is_fifo() {
            return Some("a named pipe");
        }
        if kind.is_socket() {
            return Some("a socket");
        }
        if kind.is_char_device() || kind.is_block_device() {
            return Some("a device");
        }
    }
    Some("something else")
}
