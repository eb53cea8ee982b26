//! Typed answers that do not fit, and schemas that cannot be used: each with its exit code, its words and its books.

use insta::assert_snapshot;

use crate::support::{Server, shown};

const PROMPT: &str = "Read the price tag.";
const SCHEMA: &str = "name, price: number, tags: [string]";

/// The transcript of one extraction by a server that was given these orders.
fn after(orders: &[&str], arguments: &[&str]) -> String {
    let server = Server::start(&serde_json::to_string(orders).unwrap());
    server.extracted(&[&[PROMPT], arguments].concat())
}

fn unusable(orders: &[&str], arguments: &[&str]) -> String {
    let shown = after(orders, &[&["--schema", SCHEMA], arguments].concat());
    assert!(shown.contains("\nexit code: 6\n"), "{shown}");
    shown
}

fn refused(arguments: &[&str]) -> String {
    let shown = shown([&["extract", PROMPT, "--offline"], arguments].concat());
    assert!(shown.contains("\nexit code: 3\n"), "{shown}");
    shown
}

#[test]
fn what_never_fits_is_not_printed() {
    assert_snapshot!("misfit", unusable(&["json=wrong-types", "json=missing-field"], &[]));
    assert_snapshot!("misfit_never_asked_again", unusable(&["json=wrong-types"], &["--reask", "0"]));
    assert_snapshot!("misfit_quiet", unusable(&["json=wrong-types"], &["--reask", "0", "--quiet"]));
    assert_snapshot!("prose", unusable(&["prose"], &["--reask", "0", "--model", "gpt:gpt-4o"]));
}

#[test]
fn many_mismatches_are_counted() {
    let wrong = format!("text={{\"name\":7,\"price\":1,\"tags\":[{}]}}", ["false"; 24].join(","));
    assert_snapshot!("many_mismatches", unusable(&[&wrong], &["--reask", "0", "--quiet"]));
}

#[test]
fn what_a_model_wrote_cannot_forge_lines() {
    let wrong = r#"text={"name":"a%5Cnerror: forged%1B[2J","price":"%E2%80%AE","tags":[]}"#;
    let shown = unusable(&[wrong], &["--reask", "0", "--no-repair"]);
    assert!(!shown.contains("\nerror: forged") && !shown.contains('\u{1B}') && !shown.contains('\u{202E}'), "{shown}");
}

#[test]
fn what_is_cut_off_is_not_called_broken_json() {
    assert_snapshot!("cut_off", unusable(&["json=truncated"], &[]));
    assert_snapshot!("cut_off_by_the_limit", unusable(&[], &["--max-tokens", "8"]));
}

#[test]
fn without_repair_json_must_be_json() {
    assert_snapshot!("no_repair", unusable(&["fenced", "fenced"], &["--no-repair"]));
    assert_snapshot!("no_repair_recovered", after(&["fenced"], &["--schema", SCHEMA, "--no-repair"]));
}

#[test]
fn limits_end_the_asking() {
    let wrong = ["json=wrong-types", "json=wrong-types", "json=wrong-types"];
    assert_snapshot!("token_limit", unusable(&wrong, &["--reask", "9", "--max-reask-tokens", "50"]));
    assert_snapshot!("cost_limit", unusable(&wrong, &["--reask", "9", "--max-reask-cost", "0.00001"]));
    let unpriced = ["--reask", "9", "--max-reask-cost", "9", "--model", "qwen:qwen-new"];
    assert_snapshot!("cost_unknown", unusable(&wrong, &unpriced));
}

#[test]
fn an_item_that_does_not_fit_is_left_out() {
    let items = r#"text={"elements":[{"a":1},{"a":"one"},{"a":3},{}]}"#;
    let each = ["--schema", "a: integer", "--each"];
    assert_snapshot!("each_misfit", after(&[items], &each));
    assert_snapshot!("each_misfit_json", after(&[items], &[&each[..], &["--json"]].concat()));
    assert_snapshot!("each_none", after(&[r#"text={"elements":[]}"#], &each));
    assert_snapshot!("each_prose", after(&["prose"], &each));
    let long = r#"text={"elements":[{"a":1},{"a":2},{"a":3},{"a":4}]}; json=truncated:60%"#;
    assert_snapshot!("each_cut_off", after(&[long], &each));
}

#[test]
fn a_call_that_fails_keeps_its_own_code() {
    let once = ["--schema", SCHEMA, "--max-attempts", "1"];
    assert_snapshot!("status_401", after(&["status=401"], &once));
    assert_snapshot!("status_503", after(&["json=wrong-types", "status=503"], &once));
    assert_snapshot!("stream_error", after(&["stream-error"], &[&once[..], &["--each"]].concat()));
}

#[test]
fn a_schema_text_that_is_wrong_is_shown_with_its_place() {
    assert_snapshot!("unknown_type", refused(&["--schema", "name, price: nubmer"]));
    assert_snapshot!("open_bracket", refused(&["--schema", "name, tags: [string"]));
    assert_snapshot!("empty_schema", refused(&["--schema", ""]));
    assert_snapshot!("a_file_not_named_as_one", refused(&["--schema", "media/README.md"]));
}

#[test]
fn a_schema_that_cannot_be_used_is_refused() {
    assert_snapshot!("missing_file", refused(&["--schema", "no-such.json"]));
    assert_snapshot!("not_json", refused(&["--schema", "{\"type\":"]));
    assert_snapshot!("wrong_keyword", refused(&["--schema", r#"{"type":"object","properties":{"a":{"type":7}}}"#]));
    assert_snapshot!("foreign_reference", refused(&["--schema", r#"{"$ref":"https://example.org/a.json"}"#]));
    assert_snapshot!("bad_pattern", refused(&["--schema", r#"{"properties":{"a":{"type":"string","pattern":"("}}}"#]));
    assert_snapshot!("illegal_name", refused(&["--schema", "a", "--schema-name", "what's this"]));
    let deep = format!("{}{}", "{\"items\":".repeat(10_000), "{}");
    let output = crate::support::vlm(["extract", "hi", "--offline", "--schema", &deep]).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
}

#[test]
fn a_schema_that_the_model_cannot_be_told_is_refused() {
    let tree = r##"{"$ref":"#/$defs/node","$defs":{"node":{"type":"object","properties":{"name":{"type":"string"},"children":{"type":"array","items":{"$ref":"#/$defs/node"}}}}}}"##;
    assert_snapshot!("recursion_gemini", refused(&["--schema", tree, "--model", "gemini:gemini-2.5-flash"]));
    assert_snapshot!(
        "recursion_gpt",
        shown(["extract", PROMPT, "--offline", "--schema", tree, "--model", "gpt:gpt-4o"])
    );
}

#[test]
fn nothing_of_it_opens_a_connection() {
    let server = Server::start("[]");
    let wrong = [
        &["--schema", "a: b"][..],
        &["--schema", ""],
        &["--schema", "no-such.json"],
        &["--schema", "a", "--schema-name", ""],
        &["--schema", "a: any", "--model", "gemini:gemini-2.5-flash"],
        &["--schema", "a", "--attach", "media"],
    ];
    for arguments in wrong {
        let output = server.vlm(&[&["extract", "hi"], arguments].concat()).output().unwrap();
        assert_eq!(output.status.code(), Some(3), "{arguments:?}");
    }
    assert_eq!(server.emulator.connections(), 0);
}
