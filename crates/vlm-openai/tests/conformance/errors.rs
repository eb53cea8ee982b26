//! How each server refuses a call: the status, and what stands in the documented envelope.

use serde_json::{Value, json};
use vlm_core::ErrorKind::{self, *};
use vlm_testkit::conformance::{Refusal, Wire};

use crate::Service;

/// Status, `type` and `code`.
type Coded = (u16, &'static str, Value);

/// An error with its HTTP status.
pub(crate) fn refused(service: Service, refusal: &Refusal) -> Wire {
    if service == Service::Vllm {
        return vllm(refusal);
    }
    let coded = match service {
        Service::OpenAi => openai(refusal.kind),
        Service::DashScope => dashscope(refusal.kind),
        Service::LlamaCpp => llama_cpp(refusal.kind),
        Service::Ollama => ollama(refusal.kind),
        _ => openrouter(refusal.kind).map(|status| (status, "", json!(status))),
    };
    let Some((status, kind, code)) = coded else {
        return Wire::never(format!("no documented error stands for {}", refusal.kind));
    };
    // These have no code of their own, and are known by what they say.
    let words = match (service, refusal.kind) {
        (Service::OpenAi, Blocked) => {
            "Invalid prompt: your prompt was flagged as potentially violating our usage policy."
        }
        (Service::DashScope, TooLarge) => "Range of input length should be [1, 258048].",
        (Service::OpenRouter, TooLarge) => "This endpoint's maximum context length is 262144 tokens.",
        _ => "",
    };
    let mut body = envelope(service, format!("{words} {}", refusal.words).trim_start(), kind, &code);
    if (service, refusal.kind) == (Service::OpenRouter, Blocked) {
        body["error"]["metadata"] = json!({ "reasons": ["violence"], "flagged_input": "", "provider_name": "Acme" });
    }
    Wire::json(status, &body)
}

/// The body of an error.
pub(crate) fn envelope(service: Service, words: &str, kind: &str, code: &Value) -> Value {
    match service {
        Service::OpenRouter => json!({ "error": { "code": code, "message": words }, "user_id": "user_1" }),
        Service::DashScope => json!({
            "error": { "message": words, "type": kind, "param": null, "code": code },
            "request_id": "2f1c7d7e-0000-9000-8000-5c5f1b1f0000",
        }),
        _ => json!({ "error": { "message": words, "type": kind, "param": null, "code": code } }),
    }
}

/// OpenAI's guide to error codes, and the statuses that its libraries document.
fn openai(kind: ErrorKind) -> Option<Coded> {
    let request = "invalid_request_error";
    Some(match kind {
        BadRequest => (400, request, Value::Null),
        TooLarge => (400, request, json!("context_length_exceeded")),
        Blocked => (400, request, json!("invalid_prompt")),
        Auth => (401, request, json!("invalid_api_key")),
        Permission => (403, "request_forbidden", json!("unsupported_country_region_territory")),
        NotFound => (404, request, json!("model_not_found")),
        Unsupported => (405, request, json!("method_not_supported")),
        Conflict => (409, request, Value::Null),
        Unprocessable => (422, request, Value::Null),
        RateLimited => (429, "requests", json!("rate_limit_exceeded")),
        Quota => (429, "insufficient_quota", json!("insufficient_quota")),
        Server => (500, "server_error", Value::Null),
        Overloaded => (503, "server_error", Value::Null),
        _ => return None,
    })
}

/// Model Studio's list of error messages.
fn dashscope(kind: ErrorKind) -> Option<Coded> {
    let request = "invalid_request_error";
    Some(match kind {
        BadRequest | TooLarge => (400, request, json!("invalid_parameter_error")),
        Quota => (400, "Arrearage", json!("Arrearage")),
        Blocked => (400, "data_inspection_failed", json!("data_inspection_failed")),
        Auth => (401, request, json!("invalid_api_key")),
        Permission => (403, "access_denied", json!("access_denied")),
        NotFound => (404, request, json!("model_not_found")),
        RateLimited => (429, "limit_requests", json!("limit_requests")),
        Server => (500, "internal_error", json!("internal_error")),
        Overloaded => (503, "ModelServingError", json!("ModelServingError")),
        _ => return None,
    })
}

/// llama.cpp's server: each type has its status, which is the code too.
fn llama_cpp(kind: ErrorKind) -> Option<Coded> {
    let (status, name) = match kind {
        BadRequest => (400, "invalid_request_error"),
        TooLarge => (400, "exceed_context_size_error"),
        Auth => (401, "authentication_error"),
        Permission => (403, "permission_error"),
        NotFound => (404, "not_found_error"),
        Server => (500, "server_error"),
        Unsupported => (501, "not_supported_error"),
        Overloaded => (503, "unavailable_error"),
        _ => return None,
    };
    Some((status, name, json!(status)))
}

/// Ollama's compatible endpoint: three types, by status. A queue that is full is a 503.
fn ollama(kind: ErrorKind) -> Option<Coded> {
    Some(match kind {
        BadRequest => (400, "invalid_request_error", Value::Null),
        NotFound => (404, "not_found_error", Value::Null),
        Server => (500, "api_error", Value::Null),
        Overloaded => (503, "api_error", Value::Null),
        _ => return None,
    })
}

/// OpenRouter's codes are statuses; a moderation is known by the reasons that come with it.
pub(crate) fn openrouter(kind: ErrorKind) -> Option<u16> {
    Some(match kind {
        BadRequest | TooLarge => 400,
        Auth => 401,
        Quota => 402,
        Permission | Blocked => 403,
        NotFound => 404,
        RateLimited => 429,
        Server => 502,
        Overloaded => 503,
        _ => return None,
    })
}

/// vLLM: types are phrases of statuses or names of exceptions, codes are numbers, and two of its gates say a word only.
fn vllm(refusal: &Refusal) -> Wire {
    let (status, kind, words) = match refusal.kind {
        BadRequest => (400, "BadRequestError", refusal.words.clone()),
        TooLarge => (400, "BadRequestError", format!("This model's maximum context length is 8: {}", refusal.words)),
        NotFound => (404, "NotFoundError", refusal.words.clone()),
        Unsupported => (405, "Method Not Allowed", refusal.words.clone()),
        Server => (500, "InternalServerError", refusal.words.clone()),
        Auth => return Wire::json(401, &json!({ "error": "Unauthorized" })),
        Overloaded => return Wire::json(503, &json!({ "error": refusal.words })),
        kind => return Wire::never(format!("vLLM itself never refuses by {kind}")),
    };
    Wire::json(status, &envelope(Service::Vllm, &words, kind, &json!(status)))
}
