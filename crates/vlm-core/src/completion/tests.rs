//! Answers: the first choice, finish reasons, the raw reply.

use proptest::prelude::*;

use super::*;
use crate::tests::values::{cases, full_completion};

#[test]
fn the_first_choice_speaks() {
    let answer = full_completion();
    assert_eq!((answer.text(), answer.finish()), ("A cat.", &FinishReason::Stop));
    assert_eq!(answer.into_text(), "A cat.");
    let nothing = Completion::new();
    assert_eq!((nothing.text(), nothing.finish(), nothing.cost.is_exact()), ("", &FinishReason::Unknown, false));
    assert_eq!(nothing.into_text(), "");
}

#[test]
fn finish_reasons_are_words_and_an_unknown_one_is_kept() {
    let words = ["stop", "length", "content_filter", "tool_calls", "unknown", "eos", "STOP"];
    for word in words {
        let reason = FinishReason::from(word.to_owned());
        assert_eq!((reason.as_str(), reason.to_string().as_str()), (word, word));
        assert_eq!(serde_json::to_value(&reason).unwrap(), word);
        assert_eq!(String::from(reason), word);
    }
    assert_eq!(FinishReason::from("STOP".to_owned()), FinishReason::Other("STOP".to_owned()));
    assert_eq!(FinishReason::from(String::new()), FinishReason::Unknown);
}

#[test]
fn a_warning_names_its_place() {
    let warning = Warning::new(WarningKind::Ignored, "not sent");
    assert_eq!(warning.to_string(), "not sent");
    assert_eq!(warning.at("sampling.n").to_string(), "sampling.n: not sent");
}

#[test]
fn an_empty_choice_has_neither_text_nor_reasoning() {
    assert!(Choice::new(0, "").is_empty());
    assert!(Choice { reasoning: Some(String::new()), ..Choice::new(0, "") }.is_empty());
    assert!(!Choice { reasoning: Some("x".to_owned()), ..Choice::new(0, "") }.is_empty());
    assert!(!Choice::new(0, "x").is_empty());
}

#[test]
fn usage_that_was_not_reported_is_none() {
    assert_eq!(Usage::new().total(), None);
    assert_eq!(Usage { input_tokens: Some(3), ..Usage::new() }.total(), None);
    assert_eq!(Usage::new().with_tokens(3, 4).total(), Some(7));
    assert_eq!(Usage { total_tokens: Some(9), ..Usage::new().with_tokens(3, 4) }.total(), Some(9));
    assert_eq!(Usage::new().with_tokens(u64::MAX, 1).total(), None);
    assert!(Usage::new().is_empty());
    assert!(!Usage { input_tokens: Some(0), ..Usage::new() }.is_empty(), "a reported 0 is a report");
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn a_raw_reply_is_its_bytes_however_cut(bytes in proptest::collection::vec(any::<u8>(), 0..20), at in 0usize..20) {
        let mut cut = RawReply::new();
        let (head, tail) = bytes.split_at(at.min(bytes.len()));
        cut.push(Bytes::copy_from_slice(head));
        cut.push(Bytes::copy_from_slice(tail));
        let whole = RawReply::from(Bytes::from(bytes.clone()));
        prop_assert_eq!(&cut, &whole);
        prop_assert_eq!(cut.to_bytes(), bytes.as_slice());
        prop_assert_eq!((cut.len(), cut.is_empty()), (bytes.len(), bytes.is_empty()));
        prop_assert_eq!(cut.to_text(), String::from_utf8_lossy(&bytes));
    }
}
