//! The bytes that each family gets, as snapshots beside this file; and what the frame promises for all of them.

use std::time::Duration;

use proptest::prelude::*;
use serde_json::{Value, json};
use vlm_core::{Media, Message, Output, Sampling, Thinking};

use super::*;

const MODELS: [&str; 4] =
    ["qwen:qwen3-vl-plus", "gemini:gemini-2.5-flash", "nova:us.amazon.nova-lite-v1:0", "gpt:gpt-4.1-mini"];

/// What the attachments of a request would be placed as.
fn placed(request: &Request) -> Vec<Placed> {
    let place = |(at, media): (usize, &Media)| {
        let media_type = media.media_type();
        let text = match media.source() {
            vlm_core::Source::Url(url) => url.clone(),
            _ => format!("data:{};base64,<{at}>", media_type.as_ref().unwrap()),
        };
        Placed { kind: media.kind().unwrap(), media_type, text }
    };
    request.media().enumerate().map(place).collect()
}

fn encoded(request: &Request, settings: &WireSettings, stream: bool) -> String {
    let name = ModelName::parse(&request.model).unwrap();
    let mut problems = Vec::new();
    let extras = Extras::read(request, Some(name.family), &mut problems);
    assert_eq!(problems, []);
    serde_json::to_string_pretty(&encode(name.family, request, &placed(request), &extras, settings, stream)).unwrap()
}

fn body(request: &Request, settings: &WireSettings, stream: bool) -> Value {
    serde_json::from_str(&encoded(request, settings, stream)).unwrap()
}

fn everything(model: &str) -> Request {
    let mut sampling = Sampling::default();
    sampling.temperature = Some(0.25);
    sampling.top_p = Some(0.5);
    sampling.max_tokens = Some(256);
    sampling.frequency_penalty = Some(-1.5);
    sampling.presence_penalty = Some(1.5);
    sampling.n = Some(2);
    sampling.stop = vec!["END".to_owned(), "\n\n".to_owned()];
    let user = Message::user("Which of them is sharper?")
        .with(Media::url("https://example.org/a.png?sig=1"))
        .with("Or this one?")
        .with(Media::bytes(b"\x89PNG\r\n\x1A\n".as_slice()));
    Request::new(model).message(Message::system("Answer briefly.")).message(user).sampling(sampling)
}

#[test]
fn pictures_with_every_sampling_setting() {
    for model in MODELS {
        let name = format!("pictures_{}", model.split(':').next().unwrap());
        insta::assert_snapshot!(name, encoded(&everything(model), &WireSettings::default(), true));
    }
}

#[test]
fn films_beside_pictures() {
    for model in &MODELS[..3] {
        let user = Message::user("What happens here?")
            .with(Media::url("https://example.org/clip.mov"))
            .with(Media::url("https://example.org/poster.webp"));
        let name = format!("films_{}", model.split(':').next().unwrap());
        insta::assert_snapshot!(name, encoded(&Request::new(*model).message(user), &WireSettings::default(), false));
    }
}

#[test]
fn history_keeps_its_order() {
    for model in MODELS {
        let request = Request::new(model)
            .message(Message::user("What is this?").with(Media::url("https://example.org/a.png")))
            .message(Message::assistant("A cat."))
            .message(Message::user("And this?").with(Media::url("https://example.org/b.png")));
        let name = format!("history_{}", model.split(':').next().unwrap());
        insta::assert_snapshot!(name, encoded(&request, &WireSettings::default(), false));
    }
}

#[test]
fn schemas_and_thinking() {
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {
            "objects": {"type": "array", "items": {"$ref": "#/$defs/Thing"}},
            "note": {"type": ["string", "null"]},
        },
        "required": ["objects"],
        "$defs": {"Thing": {"type": "string", "description": "A thing that is seen"}},
    });
    for model in &MODELS[..3] {
        let mut request =
            Request::new(*model).message(Message::user("List the objects.")).json_schema("objects", schema.clone());
        if !model.starts_with("nova") {
            request = request.thinking(Thinking::budget(1024));
        }
        let name = format!("schema_{}", model.split(':').next().unwrap());
        insta::assert_snapshot!(name, encoded(&request, &WireSettings::default(), false));
    }
}

#[test]
fn json_without_a_schema() {
    for model in ["gemini:gemini-2.5-flash", "gpt:gpt-4.1-mini"] {
        let request = Request::new(model).message(Message::user("As JSON.")).output(Output::Json);
        let name = format!("json_{}", model.split(':').next().unwrap());
        insta::assert_snapshot!(name, encoded(&request, &WireSettings::default(), false));
    }
}

#[test]
fn the_other_wire_forms() {
    let qwen = || Request::new(MODELS[0]).message(Message::user("Think.")).thinking(Thinking::off());
    let form = |form| WireSettings { extra_body: form, ..WireSettings::default() };
    insta::assert_snapshot!("extra_body_flattened", encoded(&qwen(), &form(ExtraBodyForm::Flattened), false));
    insta::assert_snapshot!("extra_body_both", encoded(&qwen(), &form(ExtraBodyForm::Both), false));
    let plain = WireSettings { qwen_plain_text: true, ..WireSettings::default() };
    insta::assert_snapshot!("qwen_plain_text", encoded(&qwen(), &plain, false));
    let nova = Request::new(MODELS[2]).message(Message::user("?").with(Media::url("https://example.org/a.png")));
    let strings = WireSettings { nova_url: crate::settings::NovaUrlForm::Plain, ..WireSettings::default() };
    insta::assert_snapshot!("nova_plain_url", encoded(&nova, &strings, false));
}

#[test]
fn extras_stand_beside_the_familys_own_settings() {
    let request = Request::new(MODELS[0])
        .message(Message::user("Think."))
        .thinking(Thinking::on())
        .extra("memories", "metadata", json!({"min_pixels": 4096}))
        .extra("memories", "body", json!({"seed": 7}))
        .extra("another", "metadata", json!({"ignored": true}));
    insta::assert_snapshot!("extras", encoded(&request, &WireSettings::default(), false));
}

#[test]
fn what_is_not_set_is_not_sent() {
    for model in MODELS {
        let sent = body(&Request::new(model).message(Message::user("?")), &WireSettings::default(), false);
        let keys: Vec<&String> = sent.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["messages", "model"]);
    }
}

#[test]
fn a_switch_without_a_budget_is_a_gemini_budget() {
    let budget = |thinking| {
        let request = Request::new(MODELS[1]).message(Message::user("?")).thinking(thinking);
        body(&request, &WireSettings::default(), false)["extra_body"]["metadata"]["thinking_config"].clone()
    };
    assert_eq!(budget(Thinking::on()), json!({"thinking_budget": -1}));
    assert_eq!(budget(Thinking::off()), json!({"thinking_budget": 0}));
    assert_eq!(budget(Thinking::budget(7)), json!({"thinking_budget": 7}));
}

#[test]
fn only_this_family_can_say_what_is_unwise() {
    let review = |request: &Request| {
        let mut admission = Admission::new(false);
        super::review(&ModelName::parse(&request.model).unwrap(), request, &mut admission);
        admission.finish().map(|warnings| warnings.into_iter().map(|w| w.path.unwrap()).collect::<Vec<_>>())
    };
    let ask = |model: &str| Request::new(model).message(Message::user("?"));
    let schema = json!({"type": "object"});
    let thinking = ask(MODELS[0]).thinking(Thinking::on()).json_schema("s", schema.clone());
    assert_eq!(review(&thinking).unwrap(), ["thinking"]);
    let cramped = ask(MODELS[1]).thinking(Thinking::budget(500)).max_tokens(500);
    assert_eq!(review(&cramped).unwrap(), ["thinking.budget"]);
    assert_eq!(review(&ask(MODELS[3]).output(Output::Json)).unwrap(), ["output"]);
    assert_eq!(review(&ask("gpt:o3").temperature(1.0).max_tokens(9)).unwrap().len(), 2);
    assert_eq!(review(&ask("gpt:gpt-5-chat-latest").temperature(1.0)).unwrap(), Vec::<String>::new());
    let recursive = json!({"type": "object", "properties": {"child": {"$ref": "#"}}});
    let refused = review(&ask(MODELS[1]).json_schema("tree", recursive)).unwrap_err();
    assert!(refused.problems()[0].message.contains("refer"), "{refused}");
}

/// Texts and media of a message, each tagged, in the order in which the family's items hold them.
fn read_back(family: Family, items: &Value) -> Vec<(char, String)> {
    let read = |item: &Value| -> (char, String) {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        match family {
            Family::Qwen => {
                let (key, value) = item.as_object().unwrap().iter().next().unwrap();
                (if key == "text" { 't' } else { 'm' }, text(value))
            }
            Family::Gemini if item["type"] == "input_file" => ('m', text(&item["file_uri"])),
            _ if item["type"] == "text" => ('t', text(&item["text"])),
            _ => {
                let kind = item["type"].as_str().unwrap();
                ('m', text(&item[kind]["url"]))
            }
        }
    };
    items.as_array().unwrap().iter().map(read).collect()
}

fn part() -> impl Strategy<Value = Part> {
    prop_oneof![
        "\\PC{1,12}".prop_map(Part::text),
        "[a-z]{1,6}".prop_map(|name| Part::from(Media::url(format!("https://example.org/{name}.png")))),
    ]
}

proptest! {
    #[test]
    fn parts_keep_their_order_and_none_is_dropped(
        turns in proptest::collection::vec(proptest::collection::vec(part(), 1..6), 1..4),
        model in proptest::sample::select(&MODELS[..]),
    ) {
        let turns = turns.into_iter().map(|parts| Message::new(Role::User, parts));
        let request = turns.fold(Request::new(model), Request::message);
        let family = ModelName::parse(model).unwrap().family;
        let sent = body(&request, &WireSettings::default(), false);
        for (turn, message) in request.messages.iter().enumerate() {
            let expected: Vec<(char, String)> = message.parts.iter().map(|part| match part.as_media() {
                Some(media) => match media.source() {
                    vlm_core::Source::Url(url) => ('m', url.clone()),
                    _ => unreachable!(),
                },
                None => ('t', part.as_text().unwrap().to_owned()),
            }).collect();
            prop_assert_eq!(read_back(family, &sent["messages"][turn]["content"]), expected);
        }
    }

    #[test]
    fn sampling_is_sent_as_it_was_set(
        temperature in proptest::option::of(0.0f64..=2.0),
        max_tokens in proptest::option::of(1u32..),
        n in proptest::option::of(1u32..9),
        stop in proptest::collection::vec("\\PC{1,5}", 0..3),
    ) {
        let mut sampling = Sampling::default();
        (sampling.temperature, sampling.max_tokens, sampling.n, sampling.stop) = (temperature, max_tokens, n, stop.clone());
        let request = Request::new(MODELS[3]).message(Message::user("?")).sampling(sampling);
        let sent = body(&request, &WireSettings::default(), false);
        prop_assert_eq!(sent.get("temperature").and_then(Value::as_f64), temperature);
        prop_assert_eq!(sent.get("max_tokens").and_then(Value::as_u64), max_tokens.map(u64::from));
        prop_assert_eq!(sent.get("n").and_then(Value::as_u64), n.map(u64::from));
        prop_assert_eq!(sent.get("stop").cloned(), (!stop.is_empty()).then(|| json!(stop)));
    }
}

#[test]
fn options_per_part_are_refused_before_they_could_be_lost() {
    let media = Media::url("https://example.org/a.mp4").fps(2.0).start(Duration::from_secs(1));
    let request = Request::new(MODELS[0]).message(Message::user("?").with(media));
    let capabilities =
        crate::models::capabilities(Family::Qwen, "qwen3-vl-plus", crate::models::InlineLimits::default(), None);
    let refused = capabilities.admit(&request).unwrap_err();
    let paths: Vec<&str> = refused.problems().iter().map(|problem| problem.path.as_str()).collect();
    assert_eq!(paths, ["messages[0].parts[1].options.fps", "messages[0].parts[1].options.start"]);
}
