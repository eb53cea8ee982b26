//! Configuration of the provider, checked once when it is built.

use std::sync::{Arc, OnceLock};

use vlm_core::{Error, ErrorKind, PriceList};
use vlm_http::{BaseUrl, Deadlines, HttpClient, Limits, RetryPolicy, Secret, Transport, TransportConfig};

use crate::config::Config;
use crate::family::Endpoint;
use crate::models::InlineLimits;
use crate::provider::Memories;
use crate::settings::{AuthScheme, ExtraBodyForm, NovaUrlForm, StreamText, WireSettings};

/// Where memories.ai is.
pub(crate) const BASE_URL: &str = "https://mavi-backend.memories.ai/serve/api/v2";

const KEY_VARIABLES: [&str; 2] = ["MEMORIES_API_KEY", "MEMORIES_AI_API_KEY"];
const HOST_VARIABLE: &str = "MEMORIES_VLM_HOST";

/// Builds a [`Memories`]. Setters never fail; [`build`](MemoriesBuilder::build) reports the first mistake.
///
/// ```
/// use vlm_memories::Memories;
///
/// let local = Memories::builder("any-key").base_url("http://127.0.0.1:8787/serve/api/v2").build()?;
/// let mistake = Memories::builder("any-key").base_url("http://example.com").build().unwrap_err();
/// assert!(mistake.to_string().contains("https"));
/// # Ok::<(), vlm_core::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "nothing is built before `build`"]
pub struct MemoriesBuilder {
    key: Result<Secret, Error>,
    base_url: String,
    paths: [String; 2],
    auth: AuthScheme,
    wire: WireSettings,
    stream_text: StreamText,
    picture_endpoint: Endpoint,
    inline: InlineLimits,
    prices: Option<PriceList>,
    deadlines: Deadlines,
    limits: Limits,
    retry: RetryPolicy,
    transport: Option<Arc<dyn Transport>>,
    transport_config: TransportConfig,
}

/// Ways to a provider.
impl Memories {
    /// The service at its usual address, with this key.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] for a key that is empty or holds control
    /// characters.
    pub fn new(key: impl Into<String>) -> Result<Self, Error> {
        Self::builder(key).build()
    }

    /// Key and address from the environment: `MEMORIES_API_KEY` (else `MEMORIES_AI_API_KEY`), `MEMORIES_VLM_HOST`.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] when there is no key, or one is malformed.
    pub fn from_env() -> Result<Self, Error> {
        MemoriesBuilder::from_env()?.build()
    }

    /// A provider with settings of your own.
    pub fn builder(key: impl Into<String>) -> MemoriesBuilder {
        MemoriesBuilder::new(key)
    }
}

impl MemoriesBuilder {
    fn new(key: impl Into<String>) -> Self {
        Self {
            key: Secret::new(key),
            base_url: BASE_URL.to_owned(),
            paths: ["vu/chat/completions".to_owned(), "iu/chat/completions".to_owned()],
            auth: AuthScheme::default(),
            wire: WireSettings::default(),
            stream_text: StreamText::default(),
            picture_endpoint: Endpoint::Iu,
            inline: InlineLimits::default(),
            prices: None,
            deadlines: Deadlines::default(),
            limits: Limits::default(),
            retry: RetryPolicy::default(),
            transport: None,
            transport_config: TransportConfig::default(),
        }
    }

    /// Key and base URL from the environment: `MEMORIES_API_KEY`, else `MEMORIES_AI_API_KEY`; `MEMORIES_VLM_HOST`.
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
                .with_advice(format!(
                    "Set {} to your memories.ai key, or try without one against the local emulator.",
                    KEY_VARIABLES[0]
                ))
        })?;
        let builder = Self::new(key);
        Ok(match variable(HOST_VARIABLE) {
            Some(host) => builder.base_url(host),
            None => builder,
        })
    }

    /// Another address of the service: `https`, or `http` on this machine's own loopback.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self
    }

    /// Another path of one endpoint below the base URL, such as the older `chat/completions`.
    pub fn path(mut self, endpoint: Endpoint, path: impl Into<String>) -> Self {
        self.paths[slot(endpoint)] = path.into();
        self
    }

    /// How the key is sent.
    pub fn auth(mut self, scheme: AuthScheme) -> Self {
        self.auth = scheme;
        self
    }

    /// Where settings of one family go in the body.
    pub fn extra_body(mut self, form: ExtraBodyForm) -> Self {
        self.wire.extra_body = form;
        self
    }

    /// How Nova's media are written.
    pub fn nova_url(mut self, form: NovaUrlForm) -> Self {
        self.wire.nova_url = form;
        self
    }

    /// Sends a Qwen message without media as a plain string instead of an array.
    pub fn qwen_plain_text(mut self, plain: bool) -> Self {
        self.wire.qwen_plain_text = plain;
        self
    }

    /// What the text of a streamed event is.
    pub fn stream_text(mut self, text: StreamText) -> Self {
        self.stream_text = text;
        self
    }

    /// Where requests without a film go; `/iu` unless said otherwise. Films always go to `/vu`.
    pub fn picture_endpoint(mut self, endpoint: Endpoint) -> Self {
        self.picture_endpoint = endpoint;
        self
    }

    /// The largest picture that is sent as content, in bytes before encoding; 20 MiB unless said otherwise.
    pub fn max_image_bytes(mut self, bytes: u64) -> Self {
        self.inline.image = bytes;
        self
    }

    /// The largest film that is sent as content, in bytes before encoding; 100 MiB unless said otherwise.
    pub fn max_video_bytes(mut self, bytes: u64) -> Self {
        self.inline.video = bytes;
        self
    }

    /// Your own prices, by family and model id, instead of the [built-in](crate::pricing::built_in) ones.
    pub fn prices(mut self, prices: PriceList) -> Self {
        self.prices = Some(prices);
        self
    }

    /// Deadlines of every call.
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

    /// Checks everything and builds the provider. No connection is opened.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] for an empty or malformed key, a base URL that is not acceptable, or a path that
    /// leaves it.
    pub fn build(self) -> Result<Memories, Error> {
        let named = |error: Error| error.with_provider(crate::extras::ID);
        let key = self.key.map_err(named)?;
        let base = BaseUrl::parse(&self.base_url).map_err(named)?;
        for path in &self.paths {
            check_path(path).map_err(named)?;
        }
        let mut http = HttpClient::builder(crate::extras::ID)
            .deadlines(self.deadlines)
            .limits(self.limits)
            .retry(self.retry)
            .transport_config(self.transport_config)
            .secrets([&key]);
        if let Some(transport) = self.transport {
            http = http.transport(transport);
        }
        Ok(Memories::from_config(Config {
            http: http.build().map_err(named)?,
            vu: base.join(&self.paths[0]),
            iu: base.join(&self.paths[1]),
            loopback: base.is_loopback(),
            key,
            auth: self.auth,
            wire: self.wire,
            stream_text: self.stream_text,
            picture_endpoint: self.picture_endpoint,
            inline: self.inline,
            prices: self.prices,
            known: OnceLock::new(),
        }))
    }
}

fn slot(endpoint: Endpoint) -> usize {
    match endpoint {
        Endpoint::Vu => 0,
        Endpoint::Iu => 1,
    }
}

/// A path stays below its base: no way up, no query, nothing that is not a plain segment.
fn check_path(path: &str) -> Result<(), Error> {
    let plain = |segment: &str| {
        let known = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        !segment.is_empty() && segment != "." && segment != ".." && segment.bytes().all(known)
    };
    if path.trim_matches('/').split('/').all(plain) {
        return Ok(());
    }
    let message = format!("`{path}` is no path below the base URL: write plain segments such as vu/chat/completions");
    Err(Error::new(ErrorKind::Configuration, message))
}
