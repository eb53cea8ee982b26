//! Pictures and films as a request names them: where they are, what they are, how they shall be read.
//!
//! No file is opened here: a path is a name until a provider sends it. What bytes are stands in `sniff.rs`, media
//! types in `media_type.rs`, `data:` URLs in `data_url.rs`, options per part in `options.rs`, what is known of its size
//! and length in `facts.rs`.

mod data_url;
mod facts;
mod media_type;
mod options;
mod sniff;
mod url;

use std::fmt;
use std::path::{Path, PathBuf};

use ::bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Problem, ProblemKind};

pub use facts::MediaFacts;
pub use media_type::{MediaKind, MediaType, ParseMediaTypeError};
pub use options::{Detail, MediaOption, MediaOptions};
pub use url::redact_url;

/// A picture or a film in a message.
///
/// Made from a path, a URL or bytes; `From`/`TryFrom` let [`Ask::attach`](crate::Ask::attach) take all of them.
/// `Debug` shows kind, type and length only. Serialized as
/// `{"source": {"url": …} | {"path": …} | {"bytes": base64} | {"file_id": …}, "kind"?, "media_type"?, "options"?,
/// "facts"?}`.
///
/// ```
/// use vlm_core::{Media, MediaKind};
///
/// let film = Media::parse("https://example.org/clip.mp4?token=secret")?.fps(1.0);
/// assert_eq!(film.kind(), Some(MediaKind::Video));
/// assert!(!format!("{film:?}").contains("secret"));
/// # Ok::<(), vlm_core::MediaError>(())
/// ```
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Media {
    source: Source,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kind: Option<MediaKind>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    media_type: Option<MediaType>,
    #[serde(default, skip_serializing_if = "MediaOptions::is_empty")]
    options: MediaOptions,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    facts: Option<Box<MediaFacts>>,
}

/// Where a picture or film is.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Source {
    /// An address that the service, or the model behind it, fetches by itself.
    Url(String),
    /// A local file, read when it is sent.
    Path(PathBuf),
    /// The content itself.
    #[serde(with = "base64_bytes")]
    Bytes(Bytes),
    /// The id of a file that the provider already holds.
    FileId(String),
}

/// Why something cannot be used as a picture or film.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MediaError {
    /// The string is empty.
    #[error("an empty string names no picture or film; give a path, an https URL or a data: URL")]
    Empty,
    /// A `data:` URL that does not follow its rules.
    #[error("malformed data: URL: {0}")]
    DataUrl(&'static str),
    /// The declared type and the content disagree.
    #[error("the content is {found}, not {declared} as declared; correct the declared type")]
    TypeMismatch {
        /// What was declared.
        declared: MediaType,
        /// What the first bytes say.
        found: MediaType,
    },
    /// The content does not begin as the declared type does, nor as any other that is known.
    #[error("the content is not {declared} as declared, nor another known picture or film")]
    NotAsDeclared {
        /// What was declared.
        declared: MediaType,
    },
    /// A media type that is no picture or film, or no media type at all.
    #[error(transparent)]
    MediaType(#[from] ParseMediaTypeError),
}

impl From<MediaError> for Error {
    fn from(error: MediaError) -> Self {
        Self::refused(vec![Problem::new(ProblemKind::Media, "attachment", error.to_string())])
    }
}

impl Media {
    fn new(source: Source) -> Self {
        Self { source, kind: None, media_type: None, options: MediaOptions::default(), facts: None }
    }

    /// Reads `text` as a `data:` URL, as a URL with another scheme (`https://…`), or else as a path. Blanks around a
    /// URL are dropped.
    ///
    /// # Errors
    /// An empty string, and a `data:` URL that is malformed or whose content is not what it declares. Whether a URL
    /// or a path can be used is decided when it is sent.
    pub fn parse(text: &str) -> Result<Self, MediaError> {
        if text.trim().is_empty() {
            return Err(MediaError::Empty);
        }
        let trimmed = text.trim();
        match url::scheme(trimmed) {
            Some("data") => Self::data_url(trimmed),
            Some(_) => Ok(Self::url(trimmed)),
            None => Ok(Self::path(text)),
        }
    }

    /// A URL that the service fetches. The kind follows from the path's extension; say it with [`image`](Self::image)
    /// or [`video`](Self::video) where there is none.
    pub fn url(url: impl Into<String>) -> Self {
        Self::new(Source::Url(url.into()))
    }

    /// A local file. It is opened when the request is sent; its first bytes decide what it is.
    pub fn path(path: impl Into<PathBuf>) -> Self {
        Self::new(Source::Path(path.into()))
    }

    /// The content itself; its first bytes decide what it is.
    pub fn bytes(content: impl Into<Bytes>) -> Self {
        let content = content.into();
        let media_type = MediaType::sniff(&content);
        Self { media_type, ..Self::new(Source::Bytes(content)) }
    }

    /// A file that the provider already holds.
    pub fn file_id(id: impl Into<String>) -> Self {
        Self::new(Source::FileId(id.into()))
    }

    /// The content of a base64 `data:` URL.
    ///
    /// # Errors
    /// Not `;base64`, a broken alphabet or padding, a type that is no picture or film, or content of another type.
    pub fn data_url(text: &str) -> Result<Self, MediaError> {
        let (declared, content) = data_url::decode(text)?;
        declared.verify(&content)?;
        Ok(Self { media_type: Some(declared), ..Self::new(Source::Bytes(content)) })
    }

    /// Says that this is a picture.
    #[must_use]
    pub fn image(mut self) -> Self {
        self.kind = Some(MediaKind::Image);
        self
    }

    /// Says that this is a film.
    #[must_use]
    pub fn video(mut self) -> Self {
        self.kind = Some(MediaKind::Video);
        self
    }

    /// Says which media type it is.
    #[must_use]
    pub fn with_media_type(mut self, media_type: MediaType) -> Self {
        self.media_type = Some(media_type);
        self
    }

    /// The same picture or film from elsewhere: what was said of it, its options and facts stay.
    #[must_use]
    pub fn with_source(mut self, source: Source) -> Self {
        self.source = source;
        self
    }

    /// Replaces the options.
    #[must_use]
    pub fn with_options(mut self, options: MediaOptions) -> Self {
        self.options = options;
        self
    }

    /// Says what is known of its size and length: the model's limits are then judged before it is sent.
    #[must_use]
    pub fn with_facts(mut self, facts: MediaFacts) -> Self {
        self.facts = Some(Box::new(facts));
        self
    }

    /// Where it is.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// How it shall be read.
    pub fn options(&self) -> &MediaOptions {
        &self.options
    }

    /// What is known of its size and length.
    pub fn facts(&self) -> Option<&MediaFacts> {
        self.facts.as_deref()
    }

    /// The media type: as said, as the bytes say, or as the extension of a path or URL suggests.
    pub fn media_type(&self) -> Option<MediaType> {
        let seen = || match &self.source {
            Source::Bytes(content) => MediaType::sniff(content),
            _ => self.extension().and_then(MediaType::from_extension),
        };
        self.media_type.clone().or_else(seen)
    }

    /// The media type as said, or as the bytes said when they were given; not as guessed from a name.
    pub fn declared_media_type(&self) -> Option<&MediaType> {
        self.media_type.as_ref()
    }

    /// The kind as said with [`image`](Self::image) or [`video`](Self::video), not as guessed.
    pub fn declared_kind(&self) -> Option<MediaKind> {
        self.kind
    }

    /// Picture or film: as said, else as the media type tells.
    pub fn kind(&self) -> Option<MediaKind> {
        self.kind.or_else(|| self.media_type().and_then(|media_type| media_type.kind()))
    }

    /// The extension of the path, or of the URL's path.
    fn extension(&self) -> Option<&str> {
        match &self.source {
            Source::Url(url) => url::extension(url),
            Source::Path(path) => path.extension()?.to_str(),
            Source::Bytes(_) | Source::FileId(_) => None,
        }
    }
}

macro_rules! media_from {
    ($($from:ty => $make:expr),* $(,)?) => {$(
        impl From<$from> for Media {
            fn from(value: $from) -> Self {
                $make(value)
            }
        }
    )*};
}

media_from! {
    PathBuf => Media::path,
    &PathBuf => Media::path,
    &Path => Media::path,
    Bytes => Media::bytes,
    Vec<u8> => Media::bytes,
    &[u8] => |content: &[u8]| Media::bytes(Bytes::copy_from_slice(content)),
}

impl<const N: usize> From<&[u8; N]> for Media {
    fn from(content: &[u8; N]) -> Self {
        Self::from(content.as_slice())
    }
}

macro_rules! media_try_from {
    ($($from:ty),* $(,)?) => {$(
        impl TryFrom<$from> for Media {
            type Error = MediaError;

            fn try_from(text: $from) -> Result<Self, MediaError> {
                Self::parse(text.as_ref())
            }
        }
    )*};
}

media_try_from!(&str, &String, String);

impl fmt::Debug for Media {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut report = f.debug_struct("Media");
        report.field("source", &self.source);
        if let Some(kind) = self.kind() {
            report.field("kind", &kind);
        }
        if let Some(media_type) = self.media_type() {
            report.field("media_type", &media_type);
        }
        if !self.options.is_empty() {
            report.field("options", &self.options);
        }
        if let Some(facts) = &self.facts {
            report.field("facts", facts);
        }
        report.finish()
    }
}

impl fmt::Debug for Source {
    /// Kind and length; a URL without user and query, a path without its directories, never content.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(url) => write!(f, "Url({})", redact_url(url)),
            Self::Path(path) => write!(f, "Path({:?})", shown_name(path)),
            Self::Bytes(content) => write!(f, "Bytes({} bytes)", content.len()),
            Self::FileId(id) => write!(f, "FileId({} chars)", id.chars().count()),
        }
    }
}

/// The last segment of a path of any system; of a URL that was taken for a path, what may be shown of it.
fn shown_name(path: &Path) -> String {
    let text = path.to_string_lossy();
    if url::scheme(text.trim()).is_some() {
        return redact_url(&text);
    }
    text.trim_end_matches(['/', '\\']).rsplit(['/', '\\']).next().unwrap_or_default().to_owned()
}

/// Content in JSON is standard base64 with padding.
mod base64_bytes {
    use ::bytes::Bytes;
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(content: &Bytes, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(content))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
        let text = String::deserialize(deserializer)?;
        STANDARD.decode(text).map(Bytes::from).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests;
