//! How one picture or film shall be read. Unset options are not sent.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Media;

/// Options of one picture or film. Which of them a model takes stands in its capabilities.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct MediaOptions {
    /// Smallest size in pixels (width × height) that a picture or frame is enlarged to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_pixels: Option<u64>,
    /// Largest size in pixels (width × height) that a picture or frame is reduced to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_pixels: Option<u64>,
    /// How closely a picture is looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<Detail>,
    /// Film: frames per second that are looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fps: Option<f64>,
    /// Film: where to begin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<Duration>,
    /// Film: where to end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<Duration>,
    /// Film: the largest number of frames.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_frames: Option<u32>,
    /// Film: the largest number of pixels over all frames.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_pixels: Option<u64>,
}

/// How closely a picture is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Detail {
    /// Cheap and coarse.
    Low,
    /// Costly and fine.
    High,
    /// As the model decides.
    Auto,
}

/// The names of the options, to say which of them a model takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MediaOption {
    /// [`MediaOptions::min_pixels`].
    MinPixels,
    /// [`MediaOptions::max_pixels`].
    MaxPixels,
    /// [`MediaOptions::detail`].
    Detail,
    /// [`MediaOptions::fps`].
    Fps,
    /// [`MediaOptions::start`].
    Start,
    /// [`MediaOptions::end`].
    End,
    /// [`MediaOptions::max_frames`].
    MaxFrames,
    /// [`MediaOptions::total_pixels`].
    TotalPixels,
}

impl MediaOption {
    /// The option's name as it is serialized.
    pub fn name(self) -> &'static str {
        match self {
            Self::MinPixels => "min_pixels",
            Self::MaxPixels => "max_pixels",
            Self::Detail => "detail",
            Self::Fps => "fps",
            Self::Start => "start",
            Self::End => "end",
            Self::MaxFrames => "max_frames",
            Self::TotalPixels => "total_pixels",
        }
    }

    /// True for options that mean nothing for a picture.
    pub fn is_for_films(self) -> bool {
        matches!(self, Self::Fps | Self::Start | Self::End | Self::MaxFrames | Self::TotalPixels)
    }
}

impl MediaOptions {
    /// No option set.
    pub fn new() -> Self {
        Self::default()
    }

    /// True when no option is set.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The options that are set.
    pub fn set(&self) -> impl Iterator<Item = MediaOption> {
        [
            (self.min_pixels.is_some(), MediaOption::MinPixels),
            (self.max_pixels.is_some(), MediaOption::MaxPixels),
            (self.detail.is_some(), MediaOption::Detail),
            (self.fps.is_some(), MediaOption::Fps),
            (self.start.is_some(), MediaOption::Start),
            (self.end.is_some(), MediaOption::End),
            (self.max_frames.is_some(), MediaOption::MaxFrames),
            (self.total_pixels.is_some(), MediaOption::TotalPixels),
        ]
        .into_iter()
        .filter_map(|(is_set, option)| is_set.then_some(option))
    }

    /// What contradicts itself or cannot be, whatever the model.
    pub(crate) fn mistakes(&self) -> Vec<(MediaOption, String)> {
        let mut mistakes = Vec::new();
        let zero = [
            (self.min_pixels == Some(0), MediaOption::MinPixels),
            (self.max_pixels == Some(0), MediaOption::MaxPixels),
            (self.max_frames == Some(0), MediaOption::MaxFrames),
            (self.total_pixels == Some(0), MediaOption::TotalPixels),
        ];
        mistakes
            .extend(zero.into_iter().filter(|(is, _)| *is).map(|(_, option)| (option, "must be above 0".to_owned())));
        if let (Some(min), Some(max)) = (self.min_pixels, self.max_pixels)
            && min > max
        {
            mistakes.push((MediaOption::MinPixels, format!("{min} is above max_pixels, {max}")));
        }
        if let Some(fps) = self.fps.filter(|fps| !(fps.is_finite() && *fps > 0.0)) {
            mistakes.push((MediaOption::Fps, format!("{fps} is not a rate above 0")));
        }
        if let (Some(start), Some(end)) = (self.start, self.end)
            && start >= end
        {
            mistakes.push((MediaOption::Start, format!("{start:?} does not lie before the end, {end:?}")));
        }
        mistakes
    }
}

macro_rules! option_setters {
    ($($(#[doc = $doc:literal])* $name:ident: $type:ty;)*) => {
        /// Options of this part, one by one.
        impl Media {$(
            $(#[doc = $doc])*
            #[must_use]
            pub fn $name(mut self, $name: $type) -> Self {
                self.options.$name = Some($name);
                self
            }
        )*}
    };
}

option_setters! {
    /// Smallest size in pixels (width × height) that a picture or frame is enlarged to.
    min_pixels: u64;
    /// Largest size in pixels (width × height) that a picture or frame is reduced to.
    max_pixels: u64;
    /// How closely a picture is looked at.
    detail: Detail;
    /// Frames per second of a film that are looked at.
    fps: f64;
    /// Where in a film to begin.
    start: Duration;
    /// Where in a film to end.
    end: Duration;
    /// The largest number of frames of a film.
    max_frames: u32;
    /// The largest number of pixels over all frames of a film.
    total_pixels: u64;
}
