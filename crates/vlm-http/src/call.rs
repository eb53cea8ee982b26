//! One logical call: where, what, with which headers, and what differs from the client's settings.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use url::Url;

use crate::body::Body;
use crate::redact;
use crate::secret::Secret;

/// One logical call. It is data: nothing happens until a client sends it, and a clone can be sent again.
///
/// `Debug` shows no header value and no body.
#[derive(Clone)]
pub struct Call {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Body,
    pub(crate) operation: Cow<'static, str>,
    pub(crate) model: Option<String>,
    pub(crate) secrets: Vec<Secret>,
    pub(crate) total: Option<Duration>,
    pub(crate) max_attempts: Option<u32>,
    pub(crate) retry_ambiguous: Option<bool>,
    /// The first mistake in a setter; reported when the call is sent.
    pub(crate) mistake: Option<String>,
}

impl Call {
    /// A `POST` of JSON.
    pub fn post(url: Url, body: Body) -> Self {
        let mut call = Self::new(Method::POST, url, body);
        call.headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        call
    }

    /// A `GET`.
    pub fn get(url: Url) -> Self {
        Self::new(Method::GET, url, Body::empty())
    }

    /// A `DELETE`.
    pub fn delete(url: Url) -> Self {
        Self::new(Method::DELETE, url, Body::empty())
    }

    fn new(method: Method, url: Url, body: Body) -> Self {
        Self {
            method,
            url,
            headers: HeaderMap::new(),
            body,
            operation: Cow::Borrowed("call"),
            model: None,
            secrets: Vec::new(),
            total: None,
            max_attempts: None,
            retry_ambiguous: None,
            mistake: None,
        }
    }

    /// Names what is being done, for errors and logs: `generate`, `stream`, …
    #[must_use]
    pub fn operation(mut self, operation: impl Into<Cow<'static, str>>) -> Self {
        self.operation = operation.into();
        self
    }

    /// Names the model, for errors and logs.
    #[must_use]
    pub fn model(mut self, model: impl Into<String>) -> Self {
        self.model = Some(model.into());
        self
    }

    /// Sets a header. A name or value that cannot be one is reported when the call is sent.
    #[must_use]
    pub fn header(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        match HeaderValue::from_str(value.as_ref()) {
            Ok(value) => self.insert(name.as_ref(), value),
            Err(_) => self.mistaken(name.as_ref()),
        }
        self
    }

    /// Sets a header to `prefix` followed by the secret. The value is marked sensitive and taken out of every text
    /// that the service sends.
    #[must_use]
    pub fn secret_header(mut self, name: impl AsRef<str>, prefix: &str, secret: &Secret) -> Self {
        match secret.header(prefix) {
            Ok(value) => self.insert(name.as_ref(), value),
            Err(_) => self.mistaken(name.as_ref()),
        }
        self.secrets.push(secret.clone());
        self
    }

    /// The deadline of the whole call; `None` leaves the client's.
    #[must_use]
    pub fn total(mut self, limit: Option<Duration>) -> Self {
        self.total = limit;
        self
    }

    /// The number of attempts; `None` leaves the client's.
    #[must_use]
    pub fn max_attempts(mut self, attempts: Option<u32>) -> Self {
        self.max_attempts = attempts;
        self
    }

    /// Whether to repeat where the service may have done the work; `None` leaves the client's choice. Say yes where
    /// the call carries an idempotency key that the service honours.
    #[must_use]
    pub fn retry_ambiguous(mut self, yes: Option<bool>) -> Self {
        self.retry_ambiguous = yes;
        self
    }

    fn insert(&mut self, name: &str, value: HeaderValue) {
        match name.parse::<HeaderName>() {
            Ok(name) => {
                self.headers.insert(name, value);
            }
            Err(_) => self.mistaken(name),
        }
    }

    fn mistaken(&mut self, name: &str) {
        let name = redact::bounded(name, 64);
        self.mistake.get_or_insert(format!("the header {name:?} has a name or value that cannot be sent"));
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers.keys().map(|name| name.as_str()).collect();
        f.debug_struct("Call")
            .field("method", &self.method)
            .field("url", &redact::short(&self.url))
            .field("operation", &self.operation)
            .field("model", &self.model)
            .field("headers", &names)
            .field("body", &self.body)
            .finish_non_exhaustive()
    }
}
