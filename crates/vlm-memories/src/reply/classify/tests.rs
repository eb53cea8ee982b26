//! Every error that was documented or seen, in the form it came in.

use vlm_core::ErrorKind;
use vlm_http::{Fault, RetryClass};

use super::*;

/// Judges a reply, and returns its code and words.
#[track_caller]
fn check(status: u16, body: &str, kind: ErrorKind, class: RetryClass) -> (String, String) {
    let fault = Fault::from(judge(status, body.as_bytes()).expect_err("this is no answer"));
    assert_eq!((fault.kind(), fault.class()), (kind, class), "{status} {body}");
    (fault.code().unwrap_or_default().to_owned(), fault.service_message().unwrap_or_default().to_owned())
}

#[test]
fn statuses_with_the_documented_envelope() {
    use ErrorKind::*;
    for (status, kind, class) in [
        (400, BadRequest, RetryClass::R0),
        (401, Auth, RetryClass::R0),
        (402, Quota, RetryClass::R0),
        (403, Permission, RetryClass::R0),
        (404, NotFound, RetryClass::R0),
        (405, Unsupported, RetryClass::R0),
        (409, Conflict, RetryClass::R0),
        (415, Unsupported, RetryClass::R0),
        (429, RateLimited, RetryClass::R1),
        (500, Server, RetryClass::R2),
        (503, Overloaded, RetryClass::R1),
    ] {
        let body = format!(r#"{{"code":{status},"msg":"as the page says","data":null}}"#);
        assert_eq!(check(status, &body, kind, class), (status.to_string(), "as the page says".to_owned()));
    }
}

#[test]
fn other_successes_are_not_answers() {
    for status in [201, 202, 204, 205, 206, 226, 304] {
        let said = check(status, r#"{"choices":[{"text":"a part"}]}"#, ErrorKind::Protocol, RetryClass::R0);
        assert_eq!(said, Default::default(), "an answer is not quoted");
    }
}

#[test]
fn one_text_for_two_faults_is_ambiguous_and_not_retried() {
    let body = r#"{"code":400,"msg":"Request has exceeded the limit.","data":null}"#;
    check(400, body, ErrorKind::AmbiguousLimit, RetryClass::R0);
    check(200, body, ErrorKind::AmbiguousLimit, RetryClass::R0);
}

#[test]
fn a_used_up_balance_is_no_rate_limit() {
    let body = r#"{"error":{"code":"insufficient_quota","message":"You exceeded your current quota"}}"#;
    assert_eq!(check(429, body, ErrorKind::Quota, RetryClass::R0).0, "insufficient_quota");
}

#[test]
fn envelopes_inside_http_200() {
    use ErrorKind::*;
    for (body, kind, class) in [
        (r#"{"code":"0409","msg":"busy","data":null,"success":false,"failed":true}"#, Conflict, RetryClass::R0),
        (r#"{"code":"0429","msg":"Rate limit exceeded","data":null}"#, RateLimited, RetryClass::R1),
        (r#"{"code":429,"msg":"Rate limit exceeded","data":null}"#, RateLimited, RetryClass::R1),
        (r#"{"code":"0001","msg":"the network is abnormal, please try again","failed":true}"#, Server, RetryClass::R2),
        (r#"{"code":"0001","msg":"No static resource api.","failed":true}"#, NotFound, RetryClass::R0),
        (r#"{"code":"0001","msg":"bad parameter","failed":true}"#, BadRequest, RetryClass::R0),
        (r#"{"code":"0003","msg":"missing parameter"}"#, BadRequest, RetryClass::R0),
        (r#"{"code":"0401","msg":"Unauthorized"}"#, Auth, RetryClass::R0),
        (r#"{"code":"0402","msg":"no credit"}"#, Quota, RetryClass::R0),
        (r#"{"code":"0403","msg":"off"}"#, Permission, RetryClass::R0),
        (r#"{"code":9009,"msg":"no permission"}"#, Permission, RetryClass::R0),
        (r#"{"code":"16","msg":"capacity"}"#, Overloaded, RetryClass::R1),
        (r#"{"success":false,"data":null}"#, Upstream, RetryClass::R0),
        (r#"{"code":"7777","msg":"news"}"#, Upstream, RetryClass::R0),
    ] {
        check(200, body, kind, class);
    }
}

#[test]
fn success_codes_are_no_errors() {
    for code in ["200", "\"200\"", "\"0000\"", "0", "\"0\"", "\"\"", "null"] {
        let body =
            format!(r#"{{"code":{code},"failed":false,"success":true,"choices":[{{"text":"yes"}}],"error":null}}"#);
        assert_eq!(judge(200, body.as_bytes()).unwrap().text(), "yes", "{code}");
    }
}

#[test]
fn failed_completions() {
    let body = r#"{"status":"errored","choices":[],"error":{"code":"INVALID_ARGUMENT","message":"cannot fetch"},
        "usage":{"input_tokens":7}}"#;
    let error = judge(200, body.as_bytes()).unwrap_err();
    assert_eq!(error.partial.as_ref().unwrap().usage.input_tokens, Some(7));
    let said = check(200, body, ErrorKind::Upstream, RetryClass::R0);
    assert_eq!(said, ("INVALID_ARGUMENT".to_owned(), "cannot fetch".to_owned()));
    check(200, r#"{"status":"failed","choices":[{"text":"x"}]}"#, ErrorKind::Upstream, RetryClass::R0);
    check(200, r#"{"error":"Error","choices":[{"text":"x"}]}"#, ErrorKind::Upstream, RetryClass::R0);
}

#[test]
fn replies_without_a_choice() {
    for body in [r#"{"id":"x","choices":[]}"#, r#"{"id":"x"}"#, r#"{"choices":null}"#, r#"{"choices":"none"}"#] {
        let error = judge(200, body.as_bytes()).unwrap_err();
        assert!(error.partial.is_some());
        check(200, body, ErrorKind::Empty, RetryClass::R0);
    }
}

#[test]
fn replies_that_are_not_json() {
    check(200, "", ErrorKind::Protocol, RetryClass::R2);
    check(200, " \n", ErrorKind::Protocol, RetryClass::R2);
    let page = "<html>log in first</html>";
    assert_eq!(check(200, page, ErrorKind::Protocol, RetryClass::R0).1, "log in first");
    let titled = "<!DOCTYPE html><html><head><title>502 Bad\nGateway</title></head><body>nginx</body>";
    assert_eq!(check(502, titled, ErrorKind::Server, RetryClass::R2).1, "502 Bad Gateway");
    assert_eq!(check(200, "hello", ErrorKind::Protocol, RetryClass::R0).1, "hello");
    check(200, r#"{"choices":[{"text":"hal"#, ErrorKind::Truncated, RetryClass::R3);
    check(200, r#"{"choices":[{"text":"x"}]} {}"#, ErrorKind::Protocol, RetryClass::R0);
    check(200, "[]", ErrorKind::Protocol, RetryClass::R0);
    check(200, &"[".repeat(100_000), ErrorKind::Protocol, RetryClass::R0);
}

#[test]
fn a_broken_error_body_never_hides_the_status() {
    for body in ["", "<h1>Bad Gateway</h1>", "{\"code\":", "null"] {
        check(502, body, ErrorKind::Server, RetryClass::R2);
        check(401, body, ErrorKind::Auth, RetryClass::R0);
    }
    let spring = r#"{"timestamp":"2026","path":"/x","status":404,"error":"Not Found","requestId":"1"}"#;
    assert_eq!(check(404, spring, ErrorKind::NotFound, RetryClass::R0).1, "Not Found");
}
