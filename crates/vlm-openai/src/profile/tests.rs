//! Every profile that ships keeps the rules, survives being written down, and is shown as a whole in a snapshot.

use vlm_core::{MediaOption, Support};

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

#[test]
fn every_profile_keeps_the_rules() {
    for profile in all() {
        assert_eq!(profile.check(), Ok(()), "{}", profile.id);
    }
}

#[test]
fn every_profile_survives_being_written_down() {
    for profile in all() {
        let text = serde_json::to_string(&profile).unwrap();
        assert_eq!(serde_json::from_str::<Profile>(&text).unwrap(), profile, "{}", profile.id);
    }
}

#[test]
fn a_file_says_only_what_differs_from_the_plain_protocol() {
    let file = r#"{"id": "our-gpu", "base_url": "https://gpu.example.org/v1", "keyless": false,
        "errors": [{"code": "queue_full", "kind": "overloaded"}, {"words": "no such model", "kind": "not_found"}]}"#;
    let read: Profile = serde_json::from_str(file).unwrap();
    let mut expected = Profile::new("our-gpu");
    expected.base_url = Some("https://gpu.example.org/v1".into());
    expected.keyless = false;
    expected.errors = vec![
        ErrorRule::new("queue_full", vlm_core::ErrorKind::Overloaded),
        ErrorRule::new("", vlm_core::ErrorKind::NotFound).with_words("no such model"),
    ];
    assert_eq!(read, expected);
    assert!(serde_json::from_str::<Profile>(r#"{"id": "x", "base_ulr": "y"}"#).is_err());
}

#[test]
fn the_profiles_as_they_are() {
    for mut profile in all() {
        // The listed models have a snapshot of their own.
        profile.models.clear();
        insta::assert_json_snapshot!(format!("profile_{}", profile.id), profile);
    }
}

#[test]
fn contradictions_are_named() {
    let broken = |change: fn(&mut Profile)| {
        let mut profile = Profile::new("ours");
        change(&mut profile);
        profile.check().unwrap_err()
    };
    for (change, words) in [
        ((|profile| profile.id = "Our Server".into()) as fn(&mut Profile), "lower-case"),
        (|profile| profile.id = "".into(), "lower-case"),
        (|profile| profile.path = "../v1/chat".into(), "plain segments"),
        (|profile| profile.path = "chat?x=1".into(), "plain segments"),
        (|profile| profile.auth = Auth::Header("x key".into()), "header"),
        (|profile| profile.max_tokens_field = "messages".into(), "max_completion_tokens"),
        (|profile| profile.thinking_switch = Some("messages.x".into()), "no path"),
        (|profile| profile.thinking_switch = Some("a..b".into()), "no path"),
        (
            |profile| {
                profile.thinking_switch = Some("reasoning".into());
                profile.thinking_budget = Some("reasoning.budget".into());
            },
            "both",
        ),
        (|profile| profile.unlisted.thinking_switch = Support::Full, "can be switched"),
        (|profile| profile.unlisted.thinking_budget = Support::Full, "can be limited"),
        (|profile| profile.unlisted.image.options = vec![MediaOption::Fps], "option fps"),
        (|profile| profile.unlisted.image.file_id = Support::Full, "file ids"),
        (|profile| profile.frame_list = Some(1..=9), "two pictures"),
        (|profile| profile.extras.push(ExtraRule::new("model", ExtraForm::Text)), "extra `model`"),
        (|profile| profile.extras.push(ExtraRule::new("body", ExtraForm::Text)), "extra `body`"),
        (|profile| profile.media_options[0].field = "a b".into(), "no name of a field"),
        (|profile| profile.media_options[0].field = "url".into(), "no name of a field"),
    ] {
        let said = broken(change);
        assert!(said.contains(words), "{said}");
    }
}

#[test]
fn unlisted_models_are_said_to_be_so_whatever_the_template_says() {
    let mut profile = Profile::new("ours");
    profile.unlisted.listed = true;
    let model = profile.model("something");
    assert!(!model.listed);
    assert_eq!(model.model, "something");
    profile.models.push(model.clone());
    profile.models[0].listed = true;
    assert!(profile.model("something").listed);
}
