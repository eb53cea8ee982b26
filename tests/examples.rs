//! Every example runs, without a key and without a network, and prints what its first lines promise.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// Runs one example, and returns what it printed.
fn run(name: &str) -> String {
    static FOLDER: LazyLock<PathBuf> = LazyLock::new(build);
    let output = Command::new(FOLDER.join(name))
        .current_dir(root())
        .env_remove("MEMORIES_API_KEY")
        .env_remove("MEMORIES_AI_API_KEY")
        .env_remove("MEMORIES_VLM_HOST")
        .output()
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{name}: {text}\n{}", String::from_utf8_lossy(&output.stderr));
    text
}

/// Builds the examples, and returns the folder that they are in. The whole workspace is named, because `--package`
/// would choose other features for what they depend on and build all of it once more.
fn build() -> PathBuf {
    let status = Command::new(env!("CARGO"))
        .args(["build", "--locked", "--quiet", "--workspace", "--exclude", "xtask", "--bins", "--examples"])
        .current_dir(root())
        .status()
        .unwrap();
    assert!(status.success());
    let tests = std::env::current_exe().unwrap();
    tests.ancestors().nth(2).unwrap().join("examples")
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[test]
fn the_list_below_is_the_list_of_the_examples() {
    let manifest = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/Cargo.toml")).unwrap();
    let listed: Vec<&str> =
        manifest.lines().filter_map(|line| line.strip_prefix("path = \"")?.strip_suffix("\"")).collect();
    let tested = include_str!("examples.rs");
    for file in listed.into_iter().filter(|file| *file != "src/lib.rs") {
        let name = file.trim_end_matches(".rs");
        assert!(tested.contains(&format!("run(\"{name}\")")), "the example {name} is not run");
    }
}

#[test]
fn examples_print_what_they_promise() {
    insta::assert_snapshot!("ask_picture", run("ask_picture"));
    insta::assert_snapshot!("ask_film", without_port(&run("ask_film")));
    insta::assert_snapshot!("stream_text", run("stream_text"));
    insta::assert_snapshot!("json_by_schema", run("json_by_schema"));
    insta::assert_snapshot!("compare_models", run("compare_models"));
    insta::assert_snapshot!("conversation", run("conversation"));
    insta::assert_snapshot!("handle_errors", run("handle_errors").replace(env!("CARGO_MANIFEST_DIR"), "<tests>"));
    insta::assert_snapshot!("own_provider", run("own_provider"));
    insta::assert_snapshot!("extract_picture", run("extract_picture"));
    insta::assert_snapshot!("extract_segments", run("extract_segments"));
    insta::assert_snapshot!("stream_elements", run("stream_elements"));
    insta::assert_snapshot!("estimate_cost", run("estimate_cost"));
    insta::assert_snapshot!("probe_media", run("probe_media"));
    insta::assert_snapshot!("stack_layers", run("stack_layers"));
    insta::assert_snapshot!("test_without_service", run("test_without_service"));
    // How many of the calls are under way at once differs from run to run.
    let budget = run("stay_in_budget");
    let lines: Vec<&str> = budget.lines().collect();
    let spent = lines[1].strip_prefix("spent ").and_then(|line| line.strip_suffix(", reserved now $0"));
    assert_eq!(lines[2].strip_prefix("after a restart: spent "), spent, "{budget}");
    assert!(lines[0].contains(" refused before they were sent") && !lines[0].contains(" 0 refused"), "{budget}");
}

/// The emulator's port differs from run to run.
fn without_port(text: &str) -> String {
    let mut parts = text.split("127.0.0.1:");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + "127.0.0.1:<port>" + part.trim_start_matches(|c: char| c.is_ascii_digit()))
}
