//! A service that fails, each way with its exit code and words; and media that it fetches itself.

use insta::assert_snapshot;
use vlm_emulator::{Emulator, KeyForm};

use crate::support::{KEY, Server, root};

const ONCE: [&str; 3] = ["What is this?", "--max-attempts", "1"];

/// The transcript of one call to a server that was given this order.
fn after(order: &str, arguments: &[&str]) -> String {
    let script = serde_json::to_string(&[order]).unwrap();
    Server::start(&script).shown(&[&ONCE, arguments].concat())
}

#[test]
fn the_service_refuses() {
    assert_snapshot!("status_401", after("status=401", &[]));
    assert_snapshot!("status_402", after("status=402", &[]));
    assert_snapshot!("status_404", after("status=404", &[]));
}

#[test]
fn the_service_fails() {
    assert_snapshot!("status_429", after("status=429; retry-after=7", &[]));
    assert_snapshot!("status_503", after("status=503", &[]));
    assert_snapshot!("errored", after("errored=INTERNAL", &[]));
    assert_snapshot!("html", after("status=502; body=html", &[]));
}

#[test]
fn the_answer_is_of_no_use() {
    assert_snapshot!("no_choices", after("empty-choices", &[]));
    assert_snapshot!("empty_text", after("empty-text", &[]));
    assert_snapshot!("not_json", after("prose", &["--json-output", "--model", "gpt:gpt-4o"]));
    assert_snapshot!("stream_error", after("stream-error", &["--stream"]));
}

#[test]
fn a_stream_without_an_end_is_warned_of() {
    assert_snapshot!("unmarked", after("shape=unmarked", &["--stream"]));
}

#[test]
fn a_service_message_cannot_forge_lines_or_drive_the_terminal() {
    let shown = after("status=400; message=no%0Aerror: forged%1B[2J%E2%80%AE", &[]);
    assert!(!shown.contains("\nerror: forged") && !shown.contains('\u{1B}') && !shown.contains('\u{202E}'), "{shown}");
}

#[test]
fn a_pipe_gets_exact_bytes_and_json_gets_none_that_drive_a_terminal() {
    let text = "text=a%1B[31mb%C2%9Bc%E2%80%AE";
    let plain = Server::start(&format!("[\"{text}\"]")).ask(&["hi"]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&plain.stdout), "[emulated] a\u{1B}[31mb\u{9B}c\u{202E}\n");
    let json = Server::start(&format!("[\"{text}\"]")).ask(&["hi", "--json"]).output().unwrap();
    let json = String::from_utf8(json.stdout).unwrap();
    assert!(json.contains(r"a\u001b[31mb\u009bc\u202e"), "{json}");
}

#[test]
fn films_go_by_url() {
    let server = Server::build(Emulator::builder().media_root(root().join("media")));
    let url = server.emulator.media_url("launch-and-coffee.mp4");
    for model in ["qwen:qwen3-vl-plus", "gemini:gemini-2.5-flash"] {
        let output = server.ask(&["What happens?", "--attach", &url, "--model", model]).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success() && text.contains("640x426"), "{text}");
    }
    assert!(server.emulator.journal().iter().all(|entry| entry.endpoint == Some("vu")));
}

#[test]
fn the_key_goes_out_as_asked() {
    let server = Server::start("[]");
    server.ask(&["hi"]).output().unwrap();
    server.ask(&["hi", "--bearer"]).output().unwrap();
    let forms: Vec<_> = server.emulator.journal().iter().map(|entry| (entry.key_form, entry.key_length)).collect();
    assert_eq!(forms, [(KeyForm::Raw, KEY.len()), (KeyForm::Bearer, KEY.len())]);
}

#[test]
fn offline_asks_nobody() {
    let server = Server::start("[]");
    let output = server.ask(&["hi", "--offline"]).output().unwrap();
    assert!(output.status.success());
    assert_eq!(server.emulator.connections(), 0);
}
