//! Planted secrets appear in nothing that is shown or logged.

use std::error::Error as StdError;
use std::sync::Arc;

use tracing::instrument::WithSubscriber;
use vlm_core::Error;
use vlm_http::{Body, Call, Fault, FixedRandom, HttpClient, MediaSlots, Opened, Payload, Reply, RetryPolicy, Secret};

use crate::support::log::Log;
use crate::support::ms;
use crate::support::server::{Server, Step, json, write};

const KEY: &str = "planted-key-0123456789";
const MARK: &str = "planted";

fn body() -> Body {
    let mut media = MediaSlots::new();
    let picture = media.add("data:image/png;base64,", Payload::Bytes("planted pixels".into()));
    media.finish(&serde_json::json!({ "prompt": "planted prompt", "image": picture })).unwrap()
}

/// The error as every reader of it sees it.
fn shown(error: &Error) -> String {
    let mut text = format!("{error} {error:?} {error:#?} {}", error.advice());
    let mut source = StdError::source(error);
    while let Some(cause) = source {
        text.push_str(&format!(" {cause} {cause:?}"));
        source = cause.source();
    }
    text
}

fn judge(reply: &Reply) -> Result<(), Fault> {
    match reply.status() {
        200 => Ok(()),
        status => {
            Err(Fault::from_status(status).with_code(format!("c {KEY}")).with_service_message(reply.excerpt(200)))
        }
    }
}

/// Everything that is shown of a call against `script`, and everything that is logged meanwhile.
async fn traces(script: Vec<Step>) -> (String, String) {
    let server = Server::start(vec![script]).await;
    let key = Secret::new(KEY).unwrap();
    let client = HttpClient::builder("test")
        .retry(RetryPolicy::new().backoff(ms(1), ms(1)))
        .random(Arc::new(FixedRandom::new(0.5)))
        .build()
        .unwrap();
    let url = format!("http://127.0.0.1:{}/v1?planted=query", server.port);
    let call = Call::post(url.parse().unwrap(), body()).header("x-note", "planted header").secret_header(
        "authorization",
        "Bearer ",
        &key,
    );
    let log = Log::default();
    let sent = client.send(call.clone(), judge).with_subscriber(log.clone()).await;
    let opened = client.open(call.clone(), judge, |_| Ok(())).with_subscriber(log.clone()).await;
    let mut text = format!("{key:?} {client:?} {call:?}");
    match sent {
        Ok((_, stats)) => text.push_str(&format!("{stats:?}")),
        Err(error) => text.push_str(&shown(&error)),
    }
    match opened {
        Ok(Opened::Whole(..)) => {}
        Ok(opened) => text.push_str(&format!("{opened:?}")),
        Err(error) => text.push_str(&shown(&error)),
    }
    // The key really went out, so its absence from the traces means something.
    assert!(server.seen().iter().all(|seen| seen.head.contains(KEY)));
    (text, log.text())
}

#[tokio::test]
async fn planted_secrets_stay_hidden() {
    let words = r#"{"msg":"invalid key planted-key-0123456789 for https://x.example/a?planted","image":"data:image/png;base64,cGxhbnRlZA=="}"#;
    let event = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\ndata: planted answer\n\n";
    let scripts = [
        vec![Step::Read, json("401 Unauthorized", "x-request-id: planted-key-0123456789\r\n", words)],
        vec![Step::Read, json("503 Busy", "set-cookie: planted\r\nx-planted: planted\r\n", words)],
        vec![Step::Read, json("302 Found", "location: https://x.example/planted?planted\r\n", words)],
        vec![Step::Read, json("200 OK", "x-planted: planted\r\n", words)],
        vec![Step::Read, write(event)],
        vec![Step::Read, write("planted garbage\r\n\r\n")],
        vec![Step::Read, write("HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nplanted")],
        vec![Step::Read],
    ];
    for (index, script) in scripts.into_iter().enumerate() {
        let (shown, logged) = traces(script).await;
        assert!(!shown.contains(MARK), "script {index}: {shown}");
        assert!(!logged.contains(MARK), "script {index}: {logged}");
        assert!(logged.contains("attempt starts"), "the log is not empty: {logged}");
    }
}

#[tokio::test]
async fn the_services_words_stay_readable() {
    let words = r#"{"msg":"invalid key planted-key-0123456789, see the manual"}"#;
    let (shown, _) = traces(vec![Step::Read, json("401 Unauthorized", "", words)]).await;
    assert!(shown.contains("invalid key [redacted], see the manual"), "{shown}");
}
