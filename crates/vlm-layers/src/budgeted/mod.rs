//! A provider behind a budget: estimates, reserves, sends, settles. The books stand in `budget/`, a stream's settling in
//! `stream.rs`.

mod stream;

use async_trait::async_trait;
use serde_json::{Map, Value};
use vlm_core::{
    Billed, Capabilities, Completion, CompletionStream, Error, Request, Result, Usage, VisionProvider, Warning,
    WarningKind,
};
use vlm_estimate::{Assessment, Estimate, Estimator};

use crate::budget::{Budget, Claim, Expected, Reservation, Settlement};

use stream::Settling;

/// Wire attempts that are reserved for, where a request allows to repeat ambiguous ones and does not say how often.
const ATTEMPTS: u32 = 3;
/// The name under which an answer's metadata has the estimated input tokens.
const ESTIMATED: &str = "estimated_input_tokens";

/// A provider whose every call goes through a [`Budget`].
///
/// - Before a call its maximum is estimated and reserved. What would not fit is refused with
///   [`Budget`](vlm_core::ErrorKind::Budget), what the model would refuse with `InvalidRequest`; nothing is sent.
/// - After it, what it cost is booked and the rest given back. A failed call is booked as far as it was billed: by its
///   usage where it has one, with its whole reservation where nobody can tell, not at all where it was refused.
/// - A call that is dropped on its way, and a stream that is dropped before its end, stay booked with their reservation:
///   the service may do all of the work.
/// - An ambiguous wire attempt, which may have been billed, is not repeated unless the request itself asks for it; then
///   every attempt that it allows is reserved for. What the service itself answered with a passing fault, such as
///   HTTP 500, is repeated by most providers and counts as not billed once a later attempt is answered.
/// - The answer's metadata has the estimated input tokens as `estimated_input_tokens`; a bill outside of that range is a
///   warning.
///
/// ```
/// use vlm_core::VisionProviderExt;
/// use vlm_layers::{Budget, Limit};
///
/// # async fn run(provider: impl vlm_core::VisionProvider + Clone) -> vlm_core::Result<()> {
/// let budget = Budget::builder().limit(Limit::run().money("5".parse().unwrap())).build()?;
/// let provider = budget.wrap(provider);
///
/// let answer = provider.model("qwen:qwen3-vl-plus").ask("What is in this picture?").attach("photo.jpg").await?;
/// println!("{}\n{}", answer.text(), budget.statement().in_all.calls);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Budgeted<P> {
    provider: P,
    budget: Budget,
    estimator: Estimator,
    key: Option<String>,
    tag: Option<String>,
}

impl Budget {
    /// Puts a provider behind this budget. Several may share one.
    pub fn wrap<P: VisionProvider>(&self, provider: P) -> Budgeted<P> {
        Budgeted { provider, budget: self.clone(), estimator: Estimator::new(), key: None, tag: None }
    }
}

impl<P> Budgeted<P> {
    /// Books these calls under the label of a key: limits per key count by it. Never the key itself.
    #[must_use]
    pub fn with_key(mut self, label: impl Into<String>) -> Self {
        self.key = Some(label.into());
        self
    }

    /// Books these calls under a word for what they are for.
    #[must_use]
    pub fn with_tag(mut self, tag: impl Into<String>) -> Self {
        self.tag = Some(tag.into());
        self
    }

    /// Estimates by `estimator` instead of a default one.
    #[must_use]
    pub fn with_estimator(mut self, estimator: Estimator) -> Self {
        self.estimator = estimator;
        self
    }

    /// The budget that every call goes through.
    pub fn budget(&self) -> &Budget {
        &self.budget
    }

    /// The provider behind it.
    pub fn provider(&self) -> &P {
        &self.provider
    }
}

impl<P: VisionProvider> Budgeted<P> {
    /// Estimates and reserves. The request comes back as it may be sent.
    async fn reserve(&self, request: &Request, operation: &'static str) -> Result<Reserved> {
        let named = |error: Error| error.with_provider(self.provider.id().to_owned()).with_operation(operation);
        let Assessment { estimate, refused, found_here, .. } =
            self.estimator.assess(&self.provider, request).await.map_err(named)?;
        // What the provider refuses, it refuses with everything that it knows to be wrong.
        if refused.is_empty() && !found_here.is_empty() {
            return Err(named(Error::refused(found_here).with_model(request.model.clone())));
        }
        let (request, attempts) = once(request.clone());
        let claim = self.claim(&request, &estimate, attempts);
        let reservation = self.budget.reserve(claim).await;
        let reservation = reservation.map_err(|error| named(error).with_model(request.model.clone()))?;
        Ok(Reserved { request, reservation, estimate })
    }

    fn claim(&self, request: &Request, estimate: &Estimate, attempts: u32) -> Claim {
        let most = estimate.cost.high.map(|amount| amount.times(attempts.into()));
        let tokens = estimate.max_tokens().map(|tokens| tokens.saturating_mul(attempts.into()));
        let mut expected = Expected::new().typical_output(estimate.output.typical);
        (expected.input_low, expected.input_likely) = (Some(estimate.input.low), Some(estimate.input.likely));
        (expected.input_high, expected.output_high) = (estimate.input.high, estimate.output.max);
        let mut claim = Claim::new(self.provider.id(), request.model.clone())
            .money(most, estimate.cost.currency)
            .tokens(tokens)
            .estimate(expected);
        if let Some(key) = &self.key {
            claim = claim.key(key.clone());
        }
        if let Some(tag) = &self.tag {
            claim = claim.tag(tag.clone());
        }
        claim
    }
}

/// A call that may be sent.
struct Reserved {
    request: Request,
    reservation: Reservation,
    estimate: Estimate,
}

/// The request so that no more attempts than reserved for can be billed, and how many those are.
fn once(mut request: Request) -> (Request, u32) {
    if request.call.retry_ambiguous != Some(true) {
        request.call.retry_ambiguous = Some(false);
        return (request, 1);
    }
    let attempts = request.call.max_attempts.unwrap_or(ATTEMPTS).max(1);
    request.call.max_attempts = Some(attempts);
    (request, attempts)
}

/// How a failed call is booked.
fn of_failure(error: &Error) -> Settlement {
    match (error.billed(), error.partial()) {
        (Billed::No, _) => Settlement::Refunded,
        (Billed::Yes, Some(partial)) => Settlement::spent(&partial.cost, &partial.usage),
        _ => Settlement::Held,
    }
}

/// What the estimate has to say of an answer: its numbers, and a warning where the bill lies outside of them.
fn remarks(estimate: &Estimate, usage: &Usage) -> (Map<String, Value>, Option<Warning>) {
    let numbers = serde_json::to_value(estimate.input).unwrap_or_default();
    let metadata = Map::from_iter([(ESTIMATED.to_owned(), numbers)]);
    let drift = estimate.drift(usage);
    let warning = (drift.is_within() == Some(false)).then(|| {
        let billed = drift.billed.unwrap_or_default();
        let message = format!("{billed} input tokens were billed: {drift}");
        Warning::new(WarningKind::Drift, message).at("usage.input_tokens")
    });
    (metadata, warning)
}

#[async_trait]
impl<P: VisionProvider> VisionProvider for Budgeted<P> {
    fn id(&self) -> &str {
        self.provider.id()
    }

    fn capabilities(&self, model: &str) -> Result<Capabilities> {
        self.provider.capabilities(model)
    }

    async fn generate(&self, request: &Request) -> Result<Completion> {
        let Reserved { request, mut reservation, estimate } = self.reserve(request, "generate").await?;
        reservation.sent();
        match self.provider.generate(&request).await {
            Ok(mut answer) => {
                let (metadata, warning) = remarks(&estimate, &answer.usage);
                answer.metadata.extend(metadata);
                answer.warnings.extend(warning);
                reservation.settle(Settlement::spent(&answer.cost, &answer.usage));
                Ok(answer)
            }
            Err(error) => {
                reservation.settle(of_failure(&error));
                Err(error)
            }
        }
    }

    async fn stream(&self, request: &Request) -> Result<CompletionStream> {
        let Reserved { request, mut reservation, estimate } = self.reserve(request, "stream").await?;
        reservation.sent();
        match self.provider.stream(&request).await {
            Ok(events) => Ok(CompletionStream::new(Settling::new(events, reservation, estimate))),
            Err(error) => {
                reservation.settle(of_failure(&error));
                Err(error)
            }
        }
    }
}
