//! Local files: opened without hanging, looked at through the opened handle, refused when they are not plain files.

use std::fs::{File, FileType, Metadata, OpenOptions};
use std::io;
use std::path::Path;

use crate::error::ProbeError;
use crate::input::{Fault, Source, fill};
use crate::probe::{Probe, probe_source};

/// Reads the facts of a picture or film file. Blocks while it reads a few KB.
///
/// Only a regular file is read. It is opened without waiting, so that a named pipe is refused, and never hangs; a link
/// is followed.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let directory = tempfile::tempdir()?;
/// # let path = directory.path().join("dot.gif");
/// # std::fs::write(&path, b"GIF89a\x40\x01\xC8\0\0\0\0;")?;
/// let picture = vlm_media::probe_file(&path)?;
/// assert_eq!(picture.media_type.as_str(), "image/gif");
/// assert_eq!(picture.facts.size(), Some((320, 200)));
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// As [`probe`](crate::probe); each error names the path as given. Also a missing or forbidden file, and anything that
/// is no regular file.
pub fn probe_file(path: impl AsRef<Path>) -> Result<Probe, ProbeError> {
    let path = path.as_ref();
    let (mut file, metadata) = open_regular(path)?;
    probe_source(&mut file, metadata.len()).map_err(|error| error.of_file(path))
}

impl Source for File {
    #[cfg(unix)]
    fn read_at(&mut self, offset: u64, into: &mut [u8]) -> Result<usize, Fault> {
        use std::os::unix::fs::FileExt;
        // One call of the system where seek and read would be two.
        let mut at = offset;
        fill(into, |rest| {
            let count = FileExt::read_at(self, rest, at)?;
            at = at.saturating_add(count as u64);
            Ok(count)
        })
    }

    #[cfg(not(unix))]
    fn read_at(&mut self, offset: u64, into: &mut [u8]) -> Result<usize, Fault> {
        use std::io::{Read, Seek, SeekFrom};
        self.seek(SeekFrom::Start(offset)).map_err(Fault::Read)?;
        fill(into, |rest| self.read(rest))
    }
}

/// Opens without blocking, then asks the *opened handle* what it is.
fn open_regular(path: &Path) -> Result<(File, Metadata), ProbeError> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        // Without it, opening a named pipe waits for a writer, perhaps for ever; a terminal must not become ours.
        options.custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY);
    }
    let file = options.open(path).map_err(|error| refused_at_open(path, error))?;
    let metadata = file.metadata().map_err(|error| from_io(path, error))?;
    match not_a_file(metadata.file_type()) {
        Some(what) => Err(ProbeError::NotAFile { path: path.to_owned(), what }),
        None => Ok((file, metadata)),
    }
}

/// Some things cannot even be opened (sockets, devices without hardware): say what they are.
fn refused_at_open(path: &Path, error: io::Error) -> ProbeError {
    let what = std::fs::metadata(path).ok().and_then(|metadata| not_a_file(metadata.file_type()));
    match what {
        Some(what) => ProbeError::NotAFile { path: path.to_owned(), what },
        None => from_io(path, error),
    }
}

fn from_io(path: &Path, error: io::Error) -> ProbeError {
    match error.kind() {
        io::ErrorKind::NotFound => ProbeError::NotFound { path: path.to_owned() },
        io::ErrorKind::PermissionDenied => ProbeError::Forbidden { path: path.to_owned() },
        io::ErrorKind::IsADirectory => ProbeError::NotAFile { path: path.to_owned(), what: "a directory" },
        _ => ProbeError::Read(error).of_file(path),
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
