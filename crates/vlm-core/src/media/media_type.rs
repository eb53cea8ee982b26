//! Media types of pictures and films: `image/png`, `video/mp4`, …

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::MediaError;

/// Picture or film.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MediaKind {
    /// A still picture.
    Image,
    /// A film.
    Video,
}

impl fmt::Display for MediaKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Image => "picture",
            Self::Video => "film",
        })
    }
}

/// The media type of a picture or a film, in lower case and without parameters.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MediaType(Cow<'static, str>);

/// A string that is no media type of a picture or film.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not the media type of a picture or film, such as image/png or video/mp4")]
#[non_exhaustive]
pub struct ParseMediaTypeError(String);

macro_rules! known_types {
    ($($(#[doc = $doc:literal])* $name:ident = $essence:literal, [$($extension:literal),*];)*) => {
        impl MediaType {
            $($(#[doc = $doc])* pub const $name: Self = Self(Cow::Borrowed($essence));)*

            /// Every type that has a name here; `sniff` recognizes each of them.
            pub(super) const KNOWN: &'static [Self] = &[$(Self::$name),*];

            /// The type that a file name's extension stands for, whatever its case.
            pub fn from_extension(extension: &str) -> Option<Self> {
                $(if [$($extension),*].iter().any(|known| extension.eq_ignore_ascii_case(known)) {
                    return Some(Self::$name);
                })*
                None
            }
        }
    };
}

known_types! {
    /// JPEG.
    JPEG = "image/jpeg", ["jpg", "jpeg", "jpe", "jfif"];
    /// PNG.
    PNG = "image/png", ["png", "apng"];
    /// GIF.
    GIF = "image/gif", ["gif"];
    /// WebP.
    WEBP = "image/webp", ["webp"];
    /// Windows bitmap.
    BMP = "image/bmp", ["bmp", "dib"];
    /// TIFF.
    TIFF = "image/tiff", ["tif", "tiff"];
    /// HEIC.
    HEIC = "image/heic", ["heic"];
    /// HEIF.
    HEIF = "image/heif", ["heif"];
    /// AVIF.
    AVIF = "image/avif", ["avif"];
    /// MP4.
    MP4 = "video/mp4", ["mp4", "m4v"];
    /// QuickTime.
    QUICKTIME = "video/quicktime", ["mov", "qt"];
    /// WebM.
    WEBM = "video/webm", ["webm"];
    /// Matroska.
    MATROSKA = "video/x-matroska", ["mkv"];
    /// AVI.
    AVI = "video/x-msvideo", ["avi"];
    /// MPEG program stream.
    MPEG = "video/mpeg", ["mpg", "mpeg"];
    /// MPEG transport stream.
    MPEG_TS = "video/mp2t", ["ts", "m2ts", "mts"];
    /// Flash video.
    FLV = "video/x-flv", ["flv"];
    /// Windows Media.
    WMV = "video/x-ms-wmv", ["wmv", "asf"];
    /// 3GPP.
    THREE_GP = "video/3gpp", ["3gp", "3gpp"];
}

impl MediaType {
    /// The type in lower case: `image/png`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Picture or film.
    pub fn kind(&self) -> Option<MediaKind> {
        match self.0.split_once('/')?.0 {
            "image" => Some(MediaKind::Image),
            "video" => Some(MediaKind::Video),
            _ => None,
        }
    }

    /// Checks that content which begins with `head` can be of this type: for a provider that opens a file, and knows
    /// only its name.
    ///
    /// # Errors
    /// Content of another known type; and content of no known type, where this one has an unmistakable beginning.
    pub fn verify(&self, head: &[u8]) -> Result<(), MediaError> {
        match Self::sniff(head) {
            Some(found) if !found.same_format(self) => Err(MediaError::TypeMismatch { declared: self.clone(), found }),
            None if self.is_unmistakable() => Err(MediaError::NotAsDeclared { declared: self.clone() }),
            _ => Ok(()),
        }
    }

    /// True when `sniff` recognizes every file of this type.
    fn is_unmistakable(&self) -> bool {
        const MISTAKABLE: [MediaType; 2] = [MediaType::MPEG, MediaType::MPEG_TS];
        let known = Self::KNOWN.iter().any(|known| known.same_format(self));
        known && !MISTAKABLE.contains(self)
    }

    /// True when both name one container: MP4, QuickTime and 3GPP count as one, so do HEIC and HEIF, WebM and
    /// Matroska, and the two spellings that exist of some types.
    pub fn same_format(&self, other: &Self) -> bool {
        fn container(media_type: &MediaType) -> &str {
            match media_type.as_str() {
                "video/quicktime" | "video/3gpp" | "video/x-m4v" => "video/mp4",
                "image/heif" | "image/heif-sequence" | "image/heic-sequence" => "image/heic",
                "video/x-matroska" | "video/matroska" => "video/webm",
                "image/jpg" | "image/pjpeg" => "image/jpeg",
                "image/x-ms-bmp" | "image/x-bmp" => "image/bmp",
                "image/apng" | "image/x-png" => "image/png",
                "video/avi" | "video/msvideo" | "video/vnd.avi" => "video/x-msvideo",
                "video/x-ms-asf" => "video/x-ms-wmv",
                same => same,
            }
        }
        container(self) == container(other)
    }
}

impl FromStr for MediaType {
    type Err = ParseMediaTypeError;

    /// Drops parameters and case. SVG is refused: it is markup, and no model takes it.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let essence = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let token = |part: &str| {
            !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte))
        };
        match essence.split_once('/') {
            Some(("image" | "video", subtype)) if token(subtype) && !subtype.starts_with("svg") => {
                Ok(Self(Cow::Owned(essence)))
            }
            _ => Err(ParseMediaTypeError(text.chars().take(60).collect())),
        }
    }
}

impl TryFrom<String> for MediaType {
    type Error = ParseMediaTypeError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<MediaType> for String {
    fn from(media_type: MediaType) -> Self {
        media_type.0.into_owned()
    }
}

impl fmt::Display for MediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for MediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MediaType({})", self.0)
    }
}
