//! What pictures and films of each family may be: counts, sides, lengths, sizes.
//!
//! memories.ai states no limits of its own; these are of the models behind it, as their makers document them (autumn
//! 2026). Only what is documented as refused stands here; recommendations do not.

use std::time::Duration;

use vlm_core::{Capabilities, MediaLimits};

use crate::family::Family;

const GIB: u64 = 1 << 30;

/// Adds what is known of the media of a listed model.
pub(super) fn limit(model: &mut Capabilities, family: Family, id: &str) {
    match family {
        Family::Qwen => qwen(model, id),
        Family::Gemini => gemini(model, id),
        Family::Nova => nova(model, id),
        Family::Gpt => model.image.max_count = Some(1500),
    }
}

/// Sides of 10 pixels or more, of 200 to 1 at most. Films: 2 s to 1 h and 2 GB for Qwen3-VL, 20 min for qwen-vl-max,
/// 10 min and 1 GB for qwen-vl-plus.
fn qwen(model: &mut Capabilities, id: &str) {
    let mut sides = MediaLimits::default();
    sides.max_aspect_ratio = Some(200);
    model.image.limits = sides.clone();
    model.image.limits.min_side = Some(10);
    model.image.max_count = Some(256);
    let (seconds, bytes) = match id {
        _ if id.starts_with("qwen3-vl") => (3600, 2 * GIB),
        _ if id.starts_with("qwen-vl-max") => (1200, 2 * GIB),
        _ => (600, GIB),
    };
    let films = &mut model.video.limits;
    *films = sides;
    films.min_duration = Some(Duration::from_secs(2));
    films.max_duration = Some(Duration::from_secs(seconds));
    films.min_frames = Some(2);
    films.max_url_bytes = Some(bytes);
    model.video.max_count = Some(64);
}

/// 3,600 pictures; from 2.5 on 10 films. No limit of a side is documented.
fn gemini(model: &mut Capabilities, id: &str) {
    model.image.max_count = Some(3600);
    if !id.starts_with("gemini-2.0") {
        model.video.max_count = Some(10);
    }
}

/// 1,000 pictures, before Nova 2 with sides up to 8,000 pixels; one film of up to 1 GB.
fn nova(model: &mut Capabilities, id: &str) {
    if !id.contains("nova-2") {
        model.image.limits.max_side = Some(8000);
    }
    model.image.max_count = Some(1000);
    model.video.max_count = Some(1);
    model.video.limits.max_url_bytes = Some(GIB);
}
