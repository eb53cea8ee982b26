//! One function that takes any bytes and holds the decoder to its promises: run by proptest here, and by a fuzzer.

use serde_json::Value;
use vlm_schema::decode::{DecodeOptions, Elements, PartialJson, decode};

/// Panics if a promise is broken.
pub(crate) fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let options = DecodeOptions::default();

    let strict = decode(text, &DecodeOptions::strict());
    let mended = decode(text, &options);
    match &mended {
        Ok(decoded) => {
            assert!(text.get(decoded.span.clone()).is_some(), "a span outside the text");
            assert!(decoded.repairs.iter().all(|repair| repair.at <= text.len()), "a repair outside the text");
        }
        Err(error) => {
            assert!(error.offset() <= text.len() && error.excerpt().chars().count() <= 80);
            assert!(!error.is_truncated() || error.prefix().is_some(), "a cut value without its prefix");
        }
    }
    if let Ok(strict) = &strict {
        assert_eq!(Some(strict), mended.as_ref().ok(), "a valid document was changed");
    }
    if let Ok(value) = serde_json::from_str::<Value>(text) {
        assert_eq!(Some(&value), strict.as_ref().ok().map(|decoded| &decoded.value), "valid JSON was misread");
    } else if let Ok(strict) = &strict {
        // Deeper than serde_json reads, or with a byte order mark; the value is one all the same.
        assert!(text.starts_with('\u{feff}') || strict.value.to_string().contains("[[") || text.contains(['[', '{']));
    }
    let _ = decode(text, &options.close_truncated(true));

    let (mut whole, mut bytes) = (PartialJson::new(&options), PartialJson::new(&options));
    let first = whole.push(text);
    let mut second = Ok(());
    let mut places = text.char_indices().map(|(at, c)| &text[at..at + c.len_utf8()]);
    while let (Ok(()), Some(piece)) = (&second, places.next()) {
        second = bytes.push(piece);
    }
    assert_eq!(whole.value(), bytes.value(), "cuts matter");
    assert_eq!(whole.repairs(), bytes.repairs(), "cuts matter to repairs");
    let place = |error: &vlm_schema::decode::DecodeError| (error.kind(), error.offset(), error.line(), error.column());
    assert_eq!(first.as_ref().err().map(place), second.as_ref().err().map(place), "cuts matter to errors");
    assert_eq!(whole.finish().as_ref().err().map(place), bytes.finish().as_ref().err().map(place));

    let mut elements = Elements::under("a", &options);
    let _ = elements.push(text);
    while let Some(element) = elements.next_element() {
        assert_eq!(text.get(element.span.clone()), Some(element.text.as_str()));
    }
}
