//! Every error that is documented or was seen, in the form it came in.

use vlm_core::ErrorKind;
use vlm_http::{Fault, RetryClass};

use super::*;
use crate::reply::classify::{failed, judge};

fn fault(status: u16, body: &str) -> Fault {
    failed(status, body.as_bytes()).into()
}

fn body(code: u16, status: &str, message: &str) -> String {
    serde_json::json!({"error": {"code": code, "message": message, "status": status}}).to_string()
}

#[test]
fn documented_statuses() {
    use ErrorKind::*;
    use RetryClass::*;
    for (code, status, message, kind, class) in [
        (400, "INVALID_ARGUMENT", "Request contains an invalid argument.", BadRequest, R0),
        (400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", Auth, R0),
        (400, "INVALID_ARGUMENT", "API key expired. Please renew the API key.", Auth, R0),
        (400, "INVALID_ARGUMENT", "Request payload size exceeds the limit: 20971520 bytes.", TooLarge, R0),
        (400, "FAILED_PRECONDITION", "User location is not supported for the API use.", Permission, R0),
        (400, "FAILED_PRECONDITION", "The File x is not in an ACTIVE state and usage is not allowed.", Conflict, R0),
        (401, "UNAUTHENTICATED", "Request had invalid authentication credentials.", Auth, R0),
        (403, "PERMISSION_DENIED", "You do not have permission to access the File x.", Permission, R0),
        (403, "PERMISSION_DENIED", "Method doesn't allow unregistered callers.", Auth, R0),
        (403, "PERMISSION_DENIED", "Your API key was reported as leaked.", Auth, R0),
        (404, "NOT_FOUND", "models/x is not found for API version v1beta.", NotFound, R0),
        (409, "ABORTED", "Aborted.", Conflict, R0),
        (429, "RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota).", RateLimited, R1),
        (429, "RESOURCE_EXHAUSTED", "Your prepayment credits are depleted.", Quota, R0),
        (500, "INTERNAL", "An internal error has occurred.", Server, R2),
        (501, "UNIMPLEMENTED", "Not here.", Unsupported, R0),
        (503, "UNAVAILABLE", "The model is overloaded. Please try again later.", Overloaded, R1),
        (504, "DEADLINE_EXCEEDED", "The request timed out. Please try again.", Server, R2),
    ] {
        let fault = fault(code, &body(code, status, message));
        assert_eq!((fault.kind(), fault.class()), (kind, class), "{status}: {message}");
        assert_eq!((fault.code(), fault.service_message()), (Some(status), Some(message)));
        assert_eq!(fault.status(), Some(code));
    }
}

#[test]
fn a_rate_limit_says_how_long_to_wait_and_a_days_quota_does_not_matter_how_long() {
    let minute = fault(429, include_str!("../../../tests/fixtures/errors/per_minute.json"));
    assert_eq!((minute.kind(), minute.retry_after()), (ErrorKind::RateLimited, Some(Duration::from_millis(2500))));
    let day = fault(429, include_str!("../../../tests/fixtures/errors/per_day.json"));
    assert_eq!((day.kind(), day.class(), day.retry_after()), (ErrorKind::Quota, RetryClass::R0, None));
}

#[test]
fn a_wrong_key_is_a_wrong_key_although_the_status_is_400() {
    let wrong = fault(400, include_str!("../../../tests/fixtures/errors/wrong_key.json"));
    assert_eq!((wrong.kind(), wrong.status()), (ErrorKind::Auth, Some(400)));
}

#[test]
fn errors_come_in_arrays_too_and_as_plain_words() {
    let listed = format!("[{}\n]", body(503, "UNAVAILABLE", "busy"));
    assert_eq!(fault(503, &listed).code(), Some("UNAVAILABLE"));
    let plain = fault(502, r#"{"error":"upstream connect error"}"#);
    assert_eq!((plain.kind(), plain.service_message()), (ErrorKind::Server, Some("upstream connect error")));
    let page = fault(502, "<html><title>502 Bad Gateway</title></html>");
    assert_eq!((page.kind(), page.service_message()), (ErrorKind::Server, Some("502 Bad Gateway")));
    for body in ["", "[", "[]", "[1]", "{}", "\u{feff}[]"] {
        assert_eq!(fault(500, body).kind(), ErrorKind::Server, "{body:?}");
    }
}

#[test]
fn a_status_without_a_name_is_judged_by_its_number() {
    for (code, kind) in [
        (402, ErrorKind::Quota),
        (403, ErrorKind::Permission),
        (413, ErrorKind::TooLarge),
        (529, ErrorKind::Overloaded),
    ] {
        assert_eq!(fault(code, &format!(r#"{{"error":{{"code":{code},"message":"x"}}}}"#)).kind(), kind, "{code}");
    }
}

#[test]
fn errors_inside_a_successful_reply() {
    for (body, kind, class) in [
        (body(429, "RESOURCE_EXHAUSTED", "x"), ErrorKind::RateLimited, RetryClass::R1),
        (body(503, "UNAVAILABLE", "x"), ErrorKind::Overloaded, RetryClass::R1),
        (r#"{"error":{"code":500}}"#.to_owned(), ErrorKind::Server, RetryClass::R2),
        (r#"{"error":{"code":599}}"#.to_owned(), ErrorKind::Server, RetryClass::R2),
        (r#"{"error":{"code":400}}"#.to_owned(), ErrorKind::BadRequest, RetryClass::R0),
        (r#"{"error":{}}"#.to_owned(), ErrorKind::Upstream, RetryClass::R0),
        (r#"{"error":"x"}"#.to_owned(), ErrorKind::Upstream, RetryClass::R0),
    ] {
        let fault = Fault::from(judge(200, body.as_bytes()).unwrap_err());
        assert_eq!((fault.kind(), fault.class()), (kind, class), "{body}");
    }
    // A null is no error.
    let answer = judge(200, br#"{"error":null,"candidates":[{"content":{"parts":[{"text":"x"}]}}]}"#).unwrap();
    assert_eq!(answer.text(), "x");
}

#[test]
fn delays_are_read_in_every_form() {
    for (text, expected) in [
        ("7s", Some(Duration::from_secs(7))),
        ("7.5s", Some(Duration::from_millis(7500))),
        (" 0.000000001s ", Some(Duration::from_nanos(1))),
        ("1e9s", None),
        ("99999999999999999999999s", Some(Duration::from_secs(1_000_000_000))),
        ("0s", None),
        ("-1s", None),
        ("7", None),
        ("s", None),
        (".s", None),
        ("1.2.3s", None),
        ("infs", None),
        ("", None),
    ] {
        assert_eq!(delay(text), expected, "{text:?}");
    }
}
