//! What a request says, read from its body alone.

use serde_json::Value;
use vlm_core::{Role, Sampling, Thinking};
use vlm_testkit::conformance::{SentContent, SentRequest};

pub(crate) fn request(body: &Value) -> SentRequest {
    let mut sent = SentRequest::new();
    sent.model = body["model"].as_str().unwrap_or_default().to_owned();
    sent.streamed = body["stream"] == true;
    for message in body["messages"].as_array().into_iter().flatten() {
        let role = match message["role"].as_str() {
            Some("system") => Role::System,
            Some("assistant") => Role::Assistant,
            _ => Role::User,
        };
        match &message["content"] {
            Value::String(text) => sent.push(role, SentContent::text(text)),
            items => items.as_array().into_iter().flatten().for_each(|item| sent.push(role, content(item))),
        }
    }
    sent.sampling = sampling(body);
    let family = &body["extra_body"]["metadata"];
    sent.thinking = thinking(family);
    let schemas = [
        &family["response_format"]["json_schema"]["schema"],
        &family["responseSchema"],
        &family["toolConfig"]["tools"][0]["toolSpec"]["inputSchema"]["json"],
    ];
    sent.schema = schemas.into_iter().find(|schema| schema.is_object()).cloned();
    sent
}

/// One item of a message, in the form of any family.
fn content(item: &Value) -> SentContent {
    if let Some(text) = item["text"].as_str() {
        return SentContent::text(text);
    }
    let urls = ["image", "video", "image_url", "video_url", "file_uri"].map(|name| &item[name]);
    let url = urls.into_iter().find_map(|url| url.as_str().or_else(|| url["url"].as_str()));
    url.map_or_else(|| SentContent::Unknown(item.to_string()), SentContent::url)
}

fn sampling(body: &Value) -> Sampling {
    let mut sampling = Sampling::default();
    let whole = |name: &str| body[name].as_u64().and_then(|number| u32::try_from(number).ok());
    sampling.temperature = body["temperature"].as_f64();
    sampling.top_p = body["top_p"].as_f64();
    sampling.frequency_penalty = body["frequency_penalty"].as_f64();
    sampling.presence_penalty = body["presence_penalty"].as_f64();
    sampling.max_tokens = whole("max_tokens");
    sampling.n = whole("n");
    let stop = body["stop"].as_array().into_iter().flatten();
    sampling.stop = stop.filter_map(Value::as_str).map(str::to_owned).collect();
    sampling
}

/// Qwen's switch and budget, or Gemini's budget, where 0 is off and -1 is on without a limit.
fn thinking(family: &Value) -> Thinking {
    match family["thinking_config"]["thinking_budget"].as_i64() {
        Some(-1) => return Thinking::on(),
        Some(0) => return Thinking::off(),
        Some(budget) => return Thinking::budget(u32::try_from(budget).unwrap()),
        None => {}
    }
    let mut thinking = Thinking::default();
    thinking.enabled = family["enable_thinking"].as_bool();
    thinking.budget = family["thinking_budget"].as_u64().and_then(|budget| u32::try_from(budget).ok());
    thinking
}
