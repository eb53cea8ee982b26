//! Making a client.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use http::HeaderValue;
use vlm_core::{Error, ErrorKind};

use super::{HttpClient, Inner};
use crate::clock::{Clock, RandomSource, ThreadRandom, TokioClock};
use crate::policy::{Deadlines, Limits, RetryPolicy};
use crate::redact::Scrubber;
use crate::reqwest_transport::{ReqwestTransport, TransportConfig};
use crate::retry::Shared;
use crate::secret::Secret;
use crate::transport::Transport;

/// Collects the settings of a client. Setters never fail; [`HttpClientBuilder::build`] reports what is wrong.
#[must_use]
pub struct HttpClientBuilder {
    provider: Cow<'static, str>,
    deadlines: Deadlines,
    limits: Limits,
    retry: RetryPolicy,
    transport: Option<Arc<dyn Transport>>,
    config: TransportConfig,
    clock: Option<Arc<dyn Clock>>,
    random: Option<Arc<dyn RandomSource>>,
    scrubber: Scrubber,
    user_agent: String,
}

impl HttpClientBuilder {
    pub(super) fn new(provider: Cow<'static, str>) -> Self {
        Self {
            provider,
            deadlines: Deadlines::default(),
            limits: Limits::default(),
            retry: RetryPolicy::default(),
            transport: None,
            config: TransportConfig::default(),
            clock: None,
            random: None,
            scrubber: Scrubber::default(),
            user_agent: concat!("vlm/", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }

    /// Sets the deadlines.
    pub fn deadlines(mut self, deadlines: Deadlines) -> Self {
        self.deadlines = deadlines;
        self
    }

    /// Sets the limits.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets the retry policy.
    pub fn retry(mut self, retry: RetryPolicy) -> Self {
        self.retry = retry;
        self
    }

    /// Sends through this transport instead of a new one over reqwest. It keeps its own connect deadline.
    pub fn transport(mut self, transport: Arc<dyn Transport>) -> Self {
        self.transport = Some(transport);
        self
    }

    /// Settings of the transport over reqwest; its connect deadline is taken from [`Deadlines`].
    pub fn transport_config(mut self, config: TransportConfig) -> Self {
        self.config = config;
        self
    }

    /// Takes time from this clock.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Takes jitter from this source.
    pub fn random(mut self, random: Arc<dyn RandomSource>) -> Self {
        self.random = Some(random);
        self
    }

    /// Takes these secrets out of every text that a service sends. Those of [`crate::Call::secret_header`] are known
    /// without this.
    pub fn secrets<S: AsRef<Secret>>(mut self, secrets: impl IntoIterator<Item = S>) -> Self {
        self.scrubber = Scrubber::new(secrets);
        self
    }

    /// Names the program in the `user-agent` header.
    pub fn user_agent(mut self, name: impl Into<String>) -> Self {
        self.user_agent = name.into();
        self
    }

    /// Makes the client.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`] for a setting that cannot work.
    pub fn build(self) -> Result<HttpClient, Error> {
        let provider = self.provider.clone();
        self.checked().map_err(|error| error.with_provider(provider))
    }

    fn checked(self) -> Result<HttpClient, Error> {
        let refused = |message: &str| Error::new(ErrorKind::Configuration, message);
        if self.deadlines.connect.is_zero() {
            return Err(refused("the connect deadline cannot be switched off; set it above zero"));
        }
        let user_agent = HeaderValue::from_str(&self.user_agent)
            .map_err(|error| refused("the user agent cannot stand in a header").with_source(error))?;
        let transport = match self.transport {
            Some(transport) => transport,
            None => Arc::new(ReqwestTransport::new(self.config.connect_timeout(self.deadlines.connect))?),
        };
        let inner = Inner {
            provider: self.provider,
            deadlines: self.deadlines,
            limits: self.limits,
            retry: self.retry,
            transport,
            clock: self.clock.unwrap_or_else(|| Arc::new(TokioClock::new())),
            random: self.random.unwrap_or_else(|| Arc::new(ThreadRandom)),
            scrubber: Arc::new(self.scrubber.limit(self.limits.error_text)),
            user_agent,
            shared: Shared::new(self.retry.quota),
        };
        Ok(HttpClient { inner: Arc::new(inner) })
    }
}

impl fmt::Debug for HttpClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpClientBuilder")
            .field("provider", &self.provider)
            .field("deadlines", &self.deadlines)
            .field("limits", &self.limits)
            .field("retry", &self.retry)
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}
