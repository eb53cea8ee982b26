//! Every stream shape, every end mark, every way to fail; and what holds for all of them.

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

/// Reads events until the stream ends, and folds what they mean.
fn read(mode: StreamText, events: &[(Option<&str>, &str)]) -> Result<Completion, ErrorKind> {
    let mut reader = Reader::new(mode);
    let mut out = VecDeque::new();
    let mut end = StreamEnd::Framed;
    for (name, data) in events {
        let step = reader.read(&event(*name, data), &mut out).map_err(|error| error.kind().unwrap())?;
        if step == Step::End {
            end = StreamEnd::Marked;
            break;
        }
    }
    reader.end(end, &RawReply::new(), &mut out).map_err(|error| error.kind().unwrap())?;
    let mut answer = Completion::new();
    out.iter().for_each(|event| event.fold_into(&mut answer));
    Ok(answer)
}

fn plain(events: &[&str]) -> Result<Completion, ErrorKind> {
    let events: Vec<(Option<&str>, &str)> = events.iter().map(|data| (None, *data)).collect();
    read(StreamText::Incremental, &events)
}

#[test]
fn chunks_as_openai_clients_expect_them() {
    let answer = plain(&[
        r#"{"id":"c1","object":"chat.completion.chunk","model":"gpt-4o","created":5,"choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}"#,
        r#"{"id":"c1","choices":[{"index":0,"delta":{"reasoning_content":"Hm. "}}]}"#,
        r#"{"id":"c1","choices":[{"index":0,"delta":{"content":"A cat"}}],"usage":null}"#,
        r#"{"id":"c1","choices":[{"index":0,"delta":{"content":"."},"finish_reason":"stop"}]}"#,
        r#"{"id":"c1","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":3}}"#,
        "[DONE]",
        r#"{"choices":[{"delta":{"content":"too late"}}]}"#,
    ])
    .unwrap();
    insta::assert_json_snapshot!("openai_chunks", answer);
}

#[test]
fn text_choices_that_end_with_a_status() {
    let answer = plain(&[
        r#"{"id":"r1","model":"qwen3-vl-plus","choices":[{"index":0,"text":"A cat"}]}"#,
        r#"{"status":"completed","choices":[{"index":0,"text":"."}],"usage":{"input_tokens":9,"output_tokens":3},"meta":{"provider":"qwen"}}"#,
    ])
    .unwrap();
    insta::assert_json_snapshot!("text_choices", answer);
}

#[test]
fn named_events() {
    let events = [
        (Some("started"), r#"{"session":"1"}"#),
        (Some("progress"), "not json"),
        (Some("message"), r#"{"choices":[{"message":{"content":"A cat."}}]}"#),
        (Some("complete"), ""),
    ];
    let answer = read(StreamText::Incremental, &events).unwrap();
    assert_eq!(answer.text(), "A cat.");
    assert_eq!(answer.warnings, []);
}

#[test]
fn bare_tokens_end_with_the_body_and_a_warning() {
    let answer = plain(&[r#"{"token":"A "}"#, r#"{"token":"cat."}"#]).unwrap();
    assert_eq!(answer.text(), "A cat.");
    assert_eq!(answer.warnings[0].kind, WarningKind::UnmarkedEnd);
}

#[test]
fn cumulative_text_is_a_mode_and_not_a_guess() {
    let events = [
        (None, r#"{"choices":[{"text":"A"}]}"#),
        (None, r#"{"choices":[{"text":"A cat"}]}"#),
        (None, r#"{"choices":[{"text":"A cat"}]}"#),
        (None, r#"{"choices":[{"text":"","finish_reason":"stop"}]}"#),
    ];
    assert_eq!(read(StreamText::Cumulative, &events).unwrap().text(), "A cat");
    assert_eq!(read(StreamText::Incremental, &events).unwrap().text(), "AA catA cat");
    let broken = [(None, r#"{"choices":[{"text":"A cat"}]}"#), (None, r#"{"choices":[{"text":"dog"}]}"#)];
    assert_eq!(read(StreamText::Cumulative, &broken), Err(ErrorKind::Protocol));
}

#[test]
fn usage_is_replaced_and_never_added_up() {
    let answer = plain(&[
        r#"{"choices":[{"delta":{"content":"x"}}],"usage":{"prompt_tokens":9,"completion_tokens":1}}"#,
        r#"{"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":2}}"#,
        r#"{"choices":[],"usage":null}"#,
        "[DONE]",
    ])
    .unwrap();
    assert_eq!(answer.usage, Usage::new().with_tokens(9, 2));
}

#[test]
fn errors_in_every_form() {
    let text = (None, r#"{"choices":[{"delta":{"content":"x"}}]}"#);
    for (name, data, kind) in [
        (Some("error"), r#"{"message":"overheated"}"#, ErrorKind::Upstream),
        (Some("error"), "no json", ErrorKind::Upstream),
        (None, "\"Error\"", ErrorKind::Upstream),
        (None, r#"{"error":{"message":"overheated"}}"#, ErrorKind::Upstream),
        (None, r#"{"status":"errored","choices":[]}"#, ErrorKind::Upstream),
        (None, r#"{"code":"0429","msg":"slow down"}"#, ErrorKind::RateLimited),
        (None, "hello", ErrorKind::Protocol),
        (None, "[1]", ErrorKind::Protocol),
    ] {
        assert_eq!(read(StreamText::Incremental, &[text, (name, data)]), Err(kind), "{data}");
    }
    assert_eq!(plain(&["[DONE]"]), Err(ErrorKind::Empty));
}

#[test]
fn what_is_not_understood_is_counted() {
    let answer = plain(&[r#"{"weather":"fine"}"#, r#"{"choices":[{"delta":{"content":"x"}}]}"#, "[DONE]"]).unwrap();
    assert_eq!(answer.warnings[0].kind, WarningKind::NotUnderstood);
    assert!(answer.warnings[0].message.starts_with("1 "));
}

#[test]
fn half_events_and_unproved_ends_are_told() {
    let mut reader = Reader::default();
    let mut out = VecDeque::new();
    reader.read(&event(None, r#"{"token":"x"}"#), &mut out).unwrap();
    assert_eq!(reader.read(&unterminated(r#"{"token":"#), &mut out).unwrap_err().ground, Ground::CutShort);
    assert_eq!(reader.read(&unterminated("[DONE]"), &mut out), Ok(Step::End));
    let closed = reader.end(StreamEnd::Closed, &RawReply::new(), &mut out);
    assert_eq!(closed.unwrap_err().ground, Ground::CutShort);
}

#[test]
fn choices_are_kept_apart() {
    let answer = plain(&[
        r#"{"choices":[{"index":1,"delta":{"content":"b"}},{"index":0,"delta":{"content":"a"}}]}"#,
        r#"{"choices":[{"index":1,"delta":{"content":"B"},"finish_reason":"length"}]}"#,
        "[DONE]",
    ])
    .unwrap();
    let texts: Vec<&str> = answer.choices.iter().map(|choice| choice.text.as_str()).collect();
    assert_eq!(texts, ["a", "bB"]);
    assert_eq!(answer.choices[1].finish, FinishReason::Length);
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
    let answer = plain(&events).unwrap();
    let texts: Vec<(u32, &str)> = answer.choices.iter().map(|choice| (choice.index, &*choice.text)).collect();
    assert_eq!(texts, [(0, "aA"), (1, "bB"), (2, "cC!")]);
}

#[test]
fn pieces_that_may_be_anyones_and_gaps_between_choices_are_faults() {
    let whose = [piece(Some(0), "a"), piece(Some(1), "b"), piece(None, "c"), "[DONE]".to_owned()];
    let missing = [piece(Some(0), "a"), piece(Some(2), "c"), "[DONE]".to_owned()];
    for events in [&whose[..], &missing] {
        let events: Vec<&str> = events.iter().map(String::as_str).collect();
        assert_eq!(plain(&events).unwrap_err(), ErrorKind::Protocol, "{events:?}");
    }
    // All choices in every event: their places tell. And whoever counts from one leaves nothing out.
    let both = r#"{"choices":[{"delta":{"content":"a"}},{"delta":{"content":"b"}}]}"#;
    for (events, expected) in [(vec![both, both, "[DONE]"], "aa"), (vec![&*piece(Some(1), "x"), "[DONE]"], "x")] {
        assert_eq!(plain(&events).unwrap().choices[0].text, expected);
    }
}

#[test]
fn usage_of_an_odd_form_is_told_once_and_nothing_is_lost() {
    for odd in ["\"many\"", "7", "[1]", "true"] {
        let whole = format!(r#"{{"choices":[{{"index":0,"message":{{"content":"x"}}}}],"usage":{odd}}}"#);
        let piece = format!(r#"{{"choices":[{{"index":0,"delta":{{"content":"x"}}}}],"usage":{odd}}}"#);
        let (whole, streamed) = (
            crate::reply::completion(&RawJson::parse(whole.as_bytes()).unwrap().root()),
            plain(&[&piece, &piece, "[DONE]"]).unwrap(),
        );
        for (answer, text) in [(whole, "x"), (streamed, "xx")] {
            let warned: Vec<_> = answer.warnings.iter().map(|warning| &warning.kind).collect();
            assert_eq!((answer.text(), warned), (text, vec![&WarningKind::NotUnderstood]), "{odd}");
            assert_eq!(answer.usage, Usage::new());
        }
    }
}

proptest! {
    #[test]
    fn any_data_is_read_or_refused(name in proptest::option::of("[a-z]{0,8}"), data in "\\PC{0,60}") {
        let mut reader = Reader::default();
        let _ = reader.read(&event(name.as_deref(), &data), &mut VecDeque::new());
    }

    #[test]
    fn pieces_fold_to_the_text_they_were_cut_from(pieces in proptest::collection::vec("\\PC{0,8}", 1..12)) {
        let whole: String = pieces.concat();
        let chunk = |text: &str| serde_json::json!({"choices": [{"delta": {"content": text}}]}).to_string();
        let incremental: Vec<String> = pieces.iter().map(|piece| chunk(piece)).collect();
        let mut so_far = String::new();
        let cumulative: Vec<String> = pieces.iter().map(|piece| { so_far.push_str(piece); chunk(&so_far) }).collect();
        for (mode, events) in [(StreamText::Incremental, incremental), (StreamText::Cumulative, cumulative)] {
            let events: Vec<(Option<&str>, &str)> = events.iter().map(|data| (None, data.as_str())).collect();
            let answer = read(mode, &events).unwrap();
            prop_assert_eq!(answer.text(), whole.as_str());
        }
    }
}
