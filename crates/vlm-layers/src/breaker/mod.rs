//! A provider behind circuit breakers: a service that keeps failing is left alone for a while. The state machine stands
//! in `circuit.rs`, a call under way in `attempt.rs`.

mod attempt;
mod circuit;

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use async_trait::async_trait;
use futures_core::Stream;
use vlm_core::{
    Capabilities, Completion, CompletionStream, Error, ErrorKind, Request, Result, StreamEvent, VisionProvider,
};

use attempt::{Attempt, Circuits};
use circuit::{Refusal, Settings};

/// A provider that is left alone for a while after several failures in a row, model by model.
///
/// - A circuit opens after five failures in a row of the kinds `Connect`, `Timeout` (but for the phase `Queue`, which is
///   on this side), `Server` and `Overloaded`. Nothing else counts, neither for nor against the service: not a call that
///   was cancelled, refused on this side, or refused by the service with another 4xx, and not a connection that broke.
/// - While it is open, calls are refused with [`CircuitOpen`](ErrorKind::CircuitOpen), and nothing is sent. The error's
///   [`retry_after`](Error::retry_after) is the time until the next call is let through.
/// - After 30 seconds one call is let through, the probe; others are refused until it has shown something. If it
///   succeeds, the circuit is closed. If it fails, the pause is twice as long, up to 300 seconds. If it shows nothing,
///   because it was cancelled, say, the next call is the probe; and if it takes as long as the pause, as a stream that nobody
///   reads, one more call is let through.
/// - A stream that cannot be opened, or ends with an error, counts as that error; one that comes to its end is a success;
///   one that is dropped counts for nothing. The first piece of its answer closes the circuit when it is the probe.
/// - A failure is what the provider returns in the end: its own retries count as one call.
///
/// Clones share their circuits. Providers for different base URLs are to be wrapped one by one.
///
/// ```
/// use vlm_core::{ErrorKind, VisionProviderExt};
/// use vlm_layers::Breaker;
///
/// # async fn run(provider: impl vlm_core::VisionProvider + Clone) {
/// let provider = Breaker::new(provider);
/// match provider.model("qwen:qwen3-vl-plus").ask("What is in this picture?").attach("photo.jpg").await {
///     Ok(answer) => println!("{}", answer.text()),
///     Err(error) if error.kind() == ErrorKind::CircuitOpen => println!("ask again in {:?}", error.retry_after()),
///     Err(error) => println!("{error}"),
/// }
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Breaker<P> {
    provider: P,
    settings: Settings,
    circuits: Arc<Circuits>,
}

impl<P> Breaker<P> {
    /// Puts a provider behind circuit breakers: five failures, 30 to 300 seconds.
    pub fn new(provider: P) -> Self {
        let settings = Settings { failures: 5, first: Duration::from_secs(30), longest: Duration::from_secs(300) };
        Self { provider, settings, circuits: Arc::default() }
    }

    /// Sets how many failures in a row open a circuit; at least 1.
    #[must_use]
    pub fn failures(mut self, in_a_row: u32) -> Self {
        self.settings.failures = in_a_row.max(1);
        self
    }

    /// Sets the first pause, and the longest, which is never less than the first.
    #[must_use]
    pub fn pauses(mut self, first: Duration, longest: Duration) -> Self {
        (self.settings.first, self.settings.longest) = (first, longest.max(first));
        self
    }

    /// The provider behind it.
    pub fn provider(&self) -> &P {
        &self.provider
    }

    /// Whether calls to a model are refused at this moment.
    pub fn is_open(&self, model: &str) -> bool {
        self.circuits.refusal(model).is_some()
    }
}

impl<P: VisionProvider> Breaker<P> {
    fn begin(&self, request: &Request, operation: &'static str) -> Result<Attempt> {
        Attempt::begin(&self.circuits, self.settings, &request.model).map_err(|refusal| {
            open(refusal)
                .with_provider(self.provider.id().to_owned())
                .with_operation(operation)
                .with_model(&request.model)
        })
    }
}

/// The error of a call that was not let through.
fn open(refusal: Refusal) -> Error {
    let (state, time) = match refusal {
        Refusal::Wait(time) => (format!("it is tried again in {} s", time.as_millis().div_ceil(1000)), time),
        Refusal::BeingProbed(time) => ("one call is under way that shows whether it works again".to_owned(), time),
    };
    let message = format!("the service failed several times in a row; {state}");
    Error::new(ErrorKind::CircuitOpen, message).with_retry_after(time)
}

#[async_trait]
impl<P: VisionProvider> VisionProvider for Breaker<P> {
    fn id(&self) -> &str {
        self.provider.id()
    }

    fn capabilities(&self, model: &str) -> Result<Capabilities> {
        self.provider.capabilities(model)
    }

    async fn generate(&self, request: &Request) -> Result<Completion> {
        let mut attempt = self.begin(request, "generate")?;
        let outcome = self.provider.generate(request).await;
        match &outcome {
            Ok(_) => attempt.succeeded(),
            Err(error) => attempt.failed(error),
        }
        outcome
    }

    async fn stream(&self, request: &Request) -> Result<CompletionStream> {
        let mut attempt = self.begin(request, "stream")?;
        match self.provider.stream(request).await {
            Ok(events) => Ok(CompletionStream::new(Watched { events, attempt })),
            Err(error) => {
                attempt.failed(&error);
                Err(error)
            }
        }
    }
}

/// A stream, and what it counts for.
struct Watched {
    events: CompletionStream,
    attempt: Attempt,
}

impl Stream for Watched {
    type Item = Result<StreamEvent>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        let item = ready!(Pin::new(&mut this.events).poll_next(context));
        match &item {
            Some(Ok(StreamEvent::End { .. })) => this.attempt.succeeded(),
            // Warnings may stem from this side.
            Some(Ok(StreamEvent::Warning { .. })) | None => {}
            Some(Ok(_)) => this.attempt.answered(),
            Some(Err(error)) => this.attempt.failed(error),
        }
        Poll::Ready(item)
    }
}
