//! What a provider's author writes: the subject.

use std::fmt;
use std::sync::Arc;

use vlm_core::VisionProvider;
use vlm_http::{Deadlines, Limits, RetryPolicy};

use super::scene::Scene;
use super::sent::SentRequest;
use super::wire::Wire;
use crate::server::Recorded;

/// A provider under test, as the suite sees it.
///
/// Three jobs: build the provider against an address, say what its service would answer, and read back what went out.
/// None of them shares code with the provider where that can be helped: a misreading by one then shows in the other.
pub trait Subject: Send + Sync + 'static {
    /// Builds the provider against this address, with this key, these deadlines, limits and retry policy, and with its
    /// own defaults for everything else.
    ///
    /// A provider on `vlm-http` passes them to its client as they are. It may add a path of its own to the address.
    fn provider(&self, endpoint: &Endpoint) -> Arc<dyn VisionProvider>;

    /// The model that is asked: a listed one that takes pictures, and streams where the service does.
    fn model(&self) -> &str;

    /// What the service would send: this answer, stream or error in its wire form.
    ///
    /// What the service never says is [`Wire::never`] with the reason, which the report repeats: the checks that need
    /// it are skipped. Scenes that a later version adds come to the `_` arm.
    fn render(&self, scene: &Scene) -> Wire;

    /// What a request says, in neutral words.
    fn read_request(&self, request: &Recorded) -> SentRequest;

    /// Checks that this provider does not pass, each with the reason: `&[("name_of_the_check", "the service …")]`.
    ///
    /// An exempted check runs all the same; once it passes, its exemption is an error.
    fn exemptions(&self) -> &'static [(&'static str, &'static str)] {
        &[]
    }
}

/// Where a provider is built against, and how.
///
/// `Debug` shows no key.
#[derive(Clone)]
#[non_exhaustive]
pub struct Endpoint {
    /// `http://127.0.0.1:PORT`, without a slash at its end.
    pub base_url: String,
    /// The key. It may stand in a header or in a query, and nowhere else.
    pub key: String,
    /// Deadlines: small for the phase that a check is about, and generous for the others.
    pub deadlines: Deadlines,
    /// Limits of size: small in checks about them.
    pub limits: Limits,
    /// Three attempts, with next to no wait between them.
    pub retry: RetryPolicy,
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint")
            .field("base_url", &self.base_url)
            .field("deadlines", &self.deadlines)
            .field("limits", &self.limits)
            .field("retry", &self.retry)
            .finish_non_exhaustive()
    }
}
