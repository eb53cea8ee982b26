//! Requests: the builder, and the paths by which problems name media.

use serde_json::json;

use super::*;
use crate::{Role, tests::values::full_request};

#[test]
fn the_builder_sets_each_field() {
    let built = Request::new("m")
        .message(Message::user("hi"))
        .temperature(0.5)
        .max_tokens(9)
        .thinking(Thinking::off())
        .json_schema("s", json!({}))
        .extra("a", "x", json!(1))
        .extra("a", "y", json!(2))
        .extra("a", "x", json!(3))
        .call(CallOptions { strict: true, ..CallOptions::default() });
    assert_eq!(built.messages[0].role, Role::User);
    assert_eq!((built.sampling.temperature, built.sampling.max_tokens), (Some(0.5), Some(9)));
    assert_eq!(built.thinking, Thinking { enabled: Some(false), budget: None });
    assert_eq!(built.output, Output::JsonSchema(JsonSchema::new("s", json!({}))));
    assert_eq!(serde_json::to_value(&built.extras).unwrap(), json!({"a": {"x": 3, "y": 2}}));
    assert!(built.call.strict);
}

#[test]
fn media_come_in_order_with_their_paths() {
    let request = full_request();
    let paths: Vec<String> = request.media_with_paths().map(|(path, _)| path).collect();
    assert_eq!(paths, ["messages[1].parts[1]", "messages[1].parts[3]", "messages[3].parts[1]", "messages[3].parts[2]"]);
    assert!(request.media_with_paths().map(|(_, media)| media).eq(request.media()));
    assert!(request.has_video());
    assert!(!Request::new("m").message(Message::user("x").with(Media::path("a.png"))).has_video());
}

#[test]
fn map_media_changes_each_in_its_place() {
    let mut request = full_request();
    let mut seen = Vec::new();
    request.map_media(|path, media| {
        seen.push(path.to_owned());
        *media = Media::file_id(path);
    });
    assert_eq!(seen.len(), 4);
    assert!(request.media_with_paths().all(|(path, media)| *media == Media::file_id(path)));
    assert_eq!(request.messages[1].text(), "What is this?\nAnd this?");
}
