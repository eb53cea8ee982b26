//! What a request says, read from its body alone, by the names that the server documents.

use serde_json::Value;
use vlm_core::{Detail, MediaOptions, Role, Sampling, Thinking};
use vlm_testkit::conformance::{SentContent, SentPart, SentRequest};

use crate::Service;

pub(crate) fn request(service: Service, body: &Value) -> SentRequest {
    let mut sent = SentRequest::new();
    sent.model = body["model"].as_str().unwrap_or_default().to_owned();
    sent.streamed = body["stream"] == true;
    // Without this no server tells the tokens of a stream.
    assert_eq!(body["stream_options"]["include_usage"] == true, sent.streamed);
    for message in body["messages"].as_array().into_iter().flatten() {
        let role = match message["role"].as_str() {
            Some("system") => Role::System,
            Some("assistant") => Role::Assistant,
            _ => Role::User,
        };
        match &message["content"] {
            Value::String(text) => sent.push(role, SentContent::text(text)),
            items => sent.parts.extend(items.as_array().into_iter().flatten().map(|item| part(role, item))),
        }
    }
    sent.sampling = sampling(service, body);
    sent.thinking = thinking(service, body);
    sent.schema = schema(&body["response_format"]);
    sent
}

fn part(role: Role, item: &Value) -> SentPart {
    SentPart::new(role, content(item)).with_options(options(item))
}

/// OpenAI's stands beside the URL of a picture, those of Model Studio beside the object that holds it.
fn options(item: &Value) -> MediaOptions {
    let mut options = MediaOptions::default();
    options.detail = match item["image_url"]["detail"].as_str() {
        Some("low") => Some(Detail::Low),
        Some("high") => Some(Detail::High),
        Some("auto") => Some(Detail::Auto),
        _ => None,
    };
    options.min_pixels = item["min_pixels"].as_u64();
    options.max_pixels = item["max_pixels"].as_u64();
    options.total_pixels = item["total_pixels"].as_u64();
    options.fps = item["fps"].as_f64();
    options
}

fn content(item: &Value) -> SentContent {
    let (text, url) = match item["type"].as_str() {
        Some("text") => (item["text"].as_str(), None),
        Some("image_url") => (None, item["image_url"]["url"].as_str()),
        Some("video_url") => (None, item["video_url"]["url"].as_str()),
        _ => (None, None),
    };
    match (text, url) {
        (Some(text), _) => SentContent::text(text),
        (_, Some(url)) => SentContent::url(url),
        _ => SentContent::Unknown(item.to_string()),
    }
}

fn sampling(service: Service, body: &Value) -> Sampling {
    let mut sampling = Sampling::default();
    let whole = |name: &str| body[name].as_u64().and_then(|number| u32::try_from(number).ok());
    sampling.temperature = body["temperature"].as_f64();
    sampling.top_p = body["top_p"].as_f64();
    sampling.frequency_penalty = body["frequency_penalty"].as_f64();
    sampling.presence_penalty = body["presence_penalty"].as_f64();
    sampling.max_tokens = whole(if service == Service::OpenAi { "max_completion_tokens" } else { "max_tokens" });
    sampling.n = whole("n");
    let stop = body["stop"].as_array().into_iter().flatten();
    sampling.stop = stop.filter_map(Value::as_str).map(str::to_owned).collect();
    sampling
}

fn thinking(service: Service, body: &Value) -> Thinking {
    let (switch, budget) = match service {
        Service::OpenAi | Service::Ollama => (&Value::Null, &Value::Null),
        Service::DashScope => (&body["enable_thinking"], &body["thinking_budget"]),
        Service::Vllm | Service::LlamaCpp => (&body["chat_template_kwargs"]["enable_thinking"], &Value::Null),
        Service::OpenRouter => (&body["reasoning"]["enabled"], &body["reasoning"]["max_tokens"]),
    };
    let mut thinking = Thinking::default();
    thinking.enabled = switch.as_bool();
    thinking.budget = budget.as_u64().and_then(|budget| u32::try_from(budget).ok());
    thinking
}

/// A schema without a name is refused, so it is none.
fn schema(format: &Value) -> Option<Value> {
    let named = format["type"] == "json_schema" && format["json_schema"]["name"].is_string();
    named.then(|| format["json_schema"]["schema"].clone())
}
