//! What the builder has checked and the provider works by.

use std::sync::Arc;

use vlm_core::PriceList;
use vlm_http::{HttpClient, Secret};

use crate::profile::Profile;

/// What the builder has checked.
pub(crate) struct Config {
    pub(crate) http: HttpClient,
    pub(crate) url: url::Url,
    /// The service is on this machine, so media may be too.
    pub(crate) loopback: bool,
    pub(crate) key: Option<Secret>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) secret_headers: Vec<(String, Secret)>,
    pub(crate) profile: Arc<Profile>,
    pub(crate) prices: Option<PriceList>,
}
