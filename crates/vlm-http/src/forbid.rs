//! A switch for the whole process that keeps tests from real services: only this machine can be reached.

use std::sync::atomic::{AtomicBool, Ordering};

use url::Url;

use crate::base_url::is_loopback;

static FORBIDDEN: AtomicBool = AtomicBool::new(false);

/// Forbids, for the rest of the process, every request that would leave this machine: one made all the same is an error
/// of kind [`Configuration`](vlm_core::ErrorKind::Configuration), and nothing is sent.
///
/// For a test suite: called once, no forgotten key can spend money. There is no way back, so that no test can take it
/// away from another. Transports of your own are not watched.
///
/// ```
/// vlm_http::forbid_real_requests();
/// assert!(vlm_http::real_requests_are_forbidden());
/// ```
pub fn forbid_real_requests() {
    FORBIDDEN.store(true, Ordering::SeqCst);
}

/// Whether [`forbid_real_requests`] was called.
pub fn real_requests_are_forbidden() -> bool {
    FORBIDDEN.load(Ordering::SeqCst)
}

/// Whether a request to this address must not be made.
pub(crate) fn forbids(url: &Url) -> bool {
    real_requests_are_forbidden() && !is_loopback(url)
}
