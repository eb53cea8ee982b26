//! Questions and answers over real sockets: what is sent, to where, with which headers; and what comes back, whole and
//! streamed.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::process::Command;

use base64::Engine as _;
use serde_json::{Value, json};
use support::{KEY, Server, about_coffee, media, reply};
use vlm_core::{
    Completion, Detail, FinishReason, Media, Message, PriceList, PriceSchedule, PriceTier, Request, Role, Thinking,
    VisionProvider, VisionProviderExt, WarningKind,
};
use vlm_openai::{Auth, OpenAi, OpenAiBuilder, Profile};

const TEXT: &str = "A cup of coffee, à la crème ☕.";

fn profiles() -> [Profile; 7] {
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

async fn answering() -> Server {
    Server::start(vec![reply::text(TEXT)]).await
}

/// The content of the last picture or film of the last request.
fn sent_content(server: &Server) -> Vec<u8> {
    let body = server.last().json();
    let part = body["messages"][0]["content"].as_array().unwrap().last().unwrap().clone();
    let kind = part["type"].as_str().unwrap();
    let (_, content) = part[kind]["url"].as_str().unwrap().split_once(";base64,").unwrap();
    base64::engine::general_purpose::STANDARD.decode(content).unwrap()
}

#[tokio::test]
async fn every_profile_answers_about_a_picture() {
    let server = answering().await;
    for profile in profiles() {
        let id = profile.id.clone();
        let provider = server.provider(profile);
        assert_eq!(provider.id(), id);
        let answer = provider.generate(&about_coffee("a-model")).await.unwrap();
        assert_eq!((answer.text(), answer.finish()), (TEXT, &FinishReason::Stop));
        assert_eq!((answer.id.as_deref(), answer.model.as_deref()), (Some("chatcmpl-1"), Some("served-model")));
        assert_eq!(answer.usage.total_tokens, Some(1200));
        assert_eq!(answer.metadata["system_fingerprint"], "fp_1");
        assert!(answer.raw.to_text().contains("chatcmpl-1"));
        assert_eq!(answer.warnings.len(), 1, "{id}: {:?}", answer.warnings);
        assert_eq!(answer.warnings[0].kind, WarningKind::UnknownModel, "{id}");
        assert_eq!(answer.cost.amount(), None);
        assert_eq!(sent_content(&server), std::fs::read(media("coffee.png")).unwrap(), "{id}");
        let seen = server.last();
        assert_eq!((&*seen.method, &*seen.target), ("POST", "/v1/chat/completions"), "{id}");
    }
}

#[tokio::test]
async fn a_listed_model_has_an_exact_price_and_no_warning() {
    let server = answering().await;
    let answer = server.openai().generate(&about_coffee("gpt-4.1-mini")).await.unwrap();
    assert_eq!((answer.cost.to_string().as_str(), answer.warnings.len()), ("$0.00072", 0));
    let qwen = server.provider(Profile::dashscope());
    let answer = qwen.generate(&about_coffee("qwen3-vl-plus")).await.unwrap();
    assert_eq!(answer.cost.to_string(), "$0.00052");
    let flash = qwen.generate(&about_coffee("qwen3-vl-flash")).await.unwrap();
    assert_eq!((flash.cost.amount(), flash.warnings.len()), (None, 0));
    let mut other_tier: Value = serde_json::from_str(&answer.raw.to_text()).unwrap();
    other_tier["service_tier"] = json!("priority");
    server.script(vec![reply::json(200, &other_tier)]);
    let answer = server.openai().generate(&about_coffee("gpt-4.1-mini")).await.unwrap();
    assert!(answer.cost.to_string().contains("priority"), "{}", answer.cost);
}

#[tokio::test]
async fn prices_of_ones_own() {
    let server = answering().await;
    let per_token = |text: &str| text.parse::<vlm_core::Money>().unwrap();
    let tier = PriceTier::new(None, per_token("0.000001"), per_token("0.000002"));
    let prices = PriceList::default().with("vllm", "ours", PriceSchedule::new(vec![tier]).unwrap());
    let provider = server.builder(Profile::vllm()).prices(prices).build().unwrap();
    assert_eq!(provider.generate(&about_coffee("ours")).await.unwrap().cost.to_string(), "$0.0014");
}

#[tokio::test]
async fn a_streamed_answer_folds_to_the_whole_one_however_it_is_cut() {
    let server = answering().await;
    let openai = server.openai();
    let whole = openai.generate(&about_coffee("gpt-4.1")).await.unwrap();
    let streamed = reply::stream(TEXT);
    for size in [1, 2, 3, 7, 64, 4096] {
        server.script(vec![reply::in_pieces(streamed.clone(), size)]);
        let mut stream = openai.stream(&about_coffee("gpt-4.1")).await.unwrap();
        let mut text = String::new();
        while let Some(piece) = stream.next_text().await.unwrap() {
            text.push_str(&piece);
        }
        let answer = stream.partial();
        assert_eq!(text, TEXT);
        let same = Completion::clone(answer);
        assert_eq!(
            (same.choices, same.usage, same.cost),
            (whole.choices.clone(), whole.usage.clone(), whole.cost.clone())
        );
        assert_eq!((&answer.id, &answer.model, &answer.created), (&whole.id, &whole.model, &whole.created));
        assert_eq!((&answer.metadata, answer.warnings.len()), (&whole.metadata, 0));
        assert_eq!(answer.raw.len(), streamed.len());
    }
    assert_eq!(server.last().json()["stream"], true);
    assert_eq!(server.last().json()["stream_options"], json!({"include_usage": true}));
}

#[tokio::test]
async fn a_whole_reply_to_a_call_for_a_stream_is_an_answer() {
    let server = answering().await;
    let answer = server.openai().stream(&about_coffee("gpt-4.1")).await.unwrap().collect().await.unwrap();
    assert_eq!((answer.text(), answer.cost.is_exact()), (TEXT, true));
}

#[tokio::test]
async fn keys_and_headers_go_where_they_belong() {
    let server = answering().await;
    let request = about_coffee("gpt-4.1");
    server.openai().generate(&request).await.unwrap();
    assert_eq!(server.last().header("authorization"), Some(format!("Bearer {KEY}").as_str()));
    assert_eq!(server.last().header("openai-organization"), None);

    let builder = server.builder(Profile::openai()).organization("org-1").project("proj-1");
    let provider = builder.header("x-title", "our program").secret_header("x-gateway", "made-up").build().unwrap();
    provider.generate(&request).await.unwrap();
    let seen = server.last();
    assert_eq!(seen.header("openai-organization"), Some("org-1"));
    assert_eq!(seen.header("openai-project"), Some("proj-1"));
    assert_eq!((seen.header("x-title"), seen.header("x-gateway")), (Some("our program"), Some("made-up")));

    let mut other = Profile::openai();
    other.auth = Auth::Header("api-key".into());
    server.provider(other).generate(&request).await.unwrap();
    assert_eq!((server.last().header("api-key"), server.last().header("authorization")), (Some(KEY), None));

    let local = OpenAiBuilder::local(server.base_url()).build().unwrap();
    local.generate(&about_coffee("m")).await.unwrap();
    assert_eq!(server.last().header("authorization"), None);
    let with_key = OpenAiBuilder::local(server.base_url()).key(KEY).build().unwrap();
    with_key.generate(&about_coffee("m")).await.unwrap();
    assert_eq!(server.last().header("authorization"), Some(format!("Bearer {KEY}").as_str()));
}

#[tokio::test]
async fn media_in_every_form_reach_the_server_as_they_are() {
    let server = answering().await;
    let content = std::fs::read(media("coffee.png")).unwrap();
    let data_url = format!("data:image/png;base64,{}", base64::engine::general_purpose::STANDARD.encode(&content));
    let model = server.openai().model("gpt-4.1");
    model.ask("?").attach(content.clone()).await.unwrap();
    assert_eq!(sent_content(&server), content);
    model.ask("?").attach(data_url.as_str()).await.unwrap();
    assert_eq!(sent_content(&server), content);
    let url = "https://example.org/a.png?sig=1";
    model.ask("?").attach(Media::url(url).detail(Detail::Low)).await.unwrap();
    let part = &server.last().json()["messages"][0]["content"][1];
    assert_eq!(part["image_url"], json!({"url": url, "detail": "low"}));
}

#[tokio::test]
async fn dashscope_takes_films_and_lists_of_frames() {
    let server = answering().await;
    let qwen = server.provider(Profile::dashscope());
    let film = Media::path(media("launch-and-coffee.mp4")).fps(1.0);
    let request = Request::new("qwen3-vl-plus").message(Message::user("What happens?").with(film));
    qwen.generate(&request).await.unwrap();
    assert_eq!(sent_content(&server), std::fs::read(media("launch-and-coffee.mp4")).unwrap());
    assert_eq!(server.last().json()["messages"][0]["content"][1]["fps"], 1.0);

    let mut user = Message::user("What happens?");
    for name in ["coffee.png", "chelsea.png", "coffee.png", "rocket.jpg"] {
        user = user.with(Media::path(media(name)));
    }
    let frames = Request::new("qwen3-vl-plus").message(user).extra("dashscope", "frame_list", json!({"fps": 2}));
    qwen.generate(&frames.thinking(Thinking::off())).await.unwrap();
    let sent = server.last().json();
    let list = &sent["messages"][0]["content"][1];
    assert_eq!(
        (list["type"].as_str(), list["fps"].as_u64(), &sent["enable_thinking"]),
        (Some("video"), Some(2), &json!(false))
    );
    let frames: Vec<&str> = list["video"].as_array().unwrap().iter().map(|frame| frame.as_str().unwrap()).collect();
    assert_eq!(frames.len(), 4);
    assert!(frames[0].starts_with("data:image/png;base64,") && frames[3].starts_with("data:image/jpeg;base64,"));
    assert_eq!(frames[0], frames[2]);
}

#[tokio::test]
async fn a_reply_that_the_service_gave_up_on_is_warned_of() {
    let server = Server::start(vec![reply::text(TEXT).header("x-dashscope-partialresponse", "true")]).await;
    let warnings = |answer: Completion| answer.warnings.into_iter().map(|warning| warning.kind).collect::<Vec<_>>();
    let request = about_coffee("qwen3-vl-plus");
    let answer = server.provider(Profile::dashscope()).generate(&request).await.unwrap();
    assert_eq!(warnings(answer), [WarningKind::UnmarkedEnd]);
    let answer = server.openai().generate(&about_coffee("gpt-4.1")).await.unwrap();
    assert_eq!(warnings(answer), []);
}

#[tokio::test]
async fn history_schemas_and_extras_arrive() {
    let server = answering().await;
    let schema = json!({"type": "object", "properties": {}, "required": [], "additionalProperties": false});
    let request = Request::new("gpt-5.2")
        .message(Message::system("Answer briefly."))
        .message(Message::user("What is this?").with(Media::path(media("chelsea.png"))))
        .message(Message::new(Role::Assistant, vec!["A cat.".into()]))
        .message(Message::user("Sure?"))
        .json_schema("verdict", schema.clone())
        .extra("openai", "reasoning_effort", json!("low"));
    server.openai().generate(&request).await.unwrap();
    let sent = server.last().json();
    let roles: Vec<&str> =
        sent["messages"].as_array().unwrap().iter().map(|message| message["role"].as_str().unwrap()).collect();
    assert_eq!(roles, ["system", "user", "assistant", "user"]);
    let expected = json!({"type": "json_schema", "json_schema": {"name": "verdict", "schema": schema, "strict": true}});
    assert_eq!((&sent["response_format"], &sent["reasoning_effort"]), (&expected, &json!("low")));
}

#[test]
fn models_are_listed_with_prices_and_limits_of_ones_own() {
    let provider = OpenAi::builder(KEY).max_image_bytes(7).build().unwrap();
    let models = provider.models();
    assert!(models.iter().all(|model| model.listed && model.image.max_inline_bytes == Some(7)));
    let mini = models.iter().find(|model| model.model == "gpt-5-mini").unwrap();
    assert!(mini.price.is_some() && mini.max_output_tokens == Some(128_000));
    assert_eq!(provider.capabilities("gpt-9").unwrap().image.max_inline_bytes, Some(7));
    assert!(provider.capabilities("gpt 9").is_err() && provider.capabilities("").is_err());
}

/// Runs one ignored test of this program in a process of its own, with these variables and no others of ours.
fn in_environment(name: &str, variables: &[(&str, &str)]) -> String {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([name, "--exact", "--ignored", "--nocapture"]);
    for variable in ["OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "DASHSCOPE_API_KEY"] {
        command.env_remove(variable);
    }
    command.envs(variables.iter().copied());
    String::from_utf8(command.output().unwrap().stdout).unwrap()
}

#[test]
#[ignore = "run by the test of the environment, in a process of its own"]
fn shows_what_the_environment_says() {
    println!("openai {:?}", OpenAi::from_env());
    println!("dashscope {:?}", OpenAiBuilder::from_env(Profile::dashscope()).and_then(OpenAiBuilder::build));
    println!("ollama {:?}", OpenAiBuilder::from_env(Profile::ollama()).and_then(OpenAiBuilder::build));
}

#[test]
fn the_environment_names_key_address_and_payer() {
    let shown = in_environment("shows_what_the_environment_says", &[]);
    assert!(shown.contains("OPENAI_API_KEY is not set") && shown.contains("DASHSCOPE_API_KEY is not set"), "{shown}");
    assert!(shown.contains("http://127.0.0.1:11434/v1/chat/completions"), "{shown}");
    let variables = [
        ("OPENAI_API_KEY", " sk-never-a-real-key\n"),
        ("OPENAI_BASE_URL", "https://gateway.example.org/v1"),
        ("OPENAI_ORG_ID", "org-1"),
        ("OPENAI_PROJECT_ID", "proj-1"),
        ("DASHSCOPE_API_KEY", "sk-never-a-real-key"),
    ];
    let shown = in_environment("shows_what_the_environment_says", &variables);
    assert!(shown.contains("https://gateway.example.org/v1/chat/completions"), "{shown}");
    assert!(shown.contains("openai-organization") && shown.contains("openai-project"), "{shown}");
    assert!(shown.contains("https://dashscope-intl.aliyuncs.com/compatible-mode/v1/chat/completions"), "{shown}");
    assert!(!shown.contains("never-a-real-key"), "{shown}");
}
