//! What a request says: the model and the way of answering stand in its address, all else in its body.

use std::time::Duration;

use serde_json::Value;
use vlm_core::{Detail, MediaOptions, Role, Sampling, Thinking};
use vlm_testkit::conformance::{SentContent, SentPart, SentRequest};
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
    for part in content["parts"].as_array().into_iter().flatten() {
        sent.parts.push(SentPart::new(role, self::content(part)).with_options(options(part)));
    }
}

/// Of a picture its resolution, of a film its `videoMetadata`, with durations as the JSON of protocol buffers has them.
fn options(part: &Value) -> MediaOptions {
    let mut options = MediaOptions::default();
    options.detail = match part["mediaResolution"]["level"].as_str() {
        Some("MEDIA_RESOLUTION_LOW") => Some(Detail::Low),
        Some("MEDIA_RESOLUTION_HIGH") => Some(Detail::High),
        _ => None,
    };
    let film = &part["videoMetadata"];
    let time = |name: &str| {
        let seconds: f64 = film[name].as_str()?.strip_suffix('s')?.parse().ok()?;
        Some(Duration::from_secs_f64(seconds))
    };
    (options.start, options.end, options.fps) = (time("startOffset"), time("endOffset"), film["fps"].as_f64());
    options
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
