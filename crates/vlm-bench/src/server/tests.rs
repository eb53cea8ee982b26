//! The server as its contenders do not meet it: raw requests, right and wrong.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use super::*;

const BODY: &str = r#"{"model":"m","max_tokens":1,"messages":[{"role":"user","content":"a"}]}"#;

fn settings() -> Settings {
    Settings { events: 3, large_events: 1, latency: Duration::from_millis(1), held: 2 }
}

/// A server on a thread of its own.
fn start() -> SocketAddr {
    let (sender, receiver) = std::sync::mpsc::channel();
    drop(std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let server = Server::bind(settings()).expect("a port");
            sender.send(server.address().expect("an address")).expect("sent");
            server.run().await
        })
    }));
    receiver.recv().expect("an address")
}

fn ask(address: SocketAddr, request: &str) -> String {
    let mut socket = TcpStream::connect(address).expect("connected");
    socket.write_all(request.as_bytes()).expect("sent");
    socket.shutdown(std::net::Shutdown::Write).expect("shut");
    let mut reply = String::new();
    let _ = socket.read_to_string(&mut reply).expect("read");
    reply
}

fn post(path: &str, headers: &str) -> String {
    format!("POST /{path} HTTP/1.1\r\nhost: a\r\n{headers}content-length: {}\r\n\r\n{BODY}", BODY.len())
}

fn seen(address: SocketAddr) -> Seen {
    let reply = ask(address, "GET /seen HTTP/1.1\r\n\r\n");
    let (_, body) = reply.split_once("\r\n\r\n").expect("a head");
    serde_json::from_str(body).expect("JSON")
}

#[test]
fn requests_are_answered_counted_and_forgotten() {
    let address = start();
    let key = format!("authorization: Bearer {KEY}\r\n", KEY = crate::case::KEY);
    for (path, words) in [("small/v1/chat/completions", "chat.completion"), ("slow/iu/chat/completions", "\"status\"")]
    {
        assert!(ask(address, &post(path, &key)).contains(words), "{path}");
    }
    let counted = seen(address);
    assert_eq!((counted.requests, counted.body_bytes), (2, 2 * BODY.len() as u64));
    assert!(counted.check(2, 0, 0).is_ok(), "{counted:?}");
    assert!(counted.check(3, 0, 0).is_err() && counted.check(2, 1, 0).is_err() && counted.check(2, 0, 1).is_err());
    assert_eq!(seen(address), Seen::default());
}

#[test]
fn held_requests_are_answered_together() {
    let address = start();
    let key = format!("authorization: {}\r\n", crate::case::KEY);
    let request = post("held/vu/chat/completions", &key);
    let other = std::thread::spawn({
        let request = request.clone();
        move || ask(address, &request)
    });
    assert!(ask(address, &request).contains("200 OK"));
    assert!(other.join().expect("answered").contains("200 OK"));
}

#[test]
fn what_a_contender_leaves_out_is_noted() {
    let address = start();
    let _ = ask(address, &post("small/v1/chat/completions", ""));
    assert!(seen(address).check(1, 0, 0).is_err());
    assert!(ask(address, &post("none/v1/chat/completions", "")).contains("404"));
    assert!(ask(address, "POST /small/v1/other HTTP/1.1\r\n\r\n").contains("404"));
}

#[test]
fn settings_go_to_another_process_and_come_back() {
    let back = Settings::from_arguments(settings().to_arguments()).expect("readable");
    assert_eq!(format!("{back:?}"), format!("{:?}", settings()));
    assert!(Settings::from_arguments(["colour=red".to_owned()]).is_err());
}
