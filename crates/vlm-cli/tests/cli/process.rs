//! The process among others: Ctrl-C, a reader that goes away, a server that runs until it is stopped.
#![cfg(unix)]

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};

use crate::support::{KEY, Server, vlm};

/// What Ctrl-C sends.
fn interrupt(child: &Child) {
    let status = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(status.success());
}

#[test]
fn ctrl_c_cancels_a_call() {
    let server = Server::start(r#"["stall=0"]"#);
    let child = server.ask(&["hi"]).spawn().unwrap();
    server.wait_for_requests(1);
    interrupt(&child);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert_eq!(
        String::from_utf8_lossy(&output.stderr),
        "interrupted: the call was cancelled; what the service did until then may be billed\n"
    );
}

#[test]
fn ctrl_c_keeps_what_was_printed_of_a_stream() {
    let server = Server::start(r#"["stall=600"]"#);
    let mut child = server.ask(&["hi", "--stream"]).spawn().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    let mut text = vec![0; "[emulated] ".len()];
    stdout.read_exact(&mut text).unwrap();
    interrupt(&child);
    stdout.read_to_end(&mut text).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(String::from_utf8(text).unwrap().starts_with("[emulated] "));
}

#[test]
fn items_are_printed_before_the_answer_is_whole() {
    let items = vec![r#"{"a":1}"#; 200].join(",");
    let order = format!(r#"text={{"elements":[{items}]}}; stall=20000"#);
    let server = Server::start(&serde_json::to_string(&[order]).unwrap());
    let mut child = server.vlm(&["extract", "hi", "--each", "--schema", "a: integer"]).spawn().unwrap();
    let mut first = String::new();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    stdout.read_line(&mut first).unwrap();
    assert_eq!(first, "{\"a\":1}\n");
    interrupt(&child);
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(rest.lines().count() < 199 && rest.lines().all(|line| line == first.trim_end()), "{rest}");
}

#[test]
fn a_reader_that_has_gone_ends_it_quietly() {
    let server = Server::start("[]");
    for arguments in [&["hi"][..], &["hi", "--stream"], &["hi", "--json"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = server.ask(&[arguments, &["--quiet"]].concat()).stdout(writer).output().unwrap();
        assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
    }
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = vlm(["models"]).stdout(writer).output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let output = vlm(["models"]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("error: the output cannot be written"));
}

#[test]
fn the_emulator_serves_until_ctrl_c() {
    let arguments = ["emulate", "--addr", "127.0.0.1:0", "--media", "media", "--stream-shape", "text-deltas"];
    let mut server = vlm(arguments).stdout(Stdio::null()).spawn().unwrap();
    let mut talk = BufReader::new(server.stderr.take().unwrap()).lines().map(Result::unwrap);
    let host = talk.by_ref().find_map(|line| line.split_once("MEMORIES_VLM_HOST=").map(|(_, url)| url.to_owned()));
    let host = host.unwrap();
    let url = format!("{}/media/coffee.png", host.trim_end_matches("/serve/api/v2"));
    for stream in [&[][..], &["--stream"]] {
        let mut ask = vlm([&["ask", "What is this?", "--attach", &url], stream].concat());
        let output = ask.env("MEMORIES_VLM_HOST", &host).env("MEMORIES_API_KEY", KEY).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && text.contains("600x400"), "{text}");
    }
    interrupt(&server);
    assert_eq!(server.wait().unwrap().code(), Some(0));
    assert!(talk.any(|line| line == "stopped after 2 requests"));
}
