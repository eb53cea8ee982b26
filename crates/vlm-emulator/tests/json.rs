//! JSON as models get it wrong: every family, streamed in every shape and not streamed.
#![allow(clippy::unwrap_used)]

mod support;

use serde_json::{Value, json};
use support::{Answer, chat, events, hello, ordered, start};
use vlm_emulator::{CutAt, Fault, JsonForm, MARK, Script, StreamShape};

/// In the order of the alphabet: a JSON value may sort its members.
fn schema() -> Value {
    json!({"type": "object", "properties": {
        "count": {"type": "integer"},
        "place": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"], "additionalProperties": false},
        "sure": {"type": "boolean"}, "tags": {"type": "array", "items": {"type": "string"}}, "title": {"type": "string"}},
        "required": ["count", "place", "sure", "tags", "title"], "additionalProperties": false})
}

/// The schema with Gemini's names of types.
fn upper(schema: &Value) -> Value {
    match schema {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| match (name.as_str(), value.as_str()) {
                ("type", Some(kind)) => (name.clone(), kind.to_uppercase().into()),
                _ => (name.clone(), upper(value)),
            })
            .collect(),
        Value::Array(entries) => entries.iter().map(upper).collect(),
        other => other.clone(),
    }
}

/// A request of each family for JSON, and the schema of the answer.
fn families() -> [(Value, Value); 4] {
    let ask = |model: &str| json!({"model": model, "messages": [{"role": "user", "content": "List them."}]});
    let mut qwen = ask("qwen:qwen3-vl-plus");
    qwen["metadata"] =
        json!({"response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": schema()}}});
    let mut gemini = ask("gemini:gemini-2.5-flash");
    gemini["messages"][0]["content"] = json!([{"type": "text", "text": "List them."}]);
    gemini["metadata"] = json!({"response_mime_type": "application/json", "responseSchema": upper(&schema())});
    let mut nova = ask("nova:us.amazon.nova-pro-v1:0");
    nova["metadata"] =
        json!({"toolConfig": {"tools": [{"toolSpec": {"name": "a", "inputSchema": {"json": schema()}}}]}});
    let mut gpt = ask("gpt:gpt-4o");
    gpt["response_format"] = json!({"type": "json_object"});
    let answer = json!({"type": "object", "properties": {"answer": {"type": "string"}}, "required": ["answer"],
        "additionalProperties": false});
    [(qwen, schema()), (gemini, schema()), (nova, schema()), (gpt, answer)]
}

fn endpoint(body: &Value) -> &'static str {
    if body["model"].as_str().unwrap().starts_with("gpt") { "iu" } else { "vu" }
}

async fn order(emulator: &vlm_emulator::Emulator, order: &str, body: &Value) -> Answer {
    let answer = support::chat_with(emulator, endpoint(body), &[("x-emulate", order)], body).await;
    assert!(answer.status == 200 && answer.complete, "{}", answer.text());
    answer
}

fn whole(answer: &Answer) -> String {
    let body = answer.json();
    let choice = &body["choices"][0];
    choice["text"].as_str().or(choice["message"]["content"].as_str()).unwrap().to_owned()
}

fn streamed(answer: &Answer, shape: StreamShape) -> String {
    if shape == StreamShape::JsonBody {
        return whole(answer);
    }
    let data = events(&answer.text());
    let texts = data.iter().filter_map(|data| serde_json::from_str::<Value>(data).ok()).filter_map(|event| {
        let choice = &event["choices"][0];
        let text = [&choice["delta"]["content"], &choice["text"], &event["token"]];
        text.iter().find_map(|text| text.as_str()).map(str::to_owned)
    });
    let texts: Vec<_> = texts.collect();
    if shape == StreamShape::TextCumulative { texts.last().unwrap().clone() } else { texts.concat() }
}

#[tokio::test]
async fn every_form_as_it_is_written() {
    let emulator = start().await;
    let [(body, _), ..] = families();
    let mut page = String::new();
    for form in JsonForm::ALL {
        let text = whole(&order(&emulator, &format!("json={}", form.name()), &body).await);
        page.push_str(&format!("--- {}\n{text}\n", form.name()));
    }
    insta::assert_snapshot!(page);
}

#[tokio::test]
async fn every_family_gets_it_wrong_in_every_way() {
    let emulator = start().await;
    for (body, schema) in families() {
        let validator = jsonschema::validator_for(&schema).unwrap();
        let right = whole(&chat(&emulator, endpoint(&body), &body).await);
        assert!(validator.is_valid(&serde_json::from_str(&right).unwrap()), "{right}");
        for form in JsonForm::ALL {
            let said = format!("{} of {}", form.name(), body["model"]);
            let text = whole(&order(&emulator, &format!("json={}", form.name()), &body).await);
            let read = serde_json::from_str::<Value>(&text);
            match form {
                JsonForm::Valid => assert_eq!(text, right, "{said}"),
                JsonForm::Prose => assert!(text.starts_with(MARK) && read.is_err(), "{said}: {text}"),
                JsonForm::WrongTypes | JsonForm::MissingField | JsonForm::ExtraField => {
                    let value = read.unwrap();
                    assert!(!validator.is_valid(&value), "{said}: {text}");
                    assert_eq!(validator.iter_errors(&value).count(), 1, "{said}: {text}");
                }
                _ => assert!(read.is_err() && !text.starts_with(MARK), "{said}: {text}"),
            }
        }
    }
}

#[tokio::test]
async fn a_stream_carries_the_same_in_every_shape() {
    let emulator = start().await;
    for (mut body, _) in families() {
        for form in JsonForm::ALL {
            body["stream"] = false.into();
            let text = whole(&order(&emulator, &format!("json={}", form.name()), &body).await);
            body["stream"] = true.into();
            for shape in StreamShape::ALL {
                let both = format!("json={}; shape={}", form.name(), shape.name());
                assert_eq!(streamed(&order(&emulator, &both, &body).await, shape), text, "{both}");
            }
        }
    }
}

#[tokio::test]
async fn what_is_cut_says_so_where_there_is_a_reason() {
    let emulator = start().await;
    for (mut body, _) in families() {
        let right = whole(&chat(&emulator, endpoint(&body), &body).await);
        for (size, kept) in
            [("", right.len() * 60 / 100), (":9", 9), (":25%", right.len() / 4), (":99999", right.len() - 1)]
        {
            let answer = order(&emulator, &format!("json=truncated{size}"), &body).await;
            assert_eq!(whole(&answer), right[..kept]);
            let choice = &answer.json()["choices"][0];
            assert!(choice.get("finish_reason").is_none_or(|reason| reason == "length"), "{choice}");
            assert_eq!(choice.get("finish_reason").is_some(), choice.get("message").is_some());
        }
        body["stream"] = true.into();
        let answer = order(&emulator, "json=truncated; shape=openai-chunks", &body).await.text();
        assert!(answer.contains(r#""finish_reason":"length""#), "{answer}");
    }
    // A tool call breaks off inside its arguments.
    let [_, _, (nova, _), _] = families();
    let choice = order(&emulator, "tool-calls; json=truncated:9", &nova).await.json()["choices"][0].clone();
    let called = &choice["message"]["tool_calls"][0]["function"]["arguments"];
    assert_eq!((called.as_str(), choice["finish_reason"].as_str()), (Some(r#"{"count":"#), Some("length")));
}

#[tokio::test]
async fn forms_add_up_and_are_taken_back() {
    let emulator = start().await;
    let mut body = hello();
    let schema = json!({"type": "object", "properties": {"a": {"const": true}}, "required": ["a"]});
    body["metadata"] = json!({"response_format": {"type": "json_schema", "json_schema": {"schema": schema}}});
    for (given, expected) in [
        (
            "fenced; json=wrapped",
            "Sure! Here is the JSON:\n\n```json\n{\"a\":true}\n```\n\nLet me know if you need anything else.",
        ),
        ("json=fenced; json=truncated:4", "```json\n{\"a\""),
        ("json=python; json=single-quotes; json=trailing-comma", "{'a':True,}"),
        ("json=extra-field; json=wrong-types", r#"{"a":"[emulated] a","note":"[emulated] note"}"#),
        ("prose; json=twice; json=valid", r#"{"a":true}"#),
        ("text={\"b\": 1.5}; json=trailing-comma", "{\"b\":1.5,}"),
        ("text={\"b\": 1.5}; json=fenced", "```json\n{\"b\": 1.5}\n```"),
        ("text={\"b\": 1.5; json=fenced", "{\"b\": 1.5"),
        ("text=yes; json=fenced", "[emulated] yes"),
    ] {
        assert_eq!(whole(&ordered(&emulator, given, &body).await), expected, "{given}");
    }
    // Where no JSON was asked for, an ordered one can still go wrong by its own measure.
    let answer = ordered(&emulator, r#"text={"b": 1.5}; json=wrong-types"#, &hello()).await;
    assert_eq!(whole(&answer), r#"{"b":"[emulated] b"}"#);
    assert!(whole(&ordered(&emulator, "json=wrong-types", &hello()).await).starts_with(MARK));
}

#[tokio::test]
async fn a_script_gets_it_wrong_twice_and_then_right() {
    let script =
        Script::from_json(r#"[{"json": "truncated:60%"}, {"json": ["single-quotes", "comments"]}, null]"#).unwrap();
    let truncated = Fault::Json(JsonForm::Truncated(CutAt::Percent(60)));
    let spelled = [JsonForm::SingleQuotes, JsonForm::Comments].map(Fault::Json).to_vec();
    assert_eq!(script, Script::new([vec![truncated], spelled, Vec::new()]));
    let emulator = support::builder().script(script).start().await.unwrap();
    let [(body, _), ..] = families();
    let mut read = Vec::new();
    for _ in 0..3 {
        let text = whole(&chat(&emulator, "vu", &body).await);
        read.push(serde_json::from_str::<Value>(&text).is_ok());
    }
    assert_eq!(read, [false, false, true]);
}

#[tokio::test]
async fn in_json_mode_a_schema_in_the_question_is_kept_to() {
    let emulator = start().await;
    let question = format!("List them, fitting this JSON Schema:\n{}\nThank you.", schema());
    let body = json!({"model": "gpt:gpt-4o", "messages": [{"role": "user", "content": question}],
        "response_format": {"type": "json_object"}});
    let answer = order(&emulator, "json=valid", &body).await;
    let completion: Value = serde_json::from_str(&answer.text()).unwrap();
    let value: Value = serde_json::from_str(completion["choices"][0]["message"]["content"].as_str().unwrap()).unwrap();
    assert!(jsonschema::is_valid(&schema(), &value), "{value}");
}
