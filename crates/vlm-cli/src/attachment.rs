//! What `--attach` takes: `FILE`, `URL`, `-`, and a kind or media type in front of one, as in `image=URL`.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use vlm_core::{Media, MediaError, MediaKind, MediaType, Source, redact_url};

/// One picture or film as the user named it.
#[derive(Debug)]
pub(crate) struct Attachment {
    /// What the user wrote behind `--attach`.
    given: OsString,
    /// What was read from standard input for `-`.
    content: Option<Vec<u8>>,
}

/// What a start such as `image=` says.
enum Said {
    Kind(MediaKind),
    Type(MediaType),
}

impl Attachment {
    pub(crate) fn new(given: OsString) -> Self {
        Self { given, content: None }
    }

    /// True for `-`, with or without a kind in front.
    pub(crate) fn is_stdin(&self) -> bool {
        self.split().1 == "-"
    }

    /// Takes what was read from standard input.
    pub(crate) fn with_content(mut self, content: Vec<u8>) -> Self {
        self.content = Some(content);
        self
    }

    /// The name to show: as given, but of a URL no user, query or fragment, and of a data URL no content.
    pub(crate) fn label(&self) -> String {
        let (_, rest) = self.split();
        match rest.to_str() {
            Some(text) if is_url(text) => redact_url(text),
            _ => rest.to_string_lossy().into_owned(),
        }
    }

    /// The local file, when it is one that looks like a film.
    pub(crate) fn film_file(&self) -> Option<PathBuf> {
        let (said, rest) = self.split();
        let media = Media::path(Path::new(rest));
        let kind = match said {
            Some(Said::Kind(kind)) => Some(kind),
            Some(Said::Type(media_type)) => media_type.kind(),
            None => media.kind(),
        };
        let is_file = !self.is_stdin() && rest.to_str().is_none_or(|text| !is_url(text));
        (is_file && kind == Some(MediaKind::Video)).then(|| PathBuf::from(rest))
    }

    /// The kind or type in front, if there is one, and the rest.
    fn split(&self) -> (Option<Said>, &OsStr) {
        let whole = (None, self.given.as_os_str());
        let Some((front, rest)) = self.given.to_str().and_then(|text| text.split_once('=')) else { return whole };
        let said = match front {
            "image" => Some(Said::Kind(MediaKind::Image)),
            "video" => Some(Said::Kind(MediaKind::Video)),
            // A path such as images/a=b is none of the known types.
            _ if front.starts_with("image/") || front.starts_with("video/") => front.parse().ok().map(Said::Type),
            _ => None,
        };
        if said.is_none() { whole } else { (said, OsStr::new(rest)) }
    }
}

/// A scheme of more than one letter, or `data:`; the core has the last word on what is one.
fn is_url(text: &str) -> bool {
    matches!(Media::parse(text).as_ref().map(Media::source), Ok(Source::Url(_)))
        || text.trim_start().get(..5).is_some_and(|start| start.eq_ignore_ascii_case("data:"))
}

impl TryFrom<Attachment> for Media {
    type Error = MediaError;

    fn try_from(mut attachment: Attachment) -> Result<Self, MediaError> {
        let content = attachment.content.take();
        let (said, rest) = attachment.split();
        let media = match (content, rest.to_str()) {
            (Some(content), _) => Media::bytes(content),
            (None, Some(text)) => Media::parse(text)?,
            (None, None) => Media::path(Path::new(rest)),
        };
        Ok(match said {
            Some(Said::Kind(MediaKind::Image)) => media.image(),
            Some(Said::Kind(_)) => media.video(),
            Some(Said::Type(media_type)) => media.with_media_type(media_type),
            None => media,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn media(given: &str) -> Result<Media, MediaError> {
        Attachment::new(given.into()).try_into()
    }

    #[test]
    fn the_kind_stands_in_front() {
        assert_eq!(media("image=https://example.org/1").unwrap().kind(), Some(MediaKind::Image));
        assert_eq!(media("video=https://example.org/1").unwrap().kind(), Some(MediaKind::Video));
        assert_eq!(media("https://example.org/a.mp4?x=y").unwrap().kind(), Some(MediaKind::Video));
        assert_eq!(media("image/webp=scan").unwrap().media_type(), Some(MediaType::WEBP));
        for path in ["./image=a.png", "a=b.png", "images/a=b.png"] {
            assert_eq!(media(path).unwrap().source(), &Source::Path(path.into()), "{path}");
        }
    }

    #[test]
    fn labels_hide_secrets() {
        let label = |given: &str| Attachment::new(given.into()).label();
        assert_eq!(label("image=https://me:never@example.org/a?token=never"), "https://example.org/a");
        assert_eq!(label("data:image/png;base64,AAAA"), "data:image/png;base64,<4 chars>");
        assert_eq!(label("media/coffee.png"), "media/coffee.png");
    }

    #[test]
    fn film_files_are_found() {
        let film = |given: &str| Attachment::new(given.into()).film_file();
        assert_eq!(film("clips/a.mp4"), Some("clips/a.mp4".into()));
        assert_eq!(film("video=raw"), Some("raw".into()));
        assert!(film("a.png").is_none() && film("https://example.org/a.mp4").is_none() && film("video=-").is_none());
    }
}
