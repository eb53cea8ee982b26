//! Documented streams, every way to end, every way to fail; and what holds for all of them.

use proptest::prelude::*;
use serde_json::json;
use vlm_core::{ErrorKind, WarningKind};

use super::*;

fn read(events: &[&str]) -> Result<Completion, ErrorKind> {
    fold(events.iter().copied()).map_err(|error| error.kind().unwrap())
}

fn unterminated(data: &str) -> SseEvent {
    let mut event = SseEvent::message(data);
    event.unterminated = true;
    event
}

const FIRST: &str = r#"{"candidates":[{"content":{"parts":[{"text":"A "}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":9,"totalTokenCount":9},"modelVersion":"gemini-2.5-flash","responseId":"r1"}"#;
const LAST: &str = r#"{"candidates":[{"content":{"parts":[{"text":"cat."}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":3,"totalTokenCount":17,"promptTokensDetails":[{"modality":"IMAGE","tokenCount":5}],"thoughtsTokenCount":5},"modelVersion":"gemini-2.5-flash","responseId":"r1"}"#;

#[test]
fn chunks_as_the_service_sends_them() {
    let thought = r#"{"candidates":[{"content":{"parts":[{"text":"Hm. ","thought":true}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":9},"modelVersion":"gemini-2.5-flash","responseId":"r1"}"#;
    insta::assert_json_snapshot!("chunks", read(&[thought, FIRST, LAST]).unwrap());
}

#[test]
fn usage_is_replaced_and_never_added_up() {
    let answer = read(&[FIRST, FIRST, LAST]).unwrap();
    assert_eq!((answer.usage.input_tokens, answer.usage.output_tokens), (Some(9), Some(8)));
    let late = r#"{"usageMetadata":{"promptTokenCount":10}}"#;
    assert_eq!(read(&[FIRST, LAST, late]).unwrap().usage.input_tokens, Some(10));
}

#[test]
fn without_a_reason_to_end_the_stream_was_cut() {
    assert_eq!(read(&[FIRST]), Err(ErrorKind::Truncated));
    assert_eq!(read(&[]), Err(ErrorKind::Empty));
    assert_eq!(read(&[r#"{"usageMetadata":{}}"#]), Err(ErrorKind::Empty));
    let second = r#"{"candidates":[{"content":{"parts":[{"text":"x"}]},"index":1}]}"#;
    assert_eq!(read(&[FIRST, second, LAST]), Err(ErrorKind::Truncated), "the second candidate has not ended");
}

#[test]
fn a_reason_in_every_event_does_not_end_the_stream_early() {
    let early = FIRST.replace(r#""index":0"#, r#""finishReason":"STOP","index":0"#);
    assert_eq!(read(&[&early, LAST]).unwrap().text(), "A cat.");
}

#[test]
fn blocked_prompts_and_answers() {
    assert_eq!(read(&[r#"{"promptFeedback":{"blockReason":"SAFETY"}}"#]), Err(ErrorKind::Blocked));
    assert_eq!(read(&[r#"{"candidates":[{"finishReason":"SAFETY"}]}"#]), Err(ErrorKind::Blocked));
    let cut = read(&[FIRST, r#"{"candidates":[{"finishReason":"SAFETY","finishMessage":"why"}]}"#]).unwrap();
    assert_eq!((cut.text(), cut.finish()), ("A ", &FinishReason::ContentFilter));
    assert_eq!(cut.metadata["finishMessage"], "why");
}

#[test]
fn errors_in_every_form() {
    for (data, kind) in [
        (r#"{"error":{"code":503,"status":"UNAVAILABLE","message":"busy"}}"#, ErrorKind::Overloaded),
        (r#"{"error":{"code":500,"status":"INTERNAL"}}"#, ErrorKind::Server),
        ("hello", ErrorKind::Protocol),
        ("[1]", ErrorKind::Protocol),
    ] {
        assert_eq!(read(&[FIRST, data]), Err(kind), "{data}");
    }
    let half = unterminated(r#"{"candidates":"#);
    for cut in [&half, &unterminated("")] {
        assert_eq!(Reader::default().read(cut, &mut VecDeque::new()).unwrap_err().ground, Ground::CutShort);
    }
    let mut ended = Reader::default();
    ended.read(&SseEvent::message(LAST), &mut VecDeque::new()).unwrap();
    assert_eq!(ended.read(&half, &mut VecDeque::new()), Ok(Step::More), "nothing is missed behind the end");
}

#[test]
fn what_is_odd_is_told() {
    let answer = read(&["", FIRST, r#"{"weather":"fine"}"#, LAST, "[DONE]"]).unwrap();
    assert_eq!(answer.warnings[0].kind, WarningKind::NotUnderstood);
    let silent = read(&[r#"{"candidates":[{"finishReason":"MAX_TOKENS"}]}"#]).unwrap();
    assert_eq!((silent.warnings[0].kind, silent.finish()), (WarningKind::EmptyText, &FinishReason::Length));
}

#[test]
fn candidates_are_kept_apart() {
    let answer = read(&[
        r#"{"candidates":[{"index":1,"content":{"parts":[{"text":"b"}]}},{"content":{"parts":[{"text":"a"}]},"index":0,"finishReason":"STOP"}]}"#,
        r#"{"candidates":[{"index":1,"content":{"parts":[{"text":"B"}]},"finishReason":"MAX_TOKENS"}]}"#,
    ])
    .unwrap();
    let texts: Vec<&str> = answer.choices.iter().map(|choice| choice.text.as_str()).collect();
    assert_eq!(texts, ["a", "bB"]);
    assert_eq!(answer.choices[1].finish, FinishReason::Length);
}

#[test]
fn usage_of_an_odd_form_is_told_once_and_nothing_is_lost() {
    for odd in ["\"many\"", "7", "[1]", "true"] {
        let counts = r#"{"promptTokenCount":9,"totalTokenCount":9}"#;
        let first = FIRST.replace(counts, odd);
        let last =
            LAST.replace(&LAST[LAST.find("{\"promptTokenCount").unwrap()..LAST.find(",\"modelVersion").unwrap()], odd);
        let answer = read(&[&first, &last]).unwrap();
        let warned: Vec<_> = answer.warnings.iter().map(|warning| &warning.kind).collect();
        assert_eq!((answer.text(), warned), ("A cat.", vec![&WarningKind::NotUnderstood]), "{odd}");
        assert_eq!(answer.usage, Usage::new());
        let whole = crate::reply::completion(&RawJson::parse(last.as_bytes()).unwrap().root());
        assert_eq!((whole.text(), &whole.warnings[0].kind), ("cat.", &WarningKind::NotUnderstood), "{odd}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_data_is_read_or_refused(data in "\\PC{0,60}") {
        let _ = Reader::default().read(&SseEvent::message(&data), &mut VecDeque::new());
    }

    #[test]
    fn pieces_fold_to_the_text_they_were_cut_from(pieces in proptest::collection::vec("\\PC{0,8}", 1..12)) {
        let mut events: Vec<String> = pieces
            .iter()
            .map(|piece| json!({"candidates": [{"content": {"parts": [{"text": piece}]}}]}).to_string())
            .collect();
        events.push(r#"{"candidates":[{"finishReason":"STOP"}]}"#.to_owned());
        let events: Vec<&str> = events.iter().map(String::as_str).collect();
        let answer = read(&events).unwrap();
        prop_assert_eq!(answer.text(), pieces.concat());
    }
}
