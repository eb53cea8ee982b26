//! Limits of time, size and repetition, as data. Every number here is a setting; the defaults are the documented ones.

use std::time::Duration;

/// How long each phase of a call may take.
///
/// `None` switches a deadline off; a zero means the same. The connect deadline cannot be switched off: without it
/// a hanging connection could not be told from a slow answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Deadlines {
    /// Name lookup, TCP and TLS together. Default 5 s.
    pub connect: Duration,
    /// From the last byte of the request to the head of the reply. Default 300 s.
    pub first_byte: Option<Duration>,
    /// The same for a call that asks for a stream. Default 60 s.
    pub first_byte_streaming: Option<Duration>,
    /// Between two pieces of a body, in both directions. Default 60 s.
    pub idle: Option<Duration>,
    /// Bytes of a stream arrive but no content. Default 300 s.
    pub progress: Option<Duration>,
    /// The whole call, attempts and waits included. Default 600 s.
    pub total: Option<Duration>,
    /// The same for a call that asks for a stream. Default none.
    pub total_streaming: Option<Duration>,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            first_byte: Some(Duration::from_secs(300)),
            first_byte_streaming: Some(Duration::from_secs(60)),
            idle: Some(Duration::from_secs(60)),
            progress: Some(Duration::from_secs(300)),
            total: Some(Duration::from_secs(600)),
            total_streaming: None,
        }
    }
}

/// A zero switches off, as `None` does.
fn switched(limit: impl Into<Option<Duration>>) -> Option<Duration> {
    limit.into().filter(|limit| !limit.is_zero())
}

impl Deadlines {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the connect deadline; a zero is refused when the client is built.
    #[must_use]
    pub fn connect(mut self, limit: Duration) -> Self {
        self.connect = limit;
        self
    }

    /// Sets the first-byte deadline of calls that do not stream.
    #[must_use]
    pub fn first_byte(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.first_byte = switched(limit);
        self
    }

    /// Sets the first-byte deadline of calls that stream.
    #[must_use]
    pub fn first_byte_streaming(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.first_byte_streaming = switched(limit);
        self
    }

    /// Sets the idle deadline.
    #[must_use]
    pub fn idle(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.idle = switched(limit);
        self
    }

    /// Sets the progress deadline.
    #[must_use]
    pub fn progress(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.progress = switched(limit);
        self
    }

    /// Sets the total deadline of calls that do not stream.
    #[must_use]
    pub fn total(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.total = switched(limit);
        self
    }

    /// Sets the total deadline of calls that stream.
    #[must_use]
    pub fn total_streaming(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.total_streaming = switched(limit);
        self
    }
}

/// How large each part of a reply may be, in bytes, counted after decoding. None can be switched off; all may be raised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// A reply that is read whole. Default 16 MiB.
    pub body: usize,
    /// How much of an error reply is read. Default 64 KiB.
    pub error_body: usize,
    /// How much of the service's words is kept in an error. Default 4 KiB.
    pub error_text: usize,
    /// One line of an event stream. Default 16 MiB.
    pub sse_line: usize,
    /// One event of an event stream. Default 16 MiB.
    pub sse_event: usize,
    /// A whole event stream. Default 256 MiB.
    pub stream: u64,
    /// How much of an event stream is kept as raw bytes. Default 8 MiB.
    pub raw_stream: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: 16 << 20,
            error_body: 64 << 10,
            error_text: 4 << 10,
            sse_line: 16 << 20,
            sse_event: 16 << 20,
            stream: 256 << 20,
            raw_stream: 8 << 20,
        }
    }
}

impl Limits {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the limit of a reply that is read whole.
    #[must_use]
    pub fn body(mut self, bytes: usize) -> Self {
        self.body = bytes;
        self
    }

    /// Sets how much of an error reply is read.
    #[must_use]
    pub fn error_body(mut self, bytes: usize) -> Self {
        self.error_body = bytes;
        self
    }

    /// Sets how much of the service's words is kept in an error.
    #[must_use]
    pub fn error_text(mut self, bytes: usize) -> Self {
        self.error_text = bytes;
        self
    }

    /// Sets the limit of one line of an event stream.
    #[must_use]
    pub fn sse_line(mut self, bytes: usize) -> Self {
        self.sse_line = bytes;
        self
    }

    /// Sets the limit of one event of an event stream.
    #[must_use]
    pub fn sse_event(mut self, bytes: usize) -> Self {
        self.sse_event = bytes;
        self
    }

    /// Sets the limit of a whole event stream.
    #[must_use]
    pub fn stream(mut self, bytes: u64) -> Self {
        self.stream = bytes;
        self
    }

    /// Sets how much of an event stream is kept as raw bytes.
    #[must_use]
    pub fn raw_stream(mut self, bytes: usize) -> Self {
        self.raw_stream = bytes;
        self
    }
}

/// When and how often a failed attempt is repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// Wire attempts of one call, the first included; 1 means no retry. Default 3.
    pub max_attempts: u32,
    /// Upper bound of the first wait; it doubles with each retry. Default 0.5 s.
    pub base: Duration,
    /// Upper bound of every wait. Default 8 s.
    pub cap: Duration,
    /// `base` after a rate limit without a hint. Default 1 s.
    pub rate_limit_base: Duration,
    /// `cap` after a rate limit without a hint. Default 32 s.
    pub rate_limit_cap: Duration,
    /// The longest wait that the service can order; a longer one ends the call at once. Default 60 s.
    pub max_server_delay: Duration,
    /// Repeat also where the service may have done (and billed) the work. Default no.
    pub retry_ambiguous: bool,
    /// Repeat once after a connection that died within a second without one byte of reply: that is what a connection
    /// closed by an idle server looks like. Default yes.
    pub fast_retry: bool,
    /// Tokens of the quota that all clones of a client share; `None` switches it off.
    pub quota: Option<RetryQuota>,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_attempts: 3,
            base: Duration::from_millis(500),
            cap: Duration::from_secs(8),
            rate_limit_base: Duration::from_secs(1),
            rate_limit_cap: Duration::from_secs(32),
            max_server_delay: Duration::from_secs(60),
            retry_ambiguous: false,
            fast_retry: true,
            quota: Some(RetryQuota::default()),
        }
    }
}

impl RetryPolicy {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Never repeats anything.
    pub fn none() -> Self {
        Self { max_attempts: 1, ..Self::default() }
    }

    /// Sets the number of attempts; 0 counts as 1.
    #[must_use]
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts;
        self
    }

    /// Sets the back-off.
    #[must_use]
    pub fn backoff(mut self, base: Duration, cap: Duration) -> Self {
        self.base = base;
        self.cap = cap;
        self
    }

    /// Sets the back-off after a rate limit without a hint.
    #[must_use]
    pub fn rate_limit_backoff(mut self, base: Duration, cap: Duration) -> Self {
        self.rate_limit_base = base;
        self.rate_limit_cap = cap;
        self
    }

    /// Sets the longest wait that the service can order.
    #[must_use]
    pub fn max_server_delay(mut self, delay: Duration) -> Self {
        self.max_server_delay = delay;
        self
    }

    /// Says whether to repeat where the service may have done the work.
    #[must_use]
    pub fn retry_ambiguous(mut self, yes: bool) -> Self {
        self.retry_ambiguous = yes;
        self
    }

    /// Says whether to repeat once after a connection that died at once.
    #[must_use]
    pub fn fast_retry(mut self, yes: bool) -> Self {
        self.fast_retry = yes;
        self
    }

    /// Sets or switches off the shared quota.
    #[must_use]
    pub fn quota(mut self, quota: impl Into<Option<RetryQuota>>) -> Self {
        self.quota = quota.into();
        self
    }
}

/// The shared quota: it bounds the extra load on a service that is down, however many calls run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryQuota {
    /// Tokens at the start, and the most there can be. Default 500.
    pub tokens: u32,
    /// What a retry costs. Default 14.
    pub cost: u32,
    /// What a retry after a rate limit costs. Default 5.
    pub rate_limit_cost: u32,
    /// What a success at the first attempt gives. Default 1.
    pub refill: u32,
}

impl Default for RetryQuota {
    fn default() -> Self {
        Self { tokens: 500, cost: 14, rate_limit_cost: 5, refill: 1 }
    }
}

impl RetryQuota {
    /// A quota of `tokens` with the default prices.
    pub fn new(tokens: u32) -> Self {
        Self { tokens, ..Self::default() }
    }

    /// Sets the prices of a retry and of a retry after a rate limit.
    #[must_use]
    pub fn costs(mut self, cost: u32, rate_limit_cost: u32) -> Self {
        self.cost = cost;
        self.rate_limit_cost = rate_limit_cost;
        self
    }

    /// Sets what a success at the first attempt gives.
    #[must_use]
    pub fn refill(mut self, tokens: u32) -> Self {
        self.refill = tokens;
        self
    }
}
