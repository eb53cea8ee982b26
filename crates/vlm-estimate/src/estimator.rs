//! The estimator: looks at the media, has the request judged, counts, and prices. And the ways to it from a question.

use std::future::Future;
use std::sync::Arc;

use vlm_core::{Admission, Ask, Capabilities, Error, Problem, ProblemKind, Request, Result, VisionProvider};

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
        let assessment = self.assess(provider, request).await?;
        let estimate = assessment.into_estimate();
        estimate.map_err(|error| error.with_provider(provider.id().to_owned()).with_model(request.model.clone()))
    }

    /// The same, with what would be refused beside the numbers instead of in place of them: for a layer that goes on
    /// to a provider, which refuses by itself and knows more.
    ///
    /// # Errors
    /// As [`VisionProvider::capabilities`].
    pub async fn assess(&self, provider: &(impl VisionProvider + ?Sized), request: &Request) -> Result<Assessment> {
        let capabilities = provider.capabilities(&request.model)?;
        let mut request = request.clone();
        let seen = self.look(&mut request).await;
        Ok(self.judge(&capabilities, &request, provider.id(), seen))
    }

    /// The estimate for a model whose capabilities are at hand, from what is known of the media already: no file is
    /// opened and no URL looked at.
    ///
    /// # Errors
    /// As [`estimate`](Self::estimate).
    pub fn estimate_known(&self, capabilities: &Capabilities, request: &Request) -> Result<Estimate> {
        self.judge(capabilities, request, "", look::Seen::default()).into_estimate()
    }

    fn judge(&self, capabilities: &Capabilities, request: &Request, provider: &str, seen: look::Seen) -> Assessment {
        let look::Seen { unusable, damaged, unknown } = seen;
        let mut review = Admission::review(capabilities, request);
        // A part that could not be read is told once, in the words of who tried.
        review.drop_problems_at(&paths(unusable.iter().chain(&damaged)));
        let counted = count::count(capabilities, request, provider);
        let input: TokenRange = counted.parts.iter().map(|part| part.tokens).sum();
        let told = paths(review.problems().iter().chain(&unusable).chain(&damaged));
        let by_rule = counted.problems.into_iter().filter(|problem| !told.contains(&problem.path));
        let found_here = damaged.into_iter().chain(by_rule).chain(too_long(capabilities, input)).collect();
        let mut refused: Vec<Problem> = unusable;
        refused.splice(..0, review.problems().iter().cloned());

        let mut unknown: Vec<Unknown> = unknown.into_iter().chain(counted.unknown).collect();
        let input = capabilities.max_input_tokens.map_or(input, |most| input.at_most(most));
        let output = output::estimate(capabilities, request, self.typical_output);
        if output.max.is_none() {
            unknown.push(Unknown::new("nothing limits the answer: set max_tokens").at("sampling.max_tokens"));
        }
        let sound = counted.parts.iter().filter_map(|part| part.sound).sum();
        let cost = cost::estimate(capabilities, input, sound, output, &mut unknown);
        let (model, warnings) = (capabilities.model.clone(), review.finish().unwrap_or_default());
        let estimate = Estimate { model, parts: counted.parts, input, output, cost, unknown, warnings };
        Assessment { estimate, refused, found_here }
    }
}

fn paths<'a>(problems: impl Iterator<Item = &'a Problem>) -> Vec<String> {
    problems.map(|problem| problem.path.clone()).collect()
}

/// An estimate, and beside it what is wrong with the request: its parts then have the range of what is not known.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Assessment {
    /// The numbers.
    pub estimate: Estimate,
    /// What any provider refuses: what the model cannot do, files that cannot be read.
    pub refused: Vec<Problem>,
    /// What only looking at the media and counting shows, and a provider might send: broken headers, rules that the
    /// service's own limits follow from, more input than the model takes.
    pub found_here: Vec<Problem>,
}

impl Assessment {
    /// The estimate of a request that would be sent.
    ///
    /// # Errors
    /// `InvalidRequest` with everything that is wrong.
    pub fn into_estimate(self) -> Result<Estimate> {
        let problems: Vec<Problem> = self.refused.into_iter().chain(self.found_here).collect();
        if problems.is_empty() { Ok(self.estimate) } else { Err(Error::refused(problems)) }
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
};
