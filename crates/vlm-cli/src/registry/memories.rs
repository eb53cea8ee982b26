//! memories.ai, which routes to several families of models.

use std::sync::Arc;

use vlm_core::{Error, ErrorKind};
use vlm_memories::{AuthScheme, Family, Memories, pricing};

use super::{Backend, Connected, DEFAULT, Way};

#[derive(Debug)]
pub(super) struct MemoriesAi;

impl Backend for MemoriesAi {
    fn name(&self) -> String {
        DEFAULT.to_owned()
    }

    fn about(&self) -> &'static str {
        "memories.ai: Qwen, Gemini, Nova and GPT models"
    }

    fn key_variables(&self) -> Vec<String> {
        ["MEMORIES_API_KEY", "MEMORIES_AI_API_KEY"].map(str::to_owned).to_vec()
    }

    fn needs_key(&self) -> bool {
        true
    }

    fn url_variable(&self) -> Option<String> {
        Some("MEMORIES_VLM_HOST".to_owned())
    }

    fn price_groups(&self) -> Vec<String> {
        Family::ALL.map(|family| family.prefix().to_owned()).to_vec()
    }

    fn connect(&self, way: Way) -> Result<Connected, Error> {
        let key = way.key.ok_or_else(|| Error::new(ErrorKind::Configuration, "there is no key"))?;
        let scheme = if way.bearer { AuthScheme::Bearer } else { AuthScheme::RawKey };
        let prices = pricing::built_in().clone().overridden_by(way.prices);
        let mut builder = Memories::builder(key).auth(scheme).prices(prices);
        if let Some(url) = way.base_url {
            builder = builder.base_url(url);
        }
        let memories = builder.build()?;
        Ok(Connected { models: memories.models(), provider: Arc::new(memories) })
    }
}
