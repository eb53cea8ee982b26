//! Which providers this program reaches, and which of them a model's name means. How each is built stands in a file of its
//! own; a provider that was not compiled in has no file.

#[cfg(feature = "openai")]
mod chat;
#[cfg(feature = "gemini")]
mod gemini;
mod memories;

use std::fmt::Debug;
use std::sync::Arc;

use vlm_core::{Capabilities, Error, PriceList, VisionProvider};

use crate::exit::Failure;

/// The provider of models that name none.
const DEFAULT: &str = "memories";

/// What leads to a service.
#[derive(Debug, Default)]
pub(crate) struct Way {
    pub(crate) key: Option<String>,
    pub(crate) base_url: Option<String>,
    /// The key goes as `Authorization: Bearer KEY`, where the service takes it otherwise too.
    pub(crate) bearer: bool,
    /// Prices of the user, which stand in front of the built-in ones.
    pub(crate) prices: PriceList,
}

/// A provider, and the models that it lists.
#[derive(Debug)]
pub(crate) struct Connected {
    pub(crate) provider: Arc<dyn VisionProvider>,
    pub(crate) models: Vec<Capabilities>,
}

/// How one provider is reached.
pub(crate) trait Backend: Debug {
    /// The name in front of its models.
    fn name(&self) -> String;

    /// What it reaches, for people.
    fn about(&self) -> &'static str;

    /// The variables that may hold its key, the first one first.
    fn key_variables(&self) -> Vec<String>;

    /// Whether it cannot be asked without a key.
    fn needs_key(&self) -> bool;

    /// The variable that may hold its address.
    fn url_variable(&self) -> Option<String>;

    /// Whether it has no address of its own.
    fn needs_url(&self) -> bool {
        false
    }

    /// The groups that its models have in a price list.
    fn price_groups(&self) -> Vec<String>;

    /// Builds it. Nothing is sent.
    fn connect(&self, way: Way) -> Result<Connected, Error>;
}

/// A model, with the provider that has it.
#[derive(Debug)]
pub(crate) struct NamedModel {
    pub(crate) backend: Box<dyn Backend>,
    /// Its name at the provider.
    pub(crate) model: String,
}

impl NamedModel {
    /// Reads `openai/gpt-5-mini`. Without the name of a provider in front it is a model of memories.ai.
    pub(crate) fn read(text: &str) -> Result<Self, Failure> {
        let named = text.split_once('/').filter(|(provider, _)| !provider.contains(':'));
        let (provider, model) = named.unwrap_or((DEFAULT, text));
        let Some(backend) = all().into_iter().find(|backend| backend.name() == provider) else {
            let message = format!("there is no provider `{provider}` in this program: {text}");
            let hint = format!("write one of {} in front of the model", names().join(", "));
            return Err(Failure::setup(message, &hint));
        };
        Ok(Self { backend, model: model.to_owned() })
    }

    /// Whether it is a model of memories.ai, which the emulator can stand in for.
    pub(crate) fn is_of_memories(&self) -> bool {
        self.backend.name() == DEFAULT
    }

    /// The name to show, and to give as `--model`.
    pub(crate) fn full(&self) -> String {
        full(&*self.backend, &self.model)
    }
}

/// How a model of this provider is named on the command line.
pub(crate) fn full(backend: &dyn Backend, model: &str) -> String {
    match backend.name() {
        name if name == DEFAULT => model.to_owned(),
        name => format!("{name}/{model}"),
    }
}

/// Every provider that was compiled in.
pub(crate) fn all() -> Vec<Box<dyn Backend>> {
    let all = std::iter::once(Box::new(memories::MemoriesAi) as Box<dyn Backend>);
    #[cfg(feature = "openai")]
    let all = all.chain(chat::all());
    #[cfg(feature = "gemini")]
    let all = all.chain([Box::new(gemini::GoogleAi) as Box<dyn Backend>]);
    all.collect()
}

/// Their names.
pub(crate) fn names() -> Vec<String> {
    all().iter().map(|backend| backend.name()).collect()
}

/// A provider that is only asked about its models: with a key that no service issues.
pub(crate) fn catalogue(backend: &dyn Backend, prices: &PriceList) -> Result<Connected, Failure> {
    let base_url = backend.needs_url().then(|| "http://127.0.0.1".to_owned());
    let way = Way { key: Some("no-key".to_owned()), base_url, prices: prices.clone(), ..Way::default() };
    backend.connect(way).map_err(Failure::call)
}

#[cfg(test)]
mod tests {
    //! Names of models, and what every provider promises.

    use super::*;

    fn read(text: &str) -> (String, String) {
        let named = NamedModel::read(text).unwrap();
        (named.backend.name(), named.model)
    }

    #[test]
    fn the_first_slash_ends_the_provider() {
        let expected = |provider: &str, model: &str| (provider.to_owned(), model.to_owned());
        assert_eq!(read("qwen:qwen3-vl-plus"), expected("memories", "qwen:qwen3-vl-plus"));
        assert_eq!(read("memories/qwen:qwen3-vl-plus"), expected("memories", "qwen:qwen3-vl-plus"));
        assert_eq!(read("qwen:Qwen/Qwen3-VL"), expected("memories", "qwen:Qwen/Qwen3-VL"));
        assert!(NamedModel::read("nobody/gpt-5-mini").is_err());
    }

    #[cfg(all(feature = "openai", feature = "gemini"))]
    #[test]
    fn every_provider_is_reached_by_its_name() {
        let expected = |provider: &str, model: &str| (provider.to_owned(), model.to_owned());
        assert_eq!(read("openai/gpt-5-mini"), expected("openai", "gpt-5-mini"));
        assert_eq!(read("gemini/gemini-2.5-flash"), expected("gemini", "gemini-2.5-flash"));
        assert_eq!(read("openrouter/qwen/qwen3-vl-8b"), expected("openrouter", "qwen/qwen3-vl-8b"));
        assert_eq!(read("local/Qwen/Qwen3-VL-8B"), expected("local", "Qwen/Qwen3-VL-8B"));
    }

    #[test]
    fn all_can_be_described_without_a_key() {
        let mut names = Vec::new();
        for backend in all() {
            let connected = catalogue(&*backend, &PriceList::default()).unwrap();
            for model in connected.models {
                assert!(connected.provider.capabilities(&model.model).unwrap().listed, "{}", model.model);
                let again = NamedModel::read(&full(&*backend, &model.model)).unwrap();
                assert_eq!((again.backend.name(), again.model), (backend.name(), model.model));
            }
            assert!(!backend.needs_key() || !backend.key_variables().is_empty());
            names.push(backend.name());
        }
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
