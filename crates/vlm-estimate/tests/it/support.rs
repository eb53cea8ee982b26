//! A provider that must never be asked, and models to estimate for.

use std::time::Duration;

use async_trait::async_trait;
use vlm_core::{
    Capabilities, Completion, CompletionStream, Error, ErrorKind, MediaCapability, Model, Money, PriceSchedule,
    PriceTier, Request, Result, VisionProvider,
};

/// Knows one model; sending anything is an error that fails the test.
#[derive(Clone, Debug)]
pub(crate) struct Silent(pub(crate) Capabilities);

#[async_trait]
impl VisionProvider for Silent {
    fn id(&self) -> &str {
        "silent"
    }

    fn capabilities(&self, model: &str) -> Result<Capabilities> {
        if model == self.0.model { Ok(self.0.clone()) } else { Err(Error::new(ErrorKind::NotFound, "no such model")) }
    }

    async fn generate(&self, _: &Request) -> Result<Completion> {
        panic!("an estimate sends nothing")
    }

    async fn stream(&self, _: &Request) -> Result<CompletionStream> {
        panic!("an estimate sends nothing")
    }
}

impl Silent {
    pub(crate) fn model(&self) -> Model {
        Model::new(std::sync::Arc::new(self.clone()), self.0.model.clone())
    }
}

pub(crate) fn money(text: &str) -> Money {
    text.parse().unwrap()
}

pub(crate) fn tier(up_to: Option<u64>, input: &str, output: &str) -> PriceTier {
    PriceTier::new(up_to, money(input), money(output))
}

/// A model in the manner of qwen3-vl-plus, with its tiers.
pub(crate) fn qwen() -> Silent {
    let mut model = Capabilities::text_only("qwen:qwen3-vl-plus");
    model.image = MediaCapability::url_and_inline(20 << 20);
    model.image.limits.min_side = Some(10);
    model.image.limits.max_aspect_ratio = Some(200);
    model.image.options = vec![vlm_core::MediaOption::MinPixels, vlm_core::MediaOption::MaxPixels];
    model.video = MediaCapability::url_and_inline(100 << 20);
    model.video.limits.min_duration = Some(Duration::from_secs(2));
    model.video.limits.max_duration = Some(Duration::from_secs(3600));
    model.video.options = vec![vlm_core::MediaOption::Fps, vlm_core::MediaOption::Start, vlm_core::MediaOption::End];
    model.json_schema = vlm_core::Support::Full;
    model.thinking_switch = vlm_core::Support::Full;
    model.thinking_budget = vlm_core::Support::Full;
    model.thinking_range = Some(1..=81_920);
    model.thinking_beyond_max_tokens = true;
    model.max_input_tokens = Some(260_096);
    model.max_output_tokens = Some(32_768);
    model.default_max_tokens = Some(1024);
    model.token_rules = Some("qwen:qwen3-vl-plus".into());
    model.price = PriceSchedule::new(vec![
        tier(Some(32_000), "0.00000021", "0.00000168"),
        tier(Some(128_000), "0.00000031", "0.00000252"),
        tier(Some(256_000), "0.00000063", "0.00000503"),
    ]);
    Silent(model)
}

/// The same surroundings with the token rules of another model.
pub(crate) fn by_rules(rules: &'static str) -> Silent {
    let mut model = qwen().0;
    model.token_rules = Some(rules.into());
    model.image.options = vec![vlm_core::MediaOption::Detail];
    Silent(model)
}

pub(crate) fn sample(name: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../media").join(name)
}
