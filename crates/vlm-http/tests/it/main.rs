//! The crate from outside: the retry loop under a paused clock, real sockets with faults, files, and silence.

// Without a crypto provider there is no client to test.
#![cfg(not(all(feature = "rustls-no-provider", not(feature = "rustls"), not(feature = "native-tls"))))]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on must stop")]

mod answers;
mod faults;
mod files;
mod gzip;
#[cfg(feature = "rustls")]
mod http2;
mod media_fetch;
mod names;
#[cfg(feature = "rustls")]
mod proxies;
mod retry_loop;
mod silence;
mod streams;
mod support;
mod turns;
