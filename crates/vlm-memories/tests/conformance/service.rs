//! The service faked below the provider: what the suite's subject says is what the provider reads.

use serde_json::{Value, json};
use vlm_core::{ErrorKind, VisionProviderExt};
use vlm_memories::{Family, Memories};
use vlm_testkit::conformance::Subject;
use vlm_testkit::fake::FakeService;

use crate::MemoriesSubject;

#[tokio::test]
async fn every_family_can_be_faked_below_the_provider() {
    vlm_http::forbid_real_requests();
    for family in [Family::Qwen, Family::Gemini, Family::Nova, Family::Gpt] {
        let name = MemoriesSubject(family).model().to_owned();
        let service = FakeService::speaking(MemoriesSubject(family)).answer("A cat.").answer("A black dog.");
        let service = service.refuse(ErrorKind::NotFound, "no such model");
        let provider = Memories::builder("never-a-real-one").transport(service.transport()).build().unwrap();
        let model = provider.model(&*name);
        assert_eq!(model.ask("?").await.unwrap().text(), "A cat.", "{name}");
        let streamed = model.ask("?").stream().await.unwrap().collect().await.unwrap();
        assert_eq!((streamed.text(), streamed.usage.input_tokens), ("A black dog.", Some(17)), "{name}");
        assert_eq!(model.ask("?").await.unwrap_err().kind(), ErrorKind::NotFound, "{name}");
        if family == Family::Gpt {
            // It takes no schema.
            continue;
        }
        let schema = json!({
            "type": "object", "properties": { "n": { "type": "integer", "minimum": 7 } }, "required": ["n"],
        });
        let answer = model.ask("?").json_schema("number", schema).await.unwrap();
        assert_eq!(serde_json::from_str::<Value>(answer.text()).unwrap(), json!({ "n": 7 }), "{name}");
    }
}
