//! The made-up service, as a subject: its wire form once more, from its own side.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use vlm_core::{ErrorKind, Role, VisionProvider};
use vlm_testkit::conformance::{Answer, Endpoint, Refusal, Scene, SentContent, SentPart, SentRequest, Subject, Wire};
use vlm_testkit::server::Recorded;

use crate::defect::Defect;
use crate::plain::{MODEL, Plain};

pub(crate) struct PlainSubject(pub(crate) Defect);

impl Subject for PlainSubject {
    fn provider(&self, endpoint: &Endpoint) -> Arc<dyn VisionProvider> {
        Arc::new(Plain::new(endpoint, self.0).unwrap())
    }

    fn model(&self) -> &str {
        MODEL
    }

    fn render(&self, scene: &Scene) -> Wire {
        match scene {
            Scene::Answer(answer) => Wire::json(200, &whole(answer)),
            Scene::Stream(answer) => Wire::data(events(answer).chain(["[DONE]".to_owned()])).with_end_marks(1),
            Scene::Refusal(refusal) => refused(refusal, &error(refusal)),
            Scene::Delay(refusal, delay) => refused(refusal, &delayed(refusal, *delay)),
            Scene::RefusalInside(refusal) => Wire::json(200, &error(refusal)),
            Scene::BrokenStream(answer, refusal) => Wire::data(events(answer).chain([error(refusal).to_string()])),
            Scene::Reasoned { answer, reasoning, streamed: false } => {
                let mut body = whole(answer);
                body["thought"] = json!(reasoning);
                Wire::json(200, &body)
            }
            Scene::Reasoned { answer, reasoning, streamed: true } => {
                let thought = json!({ "thought": reasoning }).to_string();
                let events = [thought].into_iter().chain(events(answer)).chain(["[DONE]".to_owned()]);
                Wire::data(events).with_end_marks(1)
            }
            Scene::Choices { answer, others, streamed: false } => {
                let mut body = whole(answer);
                body["more"] = json!(others);
                Wire::json(200, &body)
            }
            Scene::Choices { answer, others, streamed: true } => {
                let finish = answer.finish.as_str();
                let more = |(at, text)| json!({ "choice": at + 1, "text": text, "finish": finish }).to_string();
                let others: Vec<String> = others.iter().enumerate().map(more).collect();
                Wire::data(others.into_iter().chain(events(answer)).chain(["[DONE]".to_owned()])).with_end_marks(1)
            }
            Scene::NoChoice => Wire::json(200, &json!({ "id": "x" })),
            _ => Wire::never("not known to this subject"),
        }
    }

    fn read_request(&self, request: &Recorded) -> SentRequest {
        let body = request.json();
        let mut sent = SentRequest::new();
        sent.model = body["model"].as_str().unwrap_or_default().to_owned();
        sent.streamed = body["stream"] == true;
        for part in body["parts"].as_array().into_iter().flatten() {
            let role = match part["role"].as_str() {
                Some("system") => Role::System,
                Some("assistant") => Role::Assistant,
                _ => Role::User,
            };
            match part["url"].as_str() {
                Some(url) => {
                    let options = serde_json::from_value(part["options"].clone()).unwrap();
                    sent.parts.push(SentPart::new(role, SentContent::url(url)).with_options(options));
                }
                None => sent.push(role, SentContent::text(part["text"].as_str().unwrap_or_default())),
            }
        }
        sent.sampling = serde_json::from_value(body["settings"].clone()).unwrap_or_default();
        sent.thinking = serde_json::from_value(body["thinking"].clone()).unwrap_or_default();
        sent.schema = body.get("schema").cloned();
        sent
    }
}

/// The same subject with exemptions.
pub(crate) struct Exempted(pub(crate) Defect, pub(crate) &'static [(&'static str, &'static str)]);

impl Subject for Exempted {
    fn provider(&self, endpoint: &Endpoint) -> Arc<dyn VisionProvider> {
        PlainSubject(self.0).provider(endpoint)
    }

    fn model(&self) -> &str {
        MODEL
    }

    fn render(&self, scene: &Scene) -> Wire {
        PlainSubject(self.0).render(scene)
    }

    fn read_request(&self, request: &Recorded) -> SentRequest {
        PlainSubject(self.0).read_request(request)
    }

    fn exemptions(&self) -> &'static [(&'static str, &'static str)] {
        self.1
    }
}

fn whole(answer: &Answer) -> Value {
    let mut body = json!({ "id": answer.id, "model": answer.model, "text": answer.text() });
    body["finish"] = json!(answer.finish.as_str());
    if let (Some(input), Some(output)) = (answer.input_tokens(), answer.output_tokens()) {
        body["usage"] = json!({ "in": input, "out": output });
    }
    body
}

/// One event per piece, and one with the rest.
fn events(answer: &Answer) -> impl Iterator<Item = String> {
    let mut rest = whole(answer);
    rest.as_object_mut().unwrap().remove("text");
    let piece = |piece: &String| json!({ "id": answer.id, "model": answer.model, "text": piece });
    let mut events: Vec<String> = answer.pieces.iter().map(|text| piece(text).to_string()).collect();
    events.push(rest.to_string());
    events.into_iter()
}

fn error(refusal: &Refusal) -> Value {
    json!({ "error": { "kind": refusal.kind, "words": refusal.words } })
}

fn delayed(refusal: &Refusal, delay: Duration) -> Value {
    let mut error = error(refusal);
    error["error"]["delay_ms"] = json!(u64::try_from(delay.as_millis()).unwrap());
    error
}

fn refused(refusal: &Refusal, body: &Value) -> Wire {
    let status = match refusal.kind {
        ErrorKind::BadRequest | ErrorKind::Blocked => 400,
        ErrorKind::Auth => 401,
        ErrorKind::Quota => 402,
        ErrorKind::Permission => 403,
        ErrorKind::NotFound => 404,
        ErrorKind::Unsupported => 415,
        ErrorKind::Conflict => 409,
        ErrorKind::TooLarge => 413,
        ErrorKind::Unprocessable => 422,
        ErrorKind::RateLimited => 429,
        ErrorKind::Server => 500,
        ErrorKind::Overloaded => 529,
        kind => return Wire::never(format!("no status stands for {kind}")),
    };
    Wire::json(status, body)
}
