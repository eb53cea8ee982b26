//! Frames as types: the mark that says what a value's coordinates are measured in.

use std::fmt::Debug;

use super::frame::FrameKind;

mod sealed {
    pub trait Sealed {}
}

/// A mark that coordinates carry in their type. Implemented by the five marks of this module.
pub trait InFrame: sealed::Sealed + Copy + Debug + Default + PartialEq + Send + Sync + 'static {
    /// The frame, or nothing where only the model knows it.
    const KIND: Option<FrameKind>;
    /// The largest coordinate, where it does not depend on the picture.
    const MAX: Option<u32>;
    /// What the schema adds to the name of a type: `BoundingBox` + this.
    const NAME: &'static str;
    /// How the schema describes the horizontal and the vertical scale.
    const SCALE: (&'static str, &'static str);
}

/// A mark whose frame is known without asking which model answered.
pub trait KnownFrame: InFrame {
    /// The frame.
    const FRAME: FrameKind;
}

macro_rules! marks {
    ($($(#[$doc:meta])* $mark:ident: $kind:expr, $max:expr, $name:literal, $across:literal, $down:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub struct $mark;

        impl sealed::Sealed for $mark {}

        impl InFrame for $mark {
            const KIND: Option<FrameKind> = $kind;
            const MAX: Option<u32> = $max;
            const NAME: &'static str = $name;
            const SCALE: (&'static str, &'static str) = ($across, $down);
        }
    )*};
}

marks! {
    /// 0 to 1 of the width and of the height.
    Unit: Some(FrameKind::Unit), Some(1), "InUnit",
        "a fraction of the picture's width, from 0 (left) to 1 (right)",
        "a fraction of the picture's height, from 0 (top) to 1 (bottom)";
    /// 0 to 1000 of the width and of the height.
    Thousand: Some(FrameKind::Thousand), Some(1000), "",
        "a whole number from 0 (left side of the picture) to 1000 (right side)",
        "a whole number from 0 (top of the picture) to 1000 (bottom)";
    /// Pixels of the picture as the model saw it, after resizing.
    SentPixels: Some(FrameKind::SentPixels), None, "InSentPixels",
        "in pixels of the picture as you see it, from 0 (left)",
        "in pixels of the picture as you see it, from 0 (top)";
    /// Pixels of the original picture.
    OriginalPixels: Some(FrameKind::OriginalPixels), None, "InOriginalPixels",
        "in pixels of the original picture, from 0 (left)",
        "in pixels of the original picture, from 0 (top)";
    /// The frame that the answering model was trained in, to be resolved after the answer.
    OfModel: None, None, "OfModel",
        "in the coordinates you normally use for places in pictures, from 0 (left)",
        "in the coordinates you normally use for places in pictures, from 0 (top)";
}

impl KnownFrame for Unit {
    const FRAME: FrameKind = FrameKind::Unit;
}

impl KnownFrame for Thousand {
    const FRAME: FrameKind = FrameKind::Thousand;
}

impl KnownFrame for SentPixels {
    const FRAME: FrameKind = FrameKind::SentPixels;
}

impl KnownFrame for OriginalPixels {
    const FRAME: FrameKind = FrameKind::OriginalPixels;
}

/// The extent that holds for every picture.
pub(super) fn fixed_extent<F: InFrame>() -> Option<(f64, FrameKind)> {
    Some((f64::from(F::MAX?), F::KIND?))
}
