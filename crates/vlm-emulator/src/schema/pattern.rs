//! The shortest string that a pattern takes: enough for codes, times and identifiers.
//!
//! Look-around and back references are not read; such a pattern is passed over.

use regex_syntax::hir::{Class, Hir, HirKind};

/// Longer ones are passed over: a bound of a repetition may be as large as it likes.
const MAX_LENGTH: usize = 1_000;

/// Characters that are taken first where a class allows them, so that values look like values.
const PREFERRED: [char; 4] = ['1', 'a', 'A', '0'];

/// A string that fits, if one of a sensible length is found. Repetitions are as short as they may be, and of
/// alternatives the first is taken.
pub(super) fn string(pattern: &str) -> Option<String> {
    let hir = regex_syntax::parse(pattern).ok()?;
    let mut text = String::new();
    write(&hir, &mut text)?;
    Some(text)
}

fn write(hir: &Hir, text: &mut String) -> Option<()> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => text.push_str(std::str::from_utf8(&literal.0).ok()?),
        HirKind::Class(class) => text.push(character(class)?),
        HirKind::Repetition(repetition) => {
            for _ in 0..repetition.min {
                write(&repetition.sub, text)?;
                if text.len() > MAX_LENGTH {
                    return None;
                }
            }
        }
        HirKind::Capture(capture) => write(&capture.sub, text)?,
        HirKind::Concat(parts) => parts.iter().try_for_each(|part| write(part, text))?,
        HirKind::Alternation(ways) => write(ways.first()?, text)?,
    }
    (text.len() <= MAX_LENGTH).then_some(())
}

fn character(class: &Class) -> Option<char> {
    let ranges: Vec<(char, char)> = match class {
        Class::Unicode(class) => class.ranges().iter().map(|range| (range.start(), range.end())).collect(),
        Class::Bytes(class) => class.ranges().iter().map(|range| (range.start().into(), range.end().into())).collect(),
    };
    let has = |wanted: &char| ranges.iter().any(|(first, last)| (first..=last).contains(&wanted));
    PREFERRED.into_iter().find(has).or_else(|| ranges.first().map(|(first, _)| *first))
}

#[cfg(test)]
mod tests {
    //! Strings that fit, judged by the checker of JSON Schemas.

    use super::*;

    #[test]
    fn strings_fit_their_patterns() {
        for (pattern, expected) in [
            ("^[A-Z]{3}-[0-9]{2}$", "AAA-11"),
            ("[a-z]+", "a"),
            ("^(red|green)$", "red"),
            (r"^\d{2}:\d{2}(\.\d+)?$", "11:11"),
            (r"^\s*[0-9]+\s*s?\s*$", "1"),
            ("", ""),
            ("^[^a]$", "1"),
        ] {
            let text = string(pattern).expect(pattern);
            assert_eq!(text, expected, "{pattern}");
            assert!(jsonschema::is_valid(&serde_json::json!({"pattern": pattern}), &text.into()), "{pattern}");
        }
    }

    #[test]
    fn what_cannot_be_read_or_is_too_long_is_passed_over() {
        for pattern in ["(?=a)b", r"(a)\1", "[", "a{2000}", "(a{50}){50}"] {
            assert_eq!(string(pattern), None, "{pattern}");
        }
    }
}
