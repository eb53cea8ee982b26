//! A small HTTP/1.1 client over one TCP connection per request: just enough to see what is really on the wire.
#![allow(clippy::unwrap_used, clippy::expect_used, dead_code, unreachable_pub)]

use std::net::SocketAddr;
use std::path::PathBuf;

use base64::Engine as _;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use vlm_emulator::{Emulator, EmulatorBuilder};

/// An answer as it was read.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// Whether the body ended as its head announced.
    pub complete: bool,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The message of the documented envelope, after a look at its shape.
    pub fn problem(&self) -> String {
        let body = self.json();
        assert_eq!(body["code"], self.status, "{body}");
        assert!(body["data"].is_null(), "{body}");
        body["msg"].as_str().unwrap().to_owned()
    }
}

/// The folder with the project's sample media.
pub fn media_folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../media")
}

/// An emulator with sample media, a fixed time and fixed ids.
pub fn builder() -> EmulatorBuilder {
    Emulator::builder().media_root(media_folder()).clock(|| 1_767_100_000)
}

pub async fn start() -> Emulator {
    builder().start().await.unwrap()
}

/// A sample as a data URI.
pub fn data_uri(kind: &str, file: &str) -> String {
    let bytes = std::fs::read(media_folder().join(file)).unwrap();
    format!("data:{kind};base64,{}", base64::engine::general_purpose::STANDARD.encode(bytes))
}

/// Sends a request and reads all of the answer.
pub async fn send(address: SocketAddr, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    let mut stream = connect(address, method, path, headers, body).await;
    let mut bytes = Vec::new();
    // A broken connection is one of the things that tests look for.
    let _ = stream.read_to_end(&mut bytes).await;
    parse(&bytes)
}

/// Sends a request and leaves reading to the caller.
pub async fn connect(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if method == "POST" {
        head.push_str(&format!("content-length: {}\r\n", body.len()));
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body).await.unwrap();
    stream
}

/// A chat request with the usual headers, and more.
pub async fn chat_with(emulator: &Emulator, endpoint: &str, more: &[(&str, &str)], body: &Value) -> Answer {
    let path = format!("/serve/api/v2/{endpoint}/chat/completions");
    let mut headers = vec![("authorization", "local-key"), ("content-type", "application/json")];
    headers.extend_from_slice(more);
    send(emulator.address(), "POST", &path, &headers, body.to_string().as_bytes()).await
}

pub async fn chat(emulator: &Emulator, endpoint: &str, body: &Value) -> Answer {
    chat_with(emulator, endpoint, &[], body).await
}

pub async fn ordered(emulator: &Emulator, order: &str, body: &Value) -> Answer {
    chat_with(emulator, "vu", &[("x-emulate", order)], body).await
}

/// The smallest valid request.
pub fn hello() -> Value {
    json!({"model": "qwen:qwen3-vl-plus", "messages": [{"role": "user", "content": "Hello there"}]})
}

/// The data of all events, in order.
pub fn events(text: &str) -> Vec<String> {
    text.split("\n\n")
        .flat_map(|event| event.lines().find_map(|line| line.strip_prefix("data:")))
        .map(|data| data.trim_start().to_owned())
        .collect()
}

fn parse(bytes: &[u8]) -> Answer {
    let end = bytes.windows(4).position(|part| part == b"\r\n\r\n").expect("a whole head") + 4;
    let head = std::str::from_utf8(&bytes[..end]).unwrap();
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers: Vec<_> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let find = |wanted: &str| headers.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone());
    let rest = &bytes[end..];
    let (body, complete) = match find("content-length") {
        Some(length) => (rest.to_vec(), rest.len() == length.parse::<usize>().unwrap()),
        None if find("transfer-encoding").as_deref() == Some("chunked") => unchunk(rest),
        None => (rest.to_vec(), true),
    };
    Answer { status, headers, body, complete }
}

fn unchunk(mut rest: &[u8]) -> (Vec<u8>, bool) {
    let mut body = Vec::new();
    while let Some(end) = rest.windows(2).position(|part| part == b"\r\n") {
        let size = std::str::from_utf8(&rest[..end]).unwrap();
        let size = usize::from_str_radix(size, 16).unwrap();
        rest = &rest[end + 2..];
        if size == 0 {
            return (body, true);
        }
        if rest.len() < size + 2 {
            body.extend_from_slice(rest);
            return (body, false);
        }
        body.extend_from_slice(&rest[..size]);
        rest = &rest[size + 2..];
    }
    (body, false)
}
