//! Configuration of the provider, checked once when it is built.

use std::fmt;
use std::sync::{Arc, OnceLock};

use vlm_core::{Error, ErrorKind, PriceList};
use vlm_http::{BaseUrl, Deadlines, HttpClient, Limits, RetryPolicy, Secret, Transport, TransportConfig};

use crate::config::Config;
use crate::profile::{Auth, Profile};
use crate::provider::OpenAi;

const ORGANIZATION_VARIABLE: &str = "OPENAI_ORG_ID";
const PROJECT_VARIABLE: &str = "OPENAI_PROJECT_ID";

/// Headers that the HTTP layer writes itself.
const RESERVED: &[&str] = &["accept", "connection", "content-length", "content-type", "host", "transfer-encoding"];

/// Builds an [`OpenAi`]. Setters never fail; [`build`](OpenAiBuilder::build) reports the first mistake.
///
/// `Debug` shows the names of headers, never the key or a value.
///
/// ```
/// use vlm_openai::{OpenAi, OpenAiBuilder, Profile};
///
/// let qwen = OpenAi::builder("any-key").profile(Profile::dashscope()).build()?;
/// let local = OpenAiBuilder::local("http://127.0.0.1:8000/v1").profile(Profile::vllm()).build()?;
/// let mistake = OpenAi::builder("any-key").base_url("http://example.com").build().unwrap_err();
/// assert!(mistake.to_string().contains("https"));
/// # Ok::<(), vlm_core::Error>(())
/// ```
#[must_use = "nothing is built before `build`"]
pub struct OpenAiBuilder {
    key: Option<Result<Secret, Error>>,
    base_url: Option<String>,
    headers: Vec<(String, String)>,
    secret_headers: Vec<(String, Result<Secret, Error>)>,
    profile: Profile,
    max_image_bytes: Option<u64>,
    max_video_bytes: Option<u64>,
    prices: Option<PriceList>,
    deadlines: Deadlines,
    limits: Limits,
    retry: RetryPolicy,
    transport: Option<Arc<dyn Transport>>,
    transport_config: TransportConfig,
}

/// Ways to a provider.
impl OpenAi {
    /// OpenAI at its usual address, with this key.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] for a key that is empty or holds control characters.
    pub fn new(key: impl Into<String>) -> Result<Self, Error> {
        Self::builder(key).build()
    }

    /// OpenAI with what the environment says: `OPENAI_API_KEY`, `OPENAI_BASE_URL`, `OPENAI_ORG_ID`, `OPENAI_PROJECT_ID`.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] when there is no key, or a value is malformed.
    pub fn from_env() -> Result<Self, Error> {
        OpenAiBuilder::from_env(Profile::openai())?.build()
    }

    /// A provider with settings of your own; OpenAI's [`Profile`] unless another is set.
    pub fn builder(key: impl Into<String>) -> OpenAiBuilder {
        OpenAiBuilder { key: Some(Secret::new(key)), ..OpenAiBuilder::new(Profile::openai()) }
    }
}

impl OpenAiBuilder {
    /// A builder for a server of this profile, without a key as yet.
    pub fn new(profile: Profile) -> Self {
        Self {
            key: None,
            base_url: None,
            headers: Vec::new(),
            secret_headers: Vec::new(),
            profile,
            max_image_bytes: None,
            max_video_bytes: None,
            prices: None,
            deadlines: Deadlines::default(),
            limits: Limits::default(),
            retry: RetryPolicy::default(),
            transport: None,
            transport_config: TransportConfig::default(),
        }
    }

    /// A server of your own that needs no key. Its id is `local` unless a profile is set, and of its abilities only
    /// what the plain protocol has is assumed.
    pub fn local(base_url: impl Into<String>) -> Self {
        Self::new(Profile::new("local")).base_url(base_url)
    }

    /// What the environment says of a profile: key and base URL from the variables that it names, and for OpenAI the
    /// organization and the project.
    ///
    /// White space around a value is trimmed; an empty value counts as unset.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] when no key is set and the profile needs one.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    pub fn from_env(profile: Profile) -> Result<Self, Error> {
        let variable = |name: &str| {
            let value = std::env::var(name).ok().map(|value| value.trim().to_owned());
            value.filter(|value| !value.is_empty())
        };
        let key = profile.key_variable.as_deref().and_then(variable);
        if key.is_none() && !profile.keyless {
            return Err(no_key(&profile));
        }
        let base_url = profile.base_url_variable.as_deref().and_then(variable);
        let is_openai = profile.id == "openai";
        let mut builder = Self::new(profile);
        builder.key = key.map(Secret::new);
        builder.base_url = base_url;
        if let Some(organization) = variable(ORGANIZATION_VARIABLE).filter(|_| is_openai) {
            builder = builder.organization(organization);
        }
        if let Some(project) = variable(PROJECT_VARIABLE).filter(|_| is_openai) {
            builder = builder.project(project);
        }
        Ok(builder)
    }

    /// How the server speaks the protocol. Key, base URL and headers that were set stay.
    pub fn profile(mut self, profile: Profile) -> Self {
        self.profile = profile;
        self
    }

    /// A key, for a server that was said to need none.
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(Secret::new(key));
        self
    }

    /// Another address of the service: `https`, or `http` on this machine's own loopback.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    /// The organization that OpenAI shall bill: header `openai-organization`.
    pub fn organization(self, id: impl Into<String>) -> Self {
        self.header("openai-organization", id)
    }

    /// The project that OpenAI shall bill: header `openai-project`.
    pub fn project(self, id: impl Into<String>) -> Self {
        self.header("openai-project", id)
    }

    /// A further header of every call. Its value is not shown, but a service that repeats it may be quoted; see
    /// [`secret_header`](Self::secret_header).
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// A further header of every call whose value is a secret: it is never shown, and taken out of whatever the service
    /// says.
    pub fn secret_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.secret_headers.push((name.into(), Secret::new(value)));
        self
    }

    /// The largest picture that is sent as content, in bytes before encoding, instead of what the profile says.
    pub fn max_image_bytes(mut self, bytes: u64) -> Self {
        self.max_image_bytes = Some(bytes);
        self
    }

    /// The largest film that is sent as content, in bytes before encoding, instead of what the profile says.
    pub fn max_video_bytes(mut self, bytes: u64) -> Self {
        self.max_video_bytes = Some(bytes);
        self
    }

    /// Your own prices instead of the [built-in](crate::pricing::built_in) ones, by the profile's id and model.
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
    /// [`ErrorKind::Configuration`] for a profile that contradicts itself, a key that is malformed or missing where one
    /// is needed, a base URL that is not acceptable, or a header that cannot be sent.
    pub fn build(self) -> Result<OpenAi, Error> {
        let id = self.profile.id.clone();
        self.checked().map_err(|error| error.with_provider(id))
    }

    fn checked(mut self) -> Result<OpenAi, Error> {
        self.profile.check().map_err(|said| misconfigured(format!("the profile cannot be used: {said}")))?;
        let key = self.key.take().transpose()?;
        if key.is_none() && !self.profile.keyless && self.secret_headers.is_empty() {
            return Err(no_key(&self.profile));
        }
        let base = self.base()?;
        let secret_headers = self.take_headers(key.is_some())?;
        self.limit_media();
        let mut http = HttpClient::builder(self.profile.id.clone())
            .deadlines(self.deadlines)
            .limits(self.limits)
            .retry(self.retry)
            .transport_config(self.transport_config)
            .secrets(key.iter().chain(secret_headers.iter().map(|(_, secret)| secret)));
        if let Some(transport) = self.transport {
            http = http.transport(transport);
        }
        Ok(OpenAi::from_config(Config {
            http: http.build()?,
            url: base.join(&self.profile.path),
            loopback: base.is_loopback(),
            key,
            headers: self.headers,
            secret_headers,
            profile: Arc::new(self.profile),
            prices: self.prices,
            known: OnceLock::new(),
        }))
    }

    fn base(&self) -> Result<BaseUrl, Error> {
        let base = self.base_url.as_deref().or(self.profile.base_url.as_deref());
        let nowhere = || misconfigured("no base URL is set, and the profile has none of its own".to_owned());
        BaseUrl::parse(base.ok_or_else(nowhere)?)
    }

    /// The secret headers, once all headers can be sent: none twice, none that is written anyway.
    fn take_headers(&mut self, has_key: bool) -> Result<Vec<(String, Secret)>, Error> {
        let mut secret = Vec::new();
        for (name, value) in std::mem::take(&mut self.secret_headers) {
            secret.push((name, value?));
        }
        let names = self.headers.iter().map(|(name, _)| name).chain(secret.iter().map(|(name, _)| name));
        let mut seen: Vec<String> = match (&self.profile.auth, has_key) {
            (_, false) => Vec::new(),
            (Auth::Header(name), true) => vec![name.to_ascii_lowercase()],
            (_, true) => vec!["authorization".to_owned()],
        };
        for name in names {
            let lower = name.to_ascii_lowercase();
            let plain =
                !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
            if !plain {
                return Err(misconfigured("a header's name is letters, digits, `-` and `_`".to_owned()));
            }
            if RESERVED.contains(&&*lower) || seen.contains(&lower) {
                return Err(misconfigured(format!("the header `{lower}` is set already")));
            }
            seen.push(lower);
        }
        let unsendable = |value: &String| value.chars().any(|sign| sign.is_control() || !sign.is_ascii());
        match self.headers.iter().find(|(_, value)| unsendable(value)) {
            Some((name, _)) => Err(misconfigured(format!("the value of the header `{name}` cannot be sent"))),
            None => Ok(secret),
        }
    }

    fn limit_media(&mut self) {
        let profile = &mut self.profile;
        for model in profile.models.iter_mut().chain([&mut profile.unlisted]) {
            model.image.max_inline_bytes = self.max_image_bytes.or(model.image.max_inline_bytes);
            model.video.max_inline_bytes = self.max_video_bytes.or(model.video.max_inline_bytes);
        }
    }
}

impl fmt::Debug for OpenAiBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = self.headers.iter().map(|(name, _)| name);
        let headers: Vec<&String> = plain.chain(self.secret_headers.iter().map(|(name, _)| name)).collect();
        f.debug_struct("OpenAiBuilder")
            .field("profile", &self.profile.id)
            .field("has_key", &self.key.is_some())
            .field("headers", &headers)
            .field("deadlines", &self.deadlines)
            .field("limits", &self.limits)
            .field("retry", &self.retry)
            .finish_non_exhaustive()
    }
}

fn misconfigured(message: String) -> Error {
    Error::new(ErrorKind::Configuration, message)
}

fn no_key(profile: &Profile) -> Error {
    let error = match &profile.key_variable {
        Some(name) => misconfigured(format!("no key: {name} is not set"))
            .with_advice(format!("Set {name} to your key, or pass the key to the builder.")),
        None => misconfigured("no key is set, and this service needs one".to_owned())
            .with_advice("Pass the key to the builder."),
    };
    error.with_provider(profile.id.clone())
}
