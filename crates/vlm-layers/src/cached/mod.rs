//! A provider behind a cache. What is kept stands in `store.rs` with `memory.rs` and `disk.rs`, an entry in `entry.rs`, the
//! name of a request in `name.rs`, equal calls at once in `flight.rs`, streams in `keeping.rs`.

mod cache;
mod digest;
mod disk;
mod entry;
mod flight;
mod keeping;
mod memory;
mod name;
mod origin;
mod store;

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use async_trait::async_trait;
use vlm_core::{Capabilities, Completion, CompletionStream, Request, Result, VisionProvider};

pub use cache::{Cache, CacheBuilder};
pub use entry::Hit;
pub use origin::Origin;

use digest::Digest;
use flight::{Flights, Landed};
use keeping::Keeping;
use name::{Named, of_call};

/// A provider whose answers are kept in a [`Cache`], and given again to whoever asks the same.
///
/// - An answer from the cache says that it cost nothing and took no tokens; what it had cost, and when it was kept, is told
///   by [`Hit::of`]. Its raw reply is not kept. It is not judged again by the model's capabilities.
/// - Equal calls at once, made in the same way, are one call. If it fails, all get the error. One of the answers has the
///   cost, the others are [shared](Hit::stored) at none. A caller that gives up leaves the call to the others; when the
///   last one gives up, it is cancelled.
/// - A stream is replayed whole from the cache. One that is not there is asked for, even if the same is under way, and
///   kept once it has ended.
/// - What cannot be kept is passed on to the provider as it is.
///
/// Clones, and only they, share calls under way; all layers of one cache share what is kept.
///
/// ```
/// use vlm_core::VisionProviderExt;
/// use vlm_layers::{Cache, Hit, Origin};
///
/// # async fn run(provider: impl vlm_core::VisionProvider, key: &str) -> vlm_core::Result<()> {
/// let cache = Cache::builder().directory("answers").build()?;
/// let provider = cache.wrap(provider, &Origin::new("https://mavi-backend.memories.ai/serve/api/v2", key))?;
///
/// let model = provider.model("qwen:qwen3-vl-plus");
/// for _ in 0..2 {
///     let answer = model.ask("What is in this picture?").attach("photo.jpg").await?;
///     println!("{} ({})", answer.text(), if Hit::of(&answer).is_some() { "kept" } else { "asked" });
/// }
/// # Ok(())
/// # }
/// ```
pub struct Cached<P> {
    provider: Arc<P>,
    cache: Cache,
    /// Names this customer's requests.
    key: Digest,
    flights: Arc<Flights>,
}

impl Cache {
    /// Puts a provider behind this cache. `origin` says where its answers come from and for whom they are.
    ///
    /// # Errors
    ///
    /// [`Configuration`](vlm_core::ErrorKind::Configuration) when the origin's secret is empty.
    pub fn wrap<P: VisionProvider>(&self, provider: P, origin: &Origin) -> Result<Cached<P>> {
        let key = origin.key(&self.store.secret, provider.id())?;
        Ok(Cached { provider: Arc::new(provider), cache: self.clone(), key, flights: Arc::default() })
    }
}

impl<P> Cached<P> {
    /// The cache that every call looks into.
    pub fn cache(&self) -> &Cache {
        &self.cache
    }

    /// The provider behind it.
    pub fn provider(&self) -> &P {
        &self.provider
    }
}

impl<P: VisionProvider> Cached<P> {
    /// Looks into the cache once more, then asks, and keeps the answer.
    fn call(&self, request: &Request, named: Named) -> impl Future<Output = Landed> + Send + 'static {
        let (provider, store, request) = (Arc::clone(&self.provider), Arc::clone(&self.cache.store), request.clone());
        async move {
            if let Some(entry) = store.find(named.name).await {
                return Landed::Found(entry);
            }
            let mut made = provider.generate(&request).await;
            if let Ok(answer) = &mut made {
                answer.warnings.extend(store.keep(&named, answer).await);
            }
            Landed::Made(Box::new(made))
        }
    }
}

#[async_trait]
impl<P: VisionProvider> VisionProvider for Cached<P> {
    fn id(&self) -> &str {
        self.provider.id()
    }

    fn capabilities(&self, model: &str) -> Result<Capabilities> {
        self.provider.capabilities(model)
    }

    async fn generate(&self, request: &Request) -> Result<Completion> {
        let store = &self.cache.store;
        let Some(named) = store.name(self.key, request).await else { return self.provider.generate(request).await };
        if let Some(entry) = store.remembered(&named.name) {
            return Ok(entry.hit());
        }
        match of_call(&named.name, &request.call) {
            Some(call) => self.flights.share(call, || self.call(request, named)).await,
            None => self.provider.generate(request).await,
        }
    }

    async fn stream(&self, request: &Request) -> Result<CompletionStream> {
        let store = &self.cache.store;
        let Some(named) = store.name(self.key, request).await else { return self.provider.stream(request).await };
        if let Some(entry) = store.find(named.name).await {
            return Ok(CompletionStream::whole(entry.hit()));
        }
        let events = self.provider.stream(request).await?;
        Ok(CompletionStream::new(Keeping::new(events, Arc::clone(store), named)))
    }
}

impl<P> Clone for Cached<P> {
    fn clone(&self) -> Self {
        Self {
            provider: Arc::clone(&self.provider),
            cache: self.cache.clone(),
            key: self.key,
            flights: Arc::clone(&self.flights),
        }
    }
}

impl<P: fmt::Debug> fmt::Debug for Cached<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cached")
            .field("provider", &self.provider)
            .field("cache", &self.cache)
            .field("flights", &self.flights)
            .finish_non_exhaustive()
    }
}
