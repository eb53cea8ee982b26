//! What is known of a picture or film beside its bytes: size, length, frames. Who finds it out stands elsewhere.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Facts about a picture or film, as its header or its owner tells. What is not known stays `None`.
///
/// They travel with the [`Media`](super::Media) and are no part of what is asked: they let its price and the model's
/// limits be judged before it is sent, also where only a URL is given.
///
/// ```
/// use std::time::Duration;
/// use vlm_core::{Media, MediaFacts};
///
/// let picture = Media::url("https://example.org/a.jpg").with_facts(MediaFacts::picture(1920, 1080));
/// assert_eq!(picture.facts().unwrap().size(), Some((1920, 1080)));
///
/// let film = MediaFacts::film(1280, 720, Duration::from_secs(60)).with_frames(1800, 30.0);
/// assert_eq!(film.frames, Some(1800));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct MediaFacts {
    /// Pixels across, as shown: after any rotation that the file asks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Pixels down, as shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// Length of the content in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// Length of a film.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<Duration>,
    /// Frames of a film.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frames: Option<u64>,
    /// Frames per second of a film.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fps: Option<f64>,
    /// Whether a film has a sound track.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sound: Option<bool>,
}

impl MediaFacts {
    /// Nothing known yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A picture of this size in pixels.
    pub fn picture(width: u32, height: u32) -> Self {
        Self { width: Some(width), height: Some(height), ..Self::default() }
    }

    /// A film of this size in pixels and this length.
    pub fn film(width: u32, height: u32, duration: Duration) -> Self {
        Self { duration: Some(duration), ..Self::picture(width, height) }
    }

    /// Sets the length of the content in bytes.
    #[must_use]
    pub fn with_bytes(mut self, bytes: u64) -> Self {
        self.bytes = Some(bytes);
        self
    }

    /// Sets how many frames a film has and how many it shows per second.
    #[must_use]
    pub fn with_frames(mut self, frames: u64, fps: f64) -> Self {
        self.frames = Some(frames);
        self.fps = Some(fps);
        self
    }

    /// Says whether a film has a sound track.
    #[must_use]
    pub fn with_sound(mut self, sound: bool) -> Self {
        self.sound = Some(sound);
        self
    }

    /// Width and height in pixels, when both are known.
    pub fn size(&self) -> Option<(u32, u32)> {
        self.width.zip(self.height)
    }

    /// True when nothing is known.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
