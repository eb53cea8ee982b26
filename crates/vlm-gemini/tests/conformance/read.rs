//! What a request says: the model and the way of answering stand in its address, all else in its body.

use serde_json::Value;
use vlm_core::{Role, Sampling, Thinking};
use vlm_testkit::conformance::{SentContent, SentRequest};
use vlm_testkit::server::Recorded;

pub(crate) fn request(request: &Recorded) -> SentRequest {
    let body = request.json();
    let mut sent = SentRequest::new();
    let called = request.path().strip_prefix("/v1beta/models/").and_then(|called| called.split_once(':'));
    let (model, method) = called.unwrap_or_default();
    sent.model = model.to_owned();
    sent.streamed = method == "streamGenerateContent" && request.target.ends_with("?alt=sse");
    parts(Role::System, &body["systemInstruction"], &mut sent);
    for content in body["contents"].as_array().into_iter().flatten() {
        let role = if content["role"] == "model" { Role::Assistant } else { Role::User };
        parts(role, content, &mut sent);
    }
    let config = &body["generationConfig"];
    sent.sampling = sampling(config);
    sent.thinking = thinking(model, &config["thinkingConfig"]);
    // Each generation has its own form of schema, which counts only for an answer that is JSON.
    let name = if model.starts_with("gemini-2.0") { "responseSchema" } else { "responseJsonSchema" };
    let schema = config.get(name).filter(|_| config["responseMimeType"] == "application/json");
    sent.schema = schema.cloned();
    sent
}

fn parts(role: Role, content: &Value, sent: &mut SentRequest) {
    content["parts"].as_array().into_iter().flatten().for_each(|part| sent.push(role, self::content(part)));
}

fn content(part: &Value) -> SentContent {
    let texts = [&part["text"], &part["inlineData"]["data"], &part["fileData"]["fileUri"]];
    match texts.map(Value::as_str) {
        [Some(text), None, None] => SentContent::text(text),
        [None, Some(data), None] if part["inlineData"]["mimeType"].is_string() => SentContent::base64(data),
        [None, None, Some(uri)] => SentContent::url(uri),
        _ => SentContent::Unknown(part.to_string()),
    }
}

fn sampling(config: &Value) -> Sampling {
    let mut sampling = Sampling::default();
    let whole = |name: &str| config[name].as_u64().and_then(|number| u32::try_from(number).ok());
    sampling.temperature = config["temperature"].as_f64();
    sampling.top_p = config["topP"].as_f64();
    sampling.frequency_penalty = config["frequencyPenalty"].as_f64();
    sampling.presence_penalty = config["presencePenalty"].as_f64();
    sampling.max_tokens = whole("maxOutputTokens");
    sampling.n = whole("candidateCount");
    let stop = config["stopSequences"].as_array().into_iter().flatten();
    sampling.stop = stop.filter_map(Value::as_str).map(str::to_owned).collect();
    sampling
}

/// A budget, where 0 is off and -1 is left to the model; from 3.5 on a level: the highest is on, the lowest nearly off.
fn thinking(model: &str, config: &Value) -> Thinking {
    let levels = model.starts_with("gemini-3.5");
    match (config["thinkingBudget"].as_i64(), config["thinkingLevel"].as_str()) {
        (Some(-1), None) if !levels => Thinking::on(),
        (Some(0), None) if !levels => Thinking::off(),
        (Some(budget), None) if !levels => Thinking::budget(u32::try_from(budget).unwrap()),
        (None, Some("high")) if levels => Thinking::on(),
        (None, Some("minimal")) if levels => Thinking::off(),
        _ => {
            assert!(config.is_null(), "{model} has no such setting of thinking: {config}");
            Thinking::default()
        }
    }
}
