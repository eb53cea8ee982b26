//! Opening the media of a request: where its bytes are, what they are, and how an answer speaks of them.

mod colours;
mod film;
mod mp4;
mod picture;
pub(crate) mod serve;
mod source;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::request::{Attachment, MediaKind};
use crate::tokens::FilmFacts;
use source::Source;

/// A picture or film that was opened.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Media {
    Picture {
        format: &'static str,
        width: u32,
        height: u32,
        bytes: u64,
        /// Names and shares of the most common colours, largest first; empty where the format is not decoded.
        colours: Vec<(String, u32)>,
    },
    Film {
        container: &'static str,
        facts: FilmFacts,
        bytes: u64,
    },
}

/// Which URLs are this emulator's own, and the folder behind them.
#[derive(Debug, Clone)]
pub(crate) struct Home {
    /// Lower-case `host:port` by which this emulator may be named.
    pub(crate) authorities: Vec<String>,
    pub(crate) root: Option<PathBuf>,
}

/// Opens an attachment; the error is what the service would say of media that it cannot read.
pub(crate) fn open(attachment: &Attachment<'_>, home: &Home) -> Result<Media, String> {
    let said = |why: String| format!("{}: {why}", attachment.path);
    let mut source = locate(attachment.value, home).map_err(said)?;
    match attachment.kind {
        MediaKind::Picture => picture::read(&mut source).map_err(said),
        MediaKind::Film => film::read(&mut source).map_err(said),
    }
}

fn locate<'a>(value: &'a str, home: &Home) -> Result<Source<'a>, String> {
    if !is_url(value) {
        return Source::base64(payload(value));
    }
    let (scheme, authority, path) = split_url(value);
    if scheme != "http" || !home.authorities.contains(&authority) {
        let host = authority.rsplit('@').next().unwrap_or_default();
        return Err(format!(
            "cannot fetch {scheme}://{host}: the emulator opens no outbound connections; put the file under its media folder or send it as base64"
        ));
    }
    let Some(inside) = path.strip_prefix("/media/") else {
        return Err(format!("cannot fetch http://{authority}: the emulator serves files under /media/ only"));
    };
    let root = home
        .root
        .as_deref()
        .ok_or_else(|| format!("cannot fetch http://{authority}: the emulator has no media folder"))?;
    open_file(root, inside).ok_or_else(|| format!("cannot fetch http://{authority}: no such file under /media/"))
}

fn open_file(root: &Path, inside: &str) -> Option<Source<'static>> {
    let path = serve::resolve(root, inside)?;
    let file = std::fs::File::open(path).ok()?;
    let facts = file.metadata().ok()?;
    facts.is_file().then(|| Source::file(file, facts.len()))
}

fn is_url(value: &str) -> bool {
    let head = value.get(..8).unwrap_or(value).to_ascii_lowercase();
    head.starts_with("http://") || head.starts_with("https://")
}

/// The base64 of a data URI, or the whole value.
fn payload(value: &str) -> &str {
    if value.get(..5).is_some_and(|head| head.eq_ignore_ascii_case("data:")) {
        value.split_once(',').map_or("", |(_, payload)| payload)
    } else {
        value
    }
}

/// Scheme and authority in lower case, and the path without query or fragment.
fn split_url(url: &str) -> (String, String, &str) {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let path = path.split(['?', '#']).next().unwrap_or_default();
    (scheme.to_ascii_lowercase(), authority.to_ascii_lowercase(), path)
}

impl Media {
    /// One phrase with everything that was found out.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Picture { format, width, height, bytes, colours } => {
                let mut said = format!("{format}, {width}x{height} px, {bytes} bytes");
                for (at, (name, percent)) in colours.iter().enumerate() {
                    let lead = if at == 0 { ", mostly " } else { ", " };
                    let _ = write!(said, "{lead}{name} ({percent} %)");
                }
                said
            }
            Self::Film { container, facts, bytes } => describe_film(container, facts, *bytes),
        }
    }
}

fn describe_film(container: &str, facts: &FilmFacts, bytes: u64) -> String {
    let mut said = container.to_owned();
    if let Some((width, height)) = facts.size {
        let _ = write!(said, ", {width}x{height} px");
    }
    match facts.seconds {
        Some(seconds) => {
            let _ = write!(said, ", {} s", tidy(seconds));
        }
        None => said.push_str(", duration unknown"),
    }
    if let Some(fps) = facts.fps {
        let _ = write!(said, ", {} frames per second", tidy(fps));
    }
    if let Some(frames) = facts.frames {
        let _ = write!(said, ", {frames} frames");
    }
    match facts.sound {
        Some(true) => said.push_str(", with sound"),
        Some(false) => said.push_str(", without sound"),
        None => {}
    }
    let _ = write!(said, ", {bytes} bytes");
    said
}

/// Up to two decimals, without trailing zeros.
fn tidy(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
