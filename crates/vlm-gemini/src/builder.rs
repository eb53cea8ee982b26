//! Configuration of the provider, checked once when it is built.

use std::sync::Arc;

use vlm_core::{Error, ErrorKind, PriceList};
use vlm_http::{
    BaseUrl, Clock, Deadlines, HttpClient, Limits, RetryPolicy, Secret, TokioClock, Transport, TransportConfig,
};

use crate::config::Config;
use crate::provider::Gemini;
use crate::settings::{Upload, WaitPolicy};

/// Where the Gemini API is.
const BASE_URL: &str = "https://generativelanguage.googleapis.com";

const VERSION: &str = "v1beta";

/// Documented for years; newer pages allow 100 MB.
const INLINE_LIMIT: u64 = 20_000_000;

const KEY_VARIABLES: [&str; 2] = ["GEMINI_API_KEY", "GOOGLE_API_KEY"];
const HOST_VARIABLE: &str = "GEMINI_BASE_URL";

/// Builds a [`Gemini`]. Setters never fail; [`build`](GeminiBuilder::build) reports the first mistake.
///
/// ```
/// use vlm_gemini::{Gemini, Upload};
///
/// let local = Gemini::builder("any-key").base_url("http://127.0.0.1:8787").upload(Upload::Never).build()?;
/// let mistake = Gemini::builder("any-key").base_url("http://example.com").build().unwrap_err();
/// assert!(mistake.to_string().contains("https"));
/// # Ok::<(), vlm_core::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "nothing is built before `build`"]
pub struct GeminiBuilder {
    key: Result<Secret, Error>,
    base_url: String,
    version: String,
    upload: Upload,
    wait: WaitPolicy,
    inline_limit: u64,
    prices: Option<PriceList>,
    deadlines: Deadlines,
    limits: Limits,
    retry: RetryPolicy,
    transport: Option<Arc<dyn Transport>>,
    transport_config: TransportConfig,
    clock: Option<Arc<dyn Clock>>,
}

/// Ways to a provider.
impl Gemini {
    /// The service at its usual address, with this key.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] for a key that is empty or holds control characters.
    pub fn new(key: impl Into<String>) -> Result<Self, Error> {
        Self::builder(key).build()
    }

    /// Key and address from the environment: `GEMINI_API_KEY` (else `GOOGLE_API_KEY`), `GEMINI_BASE_URL`.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] when there is no key, or one is malformed.
    pub fn from_env() -> Result<Self, Error> {
        GeminiBuilder::from_env()?.build()
    }

    /// A provider with settings of your own.
    pub fn builder(key: impl Into<String>) -> GeminiBuilder {
        GeminiBuilder::new(key)
    }
}

impl GeminiBuilder {
    fn new(key: impl Into<String>) -> Self {
        Self {
            key: Secret::new(key),
            base_url: BASE_URL.to_owned(),
            version: VERSION.to_owned(),
            upload: Upload::default(),
            wait: WaitPolicy::default(),
            inline_limit: INLINE_LIMIT,
            prices: None,
            deadlines: Deadlines::default(),
            limits: Limits::default(),
            retry: RetryPolicy::default(),
            transport: None,
            transport_config: TransportConfig::default(),
            clock: None,
        }
    }

    /// Key and base URL from the environment: `GEMINI_API_KEY`, else `GOOGLE_API_KEY`; `GEMINI_BASE_URL`.
    ///
    /// White space around a value is trimmed; an empty value counts as unset.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] when no key is set.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    pub fn from_env() -> Result<Self, Error> {
        let variable = |name: &str| {
            let value = std::env::var(name).ok().map(|value| value.trim().to_owned());
            value.filter(|value| !value.is_empty())
        };
        let key = KEY_VARIABLES.iter().find_map(|name| variable(name));
        let key = key.ok_or_else(|| {
            Error::new(ErrorKind::Configuration, format!("no key: {} is not set", KEY_VARIABLES[0]))
                .with_provider(crate::extras::ID)
                .with_advice(format!("Set {} to a key from Google AI Studio.", KEY_VARIABLES[0]))
        })?;
        let builder = Self::new(key);
        Ok(match variable(HOST_VARIABLE) {
            Some(host) => builder.base_url(host),
            None => builder,
        })
    }

    /// Another address of the service, without the version: `https`, or `http` on this machine's own loopback.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self
    }

    /// Another version of the API than `v1beta`.
    pub fn api_version(mut self, version: impl Into<String>) -> Self {
        self.version = version.into();
        self
    }

    /// When content goes through the Files API.
    pub fn upload(mut self, when: Upload) -> Self {
        self.upload = when;
        self
    }

    /// How uploaded files are waited for.
    pub fn wait(mut self, policy: WaitPolicy) -> Self {
        self.wait = policy;
        self
    }

    /// The largest request body that may hold media itself, in bytes after encoding; 20,000,000 unless said otherwise.
    pub fn inline_limit(mut self, bytes: u64) -> Self {
        self.inline_limit = bytes;
        self
    }

    /// Your own prices instead of the [built-in](crate::pricing::built_in) ones, by the group `google` and model id.
    pub fn prices(mut self, prices: PriceList) -> Self {
        self.prices = Some(prices);
        self
    }

    /// Deadlines of every wire call. A request's own deadline also covers its uploads and waits.
    pub fn deadlines(mut self, deadlines: Deadlines) -> Self {
        self.deadlines = deadlines;
        self
    }

    /// Limits of every reply.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// When and how often a wire call is repeated.
    pub fn retry(mut self, retry: RetryPolicy) -> Self {
        self.retry = retry;
        self
    }

    /// Another transport than the built-in HTTP client.
    pub fn transport(mut self, transport: Arc<dyn Transport>) -> Self {
        self.transport = Some(transport);
        self
    }

    /// Proxy, certificates, compression and whatever else the built-in HTTP client leaves to choose. Its connect
    /// deadline is taken from the [deadlines](Self::deadlines); a transport of one's own makes all of it moot.
    pub fn transport_config(mut self, config: TransportConfig) -> Self {
        self.transport_config = config;
        self
    }

    /// Another clock than the real one, for all waits and deadlines.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Checks everything and builds the provider. No connection is opened.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] for an empty or malformed key, a base URL that is not acceptable or names the
    /// version, or a version that is no plain word.
    pub fn build(self) -> Result<Gemini, Error> {
        let named = |error: Error| error.with_provider(crate::extras::ID);
        let key = self.key.map_err(named)?;
        let base = BaseUrl::parse(&self.base_url).map_err(named)?;
        if self.version.is_empty() || !self.version.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            let message = format!("{:?} is no version of the API: write a word such as v1beta", self.version);
            return Err(named(Error::new(ErrorKind::Configuration, message)));
        }
        if base.as_str().ends_with(&format!("/{}", self.version)) {
            let message = format!("the base URL already names the version {}: write it without", self.version);
            return Err(named(Error::new(ErrorKind::Configuration, message)));
        }
        let clock = self.clock.unwrap_or_else(|| Arc::new(TokioClock::new()));
        let mut http = HttpClient::builder(crate::extras::ID)
            .deadlines(self.deadlines)
            .limits(self.limits)
            .retry(self.retry)
            .transport_config(self.transport_config)
            .clock(clock.clone())
            .secrets([&key]);
        if let Some(transport) = self.transport {
            http = http.transport(transport);
        }
        Ok(Gemini::from_config(Config {
            http: http.build().map_err(named)?,
            base,
            version: self.version,
            key,
            clock,
            upload: self.upload,
            wait: self.wait,
            inline_limit: self.inline_limit,
            prices: self.prices,
        }))
    }
}
