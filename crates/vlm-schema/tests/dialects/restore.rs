//! Answers in a dialect's form become answers that the type takes.

use serde::Deserialize;
use serde_json::{Value, json};
use vlm_core::SchemaDialect::{self, GeminiSchema, OpenAiStrict, Prompt};
use vlm_schema::schema::{Schema, lower};

use schemars::JsonSchema;

#[derive(Debug, Deserialize, JsonSchema, PartialEq)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum What {
    Person {
        #[serde(default = "nobody")]
        name: String,
        age: Option<u8>,
    },
    Crowd {
        #[serde(default)]
        people: Vec<What>,
    },
}

fn nobody() -> String {
    "nobody".to_owned()
}

fn restored(schema: &Schema, dialect: SchemaDialect, mut answer: Value) -> Value {
    lower(schema, dialect).unwrap().restore(&mut answer);
    answer
}

#[test]
fn null_for_a_left_out_property_goes_and_an_answer_of_null_stays() {
    let schema = Schema::of::<What>().unwrap();
    let answer = json!({"result": {"kind": "crowd", "people": [
        {"kind": "person", "name": null, "age": null},
        {"kind": "crowd", "people": null},
    ]}});
    let value = restored(&schema, OpenAiStrict, answer);
    assert_eq!(value, json!({"kind": "crowd", "people": [{"kind": "person", "age": null}, {"kind": "crowd"}]}));
    let what: What = serde_json::from_value(value).unwrap();
    let person = What::Person { name: "nobody".to_owned(), age: None };
    assert_eq!(what, What::Crowd { people: vec![person, What::Crowd { people: Vec::new() }] });
}

#[test]
fn null_for_a_required_property_stays_a_fault() {
    let value = json!({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]});
    let schema = Schema::from_value("s", value).unwrap();
    assert_eq!(restored(&schema, OpenAiStrict, json!({"a": null})), json!({"a": null}));
}

#[test]
fn other_dialects_leave_nulls_alone() {
    let value = json!({"type": "object", "properties": {"a": {"type": "string"}}});
    let schema = Schema::from_value("s", value).unwrap();
    for dialect in [GeminiSchema, Prompt, SchemaDialect::JsonSchema] {
        assert_eq!(restored(&schema, dialect, json!({"a": null})), json!({"a": null}));
    }
}

#[test]
fn choices_come_back_from_their_text() {
    let value = json!({"type": "object", "properties": {
        "stars": {"type": "integer", "enum": [1, 2, 3]},
        "sure": {"const": true},
        "word": {"enum": ["1", "2"]},
        "union": {"anyOf": [{"type": "boolean"}, {"type": "number", "enum": [0.5]}]},
    }});
    let schema = Schema::from_value("s", value).unwrap();
    let answer = json!({"stars": "2", "sure": "true", "word": "1", "union": "0.5"});
    assert_eq!(restored(&schema, GeminiSchema, answer), json!({"stars": 2, "sure": true, "word": "1", "union": 0.5}));
    // What is no choice stays, for the check to name.
    assert_eq!(restored(&schema, GeminiSchema, json!({"stars": "9"})), json!({"stars": "9"}));
}

#[test]
fn a_wrapped_answer_is_unwrapped_and_a_bare_one_taken() {
    let schema = Schema::elements_of::<u8>().unwrap();
    assert_eq!(restored(&schema, Prompt, json!({"elements": [1, 2]})), json!([1, 2]));
    assert_eq!(restored(&schema, Prompt, json!([1, 2])), json!([1, 2]));
    let two = json!({"elements": [1], "note": "one"});
    assert_eq!(restored(&schema, Prompt, two.clone()), two);
}

#[test]
fn a_schema_that_branches_at_each_level_takes_bounded_time() {
    let value = json!({
        "type": "object",
        "properties": {"a": {"anyOf": [{"$ref": "#"}, {"$ref": "#/$defs/x"}, {"type": "integer"}]}},
        "$defs": {"x": {"type": "object", "properties": {"a": {"anyOf": [{"$ref": "#/$defs/x"}, {"$ref": "#"}]}}}},
    });
    let schema = Schema::from_value("s", value).unwrap();
    let lowered = lower(&schema, OpenAiStrict).unwrap();
    let mut answer = (0..100).fold(json!("wrong"), |inner, _| json!({ "a": inner }));
    let before = answer.clone();
    let start = std::time::Instant::now();
    lowered.restore(&mut answer);
    assert_eq!(answer, before);
    assert!(start.elapsed().as_secs() < 20);
}
