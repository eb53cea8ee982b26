//! Each server as a fake service below the provider: what the suite's subject says is what the provider reads.

use serde_json::{Value, json};
use vlm_core::{ErrorKind, VisionProviderExt};
use vlm_openai::OpenAi;
use vlm_testkit::conformance::Subject;
use vlm_testkit::fake::FakeService;

use crate::Service;

#[tokio::test]
async fn every_server_can_be_faked_below_the_provider() {
    vlm_http::forbid_real_requests();
    use Service::{DashScope, LlamaCpp, Ollama, OpenAi as Own, OpenRouter, Vllm};
    for server in [Own, DashScope, Vllm, LlamaCpp, Ollama, OpenRouter] {
        let service = FakeService::speaking(server).answer("A cat.").answer("A dog.");
        let service = service.refuse(ErrorKind::BadRequest, "malformed");
        let builder = OpenAi::builder("sk-never-a-real-one").profile(server.profile());
        let provider = builder.base_url("https://example.com/v1").transport(service.transport()).build().unwrap();
        let model = provider.model(server.model());
        assert_eq!(model.ask("?").await.unwrap().text(), "A cat.", "{server:?}");
        let streamed = model.ask("?").stream().await.unwrap().collect().await.unwrap();
        assert_eq!((streamed.text(), streamed.usage.input_tokens), ("A dog.", Some(17)), "{server:?}");
        assert_eq!(model.ask("?").await.unwrap_err().kind(), ErrorKind::BadRequest, "{server:?}");
        if server == DashScope {
            // Its model under test takes no schema.
            continue;
        }
        let schema = json!({ "type": "object", "properties": { "n": { "const": 7 } }, "required": ["n"] });
        let answer = model.ask("?").json_schema("number", schema).await.unwrap();
        assert_eq!(serde_json::from_str::<Value>(answer.text()).unwrap(), json!({ "n": 7 }), "{server:?}");
    }
}
