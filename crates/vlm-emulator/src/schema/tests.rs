//! Generated values against the `jsonschema` crate.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn made(schema: &Value) -> Value {
    let text = schema.to_string();
    let value = generate(&Doc::parse(text.as_bytes()).unwrap(), "[emulated]");
    serde_json::to_value(&value).unwrap()
}

/// Generates and validates.
fn fits(schema: &Value) -> Value {
    let value = made(schema);
    let validator = jsonschema::options().should_validate_formats(true).build(schema).unwrap();
    let problems: Vec<_> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
    assert!(problems.is_empty(), "{problems:?}\nschema: {schema}\nvalue: {value}");
    value
}

#[test]
fn every_keyword_is_kept_to() {
    for schema in [
        json!({"type": "string", "minLength": 30, "maxLength": 40}),
        json!({"type": "string", "maxLength": 3}),
        json!({"type": ["null", "integer"], "minimum": 7.5, "maximum": 8.5}),
        json!({"type": "integer", "exclusiveMinimum": 10, "multipleOf": 4}),
        json!({"type": "integer", "maximum": -3, "multipleOf": 5}),
        json!({"type": "integer", "minimum": 5, "multipleOf": 2.5}),
        json!({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}),
        json!({"type": "number", "minimum": 0.5, "maximum": 0.5}),
        json!({"enum": [null, "a", "b"]}),
        json!({"type": "integer", "enum": ["x", 4]}),
        json!({"const": {"a": [1]}}),
        json!({"type": "array", "items": {"enum": ["a", "b", "c"]}, "minItems": 3, "uniqueItems": true}),
        json!({"type": "array", "items": {"type": "number", "minimum": 0, "maximum": 1}, "minItems": 4, "uniqueItems": true}),
        json!({"type": "array", "items": {"type": "string", "maxLength": 4}, "minItems": 5, "uniqueItems": true}),
        json!({"type": "array", "prefixItems": [{"type": "integer"}, {"type": "boolean"}], "items": false}),
        json!({"type": "array", "maxItems": 0}),
        json!({"type": "object", "additionalProperties": {"type": "integer"}, "minProperties": 2}),
        json!({"type": "object", "required": ["free"], "properties": {"a": {"type": "boolean"}}, "maxProperties": 1}),
        json!({"anyOf": [{"type": "null"}, {"type": "object", "properties": {"a": {"const": 1}}, "required": ["a"]}]}),
        json!({"allOf": [{"type": "object", "properties": {"a": {"type": "integer"}}}, {"properties": {"a": {"minimum": 9}}, "required": ["a"]}]}),
        json!({"type": "integer", "allOf": [{"minimum": 3}, {"minimum": 5}, {"maximum": 6}]}),
        json!({"oneOf": [{"type": "string", "maxLength": 0}, {"type": "integer"}]}),
        json!({"$defs": {"a": {"type": "object", "properties": {"a": {"const": 1}}, "required": ["a"]},
            "b": {"type": "object", "properties": {"b": {"const": 2}}, "required": ["b"]}},
            "allOf": [{"$ref": "#/$defs/a"}, {"$ref": "#/$defs/b"}]}),
        json!({"allOf": [{"anyOf": [{"minimum": 3}, {"type": "null"}]}, {"anyOf": [{"maximum": 4}, {"type": "null"}]}], "type": "integer"}),
        json!({"$defs": {"n": {"anyOf": [{"required": ["x"]}, {"required": ["y"]}]}}, "type": "object",
            "anyOf": [{"required": ["z"]}, {"required": ["w"]}], "$ref": "#/$defs/n"}),
        json!({"$defs": {"a/b": {"type": "integer", "minimum": 2}}, "$ref": "#/$defs/a~1b"}),
        json!({"definitions": {"p": {"type": "object", "properties": {"q": {"$ref": "#/definitions/q"}}}, "q": {"const": 3}}, "$ref": "#/definitions/p"}),
        json!(true),
        json!({}),
    ] {
        fits(&schema);
    }
}

#[test]
fn formats_are_valid() {
    for format in ["date", "date-time", "time", "uuid", "email", "uri", "ipv4", "ipv6", "hostname", "duration"] {
        let schema = json!({"type": "array", "items": {"type": "string", "format": format}, "minItems": 40, "uniqueItems": false});
        fits(&schema);
    }
}

#[test]
fn recursion_ends() {
    let list = json!({"type": "object", "properties": {"next": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}}, "required": ["next"]});
    fits(&list);
    let tree = json!({"$defs": {"node": {"type": "object", "required": ["children"],
        "properties": {"children": {"type": "array", "items": {"$ref": "#/$defs/node"}}, "twin": {"$ref": "#/$defs/node"}}}},
        "$ref": "#/$defs/node"});
    fits(&tree);
    // No value fits this one; what matters is that it comes to an end.
    let endless = json!({"type": "object", "properties": {"self": {"$ref": "#"}}, "required": ["self"]});
    assert!(made(&endless).is_object());
    let doubling =
        json!({"type": "object", "properties": {"a": {"$ref": "#"}, "b": {"$ref": "#"}}, "required": ["a", "b"]});
    assert!(made(&doubling).is_object());
    let wide = json!({"type": "array", "minItems": 1000, "items": {"$ref": "#"}});
    assert!(made(&wide).is_array());
    let circle = json!({"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"});
    made(&circle);
    // Ten kinds of node, each with a property of every kind.
    let names: Vec<_> = (0..10).map(|at| format!("n{at}")).collect();
    let properties: Value = names
        .iter()
        .map(|name| (name.clone(), json!({"$ref": format!("#/$defs/{name}")})))
        .collect::<serde_json::Map<_, _>>()
        .into();
    let node = json!({"type": "object", "properties": properties});
    let kinds: Value = names.iter().map(|name| (name.clone(), node.clone())).collect::<serde_json::Map<_, _>>().into();
    fits(&json!({"$defs": kinds, "$ref": "#/$defs/n0"}));
}

#[test]
fn upper_case_types_and_nullable_are_read() {
    let schema = json!({"type": "OBJECT", "properties": {
        "name": {"type": "STRING", "nullable": true},
        "sizes": {"type": "ARRAY", "items": {"type": "NUMBER"}, "minItems": "2"}}});
    assert_eq!(made(&schema), json!({"name": "[emulated] name", "sizes": [1, 1]}));
}

#[test]
fn strings_carry_the_mark_where_they_may() {
    let schema = json!({"type": "object", "properties": {"title": {"type": "string"}, "code": {"type": "string", "maxLength": 4}}});
    assert_eq!(fits(&schema), json!({"title": "[emulated] title", "code": "[emu"}));
}

/// Schemas that have a value, several levels deep.
fn schema() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!({"type": "boolean"})),
        Just(json!({"type": "null"})),
        (0..20_u32, 0..20_u32)
            .prop_map(|(low, more)| json!({"type": "string", "minLength": low, "maxLength": low + more})),
        (-50..50_i32, 0..9_i32)
            .prop_map(|(low, more)| json!({"type": "integer", "minimum": low, "maximum": low + more})),
        (-50..50_i32, 1..9_i32).prop_map(|(low, step)| json!({"type": "integer", "minimum": low, "multipleOf": step})),
        (-5.0..5.0_f64, 0.1..3.0_f64)
            .prop_map(|(low, more)| json!({"type": "number", "exclusiveMinimum": low, "exclusiveMaximum": low + more})),
        proptest::collection::vec("[a-z]{1,5}", 1..4).prop_map(|values| json!({"enum": values})),
        prop_oneof![Just("date"), Just("uuid"), Just("email"), Just("date-time")]
            .prop_map(|format| json!({"type": "string", "format": format})),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            (proptest::collection::btree_map("[a-e]", inner.clone(), 0..5), any::<bool>()).prop_map(|(properties, all)| {
                let required: Vec<_> = properties.keys().filter(|_| all).cloned().collect();
                json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
            }),
            (inner.clone(), 0..4_u32).prop_map(|(items, least)| json!({"type": "array", "items": items, "minItems": least, "maxItems": least + 1})),
            proptest::collection::vec(inner.clone(), 1..4).prop_map(|branches| json!({"anyOf": branches})),
            proptest::collection::vec(inner.clone(), 1..4).prop_map(|items| json!({"type": "array", "prefixItems": items, "items": false})),
            inner.clone().prop_map(|schema| json!({"allOf": [schema.clone(), schema]})),
            inner.prop_map(|schema| json!({"$defs": {}, "anyOf": [{"type": "null"}, schema]})),
        ]
    })
}

/// A way to make a value wrong.
type Slip = fn(Doc<'static>, &Doc<'_>) -> Wrong;

const SLIPS: [(&str, Slip); 3] = [
    ("wrong type", |value, schema| wrong_type(value, schema, "[emulated]")),
    ("missing field", missing_field),
    ("extra field", |value, schema| extra_field(value, schema, "[emulated]")),
];

/// The value that fits, made wrong; whether that is sure; and whether the judge agrees that it is wrong.
fn judged(schema: &Value, slip: Slip) -> (Value, bool, bool) {
    let text = schema.to_string();
    let doc = Doc::parse(text.as_bytes()).unwrap();
    let Wrong { value, sure } = slip(generate(&doc, "[emulated]"), &doc);
    let value = serde_json::to_value(&value).unwrap();
    let refused = !jsonschema::validator_for(schema).unwrap().is_valid(&value);
    (value, sure, refused)
}

#[test]
fn a_wrong_value_is_surely_refused() {
    let closed = |properties: Value, required: Value| json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false});
    let text = json!({"type": "string"});
    for schema in [
        closed(json!({"title": text, "count": {"type": "integer"}}), json!(["title", "count"])),
        closed(json!({"kind": {"enum": ["a", 1]}, "free": {}}), json!(["kind"])),
        closed(
            json!({"list": {"type": "array", "items": closed(json!({"x": {"type": ["number", "null"]}}), json!(["x"]))}}),
            json!(["list"]),
        ),
        // What one branch refuses, another must not allow.
        json!({"anyOf": [closed(json!({"a": text, "b": text}), json!(["a"])), closed(json!({"a": {"type": "integer"}, "note": text}), json!(["a"]))]}),
        json!({"$defs": {"node": closed(json!({"next": {"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]}, "name": text}), json!(["name", "next"]))}, "$ref": "#/$defs/node"}),
        json!({"allOf": [{"properties": {"a": text}, "required": ["a"]}, {"properties": {"b": {"const": true}}, "required": ["b"]}],
            "type": "object", "unevaluatedProperties": false}),
        json!({"oneOf": [closed(json!({"tag": {"const": "x"}, "note": text, "note2": text}), json!(["tag"])),
            closed(json!({"tag": {"const": "y"}}), json!(["tag"]))]}),
        closed(
            json!({"pair": {"type": "array", "prefixItems": [text, {"type": "boolean"}], "items": false}}),
            json!(["pair"]),
        ),
        // Any scalar will do here, a list will not.
        closed(json!({"value": {"type": ["string", "number", "boolean", "null"]}}), json!(["value"])),
    ] {
        fits(&schema);
        for (name, slip) in SLIPS {
            let (value, sure, refused) = judged(&schema, slip);
            assert!(sure && refused, "{name}: sure {sure}, refused {refused}\nschema: {schema}\nvalue: {value}");
        }
    }
}

#[test]
fn what_a_schema_leaves_open_is_changed_all_the_same() {
    let open = json!({"type": "object", "properties": {"a": {}, "b": {"type": "integer"}}});
    let [wrong, missing, extra] = SLIPS.map(|(_, slip)| judged(&open, slip));
    assert_eq!(wrong, (json!({"a": "[emulated] a", "b": "[emulated] b"}), true, true));
    assert_eq!(missing, (json!({"a": "[emulated] a"}), false, false));
    assert_eq!(extra, (json!({"a": "[emulated] a", "b": 1, "note": "[emulated] note"}), false, false));
    let any = json!({"properties": {"a": {}}});
    assert_eq!(judged(&any, SLIPS[0].1), (json!({"a": 1}), false, false));
    // Nothing is there to be left out of.
    assert_eq!(judged(&json!({"type": "integer"}), SLIPS[1].1), (json!(1), false, false));
    // A pattern may allow the name, and is not read.
    let patterns = json!({"type": "object", "additionalProperties": false, "patternProperties": {"^n": {}}});
    assert_eq!(judged(&patterns, SLIPS[2].1), (json!({"note": "[emulated] note"}), false, false));
}

#[test]
fn endless_schemas_can_be_answered_wrong() {
    let circle = json!({"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}, "type": "object",
        "properties": {"x": {"$ref": "#/$defs/a"}}, "required": ["x"]});
    let bomb = json!({"allOf": [{"$ref": "#"}, {"$ref": "#"}], "anyOf": [{"$ref": "#"}, {"$ref": "#"}, {}]});
    for schema in [circle, bomb] {
        let text = schema.to_string();
        let doc = Doc::parse(text.as_bytes()).unwrap();
        for (_, slip) in SLIPS {
            slip(generate(&doc, "[emulated]"), &doc);
        }
    }
}

#[test]
fn a_value_has_a_schema_of_its_own() {
    let value = json!({"a": [1, 1.5, null, true, {}], "b": {"c": "d"}});
    let text = value.to_string();
    let schema = of_value(&Doc::parse(text.as_bytes()).unwrap());
    let schema = serde_json::to_value(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    assert!(validator.is_valid(&value));
    for other in [json!({"a": [1, 1.5, null, true, {}]}), json!({"a": ["1"], "b": {"c": "d"}}), json!([])] {
        assert!(!validator.is_valid(&other), "{other}");
    }
}

proptest! {
    #[test]
    fn a_value_fits_its_schema(schema in schema()) {
        fits(&schema);
    }

    #[test]
    fn what_is_surely_wrong_is_refused(schema in schema()) {
        for (name, slip) in SLIPS {
            let (value, sure, refused) = judged(&schema, slip);
            prop_assert!(!sure || refused, "{name}\nschema: {schema}\nvalue: {value}");
            if name == "wrong type" {
                prop_assert!(value != made(&schema), "schema: {schema}\nvalue: {value}");
            }
        }
    }

    #[test]
    fn any_document_is_survived_as_a_schema(words in proptest::collection::vec(prop_oneof![
        Just("type"), Just("properties"), Just("items"), Just("anyOf"), Just("$ref"), Just("minimum"), Just("enum"), Just("minItems"), Just("allOf")], 1..5),
        leaf in prop_oneof![Just(json!("#")), Just(json!([])), Just(json!({})), Just(json!(1e300)), Just(json!([{"$ref": "#"}])), Just(json!("object"))]) {
        let nested = words.iter().rev().fold(leaf, |inner, word| json!({*word: inner, "required": [word]}));
        let _ = made(&nested);
        let text = nested.to_string();
        let doc = Doc::parse(text.as_bytes()).unwrap();
        for (_, slip) in SLIPS {
            slip(generate(&doc, "[emulated]"), &doc);
        }
    }
}
