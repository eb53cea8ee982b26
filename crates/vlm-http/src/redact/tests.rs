//! Nothing secret survives, and the rest does.

use proptest::prelude::*;

use super::*;

fn secret(text: &str) -> Secret {
    Secret::new(text).expect("a key")
}

#[test]
fn urls_lose_query_and_user_info() {
    for (text, shown) in [
        ("https://me:pw@example.com:8443/a/b?sig=x#y", "https://example.com:8443/a/b"),
        ("https://example.com", "https://example.com/"),
        ("data:image/png;base64,AAAA", "data:image/png (26 bytes)"),
        ("DATA:,secret words", "data: (18 bytes)"),
        ("data:pla nted;x,y", "data: (17 bytes)"),
        ("mailto:someone@example.com", "mailto: (26 bytes)"),
        ("not a URL", "[9 bytes that are not a URL]"),
    ] {
        assert_eq!(url(text), shown);
    }
}

#[test]
fn known_secrets_go_wherever_they_stand() {
    let scrubber = Scrubber::new([&secret("hunter2"), &secret("hunter2-long")]);
    assert_eq!(scrubber.scrub("a hunter2 b"), "a [redacted] b");
    assert_eq!(scrubber.scrub("xhunter2-longy"), "x[redacted]y");
    assert_eq!(scrubber.scrub("nothing here"), "nothing here");
    assert!(!format!("{scrubber:?}").contains("hunter2"));
}

#[test]
fn key_shapes_go() {
    let scrubber = Scrubber::default();
    for (text, shown) in [
        ("invalid key sk-abcdefgh12345678.", "invalid key [redacted]"),
        ("key=sk-proj-abc_def-123456", "key=[redacted]"),
        ("Authorization: Bearer abc.def-123", "Authorization: Bearer [redacted]"),
        ("bearer\u{20}abcdefgh, then", "bearer [redacted], then"),
        ("token AKIAIOSFODNN7EXAMPLE here", "token [redacted] here"),
        ("see https://u:p@example.com/a?X-Sig=1 now", "see https://example.com/a?[redacted] now"),
        ("got data:image/png;base64,AAAA here", "got [data URL of 26 bytes] here"),
        ("risk-abcdefgh12345678", "risk-abcdefgh12345678"),
        ("the bearer of news", "the bearer of news"),
        ("model qwen3-vl-plus: max_tokens 8192", "model qwen3-vl-plus: max_tokens 8192"),
    ] {
        assert_eq!(scrubber.scrub(text), shown);
    }
    assert_eq!(scrubber.scrub(&format!("x {} y", "QUJD".repeat(100))), "x [400 characters of base64] y");
}

#[test]
fn length_is_bounded_and_a_cut_leaves_no_half_secret() {
    let key = secret("abcdefghijklmnopqrstuvwxyz");
    let scrubber = Scrubber::new([&key]).limit(100);
    let text = format!("{} abcdefghijklmnopqrstuvwxyz {}", "x ".repeat(45), "é".repeat(200));
    let shown = scrubber.scrub(&text);
    assert!(shown.len() <= 100, "{}", shown.len());
    assert!(!shown.contains("abc"), "{shown}");
    assert!(!scrubber.excerpt(&text, 95).contains("abc"));
    assert_eq!(bounded("ééé", 5), "é…");
    assert_eq!(bounded("abc", 3), "abc");
}

#[test]
fn cost_is_linear() {
    let started = std::time::Instant::now();
    let scrubber = Scrubber::new([&secret("hunter2")]).limit(4 << 20);
    for text in ["data:", "http://", "bearer ", "sk-", "a+/", "a ", "eyJ."] {
        scrubber.scrub(&text.repeat((1 << 20) / text.len()));
    }
    assert!(started.elapsed() < std::time::Duration::from_secs(20), "{:?}", started.elapsed());
}

proptest! {
    #[test]
    fn a_secret_never_survives(before in any::<String>(), after in any::<String>(), key in "[A-Za-z0-9_.-]{6,40}") {
        let scrubber = Scrubber::new([&secret(&key)]);
        let shown = scrubber.scrub(&format!("{before}{key}{after}"));
        // The stand-in itself could be the secret, or the text around it.
        prop_assume!(!format!("{before}{REDACTED}{after}").contains(&key) && !REDACTED.contains(&key));
        prop_assert!(!shown.contains(&key), "{shown}");
    }

    #[test]
    fn never_panics(text in any::<String>(), limit in 0usize..64) {
        let shown = Scrubber::default().limit(limit).scrub(&text);
        prop_assert!(shown.len() <= limit.max('…'.len_utf8()));
        url(&text);
    }
}
