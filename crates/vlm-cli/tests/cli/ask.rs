//! Questions answered offline: every family, whole and in pieces, as text and as JSON, from files and standard input.

use std::io::Write as _;
use std::process::Stdio;

use insta::assert_snapshot;

use crate::support::{shown, transcript, vlm};

const QUESTION: &str = "What is in this picture?";

fn offline(arguments: &[&str]) -> String {
    shown([&["ask", QUESTION, "--offline"], arguments].concat())
}

#[test]
fn every_family_sees_a_picture() {
    assert_snapshot!("qwen", offline(&["--attach", "media/coffee.png"]));
    for (name, model) in FAMILIES {
        assert_snapshot!(name, offline(&["--attach", "media/coffee.png", "--model", model]));
    }
}

#[test]
fn every_family_streams() {
    assert_snapshot!("qwen_stream", offline(&["--attach", "media/rocket.jpg", "--stream"]));
    for (name, model) in FAMILIES {
        assert_snapshot!(
            format!("{name}_stream"),
            offline(&["--attach", "media/rocket.jpg", "--stream", "--model", model])
        );
    }
}

const FAMILIES: [(&str, &str); 3] =
    [("gemini", "gemini:gemini-2.5-flash"), ("nova", "nova:us.amazon.nova-lite-v1:0"), ("gpt", "gpt:gpt-4o")];

#[test]
fn json_is_the_whole_answer_or_its_events() {
    assert_snapshot!("json", offline(&["--attach", "media/chelsea.png", "--json"]));
    assert_snapshot!(
        "json_stream",
        offline(&["--attach", "media/chelsea.png", "--json", "--stream", "--max-tokens", "4"])
    );
}

#[test]
fn several_answers_stand_apart() {
    assert_snapshot!("several", offline(&["--n", "2"]));
    assert_snapshot!("several_stream", offline(&["--n", "2", "--stream"]));
}

#[test]
fn many_options_at_once() {
    let arguments = [
        "--attach",
        "media/coffee.png",
        "--attach",
        "media/rocket.jpg",
        "--system",
        "Be brief.",
        "--temperature",
        "0.2",
        "--top-p",
        "0.9",
        "--frequency-penalty",
        "-0.5",
        "--presence-penalty",
        "0.5",
        "--stop",
        "END",
        "--thinking",
        "512",
        "--max-tokens",
        "300",
        "--timeout",
        "60",
        "--max-attempts",
        "2",
        "--endpoint",
        "vu",
        "--bearer",
    ];
    assert_snapshot!("many_options", offline(&arguments));
}

#[test]
fn an_answer_in_json_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scene.json");
    let schema = r#"{"type":"object","properties":{"cups":{"type":"integer"}},"required":["cups"],"additionalProperties":false}"#;
    std::fs::write(&path, schema).unwrap();
    let arguments =
        ["ask", QUESTION, "--offline", "--attach", "media/coffee.png", "--json-schema", path.to_str().unwrap()];
    let output = vlm(arguments).output().unwrap();
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(output.status.success() && answer["cups"].is_i64(), "{answer}");

    assert_snapshot!("json_output", offline(&["--json-output", "--model", "gpt:gpt-4o"]));
}

#[test]
fn a_film_is_sent_whole_where_the_family_takes_it() {
    assert_snapshot!(
        "nova_film",
        offline(&["--attach", "media/launch-and-coffee.mp4", "--model", "nova:us.amazon.nova-lite-v1:0"])
    );
}

#[test]
fn quiet_leaves_the_answer_only() {
    assert_snapshot!("quiet", offline(&["--attach", "media/coffee.png", "--quiet", "--model", "qwen:qwen-new"]));
}

#[test]
fn the_model_may_come_from_the_environment() {
    let run = |value: &str| {
        let output = vlm(["ask", "hi", "--offline"]).env("VLM_MODEL", value).output().unwrap();
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(run(" gpt:gpt-4o\n").contains("gpt:gpt-4o  in "));
    assert!(run("").contains("qwen:qwen3-vl-plus  in "));
}

#[test]
fn prompt_and_picture_may_come_from_standard_input() {
    let picture = std::fs::read(crate::support::root().join("media/coffee.png")).unwrap();
    assert_snapshot!("stdin_picture", fed(&["ask", QUESTION, "--offline", "--attach", "-"], &picture));
    assert_snapshot!("stdin_prompt", fed(&["ask", "-", "--offline"], b"How many cups?\n"));
    assert_snapshot!("stdin_text", fed(&["ask", QUESTION, "--offline", "--attach", "-"], b"no picture"));
    assert_snapshot!("stdin_empty", fed(&["ask", QUESTION, "--offline", "--attach", "-"], b""));
}

fn fed(arguments: &[&str], input: &[u8]) -> String {
    let mut child = vlm(arguments.iter().copied()).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    transcript(arguments, &child.wait_with_output().unwrap())
}
