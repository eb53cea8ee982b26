//! An estimate of text without a vocabulary: characters by class, ± 15 %.
//!
//! The rates were measured with the Qwen vocabulary: about 4.2 letters, 1.4 Chinese, Japanese or Korean characters, one
//! digit or emoji, or 2.5 other characters to a token, and 10 % on top.

use crate::tokens::{Confidence, Tokens};

/// How many characters of each class a text has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Classes {
    letters: u64,
    cjk: u64,
    single: u64,
    other: u64,
}

/// Tokens of a text, without what a message adds around it.
///
/// ```
/// let tokens = vlm_tokens::text::estimate("What is in this picture? Answer in one sentence.");
/// assert!(tokens.low <= 11 && 11 <= tokens.high);
/// ```
pub fn estimate(text: &str) -> Tokens {
    estimate_within(text, 15)
}

/// The same for a vocabulary other than the one measured: give or take so many percent.
pub(crate) fn estimate_within(text: &str, percent: u64) -> Tokens {
    if text.is_empty() {
        return Tokens::ZERO;
    }
    let Classes { letters, cjk, single, other } = classes(text);
    let sum = letters as f64 / 4.2 + cjk as f64 / 1.4 + single as f64 + other as f64 / 2.5;
    let mut tokens = Tokens::within(((sum * 1.1).round() as u64).max(1), percent);
    tokens.low = tokens.low.max(1);
    tokens
}

/// What families add per message that do not publish it: about 3 tokens and 3 that open the answer, as elsewhere.
pub(crate) const fn a_few_per_message(messages: u64) -> Tokens {
    Tokens {
        likely: messages.saturating_mul(3).saturating_add(3),
        low: messages,
        high: messages.saturating_mul(8).saturating_add(3),
        confidence: Confidence::Approximate,
    }
}

fn classes(text: &str) -> Classes {
    let mut classes = Classes::default();
    for character in text.chars() {
        let class = match character {
            'a'..='z' | 'A'..='Z' | ' ' | '\n' | '\t' | '\r' | '\u{c0}'..='\u{24f}' => &mut classes.letters,
            '0'..='9' | '\u{2190}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}' => &mut classes.single,
            '\u{1100}'..='\u{11ff}'
            | '\u{2e80}'..='\u{9fff}'
            | '\u{ac00}'..='\u{d7af}'
            | '\u{f900}'..='\u{faff}'
            | '\u{ff00}'..='\u{ffef}'
            | '\u{20000}'..='\u{3ffff}' => &mut classes.cjk,
            _ => &mut classes.other,
        };
        *class += 1;
    }
    classes
}

#[cfg(test)]
mod tests {
    //! Each class costs what it was measured to cost.

    use super::estimate;

    #[test]
    fn texts_fall_within_the_measured_rates() {
        // characters per token: prose 4.0 to 4.3, Chinese 1.43, digits 1.0, emoji 1.0, Russian 2.6.
        for (text, per_token) in [
            ("the quick brown fox jumps over the lazy dog and runs on through the wood ", 4.1),
            ("请分析图片和视频提取其中所有的文字", 1.43),
            ("31415926535897932384", 1.0),
            ("🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀", 1.0),
            ("быстраякоричневаялисапрыгаетчерезленивуюсобаку", 2.6),
        ] {
            let text = text.repeat(20);
            let measured = (text.chars().count() as f64 / per_token).round() as u64;
            let tokens = estimate(&text);
            assert!((tokens.low..=tokens.high).contains(&measured), "{measured} not in {tokens:?}");
        }
    }

    #[test]
    fn the_live_check_is_within_the_range() {
        assert_eq!(estimate("回答OK").likely, 2);
        assert_eq!(estimate(""), crate::Tokens::ZERO);
        assert_eq!(estimate("a").likely, 1);
    }
}
