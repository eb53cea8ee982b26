//! A fake service below a real provider, as users' tests have it: scripts, streams, schemas, faults, and what it was asked.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::{Value, json};
use vlm_core::{
    Choice, Completion, ConnectCause, Delivery, Error, ErrorKind, FinishReason, Model, TransportPhase, Usage,
    VisionProviderExt,
};
use vlm_http::TransportFault;
use vlm_openai::{OpenAi, Profile};
use vlm_testkit::conformance::{Answer, Refusal, Scene, Wire};
use vlm_testkit::fake::{ChatCompletions, FakeService};

const GIF: &[u8] = b"GIF89a\x01\0\x01\0\0\0\0;";
const KEY: &str = "sk-never-a-real-one";

fn chat() -> FakeService {
    FakeService::speaking(ChatCompletions::new())
}

fn model(service: &FakeService) -> Model {
    vlm_http::forbid_real_requests();
    OpenAi::builder(KEY).transport(service.transport()).build().unwrap().model("gpt-4.1-mini")
}

#[tokio::test]
async fn the_script_goes_through_the_providers_own_code() {
    let service = chat()
        .answer("A cat on a mat.")
        .json(&json!({ "choices": [{ "message": { "content": "raw" } }], "extra": true }))
        .reply(Wire::json(404, &json!({ "error": { "message": "no such model", "code": "model_not_found" } })))
        .refuse(ErrorKind::Auth, "wrong key");
    let model = model(&service);
    let answer = model.ask("What is this?").attach(GIF).await.unwrap();
    assert_eq!((answer.text(), answer.usage.output_tokens), ("A cat on a mat.", Some(5)));
    // $0.40 and $1.60 per million tokens.
    assert_eq!(answer.cost.to_string(), "$0.0000148");
    let raw = model.ask("?").await.unwrap();
    assert!(raw.text() == "raw" && raw.raw.to_text().contains("extra"));
    let missing = model.ask("?").await.unwrap_err();
    assert_eq!(
        (missing.kind(), missing.code(), missing.status()),
        (ErrorKind::NotFound, Some("model_not_found"), Some(404))
    );
    let refused = model.ask("?").await.unwrap_err();
    assert_eq!((refused.kind(), refused.service_message()), (ErrorKind::Auth, Some("wrong key")));
    assert_eq!(service.replies_left(), 0);
}

#[tokio::test]
async fn requests_are_kept_without_secrets() {
    let service = chat();
    model(&service).ask("What is this?").attach(GIF).temperature(0.5).await.unwrap();
    let requests = service.requests();
    let [asked] = &*requests else { panic!("{} requests", requests.len()) };
    assert_eq!((&*asked.method, asked.path()), ("POST", "/v1/chat/completions"));
    assert_eq!(
        (asked.header("authorization"), asked.header("content-type")),
        (Some("[secret]"), Some("application/json"))
    );
    let body = asked.json();
    assert_eq!((&body["model"], &body["temperature"]), (&json!("gpt-4.1-mini"), &json!(0.5)));
    let url = body["messages"][0]["content"][1]["image_url"]["url"].as_str().unwrap();
    assert!(url.starts_with("data:image/gif;base64,R0lGODlh"), "{url}");
    let shown = format!("{service:?} {asked:?} {:?}", asked.headers);
    assert!(shown.contains("asked: 1") && !shown.contains(KEY), "{shown}");
}

#[tokio::test]
async fn a_stream_comes_word_by_word() {
    let service = chat().answer("a cat on a mat");
    let mut stream = model(&service).ask("?").stream().await.unwrap();
    assert_eq!(stream.next_text().await.unwrap().as_deref(), Some("a "));
    let answer = stream.collect().await.unwrap();
    assert_eq!((answer.text(), answer.finish(), answer.cost.is_exact()), ("a cat on a mat", &FinishReason::Stop, true));
    assert_eq!(service.requests()[0].json()["stream"], true);
    let events = chat().events([r#"{"choices":[{"delta":{"content":"raw"}}]}"#, "[DONE]"]);
    assert_eq!(model(&events).ask("?").stream().await.unwrap().collect().await.unwrap().text(), "raw");
}

#[tokio::test]
async fn without_a_script_it_answers_by_itself() {
    let service = chat();
    let schema = json!({
        "type": "object",
        "properties": { "name": { "type": "string", "minLength": 2 }, "kind": { "enum": ["sale", "rent"] } },
        "required": ["name", "kind"],
        "additionalProperties": false,
    });
    let asked = || model(&service).ask("?").json_schema("thing", schema.clone());
    let expected = json!({ "name": "aa", "kind": "sale" });
    let whole = asked().await.unwrap();
    assert_eq!(serde_json::from_str::<Value>(whole.text()).unwrap(), expected);
    let streamed = asked().stream().await.unwrap().collect().await.unwrap();
    assert_eq!((streamed.text(), streamed.model.as_deref()), (whole.text(), Some("gpt-4.1-mini")));
    let shown = model(&service).ask("?").attach(GIF).await.unwrap();
    assert_eq!(shown.text(), "An answer to 2 parts, 1 of them pictures or films.");
    let echo = chat().respond(|request| {
        let words = request.json()["messages"][0]["content"].as_str().unwrap_or_default().to_uppercase();
        Wire::json(200, &json!({ "choices": [{ "message": { "content": words } }] }))
    });
    assert_eq!(model(&echo).ask("shout").await.unwrap().text(), "SHOUT");
}

#[tokio::test]
async fn a_completion_is_said_with_all_its_choices() {
    let mut completion = Completion::new();
    completion.id = Some("c-7".to_owned());
    completion.usage = Usage::new().with_tokens(1000, 10);
    completion.choices = vec![Choice::new(0, "red"), Choice::new(1, "blue")];
    completion.choices[0].finish = FinishReason::Length;
    let service = chat().complete(completion.clone()).complete(completion);
    let model = model(&service);
    let whole = model.ask("?").await.unwrap();
    let streamed = model.ask("?").stream().await.unwrap().collect().await.unwrap();
    for answer in [whole, streamed] {
        let texts: Vec<_> = answer.choices.iter().map(|choice| (&*choice.text, &choice.finish)).collect();
        assert_eq!(texts, [("red", &FinishReason::Length), ("blue", &FinishReason::Length)]);
        assert_eq!((answer.id.as_deref(), answer.cost.to_string()), (Some("c-7"), "$0.000416".to_owned()));
    }
}

#[tokio::test(start_paused = true)]
async fn what_passes_is_repeated_and_what_breaks_is_an_error() {
    let dies = TransportFault::Broken(TransportPhase::AwaitingHead);
    let service = chat()
        .refuse(ErrorKind::Overloaded, "busy")
        .fail(TransportFault::Connect(ConnectCause::Refused))
        .answer("at last")
        .fail(dies)
        .fail(dies);
    let model = model(&service);
    assert_eq!(model.ask("?").await.unwrap().text(), "at last");
    assert_eq!(service.requests().len(), 3);
    // A connection that dies at once is replaced, once.
    let error = model.ask("?").await.unwrap_err();
    assert_eq!((error.delivery(), error.attempts()), (Delivery::MaybeSent, 2));
}

#[tokio::test]
async fn a_stream_breaks_off_where_the_script_says() {
    let wire = || {
        Wire::data([
            r#"{"choices":[{"delta":{"content":"A cat"}}],"usage":{"prompt_tokens":1000,"completion_tokens":2}}"#,
            "[DONE]",
        ])
    };
    let broken: Vec<Error> = {
        let service = chat().cut(wire(), 110).cut(wire(), 10);
        let model = model(&service);
        let started = model.ask("?").stream().await.unwrap().collect().await.unwrap_err();
        vec![started, model.ask("?").stream().await.unwrap_err()]
    };
    assert_eq!(broken.iter().map(Error::kind).collect::<Vec<_>>(), [ErrorKind::Truncated, ErrorKind::Truncated]);
    let partial = broken[0].partial().unwrap();
    assert_eq!((partial.text(), partial.cost.to_string()), ("A cat", "$0.0004032".to_owned()));
    assert!(broken[1].partial().is_none());
    let service =
        chat().say(|_| Scene::BrokenStream(Answer::of(["A ", "dog"]), Refusal::new(ErrorKind::Server, "it broke")));
    let error = model(&service).ask("?").stream().await.unwrap().collect().await.unwrap_err();
    assert_eq!((error.partial_text(), error.service_message()), (Some("A dog"), Some("it broke")));
}

#[tokio::test]
async fn a_script_that_cannot_go_on_is_an_error_at_once() {
    for (service, words) in [
        (FakeService::new(), "its end"),
        (FakeService::new().answer("x"), "needs a form"),
        (chat().refuse(ErrorKind::Upstream, "x"), "no such reply"),
        (chat().reply(Wire::json(9, &json!({}))), "status"),
        (chat().reply(Wire::json(200, &json!({})).header("not a name", "x")), "header"),
    ] {
        let error = model(&service).ask("?").await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Configuration, 1), "{words}");
        assert!(error.to_string().contains(words), "{error}");
    }
}

#[tokio::test]
async fn other_servers_speak_the_same_form() {
    for profile in [Profile::ollama(), Profile::llama_cpp(), Profile::vllm(), Profile::openrouter()] {
        let service = chat().answer("A cat.");
        let name = profile.id.clone();
        let provider = OpenAi::builder(KEY).profile(profile).transport(service.transport()).build().unwrap();
        assert_eq!(provider.model("m").ask("?").await.unwrap().text(), "A cat.", "{name}");
    }
}
