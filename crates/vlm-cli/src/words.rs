//! Numbers and foreign texts as a person reads them.

use std::time::Duration;

use vlm_core::{Completion, Cost, Usage};

/// `in 302  out 41 tokens`; what was not reported is a question mark.
pub(crate) fn tokens(usage: &Usage) -> String {
    counted(usage, None)
}

/// The same for an answer: where the input was estimated otherwise, `in 302 (estimated 300)  out 41 tokens`.
pub(crate) fn taken(answer: &Completion) -> String {
    let estimated = answer.metadata.get("estimated_input_tokens").and_then(|range| range["likely"].as_u64());
    counted(&answer.usage, estimated.filter(|estimated| answer.usage.input_tokens != Some(*estimated)))
}

fn counted(usage: &Usage, estimated: Option<u64>) -> String {
    let count = |count: Option<u64>| count.map_or_else(|| "?".to_owned(), |count| count.to_string());
    let part = |count: Option<u64>, what: &str| match count {
        Some(count) if count > 0 => format!(" ({count} {what})"),
        _ => String::new(),
    };
    format!(
        "in {}{}{}  out {}{} tokens",
        count(usage.input_tokens),
        estimated.map(|estimated| format!(" (estimated {estimated})")).unwrap_or_default(),
        part(usage.cached_input_tokens, "cached"),
        count(usage.output_tokens),
        part(usage.reasoning_tokens, "thinking"),
    )
}

/// `$0.0012`, `at least $0.0012 (why)`, `cost unknown (why)`.
pub(crate) fn cost(cost: &Cost) -> String {
    if cost.amount().is_some() { cost.to_string() } else { format!("cost {cost}") }
}

/// `8 ms`, `0.4 s`, `12.0 s`.
pub(crate) fn duration(time: Duration) -> String {
    if time < Duration::from_millis(100) {
        format!("{} ms", time.as_millis())
    } else {
        format!("{:.1} s", time.as_secs_f64())
    }
}

/// Line breaks as spaces, so that foreign words cannot forge a line.
pub(crate) fn one_line(text: &str) -> String {
    text.split(['\n', '\r', '\u{2028}', '\u{2029}'])
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// At most so many characters, and how many bytes there are in all where that is not everything.
pub(crate) fn beginning(text: &str, characters: usize) -> String {
    match text.char_indices().nth(characters) {
        Some((at, _)) => format!("{}… ({} bytes in all)", &text[..at], text.len()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_counts_are_question_marks() {
        assert_eq!(tokens(&Usage::new()), "in ?  out ? tokens");
        let mut usage = Usage::new().with_tokens(10, 5);
        usage.reasoning_tokens = Some(3);
        assert_eq!(tokens(&usage), "in 10  out 5 (3 thinking) tokens");
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        assert_eq!(beginning("äöü", 3), "äöü");
        assert_eq!(beginning("äöü", 2), "äö… (6 bytes in all)");
    }

    #[test]
    fn durations_are_short() {
        assert_eq!([8, 99, 400, 12_000].map(Duration::from_millis).map(duration), ["8 ms", "99 ms", "0.4 s", "12.0 s"]);
    }
}
