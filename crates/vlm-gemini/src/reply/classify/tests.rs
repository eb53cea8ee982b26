//! What is no answer, and how it is told.

use vlm_core::ErrorKind;
use vlm_http::{Fault, RetryClass};

use super::*;

fn fault(status: u16, body: &str) -> Fault {
    judge(status, body.as_bytes()).expect_err("this is no answer").into()
}

#[test]
fn replies_that_hold_no_answer() {
    for (body, kind, class) in [
        ("", ErrorKind::Protocol, RetryClass::R2),
        (" \n", ErrorKind::Protocol, RetryClass::R2),
        ("{\"candidates\":[", ErrorKind::Truncated, RetryClass::R3),
        ("{} {}", ErrorKind::Protocol, RetryClass::R0),
        ("<html>login</html>", ErrorKind::Protocol, RetryClass::R0),
        ("\"words\"", ErrorKind::Protocol, RetryClass::R0),
        ("{}", ErrorKind::Empty, RetryClass::R0),
        ("{\"candidates\":[]}", ErrorKind::Empty, RetryClass::R0),
        ("{\"candidates\":{}}", ErrorKind::Empty, RetryClass::R0),
        ("{\"promptFeedback\":{}}", ErrorKind::Empty, RetryClass::R0),
        ("{\"promptFeedback\":{\"blockReason\":\"SAFETY\"}}", ErrorKind::Blocked, RetryClass::R0),
    ] {
        let fault = fault(200, body);
        assert_eq!((fault.kind(), fault.class()), (kind, class), "{body}");
    }
    let bomb = format!("{{\"candidates\":{}", "[".repeat(100_000));
    assert_eq!(fault(200, &bomb).kind(), ErrorKind::Truncated);
}

#[test]
fn other_successes_are_not_answers_and_are_not_quoted() {
    for status in [201, 202, 204, 206, 304] {
        let fault = fault(status, r#"{"candidates":[{"content":{"parts":[{"text":"a part"}]}}]}"#);
        assert_eq!((fault.kind(), fault.service_message()), (ErrorKind::Protocol, None), "{status}");
    }
}

#[test]
fn one_choice_that_came_through_makes_an_answer() {
    let body = r#"{"candidates":[{"finishReason":"SAFETY"},{"content":{"parts":[{"text":"x"}]},"finishReason":"STOP","index":1}]}"#;
    let answer = judge(200, body.as_bytes()).unwrap();
    assert_eq!(answer.choices.len(), 2);
    assert_eq!(answer.finish(), &FinishReason::ContentFilter);
}
