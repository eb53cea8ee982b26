//! The constants of the hosted Qwen-VL generations, as the vendor's pages stood in autumn 2026.

use super::image::PixelLimits;
use super::video::VideoLimits;
use crate::tokens::Confidence;

/// One generation of hosted models: its limits, and where sources disagree on them.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Preset {
    /// A name for people.
    pub name: &'static str,
    /// Limits of a picture where the caller sets none.
    pub image: PixelLimits,
    /// Another default of `max_pixels` that one of the vendor's pages gives.
    pub image_max_other: Option<u64>,
    /// The limit of a picture with `vl_high_resolution_images`.
    pub high_resolution_max: u64,
    /// False where one of the vendor's pages says that high resolution is not supported.
    pub high_resolution_sure: bool,
    /// Limits of a film where the caller sets none.
    pub video: VideoLimits,
    /// Another least number of pixels per frame that the vendor's sample code uses.
    pub video_min_other: u64,
    /// How sure the rules are where the sources agree.
    pub confidence: Confidence,
    /// Seconds of a film, at least and at most.
    pub seconds: (f64, f64),
    /// Pictures in a frame list, at least and at most.
    pub frame_list: (u64, u64),
}

/// qwen3-vl-plus and qwen3-vl-flash with their snapshots.
pub const QWEN3_VL: Preset = Preset {
    name: "Qwen3-VL",
    image: PixelLimits::new(32, 65_536, 2_621_440),
    image_max_other: None,
    high_resolution_max: 16_777_216,
    high_resolution_sure: true,
    video: VideoLimits::new(32, 65_536, 655_360, 134_217_728, 2000),
    video_min_other: 4_096,
    confidence: Confidence::Exact,
    seconds: (2.0, 3600.0),
    frame_list: (4, 2000),
};

/// Qwen3.5, 3.6, 3.7 and 3.8.
pub const QWEN3_5: Preset = Preset {
    name: "Qwen3.5 and later",
    video: VideoLimits::new(32, 65_536, 655_360, 819_200_000, 8000),
    confidence: Confidence::Documented,
    seconds: (2.0, 7200.0),
    frame_list: (4, 8000),
    ..QWEN3_VL
};

/// qwen-vl-max of 2025-08-13 and what points at it. Pages disagree on the default limit of a picture.
pub const QWEN_VL_MAX: Preset = Preset {
    name: "Qwen-VL-Max of August 2025",
    image: PixelLimits::new(32, 4_096, 1_310_720),
    image_max_other: Some(2_621_440),
    video: VideoLimits::new(32, 65_536, 655_360, 67_108_864, 512),
    confidence: Confidence::Documented,
    seconds: (2.0, 1200.0),
    frame_list: (4, 512),
    ..QWEN3_VL
};

/// qwen-vl-plus of 2025-08-15 and 2025-07-10 and what points at them.
pub const QWEN_VL_PLUS: Preset = Preset { name: "Qwen-VL-Plus of summer 2025", seconds: (2.0, 600.0), ..QWEN_VL_MAX };

/// Older qwen-vl-max snapshots, on Qwen2.5-VL.
pub const QWEN2_5_VL_MAX: Preset = Preset {
    name: "Qwen-VL-Max on Qwen2.5-VL",
    image: PixelLimits::new(28, 3_136, 1_003_520),
    image_max_other: None,
    high_resolution_max: 12_845_056,
    high_resolution_sure: false,
    video: VideoLimits::new(28, 50_176, 501_760, 51_380_224, 512),
    video_min_other: 3_136,
    confidence: Confidence::Documented,
    seconds: (2.0, 1200.0),
    frame_list: (4, 512),
};

/// Older qwen-vl-plus snapshots, the open Qwen2.5-VL and QVQ.
pub const QWEN2_5_VL: Preset = Preset { name: "Qwen2.5-VL", seconds: (2.0, 600.0), ..QWEN2_5_VL_MAX };
