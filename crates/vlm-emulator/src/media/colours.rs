//! The most common colours of a picture, in plain words.

use std::collections::BTreeMap;
use std::io::Cursor;

use image::{ImageReader, Limits};

/// Pictures with more pixels are not decoded.
const MAX_PIXELS: u64 = 64_000_000;
/// Memory that a decoder may take.
const MAX_ALLOCATION: u64 = 512 * 1024 * 1024;
/// Samples along the longer side.
const SAMPLES: u32 = 128;
/// Colours that are named.
const NAMED: usize = 3;

/// Up to three names with their share in per cent; empty when the picture is too large or not decodable here.
pub(super) fn dominant(bytes: &[u8], width: u32, height: u32) -> Vec<(String, u32)> {
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Vec::new();
    }
    let Some(picture) = decode(bytes) else {
        return Vec::new();
    };
    let pixels = picture.to_rgb8();
    let step = (width.max(height) / SAMPLES).max(1) as usize;
    let mut counts: BTreeMap<&'static str, u32> = BTreeMap::new();
    let mut total = 0_u32;
    for y in (0..pixels.height()).step_by(step) {
        for x in (0..pixels.width()).step_by(step) {
            *counts.entry(name(pixels.get_pixel(x, y).0)).or_default() += 1;
            total += 1;
        }
    }
    let mut ranked: Vec<_> = counts.into_iter().collect();
    ranked.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    ranked
        .into_iter()
        .take(NAMED)
        .map(|(name, count)| (name.to_owned(), percent(count, total)))
        .filter(|(_, percent)| *percent > 0)
        .collect()
}

fn decode(bytes: &[u8]) -> Option<image::DynamicImage> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_ALLOCATION);
    reader.limits(limits);
    reader.decode().ok()
}

fn percent(count: u32, total: u32) -> u32 {
    (count * 200 + total).checked_div(total * 2).unwrap_or(0)
}

/// The plain word for a colour, by hue, saturation and lightness.
fn name([red, green, blue]: [u8; 3]) -> &'static str {
    let (r, g, b) = (i32::from(red), i32::from(green), i32::from(blue));
    let (most, least) = (r.max(g).max(b), r.min(g).min(b));
    let (light, spread) = ((most + least) / 2, most - least);
    if light < 26 {
        return "black";
    }
    if spread * 100 < most.max(1) * 14 {
        return grey(light);
    }
    let turn = |from: i32, high: i32, low: i32| (from + 60 * (high - low) / spread).rem_euclid(360);
    let hue = if most == r {
        turn(0, g, b)
    } else if most == g {
        turn(120, b, r)
    } else {
        turn(240, r, g)
    };
    match hue {
        12..=44 => warm(light, most, spread),
        45..=69 if light < 110 => "olive",
        45..=69 => shade(light, ["dark yellow", "yellow", "pale yellow"]),
        70..=164 => shade(light, ["dark green", "green", "light green"]),
        165..=199 => shade(light, ["dark teal", "teal", "light blue"]),
        200..=254 => shade(light, ["dark blue", "blue", "light blue"]),
        255..=289 => shade(light, ["dark purple", "purple", "lavender"]),
        290..=339 => shade(light, ["dark magenta", "magenta", "pink"]),
        _ => shade(light, ["dark red", "red", "pink"]),
    }
}

fn grey(light: i32) -> &'static str {
    match light {
        ..=50 => "black",
        51..=100 => "dark grey",
        101..=160 => "grey",
        161..=219 => "light grey",
        _ => "white",
    }
}

/// Between red and yellow lie brown, orange and tan.
fn warm(light: i32, most: i32, spread: i32) -> &'static str {
    let vivid = spread * 100 / most.max(1);
    if light <= 70 {
        "dark brown"
    } else if light >= 100 && vivid >= 85 {
        "orange"
    } else if light <= 150 && vivid >= 42 {
        "brown"
    } else if light <= 199 {
        "tan"
    } else {
        "beige"
    }
}

fn shade(light: i32, [dark, middle, pale]: [&'static str; 3]) -> &'static str {
    match light {
        ..=75 => dark,
        76..=180 => middle,
        _ => pale,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_colours_have_plain_names() {
        for (colour, expected) in [
            ([0, 0, 0], "black"),
            ([255, 255, 255], "white"),
            ([128, 128, 128], "grey"),
            ([255, 0, 0], "red"),
            ([0, 128, 0], "dark green"),
            ([0, 0, 255], "blue"),
            ([255, 255, 0], "yellow"),
            ([255, 165, 0], "orange"),
            ([101, 67, 33], "dark brown"),
            ([210, 180, 140], "tan"),
            ([255, 192, 203], "pink"),
        ] {
            assert_eq!(name(colour), expected, "{colour:?}");
        }
    }

    #[test]
    fn bytes_that_are_no_picture_have_no_colours() {
        assert!(dominant(b"not a picture", 10, 10).is_empty());
    }
}
