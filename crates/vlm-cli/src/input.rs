//! What a command reads before it begins: standard input, the key file, the schema and the script. All bounded.

use std::fs::File;
use std::io::{self, IsTerminal as _, Read};
use std::path::Path;

use serde_json::Value;

use crate::exit::Failure;
use crate::report::Report;

/// The largest prompt, schema or script.
const TEXT_LIMIT: u64 = 4 << 20;
/// The largest picture or film from standard input; it is held in memory.
const MEDIA_LIMIT: u64 = 100 << 20;
/// The largest key file.
const KEY_LIMIT: u64 = 16 << 10;

const STDIN: &str = "standard input";

/// The prompt from standard input, without the newline at its end.
pub(crate) fn prompt() -> Result<String, Failure> {
    let text = text(bounded(io::stdin().lock(), STDIN, TEXT_LIMIT)?, STDIN)?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

/// A picture or film from standard input.
pub(crate) fn media() -> Result<Vec<u8>, Failure> {
    let stdin = io::stdin();
    if stdin.is_terminal() {
        let hint = "pipe a picture or film in, as in `cat photo.jpg | vlm ask … --attach -`, or give the file's name";
        return Err(Failure::setup("--attach -: standard input is a terminal", hint));
    }
    bounded(stdin.lock(), STDIN, MEDIA_LIMIT)
}

/// The JSON Schema in a file.
pub(crate) fn schema(path: &Path) -> Result<Value, Failure> {
    let refused =
        |error| Failure::setup(format!("the schema {} is not JSON: {error}", path.display()), "correct the file");
    serde_json::from_str(&schema_text(path)?).map_err(refused)
}

/// The text of a schema in a file.
pub(crate) fn schema_text(path: &Path) -> Result<String, Failure> {
    let what = format!("the schema {}", path.display());
    text(file(path, &what, TEXT_LIMIT)?, &what)
}

/// The text of a price list.
pub(crate) fn prices(path: &Path) -> Result<String, Failure> {
    let what = format!("the price list {}", path.display());
    text(file(path, &what, TEXT_LIMIT)?, &what)
}

/// The bytes of a script for the emulator.
pub(crate) fn script(path: &Path) -> Result<Vec<u8>, Failure> {
    file(path, &format!("the script {}", path.display()), TEXT_LIMIT)
}

/// The key from a file, or from standard input for `-`. Its value is never shown.
pub(crate) fn key(path: &Path, report: &mut Report) -> Result<String, Failure> {
    if path == Path::new("-") {
        return text(bounded(io::stdin().lock(), STDIN, KEY_LIMIT)?, "the key");
    }
    let what = format!("the key file {}", path.display());
    let opened = open(path, &what)?;
    if others_can_read(&opened) {
        report.warning(&format!("{what} can be read by other users; `chmod 600` it"));
    }
    text(bounded(opened, &what, KEY_LIMIT)?, &what)
}

fn file(path: &Path, what: &str, limit: u64) -> Result<Vec<u8>, Failure> {
    bounded(open(path, what)?, what, limit)
}

fn open(path: &Path, what: &str) -> Result<File, Failure> {
    File::open(path).map_err(|error| unreadable(what, &error))
}

fn unreadable(what: &str, error: &io::Error) -> Failure {
    Failure::setup(format!("{what} cannot be read: {error}"), "check the path and its permissions")
}

/// Everything up to the limit, whatever a size says: devices have none.
fn bounded(source: impl Read, what: &str, limit: u64) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    source.take(limit + 1).read_to_end(&mut bytes).map_err(|error| unreadable(what, &error))?;
    if bytes.len() as u64 > limit {
        return Err(Failure::setup(format!("{what} is larger than {limit} bytes"), "give something smaller"));
    }
    Ok(bytes)
}

fn text(bytes: Vec<u8>, what: &str) -> Result<String, Failure> {
    String::from_utf8(bytes).map_err(|_| Failure::setup(format!("{what} is not UTF-8 text"), "write it as UTF-8"))
}

/// Only a plain file can be open to others; a pipe that a shell made is its own.
#[cfg(unix)]
fn others_can_read(file: &File) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    file.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn others_can_read(_: &File) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_stops_at_the_limit() {
        assert_eq!(bounded(&b"12345"[..], "it", 5).unwrap(), b"12345");
        let error = bounded(io::repeat(0), "it", 5).unwrap_err();
        assert!(matches!(error, Failure::Setup { message, .. } if message == "it is larger than 5 bytes"));
    }

    #[test]
    fn a_schema_must_be_json() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("schema.json");
        std::fs::write(&path, "{\"type\":").unwrap();
        let error = schema(&path).unwrap_err();
        assert!(matches!(error, Failure::Setup { message, .. } if message.contains("is not JSON")));
    }
}
