//! Documented replies, and odd ones, read into completions: snapshots beside this file.

use proptest::prelude::*;
use vlm_core::{Completion, ErrorKind};

use super::classify::judge;
use crate::error::Ground;

macro_rules! reply {
    ($name:literal) => {
        include_bytes!(concat!("../../tests/fixtures/replies/", $name, ".json")).as_slice()
    };
}

#[test]
fn documented_replies() {
    for (name, reply) in [
        ("text", reply!("text")),
        ("film", reply!("film")),
        ("candidates", reply!("candidates")),
        ("cut_by_filter", reply!("cut_by_filter")),
        ("thought_too_long", reply!("thought_too_long")),
    ] {
        insta::assert_json_snapshot!(format!("reply_{name}"), judge(200, reply).unwrap());
    }
}

#[test]
fn blocked_prompts_and_answers_are_errors_of_their_own() {
    let prompt = judge(200, reply!("prompt_blocked")).unwrap_err();
    assert_eq!((prompt.ground, prompt.kind()), (Ground::PromptBlocked, Some(ErrorKind::Blocked)));
    assert_eq!(prompt.code.as_deref(), Some("PROHIBITED_CONTENT"));
    assert_eq!(prompt.words.as_deref(), Some("The prompt could not be submitted."));
    assert_eq!(prompt.partial.unwrap().usage.input_by_modality.image, Some(258));
    let answer = judge(200, reply!("answer_blocked")).unwrap_err();
    assert_eq!((answer.ground, answer.kind()), (Ground::AnswerBlocked, Some(ErrorKind::Blocked)));
    assert_eq!(answer.partial.unwrap().usage.input_tokens, Some(7));
}

fn usage_of(counts: &str) -> vlm_core::Usage {
    let body = format!(r#"{{"candidates":[{{"content":{{"parts":[{{"text":"x"}}]}}}}],"usageMetadata":{counts}}}"#);
    judge(200, body.as_bytes()).unwrap().usage
}

#[test]
fn thinking_counts_as_output_and_what_is_not_told_is_not_zero() {
    let usage = usage_of(r#"{"promptTokenCount":5,"candidatesTokenCount":3,"thoughtsTokenCount":4}"#);
    assert_eq!((usage.output_tokens, usage.reasoning_tokens, usage.total_tokens), (Some(7), Some(4), None));
    let usage = usage_of(r#"{"promptTokenCount":5}"#);
    assert_eq!((usage.input_tokens, usage.output_tokens), (Some(5), None));
    let usage = usage_of(r#"{"promptTokenCount":-1,"candidatesTokenCount":"3","thoughtsTokenCount":1e400}"#);
    assert_eq!((usage.input_tokens, usage.output_tokens), (None, Some(3)));
    let thought = r#"{"promptTokenCount":5,"thoughtsTokenCount":7,"toolUsePromptTokenCount":2,"totalTokenCount":14}"#;
    assert_eq!(usage_of(thought).output_tokens, Some(7));
    let odd =
        usage_of(r#"{"promptTokenCount":5,"candidatesTokenCount":3,"thoughtsTokenCount":null,"totalTokenCount":12}"#);
    assert_eq!((odd.output_tokens, odd.reasoning_tokens), (None, None), "four tokens are not accounted for");
    let huge = usage_of(r#"{"candidatesTokenCount":18446744073709551615,"thoughtsTokenCount":1}"#);
    assert_eq!(huge.output_tokens, None);
    let twice = usage_of(
        r#"{"promptTokensDetails":[{"modality":"IMAGE","tokenCount":2},{"modality":"IMAGE","tokenCount":3},7]}"#,
    );
    assert_eq!(twice.input_by_modality.image, Some(5));
}

#[test]
fn a_wrong_field_costs_that_field_and_not_the_answer() {
    let body = br#"{"candidates":[{"content":{"parts":[{"text":"x"},{"text":5},null]},"index":"one"}],"usageMetadata":"lost","modelVersion":7}"#;
    let answer = judge(200, body).unwrap();
    assert_eq!((answer.text(), &answer.model), ("x", &None));
    assert_eq!(answer.warnings[0].path.as_deref(), Some("usageMetadata"));
}

#[test]
fn a_stream_that_came_as_an_array_is_one_answer() {
    let body = br#"[{"candidates":[{"content":{"parts":[{"text":"A "}]}}],"responseId":"r"},
        {"candidates":[{"content":{"parts":[{"text":"cat."}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":2}}]"#;
    let answer = judge(200, body).unwrap();
    assert_eq!((answer.text(), answer.usage.input_tokens, answer.id.as_deref()), ("A cat.", Some(2), Some("r")));
    let kind = |body: &[u8]| judge(200, body).unwrap_err().kind();
    assert_eq!(kind(&body[..body.len() - 1]), Some(ErrorKind::Truncated));
    assert_eq!(kind(br#"[{"error":{"code":503,"status":"UNAVAILABLE"}}]"#), Some(ErrorKind::Overloaded));
    assert_eq!(kind(b"[]"), Some(ErrorKind::Empty));
    assert_eq!(kind(b"[1]"), Some(ErrorKind::Protocol));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_bytes_are_an_answer_or_an_error(status in 100u16..600, body in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = judge(status, &body);
    }

    #[test]
    fn a_reply_cut_anywhere_is_never_an_answer(at in 0usize..10_000) {
        let whole = reply!("film").trim_ascii_end();
        let cut = &whole[..at % whole.len()];
        prop_assert!(judge(200, cut).is_err());
    }

    #[test]
    fn texts_and_thoughts_are_joined_in_order(parts in proptest::collection::vec(("\\PC{0,8}", any::<bool>()), 0..8)) {
        let wire: Vec<_> = parts.iter().map(|(text, thought)| serde_json::json!({"text": text, "thought": thought})).collect();
        let body = serde_json::json!({"candidates": [{"content": {"parts": wire}, "finishReason": "STOP"}]}).to_string();
        let answer: Completion = judge(200, body.as_bytes()).unwrap();
        let joined = |wanted: bool| parts.iter().filter(|(_, thought)| *thought == wanted).map(|(text, _)| text.as_str()).collect::<String>();
        prop_assert_eq!(answer.text(), joined(false));
        prop_assert_eq!(answer.choices[0].reasoning.clone().unwrap_or_default(), joined(true));
    }
}
