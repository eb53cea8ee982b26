//! A request that is estimated, then sent, and the two held against each other.

use std::path::Path;

use vlm_core::{Completion, Media, Money, Request, VisionProvider, VisionProviderExt};
use vlm_emulator::Emulator;
use vlm_estimate::{Estimate, Estimator, PartEstimate, What};
use vlm_memories::Memories;

use crate::support;

/// The prompt of all requests.
pub(crate) const PROMPT: &str = "What is in this?";

/// An emulator and a provider on it.
pub(crate) struct Bench {
    pub(crate) emulator: Emulator,
    pub(crate) memories: Memories,
}

impl Bench {
    /// Serves this folder.
    pub(crate) async fn start(media: &Path) -> Self {
        let emulator = support::emulator(media).await;
        let memories = support::builder(&emulator).build().unwrap();
        Self { emulator, memories }
    }

    /// The prompt with something attached.
    pub(crate) fn request(&self, model: &str, attached: Media) -> Request {
        self.memories.model(model).ask(PROMPT).attach(attached).into_request().unwrap()
    }

    /// A film of the served folder by its URL, with what its header says.
    pub(crate) fn film(&self, path: &Path) -> Media {
        let facts = vlm_media::probe_file(path).unwrap().facts;
        Media::url(self.emulator.media_url(path.file_name().unwrap().to_str().unwrap())).with_facts(facts)
    }

    /// Estimates, then sends.
    pub(crate) async fn hold(&self, model: &str, attached: Media) -> Held {
        let request = self.request(model, attached);
        let estimate = Estimator::new().estimate(&self.memories, &request).await.unwrap();
        let answer = self.memories.generate(&request).await.unwrap();
        Held { estimate, answer }
    }

    /// What the prompt alone is billed with.
    pub(crate) async fn billed_without_media(&self, model: &str) -> u64 {
        self.memories.model(model).ask(PROMPT).await.unwrap().usage.input_tokens.unwrap()
    }
}

/// An estimate and the answer it was made for.
pub(crate) struct Held {
    pub(crate) estimate: Estimate,
    pub(crate) answer: Completion,
}

impl Held {
    pub(crate) fn billed(&self) -> u64 {
        self.answer.usage.input_tokens.unwrap()
    }

    pub(crate) fn cost(&self) -> Money {
        self.answer.cost.amount().unwrap()
    }

    /// The part that is the picture or film.
    pub(crate) fn media(&self) -> &PartEstimate {
        self.estimate.parts.iter().find(|part| matches!(part.what, What::Image | What::Video)).unwrap()
    }

    /// What was paid lies within what was estimated; of a model without a known price nothing was.
    #[track_caller]
    pub(crate) fn assert_cost(&self, what: &str) {
        let Some((low, high)) = self.estimate.cost.low.zip(self.estimate.cost.high) else {
            assert_eq!(self.answer.cost.amount(), None, "{what}");
            return;
        };
        assert!(self.answer.cost.is_exact(), "{what}");
        assert!((low..=high).contains(&self.cost()), "{what}: {} paid, {} estimated", self.cost(), self.estimate.cost);
    }
}
