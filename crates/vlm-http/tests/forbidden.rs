//! The switch that keeps a process from real services: a test program of its own, because there is no way back.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use vlm_core::{Delivery, ErrorKind};
use vlm_http::{BaseUrl, Call, HttpClient, MediaSlots};

fn call(base: &str) -> Call {
    let body = MediaSlots::new().finish(&serde_json::json!({"prompt": "?"})).unwrap();
    Call::post(BaseUrl::parse(base).unwrap().join("chat"), body)
}

#[tokio::test]
async fn only_this_machine_can_be_reached() {
    vlm_http::forbid_real_requests();
    assert!(vlm_http::real_requests_are_forbidden());
    let client = HttpClient::builder("test").build().unwrap();
    let read = |reply: &vlm_http::Reply| reply.decode_json::<serde_json::Value>();

    let error = client.send(call("https://example.org/v1"), read).await.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Configuration, Delivery::NotSent));
    assert!(error.to_string().contains("real requests are forbidden"), "{error}");

    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        let (mut peer, _) = listener.accept().unwrap();
        let mut head = [0; 4096];
        let _ = peer.read(&mut head).unwrap();
        peer.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}").unwrap();
    });
    let (answer, _) = client.send(call(&base), read).await.unwrap();
    assert_eq!(answer, serde_json::json!({}));
    server.join().unwrap();
}
