//! Every shape of a chunk, every end, every way to fail; and what holds for all of them.

use proptest::prelude::*;
use vlm_core::{Completion, ErrorKind};

use super::*;

fn event(name: Option<&str>, data: &str) -> SseEvent {
    name.map_or_else(|| SseEvent::message(data), |name| SseEvent::named(name, data))
}

fn unterminated(data: &str) -> SseEvent {
    let mut event = SseEvent::message(data);
    event.unterminated = true;
    event
}

fn reader(profile: Profile) -> Reader {
    Reader::new(Arc::new(profile))
}

/// Reads events until the stream ends, and folds what they mean.
fn read(profile: Profile, events: &[(Option<&str>, &str)]) -> Result<Completion, ReplyError> {
    let mut reader = reader(profile);
    let mut out = VecDeque::new();
    let mut end = StreamEnd::Framed;
    for (name, data) in events {
        if reader.read(&event(*name, data), &mut out)? == Step::End {
            end = StreamEnd::Marked;
            break;
        }
    }
    reader.end(end, &RawReply::new(), &mut out)?;
    let mut answer = Completion::new();
    out.iter().for_each(|event| event.fold_into(&mut answer));
    Ok(answer)
}

fn plain(profile: Profile, events: &[&str]) -> Result<Completion, ReplyError> {
    let events: Vec<(Option<&str>, &str)> = events.iter().map(|data| (None, *data)).collect();
    read(profile, &events)
}

#[test]
fn chunks_of_openai() {
    let answer = plain(
        Profile::openai(),
        &[
            r#"{"id":"chatcmpl-123","object":"chat.completion.chunk","created":1694268190,"model":"gpt-4o-mini","system_fingerprint":"fp_44709d6fcb","service_tier":"default","choices":[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}],"usage":null}"#,
            r#"{"id":"chatcmpl-123","object":"chat.completion.chunk","created":1694268190,"model":"gpt-4o-mini","choices":[{"index":0,"delta":{"content":"A cat"},"finish_reason":null}],"usage":null,"obfuscation":"x"}"#,
            r#"{"id":"chatcmpl-123","choices":[{"index":0,"delta":{"content":"."},"finish_reason":null}],"usage":null}"#,
            r#"{"id":"chatcmpl-123","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":null}"#,
            r#"{"id":"chatcmpl-123","choices":[],"usage":{"prompt_tokens":1117,"completion_tokens":3,"total_tokens":1120,"prompt_tokens_details":{"cached_tokens":1024}}}"#,
            "[DONE]",
            r#"{"choices":[{"delta":{"content":"too late"}}]}"#,
        ],
    )
    .unwrap();
    insta::assert_json_snapshot!("openai_chunks", answer);
}

#[test]
fn chunks_of_dashscope_with_thinking() {
    let answer = plain(
        Profile::dashscope(),
        &[
            r#"{"choices":[{"delta":{"content":null,"role":"assistant","reasoning_content":""},"index":0,"logprobs":null,"finish_reason":null}],"object":"chat.completion.chunk","usage":null,"created":1745485391,"system_fingerprint":null,"model":"qwen3-vl-plus","id":"chatcmpl-e2edaf2c"}"#,
            r#"{"choices":[{"finish_reason":null,"delta":{"content":null,"reasoning_content":"A beach, "},"index":0}],"object":"chat.completion.chunk","id":"chatcmpl-e2edaf2c"}"#,
            r#"{"choices":[{"finish_reason":null,"delta":{"content":null,"reasoning_content":"a dog."},"index":0}],"id":"chatcmpl-e2edaf2c"}"#,
            r#"{"choices":[{"finish_reason":null,"delta":{"content":"A dog.","reasoning_content":null},"index":0}],"id":"chatcmpl-e2edaf2c"}"#,
            r#"{"choices":[{"finish_reason":"stop","delta":{"content":"","reasoning_content":null},"index":0}],"id":"chatcmpl-e2edaf2c"}"#,
            r#"{"choices":[],"object":"chat.completion.chunk","usage":{"prompt_tokens":1271,"completion_tokens":30,"total_tokens":1301,"completion_tokens_details":{"reasoning_tokens":26},"prompt_tokens_details":{"image_tokens":1247,"text_tokens":24}},"id":"chatcmpl-e2edaf2c"}"#,
            "[DONE]",
        ],
    )
    .unwrap();
    insta::assert_json_snapshot!("dashscope_chunks", answer);
}

#[test]
fn reasoning_under_either_name() {
    for name in ["reasoning", "reasoning_content"] {
        let chunk = format!(r#"{{"choices":[{{"delta":{{"{name}":"Hm."}}}}]}}"#);
        let done = r#"{"choices":[{"delta":{"content":"Yes"},"finish_reason":"stop"}]}"#;
        let answer = plain(Profile::vllm(), &[&chunk, done, "[DONE]"]).unwrap();
        assert_eq!(answer.choices[0].reasoning.as_deref(), Some("Hm."), "{name}");
    }
}

#[test]
fn a_whole_message_as_an_event() {
    let answer = plain(Profile::new("x"), &[r#"{"choices":[{"message":{"content":"A cat."}}]}"#, "[DONE]"]).unwrap();
    assert_eq!(answer.text(), "A cat.");
}

#[test]
fn an_end_without_a_mark_is_warned_of() {
    let answer = plain(Profile::new("x"), &[r#"{"choices":[{"delta":{"content":"x"}}]}"#]).unwrap();
    assert_eq!(answer.warnings[0].kind, WarningKind::UnmarkedEnd);
}

#[test]
fn usage_is_replaced_and_never_added_up() {
    let answer = plain(
        Profile::new("x"),
        &[
            r#"{"choices":[{"delta":{"content":"x"}}],"usage":{"prompt_tokens":9,"completion_tokens":1}}"#,
            r#"{"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":2}}"#,
            r#"{"choices":[],"usage":null}"#,
            "[DONE]",
        ],
    )
    .unwrap();
    assert_eq!(answer.usage, Usage::new().with_tokens(9, 2));
}

#[test]
fn errors_in_every_form() {
    let text = (None, r#"{"choices":[{"delta":{"content":"x"}}]}"#);
    for (name, data, kind) in [
        (Some("error"), r#"{"message":"overheated"}"#, ErrorKind::Upstream),
        (Some("error"), "no json", ErrorKind::Upstream),
        (None, r#"{"error":{"message":"overheated"}}"#, ErrorKind::Upstream),
        (None, r#"{"error":{"code":"server_overloaded","message":"busy"}}"#, ErrorKind::Overloaded),
        (
            None,
            r#"{"error":{"code":429,"message":"slow"},"choices":[{"delta":{},"finish_reason":"error"}]}"#,
            ErrorKind::RateLimited,
        ),
        (None, r#"{"object":"error","message":"bad","code":400}"#, ErrorKind::BadRequest),
        (None, "hello", ErrorKind::Protocol),
        (None, "[1]", ErrorKind::Protocol),
    ] {
        assert_eq!(read(Profile::new("x"), &[text, (name, data)]).unwrap_err().kind(), Some(kind), "{data}");
    }
    assert_eq!(plain(Profile::new("x"), &["[DONE]"]).unwrap_err().kind(), Some(ErrorKind::Empty));
}

#[test]
fn refusals_come_in_pieces_too() {
    let refusing = [
        r#"{"choices":[{"delta":{"role":"assistant","content":null,"refusal":"I'm "}}]}"#,
        r#"{"choices":[{"delta":{"refusal":"sorry."},"finish_reason":"stop"}]}"#,
        "[DONE]",
    ];
    assert_eq!(plain(Profile::openai(), &refusing).unwrap_err().kind(), Some(ErrorKind::Blocked));
    let mut other = refusing.to_vec();
    other.insert(0, r#"{"choices":[{"index":1,"delta":{"content":"Yes."}}]}"#);
    let answer = plain(Profile::openai(), &other).unwrap();
    assert_eq!(
        (answer.choices[0].text.as_str(), &answer.choices[0].finish),
        ("I'm sorry.", &FinishReason::ContentFilter)
    );
    assert_eq!((answer.choices[1].text.as_str(), &answer.metadata["refusal"]), ("Yes.", &"I'm sorry.".into()));
}

#[test]
fn the_words_of_a_refusal_are_kept_where_it_is_the_error() {
    let mut reader = reader(Profile::openai());
    let mut out = VecDeque::new();
    let chunk = r#"{"choices":[{"delta":{"refusal":"No."}}]}"#;
    reader.read(&event(None, chunk), &mut out).unwrap();
    assert!(reader.end(StreamEnd::Marked, &RawReply::new(), &mut out).is_err());
    let mut partial = Completion::new();
    out.iter().for_each(|event| event.fold_into(&mut partial));
    assert_eq!((partial.text(), partial.finish()), ("No.", &FinishReason::ContentFilter));
}

#[test]
fn what_is_not_understood_is_counted() {
    let answer = plain(
        Profile::new("x"),
        &[r#"{"weather":"fine"}"#, "", r#"{"choices":[{"delta":{"content":"x","tool_calls":[{}]}}]}"#, "[DONE]"],
    )
    .unwrap();
    assert_eq!(answer.warnings[0].kind, WarningKind::NotUnderstood);
    assert!(answer.warnings[0].message.starts_with("2 "));
}

#[test]
fn half_events_and_unproved_ends_are_told() {
    let mut reader = reader(Profile::new("x"));
    let mut out = VecDeque::new();
    reader.read(&event(None, r#"{"choices":[{"delta":{"content":"x"}}]}"#), &mut out).unwrap();
    assert_eq!(reader.read(&unterminated(r#"{"choices":"#), &mut out).unwrap_err().ground, Ground::CutShort);
    assert_eq!(reader.read(&unterminated("[DONE]"), &mut out), Ok(Step::End));
    let closed = reader.end(StreamEnd::Closed, &RawReply::new(), &mut out);
    assert_eq!(closed.unwrap_err().ground, Ground::CutShort);
}

#[test]
fn choices_are_kept_apart() {
    let answer = plain(
        Profile::new("x"),
        &[
            r#"{"choices":[{"index":1,"delta":{"content":"b"}},{"index":0,"delta":{"content":"a"}}]}"#,
            r#"{"choices":[{"index":1,"delta":{"content":"B"},"finish_reason":"length"}]}"#,
            r#"{"choices":[{"index":2,"delta":{},"finish_reason":"stop"}]}"#,
            "[DONE]",
        ],
    )
    .unwrap();
    let texts: Vec<&str> = answer.choices.iter().map(|choice| choice.text.as_str()).collect();
    assert_eq!(texts, ["a", "bB", ""]);
    assert_eq!(answer.choices[1].finish, FinishReason::Length);
    assert_eq!(answer.warnings[0].kind, WarningKind::EmptyText);
}

fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

/// One event of a stream: the choice that it names, if any, and its text.
fn piece(index: Option<u32>, text: &str) -> String {
    let index = index.map_or_else(String::new, |index| format!("\"index\":{index},"));
    format!(r#"{{"choices":[{{{index}"delta":{{"content":"{text}"}}}}]}}"#)
}

#[test]
fn choices_in_any_order_are_not_mixed() {
    let events = [
        piece(Some(1), "b"),
        piece(Some(0), "a"),
        piece(Some(2), "c"),
        piece(Some(1), "B"),
        // Twice in one event: in the order in which they stand there.
        r#"{"choices":[{"index":2,"delta":{"content":"C"}},{"index":0,"delta":{"content":"A"}},{"index":2,"delta":{"content":"!"}}]}"#.to_owned(),
        // Its end alone harms nobody.
        r#"{"choices":[{"delta":{},"finish_reason":"stop"}]}"#.to_owned(),
        "[DONE]".to_owned(),
    ];
    let events: Vec<&str> = events.iter().map(String::as_str).collect();
    let answer = plain(Profile::openai(), &events).unwrap();
    let texts: Vec<(u32, &str)> = answer.choices.iter().map(|choice| (choice.index, &*choice.text)).collect();
    assert_eq!(texts, [(0, "aA"), (1, "bB"), (2, "cC!")]);
}

#[test]
fn pieces_that_may_be_anyones_and_gaps_between_choices_are_faults() {
    let whose = [piece(Some(0), "a"), piece(Some(1), "b"), piece(None, "c"), "[DONE]".to_owned()];
    let missing = [piece(Some(0), "a"), piece(Some(2), "c"), "[DONE]".to_owned()];
    for events in [&whose[..], &missing] {
        let events: Vec<&str> = events.iter().map(String::as_str).collect();
        assert_eq!(plain(Profile::openai(), &events).unwrap_err().kind().unwrap(), ErrorKind::Protocol, "{events:?}");
    }
    // All choices in every event: their places tell. And whoever counts from one leaves nothing out.
    let both = r#"{"choices":[{"delta":{"content":"a"}},{"delta":{"content":"b"}}]}"#;
    for (events, expected) in [(vec![both, both, "[DONE]"], "aa"), (vec![&*piece(Some(1), "x"), "[DONE]"], "x")] {
        assert_eq!(plain(Profile::openai(), &events).unwrap().choices[0].text, expected);
    }
}

#[test]
fn usage_of_an_odd_form_is_told_once_and_nothing_is_lost() {
    for odd in ["\"many\"", "7", "[1]", "true"] {
        let whole = format!(r#"{{"choices":[{{"index":0,"message":{{"content":"x"}}}}],"usage":{odd}}}"#);
        let piece = format!(r#"{{"choices":[{{"index":0,"delta":{{"content":"x"}}}}],"usage":{odd}}}"#);
        let (whole, streamed) = (
            reply::completion(&RawJson::parse(whole.as_bytes()).unwrap().root(), &Profile::openai()),
            plain(Profile::openai(), &[&piece, &piece, "[DONE]"]).unwrap(),
        );
        for (answer, text) in [(whole, "x"), (streamed, "xx")] {
            let warned: Vec<_> = answer.warnings.iter().map(|warning| &warning.kind).collect();
            assert_eq!((answer.text(), warned), (text, vec![&WarningKind::NotUnderstood]), "{odd}");
            assert_eq!(answer.usage, Usage::new());
        }
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_data_is_read_or_refused(name in proptest::option::of("[a-z]{0,8}"), data in "\\PC{0,60}") {
        let _ = reader(Profile::new("x")).read(&event(name.as_deref(), &data), &mut VecDeque::new());
    }

    #[test]
    fn pieces_fold_to_the_text_they_were_cut_from(pieces in proptest::collection::vec("\\PC{0,8}", 1..12)) {
        let whole: String = pieces.concat();
        let chunk = |text: &String| serde_json::json!({"choices": [{"delta": {"content": text}}]}).to_string();
        let chunks: Vec<String> = pieces.iter().map(chunk).collect();
        let chunks: Vec<&str> = chunks.iter().map(String::as_str).collect();
        let answer = plain(Profile::new("x"), &chunks).unwrap();
        prop_assert_eq!(answer.text(), whole.as_str());
    }
}
