//! Names that every service takes: 1 to 64 of `A-Z a-z 0-9 _ -`.

/// The longest name.
const LONGEST: usize = 64;
/// The name where nothing of the type's is left.
const UNNAMED: &str = "answer";

/// True for a name that every service takes.
pub(super) fn is_plain(name: &str) -> bool {
    (1..=LONGEST).contains(&name.len()) && name.bytes().all(plain)
}

/// The name with each run of other characters as one `_`, cut to its limit.
pub(super) fn plain_name(name: &str) -> String {
    let mut out = String::new();
    for symbol in name.chars() {
        if out.len() == LONGEST {
            break;
        }
        match u8::try_from(symbol).ok().filter(|byte| plain(*byte)) {
            Some(_) => out.push(symbol),
            None if !out.is_empty() && !out.ends_with('_') => out.push('_'),
            None => {}
        }
    }
    let kept = out.trim_end_matches('_');
    if kept.is_empty() { UNNAMED.to_owned() } else { kept.to_owned() }
}

fn plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_name_becomes_plain() {
        for (given, plain) in [
            ("Offer", "Offer"),
            ("Page<Offer>", "Page_Offer"),
            ("Grüße", "Gr_e"),
            ("::", "answer"),
            ("", "answer"),
            ("_private_", "_private"),
        ] {
            assert_eq!(plain_name(given), plain, "{given}");
        }
        assert_eq!(plain_name(&"a".repeat(65)), "a".repeat(64));
    }

    #[test]
    fn a_plain_name_has_1_to_64_characters() {
        assert!(!is_plain(""));
        assert!(is_plain("a"));
        assert!(is_plain(&"a".repeat(64)));
        assert!(!is_plain(&"a".repeat(65)));
        assert!(!is_plain("a b"));
        assert!(!is_plain("ä"));
    }
}
