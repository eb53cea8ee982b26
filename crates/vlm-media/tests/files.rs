//! Local files: regular ones only, named as given, and no call that waits.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a failing test may panic")]

use std::path::Path;

use vlm_media::{ProbeError, probe_file};

const GIF: &[u8] = b"GIF89a\x40\x01\xC8\0\0\0\0;";

/// The error of a path, which must be named in it as given.
fn refused(path: impl AsRef<Path>) -> ProbeError {
    let error = probe_file(path.as_ref()).unwrap_err();
    assert_eq!(error.path(), Some(path.as_ref()));
    assert!(error.to_string().contains(&format!("{:?}", path.as_ref())), "{error}");
    error
}

/// What is wrong with the content of the file at a path.
fn content(path: impl AsRef<Path>) -> ProbeError {
    match refused(path) {
        ProbeError::File { error, .. } => *error,
        other => panic!("{other}"),
    }
}

#[test]
fn a_regular_file_is_read_also_through_a_link() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("no extension");
    std::fs::write(&path, GIF).unwrap();
    assert_eq!(probe_file(&path).unwrap().facts.size(), Some((320, 200)));
    #[cfg(unix)]
    {
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        assert_eq!(probe_file(&link).unwrap(), probe_file(&path).unwrap());
    }
}

#[test]
fn what_cannot_be_read_is_told_by_its_path() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(refused(folder.path().join("none.jpg")), ProbeError::NotFound { .. }));
    assert!(matches!(refused(folder.path()), ProbeError::NotAFile { what: "a directory", .. }));
    let path = folder.path().join("a.jpg");
    std::fs::write(&path, b"").unwrap();
    assert!(matches!(content(&path), ProbeError::Empty));
    std::fs::write(&path, b"some text").unwrap();
    assert!(matches!(content(&path), ProbeError::Unknown));
    std::fs::write(&path, &GIF[..8]).unwrap();
    assert!(matches!(content(&path), ProbeError::Truncated { .. }));
    assert_eq!(refused(&path).media_type().map(|media_type| media_type.as_str()), Some("image/gif"));
}

#[cfg(unix)]
#[test]
fn devices_pipes_and_sockets_are_refused_without_hanging() {
    let what = |path: &Path| match refused(path) {
        ProbeError::NotAFile { what, .. } => what,
        other => panic!("{other}"),
    };
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(what(Path::new("/dev/zero")), "a device");
    let pipe = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    // Opened the usual way, this waits for a writer for ever.
    assert_eq!(what(&pipe), "a named pipe");
    let socket = folder.path().join("socket");
    let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    assert_eq!(what(&socket), "a socket");
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_without_a_length_is_refused() {
    assert!(matches!(content("/proc/self/status"), ProbeError::Empty));
}

#[test]
fn a_reader_that_fails_or_lies_about_its_length_is_an_error() {
    use std::io::{self, Cursor, Read, Seek, SeekFrom};

    /// Claims more than it has, and fails where it is told to.
    struct Odd(Cursor<Vec<u8>>, Option<io::ErrorKind>);

    impl Read for Odd {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            match self.1 {
                Some(kind) => Err(kind.into()),
                None => self.0.read(into),
            }
        }
    }

    impl Seek for Odd {
        fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
            match to {
                SeekFrom::End(_) => Ok(1 << 40),
                other => self.0.seek(other),
            }
        }
    }

    let failing = vlm_media::probe(Odd(Cursor::new(GIF.to_vec()), Some(io::ErrorKind::TimedOut))).unwrap_err();
    assert!(matches!(failing, ProbeError::Read(_)), "{failing}");
    let short = vlm_media::probe(Odd(Cursor::new(GIF[..8].to_vec()), None)).unwrap_err();
    assert!(matches!(short, ProbeError::Truncated { .. }), "{short}");
    let empty = vlm_media::probe(Odd(Cursor::new(Vec::new()), None)).unwrap_err();
    assert!(matches!(empty, ProbeError::Empty), "{empty}");
}
