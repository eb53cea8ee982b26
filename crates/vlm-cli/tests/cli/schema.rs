//! `vlm schema`: a schema in the form of a model, of each dialect, and of one that cannot say it.

use insta::assert_snapshot;

use crate::support::shown;

const SCHEMA: &str = "name: string(..80) 'as printed', stars?: integer(1..5), tags: [enum(a|b)](1..3), day: date";

#[test]
fn every_dialect_says_it_in_its_way() {
    let dialects =
        ["json-schema", "openai-strict", "gemini-schema", "gemini-json-schema", "anthropic", "json-object", "prompt"];
    for dialect in dialects {
        assert_snapshot!(dialect, shown(["schema", SCHEMA, "--dialect", dialect]));
    }
}

#[test]
fn a_model_has_a_dialect() {
    assert_snapshot!("default_model", shown(["schema", "name"]));
    assert_snapshot!("gemini", shown(["schema", "name", "--model", "gemini:gemini-2.5-flash"]));
    assert_snapshot!("gpt", shown(["schema", "name", "--model", "gpt:gpt-4o"]));
    assert_snapshot!("no_model", shown(["schema", "name", "--model", "claude:opus"]));
}

#[test]
fn all_dialects_at_once() {
    assert_snapshot!("all", shown(["schema", "name, price: number(0..)", "--all"]));
    assert_snapshot!("all_refusals", shown(["schema", "name, more: any", "--all"]));
}

#[test]
fn a_dialect_that_cannot_say_it_names_the_place() {
    let tree = r##"{"type":"object","properties":{"parent":{"$ref":"#"}}}"##;
    for dialect in ["gemini-schema", "anthropic"] {
        assert_snapshot!(format!("recursion_{dialect}"), shown(["schema", tree, "--dialect", dialect]));
    }
    let deep = format!("a: {}string{}", "[".repeat(15), "]".repeat(15));
    assert_snapshot!("too_deep", shown(["schema", &deep, "--dialect", "openai-strict"]));
}

#[test]
fn what_is_no_schema_is_refused() {
    assert_snapshot!("misspelt", shown(["schema", "name: text"]));
    assert_snapshot!("list_file", shown(["schema", "[1]"]));
}
