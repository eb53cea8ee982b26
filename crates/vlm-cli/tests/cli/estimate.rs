//! `vlm estimate`: one call, many, several models, prices of one's own; what would be refused; and that nothing is sent.

use insta::assert_snapshot;
use serde_json::Value;
use vlm_emulator::Emulator;

use crate::support::{Server, root, shown, vlm};

const QUESTION: &str = "What is in this?";

fn estimate(arguments: &[&str]) -> String {
    shown([&["estimate", QUESTION], arguments].concat())
}

/// The lines of `--json`, read.
fn lines(arguments: &[&str]) -> Vec<Value> {
    let output = vlm([&["estimate", QUESTION, "--json"], arguments].concat()).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn one_call_is_told_in_full() {
    assert_snapshot!("one", estimate(&["media/coffee.png"]));
    assert_snapshot!("attached", estimate(&["--attach", "media/coffee.png", "--attach", "media/rocket.jpg"]));
    assert_snapshot!("words_alone", estimate(&["--max-tokens", "50", "--system", "Be brief."]));
    assert_snapshot!("one_json", estimate(&["media/coffee.png", "--json"]));
    assert_snapshot!(
        "thinking",
        estimate(&["media/coffee.png", "--thinking", "500", "--max-tokens", "100", "--n", "2"])
    );
}

#[test]
fn many_are_a_table_with_their_sum() {
    assert_snapshot!("many", estimate(&["media/*.png", "media/rocket.jpg", "https://example.org/a.jpg"]));
    assert_snapshot!("many_refused", estimate(&["media/coffee.png", "media/README.md", "missing.png"]));
    assert_snapshot!("a_film_from_a_file", estimate(&["media/launch-and-coffee.mp4"]));
}

#[test]
fn models_are_compared() {
    let models =
        ["--model", "qwen:qwen3-vl-flash", "--model", "gpt:gpt-4o", "--model", "nova:us.amazon.nova-lite-v1:0"];
    assert_snapshot!("models", estimate(&[&["media/coffee.png"], models.as_slice()].concat()));
    let film = ["media/launch-and-coffee.mp4", "media/coffee.png"];
    assert_snapshot!("models_many", estimate(&[&film, models.as_slice()].concat()));
    let all = lines(&["media/coffee.png", "media/launch-and-coffee.mp4", "--all-models"]);
    let estimates = all.iter().filter(|line| line["estimate"].is_object()).count();
    // Of memories.ai 60 models see the picture, and all but the 33 of GPT the film; of OpenAI 40 the picture alone, of
    // DashScope and Google 13 and 16 both.
    assert_eq!(estimates, 60 + 27 + 40 + 2 * (13 + 16));
    assert!(all.iter().all(|line| line["refused"].is_null()));
}

#[test]
fn what_was_estimated_is_what_the_answer_takes() {
    for model in ["qwen:qwen3-vl-plus", "gemini:gemini-2.5-flash", "nova:us.amazon.nova-lite-v1:0", "gpt:gpt-4o"] {
        for media in ["media/coffee.png", "media/rocket.jpg", "media/chelsea.png"] {
            let estimated = &lines(&[media, "--model", model])[0]["estimate"]["input"]["likely"];
            let arguments = ["ask", QUESTION, "--offline", "--json", "--attach", media, "--model", model];
            let answer: Value = serde_json::from_slice(&vlm(arguments).output().unwrap().stdout).unwrap();
            assert_eq!(&answer["completion"]["usage"]["input_tokens"], estimated, "{model} {media}");
        }
    }
}

#[test]
fn a_command_line_of_ask_is_one_of_estimate() {
    let arguments = [
        "estimate",
        QUESTION,
        "--offline",
        "--attach",
        "media/coffee.png",
        "--stream",
        "--temperature",
        "0.2",
        "--stop",
        "END",
        "--timeout",
        "60",
        "--max-attempts",
        "2",
        "--endpoint",
        "vu",
        "--bearer",
        "--quiet",
        "--strict",
    ];
    let output = vlm(arguments).output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    assert_snapshot!("wrong_settings", estimate(&["--temperature", "9", "--attach", "missing.png"]));
}

#[test]
fn prices_of_ones_own() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("prices.json");
    let list = r#"[{"family": "qwen", "model": "qwen3-vl-plus", "currency": "EUR", "unit": "per_1m_tokens",
        "tiers": [{"up_to_input_tokens": 200, "input": "1", "output": "2"},
                  {"up_to_input_tokens": null, "input": "100", "output": "200"}]}]"#;
    std::fs::write(&path, list).unwrap();
    let named = path.to_str().unwrap();
    let clean = |text: String| text.replace(named, "prices.json");
    assert_snapshot!("own_prices", clean(estimate(&["media/coffee.png", "media/chelsea.png", "--prices", named])));
    let models = shown(["models", "--model-family", "qwen", "--prices", named]);
    assert!(models.contains("1 EUR") && models.contains("200 EUR"), "{models}");
    let asked = shown(["ask", QUESTION, "--offline", "--attach", "media/coffee.png", "--prices", named]);
    assert!(asked.contains(" EUR  "), "{asked}");
    let refused = ["ask", QUESTION, "--offline", "--prices", named, "--max-cost", "0.001"];
    assert_snapshot!("own_currency", clean(shown(refused)));
    std::fs::write(&path, "[{}]").unwrap();
    assert_snapshot!("wrong_prices", clean(estimate(&["--prices", named])));
}

#[test]
fn urls_are_looked_at_only_where_that_is_allowed() {
    let server = Server::build(Emulator::builder().media_root(root().join("media")));
    let url = server.emulator.media_url("launch-and-coffee.mp4");
    let unknown = &lines(&[&url])[0]["estimate"]["parts"][1]["tokens"];
    assert_eq!(server.emulator.connections(), 0);
    let known = &lines(&[&url, "--probe-urls"])[0]["estimate"]["parts"][1]["tokens"];
    let local = &lines(&["media/launch-and-coffee.mp4"])[0]["estimate"]["parts"][1]["tokens"];
    assert_eq!(known, local);
    assert_eq!((known["confidence"].as_str(), unknown["confidence"].as_str()), (Some("exact"), Some("unknown")));
    assert!(server.emulator.connections() > 0);
    let missing = lines(&[&server.emulator.media_url("none.png"), "--probe-urls"]);
    assert!(missing[0]["estimate"]["unknown"][0]["message"].as_str().unwrap().contains("404"), "{}", missing[0]);
}
