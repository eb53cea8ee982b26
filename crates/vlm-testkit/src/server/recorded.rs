//! A request as it came.

use std::fmt;
use std::time::Instant;

use bytes::Bytes;

/// A request as it came over the wire, secrets included: it is for tests to read. `Debug` shows no values.
#[derive(Clone)]
#[non_exhaustive]
pub struct Recorded {
    /// The connection that it came on, from 0.
    pub connection: usize,
    /// `POST`, …
    pub method: String,
    /// Path and query.
    pub target: String,
    /// Headers in order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, without chunk sizes; what is there of it while it is still coming.
    pub body: Bytes,
    /// When its head was complete.
    pub at: Instant,
    whole: bool,
}

impl Recorded {
    /// A request from parts, for tests of what reads one.
    pub fn new(method: impl Into<String>, target: impl Into<String>, body: impl Into<Bytes>) -> Self {
        Self {
            connection: 0,
            method: method.into(),
            target: target.into(),
            headers: Vec::new(),
            body: body.into(),
            at: Instant::now(),
            whole: true,
        }
    }

    /// Reads a head, up to its empty line; the body is still to come.
    pub(crate) fn from_head(connection: usize, head: &[u8]) -> Self {
        let text = String::from_utf8_lossy(head);
        let mut lines = text.split("\r\n");
        let mut words = lines.next().unwrap_or_default().split(' ').map(str::to_owned);
        let mut request = Self::new(words.next().unwrap_or_default(), words.next().unwrap_or_default(), Bytes::new());
        let fields = lines.filter_map(|line| line.split_once(':'));
        request.headers = fields.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned())).collect();
        (request.connection, request.whole) = (connection, false);
        request
    }

    pub(crate) fn complete(&mut self, body: Bytes) {
        self.body = body;
        self.whole = true;
    }

    /// The value of a header; of several, the first.
    pub fn header(&self, name: &str) -> Option<&str> {
        let name = name.to_ascii_lowercase();
        self.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// The path without its query.
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// Whether the body came to its end.
    pub fn is_whole(&self) -> bool {
        self.whole
    }

    /// The body as JSON; null where it is none.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

impl fmt::Debug for Recorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Recorded")
            .field("connection", &self.connection)
            .field("method", &self.method)
            .field("path", &self.path())
            .field("headers", &names)
            .field("body_bytes", &self.body.len())
            .field("whole", &self.whole)
            .finish_non_exhaustive()
    }
}
