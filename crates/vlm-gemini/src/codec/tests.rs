//! The bytes that the service gets, as snapshots beside this file, made from the examples of its pages; and what holds
//! for all of them.

use std::time::Duration;

use proptest::prelude::*;
use serde_json::{Value, json};
use vlm_core::{Admission, JsonSchema, Media, Message, Output, Sampling, Source, Thinking};

use super::*;

/// What the attachments of a request would be placed as.
fn placed(request: &Request) -> Vec<Placed> {
    let place = |(at, media): (usize, &Media)| match media.source() {
        Source::Url(uri) | Source::FileId(uri) => Placed::Uri(uri.clone()),
        _ => Placed::Inline(format!("<base64 of {at}>")),
    };
    request.media().enumerate().map(place).collect()
}

fn encoded(request: &Request) -> String {
    let mut problems = Vec::new();
    let extras = Extras::read(request, &mut problems);
    assert_eq!(problems, []);
    serde_json::to_string_pretty(&encode(&request.model, request, &placed(request), &extras)).unwrap()
}

fn body(request: &Request) -> Value {
    serde_json::from_str(&encoded(request)).unwrap()
}

fn ask(model: &str) -> Request {
    Request::new(model).message(Message::user("What is this?"))
}

const FLASH: &str = "gemini-2.5-flash";

#[test]
fn a_picture_in_the_request() {
    let picture = Media::bytes(b"\xFF\xD8\xFF\xE0".as_slice());
    let user = Message::new(Role::User, vec![picture.into(), "Caption this image.".into()]);
    insta::assert_snapshot!("picture", encoded(&Request::new(FLASH).message(user)));
}

#[test]
fn films_by_address_with_their_options() {
    let cut = Media::url("https://www.youtube.com/watch?v=9hE5-98ZeCg")
        .video()
        .start(Duration::from_secs(1250))
        .end(Duration::from_millis(1_570_500));
    let file = Media::file_id("https://generativelanguage.googleapis.com/v1beta/files/abc-123")
        .with_media_type(MediaType::QUICKTIME)
        .fps(0.5);
    let user = Message::user("Compare them.").with(cut).with(file);
    insta::assert_snapshot!("films", encoded(&Request::new(FLASH).message(user)));
}

#[test]
fn a_resolution_for_each_picture() {
    let picture = |detail| Media::bytes(b"\x89PNG\r\n\x1A\n".as_slice()).detail(detail);
    let user =
        Message::user("Read both.").with(picture(Detail::High)).with(picture(Detail::Low)).with(picture(Detail::Auto));
    insta::assert_snapshot!("resolution", encoded(&Request::new("gemini-3-flash-preview").message(user)));
}

#[test]
fn every_sampling_setting_and_history() {
    let mut sampling = Sampling::default();
    sampling.temperature = Some(0.25);
    sampling.top_p = Some(0.5);
    sampling.max_tokens = Some(256);
    sampling.frequency_penalty = Some(-1.5);
    sampling.presence_penalty = Some(1.5);
    sampling.n = Some(2);
    sampling.stop = vec!["END".to_owned(), "\n\n".to_owned()];
    let request = Request::new(FLASH)
        .message(Message::system("You are a cat. Your name is Neko."))
        .message(Message::user("Hello").with(Media::url("https://example.org/a.png")))
        .message(Message::assistant("Meow."))
        .message(Message::user("And now?"))
        .sampling(sampling);
    insta::assert_snapshot!("everything", encoded(&request));
}

#[test]
fn schemas_in_the_form_of_each_generation() {
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {
            "objects": {"type": "array", "items": {"$ref": "#/$defs/Thing"}},
            "evidence": {"type": "string", "minLength": 3},
            "kind": {"const": "list"},
            "note": {"type": ["string", "null"]},
        },
        "required": ["evidence", "objects"],
        "propertyOrdering": ["note", "evidence", "objects", "kind"],
        "additionalProperties": false,
        "$defs": {"Thing": {"type": "string", "description": "A thing that is seen"}},
    });
    for model in ["gemini-2.0-flash", FLASH] {
        let name = format!("schema_{}", model.replace('.', "_"));
        insta::assert_snapshot!(name, encoded(&ask(model).json_schema("objects", schema.clone())));
    }
    assert_eq!(
        body(&ask(FLASH).output(Output::Json))["generationConfig"],
        json!({"responseMimeType": "application/json"})
    );
}

#[test]
fn thinking_by_budget_and_by_level() {
    let config = |request: Request| body(&request)["generationConfig"]["thinkingConfig"].clone();
    for (model, thinking, expected) in [
        (FLASH, Thinking::on(), json!({"thinkingBudget": -1})),
        (FLASH, Thinking::off(), json!({"thinkingBudget": 0})),
        (FLASH, Thinking::budget(7), json!({"thinkingBudget": 7})),
        ("gemini-2.5-flash-lite", Thinking::off(), json!({"thinkingBudget": 0})),
        ("gemini-2.5-pro", Thinking::off(), json!({"thinkingBudget": 128})),
        ("gemini-3-pro-preview", Thinking::off(), json!({"thinkingLevel": "low"})),
        ("gemini-3-pro-preview", Thinking::budget(9), json!({"thinkingBudget": 9})),
        ("gemini-3.5-flash", Thinking::off(), json!({"thinkingLevel": "minimal"})),
        ("gemini-3.8-flash", Thinking::on(), json!({"thinkingLevel": "high"})),
        ("gemini-2.0-flash", Thinking::default(), Value::Null),
    ] {
        assert_eq!(config(ask(model).thinking(thinking)), expected, "{model} {thinking:?}");
    }
    let level = ask("gemini-3.6-flash").extra("gemini", "thinking_level", json!("medium"));
    assert_eq!(config(level), json!({"thinkingLevel": "medium"}));
    let thoughts = ask(FLASH).extra("gemini", "include_thoughts", json!(true));
    assert_eq!(config(thoughts), json!({"includeThoughts": true}));
}

#[test]
fn extras_stand_beside_the_providers_own_fields() {
    let request = ask(FLASH)
        .temperature(1.0)
        .extra("gemini", "generation_config", json!({"topK": 10, "mediaResolution": "MEDIA_RESOLUTION_LOW"}))
        .extra(
            "gemini",
            "safety_settings",
            json!([{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE"}]),
        )
        .extra("gemini", "cached_content", json!("cachedContents/abc"))
        .extra("gemini", "body", json!({"labels": {"team": "x"}}))
        .extra("another", "body", json!({"ignored": true}));
    insta::assert_snapshot!("extras", encoded(&request));
}

#[test]
fn extras_that_would_be_lost_or_doubled_are_refused() {
    for (name, value, words) in [
        ("body", json!({"contents": []}), "contents"),
        ("body", json!({"system_instruction": {}}), "system_instruction"),
        ("body", json!([]), "object"),
        ("generation_config", json!({"topP": 1}), "topP"),
        ("generation_config", json!({"max_output_tokens": 1}), "max_output_tokens"),
        ("safety_settings", json!({}), "array"),
        ("cached_content", json!(1), "string"),
        ("include_thoughts", json!("yes"), "true or false"),
        ("colour", json!(1), "thinking_level"),
    ] {
        let mut problems = Vec::new();
        Extras::read(&ask(FLASH).extra("gemini", name, value), &mut problems);
        assert_eq!(problems.len(), 1, "{name}");
        assert!(problems[0].message.contains(words), "{}", problems[0]);
        assert_eq!(problems[0].path, format!("extras.gemini.{name}"));
    }
}

#[test]
fn what_is_not_set_is_not_sent() {
    assert_eq!(body(&ask(FLASH)), json!({"contents": [{"role": "user", "parts": [{"text": "What is this?"}]}]}));
}

#[test]
fn durations_are_written_exactly() {
    for (duration, text) in [
        (Duration::ZERO, "0s"),
        (Duration::from_secs(100), "100s"),
        (Duration::from_millis(1500), "1.5s"),
        (Duration::from_nanos(1), "0.000000001s"),
    ] {
        assert_eq!(seconds(duration), text);
    }
}

fn reviewed(request: &Request) -> Result<Vec<String>, Vec<String>> {
    let mut admission = Admission::new(false);
    let extras = Extras::read(request, &mut Vec::new());
    review(&request.model, request, &extras, &mut admission);
    match admission.finish() {
        Ok(warnings) => Ok(warnings.iter().map(ToString::to_string).collect()),
        Err(error) => Err(error.problems().iter().map(|problem| problem.path.clone()).collect()),
    }
}

#[test]
fn only_this_service_can_say_what_is_unwise() {
    assert_eq!(reviewed(&ask(FLASH)).unwrap(), [""; 0]);
    let one = |request: Request| reviewed(&request).unwrap().pop().unwrap();
    assert!(one(ask(FLASH).thinking(Thinking::budget(500)).max_tokens(500)).starts_with("thinking.budget: "));
    assert!(one(ask("gemini-3.8-flash").temperature(1.0)).contains("ignores"));
    let late = ask(FLASH).message(Message::system("Late.")).message(Message::user("?"));
    assert!(one(late).starts_with("messages[1]: "));
    let lost = json!({"type": "object", "properties": {"a": {"type": "string", "pattern": "^x"}}});
    assert!(one(ask(FLASH).json_schema("s", lost)).contains("#/properties/a: pattern"));
    let level = |model: &str, level: &str| ask(model).extra("gemini", "thinking_level", json!(level));
    for request in [
        level(FLASH, "low"),
        level("gemini-2.0-flash", "low"),
        level("gemini-3-pro-preview", "medium"),
        level("gemini-3-pro-preview", "low").thinking(Thinking::budget(9)),
    ] {
        assert_eq!(reviewed(&request).unwrap_err(), ["extras.gemini.thinking_level"]);
    }
    assert!(reviewed(&level("gemini-9-ultra", "whatever")).is_ok(), "its levels are not known");
}

#[test]
fn a_schema_that_refers_to_itself_depends_on_the_generation() {
    let recursive = json!({"type": "object", "properties": {"child": {"$ref": "#"}}});
    assert!(reviewed(&ask(FLASH).json_schema("tree", recursive.clone())).is_ok());
    assert_eq!(reviewed(&ask("gemini-2.0-flash").json_schema("tree", recursive)).unwrap_err(), ["output.schema"]);
}

#[test]
fn older_names_of_definitions_are_written_anew() {
    let schema = json!({"$ref": "#/definitions/A", "title": "x", "definitions": {"A": {"type": "string"}}});
    let lowered = json_schema::lower(&schema).unwrap();
    assert_eq!(lowered.schema, json!({"$ref": "#/$defs/A", "$defs": {"A": {"type": "string"}}}));
    assert_eq!(lowered.lost, [""; 0]);
    let deep = (0..40).fold(json!({"type": "string"}), |inner, _| json!({"type": "array", "items": inner}));
    assert!(json_schema::lower(&deep).unwrap_err().contains("nested"));
}

fn part() -> impl Strategy<Value = vlm_core::Part> {
    prop_oneof![
        "\\PC{1,12}".prop_map(vlm_core::Part::text),
        "[a-z]{1,6}".prop_map(|name| vlm_core::Part::from(Media::url(format!("https://example.org/{name}.png")))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn parts_keep_their_order_and_none_is_dropped(
        turns in proptest::collection::vec(proptest::collection::vec(part(), 1..6), 1..4),
    ) {
        let turns = turns.into_iter().map(|parts| Message::new(Role::User, parts));
        let request = turns.fold(Request::new(FLASH), Request::message);
        let sent = body(&request);
        for (turn, message) in request.messages.iter().enumerate() {
            let parts = sent["contents"][turn]["parts"].as_array().unwrap();
            prop_assert_eq!(parts.len(), message.parts.len());
            for (sent, part) in parts.iter().zip(&message.parts) {
                match (part.as_text(), part.as_media().map(Media::source)) {
                    (Some(text), _) => prop_assert_eq!(sent["text"].as_str(), Some(text)),
                    (_, Some(Source::Url(url))) => prop_assert_eq!(sent["fileData"]["fileUri"].as_str(), Some(url.as_str())),
                    _ => unreachable!(),
                }
            }
        }
    }

    #[test]
    fn any_schema_is_written_or_refused(text in "[\\[\\]{}\":,a-z$#/0-9 ]{0,60}", deep in 0usize..60) {
        if let Ok(schema) = serde_json::from_str::<Value>(&text) {
            let schema = (0..deep).fold(schema, |inner, _| json!({"anyOf": [inner], "properties": {"a": {"$ref": "#"}}}));
            let _ = (json_schema::lower(&schema), JsonSchema::new("any", schema).to_gemini_schema());
        }
    }
}
