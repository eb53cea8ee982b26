//! What the program says of itself: help pages, version, models, completions, and a command line that is wrong.

use insta::assert_snapshot;

use crate::support::{shown, vlm};

#[test]
fn every_command_has_a_page() {
    assert_snapshot!("help", shown(["--help"]));
    assert_snapshot!("help_ask", shown(["ask", "--help"]));
    assert_snapshot!("help_extract", shown(["extract", "--help"]));
    assert_snapshot!("help_schema", shown(["schema", "--help"]));
    assert_snapshot!("help_estimate", shown(["estimate", "--help"]));
    assert_snapshot!("help_usage", shown(["usage", "--help"]));
    assert_snapshot!("help_models", shown(["models", "--help"]));
    assert_snapshot!("help_emulate", shown(["emulate", "--help"]));
    assert_snapshot!("help_completions", shown(["completions", "--help"]));
}

#[test]
fn help_never_shows_the_environment() {
    let planted = "never-to-be-shown";
    for command in ["ask", "extract", "schema", "estimate", "usage", "models", "emulate"] {
        let mut run = vlm([command, "--help"]);
        for name in ["MEMORIES_API_KEY", "MEMORIES_AI_API_KEY", "MEMORIES_VLM_HOST", "VLM_MODEL", "VLM_LEDGER"] {
            run.env(name, planted);
        }
        let output = run.output().unwrap();
        assert!(!String::from_utf8_lossy(&output.stdout).contains(planted), "{command}");
    }
}

#[test]
fn a_wrong_command_line_is_named() {
    assert_snapshot!("usage_nothing", shown([]));
    assert_snapshot!("usage_wrong_flag", shown(["ask", "hi", "--attch", "media/coffee.png"]));
    assert_snapshot!("usage_wrong_value", shown(["ask", "hi", "--thinking", "maybe"]));
    assert_snapshot!("usage_conflict", shown(["ask", "hi", "--offline", "--base-url", "http://127.0.0.1:1"]));
    assert_snapshot!("usage_stdin_twice", shown(["ask", "-", "--attach", "-"]));
    assert_snapshot!("usage_schema_stdin_twice", shown(["extract", "-", "--schema", "-"]));
    assert_snapshot!("usage_no_schema", shown(["extract", "hi"]));
    assert_snapshot!("usage_each_reask", shown(["extract", "hi", "--schema", "a", "--each", "--reask", "2"]));
    assert_snapshot!("usage_cost", shown(["extract", "hi", "--schema", "a", "--max-reask-cost", "cheap"]));
    assert_snapshot!("usage_dialect", shown(["schema", "a", "--dialect", "xml"]));
    let output = vlm(["ask", "hi", "--\u{1B}[31mred"]).output().unwrap();
    assert!(output.status.code() == Some(2) && !output.stderr.contains(&0x1B));
}

#[test]
fn models_are_listed() {
    assert_snapshot!("models", shown(["models"]));
    assert_snapshot!("models_nova_json", shown(["models", "--model-family", "nova", "--json"]));
}

#[test]
fn the_version_is_the_packages() {
    let output = vlm(["--version"]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), concat!("vlm ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn every_shell_gets_completions() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let output = vlm(["completions", shell]).output().unwrap();
        let script = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && script.contains("attach"), "{shell}");
        assert!(script.contains("reask-full") && script.contains("dialect"), "{shell}");
        assert!(output.stderr.is_empty(), "{shell}");
    }
}
