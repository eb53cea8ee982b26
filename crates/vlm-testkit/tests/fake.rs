//! The fake provider as users' tests have it: scripts, schemas, streams, refusals, and what it was asked.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::json;
use vlm_core::{Capabilities, Completion, Delivery, Error, ErrorKind, VisionProvider, VisionProviderExt};
use vlm_testkit::fake::{FakeProvider, sample};

const GIF: &[u8] = b"GIF89a\x01\0\x01\0\0\0\0;";

#[tokio::test]
async fn the_script_is_answered_in_order_and_then_it_answers_by_itself() {
    let fake = FakeProvider::new()
        .answer("one")
        .answer_json(json!({"two": 2}))
        .fail(Error::new(ErrorKind::RateLimited, "slow down").with_delivery(Delivery::Answered))
        .complete(Completion::new());
    let model = fake.model("m");
    assert_eq!(model.ask("?").await.unwrap().text(), "one");
    assert_eq!(model.ask("?").await.unwrap().text(), r#"{"two":2}"#);
    let error = model.ask("?").await.unwrap_err();
    assert_eq!((error.kind(), error.provider(), error.model()), (ErrorKind::RateLimited, Some("fake"), Some("m")));
    assert!(model.ask("?").await.unwrap().usage.is_empty());
    assert_eq!(fake.steps_left(), 0);
    let own = model.ask("What is this?").attach(GIF).await.unwrap();
    assert_eq!(own.text(), "An answer to 1 messages with 1 pictures or films.");
    assert_eq!(
        (own.usage.to_string(), own.cost.to_string()),
        ("4 tokens in, 10 out".to_owned(), "$0.000024".to_owned())
    );
    assert_eq!(fake.requests().len(), 5);
}

#[tokio::test]
async fn a_schema_is_answered_by_what_fits_it() {
    let schema = json!({
        "type": "object",
        "properties": {
            "name": {"type": "string", "minLength": 2},
            "kind": {"enum": ["sale", "rent"]},
            "price": {"anyOf": [{"type": "null"}, {"type": "number", "minimum": 3}]},
            "tags": {"type": "array", "items": {"$ref": "#/$defs/tag"}, "minItems": 2},
            "more": {"type": "string"},
        },
        "required": ["name", "kind", "price", "tags"],
        "$defs": {"tag": {"type": "string", "format": "date"}},
    });
    let expected = json!({"name": "aa", "kind": "sale", "price": 3, "tags": ["2026-01-31", "2026-01-31"]});
    let answer = FakeProvider::new().model("m").ask("?").json_schema("thing", schema).await.unwrap();
    assert_eq!(serde_json::from_str::<serde_json::Value>(answer.text()).unwrap(), expected);
    assert_eq!(FakeProvider::new().model("m").ask("?").json().await.unwrap().text(), "{}");
}

#[test]
fn schemas_that_lead_to_themselves_end() {
    let list = json!({"type": "object", "properties": {"next": {"$ref": "#"}}, "required": ["next"]});
    assert!(sample(&list).to_string().len() < 1000);
    assert_eq!(sample(&json!({"$ref": "#"})), serde_json::Value::Null);
    let tree = json!({"anyOf": [{"type": "array", "items": {"$ref": "#"}, "minItems": 2}, {"type": "null"}]});
    assert!(sample(&tree).to_string().len() < 1_000_000);
    assert_eq!(sample(&json!({"type": "integer", "maximum": -4})), json!(-4));
    assert_eq!(sample(&json!({"type": ["null", "boolean"]})), json!(true));
    let both = json!({"allOf": [{"properties": {"a": {"const": 1}}, "required": ["a"]}], "type": "object"});
    assert_eq!(sample(&both), json!({"a": 1}));
}

#[tokio::test]
async fn a_stream_gives_the_same_answer_word_by_word() {
    let fake = || FakeProvider::new().answer("a cat on a mat");
    let mut stream = fake().model("m").ask("?").stream().await.unwrap();
    assert_eq!(stream.next_text().await.unwrap().as_deref(), Some("a "));
    let streamed = stream.collect().await.unwrap();
    assert_eq!(streamed, fake().model("m").ask("?").await.unwrap());
}

#[tokio::test]
async fn what_it_does_not_take_is_refused_and_takes_no_step() {
    let fake = FakeProvider::new().with_capabilities(|model| Capabilities::text_only(model)).answer("words");
    let error = fake.model("m").ask("?").attach(GIF).await.unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::InvalidRequest, Some("generate")));
    assert_eq!((fake.requests().len(), fake.steps_left()), (0, 1));
    assert!(fake.capabilities(" ").is_err());
    assert_eq!(fake.model("m").ask("?").await.unwrap().text(), "words");
    assert!(format!("{fake:?}").contains("asked: 1"));
}

#[tokio::test]
async fn behind_the_script_a_function_answers() {
    let fake = FakeProvider::new().respond(|request| {
        let mut answer = Completion::new();
        answer.choices.push(vlm_core::Choice::new(0, request.messages[0].text().to_uppercase()));
        Ok(answer)
    });
    let asked: Vec<_> = ["one", "two"].iter().map(|words| tokio::spawn(fake.model("m").ask(*words).send())).collect();
    for (answer, expected) in asked.into_iter().zip(["ONE", "TWO"]) {
        assert_eq!(answer.await.unwrap().unwrap().text(), expected);
    }
}
