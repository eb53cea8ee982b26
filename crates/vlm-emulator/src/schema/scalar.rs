//! Numbers and strings within their limits.

use crate::doc::Doc;

/// Strings are not made longer, whatever `minLength` says.
const MAX_LENGTH: usize = 100_000;

/// A limit of a number and whether the limit itself is allowed.
#[derive(Debug, Clone, Copy)]
struct Limit {
    at: f64,
    open: bool,
}

fn limit(schema: &Doc<'_>, closed: &str, open: &str, tighter: fn(f64, f64) -> bool) -> Option<Limit> {
    let plain = schema.get(closed).and_then(Doc::float);
    match schema.get(open) {
        // A flag beside the limit, as in older drafts.
        Some(Doc::Bool(open)) => plain.map(|at| Limit { at, open: *open }),
        Some(other) => match (other.float(), plain) {
            (Some(at), Some(plain)) if tighter(plain, at) => Some(Limit { at: plain, open: false }),
            (Some(at), _) => Some(Limit { at, open: true }),
            (None, plain) => plain.map(|at| Limit { at, open: false }),
        },
        None => plain.map(|at| Limit { at, open: false }),
    }
}

fn limits(schema: &Doc<'_>) -> (Option<Limit>, Option<Limit>) {
    (
        limit(schema, "minimum", "exclusiveMinimum", |plain, at| plain > at),
        limit(schema, "maximum", "exclusiveMaximum", |plain, at| plain < at),
    )
}

fn fits(value: f64, low: Option<Limit>, high: Option<Limit>) -> bool {
    low.is_none_or(|low| if low.open { value > low.at } else { value >= low.at })
        && high.is_none_or(|high| if high.open { value < high.at } else { value <= high.at })
}

/// A whole number: 1, or the one nearest to the lower limit.
pub(super) fn integer(schema: &Doc<'_>, nth: usize) -> Doc<'static> {
    let (low, high) = limits(schema);
    let step = step(schema).unwrap_or(1.0).abs();
    // A fractional step meets whole numbers at multiples of a larger one.
    let step = (1..=1000).map(|times| step * f64::from(times)).find(|step| step.fract() == 0.0).unwrap_or(1.0);
    whole(on_grid(low, high, step, nth))
}

/// A number: 1, or one near the lower limit.
pub(super) fn number(schema: &Doc<'_>, nth: usize) -> Doc<'static> {
    let (low, high) = limits(schema);
    let value = match step(schema) {
        Some(step) => on_grid(low, high, step, nth),
        None => between(low, high, nth),
    };
    if value.fract() == 0.0 && value.abs() < 1e15 { whole(value) } else { Doc::from_float(value) }
}

fn step(schema: &Doc<'_>) -> Option<f64> {
    schema.get("multipleOf").and_then(Doc::float).filter(|step| *step > 0.0)
}

#[allow(clippy::cast_possible_truncation)]
fn whole(value: f64) -> Doc<'static> {
    Doc::from_integer(value as i64)
}

#[allow(clippy::cast_precision_loss)]
fn on_grid(low: Option<Limit>, high: Option<Limit>, step: f64, nth: usize) -> f64 {
    let start = match (low, high) {
        _ if fits(step, low, high) => step,
        (Some(low), _) => {
            let first = (low.at / step).ceil() * step;
            if low.open && first <= low.at { first + step } else { first }
        }
        (None, Some(high)) => {
            let last = (high.at / step).floor() * step;
            if high.open && last >= high.at { last - step } else { last }
        }
        (None, None) => step,
    };
    let moved = nth as f64 * step;
    // Where the upper limit is in the way, items differ downwards.
    if fits(start + moved, low, high) { start + moved } else { start - moved }
}

#[allow(clippy::cast_precision_loss)]
fn between(low: Option<Limit>, high: Option<Limit>, nth: usize) -> f64 {
    let shift = nth as f64;
    match (low, high) {
        _ if fits(1.0 + shift, low, high) => 1.0 + shift,
        (Some(low), Some(high)) if low.at == high.at => low.at,
        // Halves, quarters and so on of the way never meet.
        (Some(low), Some(high)) => low.at + (high.at - low.at) / (shift + 2.0),
        (Some(low), None) => low.at + 1.0 + shift,
        (None, Some(high)) => high.at - 1.0 - shift,
        (None, None) => 1.0 + shift,
    }
}

/// A string: of its format, of its pattern, or the mark and the property's name.
pub(super) fn string(schema: &Doc<'_>, mark: &str, name: &str, nth: usize) -> Doc<'static> {
    if let Some(text) = schema.get("format").and_then(Doc::text).and_then(|format| of_format(format, nth)) {
        return Doc::from_text(text);
    }
    if let Some(text) = schema.get("pattern").and_then(Doc::text).and_then(super::pattern::string) {
        return Doc::from_text(text);
    }
    let least = super::count(schema, "minLength").unwrap_or(0).min(MAX_LENGTH);
    let most = super::count(schema, "maxLength").unwrap_or(usize::MAX);
    // The number comes first, so that cutting at `maxLength` keeps strings apart as long as it can.
    let mut text = match nth {
        0 => format!("{mark} {name}"),
        nth => format!("{mark} {nth} {name}"),
    };
    if text.chars().count() > most {
        text = if nth == 0 || most > mark.len() + 5 { text } else { format!("{nth}{text}") };
        text = text.chars().take(most).collect();
    }
    let short = least.saturating_sub(text.chars().count());
    text.extend(std::iter::repeat_n('.', short));
    Doc::from_text(text)
}

fn of_format(format: &str, nth: usize) -> Option<String> {
    let day = nth % 28 + 1;
    let minute = nth % 60;
    Some(match format {
        "date" => format!("2026-01-{day:02}"),
        "date-time" => format!("2026-01-{day:02}T12:{minute:02}:00Z"),
        "time" => format!("12:{minute:02}:00Z"),
        "duration" => format!("PT{}S", nth + 1),
        "uuid" => format!("00000000-0000-4000-8000-{nth:012x}"),
        "email" | "idn-email" => format!("emulated{nth}@example.org"),
        "uri" | "url" | "iri" | "uri-reference" | "iri-reference" => format!("https://example.org/emulated/{nth}"),
        "hostname" | "idn-hostname" => format!("emulated{nth}.example.org"),
        "ipv4" => format!("192.0.2.{}", nth % 254 + 1),
        "ipv6" => format!("2001:db8::{:x}", nth % 0xffff + 1),
        _ => return None,
    })
}
