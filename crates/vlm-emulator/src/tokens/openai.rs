//! OpenAI: tiles of 512 pixels for some lines, patches of 32 pixels for others. `detail` is `auto`, since the
//! service documents no way to set it.

use super::whole;

enum Rule {
    Tiles {
        base: u64,
        tile: u64,
    },
    /// `percent` is what a hundred patches take.
    Patches {
        side: u32,
        budget: f64,
        percent: u64,
    },
}

fn rule(id: &str) -> Rule {
    let patches = |side, budget, percent| Rule::Patches { side, budget, percent };
    let tiles = |base, tile| Rule::Tiles { base, tile };
    // Longer names first: `gpt-5` is a prefix of all of its line.
    let table: [(&str, Rule); 17] = [
        ("gpt-5.6", patches(65_535, f64::INFINITY, 120)),
        ("gpt-5.5", patches(6000, 10_000.0, 120)),
        ("gpt-5.4", patches(2048, 2500.0, 120)),
        ("gpt-5.2", patches(2048, 6144.0, 120)),
        ("gpt-5-mini", patches(2048, 1536.0, 120)),
        ("gpt-5-nano", patches(2048, 1536.0, 150)),
        ("gpt-5", tiles(70, 140)),
        ("gpt-4.1-mini", patches(2048, 6144.0, 162)),
        ("gpt-4.1-nano", patches(2048, 1536.0, 246)),
        ("o4-mini", patches(2048, 1536.0, 172)),
        ("gpt-4o-mini", tiles(2833, 5667)),
        ("computer-use-preview", tiles(65, 129)),
        ("gpt-4", tiles(85, 170)),
        ("chatgpt-4o", tiles(85, 170)),
        ("o1", tiles(75, 150)),
        ("o3", tiles(75, 150)),
        // Everything else counts as the line that most names belong to.
        ("", tiles(85, 170)),
    ];
    table
        .into_iter()
        .find(|(prefix, _)| id.starts_with(prefix))
        .map_or(Rule::Tiles { base: 85, tile: 170 }, |(_, rule)| rule)
}

pub(super) fn picture(id: &str, width: u32, height: u32) -> u64 {
    match rule(id) {
        Rule::Tiles { base, tile } => base + tile * tile_count(width, height),
        // In whole numbers: 300 patches at 1.62 are 486 tokens, and not a hair more.
        Rule::Patches { side, budget, percent } => {
            (whole(patch_count(width, height, side, budget)) * percent).div_ceil(100)
        }
    }
}

/// The size after fitting it inside a square, in whole pixels; never enlarged.
fn fit(width: u32, height: u32, side: u32) -> (f64, f64) {
    let (side, long) = (f64::from(side), f64::from(width.max(height)));
    // The product first: a quotient of both sides would leave the longer one a hair short of the square's.
    let fitted = |length: u32| if long > side { (f64::from(length) * side / long).floor() } else { f64::from(length) };
    (fitted(width).max(1.0), fitted(height).max(1.0))
}

fn tile_count(width: u32, height: u32) -> u64 {
    let (mut w, mut h) = fit(width, height, 2048);
    let short = w.min(h);
    if short > 768.0 {
        (w, h) = ((w * 768.0 / short).floor(), (h * 768.0 / short).floor());
    }
    whole((w / 512.0).ceil() * (h / 512.0).ceil())
}

fn patch_count(width: u32, height: u32, side: u32, budget: f64) -> f64 {
    let (w, h) = fit(width, height, side);
    let patches = |w: f64, h: f64| (w / 32.0).ceil() * (h / 32.0).ceil();
    if patches(w, h) <= budget {
        return patches(w, h);
    }
    let mut scale = (1024.0 * budget / (w * h)).sqrt();
    let shave = |length: f64| (length * scale / 32.0).floor() / (length * scale / 32.0);
    scale *= shave(w).min(shave(h));
    patches((w * scale).floor(), (h * scale).floor())
}
