//! What the parser of a format finds, whatever the format.

use std::time::Duration;

use crate::codec::Codec;
use crate::orientation::Orientation;

/// What a parser found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) stored: Option<(u32, u32)>,
    pub(crate) orientation: Orientation,
    pub(crate) codec: Option<Codec>,
    pub(crate) duration: Option<Duration>,
    pub(crate) frames: Option<u64>,
    pub(crate) fps: Option<f64>,
    pub(crate) sound: Option<bool>,
}
