//! What is refused before anything is sent: each says what is wrong and what to do instead.

use insta::assert_snapshot;

use crate::support::{Server, shown, vlm};

fn refused(arguments: &[&str]) -> String {
    let shown = shown([&["ask", "What is this?", "--offline"], arguments].concat());
    assert!(shown.contains("\nexit code: 3\n"), "{shown}");
    shown
}

#[test]
fn attachments() {
    assert_snapshot!("missing_file", refused(&["--attach", "media/no-such.png"]));
    assert_snapshot!("directory", refused(&["--attach", "media"]));
    assert_snapshot!("text_file", refused(&["--attach", "media/README.md"]));
    assert_snapshot!("unknown_scheme", refused(&["--attach", "gopher://example.org/a.png"]));
    assert_snapshot!("kind_unknown", refused(&["--attach", "https://example.org/picture?token=never"]));
    assert_snapshot!("private_host", refused(&["--attach", "https://10.0.0.1/a.png"]));
    assert_snapshot!("empty_name", refused(&["--attach", ""]));
    assert_snapshot!("broken_data_url", refused(&["--attach", "data:image/png;base64,@@@"]));
}

#[cfg(unix)]
#[test]
fn devices() {
    assert_snapshot!("device", refused(&["--attach", "/dev/zero"]));
}

#[test]
fn files_that_are_not_what_their_names_say() {
    let folder = tempfile::tempdir().unwrap();
    let run = |name: &str, content: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        let shown = refused(&["--attach", path.to_str().unwrap()]);
        shown.replace(folder.path().to_str().unwrap(), "[FOLDER]")
    };
    assert_snapshot!("empty_file", run("empty.png", b""));
    assert_snapshot!("text_named_jpg", run("text.jpg", b"just some words"));
}

#[test]
fn films() {
    let film = "media/launch-and-coffee.mp4";
    assert_snapshot!("film_to_qwen", refused(&["--attach", film]));
    assert_snapshot!("film_to_gemini", refused(&["--attach", film, "--model", "gemini:gemini-2.5-flash"]));
    assert_snapshot!("film_to_gpt", refused(&["--attach", film, "--model", "gpt:gpt-4o"]));
    assert_snapshot!("film_to_iu", refused(&["--attach", "https://example.org/a.mp4", "--endpoint", "iu"]));
}

#[test]
fn models() {
    assert_snapshot!("bare_model", refused(&["--model", "qwen3-vl-plus"]));
    assert_snapshot!("unknown_family", refused(&["--model", "claude:opus"]));
    assert_snapshot!("strict_model", refused(&["--model", "qwen:qwen-new", "--strict"]));
}

#[test]
fn everything_that_is_wrong_comes_at_once() {
    let wrong = [
        "--attach",
        "media/no-such.png",
        "--attach",
        "media",
        "--temperature",
        "5",
        "--top-p",
        "-1",
        "--n",
        "0",
        "--max-tokens",
        "0",
        "--frequency-penalty",
        "9",
        "--presence-penalty",
        "nan",
        "--timeout",
        "0",
        "--max-attempts",
        "0",
        "--thinking",
        "0",
        "--stop",
        "",
    ];
    assert_snapshot!("many_reasons", refused(&wrong));
    assert_snapshot!("empty_system", refused(&["--system", " "]));
    assert_snapshot!("empty_prompt", shown(["ask", "", "--offline", "--attach", "media/coffee.png"]));
}

#[test]
fn settings() {
    assert_snapshot!("no_key", shown(["ask", "What is this?", "--attach", "media/coffee.png"]));
    let host = ["ask", "hi", "--key-file", "media/no-such.key", "--base-url", "http://example.org"];
    assert_snapshot!("no_key_file", shown(host));
    assert_snapshot!("schema_not_json", refused(&["--json-schema", "media/README.md"]));
    assert_snapshot!("schema_missing", refused(&["--json-schema", "media/no-such.json"]));
    let output = vlm(["ask", "hi"]).env("MEMORIES_API_KEY", " \n").output().unwrap();
    assert_eq!(output.status.code(), Some(3), "an empty key is none");
    let output =
        vlm(["ask", "hi", "--base-url", "http://example.org"]).env("MEMORIES_API_KEY", "never").output().unwrap();
    assert_eq!(output.status.code(), Some(3), "plain http is refused");
}

#[test]
fn nothing_of_it_opens_a_connection() {
    let server = Server::start("[]");
    for wrong in [["--attach", "media"], ["--temperature", "5"], ["--model", "qwen3-vl-plus"], ["--n", "0"]] {
        let output = server.ask(&[&["hi"], wrong.as_slice()].concat()).output().unwrap();
        assert_eq!(output.status.code(), Some(3));
    }
    assert_eq!(server.emulator.connections(), 0);
}

#[test]
fn the_emulator_is_set_up_rightly_or_not_at_all() {
    assert_snapshot!("emulate_not_loopback", shown(["emulate", "--addr", "0.0.0.0:8787"]));
    assert_snapshot!("emulate_no_folder", shown(["emulate", "--addr", "127.0.0.1:0", "--media", "media/no-such"]));
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    assert_snapshot!("emulate_taken", shown(["emulate", "--addr", &taken.local_addr().unwrap().to_string()]));
    assert_snapshot!("emulate_bad_script", shown(["emulate", "--addr", "127.0.0.1:0", "--script", "media/README.md"]));
}
