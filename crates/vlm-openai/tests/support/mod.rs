//! A server on a real socket that answers as it is told and notes what it was sent; and providers pointed at it.
#![allow(dead_code, reason = "each test target uses its own part")]

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use vlm_core::{Media, Message, Request};
use vlm_openai::{OpenAi, OpenAiBuilder, Profile, RetryPolicy};

/// The key of all tests; no output may show it.
pub(crate) const KEY: &str = "sk-never-a-real-key";

pub(crate) fn media(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../media")).join(name)
}

/// A question about a picture from disk.
pub(crate) fn about_coffee(model: &str) -> Request {
    Request::new(model).message(Message::user("What is in this picture?").with(Media::path(media("coffee.png"))))
}

/// What the server answers to one request.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    status: u16,
    headers: String,
    body: Vec<u8>,
    /// Bytes per chunk.
    piece: usize,
    /// The connection breaks after so many bytes of the body.
    cut: Option<usize>,
    /// Nothing more comes after so many bytes of the body.
    stall: Option<usize>,
    /// The body ends with the connection and nothing else.
    unframed: bool,
}

impl Answer {
    pub(crate) fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = format!("content-type: {content_type}\r\n");
        Self { status, headers, body: body.into(), piece: 4096, cut: None, stall: None, unframed: false }
    }

    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::new(status, "application/json", body.to_string())
    }

    /// An answer of this text.
    pub(crate) fn text(text: &str) -> Self {
        Self::json(
            200,
            &json!({
                "id": "chatcmpl-1", "object": "chat.completion", "created": 1_760_000_000, "model": "served-model",
                "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
                "usage": {"prompt_tokens": 1000, "completion_tokens": 200, "total_tokens": 1200},
                "service_tier": "default", "system_fingerprint": "fp_1",
            }),
        )
    }

    /// The same answer, streamed in three pieces of text.
    pub(crate) fn stream(text: &str) -> Self {
        Self::events(&chunks(text))
    }

    pub(crate) fn events(events: &[String]) -> Self {
        let body: String = events.iter().map(|data| format!("data: {data}\n\n")).collect();
        Self::new(200, "text/event-stream; charset=utf-8", body)
    }

    pub(crate) fn error(status: u16, code: &str, message: &str) -> Self {
        Self::json(status, &json!({"error": {"message": message, "type": code, "param": null, "code": code}}))
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push_str(&format!("{name}: {value}\r\n"));
        self
    }

    pub(crate) fn in_pieces_of(mut self, bytes: usize) -> Self {
        self.piece = bytes;
        self
    }

    pub(crate) fn cut_at(mut self, bytes: usize) -> Self {
        self.cut = Some(bytes);
        self
    }

    pub(crate) fn stalled_at(mut self, bytes: usize) -> Self {
        self.stall = Some(bytes);
        self
    }

    pub(crate) fn unframed(mut self) -> Self {
        self.unframed = true;
        self
    }

    pub(crate) fn len(&self) -> usize {
        self.body.len()
    }
}

/// The events of a streamed answer, `[DONE]` included.
pub(crate) fn chunks(text: &str) -> Vec<String> {
    let half = text.char_indices().map(|(at, _)| at).nth(text.chars().count() / 2).unwrap_or(0);
    let chunk = |choices: Value, usage: Value| {
        json!({
            "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1_760_000_000, "model": "served-model",
            "service_tier": "default", "system_fingerprint": "fp_1", "choices": choices, "usage": usage,
        })
        .to_string()
    };
    let delta = |delta: Value, finish: Value| {
        chunk(json!([{"index": 0, "delta": delta, "finish_reason": finish}]), Value::Null)
    };
    vec![
        delta(json!({"role": "assistant", "content": ""}), Value::Null),
        delta(json!({"content": text[..half]}), Value::Null),
        delta(json!({"content": text[half..]}), Value::Null),
        delta(json!({}), json!("stop")),
        chunk(json!([]), json!({"prompt_tokens": 1000, "completion_tokens": 200, "total_tokens": 1200})),
        "[DONE]".to_owned(),
    ]
}

/// A request as it came over the wire.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// The request line and the headers, in lower case.
    pub(crate) head: String,
    pub(crate) body: Value,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

#[derive(Default)]
struct State {
    /// What is answered in turn; the last one is repeated.
    script: Vec<Answer>,
    seen: Vec<Seen>,
    connections: usize,
    closed: usize,
}

pub(crate) struct Server {
    port: u16,
    state: Arc<Mutex<State>>,
    closing: Arc<Notify>,
}

impl Server {
    pub(crate) async fn start(script: Vec<Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(Mutex::new(State { script, ..State::default() }));
        let closing = Arc::new(Notify::new());
        let (shared, notify) = (state.clone(), closing.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                shared.lock().unwrap().connections += 1;
                tokio::spawn(serve(stream, shared.clone(), notify.clone()));
            }
        });
        Self { port, state, closing }
    }

    pub(crate) fn base_url(&self) -> String {
        format!("http://127.0.0.1:{}/v1", self.port)
    }

    /// Answers so from now on.
    pub(crate) fn script(&self, script: Vec<Answer>) {
        self.state.lock().unwrap().script = script;
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.state.lock().unwrap().seen.clone()
    }

    pub(crate) fn last(&self) -> Seen {
        self.seen().pop().unwrap()
    }

    pub(crate) fn connections(&self) -> usize {
        self.state.lock().unwrap().connections
    }

    /// Waits until a client closed a connection on which the server had stalled.
    pub(crate) async fn client_went_away(&self) {
        while self.state.lock().unwrap().closed == 0 {
            self.closing.notified().await;
        }
    }

    /// Nobody waits for retries here.
    pub(crate) fn builder(&self, profile: Profile) -> OpenAiBuilder {
        let short = Duration::from_millis(1);
        let retry = RetryPolicy::default().backoff(short, short).rate_limit_backoff(short, short);
        OpenAi::builder(KEY).profile(profile).base_url(self.base_url()).retry(retry)
    }

    pub(crate) fn openai(&self) -> OpenAi {
        self.provider(Profile::openai())
    }

    pub(crate) fn provider(&self, profile: Profile) -> OpenAi {
        self.builder(profile).build().unwrap()
    }
}

/// One request per connection.
async fn serve(mut stream: TcpStream, state: Arc<Mutex<State>>, closing: Arc<Notify>) {
    let Some(seen) = read(&mut stream).await else { return };
    let answer = {
        let mut state = state.lock().unwrap();
        state.seen.push(seen);
        if state.script.len() > 1 { state.script.remove(0) } else { state.script[0].clone() }
    };
    let stalls = answer.stall.is_some();
    // A client that went away is no failure of the server.
    let _ = write(&mut stream, &answer).await;
    if stalls {
        let mut rest = [0; 1024];
        while matches!(stream.read(&mut rest).await, Ok(count) if count > 0) {}
        state.lock().unwrap().closed += 1;
        closing.notify_one();
    }
}

async fn write(stream: &mut TcpStream, answer: &Answer) -> std::io::Result<()> {
    let framing = if answer.unframed { "" } else { "transfer-encoding: chunked\r\n" };
    let head = format!("HTTP/1.1 {} Told\r\nconnection: close\r\n{framing}{}\r\n", answer.status, answer.headers);
    stream.write_all(head.as_bytes()).await?;
    let end = answer.cut.or(answer.stall).unwrap_or(answer.body.len());
    for piece in answer.body[..end].chunks(answer.piece) {
        if answer.unframed {
            stream.write_all(piece).await?;
        } else {
            stream.write_all(format!("{:x}\r\n", piece.len()).as_bytes()).await?;
            stream.write_all(piece).await?;
            stream.write_all(b"\r\n").await?;
        }
    }
    if answer.cut.is_none() && answer.stall.is_none() && !answer.unframed {
        stream.write_all(b"0\r\n\r\n").await?;
    }
    stream.flush().await
}

/// A whole request; none when the client went away first.
async fn read(stream: &mut TcpStream) -> Option<Seen> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break at + 4;
        }
        (stream.read_buf(&mut bytes).await.ok()? > 0).then_some(())?;
    };
    // The key keeps its case.
    let head: Vec<String> = String::from_utf8_lossy(&bytes[..end])
        .lines()
        .map(|line| match line.split_once(':') {
            Some((name, value)) => format!("{}:{value}", name.to_ascii_lowercase()),
            None => line.to_owned(),
        })
        .collect();
    let head = head.join("\n");
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0);
    let mut body = bytes.split_off(end);
    while body.len() < length {
        (stream.read_buf(&mut body).await.ok()? > 0).then_some(())?;
    }
    Some(Seen { head, body: serde_json::from_slice(&body).unwrap_or_default() })
}
