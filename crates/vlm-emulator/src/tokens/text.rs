//! Text without a vocabulary: so many characters to a token per class of character.

/// Share of a token that one character takes.
fn weight(c: char) -> f64 {
    match c {
        '0'..='9' => 1.0,
        c if cjk(c) => 1.0 / 1.4,
        // A space belongs to the word after it; the measured 4.2 counts both.
        c if c.is_ascii_alphabetic() || c.is_whitespace() || ('\u{c0}'..='\u{24f}').contains(&c) => 1.0 / 4.2,
        _ => 1.0 / 2.5,
    }
}

fn cjk(c: char) -> bool {
    matches!(u32::from(c),
        0x1100..=0x11ff | 0x2e80..=0x9fff | 0xac00..=0xd7af | 0xf900..=0xfaff | 0xff00..=0xffef | 0x20000..=0x3ffff)
}

fn rounded(weight: f64) -> u64 {
    // Ten per cent on top, as the estimate is meant.
    super::whole((weight * 1.1).round_ties_even().max(1.0))
}

/// Tokens of a text; at least 1 unless it is empty.
pub(crate) fn count(text: &str) -> u64 {
    if text.is_empty() {
        return 0;
    }
    rounded(text.chars().map(weight).sum())
}

/// The longest beginning of `text` that takes at most `most` tokens, and whether that cut anything off.
pub(crate) fn cut(text: &str, most: u64) -> (&str, bool) {
    let mut sum = 0.0;
    for (at, c) in text.char_indices() {
        sum += weight(c);
        if rounded(sum) > most {
            return (&text[..at], true);
        }
    }
    (text, false)
}
