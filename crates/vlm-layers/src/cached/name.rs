//! The name of a request: the same for the same question about the same content, and different for any other.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use vlm_core::{CallOptions, Media, MediaType, Request, Source};

use super::digest::{Content, Digest, hex, keyed, sha256};

/// A request's name, the tokens that it allows, and the files that it was made from.
#[derive(Clone, Debug)]
pub(super) struct Named {
    pub(super) name: Digest,
    pub(super) max_tokens: Option<u32>,
    files: Vec<Stamp>,
}

/// What shows that a file was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stamp {
    path: PathBuf,
    bytes: u64,
    modified: Option<SystemTime>,
}

impl Named {
    /// Whether the files are still those that were named, as far as size and time tell.
    pub(super) fn is_current(&self) -> bool {
        self.files.iter().all(|stamp| {
            fs::metadata(&stamp.path).and_then(|now| Stamp::of(&stamp.path, &now)).is_ok_and(|now| now == *stamp)
        })
    }
}

impl Stamp {
    fn of(path: &Path, metadata: &fs::Metadata) -> io::Result<Self> {
        if !metadata.is_file() {
            return Err(io::Error::from(io::ErrorKind::InvalidInput));
        }
        Ok(Self { path: path.to_owned(), bytes: metadata.len(), modified: metadata.modified().ok() })
    }
}

/// Names a request under a key. `None` where its answer shall not be kept: a file cannot be read, or a picture or film is
/// given by a URL and those are not trusted. It reads all files, so it blocks.
///
/// A file and bytes of the same content are the same. How the call is made is no part of what is asked, except that
/// strictness decides what is refused.
pub(super) fn name(key: &Digest, request: &Request, trust_urls: bool) -> Option<Named> {
    let (mut contents, mut files, mut is_whole) = (Vec::new(), Vec::new(), true);
    let mut light = request.clone();
    light.call = CallOptions::default();
    light.call.strict = request.call.strict;
    light.map_media(|_, media| match seen(media, trust_urls) {
        Some(Seen { stand_in, content, file }) => {
            *media = stand_in;
            contents.push(content.map_or_else(String::new, |digest| hex(&digest)));
            files.extend(file);
        }
        None => is_whole = false,
    });
    let question = serde_json::to_vec(&light).ok().filter(|_| is_whole)?;
    let name = keyed(key, &[&question, contents.join(" ").as_bytes()]);
    Some(Named { name, max_tokens: request.sampling.max_tokens, files })
}

/// The name of a call: those of one request that are made in the same way.
pub(super) fn of_call(name: &Digest, call: &CallOptions) -> Option<Digest> {
    Some(keyed(name, &[&serde_json::to_vec(call).ok()?]))
}

/// A picture or film as it is named.
struct Seen {
    stand_in: Media,
    content: Option<Digest>,
    file: Option<Stamp>,
}

fn seen(media: &Media, trust_urls: bool) -> Option<Seen> {
    match media.source() {
        Source::Bytes(content) => {
            Some(Seen { stand_in: stand_in(media, media.media_type()), content: Some(sha256(content)), file: None })
        }
        Source::Path(path) => {
            let (content, sniffed, stamp) = read(path).ok()?;
            let media_type = media.declared_media_type().cloned().or(sniffed).or_else(|| media.media_type());
            Some(Seen { stand_in: stand_in(media, media_type), content: Some(content), file: Some(stamp) })
        }
        Source::Url(_) if !trust_urls => None,
        _ => Some(Seen { stand_in: media.clone(), content: None, file: None }),
    }
}

/// The digest of a plain file's content, what its first bytes say it is, and its stamp from before it was read.
fn read(path: &Path) -> io::Result<(Digest, Option<MediaType>, Stamp)> {
    // A device or a pipe might have no end, and opening one might already wait for ever.
    Stamp::of(path, &fs::metadata(path)?)?;
    let mut file = File::open(path)?;
    let stamp = Stamp::of(path, &file.metadata()?)?;
    let (mut content, mut length, mut sniffed) = (Content::default(), 0_u64, None);
    let mut buffer = vec![0; 64 << 10];
    loop {
        let read = file.read(&mut buffer)?;
        let piece = &buffer[..read];
        if length == 0 {
            sniffed = MediaType::sniff(piece);
        }
        length += read as u64;
        // A file that grows as it is read is no content to name; neither is one that shrinks.
        if length > stamp.bytes || (read == 0 && length < stamp.bytes) {
            return Err(io::Error::from(io::ErrorKind::InvalidData));
        }
        if read == 0 {
            return Ok((content.finish(), sniffed, stamp));
        }
        content.add(piece);
    }
}

/// The media without its content.
fn stand_in(media: &Media, media_type: Option<MediaType>) -> Media {
    let light = media.clone().with_source(Source::FileId(String::new()));
    match media_type {
        Some(media_type) => light.with_media_type(media_type),
        None => light,
    }
}

#[cfg(test)]
mod tests;
