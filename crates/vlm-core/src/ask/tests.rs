//! Asking: the request that comes about, mistakes reported together, and providers behind pointers.

use serde_json::json;

use super::*;
use crate::tests::fake::{FakeProvider, run};
use crate::tests::values::PNG;
use crate::{ErrorKind, MediaKind, Sampling, VisionProviderExt};

fn fake() -> (Arc<FakeProvider>, Model) {
    let provider = Arc::new(FakeProvider::default());
    (Arc::clone(&provider), provider.model("a model"))
}

fn paths(error: &Error) -> Vec<&str> {
    error.problems().iter().map(|problem| problem.path.as_str()).collect()
}

#[test]
fn parts_keep_their_order_behind_system_and_history() {
    let (_, model) = fake();
    let request = model
        .ask("one")
        .attach("a.png")
        .history(Message::user("earlier"))
        .text("two")
        .history(Message::assistant("answer"))
        .attach(PNG)
        .system("first rule")
        .system("second rule")
        .into_request()
        .unwrap();
    let expected = [
        Message::system("first rule"),
        Message::system("second rule"),
        Message::user("earlier"),
        Message::assistant("answer"),
        Message::user("one").with(Media::path("a.png")).with("two").with(Media::bytes(PNG)),
    ];
    assert_eq!(request.messages, expected);
    assert_eq!(request.model, "a model");
}

#[test]
fn each_setter_sets_its_field() {
    let (_, model) = fake();
    let second = Duration::from_secs(1);
    let ask = model.ask("x").temperature(0.5).max_tokens(7).stop("a").stop("b").thinking(Thinking::budget(9)).json();
    let request =
        ask.extra("fake", "k", json!(1)).timeout(second).strict().with(|request| request.sampling.n = Some(2));
    let request = request.into_request().unwrap();
    let stop = vec!["a".to_owned(), "b".to_owned()];
    let sampling = Sampling { temperature: Some(0.5), max_tokens: Some(7), n: Some(2), stop, ..Sampling::default() };
    assert_eq!(request.sampling, sampling);
    assert_eq!((request.thinking, request.output), (Thinking::budget(9), Output::Json));
    assert_eq!(request.extras["fake"]["k"], 1);
    assert_eq!((request.call.timeout, request.call.strict), (Some(second), true));
    let request = model.ask("x").json_schema("s", json!({"type": "object"})).into_request().unwrap();
    assert_eq!(request.output, Output::JsonSchema(JsonSchema::new("s", json!({"type": "object"}))));
}

#[test]
fn awaiting_sending_and_streaming_ask_the_same() {
    let (provider, model) = fake();
    let ask = || model.ask("What is it?").attach(PNG).max_tokens(5);
    let awaited = run(ask().into_future()).unwrap();
    let sent = run(ask().send()).unwrap();
    let streamed = run(async { ask().stream().await?.collect().await }).unwrap();
    assert_eq!(awaited.text(), "an answer");
    assert_eq!((&sent, &streamed), (&awaited, &awaited));
    let requests = provider.requests.lock().unwrap();
    assert_eq!(requests.len(), 3);
    assert!(requests.iter().all(|request| *request == ask().into_request().unwrap()));
}

#[test]
fn mistakes_are_reported_together_with_all_that_the_model_cannot_do() {
    let (provider, model) = fake();
    let ask = || {
        model
            .ask("  ")
            .history(Message::user("earlier"))
            .attach("data:image/png;base64,!")
            .attach("clip.mp4")
            .attach("")
            .temperature(9.0)
            .thinking(Thinking::on())
    };
    let expected = [
        "messages[1].parts[1]",
        "messages[1].parts[3]",
        "messages[1]",
        "messages[1].parts[2]",
        "sampling.temperature",
        "thinking.enabled",
    ];
    let attempts = [
        ask().into_request().unwrap_err(),
        run(ask().send()).unwrap_err(),
        run(ask().into_future()).unwrap_err(),
        run(ask().stream()).unwrap_err(),
    ];
    for error in attempts {
        assert_eq!(paths(&error), expected, "{error}");
        assert_eq!(
            (error.kind(), error.provider(), error.model()),
            (ErrorKind::InvalidRequest, Some("fake"), Some("a model"))
        );
        assert!(error.to_string().contains("not base64") && error.to_string().contains("empty string"), "{error}");
    }
    assert!(provider.requests.lock().unwrap().is_empty(), "nothing was generated");
}

#[test]
fn without_mistakes_the_provider_judges() {
    let (provider, model) = fake();
    assert!(model.ask(" ").into_request().is_ok());
    assert_eq!(paths(&run(model.ask(" ").send()).unwrap_err()), ["messages[0]"]);
    assert_eq!(paths(&run(model.ask(" ").stream()).unwrap_err()), ["messages[0]"]);
    assert!(provider.requests.lock().unwrap().is_empty());
}

#[test]
fn a_wrong_name_of_the_model_is_reported_beside_a_mistake() {
    let (provider, _) = fake();
    let error = run(provider.model("nameless").ask("x").attach("").send()).unwrap_err();
    assert_eq!(paths(&error), ["messages[0].parts[1]", "model"]);
    assert!(error.to_string().contains("write `fake:nameless`"), "{error}");
    assert!(provider.model("nameless").capabilities().is_err());
}

/// An attachment of a type of the user's own, that fails in its own way.
struct Camera(ErrorKind);

impl TryFrom<Camera> for Media {
    type Error = Error;

    fn try_from(camera: Camera) -> Result<Self> {
        Err(Error::new(camera.0, "the camera is off"))
    }
}

#[test]
fn any_failure_to_attach_is_a_problem_of_its_part() {
    let (_, model) = fake();
    let error = model.ask("x").attach(Camera(ErrorKind::Configuration)).into_request().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert_eq!(error.problems()[0].to_string(), "messages[0].parts[1]: the camera is off");
    assert_eq!(error.problems().len(), 1);
}

#[test]
fn everything_can_be_attached() {
    let (_, model) = fake();
    let path = std::path::Path::new("a.png");
    let owned = path.to_path_buf();
    let request = model
        .ask("x")
        .attach("a.png")
        .attach("a.png".to_owned())
        .attach(path)
        .attach(owned.clone())
        .attach(&owned)
        .attach(PNG)
        .attach(PNG.to_vec())
        .attach(bytes::Bytes::from_static(PNG))
        .attach(b"\x89PNG\r\n\x1A\n")
        .attach(Media::url("https://h.org/x").image())
        .into_request()
        .unwrap();
    assert_eq!(request.media().count(), 10);
    assert!(request.media().all(|media| media.kind() == Some(MediaKind::Image)));
}

#[test]
fn a_provider_behind_pointers_is_the_provider() {
    let inner = Arc::new(FakeProvider::default());
    let shared: Arc<dyn VisionProvider> = inner.clone();
    let boxed: Box<dyn VisionProvider> = Box::new(Arc::clone(&shared));
    let nested: Arc<Box<dyn VisionProvider>> = Arc::new(boxed);
    for model in [shared.model("m"), nested.model("m"), Model::new(Arc::clone(&shared), "m")] {
        assert_eq!((model.name(), model.provider().id()), ("m", "fake"));
        assert_eq!(model.capabilities().unwrap(), inner.capabilities("m").unwrap());
        assert_eq!(run(model.ask("x").send()).unwrap().text(), "an answer");
        assert_eq!(run(async { model.ask("x").stream().await?.collect().await }).unwrap().text(), "an answer");
    }
    assert_eq!(inner.requests.lock().unwrap().len(), 6);
}

#[tokio::test]
async fn a_question_can_be_asked_from_a_spawned_task() {
    let (_, model) = fake();
    let answer = tokio::spawn(async move { model.ask("x").attach(PNG).await }).await.unwrap();
    assert_eq!(answer.unwrap().into_text(), "an answer");
}
