//! The provider and the emulator held against each other over real sockets: two independent readings of one contract.
//! Every family, every parameter, every wire form, and the answers in every stream shape.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use serde_json::{Value, json};
use support::{Bench, FAMILIES, FILM_FAMILIES, media, model};
use vlm_core::{
    Completion, FinishReason, Media, Message, Output, Request, Role, Sampling, Thinking, VisionProvider,
    VisionProviderExt, WarningKind,
};
use vlm_emulator::{KeyForm, Script, StreamShape};
use vlm_memories::{AuthScheme, Endpoint, ExtraBodyForm, Family, NovaUrlForm, StreamText};

fn ask(family: Family) -> Request {
    Request::new(model(family))
}

fn about_coffee(family: Family) -> Request {
    ask(family).message(Message::user("What is in this picture?").with(Media::path(media("coffee.png"))))
}

#[track_caller]
fn assert_answers_about_coffee(answer: &Completion) {
    assert!(answer.text().starts_with("[emulated] "), "{}", answer.text());
    assert!(answer.text().contains("600x400"), "{}", answer.text());
    assert!(answer.usage.input_tokens.unwrap() > 200, "{:?}", answer.usage);
    assert!(answer.cost.is_exact(), "{}", answer.cost);
    assert!(!answer.raw.is_empty());
}

#[tokio::test]
async fn every_family_answers_about_a_picture() {
    let bench = Bench::start().await;
    for family in FAMILIES {
        let answer = bench.memories().generate(&about_coffee(family)).await.unwrap();
        assert_answers_about_coffee(&answer);
        assert_eq!(answer.warnings, []);
        let unmarked = matches!(family, Family::Qwen | Family::Gemini);
        let finish = if unmarked { FinishReason::Unknown } else { FinishReason::Stop };
        assert_eq!(answer.finish(), &finish, "{family}");
        let sent = bench.last();
        assert_eq!(sent.problems.len(), 0, "{:?}", sent.problems);
        assert!(sent.path.ends_with("/iu/chat/completions"), "{}", sent.path);
    }
}

#[tokio::test]
async fn a_streamed_answer_folds_to_the_whole_one() {
    for shape in StreamShape::ALL {
        let bench = Bench::start().await;
        bench.emulator.set_stream_shape(shape);
        let text = if shape == StreamShape::TextCumulative { StreamText::Cumulative } else { StreamText::Incremental };
        let memories = bench.build(|builder| builder.stream_text(text));
        for family in FAMILIES {
            let whole = memories.generate(&about_coffee(family)).await.unwrap();
            let mut stream = memories.stream(&about_coffee(family)).await.unwrap();
            let mut text = String::new();
            while let Some(piece) = stream.next_text().await.unwrap() {
                text.push_str(&piece);
            }
            let streamed = stream.partial();
            assert_eq!(text, whole.text(), "{family} {}", shape.name());
            assert_eq!(streamed.text(), whole.text(), "{family} {}", shape.name());
            if !streamed.usage.is_empty() {
                assert_eq!(streamed.usage.input_tokens, whole.usage.input_tokens, "{family} {}", shape.name());
                assert_eq!(streamed.cost, whole.cost, "{family} {}", shape.name());
            }
            let unmarked = streamed.warnings.iter().any(|warning| warning.kind == WarningKind::UnmarkedEnd);
            let expected = matches!(shape, StreamShape::Unmarked | StreamShape::TokenLines);
            assert_eq!(unmarked, expected, "{family} {}: {:?}", shape.name(), streamed.warnings);
        }
    }
}

#[tokio::test]
async fn films_go_to_vu_by_url_for_every_family_that_sees_films() {
    let bench = Bench::start().await;
    for family in FILM_FAMILIES {
        let film = Media::url(bench.emulator.media_url("launch-and-coffee.mp4"));
        let user = Message::user("What happens?").with(film).with(Media::path(media("rocket.jpg")));
        let answer = bench.memories().generate(&ask(family).message(user)).await.unwrap();
        assert!(answer.text().contains("640x426") && answer.text().contains("640x427"), "{}", answer.text());
        assert!(bench.last().path.ends_with("/vu/chat/completions"));
    }
}

#[tokio::test]
async fn nova_takes_the_film_itself() {
    let bench = Bench::start().await;
    let user = Message::user("What happens?").with(Media::path(media("launch-and-coffee.mp4")));
    let answer = bench.memories().generate(&ask(Family::Nova).message(user)).await.unwrap();
    assert!(answer.text().contains("640x426"), "{}", answer.text());
    // 6 s at one frame a second, 288 tokens each, and the text.
    assert!((6 * 288..6 * 288 + 60).contains(&answer.usage.input_tokens.unwrap()), "{:?}", answer.usage);
}

#[tokio::test]
async fn every_parameter_arrives_as_it_was_set() {
    let bench = Bench::start().await;
    let mut sampling = Sampling::default();
    sampling.temperature = Some(0.25);
    sampling.top_p = Some(0.5);
    sampling.max_tokens = Some(64);
    sampling.frequency_penalty = Some(-2.0);
    sampling.presence_penalty = Some(2.0);
    sampling.n = Some(2);
    sampling.stop = vec!["~never~".to_owned()];
    for family in FAMILIES {
        let request = about_coffee(family).sampling(sampling.clone());
        let answer = bench.memories().generate(&request).await.unwrap();
        assert_eq!(answer.choices.len(), 2, "{family}");
        let sent = bench.last().body;
        for (name, value) in [
            ("temperature", json!(0.25)),
            ("top_p", json!(0.5)),
            ("max_tokens", json!(64)),
            ("frequency_penalty", json!(-2.0)),
            ("presence_penalty", json!(2.0)),
            ("n", json!(2)),
            ("stop", json!(["~never~"])),
        ] {
            assert_eq!(sent[name], value, "{family} {name}");
        }
    }
}

#[tokio::test]
async fn the_edges_of_every_range_are_taken_by_both() {
    let bench = Bench::start().await;
    for family in FAMILIES {
        for (temperature, top_p, penalty) in [(0.0, 0.0, -2.0), (2.0, 1.0, 2.0)] {
            let mut sampling = Sampling::default();
            sampling.temperature = Some(temperature);
            sampling.top_p = Some(top_p);
            sampling.frequency_penalty = Some(penalty);
            sampling.presence_penalty = Some(penalty);
            bench.memories().generate(&about_coffee(family).sampling(sampling)).await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_cut_answer_says_so_where_the_family_does() {
    let bench = Bench::start().await;
    for (family, expected) in [
        (Family::Qwen, FinishReason::Unknown),
        (Family::Gemini, FinishReason::Unknown),
        (Family::Nova, FinishReason::Length),
        (Family::Gpt, FinishReason::Length),
    ] {
        let answer = bench.memories().generate(&about_coffee(family).max_tokens(3)).await.unwrap();
        assert_eq!(answer.usage.output_tokens, Some(3), "{family}");
        assert_eq!(answer.finish(), &expected, "{family}");
    }
}

#[tokio::test]
async fn schemas_come_back_as_json_that_fits() {
    let bench = Bench::start().await;
    let schema = json!({
        "type": "object",
        "properties": {
            "subject": {"type": "string"},
            "count": {"type": "integer", "minimum": 1, "maximum": 3},
            "tags": {"type": "array", "items": {"type": "string"}, "minItems": 2, "maxItems": 2},
        },
        "required": ["subject", "count", "tags"],
    });
    for form in [ExtraBodyForm::Literal, ExtraBodyForm::Flattened, ExtraBodyForm::Both] {
        let memories = bench.build(|builder| builder.extra_body(form));
        for family in FILM_FAMILIES {
            let request = about_coffee(family).json_schema("scene", schema.clone());
            let answer = memories.generate(&request).await.unwrap();
            let value: Value = serde_json::from_str(answer.text().trim_start_matches("[emulated] ")).unwrap();
            assert!((1..=3).contains(&value["count"].as_i64().unwrap()), "{family} {form:?} {value}");
            assert_eq!(value["tags"].as_array().unwrap().len(), 2);
            assert!(value["subject"].is_string());
        }
    }
}

#[tokio::test]
async fn json_without_a_schema() {
    let bench = Bench::start().await;
    for family in [Family::Gemini, Family::Gpt] {
        let user = Message::user("Describe this as JSON.").with(Media::path(media("coffee.png")));
        let answer = bench.memories().generate(&ask(family).message(user).output(Output::Json)).await.unwrap();
        let text = answer.text().trim_start_matches("[emulated] ");
        assert!(serde_json::from_str::<Value>(text).unwrap().is_object(), "{family} {text}");
    }
}

#[tokio::test]
async fn thinking_is_sent_in_the_familys_own_form() {
    let bench = Bench::start().await;
    bench.memories().generate(&about_coffee(Family::Qwen).thinking(Thinking::budget(512))).await.unwrap();
    let metadata = |body: &Value| body["extra_body"]["metadata"].clone();
    assert_eq!(metadata(&bench.last().body), json!({"enable_thinking": true, "thinking_budget": 512}));
    bench.memories().generate(&about_coffee(Family::Gemini).thinking(Thinking::budget(512))).await.unwrap();
    assert_eq!(metadata(&bench.last().body), json!({"thinking_config": {"thinking_budget": 512}}));
}

#[tokio::test]
async fn both_header_forms_and_both_item_forms() {
    let bench = Bench::start().await;
    bench.memories().generate(&about_coffee(Family::Nova)).await.unwrap();
    assert_eq!(bench.last().key_form, KeyForm::Raw);
    assert!(bench.last().body["messages"][0]["content"][1]["image_url"].is_object());
    let other = bench.build(|builder| builder.auth(AuthScheme::Bearer).nova_url(NovaUrlForm::Plain));
    other.generate(&about_coffee(Family::Nova)).await.unwrap();
    assert_eq!(bench.last().key_form, KeyForm::Bearer);
    assert!(bench.last().body["messages"][0]["content"][1]["image_url"].is_string());
}

#[tokio::test]
async fn endpoints_can_be_chosen() {
    let bench = Bench::start().await;
    let memories = bench.build(|builder| builder.picture_endpoint(Endpoint::Vu));
    for family in FILM_FAMILIES {
        memories.generate(&about_coffee(family)).await.unwrap();
        assert!(bench.last().path.ends_with("/vu/chat/completions"), "{family}");
        let chosen = about_coffee(family).extra("memories", "endpoint", json!("iu"));
        memories.generate(&chosen).await.unwrap();
        assert!(bench.last().path.ends_with("/iu/chat/completions"), "{family}");
    }
    memories.generate(&about_coffee(Family::Gpt)).await.unwrap();
    assert!(bench.last().path.ends_with("/iu/chat/completions"));
}

#[tokio::test]
async fn history_and_system_text_are_understood() {
    let bench = Bench::start().await;
    for family in [Family::Gemini, Family::Nova, Family::Gpt] {
        let request = ask(family)
            .message(Message::system("Answer briefly."))
            .message(Message::user("What is this?").with(Media::path(media("chelsea.png"))))
            .message(Message::assistant("A cat."))
            .message(Message::user("And this?").with(Media::path(media("coffee.png"))));
        let answer = bench.memories().generate(&request).await.unwrap();
        assert!(answer.text().contains("600x400") && answer.text().contains("451x300"), "{}", answer.text());
    }
}

#[tokio::test]
async fn an_assistant_turn_of_qwen_is_warned_of_and_then_refused_by_the_service() {
    let bench = Bench::start().await;
    let request = ask(Family::Qwen)
        .message(Message::user("What is this?"))
        .message(Message::new(Role::Assistant, vec!["A cat.".into()]))
        .message(Message::user("Sure?"));
    let error = bench.memories().generate(&request).await.unwrap_err();
    assert_eq!(error.status(), Some(400));
    let mut strict = request;
    strict.call.strict = true;
    let refused = bench.memories().generate(&strict).await.unwrap_err();
    assert_eq!(refused.problems()[0].path, "messages[1].role");
}

#[tokio::test]
async fn an_unknown_model_of_a_known_family_is_passed_on_with_a_warning() {
    let bench = Bench::start().await;
    let answer =
        bench.memories().model("qwen:qwen9-vl").ask("What is this?").attach(media("coffee.png")).await.unwrap();
    assert_eq!(answer.warnings[0].kind, WarningKind::UnknownModel);
    assert!(answer.cost.amount().is_none());
    assert_eq!(bench.last().body["model"], "qwen:qwen9-vl");
}

#[tokio::test]
async fn data_urls_and_bytes_are_the_same_as_files() {
    let bench = Bench::start().await;
    let content = std::fs::read(media("coffee.png")).unwrap();
    for family in FAMILIES {
        let model = bench.memories().model(model(family));
        let answers = [
            model.ask("What is this?").attach(content.clone()).await.unwrap(),
            model.ask("What is this?").attach(support::data_url("image/png", &content)).await.unwrap(),
            model.ask("What is this?").attach(media("coffee.png")).await.unwrap(),
            model.ask("What is this?").attach(bench.emulator.media_url("coffee.png")).await.unwrap(),
        ];
        for answer in &answers {
            assert_answers_about_coffee(answer);
            assert_eq!(answer.usage, answers[0].usage, "{family}");
        }
    }
}

#[tokio::test]
async fn extras_reach_the_body() {
    let bench = Bench::start().await;
    let request = about_coffee(Family::Qwen).extra("memories", "body", json!({"seed": 7}));
    let error = bench.memories().generate(&request).await.unwrap_err();
    assert!(error.service_message().unwrap().contains("seed"), "{error}");
    assert_eq!(bench.last().body["seed"], 7);
}

#[tokio::test]
async fn tool_calls_of_nova_are_read_as_the_answer() {
    let bench = Bench::start().await;
    bench.emulator.set_script(Script::from_json(br#"["tool-calls"]"#).unwrap());
    let schema = json!({"type": "object", "properties": {"subject": {"type": "string"}}, "required": ["subject"]});
    let answer = bench.memories().generate(&about_coffee(Family::Nova).json_schema("scene", schema)).await.unwrap();
    assert!(serde_json::from_str::<Value>(answer.text()).unwrap()["subject"].is_string(), "{}", answer.text());
    assert_eq!(answer.finish(), &FinishReason::ToolCalls);
}
