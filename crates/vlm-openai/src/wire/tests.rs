//! The bytes that each server gets, as snapshots beside this file; and what holds for all of them.

use proptest::prelude::*;
use serde_json::{Value, json};
use vlm_core::{Detail, Media, Message, Part, Source};

use super::*;

fn all() -> [Profile; 7] {
    [
        Profile::new("local"),
        Profile::openai(),
        Profile::dashscope(),
        Profile::vllm(),
        Profile::llama_cpp(),
        Profile::ollama(),
        Profile::openrouter(),
    ]
}

/// What the attachments of a request would be placed as.
fn placed(request: &Request) -> Vec<Placed> {
    let place = |(at, media): (usize, &Media)| {
        let text = match media.source() {
            Source::Url(url) => url.clone(),
            _ => format!("data:{};base64,<{at}>", media.media_type().unwrap().as_str()),
        };
        Placed { kind: media.kind().unwrap(), text, options: media.options().clone() }
    };
    request.media().enumerate().map(place).collect()
}

fn encoded(profile: &Profile, request: &Request, stream: bool) -> String {
    let mut problems = Vec::new();
    let extras = Extras::read(request, profile, &mut problems);
    assert_eq!(problems, []);
    serde_json::to_string_pretty(&encode(request, &placed(request), &extras, profile, stream)).unwrap()
}

fn body(profile: &Profile, request: &Request, stream: bool) -> Value {
    serde_json::from_str(&encoded(profile, request, stream)).unwrap()
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
    for profile in all() {
        let name = format!("pictures_{}", profile.id);
        insta::assert_snapshot!(name, encoded(&profile, &everything("a-model"), true));
    }
}

#[test]
fn a_picture_looked_at_closely() {
    let user =
        Message::user("What is written there?").with(Media::url("https://example.org/a.png").detail(Detail::High));
    insta::assert_snapshot!("detail", encoded(&Profile::openai(), &Request::new("gpt-4.1").message(user), false));
}

/// The sample of DashScope's page on vision, with every option of a part.
#[test]
fn films_and_pictures_with_their_pixels() {
    let film = Media::url("https://example.org/clip.mp4").fps(2.0).max_pixels(655_360).total_pixels(134_217_728);
    let picture = Media::url("https://example.org/poster.webp").min_pixels(65_536).max_pixels(2_621_440);
    let request = Request::new("qwen3-vl-plus").message(Message::user("What happens?").with(film).with(picture));
    insta::assert_snapshot!("dashscope_films", encoded(&Profile::dashscope(), &request, false));
}

#[test]
fn films_by_url() {
    let film = Media::url("https://example.org/clip.mp4");
    let request = Request::new("m").message(Message::user("What happens?").with(film));
    insta::assert_snapshot!("vllm_films", encoded(&Profile::vllm(), &request, false));
}

fn frames(count: usize) -> Request {
    let mut user = Message::user("What happens?").with(Media::url("https://example.org/title.png"));
    user = user.with("And in these?");
    for at in 0..count {
        user = user.with(Media::url(format!("https://example.org/{at}.jpg")));
    }
    Request::new("qwen3-vl-plus").message(user)
}

#[test]
fn a_film_as_a_list_of_frames() {
    let request = frames(4).extra("dashscope", "frame_list", json!({"fps": 2, "max_pixels": 655_360}));
    insta::assert_snapshot!("dashscope_frames", encoded(&Profile::dashscope(), &request, false));
}

#[test]
fn history_keeps_its_order() {
    let request = Request::new("m")
        .message(Message::system("Answer briefly."))
        .message(Message::user("What is this?").with(Media::url("https://example.org/a.png")))
        .message(Message::assistant("A cat."))
        .message(Message::user("Sure?").with("Look again."));
    insta::assert_snapshot!("history", encoded(&Profile::openai(), &request, false));
}

fn objects(strict: bool) -> Value {
    let mut schema = json!({
        "type": "object",
        "properties": {
            "objects": {"type": "array", "items": {"type": "string"}},
            "note": {"type": ["string", "null"]},
        },
        "required": ["objects", "note"],
        "propertyOrdering": ["objects", "note"],
    });
    if strict {
        schema["additionalProperties"] = json!(false);
    }
    schema
}

#[test]
fn schemas() {
    let ask =
        |strict| Request::new("m").message(Message::user("List the objects.")).json_schema("seen", objects(strict));
    insta::assert_snapshot!("schema_strict", encoded(&Profile::openai(), &ask(true), false));
    insta::assert_snapshot!("schema_not_strict", encoded(&Profile::openai(), &ask(false), false));
    insta::assert_snapshot!("schema_vllm", encoded(&Profile::vllm(), &ask(false), false));
    let forced = ask(true).extra("openai", "strict_schema", json!(false));
    assert_eq!(body(&Profile::openai(), &forced, false)["response_format"]["json_schema"]["strict"], false);
}

#[test]
fn json_without_a_schema() {
    for profile in all() {
        let request = Request::new("m").message(Message::user("As JSON.")).output(Output::Json);
        assert_eq!(body(&profile, &request, false)["response_format"], json!({"type": "json_object"}));
    }
}

#[test]
fn thinking_goes_where_each_profile_says() {
    let sent = |profile: Profile, thinking| {
        let mut sent = body(&profile, &Request::new("m").message(Message::user("?")).thinking(thinking), false);
        let fields = sent.as_object_mut().unwrap();
        fields.retain(|name, _| !matches!(name.as_str(), "model" | "messages"));
        sent
    };
    for (profile, thinking, expected) in [
        (Profile::dashscope(), Thinking::on(), json!({"enable_thinking": true})),
        (Profile::dashscope(), Thinking::budget(9), json!({"enable_thinking": true, "thinking_budget": 9})),
        (Profile::dashscope(), Thinking::off(), json!({"enable_thinking": false})),
        (Profile::vllm(), Thinking::off(), json!({"chat_template_kwargs": {"enable_thinking": false}})),
        (Profile::llama_cpp(), Thinking::on(), json!({"chat_template_kwargs": {"enable_thinking": true}})),
        (Profile::openrouter(), Thinking::budget(9), json!({"reasoning": {"enabled": true, "max_tokens": 9}})),
        (Profile::openai(), Thinking::on(), json!({})),
    ] {
        assert_eq!(sent(profile, thinking), expected);
    }
    let mut budget = Thinking::default();
    budget.budget = Some(9);
    assert_eq!(sent(Profile::dashscope(), budget), json!({"enable_thinking": true, "thinking_budget": 9}));
}

#[test]
fn extras_stand_at_the_top() {
    let request = Request::new("gpt-5")
        .message(Message::user("Think."))
        .extra("openai", "reasoning_effort", json!("low"))
        .extra("openai", "body", json!({"logprobs": true}))
        .extra("another", "body", json!({"ignored": true}));
    insta::assert_snapshot!("extras", encoded(&Profile::openai(), &request, false));
}

#[test]
fn what_is_not_set_is_not_sent() {
    for profile in all() {
        let request = Request::new("m").message(Message::user("?"));
        let keys = |sent: &Value| sent.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(keys(&body(&profile, &request, false)), ["messages", "model"]);
        let streamed = body(&profile, &request, true);
        assert_eq!(keys(&streamed), ["messages", "model", "stream", "stream_options"]);
    }
}

#[test]
fn a_profile_of_ones_own_decides_names_and_places() {
    let mut ours = Profile::new("ours");
    ours.stream_usage = false;
    ours.max_tokens_field = "max_completion_tokens".into();
    ours.thinking_switch = Some("options.think.on".into());
    ours.media_options[0].place = crate::profile::OptionPlace::Beside;
    ours.media_options[0].field = "resolution".into();
    let user = Message::user("?").with(Media::url("https://example.org/a.png").detail(Detail::Low));
    let request = Request::new("m").message(user).max_tokens(5).thinking(Thinking::on());
    insta::assert_snapshot!("own_profile", encoded(&ours, &request, true));
}

fn reviewed(profile: &Profile, request: &Request) -> Result<Vec<String>, Vec<String>> {
    let mut admission = Admission::new(false);
    let extras = Extras::read(request, profile, &mut Vec::new());
    super::review(request, &extras, profile, &mut admission);
    let text = |warning: &Warning| format!("{}: {}", warning.path.as_deref().unwrap_or_default(), warning.message);
    match admission.finish() {
        Ok(warnings) => Ok(warnings.iter().map(text).collect()),
        Err(error) => Err(error.problems().iter().map(ToString::to_string).collect()),
    }
}

#[test]
fn what_is_unwise_is_warned_of() {
    let ask = || Request::new("m").message(Message::user("?"));
    let (openai, dashscope) = (Profile::openai(), Profile::dashscope());
    let one = |profile: &Profile, request: Request, words: &str| {
        let warnings = reviewed(profile, &request).unwrap();
        assert!(warnings.len() == 1 && warnings[0].contains(words), "{warnings:?}");
    };
    one(&openai, ask().output(Output::Json), "the word \"JSON\"");
    one(&dashscope, ask().json_schema("s", objects(true)).thinking(Thinking::on()), "thinking");
    one(&openai, ask().json_schema("s", objects(false)), "not strict");
    let forced = ask().json_schema("s", objects(false)).extra("openai", "strict_schema", json!(true));
    one(&openai, forced, "will refuse");
    one(&openai, ask().temperature(0.1).extra("openai", "reasoning_effort", json!("high")), "temperature");
    let quiet = [
        ask().json_schema("s", objects(false)).extra("openai", "strict_schema", json!(false)),
        ask().json_schema("s", objects(true)),
        ask().temperature(0.1).extra("openai", "reasoning_effort", json!("none")),
        Request::new("m").message(Message::user("as json")).output(Output::Json),
    ];
    for request in quiet {
        assert_eq!(reviewed(&openai, &request), Ok(Vec::new()));
    }
    assert_eq!(reviewed(&Profile::vllm(), &ask().output(Output::Json)), Ok(Vec::new()));
}

#[test]
fn lists_of_frames_are_judged() {
    let dashscope = Profile::dashscope();
    let list = |request: Request| request.extra("dashscope", "frame_list", json!({}));
    assert_eq!(reviewed(&dashscope, &list(frames(4))), Ok(Vec::new()));
    assert_eq!(reviewed(&dashscope, &list(frames(2000))), Ok(Vec::new()));
    for (count, words) in [(3, "3 pictures in a row"), (2001, "4 to 2000")] {
        let problems = reviewed(&dashscope, &list(frames(count))).unwrap_err();
        assert!(problems[0].starts_with("messages[0].parts[3]") && problems[0].contains(words), "{problems:?}");
    }
    for count in [0, 1] {
        let problems = reviewed(&dashscope, &list(frames(count))).unwrap_err();
        assert!(problems[0].starts_with("extras.dashscope.frame_list"), "{problems:?}");
    }
    let mut own = frames(4);
    own.map_media(|path, media| {
        if path == "messages[0].parts[4]" {
            *media = media.clone().max_pixels(70_000);
        }
    });
    let problems = reviewed(&dashscope, &list(own)).unwrap_err();
    assert!(problems[0].starts_with("messages[0].parts[4].options"), "{problems:?}");
}

/// Texts and media of a message, each tagged, in the order in which the parts hold them.
fn read_back(content: &Value) -> Vec<(char, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let Value::Array(parts) = content else { return vec![('t', text(content))] };
    let read = |part: &Value| -> Vec<(char, String)> {
        match part["type"].as_str().unwrap() {
            "text" => vec![('t', text(&part["text"]))],
            "video" => part["video"].as_array().unwrap().iter().map(|frame| ('m', text(frame))).collect(),
            kind => vec![('m', text(&part[kind]["url"]))],
        }
    };
    parts.iter().flat_map(read).collect()
}

fn part() -> impl Strategy<Value = Part> {
    prop_oneof![
        "\\PC{1,12}".prop_map(Part::text),
        "[a-z]{1,6}".prop_map(|name| Part::from(Media::url(format!("https://example.org/{name}.png")))),
        "[a-z]{1,6}".prop_map(|name| Part::from(Media::url(format!("https://example.org/{name}.mp4")))),
    ]
}

fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn parts_keep_their_order_and_none_is_dropped(
        turns in proptest::collection::vec(proptest::collection::vec(part(), 1..6), 1..4),
        as_frames in any::<bool>(),
    ) {
        let turns = turns.into_iter().map(|parts| Message::new(Role::User, parts));
        let mut request = turns.fold(Request::new("m"), Request::message);
        if as_frames {
            request = request.extra("dashscope", "frame_list", json!({}));
        }
        let sent = body(&Profile::dashscope(), &request, false);
        for (turn, message) in request.messages.iter().enumerate() {
            let expected: Vec<(char, String)> = message.parts.iter().map(|part| match part.as_media() {
                Some(media) => match media.source() {
                    Source::Url(url) => ('m', url.clone()),
                    _ => unreachable!(),
                },
                None => ('t', part.as_text().unwrap().to_owned()),
            }).collect();
            prop_assert_eq!(read_back(&sent["messages"][turn]["content"]), expected);
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
        let request = Request::new("m").message(Message::user("?")).sampling(sampling);
        let sent = body(&Profile::openai(), &request, false);
        prop_assert_eq!(sent.get("temperature").and_then(Value::as_f64), temperature);
        prop_assert_eq!(sent.get("max_completion_tokens").and_then(Value::as_u64), max_tokens.map(u64::from));
        prop_assert_eq!(sent.get("n").and_then(Value::as_u64), n.map(u64::from));
        prop_assert_eq!(sent.get("stop").cloned(), (!stop.is_empty()).then(|| json!(stop)));
    }
}
