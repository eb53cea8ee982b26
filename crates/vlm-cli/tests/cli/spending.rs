//! Limits on what a command may cost, the ledger of calls, and `vlm usage` over it.

use std::path::Path;

use insta::assert_snapshot;
use serde_json::Value;

use crate::support::{Server, shown, transcript, vlm};

const QUESTION: &str = "What is in this picture?";

#[test]
fn what_could_cost_more_is_not_sent() {
    let server = Server::start("[]");
    let coffee = ["--attach", "media/coffee.png"];
    let ask = |most: &'static str| [&[QUESTION, "--max-cost", most], coffee.as_slice()].concat();
    assert_snapshot!("too_dear", server.shown(&ask("0.0001")));
    assert_eq!(server.emulator.connections(), 0);
    let enough = server.ask(&ask("0.01")).output().unwrap();
    assert!(enough.status.success());
    assert_eq!(server.emulator.journal().len(), 1);
    let unknown = [QUESTION, "--max-cost", "1", "--model", "qwen:qwen-new"];
    assert_snapshot!("no_price", server.shown(&unknown));
    assert_snapshot!("usage_wrong_cost", shown(["ask", QUESTION, "--max-cost", "a cent"]));
}

#[test]
fn what_is_asked_again_counts() {
    // Two answers that do not fit: the first costs a little, and leaves too little for asking again.
    let server = Server::start(r#"["text=no JSON at all", "text=again no JSON"]"#);
    let arguments = ["extract", "Read it.", "--schema", "name, price: number", "--max-tokens", "40", "--reask", "5"];
    let most = |arguments: &[&str]| {
        let mut estimate = arguments.to_vec();
        estimate[0] = "estimate";
        estimate.truncate(2);
        estimate.extend(["--json", "--max-tokens", "40"]);
        let output = vlm(estimate).output().unwrap();
        let line: Value = serde_json::from_slice(output.stdout.split(|byte| *byte == b'\n').next().unwrap()).unwrap();
        line["estimate"]["cost"]["high"].as_str().unwrap().parse::<f64>().unwrap()
    };
    // Schema and further questions make a call up to a few times dearer than the bare question.
    let limit = format!("{:.6}", most(&arguments) * 2.2);
    let output = server.vlm(&[arguments.as_slice(), &["--max-cost", &limit]].concat()).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("of the limit of $"), "{said}");
    let asked = server.emulator.journal().len();
    assert!((1..4).contains(&asked), "{asked} of up to 6 questions went out: {said}");
}

/// `vlm ask` with a ledger, offline: the emulator's figures never change.
fn recorded(ledger: &Path, arguments: &[&str]) {
    let ledger = ledger.to_str().unwrap();
    let output = vlm([&["ask", QUESTION, "--offline", "--quiet", "--ledger", ledger], arguments].concat()).output();
    assert!(output.unwrap().status.success());
}

#[test]
fn the_ledger_is_summed_up() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = folder.path().join("deep").join("ledger");
    recorded(&ledger, &["--attach", "media/coffee.png", "--tag", "menu"]);
    recorded(&ledger, &["--attach", "media/rocket.jpg", "--tag", "menu", "--model", "gpt:gpt-4o"]);
    recorded(&ledger, &["--stream"]);
    let path = ledger.to_str().unwrap();
    let usage = |more: &[&str]| shown([&["usage", "--ledger", path], more].concat()).replace(path, "LEDGER");
    assert_snapshot!("usage_model", usage(&["--by", "model"]));
    assert_snapshot!("usage_tag", usage(&["--by", "tag"]));
    assert!(usage(&[]).contains("DAY") && usage(&["--by", "run"]).lines().count() > 5);
    assert_snapshot!("usage_none", usage(&["--until", "2020-01-01"]));
    assert_snapshot!("usage_wrong_date", usage(&["--since", "yesterday"]));
    let output = vlm(["usage", "--ledger", path, "--json", "--by", "provider"]).output().unwrap();
    let summary: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (summary["total"]["calls"].as_u64(), summary["groups"][0]["name"].as_str()),
        (Some(3), Some("memories"))
    );
    let lines = std::fs::read_to_string(&ledger).unwrap();
    assert!(!lines.contains("coffee") && !lines.contains("picture") && lines.lines().count() == 6, "{lines}");
    assert_snapshot!("usage_no_ledger", shown(["usage", "--ledger", "none/at/all"]));
}

#[test]
fn a_call_whose_program_was_killed_stays_counted_and_is_not_sent_again() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = folder.path().join("ledger");
    let path = ledger.to_str().unwrap();
    let server = Server::start(r#"["stall=0"]"#);
    let arguments = [QUESTION, "--attach", "media/coffee.png", "--ledger", path];
    let mut child = server.ask(&arguments).spawn().unwrap();
    server.wait_for_requests(1);
    child.kill().unwrap();
    child.wait().unwrap();
    let usage = || {
        let output = vlm(["usage", "--ledger", path, "--json"]).output().unwrap();
        let summary: Value = serde_json::from_slice(&output.stdout).unwrap();
        // What it had reserved counts as money that may have been spent.
        assert!(summary["total"]["held_money"]["USD"].is_string(), "{summary}");
        ["calls", "open", "held", "refunded"].map(|name| summary["total"][name].as_u64().unwrap())
    };
    assert_eq!(usage(), [1, 1, 0, 0]);
    let said = shown(["usage", "--ledger", path]);
    assert!(said.contains("calls without an end: 1; they are under way, or their program was ended"), "{said}");
    // The next program takes the ledger as it is, and sends its own question only.
    assert!(server.ask(&arguments).output().unwrap().status.success());
    assert_eq!((usage(), server.emulator.journal().len()), ([2, 1, 0, 0], 2));
}

#[test]
fn calls_are_recorded_in_the_usual_place() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start("[]");
    let count = |ledger: &Path| std::fs::read_to_string(ledger).map_or(0, |text| text.lines().count() / 2);
    let state = folder.path().join("state").join("vlm").join("ledger");
    let ask = |more: &[&str]| {
        let mut command = server.ask(&[&[QUESTION, "--quiet"], more].concat());
        command.env("XDG_STATE_HOME", folder.path().join("state"));
        command
    };
    assert!(ask(&[]).status().unwrap().success());
    assert_eq!(count(&state), 1);
    assert!(ask(&["--no-ledger"]).status().unwrap().success());
    assert_eq!(count(&state), 1);
    let own = folder.path().join("own");
    assert!(ask(&[]).env("VLM_LEDGER", &own).status().unwrap().success());
    assert_eq!((count(&state), count(&own)), (1, 1));
    // What the emulator in the program answers costs nothing.
    let mut offline = vlm(["ask", QUESTION, "--offline", "--quiet"]);
    assert!(offline.env("XDG_STATE_HOME", folder.path().join("state")).status().unwrap().success());
    assert_eq!(count(&state), 1);
    let mut usage = vlm(["usage", "--by", "model"]);
    let output = usage.env("XDG_STATE_HOME", folder.path().join("state")).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stdout).contains("qwen:qwen3-vl-plus      1"), "{output:?}");
    let mut nothing = vlm(["usage"]);
    let output = nothing.env("XDG_STATE_HOME", folder.path().join("none")).output().unwrap();
    assert_snapshot!("usage_nothing_yet", transcript(&["usage"], &output));
}

#[test]
fn a_ledger_that_cannot_be_written_stops_the_call() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("notes.txt"), "my notes\n").unwrap();
    let server = Server::start("[]");
    let notes = folder.path().join("notes.txt");
    let arguments = [QUESTION, "--ledger", notes.to_str().unwrap()];
    let shown = server.shown(&arguments).replace(notes.to_str().unwrap(), "notes.txt");
    assert_snapshot!("no_ledger_file", shown);
    assert_eq!(server.emulator.connections(), 0);
    assert_eq!(std::fs::read_to_string(&notes).unwrap(), "my notes\n");
}
