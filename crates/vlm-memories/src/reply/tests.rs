//! Documented replies of every family, and odd ones, read into completions: snapshots beside this file.

use proptest::prelude::*;

use super::classify::judge;

macro_rules! reply {
    ($name:literal) => {
        include_bytes!(concat!("../../tests/fixtures/replies/", $name, ".json")).as_slice()
    };
}

#[test]
fn documented_replies_of_every_family() {
    for (name, reply) in
        [("qwen", reply!("qwen")), ("gemini", reply!("gemini")), ("nova", reply!("nova")), ("gpt", reply!("gpt"))]
    {
        insta::assert_json_snapshot!(format!("reply_{name}"), judge(200, reply).unwrap());
    }
}

#[test]
fn odd_replies_are_answers_all_the_same() {
    for (name, reply) in [
        ("empty_text", reply!("empty_text")),
        ("two_choices", reply!("two_choices")),
        ("content_parts", reply!("content_parts")),
        ("tool_call", reply!("tool_call")),
        ("refusal", reply!("refusal")),
    ] {
        insta::assert_json_snapshot!(format!("reply_{name}"), judge(200, reply).unwrap());
    }
}

#[test]
fn a_completed_status_is_not_a_finish_reason() {
    let answer = judge(200, reply!("gemini")).unwrap();
    assert_eq!(answer.finish(), &vlm_core::FinishReason::Unknown);
}

proptest! {
    #[test]
    fn any_bytes_are_an_answer_or_an_error(status in 100u16..600, body in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = judge(status, &body);
    }

    #[test]
    fn a_reply_cut_anywhere_is_never_an_answer(at in 0usize..10_000) {
        let whole = reply!("gpt").trim_ascii_end();
        let cut = &whole[..at % whole.len()];
        prop_assert!(judge(200, cut).is_err());
    }
}
