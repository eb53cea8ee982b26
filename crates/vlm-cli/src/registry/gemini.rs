//! Google's own Gemini API.

use std::sync::Arc;

use vlm_core::{Error, ErrorKind};
use vlm_gemini::{Gemini, pricing};

use super::{Backend, Connected, Way};

#[derive(Debug)]
pub(super) struct GoogleAi;

impl Backend for GoogleAi {
    fn name(&self) -> String {
        "gemini".to_owned()
    }

    fn about(&self) -> &'static str {
        "Google's Gemini API"
    }

    fn key_variables(&self) -> Vec<String> {
        ["GEMINI_API_KEY", "GOOGLE_API_KEY"].map(str::to_owned).to_vec()
    }

    fn needs_key(&self) -> bool {
        true
    }

    fn url_variable(&self) -> Option<String> {
        Some("GEMINI_BASE_URL".to_owned())
    }

    fn price_groups(&self) -> Vec<String> {
        vec![pricing::GROUP.to_owned()]
    }

    fn connect(&self, way: Way) -> Result<Connected, Error> {
        let key = way.key.ok_or_else(|| Error::new(ErrorKind::Configuration, "there is no key"))?;
        let mut builder = Gemini::builder(key).prices(pricing::built_in().clone().overridden_by(way.prices));
        if let Some(url) = way.base_url {
            builder = builder.base_url(url);
        }
        let gemini = builder.build()?;
        Ok(Connected { models: gemini.models(), provider: Arc::new(gemini) })
    }
}
