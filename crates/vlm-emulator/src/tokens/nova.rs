//! Amazon Nova: a published table of picture sizes, a flat price for Nova 2, and 288 tokens per second of film.

use super::{FilmFacts, whole};

/// Area in pixels and tokens, as the vendor gives them.
const TABLE: [(f64, f64); 5] =
    [(405_000.0, 800.0), (810_000.0, 1300.0), (1_260_000.0, 1800.0), (1_620_000.0, 2400.0), (1_690_000.0, 2600.0)];

pub(super) fn picture(id: &str, width: u32, height: u32) -> u64 {
    if id.contains("nova-2-") {
        return 230;
    }
    let (w, h) = (f64::from(width.max(1)), f64::from(height.max(1)));
    let long = w.max(h);
    // Enlarged to 896, shrunk to 8000 on the longer side.
    let scale = if long < 896.0 { 896.0 / long } else { (8000.0 / long).min(1.0) };
    whole(between(w * h * scale * scale).round_ties_even()).max(1)
}

/// The table, a straight line between its rows and the pixels per token of the nearest row outside.
fn between(area: f64) -> f64 {
    let (first, last) = (TABLE[0], TABLE[TABLE.len() - 1]);
    if area <= first.0 {
        return area * first.1 / first.0;
    }
    for pair in TABLE.windows(2) {
        let ((low, few), (high, many)) = (pair[0], pair[1]);
        if area <= high {
            return few + (area - low) / (high - low) * (many - few);
        }
    }
    area * last.1 / last.0
}

/// One frame per second, up to 960; Premier samples up to 3200.
pub(super) fn film(id: &str, film: &FilmFacts) -> u64 {
    let most = if id.contains("premier") { 3200 } else { 960 };
    whole(film.seconds.unwrap_or(1.0).ceil()).clamp(1, most) * 288
}
