//! A reply of every family, for pictures, films and text, as it is on the wire.
#![allow(clippy::unwrap_used)]

mod support;

use serde_json::{Value, json};
use support::{chat, data_uri, start};

/// The body as it came, one member per line: order and names are the contract.
fn pretty(text: &str) -> String {
    let value: Box<serde_json::value::RawValue> = serde_json::from_str(text).unwrap();
    let mut out = String::new();
    let mut depth = 0_usize;
    let mut quoted = false;
    let mut escaped = false;
    let mut text = value.get().chars().peekable();
    while let Some(c) = text.next() {
        if quoted {
            out.push(c);
            quoted = escaped || c != '"';
            escaped = !escaped && c == '\\';
            continue;
        }
        match c {
            '"' => {
                quoted = true;
                out.push(c);
            }
            '{' | '[' if text.peek().is_some_and(|next| matches!(next, '}' | ']')) => {
                out.push(c);
                out.extend(text.next());
            }
            '{' | '[' => {
                depth += 1;
                out.push(c);
                out.push('\n');
                out.push_str(&"  ".repeat(depth));
            }
            '}' | ']' => {
                depth -= 1;
                out.push('\n');
                out.push_str(&"  ".repeat(depth));
                out.push(c);
            }
            ',' => {
                out.push_str(",\n");
                out.push_str(&"  ".repeat(depth));
            }
            other => out.push(other),
        }
    }
    out
}

async fn reply(endpoint: &str, body: Value) -> String {
    let emulator = start().await;
    let body: Value = serde_json::from_str(&body.to_string().replace("{media}", &emulator.media_url(""))).unwrap();
    let answer = chat(&emulator, endpoint, &body).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("content-type"), Some("application/json"));
    pretty(&answer.text())
}

#[tokio::test]
async fn qwen_answers_about_a_picture() {
    let body = json!({"model": "qwen:qwen3-vl-plus", "messages": [
        {"role": "system", "content": "Answer briefly."},
        {"role": "user", "content": [
            {"image": data_uri("image/png", "coffee.png")}, {"text": "What is in this picture?"}]}]});
    insta::assert_snapshot!(reply("iu", body).await);
}

#[tokio::test]
async fn qwen_answers_about_a_film() {
    let body = json!({"model": "qwen:qwen3-vl-flash", "messages": [{"role": "user", "content": [
        {"image": "{media}rocket.jpg"}, {"video": "{media}launch-and-coffee.mp4"}, {"text": "Compare."}]}]});
    insta::assert_snapshot!(reply("vu", body).await);
}

#[tokio::test]
async fn gemini_answers_about_a_film() {
    let body = json!({"model": "gemini:gemini-2.5-flash", "max_tokens": 2000, "messages": [
        {"role": "user", "content": [
            {"type": "text", "text": "Name the main object."},
            {"type": "input_file", "file_uri": "{media}launch-and-coffee.mp4", "mime_type": "video/mp4"}]},
        {"role": "assistant", "content": "A rocket."},
        {"role": "user", "content": [{"type": "text", "text": "And then?"}]}],
        "extra_body": {"metadata": {"thinking_config": {"thinking_budget": 256}}}});
    insta::assert_snapshot!(reply("vu", body).await);
}

#[tokio::test]
async fn nova_answers_about_a_film_in_base64() {
    let body = json!({"model": "nova:us.amazon.nova-lite-v1:0", "messages": [{"role": "user", "content": [
        {"type": "text", "text": "What is shown?"},
        {"type": "video_url", "video_url": {"url": data_uri("video/mp4", "launch-and-coffee.mp4")}}]}]});
    insta::assert_snapshot!(reply("vu", body).await);
}

#[tokio::test]
async fn nova_answers_a_tool_in_content() {
    let body = json!({"model": "nova:us.amazon.nova-2-lite-v1:0", "messages": [{"role": "user", "content": [
        {"type": "image_url", "image_url": "{media}chelsea.png"}, {"type": "text", "text": "Sum up."}]}],
        "extra_body": {"metadata": {"toolConfig": {"tools": [{"toolSpec": {
            "name": "summary", "description": "Return a summary",
            "inputSchema": {"json": {"type": "object", "properties": {"result": {"type": "string"}}, "required": ["result"]}}}}]}}}});
    insta::assert_snapshot!(reply("iu", body).await);
}

#[tokio::test]
async fn gpt_answers_two_choices_in_json() {
    let body = json!({"model": "gpt:gpt-4o", "n": 2, "response_format": {"type": "json_object"}, "messages": [
        {"role": "user", "content": [
            {"type": "text", "text": "Describe as JSON."},
            {"type": "image_url", "image_url": {"url": data_uri("image/jpeg", "rocket.jpg")}}]}]});
    insta::assert_snapshot!(reply("iu", body).await);
}

#[tokio::test]
async fn a_schema_is_answered_in_its_own_order() {
    let emulator = start().await;
    // Written out: a JSON value may sort its members.
    let body = r#"{"model": "qwen:qwen3-vl-flash", "messages": [{"role": "user", "content": "List."}],
        "extra_body": {"metadata": {"response_format": {"type": "json_schema", "json_schema": {"name": "z", "schema":
        {"type": "object", "properties": {"zebra": {"type": "boolean"}, "ant": {"type": "integer"}, "mole": {"enum": ["m"]}},
        "required": ["mole", "zebra"]}}}}}}"#;
    let headers = [("authorization", "k"), ("content-type", "application/json")];
    let answer = support::send(emulator.address(), "POST", "/vu/chat/completions", &headers, body.as_bytes()).await;
    assert_eq!(answer.json()["choices"][0]["text"], r#"{"zebra":true,"ant":1,"mole":"m"}"#);
}

#[tokio::test]
async fn a_schema_is_answered_for_each_family_that_takes_one() {
    let emulator = start().await;
    let schema = json!({"type": "object", "properties": {"objects": {"type": "array", "items": {"type": "string"}},
        "count": {"type": "integer", "minimum": 3}}, "required": ["objects", "count"]});
    let qwen = json!({"model": "qwen:qwen3-vl-flash", "messages": [{"role": "user", "content": "List."}],
        "metadata": {"enable_thinking": false, "response_format": {"type": "json_schema",
            "json_schema": {"name": "objects", "schema": schema}}}});
    let upper = json!({"type": "OBJECT", "properties": {"objects": {"type": "ARRAY", "items": {"type": "STRING"}},
        "count": {"type": "INTEGER", "minimum": 3}}, "required": ["objects", "count"]});
    let gemini = json!({"model": "gemini:gemini-2.5-flash",
        "messages": [{"role": "user", "content": [{"type": "text", "text": "List."}]}],
        "extra_body": {"metadata": {"response_mime_type": "application/json", "responseSchema": upper}}});
    for body in [qwen, gemini] {
        let answer = chat(&emulator, "vu", &body).await.json();
        let text = answer["choices"][0]["text"].as_str().unwrap();
        let value: Value = serde_json::from_str(text).unwrap();
        assert_eq!(value, json!({"objects": ["[emulated] objects"], "count": 3}));
    }
}

#[tokio::test]
async fn the_vendors_own_call_through_an_openai_client_is_answered() {
    let emulator = start().await;
    let body = json!({"model": "gemini:gemini-2.5-flash", "max_tokens": 1000, "temperature": 0.7, "top_p": 1.0,
        "frequency_penalty": 0.0, "presence_penalty": 0.0, "n": 1, "stream": false, "stop": null,
        "metadata": {"thinking_config": {"thinking_budget": 1024}, "response_mime_type": "application/json",
            "responseSchema": {"type": "OBJECT", "properties": {"name": {"type": "STRING"}}, "required": ["name"]}},
        "messages": [{"role": "system", "content": "You are a helpful assistant."}, {"role": "user", "content": [
            {"type": "text", "text": "What is this?"},
            {"type": "input_file", "file_uri": emulator.media_url("coffee.png"), "mime_type": "image/jpeg"}]}]});
    let headers = [
        ("authorization", "Bearer local-key"),
        ("content-type", "application/json"),
        ("accept", "application/json"),
        ("user-agent", "OpenAI/Python 2.0.0"),
        ("x-stainless-lang", "python"),
        ("x-stainless-retry-count", "0"),
    ];
    let path = "/serve/api/v2/iu/chat/completions";
    let answer = support::send(emulator.address(), "POST", path, &headers, body.to_string().as_bytes()).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.json()["choices"][0]["text"], r#"{"name":"[emulated] name"}"#);
    let entry = &emulator.journal()[0];
    assert_eq!(serde_json::to_value(entry.key_form).unwrap(), "bearer");
    assert_eq!(entry.headers["x-stainless-lang"], "python");
}
