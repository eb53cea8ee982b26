//! What was recorded comes back: answers, errors, streams, and streams that fail or were dropped.

use bytes::Bytes;
use futures_util::{FutureExt as _, StreamExt as _};
use vlm_core::{
    Capabilities, Choice, Completion, CompletionStream, Delivery, Error, ErrorKind, FinishReason, RawReply, Request,
    Result, StreamEvent, TransportPhase, Usage, VisionProvider, VisionProviderExt,
};
use vlm_testkit::fake::FakeProvider;

use crate::{GIF, Place, ask};

/// An answer with everything that a service may say.
fn full() -> Completion {
    let mut answer = Completion::new();
    let mut choice = Choice::new(0, "Une très bonne réponse 🐈");
    choice.reasoning = Some("hm".to_owned());
    choice.finish = FinishReason::Other("sleepy".to_owned());
    answer.choices.push(choice);
    answer.usage = Usage::new().with_tokens(u64::MAX, 3);
    answer.metadata.insert("x".to_owned(), serde_json::json!({"y": [0.1, -1, null]}));
    answer.raw = RawReply::from(Bytes::from_static(b"{\"as\": \"it came\"}\r\n"));
    answer
}

fn broken() -> Error {
    Error::new(ErrorKind::Transport(TransportPhase::Body), "the connection broke")
        .with_provider("tape")
        .with_delivery(Delivery::Answered)
        .with_status(200)
        .with_attempts(2)
        .with_source(std::io::Error::other("reset"))
}

/// Streams what the test says, errors included.
#[derive(Debug)]
struct Streams(fn() -> Vec<Result<StreamEvent>>);

#[async_trait::async_trait]
impl VisionProvider for Streams {
    fn id(&self) -> &str {
        "tape"
    }

    fn capabilities(&self, model: &str) -> Result<Capabilities> {
        Ok(Capabilities::text_only(model))
    }

    async fn generate(&self, _: &Request) -> Result<Completion> {
        self.stream(&ask("")).await?.collect().await
    }

    async fn stream(&self, _: &Request) -> Result<CompletionStream> {
        Ok(CompletionStream::new(futures_util::stream::iter((self.0)())))
    }
}

fn text(text: &str) -> StreamEvent {
    StreamEvent::Text { choice: 0, text: text.to_owned() }
}

#[tokio::test]
async fn an_answer_comes_back_with_its_raw_reply() {
    let place = Place::new();
    let mut binary = full();
    binary.raw = RawReply::from(Bytes::from_static(b"\xff\xfe"));
    let cassette = place.record(FakeProvider::new().complete(full()).complete(binary.clone()));
    assert_eq!(cassette.generate(&ask("?")).await.unwrap(), full());
    assert_eq!(cassette.generate(&ask("??")).await.unwrap(), binary);
    cassette.finish().unwrap();

    let cassette = place.replay();
    assert_eq!(cassette.id(), "fake");
    assert_eq!(cassette.capabilities("m").unwrap(), FakeProvider::new().capabilities("m").unwrap());
    assert_eq!(cassette.capabilities("other").unwrap_err().kind(), ErrorKind::Configuration);
    assert_eq!(cassette.generate(&ask("??")).await.unwrap(), binary);
    assert_eq!(cassette.generate(&ask("?")).await.unwrap(), full());
    cassette.finish().unwrap();
}

#[tokio::test]
async fn an_error_comes_back() {
    let place = Place::new();
    let cassette = place.record(FakeProvider::new().fail(broken()).fail(broken()));
    let (recorded, streamed) =
        (cassette.generate(&ask("?")).await.unwrap_err(), cassette.stream(&ask("?")).await.unwrap_err());
    cassette.finish().unwrap();
    let cassette = place.replay();
    let replayed = cassette.generate(&ask("?")).await.unwrap_err();
    assert_eq!(replayed.to_string(), recorded.to_string());
    assert_eq!(
        (replayed.kind(), replayed.delivery(), replayed.status(), replayed.attempts(), replayed.operation()),
        (recorded.kind(), Delivery::Answered, Some(200), 2, Some("generate"))
    );
    assert_eq!(std::error::Error::source(&replayed).unwrap().to_string(), "reset");
    assert_eq!(cassette.stream(&ask("?")).await.unwrap_err().to_string(), streamed.to_string());
}

#[tokio::test]
async fn a_stream_comes_back_event_by_event() {
    let place = Place::new();
    let cassette = place.record(FakeProvider::new().complete(full()));
    let recorded: Vec<_> = cassette.stream(&ask("?")).await.unwrap().map(Result::unwrap).collect().await;
    cassette.finish().unwrap();
    let cassette = place.replay();
    let replayed: Vec<_> = cassette.stream(&ask("?")).await.unwrap().map(Result::unwrap).collect().await;
    assert_eq!(replayed, recorded);
    assert!(replayed.len() > 5);
    assert_eq!(place.replay().stream(&ask("?")).await.unwrap().collect().await.unwrap(), full());
}

#[tokio::test]
async fn a_stream_that_fails_does_so_at_the_same_place() {
    let place = Place::new();
    let cassette = place.record(Streams(|| vec![Ok(text("a ")), Ok(text("cat")), Err(broken()), Ok(text("never"))]));
    let recorded = cassette.stream(&ask("?")).await.unwrap().collect().await.unwrap_err();
    cassette.finish().unwrap();
    let mut stream = place.replay().stream(&ask("?")).await.unwrap();
    assert_eq!(stream.next().await.unwrap().unwrap(), text("a "));
    assert_eq!(stream.next().await.unwrap().unwrap(), text("cat"));
    let error = stream.next().await.unwrap().unwrap_err();
    assert!(stream.next().await.is_none());
    assert_eq!((error.to_string(), error.partial()), (recorded.to_string(), recorded.partial()));
    assert_eq!(error.partial_text(), Some("a cat"));
}

#[tokio::test]
async fn a_stream_without_an_end_is_recorded_as_the_error_that_it_is() {
    let place = Place::new();
    let cassette = place.record(Streams(|| vec![Ok(text("half"))]));
    assert!(cassette.stream(&ask("?")).await.unwrap().collect().await.is_err());
    cassette.finish().unwrap();
    let error = place.replay().stream(&ask("?")).await.unwrap().collect().await.unwrap_err();
    assert_eq!((error.kind(), error.partial_text()), (ErrorKind::Truncated, Some("half")));
}

#[tokio::test]
async fn a_dropped_stream_is_recorded_as_far_as_it_was_read() {
    let place = Place::new();
    let cassette = place.record(FakeProvider::new().answer("one two three"));
    let mut stream = cassette.stream(&ask("?")).await.unwrap();
    assert_eq!(stream.next_text().await.unwrap().as_deref(), Some("one "));
    let error = cassette.finish().unwrap_err();
    assert!(error.message().contains("1 calls"), "{error}");
    drop(stream);
    cassette.finish().unwrap();
    assert!(place.text().contains("\"dropped\": true"));

    let mut stream = place.replay().stream(&ask("?")).await.unwrap();
    assert_eq!(stream.next_text().await.unwrap().as_deref(), Some("one "));
    let error = stream.next_text().await.unwrap_err();
    assert_eq!((error.kind(), error.partial_text()), (ErrorKind::Configuration, Some("one ")));
    assert!(error.message().contains("its stream was dropped here"), "{error}");
}

#[tokio::test]
async fn a_call_that_was_dropped_is_not_recorded() {
    #[derive(Debug)]
    struct Silent;

    #[async_trait::async_trait]
    impl VisionProvider for Silent {
        fn id(&self) -> &str {
            "silent"
        }

        fn capabilities(&self, model: &str) -> Result<Capabilities> {
            Ok(Capabilities::text_only(model))
        }

        async fn generate(&self, request: &Request) -> Result<Completion> {
            if request.has_video() || request.media().count() > 0 {
                std::future::pending::<()>().await;
            }
            Ok(full())
        }

        async fn stream(&self, _: &Request) -> Result<CompletionStream> {
            Ok(CompletionStream::whole(full()))
        }
    }

    let place = Place::new();
    let cassette = place.record(Silent);
    let model = cassette.model("m");
    let mut call = Box::pin(model.ask("?").attach(GIF).send());
    assert!((&mut call).now_or_never().is_none());
    assert!(cassette.finish().is_err());
    drop(call);
    model.ask("?").await.unwrap();
    cassette.finish().unwrap();
    assert!(place.media().is_empty());
    place.replay().model("m").ask("?").await.unwrap();
    assert!(place.replay().model("m").ask("?").attach(GIF).await.is_err());
}
