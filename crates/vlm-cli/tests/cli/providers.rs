//! Providers besides memories.ai: how they are named, what is wrong with a command line for them, and that they answer.

use insta::assert_snapshot;

use crate::support::shown;

fn refused(arguments: &[&str]) -> String {
    let shown = shown([&["ask", "What is this?"], arguments].concat());
    assert!(shown.contains("\nexit code: 3\n"), "{shown}");
    shown
}

#[test]
fn what_is_missing_is_named() {
    assert_snapshot!("providers_no_key", refused(&["--model", "openai/gpt-5-mini"]));
    assert_snapshot!("providers_no_google_key", refused(&["--model", "gemini/gemini-2.5-flash"]));
    assert_snapshot!("providers_no_address", refused(&["--model", "local/qwen"]));
    assert_snapshot!("providers_unknown", refused(&["--model", "acme/vision-1"]));
    assert_snapshot!("providers_no_model", refused(&["--model", "vllm/"]));
}

#[test]
fn flags_of_memories_are_no_flags_of_others() {
    assert_snapshot!("providers_offline", refused(&["--model", "openai/gpt-5-mini", "--offline"]));
    assert_snapshot!("providers_endpoint", refused(&["--model", "ollama/x", "--endpoint", "iu"]));
}

#[test]
fn one_provider_is_listed_alone() {
    assert_snapshot!("providers_dashscope", shown(["models", "--provider", "dashscope"]));
    assert_snapshot!("providers_without_a_list", shown(["models", "--provider", "vllm"]));
    assert_snapshot!("providers_none", shown(["models", "--provider", "acme"]));
}

#[test]
fn estimates_are_made_for_each() {
    let models = ["openai/gpt-4o-mini", "gemini/gemini-2.5-flash", "dashscope/qwen3-vl-plus", "qwen:qwen3-vl-plus"];
    let models = models.iter().flat_map(|model| ["--model", model]);
    let arguments = ["estimate", "What is in this picture?", "media/coffee.png", "--max-tokens", "100"];
    assert_snapshot!("providers_estimate", shown(arguments.into_iter().chain(models)));
}
