//! Typed answers that fit: every family, schemas from everywhere, items one by one, and answers that need some mending.

use std::io::Write as _;
use std::process::Stdio;

use insta::assert_snapshot;
use serde_json::Value;
use vlm_emulator::Emulator;

use crate::support::{Server, root, shown, transcript, vlm};

const PROMPT: &str = "Read the price tag.";
const SCHEMA: &str = "name, price: number(0..), tags: [string](1..), kind: enum(sale|rent), note?";
const MODELS: [(&str, &str); 4] = [
    ("qwen", "qwen:qwen3-vl-plus"),
    ("gemini", "gemini:gemini-2.5-flash"),
    ("nova", "nova:us.amazon.nova-lite-v1:0"),
    ("gpt", "gpt:gpt-4o"),
];

fn offline(arguments: &[&str]) -> String {
    shown([&["extract", PROMPT, "--offline"], arguments].concat())
}

/// What stands on standard output, line by line.
fn lines(output: &[u8]) -> Vec<Value> {
    String::from_utf8(output.to_vec()).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn every_family_gives_json_that_fits() {
    for (name, model) in MODELS {
        let arguments = ["--attach", "media/coffee.png", "--schema", SCHEMA, "--model", model];
        assert_snapshot!(name, offline(&arguments));
    }
}

#[test]
fn every_family_gives_items_one_by_one() {
    for (name, model) in MODELS {
        let arguments = ["--attach", "media/coffee.png", "--each", "--schema", SCHEMA, "--model", model];
        assert_snapshot!(format!("{name}_each"), offline(&arguments));
    }
}

#[test]
fn a_schema_comes_from_a_file_or_standard_input() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let json = r##"{
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {"what": {"$ref": "#/$defs/text"}, "count": {"type": "integer", "minimum": 2}},
        "required": ["count", "what"],
        "$defs": {"text": {"type": "string", "minLength": 1}}
    }"##;
    let run = |schema: &str| offline(&["--schema", schema]).replace(folder.path().to_str().unwrap(), "[FOLDER]");
    assert_snapshot!("json_file", run(&file("scene.json", json)));
    assert_snapshot!("named_file", run(&format!("@{}", file("scene.schema", "what # it is\ncount: integer(2..)\n"))));
    let typed = run(json);
    assert!(typed.contains("\nexit code: 0\n") && typed.contains("{\"what\":"), "{typed}");

    let arguments = ["extract", PROMPT, "--offline", "--schema", "-"];
    let mut child = vlm(arguments).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"what, count: integer\n").unwrap();
    assert_snapshot!("stdin_schema", transcript(&arguments, &child.wait_with_output().unwrap()));
}

#[test]
fn what_a_model_cannot_be_told_is_checked() {
    let server = Server::start(r#"["text={\"day\":\"2023-02-29\"}", "text={\"day\":\"2024-02-29\"}"]"#);
    let arguments = [PROMPT, "--schema", "day: date", "--model", "gemini:gemini-2.5-flash"];
    assert_snapshot!("lost", server.extracted(&arguments));
    let server = Server::start(r#"["text={\"elements\":[{\"day\":\"2023-02-29\"},{\"day\":\"2024-02-29\"}]}"]"#);
    assert_snapshot!("lost_each", server.extracted(&[&arguments[..], &["--each"]].concat()));
}

#[test]
fn a_list_or_a_number_may_be_the_whole_answer() {
    let list =
        r#"{"type":"array","items":{"type":"object","properties":{"b":{"type":"string"},"a":{"type":"string"}}}}"#;
    assert_snapshot!("list", offline(&["--schema", list]));
    assert_snapshot!("number", offline(&["--schema", r#"{"type":"integer","minimum":3}"#, "--model", "gpt:gpt-4o"]));
}

#[test]
fn json_tells_everything() {
    let server = Server::start(r#"["json=fenced; json=trailing-comma", ""]"#);
    let arguments = [PROMPT, "--schema", "name, stars: integer(1..5)", "--json", "--model", "gemini:gemini-2.5-flash"];
    assert_snapshot!("json", server.extracted(&arguments));
    assert_snapshot!("json_each", server.extracted(&[&arguments[..], &["--each"]].concat()));
}

#[test]
fn quiet_leaves_the_value_only() {
    assert_snapshot!("quiet", offline(&["--schema", "name", "--quiet", "--model", "gpt:gpt-4o"]));
}

#[test]
fn films_go_by_url() {
    let server = Server::build(Emulator::builder().media_root(root().join("media")));
    let url = server.emulator.media_url("launch-and-coffee.mp4");
    let schema = "start: number, end: number, event";
    for model in ["qwen:qwen3-vl-plus", "gemini:gemini-2.5-flash", "nova:us.amazon.nova-lite-v1:0"] {
        for each in [&["--each"][..], &[]] {
            let arguments = ["extract", "What happens?", "--attach", &url, "--schema", schema, "--model", model];
            let output = server.vlm(&[&arguments, each].concat()).output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            let items = lines(&output.stdout);
            assert!(!items.is_empty() && items.iter().all(|item| item["start"].is_number()), "{items:?}");
        }
    }
    assert!(server.emulator.journal().iter().all(|entry| entry.body.to_string().contains(&url)));
}

#[test]
fn what_is_not_quite_json_is_mended_and_told() {
    let forms = ["fenced", "wrapped", "single-quotes", "trailing-comma", "comments", "python", "twice", "extra-field"];
    for form in forms {
        let server = Server::start(&format!("[\"json={form}\"]"));
        let run = |schema: &str| server.extracted(&[PROMPT, "--schema", schema, "--model", "gpt:gpt-4o"]);
        assert_snapshot!(form, run("name, sold: boolean, tags: [string]"));
    }
}

#[test]
fn two_wrong_answers_are_recovered_and_the_picture_is_sent_once() {
    let server = Server::start(r#"["json=wrong-types", "json=missing-field"]"#);
    let arguments = [PROMPT, "--schema", SCHEMA, "--attach", "media/coffee.png", "--reask", "2"];
    assert_snapshot!("recovered", server.extracted(&arguments));
    let journal = server.emulator.journal();
    let with_picture: Vec<bool> =
        journal.iter().map(|entry| entry.body.to_string().contains("data:image/png;base64,")).collect();
    assert_eq!(with_picture, [true, false, false]);
    assert!(journal[0].body_bytes > 10 * journal[1].body_bytes.max(journal[2].body_bytes));
}

#[test]
fn a_full_question_sends_the_picture_again() {
    let server = Server::start(r#"["json=wrong-types"]"#);
    let arguments =
        [PROMPT, "--schema", "a: number", "--attach", "media/coffee.png", "--reask", "0", "--reask-full", "1"];
    assert_snapshot!("asked_again", server.extracted(&arguments));
    assert!(server.emulator.journal().iter().all(|entry| entry.body.to_string().contains("data:image/png;base64,")));
}
