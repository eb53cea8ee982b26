//! Every documented violation is refused with the documented envelope, and the message names the field.
#![allow(clippy::unwrap_used)]

mod support;

use serde_json::{Value, json};
use support::{chat, chat_with, hello, send, start};
use vlm_emulator::Emulator;

const PNG: &str = "data:image/png;base64,iVBORw0KGgo=";
const MP4: &str = "data:video/mp4;base64,AAAAGGZ0eXA=";

/// Sends each body and looks for the words in the message of its refusal.
async fn refused(endpoint: &str, cases: Vec<(Value, &[&str])>) {
    let emulator = start().await;
    for (body, words) in cases {
        let answer = chat(&emulator, endpoint, &body).await;
        assert_eq!(answer.status, 400, "{body}: {}", answer.text());
        let problem = answer.problem();
        for word in words {
            assert!(problem.contains(word), "`{word}` is missing in: {problem}");
        }
        let entry = emulator.journal().pop().unwrap();
        assert_eq!((entry.status, entry.problems.join("; ")), (400, problem));
    }
}

/// A user message of these items for a model.
fn user(model: &str, items: Value) -> Value {
    json!({"model": model, "messages": [{"role": "user", "content": items}]})
}

/// The smallest request with some members replaced or added.
fn with(mut body: Value, changes: Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

fn without(name: &str) -> Value {
    let mut body = hello();
    body.as_object_mut().unwrap().remove(name);
    body
}

#[tokio::test]
async fn the_frame() {
    refused(
        "vu",
        vec![
            (json!([1]), &["body is an array"]),
            (without("model"), &["model is missing"]),
            (without("messages"), &["messages is missing"]),
            (with(hello(), json!({"messages": []})), &["messages is empty"]),
            (with(hello(), json!({"messages": "hi"})), &["messages must be an array, not a string"]),
            (with(hello(), json!({"messages": ["hi"]})), &["messages[0] must be an object"]),
            (
                with(hello(), json!({"messages": [{"role": "system", "content": "a"}]})),
                &["Model input cannot be empty"],
            ),
            (with(hello(), json!({"messages": [{"content": "a"}]})), &["messages[0].role is missing"]),
            (with(hello(), json!({"messages": [{"role": "user"}]})), &["messages[0].content is missing"]),
            (
                with(hello(), json!({"messages": [{"role": "tool", "content": "a"}]})),
                &["messages[0].role is `tool`", "system, user"],
            ),
            (
                with(hello(), json!({"messages": [{"role": "user", "content": 1}]})),
                &["messages[0].content must be a string or an array"],
            ),
            (
                with(hello(), json!({"messages": [{"role": "user", "content": []}]})),
                &["Model input cannot be empty", "messages[0].content"],
            ),
            (with(hello(), json!({"messages": [{"role": "user", "content": " "}]})), &["Model input cannot be empty"]),
            (
                with(hello(), json!({"messages": [{"role": "user", "content": "a", "name": "b"}]})),
                &["messages[0].name is not documented"],
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn the_model() {
    refused(
        "vu",
        vec![
            (with(hello(), json!({"model": 3})), &["model must be a string"]),
            (with(hello(), json!({"model": "gemini-2.5-flash"})), &["no family prefix", "gemini:gemini-2.5-flash"]),
            (with(hello(), json!({"model": "claude:opus"})), &["`claude:` is no family"]),
            (with(hello(), json!({"model": "qwen:"})), &["names no model"]),
            (with(hello(), json!({"model": "gpt:gpt-4o"})), &["/iu/chat/completions only"]),
        ],
    )
    .await;
}

#[tokio::test]
async fn parameters() {
    refused(
        "vu",
        vec![
            (with(hello(), json!({"temperature": 2.1})), &["temperature is 2.1; it must be from 0 to 2"]),
            (with(hello(), json!({"temperature": "hot"})), &["temperature must be a number"]),
            (with(hello(), json!({"temperature": null})), &["temperature must be a number, not null"]),
            (with(hello(), json!({"top_p": -0.1})), &["top_p is -0.1"]),
            (with(hello(), json!({"frequency_penalty": -2.5})), &["frequency_penalty is -2.5"]),
            (with(hello(), json!({"presence_penalty": 3})), &["presence_penalty is 3"]),
            (with(hello(), json!({"max_tokens": 0})), &["max_tokens is 0"]),
            (with(hello(), json!({"max_tokens": 10.5})), &["max_tokens must be a whole number"]),
            (with(hello(), json!({"n": 0})), &["n is 0"]),
            (with(hello(), json!({"n": 1000})), &["n is 1000", "128"]),
            (with(hello(), json!({"stream": "yes"})), &["stream must be true or false"]),
            (with(hello(), json!({"stop": 1})), &["stop must be a string, an array of strings or null"]),
            (with(hello(), json!({"stop": ["a", 1]})), &["stop[1] must be a string"]),
            (with(hello(), json!({"extra_body": null})), &["extra_body must be an object"]),
            (with(hello(), json!({"extra_body": {"data": {}}})), &["extra_body.data is not documented"]),
            (
                with(hello(), json!({"metadata": {"enable_thinking": true}, "extra_body": {"metadata": {"enable_thinking": false}}})),
                &["metadata differs from extra_body.metadata"],
            ),
        ],
    )
    .await;
    let unknown =
        ["seed", "tools", "tool_choice", "logprobs", "user", "stream_options", "max_completion_tokens", "top_k"];
    for name in unknown {
        refused("vu", vec![(with(hello(), json!({name: {}})), &[name, "is no documented parameter"])]).await;
    }
}

#[tokio::test]
async fn all_problems_are_said_at_once() {
    let body = with(hello(), json!({"temperature": 9, "top_p": 9, "seed": 1}));
    refused("vu", vec![(body, &["temperature", "top_p", "seed"])]).await;
}

#[tokio::test]
async fn an_answer_lists_some_problems_and_not_millions() {
    let items: Vec<_> = (0..2000).map(|_| json!({"audio": "a"})).collect();
    let emulator = start().await;
    let problem = chat(&emulator, "vu", &user("qwen:qwen3-vl-plus", items.into())).await.problem();
    assert!(problem.len() < 10_000 && problem.ends_with("; and more"), "{problem}");
}

#[tokio::test]
async fn members_given_twice() {
    let emulator = start().await;
    let headers = [("authorization", "k"), ("content-type", "application/json")];
    let body = br#"{"model":"qwen:qwen-vl-max","messages":[{"role":"user","content":"a"}],"n":1,"n":2}"#;
    let answer = send(emulator.address(), "POST", "/vu/chat/completions", &headers, body).await;
    assert!(answer.problem().contains("n is given twice"), "{}", answer.text());
}

#[tokio::test]
async fn qwen() {
    let model = "qwen:qwen3-vl-plus";
    let metadata = |metadata: Value| with(hello(), json!({"extra_body": {"metadata": metadata}}));
    refused(
        "vu",
        vec![
            (user(model, json!([{"type": "text", "text": "a"}])), &["messages[0].content[0] has a `type`"]),
            (user(model, json!([{"text": "a", "image": PNG}])), &["messages[0].content[0] has 2 keys"]),
            (user(model, json!([{}])), &["messages[0].content[0] has 0 keys"]),
            (user(model, json!([{"audio": "a"}])), &["messages[0].content[0].audio is no qwen item"]),
            (user(model, json!(["a"])), &["messages[0].content[0] must be an object"]),
            (user(model, json!([{"text": 1}])), &["messages[0].content[0].text must be a string"]),
            (user(model, json!([{"image": {"url": PNG}}])), &["messages[0].content[0].image must be a string"]),
            (user(model, json!([{"image": "file:///etc/hosts"}])), &["messages[0].content[0].image is neither"]),
            (user(model, json!([{"image": "data:image/png,abc"}])), &["messages[0].content[0].image is neither"]),
            (user(model, json!([{"video": MP4}, {"text": "a"}])), &["messages[0].content[0].video is base64"]),
            (
                json!({"model": model, "messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}),
                &["messages[1].role is `assistant`"],
            ),
            (with(hello(), json!({"response_format": {"type": "json_object"}})), &["response_format", "gpt only"]),
            (metadata(json!({"seed": 1})), &["extra_body.metadata.seed is not documented"]),
            (metadata(json!({"enable_thinking": 1})), &["extra_body.metadata.enable_thinking must be true or false"]),
            (metadata(json!({"thinking_budget": "a"})), &["extra_body.metadata.thinking_budget must be a whole number"]),
            (metadata(json!({"response_format": {"type": "json_object"}})), &["response_format.type is `json_object`", "json_schema"]),
            (metadata(json!({"response_format": {"type": "json_schema", "json_schema": {"name": "a", "strict": true, "schema": {"type": "object"}}}})), &["json_schema.strict is not documented"]),
            (metadata(json!({"response_format": {"type": "json_schema", "json_schema": {"name": "a"}}})), &["json_schema.schema is missing"]),
            (metadata(json!({"response_format": {"type": "json_schema", "json_schema": {"schema": {"type": "array"}}}})), &["schema.type must be `object`"]),
            (with(hello(), json!({"metadata": {"responseSchema": {}}})), &["metadata.responseSchema is not documented"]),
        ],
    )
    .await;
    refused(
        "iu",
        vec![(
            user(model, json!([{"video": "https://example.org/a.mp4"}])),
            &["messages[0].content[0].video is a video", "/vu/"],
        )],
    )
    .await;
}

#[tokio::test]
async fn gemini() {
    let model = "gemini:gemini-2.5-flash";
    let text = json!([{"type": "text", "text": "a"}]);
    let metadata = |metadata: Value| with(user(model, text.clone()), json!({"extra_body": {"metadata": metadata}}));
    refused(
        "vu",
        vec![
            (user(model, json!("a bare string")), &["Model input cannot be empty", "messages[0].content"]),
            (user(model, json!([{"text": "a"}])), &["messages[0].content[0].type is missing"]),
            (user(model, json!([{"type": "image_url", "image_url": {"url": PNG}}])), &["messages[0].content[0].type is `image_url`"]),
            (user(model, json!([{"type": "input_file"}])), &["messages[0].content[0].file_uri is missing"]),
            (user(model, json!([{"type": "input_file", "file_uri": PNG, "detail": "low"}])), &["detail is not documented"]),
            (user(model, json!([{"type": "input_file", "file_uri": PNG, "mime_type": "audio/wav"}])), &["mime_type is `audio/wav`"]),
            (user(model, json!([{"type": "input_file", "file_uri": MP4, "mime_type": "video/mp4"}])), &["file_uri is base64"]),
            (user(model, json!([{"type": "input_file", "file_uri": MP4}])), &["file_uri is base64"]),
            (metadata(json!({"thinking_config": {"budget": 1}})), &["thinking_config.budget is not documented"]),
            (metadata(json!({"thinking_config": {"thinking_budget": true}})), &["thinking_budget must be a whole number"]),
            (metadata(json!({"response_mime_type": "text/plain"})), &["response_mime_type is `text/plain`"]),
            (metadata(json!({"response_schema": {}})), &["response_schema is not documented"]),
            (metadata(json!({"responseSchema": {"type": "object"}})), &["responseSchema.type must be `OBJECT`"]),
            (
                metadata(json!({"responseSchema": {"type": "OBJECT", "properties": {"a": {"type": "ARRAY", "items": {"type": "string"}}}}})),
                &["responseSchema.properties.a.items.type is `string`"],
            ),
            (with(user(model, text.clone()), json!({"response_format": {"type": "json_object"}})), &["response_format"]),
        ],
    )
    .await;
    let film = json!([{"type": "input_file", "file_uri": "https://example.org/a.mp4"}]);
    refused("iu", vec![(user(model, film), &["file_uri is a video"])]).await;
}

#[tokio::test]
async fn nova() {
    let model = "nova:us.amazon.nova-lite-v1:0";
    let metadata = |metadata: Value| with(with(hello(), json!({"model": model})), json!({"metadata": metadata}));
    let tool = |spec: Value| metadata(json!({"toolConfig": {"tools": [{"toolSpec": spec}]}}));
    refused(
        "vu",
        vec![
            (
                user(model, json!([{"type": "input_file", "file_uri": PNG}])),
                &["messages[0].content[0].type is `input_file`"],
            ),
            (user(model, json!([{"type": "image_url"}])), &["messages[0].content[0].image_url is missing"]),
            (user(model, json!([{"type": "image_url", "image_url": {}}])), &["image_url.url is missing"]),
            (
                user(model, json!([{"type": "image_url", "image_url": {"url": PNG, "detail": "low"}}])),
                &["image_url.detail is not documented"],
            ),
            (
                user(model, json!([{"type": "image_url", "image_url": 1}])),
                &["image_url must be an object with `url`, or a string"],
            ),
            (user(model, json!([{"type": "video_url", "video_url": "ftp://a/b.mp4"}])), &["video_url is neither"]),
            (metadata(json!({"enable_thinking": true})), &["metadata.enable_thinking is not documented"]),
            (metadata(json!({"toolConfig": {}})), &["toolConfig.tools is missing"]),
            (metadata(json!({"toolConfig": {"tools": []}})), &["toolConfig.tools is empty"]),
            (
                metadata(json!({"toolConfig": {"tools": [{}], "toolChoice": {}}})),
                &["toolChoice is not documented", "tools[0].toolSpec is missing"],
            ),
            (tool(json!({"inputSchema": {"json": {}}})), &["toolSpec.name is missing"]),
            (tool(json!({"name": "a"})), &["toolSpec.inputSchema is missing"]),
            (tool(json!({"name": "a", "inputSchema": {}})), &["inputSchema.json is missing"]),
        ],
    )
    .await;
    refused(
        "iu",
        vec![(user(model, json!([{"type": "video_url", "video_url": {"url": MP4}}])), &["video_url.url is a video"])],
    )
    .await;
}

#[tokio::test]
async fn gpt() {
    let model = "gpt:gpt-4o";
    let hello = with(hello(), json!({"model": model}));
    refused(
        "iu",
        vec![
            (with(hello.clone(), json!({"extra_body": {}})), &["extra_body is not documented for gpt"]),
            (with(hello.clone(), json!({"metadata": {}})), &["metadata is not documented for gpt"]),
            (
                with(hello.clone(), json!({"response_format": {"type": "json_schema"}})),
                &["response_format.type is `json_schema`"],
            ),
            (
                with(hello.clone(), json!({"response_format": {"type": "json_object", "x": 1}})),
                &["response_format.x is not documented"],
            ),
            (
                user(model, json!([{"type": "image_url", "image_url": PNG}])),
                &["image_url must be an object, not a string"],
            ),
            (
                user(model, json!([{"type": "video_url", "video_url": {"url": "https://example.org/a.mp4"}}])),
                &["type is `video_url`"],
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn ids_that_no_table_lists_pass_through() {
    let emulator = start().await;
    for (endpoint, model, echoed) in [
        ("vu", "qwen:qwen4-vl-ultra", "qwen4-vl-ultra"),
        ("vu", "nova:amazon.nova-lite-v1:0", "nova:amazon.nova-lite-v1:0"),
        ("iu", "gpt:gpt-9", "gpt-9"),
    ] {
        let answer = chat(&emulator, endpoint, &with(hello(), json!({"model": model}))).await;
        assert_eq!((answer.status, &answer.json()["model"]), (200, &json!(echoed)));
    }
}

#[tokio::test]
async fn paths_and_verbs() {
    let emulator = start().await;
    let body = hello().to_string();
    let headers = [("authorization", "k"), ("content-type", "application/json")];
    for path in ["/serve/api/v2/vu/chat/completions", "/vu/chat/completions", "/iu/chat/completions"] {
        assert_eq!(send(emulator.address(), "POST", path, &headers, body.as_bytes()).await.status, 200, "{path}");
        let answer = send(emulator.address(), "GET", path, &headers, b"").await;
        assert_eq!((answer.status, answer.header("allow")), (405, Some("POST")));
        assert_eq!(answer.problem(), "Request method 'GET' not supported");
    }
    for path in [
        "/",
        "/chat/completions",
        "/vlm/chat/completions",
        "/ilm/chat/completions",
        "/serve/api/v2/vu/chat/completions/",
    ] {
        let answer = send(emulator.address(), "POST", path, &headers, body.as_bytes()).await;
        assert_eq!(answer.status, 404, "{path}");
        let reply = answer.json();
        assert_eq!(
            (&reply["path"], &reply["status"], &reply["error"]),
            (&json!(path), &json!(404), &json!("Not Found"))
        );
        assert!(reply["timestamp"].is_string() && reply["requestId"].is_string());
    }
}

#[tokio::test]
async fn keys() {
    let emulator = start().await;
    let path = "/serve/api/v2/vu/chat/completions";
    let body = hello().to_string();
    let json = ("content-type", "application/json");
    let unauthorized = r#"{"code":401,"msg":"Unauthorized","data":null}"#;
    for headers in [vec![json], vec![json, ("authorization", "")], vec![json, ("authorization", "Bearer ")]] {
        let answer = send(emulator.address(), "POST", path, &headers, body.as_bytes()).await;
        assert_eq!((answer.status, answer.text().as_str()), (401, unauthorized));
    }
    for (key, form, length) in [("a-key", "raw", 5), ("Bearer a-key-2", "bearer", 7)] {
        let headers = [json, ("authorization", key)];
        assert_eq!(send(emulator.address(), "POST", path, &headers, body.as_bytes()).await.status, 200);
        let entry = serde_json::to_value(emulator.journal().pop().unwrap()).unwrap();
        assert_eq!((&entry["key_form"], &entry["key_length"]), (&json!(form), &json!(length)));
        assert!(!entry.to_string().contains("a-key"), "{entry}");
    }
    let locked = Emulator::builder().api_key("local-key").start().await.unwrap();
    assert_eq!(chat(&locked, "vu", &hello()).await.status, 200);
    let headers = [json, ("authorization", "another")];
    assert_eq!(send(locked.address(), "POST", path, &headers, body.as_bytes()).await.status, 401);
}

#[tokio::test]
async fn types_and_bodies() {
    let emulator = support::builder().body_limit(2000).start().await.unwrap();
    let path = "/vu/chat/completions";
    let key = ("authorization", "k");
    for kind in [None, Some("text/plain"), Some("multipart/form-data")] {
        let headers: Vec<_> = [key].into_iter().chain(kind.map(|kind| ("content-type", kind))).collect();
        let answer = send(emulator.address(), "POST", path, &headers, hello().to_string().as_bytes()).await;
        assert_eq!(answer.status, 415);
        assert!(answer.problem().contains("application/json"));
    }
    let headers = [key, ("content-type", "application/json; charset=utf-8")];
    assert_eq!(send(emulator.address(), "POST", path, &headers, hello().to_string().as_bytes()).await.status, 200);
    let answer = send(emulator.address(), "POST", path, &headers, br#"{"model": "#).await;
    assert_eq!(answer.status, 400);
    assert!(answer.problem().contains("the body is no JSON"));
    let long = vec![b' '; 5_000_000];
    let answer = send(emulator.address(), "POST", path, &headers, &long).await;
    assert_eq!(answer.status, 413);
    assert!(answer.problem().contains("2000 bytes"));
    assert_eq!(emulator.journal().pop().unwrap().body_bytes, 5_000_000);
}

#[tokio::test]
async fn a_violation_is_said_before_any_fault() {
    let emulator = start().await;
    let answer = chat_with(&emulator, "vu", &[("x-emulate", "status=500")], &without("model")).await;
    assert_eq!(answer.status, 400);
    assert!(answer.problem().contains("model is missing"));
}
