//! Documented replies of every kind of server, and odd ones, read into completions: snapshots beside this file.

use proptest::prelude::*;
use vlm_core::{ErrorKind, FinishReason, WarningKind};

use super::classify::judge;
use crate::profile::Profile;

macro_rules! reply {
    ($name:literal) => {
        include_bytes!(concat!("../../tests/fixtures/replies/", $name, ".json")).as_slice()
    };
}

#[test]
fn documented_replies_of_every_server() {
    for (name, profile, reply) in [
        ("openai", Profile::openai(), reply!("openai")),
        ("dashscope", Profile::dashscope(), reply!("dashscope")),
        ("dashscope_film", Profile::dashscope(), reply!("dashscope_film")),
        ("vllm", Profile::vllm(), reply!("vllm")),
        ("llama_cpp", Profile::llama_cpp(), reply!("llama_cpp")),
        ("ollama", Profile::ollama(), reply!("ollama")),
        ("openrouter", Profile::openrouter(), reply!("openrouter")),
    ] {
        insta::assert_json_snapshot!(format!("reply_{name}"), judge(200, reply, &profile).unwrap());
    }
}

#[test]
fn odd_replies_are_answers_all_the_same() {
    insta::assert_json_snapshot!("reply_odd", judge(200, reply!("odd"), &Profile::new("local")).unwrap());
}

#[test]
fn a_refusal_is_no_answer_and_keeps_its_words() {
    let error = judge(200, reply!("openai_refusal"), &Profile::openai()).unwrap_err();
    assert_eq!(error.kind(), Some(ErrorKind::Blocked));
    let partial = error.partial.unwrap();
    assert_eq!(partial.text(), "I'm sorry, I cannot assist with that request.");
    assert_eq!((partial.finish(), partial.usage.output_tokens), (&FinishReason::ContentFilter, Some(11)));
}

#[test]
fn one_refusal_of_several_is_warned_of() {
    let body = br#"{"choices":[{"index":0,"message":{"content":null,"refusal":"No."}},{"index":1,"message":{"content":"Yes."}}]}"#;
    let answer = judge(200, body, &Profile::openai()).unwrap();
    assert_eq!((answer.choices[0].text.as_str(), answer.choices[1].text.as_str()), ("No.", "Yes."));
    assert_eq!((&answer.metadata["refusal"], answer.warnings.len()), (&"No.".into(), 1));
}

#[test]
fn an_empty_answer_is_warned_of() {
    let body = br#"{"choices":[{"message":{"content":""},"finish_reason":"length"}]}"#;
    let answer = judge(200, body, &Profile::openai()).unwrap();
    assert_eq!((answer.warnings[0].kind, answer.finish()), (WarningKind::EmptyText, &FinishReason::Length));
}

fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

/// JSON of any shape, with the names that replies use among its keys.
fn any_json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        "[a-z]{0,6}".prop_map(Into::into),
    ];
    let key = proptest::sample::select(vec![
        "choices", "message", "content", "text", "usage", "error", "code", "delta", "index", "refusal", "metadata", "x",
    ]);
    leaf.prop_recursive(5, 60, 5, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::from),
            proptest::collection::btree_map(key.clone().prop_map(str::to_owned), inner, 0..5)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_bytes_are_an_answer_or_an_error(status in 100u16..600, body in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = judge(status, &body, &Profile::new("local"));
    }

    #[test]
    fn any_json_is_an_answer_or_an_error(status in proptest::sample::select(vec![200u16, 400, 429, 500]), body in any_json()) {
        let _ = judge(status, body.to_string().as_bytes(), &Profile::new("local"));
    }

    #[test]
    fn a_reply_cut_anywhere_is_never_an_answer(at in 0usize..10_000) {
        let whole = reply!("openai").trim_ascii_end();
        let cut = &whole[..at % whole.len()];
        prop_assert!(judge(200, cut, &Profile::new("local")).is_err());
    }

    #[test]
    fn unknown_fields_change_nothing(name in "[a-z]{3,9}_new", value in any_json()) {
        let whole: serde_json::Value = serde_json::from_slice(reply!("vllm")).unwrap();
        let mut more = whole.clone();
        more[&name] = value.clone();
        more["choices"][0][&name] = value.clone();
        more["choices"][0]["message"][&name] = value.clone();
        more["usage"][&name] = value;
        let read = |reply: &serde_json::Value| judge(200, reply.to_string().as_bytes(), &Profile::new("local")).unwrap();
        prop_assert_eq!(read(&whole), read(&more));
    }
}
