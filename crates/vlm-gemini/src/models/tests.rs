//! The data agree with each other, with the price list and with the token rules.

use super::*;

const CONTENT: Content = Content { upload: Upload::WhenLarge, inline_limit: 20_000_000 };

fn of(id: &str) -> Capabilities {
    capabilities(id, CONTENT, pricing::built_in())
}

#[test]
fn every_listed_model_has_a_price_and_token_rules_and_the_other_way_round() {
    let priced: Vec<&str> = pricing::built_in().iter().map(|(_, model, _)| model).collect();
    let mut listed: Vec<&str> = names().collect();
    listed.sort_unstable();
    assert_eq!(listed, priced);
    for id in names() {
        let model = of(id);
        assert!(model.listed && model.price.is_some(), "{id}");
        assert!(vlm_tokens::rules_for(model.token_rules.as_deref().unwrap()).is_some(), "{id}");
    }
}

#[test]
fn capabilities_of_all_models() {
    let lines: Vec<String> = names()
        .map(|id| {
            let model = of(id);
            let word = |support: &Support| match support {
                Support::Full => "yes",
                Support::Doubtful(_) => "doubtful",
                _ => "no",
            };
            format!(
                "{id}: switch {}, budget {} {:?}, {:?}, pictures by URL {}, detail {}, out {:?}, films {:?}",
                word(&model.thinking_switch),
                word(&model.thinking_budget),
                model.thinking_range,
                model.schema_dialect,
                word(&model.image.url),
                !model.image.options.is_empty(),
                model.max_output_tokens,
                model.video.max_count,
            )
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn generations_are_read_from_ids() {
    for (id, generation) in [
        ("gemini-2.0-flash-001", Generation::Two),
        ("gemini-2.5-pro", Generation::TwoFive),
        ("gemini-3-pro-preview", Generation::Three(0)),
        ("gemini-3.10-flash", Generation::Three(10)),
        ("gemini-4-argon", Generation::Later),
        ("gemini-10.1", Generation::Later),
        ("gemini-flash-latest", Generation::Unknown),
        ("gemini-1.5-pro", Generation::Unknown),
        ("gemini-", Generation::Unknown),
        ("gemini-2", Generation::Two),
        ("gemini-99999999999.0", Generation::Unknown),
        ("gemma-3-27b-it", Generation::Unknown),
        ("", Generation::Unknown),
    ] {
        assert_eq!(Generation::of(id), generation, "{id}");
    }
}

#[test]
fn of_models_that_are_not_listed_no_limits_are_claimed() {
    for id in ["gemini-9-ultra", "gemini-3.9-flash", "gemma-3-27b-it", "gemini-2.5-pro-exp"] {
        let model = of(id);
        assert!(!model.listed && model.price.is_none(), "{id}");
        assert_eq!((model.max_output_tokens, model.default_max_tokens, model.image.max_count), (None, None, None));
    }
    assert_eq!(of("gemini-9-ultra").token_rules, None);
    assert!(of("gemini-3.9-flash").token_rules.is_some());
}

#[test]
fn without_uploads_content_must_fit_the_request() {
    let never = Content { upload: Upload::Never, inline_limit: 20_000_000 };
    let model = capabilities("gemini-2.5-pro", never, pricing::built_in());
    assert_eq!(model.image.max_inline_bytes, Some(15_000_000));
    assert_eq!(of("gemini-2.5-pro").video.max_inline_bytes, Some(2 << 30));
}

#[test]
fn mistyped_names_lead_to_the_right_ones() {
    assert_eq!(nearest("gemini-2.5-flsh")[0], "gemini-2.5-flash");
    assert_eq!(nearest("Gemini-2.5-Pro")[0], "gemini-2.5-pro");
    assert!(nearest("qwen").is_empty());
}
