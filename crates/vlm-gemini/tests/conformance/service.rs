//! The service faked below the provider: what the suite's subject says is what the provider reads.

use serde_json::{Value, json};
use vlm_core::{ErrorKind, VisionProviderExt};
use vlm_gemini::Gemini;
use vlm_testkit::fake::FakeService;

use crate::GeminiSubject;

#[tokio::test]
async fn every_generation_can_be_faked_below_the_provider() {
    vlm_http::forbid_real_requests();
    for name in ["gemini-2.0-flash", "gemini-2.5-flash", "gemini-3.5-flash"] {
        let service = FakeService::speaking(GeminiSubject(name)).answer("A cat.").answer("A black dog.");
        let service = service.refuse(ErrorKind::NotFound, "no such model");
        let provider = Gemini::builder("never-a-real-one").transport(service.transport()).build().unwrap();
        let model = provider.model(name);
        let answer = model.ask("?").await.unwrap();
        assert_eq!((answer.text(), answer.cost.is_exact()), ("A cat.", true), "{name}");
        let streamed = model.ask("?").stream().await.unwrap().collect().await.unwrap();
        assert_eq!((streamed.text(), streamed.usage.input_tokens), ("A black dog.", Some(17)), "{name}");
        assert_eq!(model.ask("?").await.unwrap_err().kind(), ErrorKind::NotFound, "{name}");
        let schema = json!({
            "type": "object", "properties": { "n": { "type": "integer", "minimum": 7 } }, "required": ["n"],
        });
        let answer = model.ask("?").json_schema("number", schema).await.unwrap();
        assert_eq!(serde_json::from_str::<Value>(answer.text()).unwrap(), json!({ "n": 7 }), "{name}");
        let asked = service.requests();
        assert_eq!(asked[0].path(), format!("/v1beta/models/{name}:generateContent"));
        assert_eq!(asked[0].header("x-goog-api-key"), Some("[secret]"));
    }
}
