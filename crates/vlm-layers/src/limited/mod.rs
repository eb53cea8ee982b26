//! A provider behind limits: at most so many calls at once, and so many starts a minute. The limiter stands in
//! `limiter.rs`, its queues in `lane.rs`, the rate in `window.rs`.

mod lane;
mod limiter;
mod window;

use std::borrow::Cow;
use std::pin::Pin;
use std::task::{Context, Poll};

use async_trait::async_trait;
use futures_core::Stream;
use vlm_core::{
    Capabilities, Completion, CompletionStream, Delivery, Error, Request, Result, StreamEvent, VisionProvider,
};

pub use limiter::{Limiter, LimiterBuilder, Load};

use lane::Permit;

/// A provider whose calls wait for a permit of a [`Limiter`].
///
/// - First come, first served. A call that waits holds no permit and has sent nothing; dropped while it waits, it leaves
///   no trace.
/// - A call holds its permit until it has ended, in whatever way; a stream until its end, its error, or until it is
///   dropped.
/// - The time spent waiting is taken off the deadline of the call's own options.
/// - A call that the provider refused itself, without an attempt, does not count against the rate. An attempt that the
///   provider repeats by itself counts no second time, and runs under the permit of its call.
///
/// ```
/// use std::time::Duration;
/// use vlm_core::VisionProviderExt;
/// use vlm_layers::Limiter;
///
/// # async fn run(provider: impl vlm_core::VisionProvider + Clone) -> vlm_core::Result<()> {
/// let limiter = Limiter::builder().calls(8).calls_per_minute(300).wait_at_most(Duration::from_secs(120)).build()?;
/// let provider = limiter.wrap(provider);
///
/// let answer = provider.model("qwen:qwen3-vl-plus").ask("What is in this picture?").attach("photo.jpg").await?;
/// println!("{}, {} more under way", answer.text(), limiter.load().running);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Limited<P> {
    provider: P,
    limiter: Limiter,
}

impl Limiter {
    /// Puts a provider behind these limits. Several may share them.
    pub fn wrap<P: VisionProvider>(&self, provider: P) -> Limited<P> {
        Limited { provider, limiter: self.clone() }
    }
}

impl<P> Limited<P> {
    /// The limiter that every call goes through.
    pub fn limiter(&self) -> &Limiter {
        &self.limiter
    }

    /// The provider behind it.
    pub fn provider(&self) -> &P {
        &self.provider
    }
}

impl<P: VisionProvider> Limited<P> {
    /// Waits for a permit. The request comes back with what is left of its deadline.
    async fn enter<'a>(&self, request: &'a Request, operation: &'static str) -> Result<(Permit, Cow<'a, Request>)> {
        let deadline = request.call.timeout;
        let (permit, left) = self.limiter.enter(&request.model, deadline).await.map_err(|error| {
            error.with_provider(self.provider.id().to_owned()).with_operation(operation).with_model(&request.model)
        })?;
        let mut request = Cow::Borrowed(request);
        if left != deadline {
            request.to_mut().call.timeout = left;
        }
        Ok((permit, request))
    }
}

/// Lets the permit go; a call that was refused on this side gives its start back.
fn leave(permit: Permit, error: &Error) {
    if error.delivery() == Delivery::NotSent && error.attempts() == 0 {
        permit.unused();
    }
}

#[async_trait]
impl<P: VisionProvider> VisionProvider for Limited<P> {
    fn id(&self) -> &str {
        self.provider.id()
    }

    fn capabilities(&self, model: &str) -> Result<Capabilities> {
        self.provider.capabilities(model)
    }

    async fn generate(&self, request: &Request) -> Result<Completion> {
        let (permit, request) = self.enter(request, "generate").await?;
        self.provider.generate(&request).await.inspect_err(|error| leave(permit, error))
    }

    async fn stream(&self, request: &Request) -> Result<CompletionStream> {
        let (permit, request) = self.enter(request, "stream").await?;
        match self.provider.stream(&request).await {
            Ok(events) => Ok(CompletionStream::new(Holding { events, _permit: permit })),
            Err(error) => {
                leave(permit, &error);
                Err(error)
            }
        }
    }
}

/// A stream and its permit. A [`CompletionStream`] lets go of it at its end and at its first error.
struct Holding {
    /// Before the permit: the connection is closed when the next call starts.
    events: CompletionStream,
    _permit: Permit,
}

impl Stream for Holding {
    type Item = Result<StreamEvent>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Pin::new(&mut self.events).poll_next(context)
    }
}
