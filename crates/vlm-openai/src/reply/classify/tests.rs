//! Every error that was documented or seen, in the form it came in.

use vlm_core::ErrorKind;
use vlm_http::{Fault, RetryClass};

use super::*;

struct Told {
    code: String,
    words: String,
}

/// Judges a reply, and returns its code and words.
#[track_caller]
fn check(profile: &Profile, status: u16, body: &str, kind: ErrorKind, class: RetryClass) -> Told {
    let fault = Fault::from(judge(status, body.as_bytes(), profile).expect_err("this is no answer"));
    assert_eq!((fault.kind(), fault.class()), (kind, class), "{status} {body}");
    Told {
        code: fault.code().unwrap_or_default().to_owned(),
        words: fault.service_message().unwrap_or_default().to_owned(),
    }
}

#[test]
fn openai() {
    use ErrorKind::*;
    let profile = Profile::openai();
    for (status, kind_of, code, message, kind, class) in [
        (
            400,
            "invalid_request_error",
            "context_length_exceeded",
            "maximum context length is 8192",
            TooLarge,
            RetryClass::R0,
        ),
        (400, "invalid_request_error", "content_policy_violation", "safety system", Blocked, RetryClass::R0),
        (400, "invalid_request_error", "invalid_prompt", "violating our usage policy", Blocked, RetryClass::R0),
        (400, "invalid_request_error", "invalid_prompt", "an unsupported role", BadRequest, RetryClass::R0),
        (400, "image_generation_user_error", "moderation_blocked", "safety system", Blocked, RetryClass::R0),
        (400, "invalid_request_error", "invalid_image_url", "Timeout while downloading", BadRequest, RetryClass::R0),
        (400, "invalid_request_error", "unsupported_parameter", "max_tokens", BadRequest, RetryClass::R0),
        (401, "invalid_request_error", "invalid_api_key", "Incorrect API key provided", Auth, RetryClass::R0),
        (403, "request_forbidden", "unsupported_country_region_territory", "Country", Permission, RetryClass::R0),
        (404, "invalid_request_error", "model_not_found", "does not exist", NotFound, RetryClass::R0),
        (429, "insufficient_quota", "insufficient_quota", "You exceeded your current quota", Quota, RetryClass::R0),
        (429, "requests", "rate_limit_exceeded", "Rate limit reached for gpt-4o", RateLimited, RetryClass::R1),
        (429, "tokens", "rate_limit_exceeded", "Request too large for gpt-4o", TooLarge, RetryClass::R0),
        (500, "server_error", "", "The server had an error", Server, RetryClass::R2),
        (503, "server_error", "", "overloaded or not ready yet", Overloaded, RetryClass::R1),
    ] {
        let body = serde_json::json!({"error": {"message": message, "type": kind_of, "param": null, "code": code}});
        let told = check(&profile, status, &body.to_string(), kind, class);
        assert_eq!(told.words, message);
        assert_eq!(told.code, if code.is_empty() { kind_of } else { code });
    }
}

#[test]
fn dashscope() {
    use ErrorKind::*;
    let profile = Profile::dashscope();
    for (status, code, message, kind, class) in [
        (400, "invalid_parameter_error", "The image length and width do not meet", BadRequest, RetryClass::R0),
        (400, "InvalidParameter.DataInspection", "Failed to download multimodal content", BadRequest, RetryClass::R0),
        (400, "invalid_parameter_error", "Range of input length should be [1, 129024]", TooLarge, RetryClass::R0),
        (
            400,
            "invalid_parameter_error",
            "Exceeded limit on max bytes per data-uri item : 10485760",
            TooLarge,
            RetryClass::R0,
        ),
        (400, "data_inspection_failed", "may contain inappropriate content", Blocked, RetryClass::R0),
        (400, "Arrearage", "Access denied, account overdue", Quota, RetryClass::R0),
        (401, "invalid_api_key", "Incorrect API key provided", Auth, RetryClass::R0),
        (403, "access_denied", "Access denied", Permission, RetryClass::R0),
        (403, "AllocationQuota.FreeTierOnly", "The free tier has been exhausted", Quota, RetryClass::R0),
        (404, "model_not_found", "The model does not exist", NotFound, RetryClass::R0),
        (429, "limit_requests", "You exceeded your current requests list", RateLimited, RetryClass::R1),
        (429, "limit_burst_rate", "Request rate increased too quickly", RateLimited, RetryClass::R1),
        (429, "insufficient_quota", "You exceeded your current quota", RateLimited, RetryClass::R1),
        (429, "insufficient_quota", "Free allocated quota exceeded.", Quota, RetryClass::R0),
        (429, "PrepaidBillOverdue", "overdue", Quota, RetryClass::R0),
        (500, "internal_error", "Internal server error", Server, RetryClass::R2),
        (500, "ModelServingError", "Too many requests, exceeding system capacity limits", Overloaded, RetryClass::R1),
        (503, "ModelUnavailable", "Model is unavailable", Overloaded, RetryClass::R1),
    ] {
        let body = serde_json::json!({
            "error": {"code": code, "type": code, "message": message, "param": null}, "request_id": "r-1"});
        check(&profile, status, &body.to_string(), kind, class);
        // The native spelling has no `error` around it.
        let native = serde_json::json!({"code": code, "message": message, "request_id": "r-1"});
        let told = check(&profile, status, &native.to_string(), kind, class);
        assert_eq!((told.code.as_str(), told.words.as_str()), (code, message));
        let error = judge(status, native.to_string().as_bytes(), &profile).unwrap_err();
        assert_eq!(error.request_id.as_deref(), Some("r-1"));
    }
}

#[test]
fn vllm() {
    use ErrorKind::*;
    let profile = Profile::vllm();
    let older = r#"{"object":"error","message":"This model's maximum context length is 4096 tokens. However, you requested 5000.","type":"BadRequestError","param":null,"code":400}"#;
    let newer =
        r#"{"error":{"message":"The model `x` does not exist.","type":"NotFoundError","param":"model","code":404}}"#;
    check(&profile, 400, older, TooLarge, RetryClass::R0);
    check(&profile, 200, older, TooLarge, RetryClass::R0);
    assert_eq!(check(&profile, 404, newer, NotFound, RetryClass::R0).code, "404");
    let fastapi = r#"{"detail":[{"type":"missing","loc":["body","model"],"msg":"Field required","input":{"messages":"secret prompt"}}]}"#;
    assert_eq!(check(&profile, 422, fastapi, Unprocessable, RetryClass::R0).words, "Field required");
    assert_eq!(check(&profile, 404, r#"{"detail":"Not Found"}"#, NotFound, RetryClass::R0).words, "Not Found");
    let key = r#"{"error":"Unauthorized"}"#;
    assert_eq!(check(&profile, 401, key, Auth, RetryClass::R0).words, "Unauthorized");
}

#[test]
fn llama_cpp_and_ollama() {
    use ErrorKind::*;
    let llama = Profile::llama_cpp();
    for (status, kind_of, kind, class) in [
        (400, "exceed_context_size_error", TooLarge, RetryClass::R0),
        (400, "invalid_request_error", BadRequest, RetryClass::R0),
        (401, "authentication_error", Auth, RetryClass::R0),
        (501, "not_supported_error", Unsupported, RetryClass::R0),
        (503, "unavailable_error", Overloaded, RetryClass::R1),
        (500, "server_error", Server, RetryClass::R2),
    ] {
        let body = format!(r#"{{"error":{{"code":{status},"message":"Loading model","type":"{kind_of}"}}}}"#);
        check(&llama, status, &body, kind, class);
    }
    let ollama = Profile::ollama();
    let missing = r#"{"error":"model \"llava\" not found, try pulling it first"}"#;
    let told = check(&ollama, 404, missing, NotFound, RetryClass::R0);
    assert!(told.words.contains("try pulling"));
    let compatible =
        r#"{"error":{"message":"model 'llava' not found","type":"not_found_error","param":null,"code":null}}"#;
    assert_eq!(check(&ollama, 404, compatible, NotFound, RetryClass::R0).code, "not_found_error");
}

#[test]
fn openrouter_reports_inside_http_200() {
    use ErrorKind::*;
    let profile = Profile::openrouter();
    for (code, message, kind, class) in [
        (400, "bad", BadRequest, RetryClass::R0),
        (400, "This endpoint's maximum context length is 8192 tokens", TooLarge, RetryClass::R0),
        (402, "Insufficient credits", Quota, RetryClass::R0),
        (403, "Your chosen model requires moderation and your input was flagged", Blocked, RetryClass::R0),
        (408, "timed out", Timeout(vlm_core::TimeoutPhase::FirstByte), RetryClass::R0),
        (429, "Rate limited", RateLimited, RetryClass::R1),
        (502, "Provider returned error", Server, RetryClass::R2),
        (503, "No provider", Overloaded, RetryClass::R1),
    ] {
        let body = format!(r#"{{"error":{{"code":{code},"message":"{message}"}},"user_id":"u"}}"#);
        assert_eq!(check(&profile, 200, &body, kind, class).code, code.to_string());
    }
    let upstream = r#"{"error":{"code":502,"message":"Provider returned error","metadata":{"provider_name":"Acme","raw":"overheated"}}}"#;
    assert_eq!(
        check(&profile, 502, upstream, Server, RetryClass::R2).words,
        "Provider returned error (Acme: overheated)"
    );
    let flagged = r#"{"error":{"code":403,"message":"Forbidden","metadata":{"reasons":["violence"],"flagged_input":"secret prompt","provider_name":"Acme"}}}"#;
    let told = check(&profile, 403, flagged, Blocked, RetryClass::R0);
    assert!(!told.words.contains("secret"), "{}", told.words);
    let choice =
        r#"{"choices":[{"error":{"code":502,"message":"cut"},"finish_reason":"error","message":{"content":"hal"}}]}"#;
    let error = judge(200, choice.as_bytes(), &profile).unwrap_err();
    assert_eq!(error.partial.as_ref().unwrap().text(), "hal");
    check(&profile, 200, choice, Server, RetryClass::R2);
}

#[test]
fn errors_of_no_known_sort_inside_http_200() {
    let profile = Profile::new("local");
    for body in [
        r#"{"error":"overheated"}"#,
        r#"{"error":{"message":"overheated"}}"#,
        r#"{"error":true,"message":"overheated"}"#,
        r#"{"error":["overheated"]}"#,
        r#"{"code":"Odd","message":"overheated","request_id":"1"}"#,
    ] {
        check(&profile, 200, body, ErrorKind::Upstream, RetryClass::R0);
    }
    for error in ["null", "false", "\"\"", "{}"] {
        let body = format!(r#"{{"error":{error},"choices":[{{"message":{{"content":"yes"}}}}]}}"#);
        assert_eq!(judge(200, body.as_bytes(), &profile).unwrap().text(), "yes", "{error}");
    }
}

#[test]
fn types_of_errors_are_known_where_no_status_says_more() {
    use ErrorKind::*;
    for (kind_of, kind, class) in [
        ("server_error", Server, RetryClass::R2),
        ("invalid_request_error", BadRequest, RetryClass::R0),
        ("authentication_error", Auth, RetryClass::R0),
        ("permission_error", Permission, RetryClass::R0),
        ("not_found_error", NotFound, RetryClass::R0),
        ("rate_limit_error", RateLimited, RetryClass::R1),
        ("overloaded_error", Overloaded, RetryClass::R1),
        ("news", Upstream, RetryClass::R0),
    ] {
        let body = format!(r#"{{"error":{{"type":"{kind_of}","message":"x"}}}}"#);
        check(&Profile::new("local"), 200, &body, kind, class);
    }
}

#[test]
fn advice_says_what_to_do() {
    let body = r#"{"error":{"code":"context_length_exceeded","message":"too long"}}"#;
    let error = judge(400, body.as_bytes(), &Profile::openai()).unwrap_err();
    assert!(error.advice.unwrap().contains("fewer or smaller pictures"));
}

#[test]
fn rules_of_ones_own_come_first() {
    let mut profile = Profile::new("ours");
    profile.errors.insert(0, crate::ErrorRule::new("queue_full", ErrorKind::Overloaded).with_words("Try Later"));
    let body = |words: &str| format!(r#"{{"error":{{"type":"QUEUE_FULL","message":"{words}"}}}}"#);
    check(&profile, 400, &body("please try later"), ErrorKind::Overloaded, RetryClass::R1);
    check(&profile, 400, &body("never"), ErrorKind::BadRequest, RetryClass::R0);
}

#[test]
fn other_successes_are_not_answers() {
    for status in [201, 202, 204, 205, 206, 226, 304] {
        let body = r#"{"choices":[{"message":{"content":"a part"}}]}"#;
        let told = check(&Profile::openai(), status, body, ErrorKind::Protocol, RetryClass::R0);
        assert_eq!((told.code.as_str(), told.words.as_str()), ("", ""), "an answer is not quoted");
    }
}

#[test]
fn replies_without_a_choice() {
    for body in [r#"{"id":"x","choices":[]}"#, r#"{"id":"x"}"#, r#"{"choices":null}"#, r#"{"choices":"none"}"#] {
        let error = judge(200, body.as_bytes(), &Profile::openai()).unwrap_err();
        assert!(error.partial.is_some());
        check(&Profile::openai(), 200, body, ErrorKind::Empty, RetryClass::R0);
    }
}

#[test]
fn replies_that_are_not_json() {
    let openai = Profile::openai();
    let check = |status, body: &str, kind, class| check(&openai, status, body, kind, class).words;
    check(200, "", ErrorKind::Protocol, RetryClass::R2);
    check(200, " \n", ErrorKind::Protocol, RetryClass::R2);
    let page = "<html>log in first</html>";
    assert_eq!(check(200, page, ErrorKind::Protocol, RetryClass::R0), "log in first");
    let titled = "<!DOCTYPE html><html><head><title>502 Bad\nGateway</title></head><body>nginx</body>";
    assert_eq!(check(502, titled, ErrorKind::Server, RetryClass::R2), "502 Bad Gateway");
    assert_eq!(check(200, "hello", ErrorKind::Protocol, RetryClass::R0), "hello");
    check(200, r#"{"choices":[{"message":{"content":"hal"#, ErrorKind::Truncated, RetryClass::R3);
    check(200, r#"{"choices":[]} {}"#, ErrorKind::Protocol, RetryClass::R0);
    check(200, "[]", ErrorKind::Protocol, RetryClass::R0);
    check(200, &"[".repeat(100_000), ErrorKind::Protocol, RetryClass::R0);
    for body in ["", "<h1>Bad Gateway</h1>", "{\"error\":", "null"] {
        check(502, body, ErrorKind::Server, RetryClass::R2);
        check(401, body, ErrorKind::Auth, RetryClass::R0);
    }
}
