//! Services that speak the chat-completions protocol: one provider per profile.

use std::sync::Arc;

use vlm_core::Error;
use vlm_openai::{OpenAiBuilder, Profile, pricing};

use super::{Backend, Connected, Way};

#[derive(Debug)]
struct Chat {
    profile: Profile,
    about: &'static str,
}

pub(super) fn all() -> impl Iterator<Item = Box<dyn Backend>> {
    let profiles = [
        (Profile::openai(), "OpenAI"),
        (Profile::dashscope(), "Alibaba's DashScope: Qwen models"),
        (Profile::openrouter(), "OpenRouter: models of many vendors"),
        (Profile::vllm(), "a vLLM server on this machine"),
        (Profile::llama_cpp(), "llama.cpp's server on this machine"),
        (Profile::ollama(), "Ollama on this machine"),
        (Profile::new("local"), "any server of the protocol, at --base-url"),
    ];
    profiles.into_iter().map(|(profile, about)| Box::new(Chat { profile, about }) as Box<dyn Backend>)
}

impl Backend for Chat {
    fn name(&self) -> String {
        self.profile.id.to_string()
    }

    fn about(&self) -> &'static str {
        self.about
    }

    fn key_variables(&self) -> Vec<String> {
        self.profile.key_variable.iter().map(ToString::to_string).collect()
    }

    fn needs_key(&self) -> bool {
        !self.profile.keyless
    }

    fn url_variable(&self) -> Option<String> {
        self.profile.base_url_variable.as_ref().map(ToString::to_string)
    }

    fn needs_url(&self) -> bool {
        self.profile.base_url.is_none()
    }

    fn price_groups(&self) -> Vec<String> {
        vec![self.name()]
    }

    fn connect(&self, way: Way) -> Result<Connected, Error> {
        let mut builder = OpenAiBuilder::new(self.profile.clone());
        builder = builder.prices(pricing::built_in().clone().overridden_by(way.prices));
        if let Some(key) = way.key {
            builder = builder.key(key);
        }
        if let Some(url) = way.base_url {
            builder = builder.base_url(url);
        }
        let chat = builder.build()?;
        Ok(Connected { models: chat.models(), provider: Arc::new(chat) })
    }
}
