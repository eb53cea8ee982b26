//! The estimator: looks at the media, has the request judged, counts, and prices. And the ways to it from a question.

use std::future::Future;
use std::sync::Arc;

use vlm_core::{Ask, Capabilities, Error, Problem, ProblemKind, Request, Result, VisionProvider};

use crate::estimate::{Estimate, Unknown};
use crate::tokens::TokenRange;
use crate::{cost, count, look, output};

/// Makes estimates. It sends nothing; a URL is looked at only where [`probe_urls`](Self::probe_urls) allows it.
///
/// ```
/// use std::time::Duration;
/// use vlm_core::{Capabilities, Media, MediaCapability, MediaFacts, Message, Request};
/// use vlm_estimate::Estimator;
///
/// let mut model = Capabilities::text_only("some-qwen");
/// model.video = MediaCapability::url_only("give a URL");
/// model.token_rules = Some("qwen3-vl-plus".into());
///
/// // What is known of a film needs no file: an index of a library will do.
/// let facts = MediaFacts::film(1280, 720, Duration::from_secs(60)).with_frames(1800, 30.0);
/// let film = Media::url("https://example.org/clip.mp4").with_facts(facts);
/// let request = Request::new("some-qwen").message(Message::user("What happens?").with(film));
///
/// let estimate = Estimator::new().estimate_known(&model, &request)?;
/// assert_eq!(estimate.parts[1].tokens.likely, 35_642);
/// # Ok::<(), vlm_core::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Estimator {
    typical_output: Option<u64>,
    #[cfg(feature = "http")]
    pub(crate) fetcher: Option<Arc<vlm_http::MediaFetcher>>,
}

impl Estimator {
    /// An estimator that looks at local media only.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets how many tokens an answer usually has, in place of the rule of thumb: what your own calls took, say.
    #[must_use]
    pub fn typical_output(mut self, tokens: u64) -> Self {
        self.typical_output = Some(tokens);
        self
    }

    /// Allows to look at the headers of pictures and films behind URLs, by `fetcher`'s rules.
    #[cfg(feature = "http")]
    #[must_use]
    pub fn probe_urls(mut self, fetcher: vlm_http::MediaFetcher) -> Self {
        self.fetcher = Some(Arc::new(fetcher));
        self
    }

    /// What `request` will take and cost at `provider`. Files are looked at by their headers; nothing is sent.
    ///
    /// # Errors
    /// `InvalidRequest` with everything that would be refused: what the model cannot do, files that cannot be read, and
    /// every limit of the model that the media or the count of tokens pass.
    pub async fn estimate(&self, provider: &(impl VisionProvider + ?Sized), request: &Request) -> Result<Estimate> {
        let capabilities = provider.capabilities(&request.model)?;
        let mut request = request.clone();
        let seen = self.look(&mut request).await;
        let estimate = self.judge(&capabilities, &request, provider.id(), seen);
        estimate.map_err(|error| error.with_provider(provider.id().to_owned()))
    }

    /// The same for a model whose capabilities are at hand, from what is known of the media already: no file is opened
    /// and no URL looked at.
    ///
    /// # Errors
    /// As [`estimate`](Self::estimate).
    pub fn estimate_known(&self, capabilities: &Capabilities, request: &Request) -> Result<Estimate> {
        self.judge(capabilities, request, "", look::Seen::default())
    }

    fn judge(
        &self,
        capabilities: &Capabilities,
        request: &Request,
        provider: &str,
        seen: look::Seen,
    ) -> Result<Estimate> {
        let mut review = vlm_core::Admission::review(capabilities, request);
        // A part that could not be read is told once, in the words of who tried.
        let unreadable: Vec<String> = seen.problems.iter().map(|problem| problem.path.clone()).collect();
        review.drop_problems_at(&unreadable);
        let counted = count::count(capabilities, request, provider);
        let told: Vec<String> =
            review.problems().iter().map(|problem| problem.path.clone()).chain(unreadable).collect();
        let by_rule = counted.problems.into_iter().filter(|problem| !told.contains(&problem.path));
        let input: TokenRange = counted.parts.iter().map(|part| part.tokens).sum();
        for problem in seen.problems.into_iter().chain(by_rule).chain(too_long(capabilities, input)) {
            review.refuse(problem);
        }
        let warnings = review.finish().map_err(|error| error.with_model(request.model.clone()))?;

        let mut unknown: Vec<Unknown> = seen.unknown.into_iter().chain(counted.unknown).collect();
        let input = capabilities.max_input_tokens.map_or(input, |most| input.at_most(most));
        let output = output::estimate(capabilities, request, self.typical_output);
        if output.max.is_none() {
            unknown.push(Unknown::new("nothing limits the answer: set max_tokens").at("sampling.max_tokens"));
        }
        let cost = cost::estimate(capabilities, input, output, &mut unknown);
        let model = capabilities.model.clone();
        Ok(Estimate { model, parts: counted.parts, input, output, cost, unknown, warnings })
    }
}

/// More input than the model takes, however it is counted.
fn too_long(capabilities: &Capabilities, input: TokenRange) -> Option<Problem> {
    let most = capabilities.max_input_tokens.filter(|most| input.low > *most)?;
    let message = format!("the input takes {} tokens or more; the model takes {most} at most", input.low);
    let advice = "send fewer or smaller pictures, a shorter film, or less text";
    Some(Problem::new(ProblemKind::OutOfRange, "messages", message).with_advice(advice))
}

/// Estimates of a question: `model.ask("…").attach("photo.jpg").estimate().await`.
pub trait EstimateExt {
    /// What the question will take and cost, by the default [`Estimator`]. Nothing is sent.
    ///
    /// # Errors
    /// As [`Estimator::estimate`].
    fn estimate(self) -> impl Future<Output = Result<Estimate>> + Send;

    /// The same by an estimator of your own.
    ///
    /// # Errors
    /// As [`Estimator::estimate`].
    fn estimate_by(self, estimator: &Estimator) -> impl Future<Output = Result<Estimate>> + Send;
}

impl EstimateExt for Ask {
    async fn estimate(self) -> Result<Estimate> {
        self.estimate_by(&Estimator::new()).await
    }

    async fn estimate_by(self, estimator: &Estimator) -> Result<Estimate> {
        let provider = Arc::clone(self.model().provider());
        let request = self.into_request()?;
        estimator.estimate(&*provider, &request).await
    }
}

/// Estimates on every provider; nobody implements it.
pub trait ProviderEstimateExt: VisionProvider {
    /// What `request` will take and cost here, by the default [`Estimator`]. Nothing is sent.
    ///
    /// # Errors
    /// As [`Estimator::estimate`].
    fn estimate(&self, request: &Request) -> impl Future<Output = Result<Estimate>> + Send {
        async { Estimator::new().estimate(self, request).await }
    }
}

impl<P: VisionProvider + ?Sized> ProviderEstimateExt for P {}

const _: () = {
    const fn shared<T: Send + Sync + Clone + 'static>() {}
    shared::<Estimator>();
    const fn sent<T: Send + 'static>() {}
    sent::<Error>();
};
