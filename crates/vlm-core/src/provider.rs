//! The contract with providers: four methods. Convenience lives in `ask.rs`.

use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;

use crate::capability::Capabilities;
use crate::completion::Completion;
use crate::error::Result;
use crate::request::Request;
use crate::stream::CompletionStream;

/// A service that answers questions about pictures and films.
///
/// Implementations are shared between tasks and cheap to call; wrap one in an [`Arc`] to share it, or use it as
/// `Arc<dyn VisionProvider>`.
#[async_trait]
pub trait VisionProvider: Debug + Send + Sync + 'static {
    /// The provider's id: short, lower case, the same for ever (`memories`). Extras and errors carry it.
    fn id(&self) -> &str;

    /// What one model can do.
    ///
    /// - Cheap and synchronous: no input or output.
    /// - A model that the provider does not know but can reach is described with `listed: false`.
    ///
    /// # Errors
    /// `InvalidRequest` for a name that cannot be a model of this provider, with what to write instead.
    fn capabilities(&self, model: &str) -> Result<Capabilities>;

    /// Answers a request.
    ///
    /// - What the model or the route cannot do is refused before a byte is sent, with everything that is wrong in one
    ///   error. Parts keep their order, and none is dropped.
    /// - What is odd, but sent, stands in the answer's warnings.
    /// - The answer carries usage as reported, its cost, and the raw reply.
    /// - Dropping the future cancels the call and leaves the provider usable.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind); the error says how far the call got, and keeps what had arrived.
    async fn generate(&self, request: &Request) -> Result<Completion>;

    /// Answers a request in pieces.
    ///
    /// - Refuses what [`generate`](Self::generate) refuses, before a byte is sent.
    /// - Folding the events gives the answer that `generate` would give.
    /// - Nothing is retried once an event was handed out.
    /// - Dropping the future or the stream cancels the call and leaves the provider usable.
    ///
    /// # Errors
    /// As `generate`, here or as the stream's last item.
    async fn stream(&self, request: &Request) -> Result<CompletionStream>;
}

macro_rules! forward {
    ($($pointer:ident),*) => {$(
        #[async_trait]
        impl<P: VisionProvider + ?Sized> VisionProvider for $pointer<P> {
            fn id(&self) -> &str {
                (**self).id()
            }

            fn capabilities(&self, model: &str) -> Result<Capabilities> {
                (**self).capabilities(model)
            }

            async fn generate(&self, request: &Request) -> Result<Completion> {
                (**self).generate(request).await
            }

            async fn stream(&self, request: &Request) -> Result<CompletionStream> {
                (**self).stream(request).await
            }
        }
    )*};
}

forward!(Arc, Box);

const _: () = {
    const fn object_safe<T: ?Sized + Send + Sync + 'static>() {}
    object_safe::<dyn VisionProvider>();
};
