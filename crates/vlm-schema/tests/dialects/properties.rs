//! For all schemas: no panic, and what fits a schema fits it in each dialect.

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use vlm_core::SchemaDialect;
use vlm_schema::schema::{Lowered, Schema, lower};

use super::gemini::is_known;
use super::snapshots::DIALECTS;

/// Any JSON value.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(".{0,6}", inner, 0..5).prop_map(|map| map.into_iter().collect()),
        ]
    })
}

/// Something like a schema: keywords in any combination, most of them with values that they may have.
fn likely_schema() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        kind().prop_map(|kind| json!({ "type": kind })),
        Just(json!({"$ref": "#"})),
        Just(json!({"$ref": "#/$defs/a"})),
        prop::collection::vec(any_json(), 0..4).prop_map(|choices| json!({ "enum": choices })),
        any_json().prop_map(|constant| json!({ "const": constant })),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        let list = prop::collection::vec(inner.clone(), 1..4).prop_map(Value::from);
        let map = prop::collection::btree_map("[ab/~%]{1,2}", inner.clone(), 0..4)
            .prop_map(|map| map.into_iter().collect::<Map<_, _>>().into());
        let names = prop::collection::vec("[ab]{1,2}", 0..3).prop_map(Value::from);
        let number = prop_oneof![any::<i64>().prop_map(Value::from), any::<f64>().prop_map(Value::from)];
        let keyword = prop_oneof![
            (prop::sample::select(vec!["anyOf", "oneOf", "allOf", "prefixItems"]), list),
            (prop::sample::select(vec!["properties", "patternProperties", "$defs", "definitions"]), map),
            (prop::sample::select(vec!["items", "additionalProperties", "not", "if", "unevaluatedProperties"]), inner),
            (prop::sample::select(vec!["required", "propertyOrdering"]), names),
            (prop::sample::select(vec!["minimum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]), number),
            (prop::sample::select(vec!["minItems", "maxItems", "minLength"]), (0..4_u64).prop_map(Value::from)),
            (Just("type"), kind()),
            (Just("description"), ".{0,9}".prop_map(Value::from)),
            (Just("format"), ".{0,9}".prop_map(Value::from)),
            (Just("nullable"), any::<bool>().prop_map(Value::from)),
            (Just("$ref"), prop::sample::select(vec!["#", "#/$defs/a", "#/properties/a", "#/x"]).prop_map(Value::from)),
            (prop::sample::select(vec!["x-any", "default", "contains", "weird"]), any_json()),
        ];
        prop::collection::vec(keyword, 0..5).prop_map(|keywords| {
            keywords.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>().into()
        })
    })
}

fn kind() -> impl Strategy<Value = Value> {
    let name = || prop::sample::select(vec!["null", "boolean", "object", "array", "number", "integer", "string"]);
    prop_oneof![name().prop_map(Value::from), prop::collection::vec(name(), 1..4).prop_map(Value::from)]
}

/// A schema, with a value that fits it.
fn pair() -> impl Strategy<Value = (Value, Value)> {
    let text = "[a-z]{0,5}".prop_map(|text| (json!({"type": "string", "maxLength": 5}), json!(text)));
    let leaf = prop_oneof![
        text,
        (-50..50_i64)
            .prop_map(|number| (json!({"type": "integer", "minimum": -50, "exclusiveMaximum": 50}), json!(number))),
        (-1.0..1.0_f64).prop_map(|number| (json!({"type": "number", "maximum": 1.0}), json!(number))),
        any::<bool>().prop_map(|bool| (json!({"type": "boolean"}), json!(bool))),
        (0..3_usize).prop_map(|at| (json!({"type": "string", "enum": ["x", "y", "z"]}), json!(["x", "y", "z"][at]))),
        (0..3_usize).prop_map(|at| (json!({"enum": [1, 2, 3]}), json!([1, 2, 3][at]))),
        (0..2_usize).prop_map(|at| (json!({"enum": ["a", 2]}), json!(["a", 2])[at].clone())),
        (0..2_usize).prop_map(|at| {
            let documented = json!({"oneOf": [{"const": "p", "description": "P."}, {"const": "q", "type": "string"}]});
            (documented, json!(["p", "q"][at]))
        }),
        Just((json!({"type": "null"}), Value::Null)),
        Just((json!({"type": ["string", "integer", "null"]}), json!(7))),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            // An option.
            (inner.clone(), any::<bool>()).prop_map(|((schema, value), some)| {
                let value = if some { value } else { Value::Null };
                (json!({"anyOf": [schema, {"type": "null"}]}), value)
            }),
            // A list of equal values, and a tuple.
            (inner.clone(), 0..3_usize).prop_map(|((schema, value), count)| (
                json!({"type": "array", "items": schema}),
                json!(vec![value; count])
            )),
            prop::collection::vec(inner.clone(), 1..4).prop_map(|pairs| {
                let (schemas, values): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
                let count = values.len();
                (json!({"type": "array", "prefixItems": schemas, "minItems": count, "maxItems": count}), json!(values))
            }),
            // Properties, of which some may be and some are left out.
            prop::collection::vec((inner.clone(), any::<bool>(), any::<bool>()), 1..4).prop_map(object),
            // A tagged union, one of whose variants it is; and one within an object.
            (prop::collection::vec((inner.clone(), any::<bool>(), any::<bool>()), 1..4), 0..4_usize, any::<bool>())
                .prop_map(|(variants, chosen, beside)| tagged(variants, chosen, beside)),
            // Through a definition, with something said beside.
            inner.prop_map(|(schema, value)| { (json!({"allOf": [schema], "description": "Said beside."}), value) }),
        ]
    })
}

fn object(fields: Vec<((Value, Value), bool, bool)>) -> (Value, Value) {
    let (mut properties, mut required, mut value) = (Map::new(), Vec::new(), Map::new());
    for (at, ((schema, inner), is_required, is_there)) in fields.into_iter().enumerate() {
        let name = format!("p{at}");
        properties.insert(name.clone(), schema);
        if is_required {
            required.push(name.clone());
        }
        if is_required || is_there {
            value.insert(name, inner);
        }
    }
    (json!({"type": "object", "properties": properties, "required": required}), value.into())
}

fn tagged(variants: Vec<((Value, Value), bool, bool)>, chosen: usize, beside: bool) -> (Value, Value) {
    let chosen = chosen % variants.len();
    let mut answer = Value::Null;
    let mut branches = Vec::new();
    for (at, variant) in variants.into_iter().enumerate() {
        let (mut schema, mut value) = object(vec![variant]);
        let tag = format!("v{at}");
        schema["properties"]["tag"] = json!({"type": "string", "const": tag});
        schema["required"].as_array_mut().unwrap().insert(0, json!("tag"));
        value["tag"] = json!(tag);
        branches.push(schema);
        if at == chosen {
            answer = value;
        }
    }
    let mut schema = json!({ "oneOf": branches });
    if beside {
        schema["type"] = json!("object");
        schema["properties"] = json!({"beside": {"type": "integer"}});
        schema["required"] = json!(["beside"]);
        answer["beside"] = json!(1);
    }
    (schema, answer)
}

/// The value as the dialect has it: nulls for what was left out, choices as text.
fn adapted(schema: &Value, value: &Value) -> Value {
    let fits = |schema: &Value, value: &Value| jsonschema::draft202012::is_valid(schema, value);
    if let Some(Value::Array(branches)) = schema.get("anyOf")
        && let Some(branch) = branches.iter().find(|branch| fits(branch, &adapted(branch, value)))
    {
        return adapted(branch, value);
    }
    match value {
        Value::Object(fields) => {
            let properties = schema.get("properties").and_then(Value::as_object);
            let adapt = |(name, schema): (&String, &Value)| {
                let value = fields.get(name).map_or(Value::Null, |value| adapted(schema, value));
                (name.clone(), value)
            };
            // What is not declared is no part of a closed object.
            let mut all: Map<String, Value> = properties.into_iter().flatten().map(adapt).collect();
            for (name, value) in fields {
                all.entry(name.clone()).or_insert_with(|| value.clone());
            }
            all.into()
        }
        Value::Array(items) => {
            let inner = schema.get("items").cloned().unwrap_or(Value::Bool(true));
            items.iter().map(|item| adapted(&inner, item)).collect()
        }
        other => other.clone(),
    }
}

/// Gemini's form as JSON Schema again.
fn from_gemini(schema: &Value) -> Value {
    let Value::Object(node) = schema else { return schema.clone() };
    let mut out = Map::new();
    for (keyword, value) in node {
        let value = match keyword.as_str() {
            "nullable" | "propertyOrdering" => continue,
            "format" if value == "enum" => continue,
            "type" => json!(value.as_str().unwrap().to_ascii_lowercase()),
            "items" => from_gemini(value),
            "anyOf" => value.as_array().unwrap().iter().map(from_gemini).collect(),
            "properties" => {
                let all = value.as_object().unwrap().iter().map(|(name, schema)| (name.clone(), from_gemini(schema)));
                all.collect::<Map<_, _>>().into()
            }
            _ => value.clone(),
        };
        out.insert(keyword.clone(), value);
    }
    if node.get("nullable") == Some(&Value::Bool(true)) {
        return json!({"anyOf": [{"type": "null"}, out]});
    }
    out.into()
}

/// Choices as text, wherever the schema has them so.
fn worded(schema: &Value, value: &Value) -> Value {
    let fits = |schema: &Value, value: &Value| jsonschema::draft202012::is_valid(schema, value);
    if fits(schema, value) {
        return value.clone();
    }
    if let Some(Value::Array(branches)) = schema.get("anyOf") {
        let mut tried = branches.iter().map(|branch| (branch, worded(branch, value)));
        return tried.find(|(branch, value)| fits(branch, value)).map_or_else(|| value.clone(), |(_, value)| value);
    }
    match value {
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| (name.clone(), worded(inside(schema, &["properties", name]), value)))
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(items) => items.iter().map(|item| worded(inside(schema, &["items"]), item)).collect(),
        other if schema.get("enum").is_some() => json!(other.to_string()),
        other => other.clone(),
    }
}

/// The schema there; any value where there is none.
fn inside<'a>(schema: &'a Value, steps: &[&str]) -> &'a Value {
    steps.iter().try_fold(schema, |schema, step| schema.get(step)).unwrap_or(&Value::Bool(true))
}

fn wrapped(schema: &Schema, value: &Value) -> Value {
    let mut sent = value.clone();
    schema.unwrap_root(&mut sent);
    match schema.root() {
        vlm_schema::schema::Root::Wrapped { field, .. } => json!({ field: value }),
        _ => value.clone(),
    }
}

fn assert_fits(lowered: &Lowered, schema: &Value, value: &Value) -> Result<(), TestCaseError> {
    let validator = jsonschema::draft202012::new(schema).unwrap();
    let faults: Vec<String> = validator.iter_errors(value).map(|error| error.to_string()).collect();
    prop_assert!(faults.is_empty(), "{:?}\n{schema}\n{value}\n{faults:?}", lowered.dialect);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn no_value_makes_it_panic(value in any_json()) {
        if let Ok(schema) = Schema::from_value("any", value) {
            for dialect in DIALECTS {
                let _ = lower(&schema, dialect);
            }
        }
    }

    #[test]
    fn no_schema_makes_it_panic(schema in likely_schema(), definition in likely_schema(), answer in any_json()) {
        let mut value = schema;
        if let Value::Object(node) = &mut value {
            node.insert("$defs".to_owned(), json!({"a": definition}));
        }
        if let Ok(schema) = Schema::from_value("likely", value) {
            let _ = schema.text();
            for dialect in DIALECTS {
                if let Ok(lowered) = lower(&schema, dialect) {
                    if dialect == SchemaDialect::GeminiSchema {
                        is_known(lowered.schema.as_ref().unwrap());
                    }
                    let mut answer = answer.clone();
                    lowered.restore(&mut answer);
                }
            }
        }
    }

    #[test]
    fn what_fits_fits_in_each_dialect((schema, value) in pair()) {
        prop_assert!(jsonschema::draft202012::is_valid(&schema, &value));
        let schema = Schema::from_value("pair", schema).unwrap();
        let sent = wrapped(&schema, &value);
        for dialect in DIALECTS {
            let Ok(lowered) = lower(&schema, dialect) else { continue };
            let Some(target) = lowered.schema.clone() else { continue };
            let mut answer = match dialect {
                SchemaDialect::OpenAiStrict => {
                    let answer = adapted(&target, &sent);
                    assert_fits(&lowered, &target, &answer)?;
                    answer
                }
                SchemaDialect::GeminiSchema => {
                    is_known(&target);
                    let target = from_gemini(&target);
                    let answer = worded(&target, &sent);
                    assert_fits(&lowered, &target, &answer)?;
                    answer
                }
                _ => {
                    assert_fits(&lowered, &target, &sent)?;
                    sent.clone()
                }
            };
            lowered.restore(&mut answer);
            let faults = jsonschema::draft202012::is_valid(schema.answer(), &answer);
            prop_assert!(faults, "{dialect:?} {} {answer} {value}", schema.answer());
        }
    }

    #[test]
    fn lowering_twice_changes_nothing((schema, _) in pair()) {
        let schema = Schema::from_value("pair", schema).unwrap();
        for dialect in [SchemaDialect::OpenAiStrict, SchemaDialect::GeminiJsonSchema, SchemaDialect::Anthropic] {
            let Ok(once) = lower(&schema, dialect) else { continue };
            let again = Schema::from_value("pair", once.schema.clone().unwrap()).unwrap();
            let twice = lower(&again, dialect).unwrap();
            prop_assert_eq!(&once.schema, &twice.schema);
            prop_assert!(twice.is_lossless(), "{:?}", twice.lost);
        }
    }
}
